import { useEffect, useRef, useState } from "react";
import { useBlocker } from "react-router";

const SAVED = "alpina-form-saved";
const FORGET = "alpina-form-forget";
const KEEP = "alpina-form-keep";
const SECRET_TYPES = ["password", "file"];

function snapshot(form) {
  return JSON.stringify([...new FormData(form).entries()].filter(([, value]) => typeof value === "string"));
}

function controls(form) {
  return [...form.elements].filter((one) => one.name && !SECRET_TYPES.includes(one.type));
}

// React follows the value property of its inputs: it is set where React does not look, then told.
function fill(control, value) {
  const prototype = Object.getPrototypeOf(control);
  const property = control.type === "checkbox" || control.type === "radio" ? "checked" : "value";
  Object.getOwnPropertyDescriptor(prototype, property).set.call(control, value);
  const kind = property === "checked" ? "click" : "input";
  if (kind === "input") control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

function draftKey(form) {
  return `alpina-draft:${window.location.pathname}:${form.id}`;
}

function keepDraft(form) {
  const kept = controls(form).map((one) => [
    one.name,
    one.type === "checkbox" || one.type === "radio" ? one.checked : one.value,
    one.value,
  ]);
  sessionStorage.setItem(draftKey(form), JSON.stringify(kept));
}

function restoreDraft(form) {
  const stored = sessionStorage.getItem(draftKey(form));
  if (stored === null) return false;
  sessionStorage.removeItem(draftKey(form));
  for (const [name, value, own] of JSON.parse(stored)) {
    const found = controls(form).filter((one) => one.name === name);
    const control = found.find((one) => one.type === "radio" && one.value === own) ?? found[0];
    if (control) fill(control, value);
  }
  return true;
}

// Stands inside a form and keeps what was typed from being lost: asks before the page is left,
// marks the form with data-dirty, and carries a draft over a sign-in. The server tells by window
// events: `alpina-form-saved` (what was submitted last is stored), `alpina-form-forget` (leave
// freely), `alpina-form-keep` (write a draft, then leave freely). Ctrl+S submits.
// `refused` grows with each refused submit: the first wrong control then gets the focus.
export function FormGuard({ title, text, stay, leave, restored, refused }) {
  const place = useRef(null);
  const dialog = useRef(null);
  const baseline = useRef("");
  const submitted = useRef("");
  const [isRestored, setRestored] = useState(false);
  const isDirty = () => {
    const form = place.current?.form;
    return Boolean(form) && baseline.current !== snapshot(form);
  };
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      currentLocation.pathname !== nextLocation.pathname && isDirty(),
  );

  useEffect(() => {
    const form = place.current.form;
    baseline.current = snapshot(form);
    const mark = () => {
      form.dataset.dirty = String(isDirty());
    };
    const beforeUnload = (event) => {
      if (isDirty()) event.preventDefault();
    };
    const onSubmit = () => {
      submitted.current = snapshot(form);
    };
    const onSaved = () => {
      baseline.current = submitted.current;
      setRestored(false);
      mark();
    };
    const onForget = () => {
      baseline.current = snapshot(form);
      mark();
    };
    const onKeep = () => {
      if (isDirty()) keepDraft(form);
      onForget();
    };
    const onKey = (event) => {
      if ((event.ctrlKey || event.metaKey) && event.code === "KeyS") {
        event.preventDefault();
        form.requestSubmit();
      }
    };
    form.addEventListener("input", mark);
    form.addEventListener("change", mark);
    form.addEventListener("submit", onSubmit, true);
    window.addEventListener("beforeunload", beforeUnload);
    window.addEventListener(SAVED, onSaved);
    window.addEventListener(FORGET, onForget);
    window.addEventListener(KEEP, onKeep);
    window.addEventListener("keydown", onKey);
    if (restoreDraft(form)) setRestored(isDirty());
    mark();
    return () => {
      form.removeEventListener("input", mark);
      form.removeEventListener("change", mark);
      form.removeEventListener("submit", onSubmit, true);
      window.removeEventListener("beforeunload", beforeUnload);
      window.removeEventListener(SAVED, onSaved);
      window.removeEventListener(FORGET, onForget);
      window.removeEventListener(KEEP, onKeep);
      window.removeEventListener("keydown", onKey);
    };
  }, []);

  useEffect(() => {
    const blocked = blocker.state === "blocked";
    if (blocked && !dialog.current.open) {
      dialog.current.showModal();
      dialog.current.querySelector("[data-autofocus]").focus();
    }
    if (!blocked && dialog.current.open) dialog.current.close();
  }, [blocker.state]);

  useEffect(() => {
    if (refused) place.current.form.querySelector('[aria-invalid="true"]')?.focus();
  }, [refused]);

  const goBack = () => blocker.state === "blocked" && blocker.reset();
  const goOn = () => blocker.state === "blocked" && blocker.proceed();
  return (
    <>
      <input type="hidden" ref={place} />
      {isRestored ? (
        <p className="notice" role="status">
          {restored}
        </p>
      ) : null}
      <dialog
        ref={dialog}
        className="dialog"
        aria-labelledby="leave-title"
        onCancel={(event) => {
          event.preventDefault();
          goBack();
        }}
      >
        <div className="dialog-body">
          <h2 id="leave-title" className="dialog-title">
            {title}
          </h2>
          <p className="dialog-text">{text}</p>
          <div className="dialog-actions">
            <button type="button" className="button" onClick={goOn}>
              {leave}
            </button>
            <button type="button" className="button primary" data-autofocus="true" onClick={goBack}>
              {stay}
            </button>
          </div>
        </div>
      </dialog>
    </>
  );
}

