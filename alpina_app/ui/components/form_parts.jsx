import { useEffect, useRef, useState } from "react";
import { useBlocker } from "react-router";

const SAVED = "alpina-form-saved";
const FORGET = "alpina-form-forget";
const KEEP = "alpina-form-keep";
const SECRET_TYPES = ["password", "file"];

function snapshot(form) {
  const typed = ([name, value]) => typeof value === "string" && !name.startsWith("_");
  return JSON.stringify([...new FormData(form).entries()].filter(typed));
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
  return `alpina-draft:${window.location.pathname.replace(/\/+$/, "")}:${form.id}`;
}

function keepDraft(form, key) {
  const kept = controls(form).map((one) => [
    one.name,
    one.type === "checkbox" || one.type === "radio" ? one.checked : one.value,
    one.value,
  ]);
  sessionStorage.setItem(key, JSON.stringify(kept));
}

function restoreDraft(form, key) {
  const stored = sessionStorage.getItem(key);
  if (stored === null) return false;
  sessionStorage.removeItem(key);
  for (const [name, value, own] of JSON.parse(stored)) {
    const found = controls(form).filter((one) => one.name === name);
    const control = found.find((one) => one.type === "radio" && one.value === own) ?? found[0];
    if (control) fill(control, value);
  }
  return true;
}

// Stands inside a form and keeps what was typed from being lost: asks before the page is left, marks
// the form with data-dirty, and carries a draft over a sign-in or a restart of the server. The
// server tells by window events: `alpina-form-saved` (what was submitted last is stored),
// `alpina-form-forget` (leave freely), `alpina-form-keep` (write a draft, then leave freely). So
// does a click on what has `data-form-forget`. Ctrl+S submits. Names that begin with "_" do not
// count. `refused` grows with each refused submit: the first wrong control then gets the focus.
// `unsaved`: what the form begins with is stored nowhere.
export function FormGuard({ title, text, stay, leave, restored, refused, unsaved }) {
  const place = useRef(null);
  const dialog = useRef(null);
  const baseline = useRef("");
  const submitted = useRef(null);
  const isFree = useRef(false);
  const [isRestored, setRestored] = useState(false);
  const holds = (form) => Boolean(form) && !isFree.current && baseline.current !== snapshot(form);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      currentLocation.pathname !== nextLocation.pathname && holds(place.current?.form),
  );

  useEffect(() => {
    const form = place.current.form;
    const key = draftKey(form);
    baseline.current = unsaved ? "" : snapshot(form);
    const mark = () => {
      form.dataset.dirty = String(holds(form));
    };
    const onInput = () => {
      isFree.current = false;
      mark();
    };
    const beforeUnload = (event) => {
      if (holds(form)) event.preventDefault();
    };
    const onSubmit = () => {
      submitted.current = snapshot(form);
    };
    const onSaved = () => {
      baseline.current = submitted.current ?? snapshot(form);
      setRestored(false);
      mark();
    };
    const onForget = () => {
      isFree.current = true;
      mark();
    };
    const onKeep = () => {
      if (holds(form)) keepDraft(form, key);
      onForget();
    };
    const onClick = (event) => {
      if (event.target.closest?.("[data-form-forget]")) onForget();
    };
    const onKey = (event) => {
      if ((event.ctrlKey || event.metaKey) && event.code === "KeyS") {
        event.preventDefault();
        form.requestSubmit();
      }
    };
    form.addEventListener("input", onInput);
    form.addEventListener("change", onInput);
    form.addEventListener("submit", onSubmit, true);
    window.addEventListener("beforeunload", beforeUnload);
    window.addEventListener(SAVED, onSaved);
    window.addEventListener(FORGET, onForget);
    window.addEventListener(KEEP, onKeep);
    window.addEventListener("keydown", onKey);
    document.addEventListener("click", onClick, true);
    if (restoreDraft(form, key)) setRestored(holds(form));
    mark();
    return () => {
      if (holds(form)) keepDraft(form, key);
      form.removeEventListener("input", onInput);
      form.removeEventListener("change", onInput);
      form.removeEventListener("submit", onSubmit, true);
      window.removeEventListener("beforeunload", beforeUnload);
      window.removeEventListener(SAVED, onSaved);
      window.removeEventListener(FORGET, onForget);
      window.removeEventListener(KEEP, onKeep);
      window.removeEventListener("keydown", onKey);
      document.removeEventListener("click", onClick, true);
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
  const goOn = () => {
    isFree.current = true;
    if (blocker.state === "blocked") blocker.proceed();
  };
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

// A file chosen or dropped: its text goes to `onText`, or, where it would not fit into one message
// of `limit` characters to the server, `onRefuse` is told.
export function TextFile({ label, hint, accept, limit, onText, onRefuse }) {
  const [isOver, setOver] = useState(false);
  const [name, setName] = useState("");
  const read = async (file) => {
    if (!file) return;
    setName(file.name);
    const text = file.size > limit * 4 ? null : await file.text();
    if (text === null || JSON.stringify(text).length > limit) onRefuse?.();
    else onText?.(text);
  };
  return (
    <label
      className={isOver ? "file-drop over" : "file-drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        read(event.dataTransfer.files[0]);
      }}
    >
      <input
        type="file"
        accept={accept}
        className="visually-hidden"
        onChange={(event) => {
          read(event.target.files[0]);
          event.target.value = "";
        }}
      />
      <strong>{label}</strong>
      <span>{name || hint}</span>
    </label>
  );
}
