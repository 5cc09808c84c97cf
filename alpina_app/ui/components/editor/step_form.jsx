// The form of one step of a scenario (see step_form.py). It edits a copy of its own; what changed
// is told after a pause and when the form is left.

import { useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import { Braces, GitBranch, Globe, HelpCircle, MessageSquare, MousePointerClick } from "lucide-react";
import { CallForm } from "./form_call.jsx";
import { ConditionForm } from "./form_condition.jsx";
import { Claims, FormProvider, speaker, useForm, useUnclaimed } from "./form_context.jsx";
import { Field, Group, More, Notes, Segments, ValueField } from "./form_controls.jsx";
import { useDraft } from "./form_draft.js";
import { NextStep } from "./form_exits.jsx";
import { ExpertView } from "./form_expert.jsx";
import { readJson, writeJson } from "./form_json.js";
import { ofKind } from "./form_kinds.js";
import { RowList } from "./form_lists.jsx";
import { MessageForm } from "./form_message.jsx";
import { QuestionForm } from "./form_question.jsx";
import { asList, equal, isObject, putAt } from "./form_values.js";
import { VariableFacts, VariableField } from "./form_variables.jsx";

const TYPES = ["message", "question", "condition", "api_call"];
const ICONS = { message: MessageSquare, question: HelpCircle, condition: GitBranch, api_call: Globe };
const FORMS = { message: MessageForm, question: QuestionForm, condition: ConditionForm, api_call: CallForm };

export function StepForm({ step, texts, lang, ...rest }) {
  const say = useMemo(() => speaker(texts, lang), [texts, lang]);
  if (step?.id === undefined || step.id === null) {
    return (
      <div className="sf sf-nothing">
        <MousePointerClick size={22} aria-hidden="true" />
        <p>{say("nothing_picked")}</p>
      </div>
    );
  }
  return <Editor step={step} say={say} lang={lang} {...rest} />;
}

function Editor({ step, say, lang, steps, variables, findings, secrets, models, readOnly, testResult, promptResult, ...on }) {
  const root = useRef(null);
  const { copy, change, flush } = useDraft(step, steps, root, on.onChange);
  const kinds = useRef({});
  const [trialValues, setTrialValues] = useState({});
  const claims = useMemo(() => new Claims(), [copy.key]);
  const [tab, setTab] = useState("form");
  const [json, setJson] = useState(null); // {step, text, fault, content}
  const { mine } = copy;
  const told = useRef(on);
  told.current = on;

  const actions = useMemo(() => {
    const after = (name) => (...args) => {
      flush();
      told.current[name]?.(...args);
    };
    return {
      create: after("onCreate"),
      pick: after("onPick"),
      rename: after("onRename"),
      testRequest: after("onTestRequest"),
      testPrompt: after("onTestPrompt"),
    };
  }, [flush]);

  const setField = useCallback((field, value) => change((fields) => ({ ...fields, [field]: value })), [change]);
  const put = useCallback(
    (path, value) => change((fields) => ({ ...fields, content: putAt(fields.content, path, value) ?? {} })),
    [change],
  );
  const setKind = (key, to, standard) => {
    const from = key === "step_type" ? mine.step_type : (mine.content[key] ?? standard);
    kinds.current[`${copy.key} ${key} ${from}`] = mine.content;
    const content = ofKind(mine.content, key, from, to, kinds.current[`${copy.key} ${key} ${to}`]);
    change((fields) =>
      key === "step_type"
        ? { ...fields, step_type: to, content }
        : { ...fields, content: { ...content, ...(to === standard ? {} : { [key]: to }) } },
    );
  };

  const written = json?.step === copy.key && (json.fault || equal(json.content, mine.content)) ? json : null;
  const text = written?.text ?? writeJson(mine.content);
  const write = (typed) => {
    const read = readJson(typed);
    setJson({ step: copy.key, text: typed, fault: read.fault, content: read.value });
    if (!read.fault) setField("content", read.value);
  };
  const fault = written?.fault;
  const readable = isObject(mine.content);
  const view = readable ? tab : "json";
  const locked = readOnly || Boolean(fault);

  const form = {
    say,
    lang,
    steps,
    variables,
    findings,
    secrets,
    models: models ?? [],
    testResult,
    promptResult,
    claims,
    actions,
    put,
    setKind,
    trialValues,
    setTrialValues,
    change: setField,
    content: readable ? mine.content : {},
    step: { ...mine, id: copy.id },
    readOnly: view === "form" ? locked : readOnly,
  };
  const leave = (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) flush();
  };
  return (
    <FormProvider value={form}>
      <div className="sf" ref={root} onBlur={leave} data-step={copy.id} data-ready="true">
        <Head key={`head ${copy.key}`} view={view} onView={setTab} canSwitch={readable} />
        {view === "form" && fault && (
          <div className="notice warn" role="status">
            <div className="sf-fault">
              <p>{say("json_broken", { line: fault.line })}</p>
              <div className="row">
                <button type="button" className="button small" onClick={() => setTab("json")}>
                  {say("json_back")}
                </button>
                <button type="button" className="button small quiet" onClick={() => setJson(null)}>
                  {say("json_discard")}
                </button>
              </div>
            </div>
          </div>
        )}
        {!readable && <p className="notice warn">{say("not_an_object")}</p>}
        {view === "json" ? (
          <ExpertView text={text} fault={fault} onText={write} onDiscard={() => setJson(null)} />
        ) : (
          <fieldset key={`body ${copy.key}`} disabled={locked} className="sf-body" aria-labelledby="sf-title">
            <Rest />
            <TypeForm />
            <Group title={say("group_next")}>
              <NextStep />
            </Group>
            <Settings />
            <AllVariables />
          </fieldset>
        )}
      </div>
    </FormProvider>
  );
}

