// The form of a call: to a service over HTTP, or to GPT for JSON.

import { useState } from "react";
import { useForm, usePlace } from "./form_context.jsx";
import { Field, Group, JsonField, ModelField, More, Notes, NumberField, Segments, SelectField, TextField, ValueField } from "./form_controls.jsx";
import { GotoField } from "./form_exits.jsx";
import { RowList } from "./form_lists.jsx";
import { PromptTest, RequestTest } from "./form_try.jsx";
import { TemplateField, VariableField } from "./form_variables.jsx";
import { asList, asObject, asText } from "./form_values.js";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const BODIES = ["none", "json", "form", "raw"];
const SIGN_INS = ["none", "basic", "bearer", "header"];

export function CallForm() {
  const { say, content, setKind } = useForm();
  const target = content.target ?? "http";
  const { id, notes } = usePlace(["target"]);
  return (
    <>
      <Segments
        label={say("target")}
        value={target}
        options={["http", "gpt"].map((one) => [one, say(`target_${one}`)])}
        onChange={(next) => setKind("target", next, "http")}
      />
      <Notes id={`${id}-notes`} notes={notes} />
      {target === "gpt" ? <GptCall /> : <HttpCall />}
    </>
  );
}

function HttpCall() {
  const { say, content } = useForm();
  const method = content.method ?? "GET";
  const count = (key) => asList(content[key]).length;
  const signsIn = (asObject(content.auth).type ?? "none") !== "none";
  return (
    <>
      <Group title={say("group_request")}>
        <div className="sf-request">
          <SelectField path={["method"]} label={say("method")} standard="GET" options={METHODS.map((one) => [one, one])} />
          <TemplateField path={["url"]} label={say("url")} placeholder="https://api.example.com/orders" lines={1} secrets keep code />
        </div>
        {method !== "GET" && <Body />}
        <More title={say("query")} places={["query"]} count={count("query")} open={count("query") > 0}>
          <Pairs path={["query"]} add={say("add_query")} />
        </More>
        <More title={say("headers")} places={["headers"]} count={count("headers")} open={count("headers") > 0}>
          <Pairs path={["headers"]} add={say("add_header")}  />
        </More>
        <More title={say("auth")} places={["auth"]} count={signsIn ? 1 : 0} open={signsIn}>
          <SignIn />
        </More>
        <More title={say("more")} places={["timeout_s", "retries", "success", "max_response_kb", "save_status", ...(method === "GET" ? ["body"] : [])]}>
          <div className="sf-pair">
            <NumberField path={["timeout_s"]} label={say("timeout")} standard={10} unit={say("seconds")} min={1} max={60} />
            <NumberField path={["retries"]} label={say("retries")} integer standard={0} min={0} max={3} hint={say("retries_hint")} />
          </div>
          <Success />
          <div className="sf-pair">
            <VariableField path={["save_status"]} label={say("save_status")} placeholder="status" hint={say("save_status_hint")} info={false} />
            <NumberField path={["max_response_kb"]} label={say("max_response")} integer standard={256} unit={say("kb")} min={1} max={1024} />
          </div>
          {method === "GET" && <Body />}
        </More>
      </Group>
      <Answer />
      <RequestTest />
      <OnError />
    </>
  );
}

function GptCall() {
  const { say } = useForm();
  return (
    <>
      <Group title={say("group_gpt_request")}>
        <TemplateField path={["prompt"]} label={say("prompt")} placeholder={say("call_prompt_placeholder")} lines={4} keep />
        <JsonField
          path={["schema"]}
          label={say("schema")}
          hint={say("schema_hint")}
          placeholder={'{"type": "object", "properties": {"city": {"type": "string"}}}'}
        />
        <More title={say("more")} places={["model", "timeout_s"]}>
          <ModelField path={["model"]} />
          <NumberField path={["timeout_s"]} label={say("timeout")} standard={30} unit={say("seconds")} min={1} max={60} />
        </More>
      </Group>
      <Answer />
      <PromptTest path={[]} />
      <OnError />
    </>
  );
}

function Pairs({ path, add }) {
  const { say } = useForm();
  return (
    <RowList path={path} fresh={() => ({ name: "", value: "" })} add={add} name={(n) => say("row_number", { n: n + 1 })}>
      {(row) => (
        <>
          <TextField path={[...row, "name"]} label={say("pair_name")} keep />
          <PairValue path={[...row, "value"]} />
        </>
      )}
    </RowList>
  );
}

// A text as a rule; other JSON is kept and edited as JSON.
function PairValue({ path }) {
  const { say } = useForm();
  const { value } = usePlace(path);
  return typeof value === "string" || value === undefined || value === null ? (
    <TemplateField path={path} label={say("pair_value")} lines={1} secrets keep />
  ) : (
    <ValueField path={path} label={say("pair_value")} />
  );
}

function Body() {
  const { say, content } = useForm();
  const { put } = usePlace(["body"]);
  const body = asObject(content.body);
  const type = body.type ?? "none";
  const choose = (next) => {
    if (next === "none") return put(undefined);
    if (next === "form") return put({ type: next, value: asList(body.value) });
    if (next === "raw") return put({ type: next, value: typeof body.value === "string" ? body.value : "" });
    return put({ type: next, value: type === "none" ? {} : (body.value ?? {}) });
  };
  return (
    <>
      <SelectField
        path={["body", "type"]}
        label={say("body")}
        standard="none"
        options={BODIES.map((one) => [one, say(`body_type_${one}`)])}
        onChange={choose}
      />
      {type === "json" && <JsonField path={["body", "value"]} label={say("body_value")} hint={say("body_json_hint")} templates placeholder={'{"email": "{{email}}"}'} />}
      {type === "form" && <Pairs path={["body", "value"]} add={say("add_field")} />}
      {type === "raw" && <TemplateField path={["body", "value"]} label={say("body_text")} lines={4} secrets keep />}
    </>
  );
}

