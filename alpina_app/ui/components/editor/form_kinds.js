// What of a content stays when its kind is changed (the type of step, who decides, what is called).

import { isObject } from "./form_values.js";

const KNOWN = new Set([
  ...["text", "gpt", "save_to", "retry_text", "max_attempts", "skip_if_set", "input", "on_fail"],
  ...["mode", "branches", "instructions", "classes", "target", "method", "url", "query", "headers", "body"],
  ...["auth", "timeout_s", "retries", "save", "save_status", "success", "on_error", "max_response_kb"],
  ...["prompt", "schema", "model"],
]);
const SHARED = { step_type: ["text"], mode: [], target: ["save", "on_error"] };
const FRESH = {
  message: { text: "" },
  question: { text: "" },
  condition: { branches: [{ rules: [{ var: "", op: "eq", value: "" }] }] },
  api_call: { url: "https://" },
  rules: { branches: [{ rules: [{ var: "", op: "eq", value: "" }] }] },
  gpt: {},
  http: { url: "https://" },
};
const SAYING = ["message", "question"];

// `before`: what this kind held when it was left, if it was. `set`, `end` and unknown keys stay.
export function ofKind(content, key, from, to, before) {
  const current = isObject(content) ? content : {};
  const stays = ([name]) => {
    if (!KNOWN.has(name)) return true;
    if (!SHARED[key].includes(name)) return false;
    return key !== "step_type" || (SAYING.includes(from) && SAYING.includes(to));
  };
  const kept = Object.fromEntries(Object.entries(current).filter(stays));
  const own = before ? Object.fromEntries(Object.entries(before).filter(([name]) => KNOWN.has(name))) : freshOf(key, to);
  return { ...own, ...kept };
}

const freshOf = (key, to) => {
  if (key === "mode" && to === "gpt") return { classes: [{ id: "", description: "" }, { id: "", description: "" }] };
  if (key === "target" && to === "gpt") return { prompt: "" };
  return FRESH[to] ?? {};
};
