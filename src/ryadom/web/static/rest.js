// An OpenAPI document as groups of foldable entries.
import { code, el, fold, inline, json, part, prose, slug, table } from "./dom.js";
import { core, field, fieldsOf, limitsOf, resolve, typeOf } from "./schema.js";
import { say } from "./words.js";

const METHODS = ["get", "post", "put", "patch", "delete", "head", "options"];
const PROBLEM = "application/problem+json";

/** `{overview: nodes, groups: [{id, title, about, items: [{id, label, node}]}]}` of the document. */
export function restPage(doc) {
  const groups = new Map();
  for (const operation of operationsOf(doc)) {
    const tag = operation.tags?.[0] ?? say("other");
    if (!groups.has(tag)) groups.set(tag, { id: `tag-${slug(tag)}`, title: tag, about: aboutTag(doc, tag), items: [] });
    groups.get(tag).items.push(entry(doc, operation));
  }
  const overview = [...prose(doc.info?.description), part(say("sign_in"), schemesOf(doc))];
  return { overview, groups: [...groups.values()] };
}

/** The error words of the document as a table, or null. */
export function errorWords(words) {
  if (!words) return null;
  const rows = Object.entries(words).map(([word, { status, description }]) => ({
    id: `error-${word}`,
    cells: [code(word), String(status), el("span", { lang: "en" }, inline(description))],
  }));
  return table([say("code"), say("status"), say("meaning")], rows);
}

/** The ways to sign in, as a list. */
export function schemesOf(doc) {
  const schemes = Object.entries(doc.components?.securitySchemes ?? {});
  const line = ([name, scheme]) => field(name, { type: "string" }, true, scheme.description);
  const list = el("ul", { class: "fields bare" }, schemes.map(line));
  return schemes.length ? list : null;
}

function operationsOf(doc) {
  const found = [];
  for (const [path, item] of Object.entries(doc.paths ?? {})) {
    for (const method of METHODS.filter((name) => item[name])) {
      const parameters = [...(item.parameters ?? []), ...(item[method].parameters ?? [])];
      found.push({ ...item[method], path, method, parameters: parameters.map((one) => resolve(doc, one)) });
    }
  }
  return found;
}

function aboutTag(doc, tag) {
  return doc.tags?.find(({ name }) => name === tag)?.description;
}

function entry(doc, operation) {
  const { method, path } = operation;
  const id = `${method}-${slug(path)}`;
  const heading = [el("span", { class: `method ${method}` }, method.toUpperCase()), code(path)];
  const inside = [
    el("p", { class: "second" }, el("a", { href: `#${id}` }, `#${id}`), isPublic(doc, operation) ? ` · ${say("public")}` : null),
    ...prose(operation.description),
    part(say("parameters"), parametersOf(operation)),
    part(say("body"), bodyOf(doc, operation)),
    part(say("responses"), responsesOf(doc, operation)),
  ];
  return { id, label: `${method.toUpperCase()} ${path}`, node: fold(id, heading, operation.summary, inside) };
}

function isPublic(doc, operation) {
  return (operation.security ?? doc.security ?? []).length === 0;
}

function parametersOf(operation) {
  const line = (one) => field(one.name, one.schema ?? {}, one.required === true, one.description, one.in);
  return operation.parameters.length ? el("ul", { class: "fields" }, operation.parameters.map(line)) : null;
}

function bodyOf(doc, operation) {
  const body = resolve(doc, operation.requestBody);
  return body ? Object.entries(body.content ?? {}).flatMap(([type, media]) => mediaOf(doc, type, media)) : [];
}

function mediaOf(doc, type, media) {
  const schema = media.schema ?? {};
  const limits = schema.$ref ? [] : limitsOf(schema);
  const line = el("p", { class: "media" }, el("code", {}, type), " ", typeOf(schema), limits.length ? ` (${limits.join(", ")})` : null);
  if (type === PROBLEM) return [line]; // the same for all; the shape has its fields
  const whole = core(doc, schema);
  const example = media.example ?? exampleOf(doc, schema);
  return [line, fieldsOf(doc, whole), example === undefined ? null : sample(example)];
}

function exampleOf(doc, schema) {
  const whole = resolve(doc, schema);
  if (whole?.type !== "array") return whole?.examples?.[0];
  const item = exampleOf(doc, whole.items);
  return item === undefined ? undefined : [item];
}

function sample(example) {
  return el("details", { class: "sample" }, el("summary", {}, say("example")), json(example));
}

function responsesOf(doc, operation) {
  const statuses = Object.keys(operation.responses ?? {}).sort();
  return statuses.map((status) => responseOf(doc, status, resolve(doc, operation.responses[status])));
}

function responseOf(doc, status, response) {
  const label = status === "default" ? say("default") : status;
  const gist = el("span", { class: "gist", lang: "en" }, inline(response.description ?? ""));
  const line = el("summary", {}, el("span", { class: `status s${status[0]}` }, label), gist);
  const content = Object.entries(response.content ?? {}).flatMap(([type, media]) => mediaOf(doc, type, media));
  const inside = content.length ? content : [el("p", { class: "second" }, say("no_content"))];
  return el("details", { class: "response" }, line, el("div", { class: "inside" }, wordsFor(doc, status), inside));
}

function wordsFor(doc, status) {
  const words = doc.components?.schemas?.Problem?.properties?.code?.["x-error-words"] ?? {};
  const fitting = Object.keys(words).filter((word) => String(words[word].status) === status);
  const link = (word) => el("a", { href: `#error-${word}` }, el("code", {}, word));
  return fitting.length ? el("p", { class: "chips" }, fitting.map(link)) : null;
}
