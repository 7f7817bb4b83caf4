// The search box, the anchors, and the buttons that open and close everything.
import { say } from "./words.js";

/** Let the search box filter the `items` of groups, and hide the groups that have none left and the `overview`.
 *  Items and groups are `{node, link}`: what is shown, and its line in the contents (null when it has none). */
export function startSearch(overview, groups) {
  const box = document.getElementById("search");
  const found = document.getElementById("found");
  const items = groups.flatMap((group) => group.items);
  const texts = new Map(items.map((item) => [item, item.node.textContent.toLowerCase()]));
  const filter = () => {
    const terms = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of items) show(item, terms.every((term) => texts.get(item).includes(term)));
    for (const group of groups) show(group, group.items.some((item) => !item.node.hidden));
    show(overview, terms.length === 0);
    const shown = items.filter((item) => !item.node.hidden).length;
    found.textContent = terms.length ? say("found", { shown, all: items.length }) : "";
  };
  box.addEventListener("input", filter);
  document.addEventListener("keydown", (event) => onKey(event, box, filter));
  return { clear: () => setValue(box, "", filter) };
}

/** Open, show and focus what the address names, now and whenever it changes; `clear` empties the search. */
export function startAnchors(clear) {
  const go = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || target.id === "content") return;
    if (target.closest("[hidden]")) clear();
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView();
    target.querySelector("summary")?.focus({ preventScroll: true });
  };
  addEventListener("hashchange", go);
  go();
  for (const summary of document.querySelectorAll("details.item > summary")) {
    summary.addEventListener("click", () => {
      const item = summary.parentElement;
      if (!item.open) history.replaceState(null, "", `#${item.id}`);
    });
  }
}

/** The two buttons act on all entries that the search leaves visible. */
export function startFolding() {
  const set = (open) => {
    for (const item of document.querySelectorAll("details.item:not([hidden])")) item.open = open;
  };
  document.getElementById("expand").addEventListener("click", () => set(true));
  document.getElementById("collapse").addEventListener("click", () => set(false));
}

function onKey(event, box, filter) {
  const isTyping = event.target.closest?.("input, textarea");
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    box.focus();
  } else if (event.key === "Escape" && event.target === box) {
    setValue(box, "", filter);
  }
}

function setValue(box, value, filter) {
  box.value = value;
  filter();
}

function show(entry, isShown) {
  entry.node.hidden = !isShown;
  if (entry.link) entry.link.hidden = !isShown;
}
