// The texts of the page, in its language. The server puts them into the page as JSON.
const words = JSON.parse(document.getElementById("words").textContent);

/** The text of `key` as an array of strings and of the nodes given for its {places}. */
export function sayWith(key, places) {
  const parts = words[key].split(/\{(\w+)\}/);
  return parts.map((part, index) => (index % 2 ? places[part] : part)).flat();
}

/** The text of `key`, with {places} filled from strings or numbers. */
export function say(key, places = {}) {
  return sayWith(key, places).join("");
}
