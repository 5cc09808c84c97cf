// The controls of the step form. Each edits one place of the content, named by its path.

import { useEffect, useId, useRef, useState } from "react";
import { AlertTriangle, Braces, CircleAlert, ChevronRight } from "lucide-react";
import { findingsIn, useForm, usePlace } from "./form_context.jsx";
import { asText, equal } from "./form_values.js";
import { readJson, writeJson } from "./form_json.js";

export function Notes({ id, notes, error, showPath = false }) {
  if (!notes.length && !error) return null;
  return (
    <ul className="sf-notes" id={id}>
      {error && <Note severity="error" message={error} />}
      {notes.map((one, n) => (
        <Note key={n} {...one} path={showPath ? one.path : ""} />
      ))}
    </ul>
  );
}

function Note({ severity, message, path }) {
  const { say } = useForm();
  const Icon = severity === "error" ? CircleAlert : AlertTriangle;
  return (
    <li className={`sf-note ${severity}`}>
      <Icon size={15} aria-hidden="true" />
      <span>
        <span className="visually-hidden">{say(severity === "error" ? "error" : "warning")} </span>
        {path && <code>{path}</code>} {message}
      </span>
    </li>
  );
}

// A label, a control and what is to be said about it. `children` gets the control's attributes.
export function Field({ id, label, hint, notes = [], error, aside, hideLabel, className = "", children }) {
  const bad = Boolean(error) || notes.some((one) => one.severity === "error");
  const told = notes.length > 0 || Boolean(error);
  const described = [hint && `${id}-hint`, told && `${id}-notes`].filter(Boolean).join(" ");
  const attributes = {
    id,
    "aria-invalid": bad ? "true" : undefined,
    "aria-describedby": described || undefined,
  };
  return (
    <div className={`sf-field ${className}`}>
      <div className={hideLabel && !aside ? "visually-hidden" : "sf-field-head"}>
        <label htmlFor={id} className={hideLabel ? "visually-hidden" : "label"}>
          {label}
        </label>
        {aside}
      </div>
      {children(attributes)}
      {hint && (
        <p className="sf-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <Notes id={`${id}-notes`} notes={notes} error={error} />
    </div>
  );
}

// `keep`: an empty text stays in the content; else it is taken out, as the default it is.
export function TextField({ path, label, hint, placeholder, keep, hideLabel, initial = "", list, ...input }) {
  const { id, value, put, notes } = usePlace(path);
  const text = asText(value === undefined ? initial : value);
  return (
    <Field id={id} label={label} hint={hint} notes={notes} hideLabel={hideLabel}>
      {(attributes) => (
        <input
          {...attributes}
          {...input}
          className="input"
          autoComplete="off"
          spellCheck="false"
          placeholder={placeholder}
          value={text}
          list={list ? `${id}-list` : undefined}
          onChange={({ target }) => put(target.value === "" && !keep ? undefined : target.value)}
        />
      )}
    </Field>
  );
}

export function ModelField({ path }) {
  const { say, models } = useForm();
  const { id, value, put, notes } = usePlace(path);
  return (
    <Field id={id} label={say("model")} hint={say("model_hint")} notes={notes}>
      {(attributes) => (
        <>
          <input
            {...attributes}
            className="input"
            autoComplete="off"
            spellCheck="false"
            placeholder={say("model_of_bot")}
            value={asText(value)}
            list={models.length ? `${id}-list` : undefined}
            onChange={({ target }) => put(target.value || undefined)}
          />
          {models.length > 0 && (
            <datalist id={`${id}-list`}>
              {models.map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Field>
  );
}

const NUMBER = /^[-−]?\d+([.,]\d+)?$/;

// Empty means `standard`, shown as the placeholder.
export function NumberField({ path, label, hint, standard, unit, integer = false, hideLabel, min, max }) {
  const { say } = useForm();
  const { id, value, put, notes } = usePlace(path);
  const [text, setText] = useState(asText(value));
  const read = (written) => Number(written.trim().replace("−", "-").replace(",", "."));
  const fits = (written) => NUMBER.test(written.trim()) && (!integer || Number.isInteger(read(written)));
  useEffect(() => {
    const same = text.trim() === "" ? value == null : fits(text) && equal(read(text), value);
    if (!same) setText(asText(value));
  }, [value]);
  const wrong = text.trim() !== "" && !fits(text) && typeof value !== "string";
  const change = (written) => {
    setText(written);
    if (written.trim() === "") put(undefined);
    else if (fits(written)) put(read(written));
  };
  const bounds = min !== undefined && max !== undefined ? `${min}–${max}` : "";
  return (
    <Field
      id={id}
      label={label}
      hint={hint}
      hideLabel={hideLabel}
      notes={notes}
      error={wrong ? say(integer ? "not_integer" : "not_number") : ""}
    >
      {(attributes) => (
        <span className="sf-number">
          <input
            {...attributes}
            className="input"
            inputMode={integer ? "numeric" : "decimal"}
            autoComplete="off"
            placeholder={standard === undefined ? "" : String(standard)}
            value={text}
            onChange={({ target }) => change(target.value)}
          />
          {(unit || bounds) && (
            <span className="sf-unit" aria-hidden="true">
              {[unit, bounds].filter(Boolean).join(" · ")}
            </span>
          )}
        </span>
      )}
    </Field>
  );
}

export function SwitchField({ path, label, hint, standard = false }) {
  const { id, value, put, notes } = usePlace(path);
  const on = typeof value === "boolean" ? value : standard;
  return (
    <div className="sf-field">
      <label className="switch-label sf-switch" htmlFor={id}>
        <input
          id={id}
          type="checkbox"
          role="switch"
          className="switch"
          checked={on}
          aria-describedby={`${hint ? `${id}-hint` : ""} ${id}-notes`}
          onChange={() => put(!on === standard ? undefined : !on)}
        />
        <span>
          {label}
          {hint && (
            <span className="sf-hint" id={`${id}-hint`}>
              {hint}
            </span>
          )}
        </span>
      </label>
      <Notes id={`${id}-notes`} notes={notes} />
    </div>
  );
}

// `options`: [[value, text]]; one that is not among them is shown as it stands.
export function SelectField({ path, label, hint, options, standard, keep, hideLabel, onChange }) {
  const { id, value, put, notes } = usePlace(path);
  const chosen = value === undefined || value === null ? standard : value;
  const known = options.some(([one]) => one === chosen);
  const change = (next) => {
    if (onChange) onChange(next);
    else put(next === standard && !keep ? undefined : next);
  };
  return (
    <Field id={id} label={label} hint={hint} notes={notes} hideLabel={hideLabel}>
      {(attributes) => (
        <select
          {...attributes}
          className="select"
          value={known ? chosen : "?"}
          onChange={({ target }) => target.value !== "?" && change(target.value)}
        >
          {!known && <option value="?">{asText(chosen)}</option>}
          {options.map(([one, text]) => (
            <option key={one} value={one}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

// A few alternatives side by side.
export function Segments({ label, value, options, onChange }) {
  return (
    <div className="segments sf-segments" role="group" aria-label={label}>
      {options.map(([one, text]) => (
        <button key={one} type="button" aria-pressed={value === one} onClick={() => value === one || onChange(one)}>
          {text}
        </button>
      ))}
    </div>
  );
}

// Any JSON at a place. A text stands as it is (it may be a template); all else as JSON.
export function ValueField({ path, label, hint, hideLabel, placeholder, keep = true }) {
  const { say } = useForm();
  const { id, value, put, notes } = usePlace(path, { deep: true });
  const plain = value === undefined || typeof value === "string";
  const [asJson, setAsJson] = useState(!plain);
  const [text, setText] = useState(plain ? asText(value) : JSON.stringify(value));
  const [fault, setFault] = useState("");
  useEffect(() => {
    if (asJson) {
      const read = readJson(text);
      if (!read.fault && equal(read.value, value)) return;
    }
    setFault("");
    setAsJson(!(value === undefined || typeof value === "string"));
    setText(typeof value === "string" || value === undefined ? asText(value) : JSON.stringify(value));
  }, [value]);
  const change = (written) => {
    setText(written);
    if (!asJson) return put(written === "" && !keep ? undefined : written);
    const read = readJson(written);
    setFault(read.fault ? say(`json_${read.fault.code}`) : "");
    if (!read.fault) put(read.value);
    return undefined;
  };
  const toggle = () => {
    const read = readJson(text);
    if (asJson) {
      setAsJson(false);
      setFault("");
      const shown = !read.fault && typeof read.value === "string" ? read.value : text;
      setText(shown);
      put(shown);
    } else {
      const next = read.fault ? text : read.value;
      setAsJson(true);
      setText(JSON.stringify(next));
      put(next);
    }
  };
  return (
    <Field id={id} label={label} hint={hint} hideLabel={hideLabel} notes={notes} error={fault}>
      {(attributes) => (
        <span className="sf-joined">
          <input
            {...attributes}
            className={asJson ? "input sf-code" : "input"}
            autoComplete="off"
            spellCheck={!asJson}
            placeholder={placeholder}
            value={text}
            onChange={({ target }) => change(target.value)}
          />
          <button
            type="button"
            className="icon-button sf-toggle"
            aria-pressed={asJson}
            aria-label={`${say("as_json")}: ${label}`}
            title={say("as_json_hint")}
            onClick={toggle}
          >
            <Braces size={16} aria-hidden="true" />
          </button>
        </span>
      )}
    </Field>
  );
}

// A JSON value over several lines. With `templates` a text that is JSON only after its templates
// are filled is kept as that text.
export function JsonField({ path, label, hint, templates = false, placeholder }) {
  const { say } = useForm();
  const { id, value, put, notes } = usePlace(path, { deep: true });
  const written = (one) => (one === undefined || one === null ? "" : typeof one === "string" && templates ? one : writeJson(one));
  const [text, setText] = useState(written(value));
  const [fault, setFault] = useState(null);
  const last = useRef(value);
  useEffect(() => {
    if (equal(value, last.current)) return;
    last.current = value;
    setText(written(value));
    setFault(null);
  }, [value]);
  const store = (next) => {
    last.current = next;
    setFault(null);
    put(next);
  };
  const change = (typed) => {
    setText(typed);
    if (typed.trim() === "") return store(undefined);
    const read = readJson(typed);
    if (!read.fault) return store(read.value);
    if (templates && typed.includes("{{")) return store(typed);
    return setFault(read.fault);
  };
  const kept = templates && typeof value === "string" && value !== "" && !fault;
  return (
    <Field
      id={id}
      label={label}
      hint={kept ? say("json_template") : hint}
      notes={notes}
      error={fault ? say("json_at", { line: fault.line, column: fault.column, what: say(`json_${fault.code}`) }) : ""}
    >
      {(attributes) => (
        <textarea
          {...attributes}
          className="textarea sf-code"
          spellCheck="false"
          rows={Math.min(14, Math.max(4, text.split("\n").length))}
          placeholder={placeholder}
          value={text}
          onChange={({ target }) => change(target.value)}
        />
      )}
    </Field>
  );
}

// What is rarely needed. It stands open where something inside is set or has a finding.
export function More({ title, places, count = 0, open: opened = false, children }) {
  const { findings, say } = useForm();
  const found = findingsIn(findings, places.map((place) => `content.${place}`));
  const [open, setOpen] = useState(opened || found.length > 0);
  const bad = found.some((one) => one.severity === "error");
  useEffect(() => {
    if (found.length) setOpen(true);
  }, [found.length > 0]);
  return (
    <details className="sf-more" open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <ChevronRight size={16} aria-hidden="true" className="sf-chevron" />
        <span>{title}</span>
        {count > 0 && <span className="badge">{count}</span>}
        {found.length > 0 && (
          <span className={bad ? "badge bad" : "badge warn"}>{say("remarks", { count: found.length })}</span>
        )}
      </summary>
      <div className="sf-more-body">{children}</div>
    </details>
  );
}

export function Group({ title, hint, aside, children, className = "" }) {
  const id = useId();
  return (
    <section className={`sf-group ${className}`} aria-labelledby={id}>
      <div className="sf-group-head">
        <h3 id={id}>{title}</h3>
        {aside}
      </div>
      {hint && <p className="sf-hint">{hint}</p>}
      {children}
    </section>
  );
}
