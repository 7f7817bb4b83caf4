// The commands name the address that this page came from.
for (const place of document.querySelectorAll("[data-origin]")) place.textContent = location.origin;
