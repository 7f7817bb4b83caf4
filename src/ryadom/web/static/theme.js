// Loaded before the page is painted: applies the theme that was chosen here before, and lets the button change it.
(() => {
  const root = document.documentElement;
  const stored = () => {
    try {
      return localStorage.getItem("ryadom-theme");
    } catch {
      return null; // storage may be forbidden; the page then follows the system
    }
  };
  const keep = (theme) => {
    try {
      localStorage.setItem("ryadom-theme", theme);
    } catch {
      // as above: the choice lasts until the page is left
    }
  };
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  };
  const current = () => root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

  apply(stored());
  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("theme").addEventListener("click", () => {
      const next = current() === "dark" ? "light" : "dark";
      apply(next);
      keep(next);
    });
  });
})();
