// Variables: offering them where a name or a template is written, where they are set and used.

import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Braces, Pencil } from "lucide-react";
import { useForm, usePlace } from "./form_context.jsx";
import { Field } from "./form_controls.jsx";
import { partsOf } from "./form_templates.js";
import { BUILT_IN, asText, isName } from "./form_values.js";

const SHOWN_STEPS = 3;

// What can be written between the braces: [{name, detail}], own variables first.
export function useOffers({ secrets: withSecrets = false, builtIn = true } = {}) {
  const { variables, steps, secrets, say } = useForm();
  return useMemo(() => {
    const names = new Map(steps.map((step) => [step.id, step.name]));
    const listed = (ids) => {
      const shown = ids.slice(0, SHOWN_STEPS).map((id) => names.get(id) ?? `№ ${id}`);
      return shown.join(", ") + (ids.length > shown.length ? ` +${ids.length - shown.length}` : "");
    };
    const own = variables.map(({ name, set_in, used_in }) => ({
      name,
      detail: [
        set_in.length ? say("set_in", { steps: listed(set_in) }) : say("set_nowhere"),
        used_in.length ? say("used_in", { steps: listed(used_in) }) : "",
      ]
        .filter(Boolean)
        .join(" · "),
    }));
    const standing = ["last_answer", "today", "bot.name", "bot.id", "user_session"].map((name) => ({
      name,
      detail: say(`built_in_${name.replace(".", "_")}`),
    }));
    const hidden = withSecrets
      ? secrets.map((name) => ({ name: `secret.${name}`, detail: say("secret_detail") }))
      : [];
    return [...own, ...hidden, ...(builtIn ? standing : [])];
  }, [variables, steps, secrets, say, withSecrets, builtIn]);
}

const matching = (offers, typed) => {
  const wanted = typed.trim().toLowerCase();
  return offers.filter(({ name }) => name.toLowerCase().includes(wanted));
};

// A list under (or over) `anchor`, in the browser's top layer: no panel cuts it off.
function Popup({ anchor, label, id, children, onClose }) {
  const box = useRef(null);
  useLayoutEffect(() => {
    const node = box.current;
    node.showPopover?.();
    const put = () => {
      const around = anchor.current?.getBoundingClientRect();
      if (!around) return;
      const wide = Math.min(Math.max(around.width, 280), window.innerWidth - 16);
      const below = window.innerHeight - around.bottom;
      const up = below < 260 && around.top > below;
      node.style.width = `${wide}px`;
      node.style.left = `${Math.max(8, Math.min(around.right - wide, window.innerWidth - wide - 8))}px`;
      node.style.maxHeight = `${Math.min(320, (up ? around.top : below) - 16)}px`;
      node.style.top = up ? "auto" : `${around.bottom + 4}px`;
      node.style.bottom = up ? `${window.innerHeight - around.top + 4}px` : "auto";
    };
    put();
    node.querySelector("[data-autofocus]")?.focus({ preventScroll: true });
    const outside = (event) => {
      if (!node.contains(event.target) && !anchor.current?.contains(event.target)) onClose();
    };
    window.addEventListener("scroll", put, true);
    window.addEventListener("resize", put);
    document.addEventListener("pointerdown", outside, true);
    return () => {
      window.removeEventListener("scroll", put, true);
      window.removeEventListener("resize", put);
      document.removeEventListener("pointerdown", outside, true);
    };
  }, []);
  const host = anchor.current?.closest("dialog, .radix-themes") ?? document.body;
  return createPortal(
    <div ref={box} popover="manual" className="sf-popup" id={id} role="group" aria-label={label}>
      {children}
    </div>,
    host,
  );
}

function Offers({ id, offers, active, label, onChoose, empty }) {
  const list = useRef(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);
  if (!offers.length) return <p className="sf-popup-empty">{empty}</p>;
  return (
    <ul ref={list} id={id} role="listbox" aria-label={label} className="sf-offers">
      {offers.map(({ name, detail }, n) => (
        <li
          key={name}
          id={`${id}-${n}`}
          role="option"
          aria-selected={n === active}
          onPointerDown={(event) => {
            event.preventDefault();
            onChoose(name);
          }}
        >
          <code>{name}</code>
          <span>{detail}</span>
        </li>
      ))}
    </ul>
  );
}

// Arrows, Enter and Esc in the text that filters a list of offers.
const keysFor = ({ offers, active, setActive, choose, close }) => (event) => {
  if (event.nativeEvent.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && offers.length) {
    event.preventDefault();
    setActive((active + step + offers.length) % offers.length);
  } else if (event.key === "Enter" && active >= 0 && offers[active]) {
    event.preventDefault();
    choose(offers[active].name);
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close();
  }
};

