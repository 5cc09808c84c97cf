// The form of a condition: branches of rules, or classes that GPT chooses from.

import { useForm, usePlace } from "./form_context.jsx";
import { Field, Group, More, Notes, NumberField, Segments, SelectField, SwitchField, TextField, ValueField } from "./form_controls.jsx";
import { GotoField } from "./form_exits.jsx";
import { AddButton, RowButtons, RowList, useRows } from "./form_lists.jsx";
import { PromptTest } from "./form_try.jsx";
import { TemplateField, VariableField } from "./form_variables.jsx";
import { asList, asObject, asText } from "./form_values.js";

const OPERATORS = {
  compare: ["eq", "ne", "gt", "gte", "lt", "lte", "between"],
  text: ["contains", "not_contains", "starts_with", "ends_with", "matches", "not_matches"],
  list: ["in", "not_in"],
  state: ["is_set", "is_empty", "is_true", "is_false"],
  date: ["before", "after"],
};
const WITHOUT_VALUE = OPERATORS.state;
// Comparisons of texts, where the case may matter.
const OF_TEXTS = ["eq", "ne", "contains", "not_contains", "starts_with", "ends_with", "in", "not_in", "matches", "not_matches"];

export function ConditionForm() {
  const { say, content, setKind } = useForm();
  const mode = content.mode ?? "rules";
  const { id, notes } = usePlace(["mode"]);
  return (
    <>
      <Notes id={`${id}-notes`} notes={notes} />
            <Segments
              label={say("mode")}
              value={mode}
              options={["rules", "gpt"].map((one) => [one, say(`mode_${one}`)])}
              onChange={(next) => setKind("mode", next, "rules")}
            />
          
      {mode === "gpt" ? <Classifier /> : <Branches />}
    </>
  );
}

function Branches() {
  const { say } = useForm();
  return (
    <Group title={say("group_branches")} hint={say("branches_hint")}>
      <RowList
        path={["branches"]}
        keep
        fresh={() => ({ rules: [{ var: "", op: "eq", value: "" }] })}
        add={say("add_branch")}
        name={(n) => say("branch_number", { n: n + 1 })}
      >
        {(path, n) => <Branch path={path} n={n} />}
      </RowList>
    </Group>
  );
}

function Branch({ path, n }) {
  const { say } = useForm();
  const { value } = usePlace(path);
  const count = asList(asObject(value).rules).length;
  return (
    <>
      <TextField path={[...path, "name"]} label={say("branch_name")} placeholder={say("branch_placeholder")} />
      {count > 1 && (
        <SelectField
          path={[...path, "match"]}
          label={say("match")}
          standard="all"
          options={["all", "any"].map((one) => [one, say(`match_${one}`)])}
        />
      )}
      <Rules path={[...path, "rules"]} match={asObject(value).match ?? "all"} />
      <GotoField path={[...path, "goto"]} exit={`branch:${n}`} unset="next" label={say("branch_exit")} />
    </>
  );
}

function Rules({ path, match }) {
  const { say } = useForm();
  const rows = useRows(path, { keep: true });
  return (
    <div className="sf-rules">
      {rows.notes.length > 0 && (
        <Notes id={`${rows.id}-notes`} notes={rows.notes} />
      )}
      {rows.list.map((rule, n) => (
        <div key={rows.keys[n]} className="sf-rule" role="group" aria-label={say("rule_number", { n: n + 1 })}>
          <div className="sf-rule-head">
            <span className="badge">{say(n === 0 ? "if" : match === "any" ? "or" : "and")}</span>
            <RowButtons rows={rows} n={n} name={say("rule_number", { n: n + 1 })} />
          </div>
          <Rule path={[...path, n]} op={asObject(rule).op ?? "eq"} />
        </div>
      ))}
      <AddButton label={say("add_rule")} onClick={() => rows.add([{ var: "", op: "eq", value: "" }])} />
    </div>
  );
}

