// JSON values of a step: reading, writing and merging without changing anything in place.

export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
export const asObject = (value) => (isObject(value) ? value : {});
export const asList = (value) => (Array.isArray(value) ? value : []);
export const asText = (value) => (typeof value === "string" ? value : value == null ? "" : JSON.stringify(value));

export function equal(one, other) {
  if (Object.is(one, other)) return true;
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length && one.every((item, n) => equal(item, other[n]));
  }
  if (!isObject(one) || !isObject(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && equal(one[key], other[key]))
  );
}

export const getAt = (value, path) =>
  path.reduce((found, key) => (found === null || found === undefined ? undefined : found[key]), value);

// `value` undefined takes the place out; an object that is empty then goes too, but for list items.
export function putAt(root, path, value) {
  if (path.length === 0) return value;
  const [key, ...rest] = path;
  if (typeof key === "number") {
    const copy = [...asList(root)];
    copy[key] = putAt(copy[key], rest, value) ?? {};
    return copy;
  }
  const copy = { ...asObject(root) };
  const inner = putAt(copy[key], rest, value);
  const emptied = rest.length > 0 && isObject(inner) && Object.keys(inner).length === 0;
  if (inner === undefined || emptied) delete copy[key];
  else copy[key] = inner;
  return copy;
}

// What stands after both changed `base`: theirs, but mine wherever I differ from `base`.
export function merged(base, mine, theirs) {
  if (equal(mine, base)) return theirs;
  if (!isObject(mine) || !isObject(theirs)) return mine;
  const before = asObject(base);
  const result = {};
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const has = (object) => Object.hasOwn(object, key);
    const value = merged(before[key], mine[key], theirs[key]);
    if (has(mine) ? value !== undefined : !has(before) && has(theirs)) result[key] = value;
  }
  return result;
}

const PLAIN_KEY = /^[\p{L}_][\p{L}\p{N}_]*$/u;

// As the checker writes places: `content.input.options[1].goto`.
export function pathText(path) {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (PLAIN_KEY.test(part)) text += text ? `.${part}` : part;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

// As `save.path` writes them; null where a key cannot be written.
export function answerPath(path) {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    // eslint-disable-next-line no-control-regex
    else if (part === "" || /[.[\]\u0000-\u001f]/.test(part)) return null;
    else text += text ? `.${part}` : part;
  }
  return text;
}

const NAME = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;
export const NAME_LENGTH = 64;
export const BUILT_IN = ["last_answer", "today", "user_session", "bot", "secret"];
export const isName = (text) => [...text].length <= NAME_LENGTH && NAME.test(text);

// A variable name made of words: "first name" -> "first_name", and one not taken yet.
export function freeName(words, taken) {
  let name = String(words).replace(/[^\p{L}\p{N}_]+/gu, "_").replace(/^_+|_+$/g, "").slice(0, 50) || "value";
  if (!isName(name)) name = `v_${name}`;
  const used = new Set([...taken, ...BUILT_IN]);
  if (!used.has(name)) return name;
  let number = 2;
  while (used.has(`${name}_${number}`)) number += 1;
  return `${name}_${number}`;
}

export const moved = (list, from, to) => {
  const copy = [...list];
  copy.splice(to, 0, ...copy.splice(from, 1));
  return copy;
};

// Every text of a value that may hold templates.
export function* stringsIn(value) {
  if (typeof value === "string") yield value;
  else if (Array.isArray(value)) for (const item of value) yield* stringsIn(item);
  else if (isObject(value)) for (const item of Object.values(value)) yield* stringsIn(item);
}