function InsertButton({ label, secrets, onInsert, onClosed }) {
  const { say } = useForm();
  const all = useOffers({ secrets });
  const anchor = useRef(null);
  const id = useId();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const offers = matching(all, typed);
  const close = () => {
    setOpen(false);
    setTyped("");
    setActive(0);
  };
  const choose = (name) => {
    close();
    onInsert(name);
  };
  const keys = keysFor({ offers, active, setActive, choose, close: () => (close(), onClosed()) });
  return (
    <span ref={anchor} className="sf-insert">
      <button
        type="button"
        className="sf-chip"
        aria-expanded={open}
        aria-haspopup="listbox"
        aria-label={`${say("insert_variable")}: ${label}`}
        title={say("insert_variable")}
        onClick={() => (open ? close() : setOpen(true))}
      >
        <Braces size={14} aria-hidden="true" />
        <span>{say("variable")}</span>
      </button>
      {open && (
        <Popup anchor={anchor} label={say("insert_variable")} onClose={close}>
          <input
            className="input sf-popup-search"
            role="combobox"
            aria-expanded="true"
            aria-controls={`${id}-list`}
            aria-activedescendant={offers.length ? `${id}-list-${active}` : undefined}
            aria-label={say("find_variable")}
            placeholder={say("find_variable")}
            autoComplete="off"
            data-autofocus="true"
            value={typed}
            onChange={({ target }) => {
              setTyped(target.value);
              setActive(0);
            }}
            onKeyDown={keys}
            onBlur={close}
          />
          <Offers
            id={`${id}-list`}
            offers={offers}
            active={active}
            label={say("variables")}
            empty={say("no_variables_found")}
            onChoose={choose}
          />
        </Popup>
      )}
    </span>
  );
}

// A text with `{{templates}}`: coloured while it is written, variables a click away.
// `lines` 1: no new line may be typed.
export function TemplateField({ path, label, hint, placeholder, lines = 3, secrets = false, keep = false, hideLabel, code = false, initial = "" }) {
  const { say, readOnly } = useForm();
  const { id, value, put, notes } = usePlace(path);
  const area = useRef(null);
  const caret = useRef(null);
  const text = asText(value === undefined ? initial : value);
  const parts = useMemo(() => partsOf(text), [text]);
  const broken = parts.some(({ kind }) => kind === "broken");
  const change = (written) => {
    const clean = lines === 1 ? written.replace(/\s*\n\s*/g, " ") : written;
    put(clean === "" && !keep && initial === "" ? undefined : clean);
  };
  useLayoutEffect(() => {
    if (caret.current === null) return;
    area.current.focus();
    area.current.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  });
  const insert = (name) => {
    const { selectionStart: from, selectionEnd: to } = area.current;
    const piece = `{{${name}}}`;
    caret.current = from + piece.length;
    change(text.slice(0, from) + piece + text.slice(to));
  };
  return (
    <Field
      id={id}
      label={label}
      hint={hint}
      hideLabel={hideLabel}
      notes={notes}
      error={broken && !notes.length ? say("broken_braces") : ""}
      aside={
        !readOnly && (
          <InsertButton label={label} secrets={secrets} onInsert={insert} onClosed={() => area.current.focus()} />
        )
      }
    >
      {(attributes) => (
        <div className={code ? "sf-template sf-code" : "sf-template"} data-lines={lines}>
          <div className="sf-mirror" aria-hidden="true">
            {parts.map((part, n) =>
              part.kind === "plain" ? part.text : <mark key={n} className={part.kind}>{part.text}</mark>,
            )}
            {"\u200b"}
          </div>
          <textarea
            {...attributes}
            ref={area}
            rows={lines}
            spellCheck={!code}
            placeholder={placeholder}
            value={text}
            onChange={({ target }) => change(target.value)}
            onKeyDown={(event) => lines === 1 && event.key === "Enter" && event.preventDefault()}
          />
        </div>
      )}
    </Field>
  );
}