function Rule({ path, op }) {
  const { say } = useForm();
  const whole = usePlace(path);
  const choose = (next) => {
    const rule = { ...asObject(whole.value), op: next };
    if (WITHOUT_VALUE.includes(next)) delete rule.value;
    else if (next === "between" && !Array.isArray(rule.value)) rule.value = [rule.value ?? "", ""];
    else if (next !== "between" && op === "between") rule.value = asList(rule.value)[0] ?? "";
    else rule.value ??= "";
    whole.put(rule);
  };
  return (
    <>
      <VariableField path={[...path, "var"]} label={say("rule_var")} hideLabel placeholder={say("rule_var")} paths keep info={false} />
      <Operator path={[...path, "op"]} onChoose={choose} />
      {op === "between" ? (
        <Bounds path={[...path, "value"]} />
      ) : (
        !WITHOUT_VALUE.includes(op) && (
          <ValueField
            path={[...path, "value"]}
            label={say("rule_value")}
            hideLabel
            placeholder={say(["in", "not_in"].includes(op) ? "rule_list" : "rule_value")}
          />
        )
      )}
      {OF_TEXTS.includes(op) && whole.value?.ignore_case === false && (
        <SwitchField path={[...path, "ignore_case"]} label={say("ignore_case")} standard />
      )}
      {OF_TEXTS.includes(op) && whole.value?.ignore_case !== false && <CaseButton path={[...path, "ignore_case"]} />}
      {whole.notes.length > 0 && (
        <Notes id={`${whole.id}-notes`} notes={whole.notes} />
      )}
    </>
  );
}

function CaseButton({ path }) {
  const { say } = useForm();
  const { put } = usePlace(path);
  return (
    <button type="button" className="sf-chip" onClick={() => put(false)}>
      {say("mind_case")}
    </button>
  );
}

function Operator({ path, onChoose }) {
  const { say } = useForm();
  const { id, value, notes } = usePlace(path);
  const known = Object.values(OPERATORS).flat().includes(value);
  return (
    <Field id={id} label={say("operator")} hideLabel notes={notes}>
      {(attributes) => (
        <select {...attributes} className="select" value={known ? value : "?"} onChange={({ target }) => onChoose(target.value)}>
          {!known && <option value="?">{asText(value) || say("operator")}</option>}
          {Object.entries(OPERATORS).map(([kind, names]) => (
            <optgroup key={kind} label={say(`operators_${kind}`)}>
              {names.map((name) => (
                <option key={name} value={name}>
                  {say(`op_${name}`)}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      )}
    </Field>
  );
}

function Bounds({ path }) {
  const { say } = useForm();
  const { id, value, notes } = usePlace(path);
  if (!Array.isArray(value)) return <ValueField path={path} label={say("rule_value")} hideLabel placeholder="[1, 10]" />;
  return (
    <div className="sf-pair sf-bounds">
      <ValueField path={[...path, 0]} label={say("from")} hideLabel placeholder={say("from")} />
      <ValueField path={[...path, 1]} label={say("to")} hideLabel placeholder={say("to")} />
      {notes.length > 0 && (
        <Notes id={`${id}-notes`} notes={notes} />
      )}
    </div>
  );
}

function Classifier() {
  const { say } = useForm();
  return (
    <>
      <Group title={say("group_classes")} hint={say("classes_hint")}>
        <TemplateField path={["input"]} label={say("class_input")} hint={say("class_input_hint")} lines={2} initial="{{last_answer}}" />
        <RowList
          path={["classes"]}
          keep
          fresh={() => ({ id: "", description: "" })}
          add={say("add_class")}
          name={(n) => say("class_number", { n: n + 1 })}
        >
          {(path, n) => (
            <>
              <TextField path={[...path, "id"]} label={say("class_id")} placeholder="complaint" keep />
              <TextField path={[...path, "description"]} label={say("class_description")} placeholder={say("class_placeholder")} />
              <GotoField path={[...path, "goto"]} exit={`class:${n}`} unset="next" label={say("class_exit")} />
            </>
          )}
        </RowList>
      </Group>
      <More title={say("more")} places={["instructions", "timeout_s"]}>
        <Instructions />
        <NumberField path={["timeout_s"]} label={say("timeout")} standard={20} unit={say("seconds")} min={1} max={60} />
      </More>
      <PromptTest path={[]} />
    </>
  );
}

// Plain text: templates are not filled here.
function Instructions() {
  const { say } = useForm();
  const { id, value, put, notes } = usePlace(["instructions"]);
  return (
    <Field id={id} label={say("instructions")} hint={say("instructions_hint")} notes={notes}>
      {(attributes) => (
        <textarea
          {...attributes}
          className="textarea"
          rows={3}
          value={asText(value)}
          onChange={({ target }) => put(target.value || undefined)}
        />
      )}
    </Field>
  );
}
