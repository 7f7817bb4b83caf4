// An API page: reads the description that the server gives, and lays it out.
import { el, fold, json, part, prose } from "./dom.js";
import { errorWords, restPage } from "./rest.js";
import { fieldsOf } from "./schema.js";
import { startAnchors, startFolding, startSearch } from "./search.js";
import { closeCodes, socketPage } from "./socket.js";
import { say } from "./words.js";

const place = document.getElementById("docs");
const index = document.getElementById("index");

async function start() {
  const answer = await fetch(place.dataset.source, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const doc = await answer.json();
  const page = place.dataset.kind === "rest" ? restPage(doc) : socketPage(doc);
  const overview = layOverview(doc, page.overview);
  const entries = [...page.groups, shapesOf(doc)].filter((group) => group.items.length).map(layGroup);
  const groups = [...entries, ...tablesOf(doc).map(layTable)];
  place.replaceChildren(...[overview, ...groups].map(({ node }) => node));
  index.replaceChildren(el("ul", {}, ...[overview, ...groups].map(({ link }) => link)));
  const search = startSearch(overview, groups);
  startFolding();
  startAnchors(search.clear);
}

function layOverview(doc, content) {
  const version = el("p", { class: "second" }, `${doc.info.title} ${doc.info.version}`);
  const node = el("section", { id: "overview" }, el("h2", {}, say("overview")), version, content);
  return { node, link: layLink("overview", say("overview")) };
}

function shapesOf(doc) {
  const items = Object.entries(doc.components?.schemas ?? {}).filter(([, schema]) => schema.properties && !isFrame(schema));
  return { id: "shapes", title: say("shapes"), items: items.map(([name, schema]) => shape(doc, name, schema)) };
}

function isFrame(schema) {
  return "type" in schema.properties && "enum" in schema.properties.type;
}

function shape(doc, name, schema) {
  const id = `shape-${name}`;
  const [gist, ...rest] = (schema.description ?? "").split("\n\n");
  const example = schema.examples?.[0];
  const inside = [
    ...prose(rest.join("\n\n")),
    part(say("fields"), fieldsOf(doc, schema)),
    part(say("example"), example === undefined ? null : json(example)),
  ];
  return { id, label: name, node: fold(id, [el("code", {}, name)], gist, inside) };
}

function errorTable(doc) {
  const schemas = doc.components?.schemas ?? {};
  return errorWords((schemas.Problem ?? schemas.Error)?.properties?.code?.["x-error-words"]);
}

function tablesOf(doc) {
  const errors = { id: "error-words", title: say("error_words"), content: errorTable(doc) };
  const codes = { id: "close-codes", title: say("close_codes"), content: doc.channels ? closeCodes(doc) : null };
  return [errors, codes].filter(({ content }) => content !== null);
}

function layGroup({ id, title, about, items }) {
  const entries = items.map((item) => ({ ...item, link: layLink(item.id, el("code", {}, item.label)) }));
  const node = el("section", { id }, el("h2", {}, title), prose(about), entries.map((entry) => entry.node));
  const link = el("li", {}, el("a", { href: `#${id}` }, title), el("ul", {}, entries.map((entry) => entry.link)));
  return { node, link, items: entries };
}

function layTable({ id, title, content }) {
  const items = [...content.tBodies[0].rows].map((node) => ({ node, link: null }));
  return { node: el("section", { id }, el("h2", {}, title), content), link: layLink(id, title), items };
}

function layLink(id, label) {
  return el("li", {}, el("a", { href: `#${id}` }, label));
}

if (matchMedia("(max-width: 899px)").matches) document.getElementById("contents").open = false;
start()
  .catch((error) => {
    place.replaceChildren(el("p", { role: "alert" }, say("failed", { reason: error.message })));
  })
  .finally(() => place.setAttribute("aria-busy", "false"));
