// Building nodes. Whatever comes from a description becomes text nodes only, never markup.

/** An element. `attributes` whose value is null or false are left out; strings among `children` become text. */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null));
  return node;
}

/** One line of text, in which `...` is code. */
export function inline(text) {
  return text.split(/`([^`]+)`/).map((part, index) => (index % 2 ? el("code", {}, part) : part));
}

/** Paragraphs and lists out of plain text: a blank line parts them, lines that begin with "- " make a list. */
export function prose(text) {
  const blocks = (text ?? "").split(/\n\s*\n/).filter((block) => block.trim());
  return blocks.map((block) => {
    const lines = block.trim().split("\n");
    if (!lines.every((line) => line.startsWith("- "))) return el("p", { lang: "en" }, inline(lines.join(" ")));
    return el("ul", { lang: "en" }, lines.map((line) => el("li", {}, inline(line.slice(2)))));
  });
}

/** A value as indented JSON that the keyboard can scroll. */
export function json(value) {
  return el("pre", { tabindex: "0" }, el("code", {}, JSON.stringify(value, null, 2)));
}

/** A table: `heads` are strings, each row is an array of cells, the first of which names the row. */
export function table(heads, rows) {
  const head = el("tr", {}, heads.map((text) => el("th", { scope: "col" }, text)));
  const body = rows.map(({ id, cells }) => {
    const [first, ...rest] = cells;
    return el("tr", { id }, el("th", { scope: "row" }, first), rest.map((cell) => el("td", {}, cell)));
  });
  return el("table", {}, el("thead", {}, head), el("tbody", {}, body));
}

/** A foldable entry with an anchor. */
export function fold(id, heading, summary, inside) {
  const line = el("summary", {}, el("h3", {}, heading), el("span", { class: "gist", lang: "en" }, inline(summary ?? "")));
  return el("details", { class: "item", id }, line, el("div", { class: "inside" }, inside));
}

/** A small heading with what it is about below; nothing when there is nothing. */
export function part(title, ...content) {
  const nodes = content.flat().filter((node) => node !== null);
  return nodes.length ? el("section", { class: "part" }, el("h4", {}, title), nodes) : null;
}

/** Code that may break before or after a mark, so that it fits a narrow page. */
export function code(text) {
  return el("code", {}, text.split(/(?=\/)|(?<=_)/).flatMap((piece) => [piece, el("wbr")]));
}

/** A string that can be part of an anchor. */
export function slug(text) {
  return text.replace(/[^\p{L}\p{N}_]+/gu, "-").replace(/^-|-$/g, "");
}