function SignIn() {
  const { say, content } = useForm();
  const { put } = usePlace(["auth"]);
  const auth = asObject(content.auth);
  const type = auth.type ?? "none";
  return (
    <>
      <SelectField
        path={["auth", "type"]}
        label={say("auth_type")}
        standard="none"
        options={SIGN_INS.map((one) => [one, say(`auth_${one}`)])}
        onChange={(next) => put(next === "none" ? undefined : { ...auth, type: next })}
      />
      {type === "header" && <TextField path={["auth", "name"]} label={say("auth_header_label")} placeholder="X-Api-Key" />}
      {type !== "none" && <SecretField path={["auth", "secret"]} hint={say(type === "basic" ? "secret_basic_hint" : "secret_hint")} />}
    </>
  );
}

function SecretField({ path, hint }) {
  const { say, secrets } = useForm();
  const { id, value, put, notes } = usePlace(path);
  const text = asText(value);
  return (
    <Field id={id} label={say("secret")} hint={secrets.length ? hint : say("no_secrets")} notes={notes}>
      {(attributes) => (
        <select {...attributes} className="select" value={text} onChange={({ target }) => put(target.value || undefined)}>
          <option value="">{say("choose_secret")}</option>
          {text && !secrets.includes(text) && <option value={text}>{say("secret_missing", { name: text })}</option>}
          {secrets.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Success() {
  const { say } = useForm();
  const { id, value, put, notes } = usePlace(["success"], { deep: true });
  const kind = Array.isArray(value) ? "list" : value === "any" ? "any" : value === undefined || value === "2xx" ? "2xx" : "?";
  const [text, setText] = useState(asList(value).join(", "));
  const read = (written) => written.split(/[\s,;]+/).filter(Boolean).map(Number);
  const codes = read(text);
  const wrong = kind === "list" && !(codes.length && codes.every((code) => Number.isInteger(code) && code >= 100 && code <= 599));
  const choose = (next) => {
    if (next === "list") {
      setText("200");
      put([200]);
    } else if (next !== "?") put(next === "2xx" ? undefined : next);
  };
  return (
    <Field id={id} label={say("success")} notes={notes} error={wrong && !notes.length ? say("codes_wrong") : ""}>
      {(attributes) => (
        <span className="sf-stacked">
          <select {...attributes} className="select" value={kind} onChange={({ target }) => choose(target.value)}>
            {kind === "?" && <option value="?">{asText(value)}</option>}
            <option value="2xx">{say("success_2xx")}</option>
            <option value="list">{say("success_list")}</option>
            <option value="any">{say("success_any")}</option>
          </select>
          {kind === "list" && (
            <input
              className="input"
              aria-label={say("success_list")}
              aria-invalid={wrong ? "true" : undefined}
              inputMode="numeric"
              value={text}
              onChange={({ target }) => {
                setText(target.value);
                const next = read(target.value);
                if (next.length && next.every(Number.isInteger)) put(next);
              }}
            />
          )}
        </span>
      )}
    </Field>
  );
}

function Answer() {
  const { say } = useForm();
  return (
    <Group title={say("group_save")} hint={say("save_hint")}>
      <RowList path={["save"]} fresh={() => ({ path: "", var: "" })} add={say("add_save")} name={(n) => say("value_number", { n: n + 1 })}>
        {(row) => (
          <>
            <div className="sf-pair">
              <TextField path={[...row, "path"]} label={say("save_path")} placeholder="data.items[0].id" keep hint={say("save_path_hint")} />
              <VariableField path={[...row, "var"]} label={say("save_var")} keep info={false} />
            </div>
            <SaveDefault path={[...row, "default"]} />
          </>
        )}
      </RowList>
    </Group>
  );
}

function SaveDefault({ path }) {
  const { say } = useForm();
  const { value } = usePlace(path);
  const [open, setOpen] = useState(value !== undefined);
  if (!open) {
    return (
      <button type="button" className="sf-chip" onClick={() => setOpen(true)}>
        {say("add_default")}
      </button>
    );
  }
  return <ValueField path={path} label={say("save_default")} keep={false} />;
}

function OnError() {
  const { say } = useForm();
  const { id, value, put, notes } = usePlace(["on_error"]);
  const isSet = value !== undefined && value !== null;
  return (
    <Group title={say("group_on_error")}>
      <Field id={id} label={say("on_error")} notes={notes} hint={isSet ? "" : say("on_error_hint")}>
        {(attributes) => (
          <select
            {...attributes}
            className="select"
            value={isSet ? "own" : "none"}
            onChange={({ target }) => put(target.value === "own" ? { goto: null } : undefined)}
          >
            <option value="none">{say("on_error_none")}</option>
            <option value="own">{say("on_error_own")}</option>
          </select>
        )}
      </Field>
      {isSet && (
        <>
          <TemplateField path={["on_error", "text"]} label={say("on_error_text")} lines={2} />
          <OnErrorGoto />
        </>
      )}
    </Group>
  );
}

function OnErrorGoto() {
  const { say } = useForm();
  return <GotoField path={["on_error", "goto"]} exit="on_error" label={say("on_error_goto")} standard={null} />;
}
