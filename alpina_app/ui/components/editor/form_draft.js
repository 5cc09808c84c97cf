// The local copy of a step: edited at once, sent after a pause, never overwritten while it is mine.

import { useCallback, useEffect, useRef, useState } from "react";
import { equal, merged } from "./form_values.js";

const FIELDS = ["name", "step_type", "content", "next_step"];
const PAUSE_MS = 400;

const fieldsOf = (step) =>
  Object.fromEntries(FIELDS.map((field) => [field, step[field] ?? (field === "content" ? {} : null)]));

// `key`: the id it was opened with. `server`: as told last; `sent`: as the server will know it; `mine`: as it stands in the form.
const opened = (step) => {
  const fields = fieldsOf(step);
  return { key: step.id, id: step.id, version: step.version, server: fields, sent: fields, mine: fields };
};

// Whether the server has told back what stands in the form; a blank name is never taken.
const isTold = ({ mine, server }) =>
  FIELDS.every((field) => equal(mine[field], server[field]) || (field === "name" && ["", server.name].includes((mine.name ?? "").trim())));

function announce(isUnsent) {
  window.dispatchEvent(new CustomEvent("alpina-unsent", { detail: isUnsent }));
}

// A step that was not stored yet gets its lasting id while it is being edited.
const isSame = (copy, step, steps) =>
  copy.id === step.id || (copy.id < 0 && step.id > 0 && !steps.some((one) => one.id === copy.id) && equal(copy.sent, fieldsOf(step)));

function taken(copy, step, isFocused) {
  const told = fieldsOf(step);
  if (copy.id === step.id && copy.version === step.version && equal(told, copy.server)) return copy;
  // What is on its way and not told back yet is mine as long as somebody is writing here; else the
  // server has the last word (an undo, say).
  const common = isFocused ? copy.server : copy.sent;
  const mine = Object.fromEntries(FIELDS.map((field) => [field, merged(common[field], copy.mine[field], told[field])]));
  return { key: copy.key, id: step.id, version: step.version, server: told, sent: told, mine };
}

// `change(fields => fields)` edits the copy and tells the window of it ("alpina-unsent"), `flush()` sends what is not sent yet. `copy.key` stays
// while the same step is open, whatever its id.
export function useDraft(step, steps, root, onChange) {
  const [, redraw] = useState(0);
  const copy = useRef(null);
  const timer = useRef(0);
  const tell = useRef(onChange);
  tell.current = onChange;

  const flush = useCallback(() => {
    clearTimeout(timer.current);
    const { id, sent, mine } = copy.current;
    const patch = Object.fromEntries(FIELDS.filter((field) => !equal(mine[field], sent[field])).map((field) => [field, mine[field]]));
    if (Object.keys(patch).length === 0) return;
    copy.current = { ...copy.current, sent: mine };
    tell.current(id, patch);
  }, []);

  if (copy.current === null) copy.current = opened(step);
  const current = copy.current;
  if (isSame(current, step, steps)) {
    const isFocused = Boolean(root.current?.contains(document.activeElement));
    copy.current = taken(current, step, isFocused);
  }
  useEffect(() => {
    if (isSame(copy.current, step, steps)) return;
    flush();
    copy.current = opened(step);
    redraw((n) => n + 1);
  }, [step, steps]);

  useEffect(() => {
    window.addEventListener("pagehide", flush);
    return () => {
      window.removeEventListener("pagehide", flush);
      flush();
    };
  }, [flush]);

  const isUnsent = !isTold(copy.current);
  useEffect(() => announce(isUnsent), [isUnsent]);
  useEffect(() => () => announce(false), []);

  const change = useCallback((edit) => {
    copy.current = { ...copy.current, mine: edit(copy.current.mine) };
    clearTimeout(timer.current);
    timer.current = setTimeout(flush, PAUSE_MS);
    redraw((n) => n + 1);
  }, []);
  return { copy: copy.current, change, flush };
}
