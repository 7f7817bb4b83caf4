// An AsyncAPI document of the socket as groups of foldable entries.
import { el, fold, inline, json, part, prose, table } from "./dom.js";
import { schemesOf } from "./rest.js";
import { fieldsOf, resolve } from "./schema.js";
import { say } from "./words.js";

/** `{overview: nodes, groups: [{id, title, items: [{id, label, node}]}]}` of the document. */
export function socketPage(doc) {
  const channel = Object.values(doc.channels)[0];
  const items = Object.values(doc.operations).map((operation) => entry(doc, operation));
  const group = (tag, title) => ({ id: `tag-${tag}`, title, items: items.filter((item) => item.tag === tag) });
  const overview = [
    el("p", {}, el("span", { class: "method get" }, "GET"), " ", el("code", {}, channel.address)),
    ...prose(doc.info?.description),
    ...prose(channel.description),
    part(say("sign_in"), schemesOf(doc)),
  ];
  const groups = [group("commands", say("commands")), group("answers", say("answers")), group("events", say("events"))];
  return { overview, groups };
}

/** The close codes of the document as a table, or null. */
export function closeCodes(doc) {
  const codes = Object.values(doc.channels)[0]["x-close-codes"];
  if (!codes) return null;
  const rows = codes.map(({ code, description, come_back: comeBack }) => ({
    id: `close-${code}`,
    cells: [el("code", {}, String(code)), el("span", { lang: "en" }, inline(description)), comeBack ? say("yes") : say("no")],
  }));
  return table([say("code"), say("meaning"), say("come_back")], rows);
}

function entry(doc, operation) {
  const message = messageOf(doc, operation.messages[0]);
  const tag = message.tags[0].name;
  const id = idOf(message);
  const payload = resolve(doc, message.payload);
  const inside = [
    el("p", { class: "second" }, el("a", { href: `#${id}` }, `#${id}`)),
    ...prose(withoutAudience(message)),
    part(say("audience"), ...prose(message["x-audience"])),
    part(say("fields"), fieldsOf(doc, payload, ["type"]) ?? el("p", { class: "second" }, say("no_fields"))),
    part(say("reply"), repliesOf(doc, operation)),
    part(say("example"), (message.examples ?? []).map((one) => json(one.payload))),
  ];
  return { id, tag, label: message.name, node: fold(id, [el("code", {}, message.name)], message.summary, inside) };
}

function messageOf(doc, ref) {
  return resolve(doc, resolve(doc, ref));
}

function idOf(message) {
  return `${message.tags[0].name === "commands" ? "command" : "event"}-${message.name}`;
}

function withoutAudience(message) {
  const audience = message["x-audience"];
  const blocks = (message.description ?? "").split("\n\n");
  return blocks.filter((block) => !audience || !block.endsWith(audience)).join("\n\n");
}

function repliesOf(doc, operation) {
  const answers = (operation.reply?.messages ?? []).map((ref) => messageOf(doc, ref));
  const link = (message) => el("a", { href: `#${idOf(message)}` }, el("code", {}, message.name));
  return answers.length ? el("p", { class: "chips" }, answers.map(link)) : null;
}