function TypeForm() {
  const { step } = useForm();
  const Body = FORMS[step.step_type];
  return Body ? <Body key={step.step_type} /> : null;
}

function Head({ view, onView, canSwitch }) {
  const { say, step, change, setKind, readOnly, findings, claims } = useForm();
  const id = useId();
  const Icon = ICONS[step.step_type] ?? MessageSquare;
  useEffect(() => {
    const drop = [claims.claim("name", false), claims.claim("step_type", false)];
    return () => drop.forEach((undo) => undo());
  }, [claims]);
  const notesAt = (place) => findings.filter((one) => one.path === place);
  return (
    <div className="sf-head">
      <h2 id="sf-title" className="visually-hidden">
        {say("form_of", { name: step.name ?? "" })}
      </h2>
      <div className="sf-head-line">
        <span className={`sf-type ${step.step_type}`} aria-hidden="true">
          <Icon size={18} />
        </span>
        <select
          className="select sf-type-select"
          aria-label={say("step_type")}
          value={TYPES.includes(step.step_type) ? step.step_type : "?"}
          disabled={readOnly}
          onChange={({ target }) => setKind("step_type", target.value)}
        >
          {!TYPES.includes(step.step_type) && <option value="?">{step.step_type}</option>}
          {TYPES.map((type) => (
            <option key={type} value={type}>
              {say(`type_${type}`)}
            </option>
          ))}
        </select>
        {canSwitch && (
          <Segments
            label={say("view")}
            value={view}
            options={[
              ["form", say("view_form")],
              ["json", <span key="json" className="sf-json-tab"><Braces size={13} aria-hidden="true" />JSON</span>],
            ]}
            onChange={onView}
          />
        )}
      </div>
      <Notes id={`${id}-type-notes`} notes={notesAt("step_type")} />
      <Field id={id} label={say("step_name")} notes={notesAt("name")}>
        {(attributes) => (
          <input
            {...attributes}
            className="input sf-name-input"
            autoComplete="off"
            maxLength={255}
            readOnly={readOnly}
            value={step.name ?? ""}
            placeholder={say("step_name_placeholder")}
            onChange={({ target }) => change("name", target.value)}
          />
        )}
      </Field>
    </div>
  );
}

// Findings that belong to no field here: a step nobody reaches, a cycle, an unknown key.
function Rest() {
  const left = useUnclaimed();
  const { say } = useForm();
  if (!left.length) return null;
  return (
    <section className="sf-rest" aria-label={say("remarks_here")}>
      <Notes id="sf-rest" notes={left.map((one) => ({ ...one, path: one.path.startsWith("content.") ? one.path.slice(8) : "" }))} showPath />
    </section>
  );
}

function Settings() {
  const { say, content } = useForm();
  const count = asList(content.set).length;
  return (
    <More title={say("set_title")} places={["set"]} count={count} open={count > 0}>
      <p className="sf-hint">{say("set_hint")}</p>
      <RowList path={["set"]} fresh={() => ({ var: "", value: "" })} add={say("add_set")} name={(n) => say("value_number", { n: n + 1 })}>
        {(row) => (
          <div className="sf-pair">
            <VariableField path={[...row, "var"]} label={say("variable")} keep info={false} />
            <ValueField path={[...row, "value"]} label={say("value")} placeholder="{{count | default: 0 | plus: 1}}" />
          </div>
        )}
      </RowList>
    </More>
  );
}

function AllVariables() {
  const { say, variables } = useForm();
  return (
    <More title={say("all_variables")} places={[]} count={variables.length}>
      {variables.length === 0 && <p className="sf-hint">{say("no_variables")}</p>}
      {variables.map((variable) => (
        <VariableFacts key={variable.name} variable={variable} named />
      ))}
    </More>
  );
}
