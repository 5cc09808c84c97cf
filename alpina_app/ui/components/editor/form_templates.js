// `{{path | filter: "x", 2}}` in a text, as the server reads it, so far as colours need it.

import { isName, stringsIn } from "./form_values.js";

export const FILTERS = [
  "default", "upper", "lower", "trim", "date", "number", "plus", "minus", "json", "urlencode", "join", "length",
]; // prettier-ignore

const EXPRESSION = /\{\{((?:[^"{}\\]|"(?:[^"\\]|\\.)*")*)\}\}/gsu;
const SEGMENT = /((?:[^"|]|"(?:[^"\\]|\\.)*")*)\|/gsu;
const FILTER = /^\s*([\p{L}_][\p{L}\p{N}_]*)\s*(?::([^]*))?$/u;
const ARGUMENTS = /^\s*(?:"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?|true|false|null)\s*(?:,\s*(?:"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?|true|false|null)\s*)*$/su;
const PATH_PART = /(\.)?([^.[\]\s"{}|,:]+)|\[([0-9]{1,9})\]/uy;

// The text cut into {text, kind: "plain" | "good" | "broken"}.
export function partsOf(text) {
  const parts = [];
  const put = (piece, kind) => piece && parts.push({ text: piece, kind });
  let read = 0;
  let depth = 0;
  const between = (piece) => {
    let from = 0;
    for (const found of piece.matchAll(/\{+|\}+/g)) {
      const run = found[0];
      const opens = run[0] === "{";
      const broken = run.length > (opens ? 1 : Math.max(1, depth));
      depth = Math.max(0, depth + (opens ? run.length : -run.length));
      if (!broken) continue;
      put(piece.slice(from, found.index), "plain");
      put(run, "broken");
      from = found.index + run.length;
    }
    put(piece.slice(from), "plain");
  };
  for (const found of text.matchAll(EXPRESSION)) {
    between(text.slice(read, found.index));
    put(found[0], rootOf(found[1]) === null ? "broken" : "good");
    read = found.index + found[0].length;
  }
  between(text.slice(read));
  return parts;
}

// The variables that the texts of a content read, built-in ones too, in the order they are met.
export function rootsIn(value) {
  const roots = new Set();
  for (const text of stringsIn(value)) {
    if (!text.includes("{{")) continue;
    for (const found of text.matchAll(EXPRESSION)) {
      const root = rootOf(found[1]);
      if (root !== null) roots.add(root);
    }
  }
  return [...roots];
}

// The variable an expression reads; null where it cannot be read.
function rootOf(body) {
  const [source, ...filters] = [...`${body}|`.matchAll(SEGMENT)].map((found) => found[1]);
  if (source === undefined || !filters.every(isFilter)) return null;
  const path = source.trim();
  let root = null;
  let position = 0;
  while (position < path.length) {
    PATH_PART.lastIndex = position;
    const found = PATH_PART.exec(path);
    if (!found || (found[2] !== undefined && position > 0 !== Boolean(found[1]))) return null;
    if (position === 0) root = found[2] ?? null;
    position = PATH_PART.lastIndex;
  }
  return root !== null && isName(root) ? root : null;
}

function isFilter(text) {
  const found = FILTER.exec(text);
  return Boolean(found) && FILTERS.includes(found[1]) && (found[2] === undefined || ARGUMENTS.test(found[2]));
}
