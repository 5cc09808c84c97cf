// Trying a step before anybody meets it: a request to the service, a prompt to the model.

import { useEffect, useId, useMemo, useRef, useState } from "react";
import { Check, ChevronRight, FlaskConical } from "lucide-react";
import { useForm } from "./form_context.jsx";
import { Group } from "./form_controls.jsx";
import { rootsIn } from "./form_templates.js";
import { answerPath, asList, freeName, getAt, isObject } from "./form_values.js";
import { readJson } from "./form_json.js";

const LIVE = ["today", "bot", "secret"];
const GIVE_UP_MS = 70_000;
const ROWS_SHOWN = 100;

export function RequestTest() {
  const { say, actions, testResult, content } = useForm();
  const run = useTrial(content, testResult, actions.testRequest);
  return (
    <Trial title={say("try_request")} hint={say("try_request_hint")} action={say("send_request")} run={run}>
      {run.result && <RequestResult result={run.result} />}
    </Trial>
  );
}

export function PromptTest({ path }) {
  const { say, actions, promptResult, content } = useForm();
  const run = useTrial(getAt(content, path), promptResult, actions.testPrompt);
  return (
    <Trial title={say("try_prompt")} hint={say("try_prompt_hint")} action={say("ask_model")} run={run}>
      {run.result && <PromptResult result={run.result} />}
    </Trial>
  );
}

// The variables a part of the content reads, their trial values, and the run that is under way.
function useTrial(part, result, act) {
  const { step, trialValues, setTrialValues } = useForm();
  const names = useMemo(() => rootsIn(part).filter((name) => !LIVE.includes(name)), [part]);
  const [waiting, setWaiting] = useState(false);
  const seen = useRef(result);
  useEffect(() => {
    if (result === seen.current) return;
    seen.current = result;
    if (!result?.running) setWaiting(false);
  }, [result]);
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setTimeout(() => setWaiting(false), GIVE_UP_MS);
    return () => clearTimeout(timer);
  }, [waiting]);
  const mine = isObject(result) && Object.keys(result).length > 0 && (result.step ?? step.id) === step.id;
  const busy = waiting || (mine && Boolean(result.running));
  return {
    names,
    values: trialValues,
    set: (name, text) => setTrialValues((values) => ({ ...values, [name]: text })),
    busy,
    result: mine && !busy ? result : null,
    start: () => {
      setWaiting(true);
      act(step.id, Object.fromEntries(names.filter((name) => trialValues[name]).map((name) => [name, meant(trialValues[name])])));
    },
  };
}

// A number, true, a list: as JSON; anything else is a text.
function meant(text) {
  const read = readJson(text);
  return read.fault ? text : read.value;
}

function Trial({ title, hint, action, run, children }) {
  const { say, readOnly } = useForm();
  const id = useId();
  const [open, setOpen] = useState(false);
  if (readOnly) return null;
  return (
    <details className="sf-more sf-trial" open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <FlaskConical size={16} aria-hidden="true" />
        <span>{title}</span>
        <ChevronRight size={16} aria-hidden="true" className="sf-chevron" />
      </summary>
      <div className="sf-more-body">
        <p className="sf-hint">{hint}</p>
        {run.names.map((name) => (
          <div className="sf-field sf-inline" key={name}>
            <label htmlFor={`${id}-${name}`} className="sf-code">
              {name}
            </label>
            <input
              id={`${id}-${name}`}
              className="input"
              autoComplete="off"
              placeholder={say("trial_value")}
              value={run.values[name] ?? ""}
              onChange={({ target }) => run.set(name, target.value)}
            />
          </div>
        ))}
        <div>
          <button type="button" className="button small primary" aria-disabled={run.busy} onClick={() => run.busy || run.start()}>
            {run.busy ? say("waiting") : action}
          </button>
        </div>
        <div role="status" className="sf-result-box">
          {children}
        </div>
      </div>
    </details>
  );
}

// Why nothing came of it, by its code; what is no code is said as it stands.
const FAILURES = [
  "refused_address", "bad_url", "bad_request", "too_many_redirects", "timeout", "connection", "tls", "too_large",
  "bad_response", "not_configured", "refused", "unavailable", "bad_answer", "no_request", "no_prompt",
]; // prettier-ignore
const failureText = (say, error) => (FAILURES.includes(error) ? say(`failure_${error}`) : error);

