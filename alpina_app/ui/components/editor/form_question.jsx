// The form of a question: what is asked, what is taken for an answer, what follows a wrong one.

import { useRef, useState } from "react";
import { ChevronDown, ListPlus } from "lucide-react";
import { useForm, usePlace } from "./form_context.jsx";
import { Field, Group, More, Notes, NumberField, SelectField, SwitchField, TextField, ValueField } from "./form_controls.jsx";
import { GotoField } from "./form_exits.jsx";
import { AddButton, IconButton, RowButtons, changeAndFocus, useRows } from "./form_lists.jsx";
import { TemplateField, VariableField } from "./form_variables.jsx";
import { asObject, asText } from "./form_values.js";

const TYPES = ["text", "number", "email", "phone", "url", "date", "time", "yes_no", "choice", "multi_choice", "rating"];
const CHOICES = ["choice", "multi_choice"];
const LINES = /\r?\n/;

export function QuestionForm() {
  const { say, content, put } = useForm();
  const type = asObject(content.input).type ?? "text";
  return (
    <>
      <Group title={say("group_question")}>
        <TemplateField path={["text"]} label={say("question_text")} placeholder={say("question_placeholder")} lines={3} keep />
      </Group>
      <Group title={say("group_answer")}>
        <div className="sf-pair">
          <SelectField
            path={["input", "type"]}
            label={say("answer_type")}
            standard="text"
            options={TYPES.map((one) => [one, say(`input_${one}`)])}
            onChange={(next) => put(["input"], withType(asObject(content.input), next))}
          />
          <VariableField path={["save_to"]} label={say("save_to")} placeholder={say("save_to_placeholder")} info={false} />
        </div>
        <SavedFacts />
        <AnswerOptions type={type} />
        <SwitchField path={["input", "required"]} label={say("required")} hint={say("required_hint")} standard />
      </Group>
      <Group title={say("group_wrong")}>
        <TemplateField path={["retry_text"]} label={say("retry_text")} hint={say("retry_hint")} lines={2} />
        <OnFail />
      </Group>
      <More title={say("more")} places={["skip_if_set", "input.max_len", "input.min_len", "input.pattern", "input.region"]}>
        <Rare type={type} />
        <SwitchField path={["skip_if_set"]} label={say("skip_if_set")} hint={say("skip_hint")} />
      </More>
    </>
  );
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
// Whether a bound of another kind of answer may stay.
const FITS = {
  number: (bound) => typeof bound === "number",
  multi_choice: (bound) => Number.isInteger(bound) && bound >= 0,
  date: (bound) => bound === "today" || DATE.test(bound),
};

function withType(input, type) {
  const next = { ...input, type };
  for (const key of ["min", "max"]) {
    if (FITS[type] && !FITS[type](next[key])) delete next[key];
  }
  if (type === "text") delete next.type;
  return Object.keys(next).length ? next : undefined;
}

function SavedFacts() {
  const { say, content } = useForm();
  return content.save_to ? null : <p className="sf-hint">{say("save_to_hint")}</p>;
}

function AnswerOptions({ type }) {
  const { say } = useForm();
  if (CHOICES.includes(type)) {
    return (
      <>
        <Options />
        {type === "multi_choice" && (
          <div className="sf-pair">
            <NumberField path={["input", "min"]} label={say("min_picks")} integer />
            <NumberField path={["input", "max"]} label={say("max_picks")} integer />
          </div>
        )}
      </>
    );
  }
  if (type === "number") {
    return (
      <>
        <div className="sf-pair">
          <NumberField path={["input", "min"]} label={say("min")} />
          <NumberField path={["input", "max"]} label={say("max")} />
        </div>
        <SwitchField path={["input", "integer"]} label={say("integer")} />
      </>
    );
  }
  if (type === "date") {
    return (
      <div className="sf-pair">
        <DateBound path={["input", "min"]} label={say("min_date")} />
        <DateBound path={["input", "max"]} label={say("max_date")} />
      </div>
    );
  }
  if (type === "rating") return <NumberField path={["input", "scale"]} label={say("scale")} integer standard={5} hint={say("scale_hint")} />;
  return null;
}

function Rare({ type }) {
  const { say, lang } = useForm();
  const region = asObject(useForm().content.input).region;
  if (type === "phone") {
    return <TextField path={["input", "region"]} label={say("region")} hint={say("region_hint", { name: countryName(region ?? "RU", lang) })} placeholder="RU" maxLength={2} />;
  }
  if (type !== "text") return null;
  return (
    <>
      <div className="sf-pair">
        <NumberField path={["input", "min_len"]} label={say("min_len")} integer />
        <NumberField path={["input", "max_len"]} label={say("max_len")} integer standard={1000} />
      </div>
      <TextField path={["input", "pattern"]} label={say("pattern")} hint={say("pattern_hint")} placeholder="[A-Z]{2}-\d{4}" />
    </>
  );
}

function countryName(code, lang) {
  try {
    return new Intl.DisplayNames(lang, { type: "region" }).of(String(code).toUpperCase());
  } catch {
    return String(code);
  }
}

// A date, today, or nothing.
function DateBound({ path, label }) {
  const { say } = useForm();
  const { id, value, put, notes } = usePlace(path);
  const text = asText(value);
  const kind =
    value === undefined || value === null ? "none" : text === "today" ? "today" : DATE.test(text) ? "date" : "?";
  const [chosen, setChosen] = useState(kind);
  const shown = kind === "none" && chosen === "date" ? "date" : kind;
  const choose = (next) => {
    if (next === "?") return;
    setChosen(next);
    put(next === "today" ? "today" : undefined);
  };
  return (
    <Field id={id} label={label} notes={notes}>
      {(attributes) => (
        <span className="sf-stacked">
          <select {...attributes} className="select" value={shown} onChange={({ target }) => choose(target.value)}>
            {shown === "?" && <option value="?">{text}</option>}
            <option value="none">{say("any_date")}</option>
            <option value="today">{say("today")}</option>
            <option value="date">{say("certain_date")}</option>
          </select>
          {shown === "date" && (
            <input
              type="date"
              className="input"
              aria-label={`${label}: ${say("certain_date")}`}
              value={text}
              onChange={({ target }) => put(target.value || undefined)}
            />
          )}
        </span>
      )}
    </Field>
  );
}

const PATH = ["input", "options"];

function Options() {
  const { say, readOnly } = useForm();
  const rows = useRows(PATH, { keep: true });
  const box = useRef(null);
  const [pasting, setPasting] = useState(false);
  const changeTo = (n, change) =>
    changeAndFocus(change, () => box.current?.querySelectorAll("[data-option-label]")[n]);
  const addAt = (n) => changeTo(n, () => rows.add([{ label: "" }], n));
  return (
    <div className="sf-list" ref={box} role="group" aria-label={say("options")}>
      <span className="label" aria-hidden="true">
        {say("options")}
      </span>
      <Notes id={`${rows.id}-notes`} notes={rows.notes} />
      {rows.list.map((_, n) => (
        <Option
          key={rows.keys[n]}
          rows={rows}
          n={n}
          onEnter={() => addAt(n + 1)}
          onLines={(lines) => {
            const [first, ...rest] = lines;
            changeTo(n + rest.length, () =>
              rows.replace(n, [{ ...asObject(rows.list[n]), label: first }, ...rest.map((label) => ({ label }))]),
            );
          }}
          onErase={() => changeTo(Math.max(0, n - 1), () => rows.remove(n))}
          onMove={(to) => changeTo(Math.min(Math.max(to, 0), rows.list.length - 1), () => rows.move(n, to))}
        />
      ))}
      {!readOnly && (
        <div className="row">
          <AddButton label={say("add_option")} onClick={() => addAt(rows.list.length)} />
          <button type="button" className="sf-add" aria-expanded={pasting} onClick={() => setPasting(!pasting)}>
            <ListPlus size={16} aria-hidden="true" />
            {say("paste_options")}
          </button>
        </div>
      )}
      {pasting && (
        <ManyLines
          onAdd={(lines) =>
            changeTo(rows.list.length + lines.length - 1, () => {
              rows.add(lines.map((label) => ({ label })));
              setPasting(false);
            })
          }
        />
      )}
    </div>
  );
}

const linesOf = (text) => text.split(LINES).map((line) => line.trim()).filter(Boolean);

function ManyLines({ onAdd }) {
  const { say } = useForm();
  const [text, setText] = useState("");
  const lines = linesOf(text);
  return (
    <div className="sf-card">
      <label className="sf-field">
        <span className="label">{say("many_options")}</span>
        <textarea className="textarea" autoFocus rows={4} value={text} onChange={({ target }) => setText(target.value)} />
      </label>
      <div>
        <button type="button" className="button small" disabled={!lines.length} onClick={() => onAdd(lines)}>
          {say("add_options", { count: lines.length })}
        </button>
      </div>
    </div>
  );
}

function Option({ rows, n, onEnter, onLines, onErase, onMove }) {
  const { say, findings } = useForm();
  const path = [...PATH, n];
  const whole = usePlace(path);
  const label = usePlace([...path, "label"]);
  const text = asText(label.value);
  const item = asObject(rows.list[n]);
  const inner = `content.input.options[${n}].`;
  const hasNotes = findings.some((one) => [`${inner}id`, `${inner}value`].includes(one.path));
  const [open, setOpen] = useState(item.id !== undefined || item.value !== undefined);
  const shown = open || hasNotes;
  const name = text || say("option_number", { n: n + 1 });
  return (
    <div className="sf-card sf-option" role="group" aria-label={name}>
      <div className="sf-option-line">
        <span className="sf-ordinal" aria-hidden="true">
          {n + 1}
        </span>
        <Field id={label.id} label={say("option_label", { n: n + 1 })} hideLabel notes={[...whole.notes, ...label.notes]}>
          {(attributes) => (
            <input
              {...attributes}
              data-option-label="true"
              className="input"
              autoComplete="off"
              placeholder={say("option_placeholder")}
              value={text}
              onChange={({ target }) => label.put(target.value)}
              onPaste={(event) => {
                const lines = linesOf(event.clipboardData.getData("text"));
                if (lines.length < 2) return;
                event.preventDefault();
                const { selectionStart: from, selectionEnd: to } = event.target;
                lines[0] = text.slice(0, from) + lines[0];
                lines.push(lines.pop() + text.slice(to));
                onLines(lines);
              }}
              onKeyDown={(event) => {
                if (event.nativeEvent.isComposing) return;
                if (event.key === "Enter") {
                  event.preventDefault();
                  onEnter();
                } else if (event.key === "Backspace" && text === "" && rows.list.length > 1) {
                  event.preventDefault();
                  onErase();
                } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
                  event.preventDefault();
                  onMove(n + (event.key === "ArrowUp" ? -1 : 1));
                }
              }}
            />
          )}
        </Field>
        <RowButtons rows={rows} n={n} name={name}>
          <IconButton label={say("option_more", { name })} aria-expanded={shown} onClick={() => setOpen(!shown)}>
            <ChevronDown size={15} aria-hidden="true" />
          </IconButton>
        </RowButtons>
      </div>
      <GotoField path={[...path, "goto"]} exit={`option:${n}`} unset="next" label={say("option_exit", { name })} hideLabel compact />
      {shown && (
        <div className="sf-pair">
          <ValueField path={[...path, "value"]} label={say("option_value")} placeholder={text} keep={false} hint={say("option_value_hint")} />
          <TextField path={[...path, "id"]} label={say("option_id")} placeholder={text} hint={say("option_id_hint")} />
        </div>
      )}
    </div>
  );
}

function OnFail() {
  const { say, content } = useForm();
  const action = asObject(content.on_fail).action ?? "end";
  const whole = usePlace(["on_fail"]);
  return (
    <>
      <Notes id={`${whole.id}-notes`} notes={whole.notes} />
      <div className="sf-request">
        <NumberField path={["max_attempts"]} label={say("max_attempts")} integer standard={3} />
        <SelectField
          path={["on_fail", "action"]}
          label={say("on_fail")}
          standard="end"
          options={["end", "goto", "default"].map((one) => [one, say(`on_fail_${one}`)])}
        />
      </div>
      {action === "goto" && <GotoField path={["on_fail", "goto"]} exit="on_fail" end={false} unset="choose" label={say("on_fail_goto_label")} />}
      {action === "default" && <ValueField path={["on_fail", "default"]} label={say("on_fail_default_label")} />}
      <TemplateField path={["on_fail", "text"]} label={say("on_fail_text")} hint={say("on_fail_text_hint")} lines={2} />
    </>
  );
}

