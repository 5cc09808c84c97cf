// Strict reading of JSON that says where it went wrong and on which line each value stands.

// {value, lines} or {fault: {code, line, column}}; `lines`: the path of a value -> its line from 1.
// Codes: end, token, string, key, colon, comma, number, depth, extra.
import { pathText } from "./form_values.js";

const MAX_DEPTH = 200;

export function readJson(text, root = []) {
  const lines = new Map();
  let at = 0;
  const place = (position) => {
    const before = text.slice(0, position).split("\n");
    return { line: before.length, column: before.at(-1).length + 1 };
  };
  const fail = (code, position = at) => {
    throw Object.assign(new Error(code), { fault: { code, ...place(position) } });
  };
  const skip = () => {
    while (at < text.length && " \t\n\r".includes(text[at])) at += 1;
  };
  const string = () => {
    const found = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y; // eslint-disable-line no-control-regex
    found.lastIndex = at;
    const match = found.exec(text);
    if (!match) fail("string");
    at = found.lastIndex;
    return match[0];
  };
  const value = (path) => {
    skip();
    if (at >= text.length) fail("end");
    if (path.length > MAX_DEPTH) fail("depth");
    lines.set(pathText(path), at);
    const sign = text[at];
    if (sign === "{") return list("}", (n) => member(path, n));
    if (sign === "[") return list("]", (n) => value([...path, n]));
    if (sign === '"') return void string();
    const word = /-?[\p{L}\p{N}_.+-]*/uy;
    word.lastIndex = at;
    const [found] = word.exec(text);
    if (["true", "false", "null"].includes(found)) at += found.length;
    else if (/^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(found)) at += found.length;
    else fail(/^[-\d]/.test(found) ? "number" : "token");
  };
  const member = (path) => {
    skip();
    if (text[at] !== '"') fail("key");
    const key = JSON.parse(string());
    skip();
    if (text[at] !== ":") fail(at >= text.length ? "end" : "colon");
    at += 1;
    value([...path, key]);
  };
  const list = (close, item) => {
    at += 1;
    skip();
    if (text[at] === close) return void (at += 1);
    for (let n = 0; ; n += 1) {
      item(n);
      skip();
      if (at >= text.length) fail("end");
      if (text[at] === close) return void (at += 1);
      if (text[at] !== ",") fail("comma");
      at += 1;
    }
  };
  try {
    value(root);
    skip();
    if (at < text.length) fail("extra");
  } catch (error) {
    if (!error.fault) throw error;
    return { fault: error.fault };
  }
  const starts = [0];
  for (let n = text.indexOf("\n"); n >= 0; n = text.indexOf("\n", n + 1)) starts.push(n + 1);
  let line = 0;
  for (const [path, offset] of lines) {
    // Offsets rise: a parent stands before its children, and siblings stand in order.
    while (line + 1 < starts.length && starts[line + 1] <= offset) line += 1;
    lines.set(path, line + 1);
  }
  return { value: JSON.parse(text), lines };
}

export const writeJson = (value) => JSON.stringify(value, null, 2) ?? "null";