function PromptResult({ result }) {
  const { say, lang } = useForm();
  const number = (value) => new Intl.NumberFormat(lang, { maximumFractionDigits: 6 }).format(value);
  const dollars = (value) => new Intl.NumberFormat(lang, { style: "currency", currency: "USD", maximumSignificantDigits: 3 }).format(value);
  const tokens = isObject(result.tokens) ? result.tokens.total_tokens ?? result.tokens.total : result.tokens;
  const facts = [
    typeof tokens === "number" && say("tokens", { count: tokens }),
    typeof result.ms === "number" && say("milliseconds", { ms: number(result.ms) }),
    typeof result.cost === "number" && say("cost", { cost: dollars(result.cost) }),
    typeof tokens === "number" && result.cost == null && say("cost_unknown"),
  ].filter(Boolean);
  return (
    <div className="sf-result">
      {result.error ? <p className="error-text">{failureText(say, result.error)}</p> : <p className="sf-said">{result.text || say("empty_answer")}</p>}
      {facts.length > 0 && <p className="sf-hint">{facts.join(" · ")}</p>}
    </div>
  );
}

function RequestResult({ result }) {
  const { say, content } = useForm();
  const success = content.success ?? "2xx";
  const fits = (status) => success === "any" || (Array.isArray(success) ? success.includes(status) : status >= 200 && status < 300);
  const ms = result.duration_ms ?? result.ms;
  return (
    <div className="sf-result">
      <p className="sf-result-head">
        {Boolean(result.status) && <span className={fits(result.status) ? "badge good" : "badge bad"}>{result.status}</span>}
        {typeof ms === "number" && <span className="sf-hint">{say("milliseconds", { ms: Math.round(ms) })}</span>}
      </p>
      {result.error && <p className="error-text">{failureText(say, result.error)}</p>}
      {result.body !== undefined && !(result.error && result.body === "") && <Body body={result.body} />}
    </div>
  );
}

function Body({ body }) {
  const { say } = useForm();
  if (typeof body === "string") {
    return (
      <>
        <p className="sf-hint">{say("not_json")}</p>
        <pre className="sf-raw" tabIndex={0}>
          {body || say("empty_answer")}
        </pre>
      </>
    );
  }
  return (
    <Group title={say("answer_tree")} hint={say("answer_tree_hint")} className="sf-flat">
      <ul className="sf-tree">
        <Node path={[]} name={say("whole_answer")} value={body} depth={0} />
      </ul>
    </Group>
  );
}

// A value of the answer: a click adds a row that saves it.
function Node({ path, name, value, depth }) {
  const { say, content, variables, put } = useForm();
  const nested = value !== null && typeof value === "object";
  const [open, setOpen] = useState(depth < 2);
  const written = answerPath(path);
  const rows = asList(content.save);
  const saved = rows.find((row) => row?.path === written);
  const entries = !nested ? [] : Array.isArray(value) ? value.map((item, n) => [n, item]) : Object.entries(value);
  const add = () => {
    if (saved || written === null) return;
    const words = [...path].reverse().find((part) => typeof part === "string") ?? "answer";
    const taken = [...variables.map((one) => one.name), ...rows.map((row) => row?.var)];
    put(["save"], [...rows, { path: written, var: freeName(words, taken) }]);
  };
  const shown = nested
    ? Array.isArray(value)
      ? say("items", { count: entries.length })
      : say("fields", { count: entries.length })
    : JSON.stringify(value);
  return (
    <li>
      <div className="sf-node">
        {nested && entries.length > 0 ? (
          <button
            type="button"
            className="sf-fold"
            aria-expanded={open}
            aria-label={say("fold", { name: String(name) })}
            onClick={() => setOpen(!open)}
          >
            <ChevronRight size={14} aria-hidden="true" className="sf-chevron" />
          </button>
        ) : (
          <span className="sf-fold" />
        )}
        <button
          type="button"
          className={saved ? "sf-leaf saved" : "sf-leaf"}
          aria-disabled={Boolean(saved) || written === null}
          title={written === null ? say("path_unwritable") : saved ? say("saved_as", { name: saved.var }) : say("save_value", { path: written || say("whole_answer") })}
          onClick={add}
        >
          <code className="sf-key">{typeof name === "number" ? `[${name}]` : name}</code>
          <span className={nested ? "sf-kind" : `sf-value is-${value === null ? "null" : typeof value}`}>{shown}</span>
          {saved && (
            <span className="badge good">
              <Check size={12} aria-hidden="true" />
              {saved.var}
            </span>
          )}
        </button>
      </div>
      {nested && open && entries.length > 0 && (
        <ul>
          {entries.slice(0, ROWS_SHOWN).map(([key, item]) => (
            <Node key={key} path={[...path, key]} name={key} value={item} depth={depth + 1} />
          ))}
          {entries.length > ROWS_SHOWN && <li className="sf-hint">{say("more_items", { count: entries.length - ROWS_SHOWN })}</li>}
        </ul>
      )}
    </li>
  );
}