// A number on a scale with words: the slider moves in steps, the field beside it takes any value.
// `words`: [[limit, word], ...] in rising order; a word holds up to and including its limit.
export function LevelSlider({ fieldId, name, initial, min, max, step, words, label, invalid, describedBy, disabled }) {
  const [value, setValue] = useState(initial ?? "");
  const level = Number(String(value).replace(",", "."));
  const known = value !== "" && Number.isFinite(level);
  const word = known ? (words.find(([limit]) => level <= limit) ?? words.at(-1))[1] : "";
  return (
    <div className="level">
      <input
        type="range"
        className="level-range"
        min={min}
        max={max}
        step={step}
        value={known ? level : min}
        aria-label={label}
        aria-valuetext={known ? `${value} — ${word}` : undefined}
        disabled={disabled}
        onChange={(event) => setValue(event.target.value)}
      />
      <input
        id={fieldId}
        name={name}
        className="input level-number"
        inputMode="decimal"
        autoComplete="off"
        value={value}
        aria-invalid={invalid ? "true" : undefined}
        aria-describedby={describedBy}
        readOnly={disabled}
        onChange={(event) => setValue(event.target.value)}
      />
      <output className="level-word" htmlFor={fieldId}>
        {word}
      </output>
    </div>
  );
}

// How long the text of the control `target` is: `template` with {chars} and {tokens}. A token is
// about four bytes of UTF-8, as the server estimates them.
export function TextCounter({ target, template, language }) {
  const [size, setSize] = useState([0, 0]);
  useEffect(() => {
    const control = document.getElementById(target);
    if (!control) return undefined;
    const count = () => {
      const text = control.value;
      setSize([[...text].length, Math.ceil(new TextEncoder().encode(text).length / 4)]);
    };
    count();
    control.addEventListener("input", count);
    return () => control.removeEventListener("input", count);
  }, [target]);
  const write = (value) => new Intl.NumberFormat(language).format(value);
  return (
    <span className="counter">
      {template.replace("{chars}", write(size[0])).replace("{tokens}", write(size[1]))}
    </span>
  );
}
