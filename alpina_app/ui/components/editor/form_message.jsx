// The form of a message, and what GPT's texts have in common.

import { useRef } from "react";
import { useForm, usePlace } from "./form_context.jsx";
import { Group, ModelField, More, Notes, NumberField } from "./form_controls.jsx";
import { PromptTest } from "./form_try.jsx";
import { TemplateField, VariableField } from "./form_variables.jsx";
import { isObject } from "./form_values.js";

export function MessageForm() {
  const { say } = useForm();
  return (
    <>
      <Group title={say("group_message")}>
        <TemplateField path={["text"]} label={say("message_text")} placeholder={say("message_placeholder")} lines={4} />
      </Group>
      <GptBlock />
    </>
  );
}

function GptBlock() {
  const { say } = useForm();
  const { id, value, put, notes } = usePlace(["gpt"]);
  const before = useRef(null);
  const on = isObject(value);
  const toggle = () => {
    if (on) before.current = value;
    put(on ? undefined : (before.current ?? { prompt: "" }));
  };
  return (
    <section className="sf-group" aria-labelledby={`${id}-title`}>
      <label className="switch-label sf-switch" htmlFor={id}>
        <input id={id} type="checkbox" role="switch" className="switch" checked={on} onChange={toggle} />
        <span>
          <span className="sf-title" id={`${id}-title`}>
            {say("gpt_block")}
          </span>
          <span className="sf-hint">{say("gpt_block_hint")}</span>
        </span>
      </label>
      <Notes id={`${id}-notes`} notes={notes} />
      {on && (
        <>
          <TemplateField path={["gpt", "prompt"]} label={say("prompt")} placeholder={say("prompt_placeholder")} lines={4} keep />
          <VariableField path={["gpt", "save_to"]} label={say("gpt_save_to")} hint={say("optional")} placeholder="gpt_answer" />
          <More title={say("more")} places={["gpt.model", "gpt.temperature", "gpt.max_tokens", "gpt.history_turns", "gpt.timeout_s", "gpt.fallback_text"]}>
            <TemplateField path={["gpt", "fallback_text"]} label={say("fallback_text")} hint={say("fallback_hint")} lines={2} />
            <ModelField path={["gpt", "model"]} />
            <div className="sf-pair">
              <NumberField path={["gpt", "temperature"]} label={say("temperature")} min={0} max={2} hint={say("as_bot")} />
              <NumberField path={["gpt", "max_tokens"]} label={say("max_tokens")} integer hint={say("as_bot")} />
              <NumberField path={["gpt", "history_turns"]} label={say("history_turns")} integer standard={10} hint={say("history_hint")} />
              <NumberField path={["gpt", "timeout_s"]} label={say("timeout")} standard={30} unit={say("seconds")} min={1} max={60} />
            </div>
          </More>
          <PromptTest path={["gpt"]} />
        </>
      )}
    </section>
  );
}