// The name of a variable, offered from those of the scenario. `paths`: a path into one may follow.
export function VariableField({ path, label, hint, placeholder, paths = false, keep = false, hideLabel, info = true }) {
  const { say, variables, readOnly } = useForm();
  const { id, value, put, notes } = usePlace(path);
  const all = useOffers({ builtIn: paths });
  const anchor = useRef(null);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const text = asText(value);
  const fresh = !all.some(({ name }) => name === text);
  const offers = fresh ? matching(all, text) : all;
  const known = variables.find(({ name }) => name === text.split(/[.[]/)[0]);
  const fault = text && !paths && !notes.length ? nameFault(text) : "";
  const close = () => {
    setOpen(false);
    setActive(-1);
  };
  const choose = (name) => {
    put(name);
    close();
  };
  const keys = keysFor({ offers, active, setActive, choose, close });
  const shown = open && !readOnly && offers.length > 0;
  return (
    <div className="sf-variable">
      <Field id={id} label={label} hint={hint} hideLabel={hideLabel} notes={notes} error={fault && say(fault)}>
        {(attributes) => (
          <span ref={anchor}>
            <input
              {...attributes}
              className="input sf-code"
              role="combobox"
              aria-expanded={shown}
              aria-autocomplete="list"
              aria-controls={shown ? `${id}-list` : undefined}
              aria-activedescendant={shown && active >= 0 ? `${id}-list-${active}` : undefined}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck="false"
              placeholder={placeholder}
              value={text}
              onFocus={() => setOpen(true)}
              onClick={() => setOpen(true)}
              onBlur={close}
              onChange={({ target }) => {
                put(target.value === "" && !keep ? undefined : target.value);
                setOpen(true);
                setActive(-1);
              }}
              onKeyDown={(event) => {
                if (open || event.key !== "Escape") {
                  if (event.key === "ArrowDown") setOpen(true);
                  if (event.key !== "Escape" || shown) keys(event);
                }
              }}
            />
            {shown && (
              <Popup anchor={anchor} label={say("variables")} onClose={close}>
                <Offers
                  id={`${id}-list`}
                  offers={offers}
                  active={active}
                  label={say("variables")}
                  onChoose={choose}
                />
              </Popup>
            )}
          </span>
        )}
      </Field>
      {info && known && <VariableFacts variable={known} />}
    </div>
  );
}

function nameFault(name) {
  if (BUILT_IN.includes(name)) return "name_reserved";
  return isName(name) ? "" : "name_invalid";
}

// Where a variable is set and used, each step a click away, and its renaming in all of them.
export function VariableFacts({ variable, named = false }) {
  const { say, readOnly, actions } = useForm();
  const [renaming, setRenaming] = useState(false);
  const button = useRef(null);
  const { name, set_in: setIn, used_in: usedIn } = variable;
  const done = () => {
    setRenaming(false);
    requestAnimationFrame(() => button.current?.focus());
  };
  return (
    <div className="sf-facts">
      <p>
        {named && <code className="sf-name">{name}</code>}
        <StepLinks title={setIn.length ? say("set_by") : say("set_nowhere")} ids={setIn} />
        <StepLinks title={usedIn.length ? say("used_by") : say("used_nowhere")} ids={usedIn} />
        {!readOnly && !renaming && (
          <button
            ref={button}
            type="button"
            className="sf-chip"
            aria-label={say("rename_of", { name })}
            onClick={() => setRenaming(true)}
          >
            <Pencil size={13} aria-hidden="true" />
            <span>{say("rename")}</span>
          </button>
        )}
      </p>
      {renaming && <Rename name={name} count={new Set([...setIn, ...usedIn]).size} onDone={done} act={actions.rename} />}
    </div>
  );
}

function StepLinks({ title, ids }) {
  const { steps, step, actions, say } = useForm();
  const shown = ids.slice(0, SHOWN_STEPS);
  return (
    <span>
      {title}
      {shown.map((id, n) => {
        const name = steps.find((one) => one.id === id)?.name || say("step_number", { id });
        return (
          <span key={id}>
            {n ? ", " : " "}
            {id === step.id ? (
              say("this_step")
            ) : (
              <button type="button" className="sf-link" onClick={() => actions.pick(id)}>
                {name}
              </button>
            )}
          </span>
        );
      })}
      {ids.length > shown.length && ` +${ids.length - shown.length}`}
    </span>
  );
}

function Rename({ name, count, onDone, act }) {
  const { say, variables } = useForm();
  const id = useId();
  const [text, setText] = useState(name);
  const taken = text !== name && variables.some((one) => one.name === text);
  const fault = taken ? "name_taken" : nameFault(text);
  const submit = () => {
    if (fault) return;
    if (text !== name) act(name, text);
    onDone();
  };
  return (
    <div
      className="sf-rename"
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          onDone();
        }
        if (event.key === "Enter" && event.target.tagName === "INPUT") {
          event.preventDefault();
          submit();
        }
      }}
    >
      <Field id={id} label={say("new_name")} error={fault && say(fault)} hint={say("rename_hint", { count })}>
        {(attributes) => (
          <input
            {...attributes}
            className="input sf-code"
            autoComplete="off"
            spellCheck="false"
            autoFocus
            value={text}
            onFocus={({ target }) => target.select()}
            onChange={({ target }) => setText(target.value)}
          />
        )}
      </Field>
      <div className="row">
        <button type="button" className="button small primary" disabled={Boolean(fault)} onClick={submit}>
          {say("rename_everywhere")}
        </button>
        <button type="button" className="button small quiet" onClick={onDone}>
          {say("cancel")}
        </button>
      </div>
    </div>
  );
}
