// JSON Schema in words: the type of a value, its limits, and the fields of an object.
import { el, inline } from "./dom.js";
import { say, sayWith } from "./words.js";

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** What `part` stands for, with every $ref followed within the document. */
export function resolve(doc, part) {
  let found = part;
  for (let steps = 0; found?.$ref && steps < 20; steps += 1) {
    const keys = found.$ref.slice(2).split("/").map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    found = keys.reduce((place, key) => place?.[key], doc);
  }
  return found;
}

/** The name of the component that a $ref points at. */
export function nameOf(ref) {
  return ref.slice(ref.lastIndexOf("/") + 1);
}

/** The type of a schema, as strings and nodes; a component is a link to its shape. */
export function typeOf(schema) {
  if (schema.$ref) return [el("a", { href: `#shape-${nameOf(schema.$ref)}` }, nameOf(schema.$ref))];
  if (schema["x-error-words"]) return [el("a", { href: "#error-words" }, say("error_words"))];
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return either(options.map(typeOf));
  if (schema.allOf?.length === 1) return typeOf(schema.allOf[0]);
  if ("const" in schema) return [literal(schema.const)];
  if (schema.enum) return either(schema.enum.map((value) => [literal(value)]));
  if (Array.isArray(schema.type)) return either(schema.type.map((type) => typeOf({ ...schema, type })));
  return plain(schema);
}

/** What the value must keep to, as short texts. */
export function limitsOf(schema) {
  const options = (schema.anyOf ?? schema.oneOf ?? schema.allOf ?? []).flatMap(limitsOf);
  const own = [
    range(schema.minimum, schema.maximum),
    counted("characters", schema.minLength, schema.maxLength),
    counted("items", schema.minItems, schema.maxItems),
    schema.pattern ? say("pattern", { pattern: schema.pattern }) : null,
    isWorthSaying(schema.default) ? say("by_default", { value: JSON.stringify(schema.default) }) : null,
  ];
  return [...own.filter(Boolean), ...options];
}

/** The fields of an object schema as a list, or null when it has none. `hidden` are names to leave out. */
export function fieldsOf(doc, schema, hidden = []) {
  const whole = resolve(doc, schema);
  const names = Object.keys(whole?.properties ?? {}).filter((name) => !hidden.includes(name));
  if (!names.length) return null;
  const required = new Set(whole.required ?? []);
  return el("ul", { class: "fields" }, names.map((name) => field(name, whole.properties[name], required.has(name))));
}

/** One named value: a field or a parameter. */
export function field(name, schema, isRequired, description = schema.description, mark = null) {
  const limits = limitsOf(schema);
  return el(
    "li",
    {},
    el("div", { class: "name" }, el("code", {}, name), mark ? el("span", { class: "mark" }, mark) : null),
    el(
      "div",
      { class: "about" },
      el("span", { class: "type" }, typeOf(schema)),
      isRequired ? null : el("span", { class: "mark" }, say("optional")),
      limits.length ? el("span", { class: "limits" }, limits.join(", ")) : null,
      description ? el("p", { lang: "en" }, inline(description)) : null,
    ),
  );
}

/** The schema whose fields are worth showing for a value: the object itself, or the items of a list. */
export function core(doc, schema) {
  const whole = resolve(doc, schema);
  return whole?.type === "array" ? core(doc, whole.items) : whole;
}

function plain(schema) {
  switch (schema.type) {
    case "array":
      return sayWith("list_of", { item: typeOf(schema.items ?? {}) });
    case "object":
      return isSchema(schema.additionalProperties)
        ? sayWith("map_of", { item: typeOf(schema.additionalProperties) })
        : [say("object")];
    case "string":
      return [schema.format === "date-time" ? say("time") : say("string")];
    case "integer":
      return [say("integer")];
    case "number":
      return [say("number")];
    case "boolean":
      return [say("boolean")];
    case "null":
      return [say("null")];
    default:
      return [say("any")];
  }
}

function isSchema(value) {
  return value !== null && typeof value === "object" && Object.keys(value).length > 0;
}

function either(types) {
  return types.reduce((one, other) => sayWith("or", { one, other }));
}

function literal(value) {
  return el("code", {}, JSON.stringify(value));
}

function range(least, most) {
  const top = most === MAX_SAFE ? undefined : most;
  if (least === undefined) return top === undefined ? null : `≤ ${top}`;
  return top === undefined ? `≥ ${least}` : `${least}–${top}`;
}

function counted(key, least, most) {
  const text = range(least, most);
  if (text === null) return null;
  return key === "items" ? say("items", { range: text }) : say("characters", { range: text });
}

function isWorthSaying(value) {
  return value !== undefined && value !== null;
}
