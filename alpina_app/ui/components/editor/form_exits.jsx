// Where a step leads: pickers of steps by name.

import { useEffect, useId, useRef, useState } from "react";
import { CornerDownRight, ArrowUpRight } from "lucide-react";
import { useForm, usePlace } from "./form_context.jsx";
import { Field, SwitchField } from "./form_controls.jsx";
import { pathText } from "./form_values.js";
import { IconButton } from "./form_lists.jsx";

const STEP_TYPES = ["message", "question", "condition", "api_call"];

// `value`: a step's id, null (the end) or undefined. `unset`: what undefined means ("next" or
// "choose"), `end`: whether the end can be chosen. `exit`: the key a new step is made behind.
function ExitPicker({ id, label, value, onChange, notes, exit, unset, end = true, hint, hideLabel, compact }) {
  const { say, steps, step, actions, readOnly } = useForm();
  const numbers = new Map(steps.map((one, n) => [one.id, n + 1]));
  const isStep = typeof value === "number";
  const isKnown = isStep ? numbers.has(value) : value === null ? end : value === undefined && Boolean(unset);
  const chosen = !isKnown ? "?" : isStep ? String(value) : value === null ? "end" : "unset";
  // Arrow keys pass by every choice of a closed list: a new step is made by Enter or on leaving.
  const [wish, setWish] = useState(null);
  const isByKey = useRef(false);
  const make = (wanted) => {
    setWish(null);
    actions.create(wanted.slice(4), { step: step.id, exit });
  };
  const change = (next) => {
    setWish(null);
    if (next.startsWith("new:") && isByKey.current) setWish(next);
    else if (next.startsWith("new:")) make(next);
    else if (next === "end") onChange(null);
    else if (next === "unset") onChange(undefined);
    else if (next !== "?") onChange(Number(next));
  };
  return (
    <Field id={id} label={label} hint={hint} hideLabel={hideLabel} notes={notes} className={compact ? "sf-exit-compact" : ""}>
      {(attributes) => (
        <span className="sf-exit">
          <CornerDownRight size={16} aria-hidden="true" />
          <select
            {...attributes}
            className="select"
            value={wish ?? chosen}
            onPointerDown={() => (isByKey.current = false)}
            onKeyDown={(event) => {
              isByKey.current = event.key !== "Enter";
              if (event.key === "Enter" && wish) make(wish);
            }}
            onBlur={() => wish && make(wish)}
            onChange={({ target }) => change(target.value)}
          >
            {!isKnown && <option value="?">{value == null ? say("choose_step") : say("unknown_step", { id: String(value) })}</option>}
            {unset && <option value="unset">{say(unset === "next" ? "as_next" : "choose_step")}</option>}
            {end && <option value="end">{say("the_end")}</option>}
            <optgroup label={say("steps")}>
              {steps.map((one) => (
                <option key={one.id} value={String(one.id)}>
                  {numbers.get(one.id)}. {one.name || say(`type_${one.step_type}`)}
                  {one.id === step.id ? ` (${say("this_step")})` : ""}
                </option>
              ))}
            </optgroup>
            {!readOnly && (
              <optgroup label={say("new_step")}>
                {STEP_TYPES.map((type) => (
                  <option key={type} value={`new:${type}`}>
                    + {say(`type_${type}`)}
                  </option>
                ))}
              </optgroup>
            )}
          </select>
          {isStep && isKnown && value !== step.id && (
            <IconButton label={say("open_step", { name: steps.find((one) => one.id === value)?.name ?? "" })} onClick={() => actions.pick(value)}>
              <ArrowUpRight size={16} aria-hidden="true" />
            </IconButton>
          )}
        </span>
      )}
    </Field>
  );
}

// A `goto` of the content. Left out it follows the usual exit, or is still to be chosen.
export function GotoField({ path, exit, unset, standard, end, label, hint, hideLabel, compact }) {
  const { id, value, put, notes } = usePlace(path);
  return (
    <ExitPicker
      id={id}
      label={label}
      hint={hint}
      hideLabel={hideLabel}
      compact={compact}
      value={value === undefined ? standard : value}
      onChange={put}
      notes={notes}
      exit={exit}
      unset={unset}
      end={end}
    />
  );
}

export function NextStep() {
  const { say, step, findings, change, claims, content } = useForm();
  const id = useId();
  useEffect(() => claims.claim("next_step", false), [claims]);
  const notes = findings.filter((one) => one.path === pathText(["next_step"]));
  return (
    <>
      <ExitPicker
        id={id}
        label={say(`next_${step.step_type}`)}
        value={step.next_step ?? null}
        onChange={(next) => change("next_step", next ?? null)}
        notes={notes}
        exit="next"
      />
      {(step.next_step == null || content.end === true) && (
        <SwitchField path={["end"]} label={say("end")} hint={say("end_hint")} />
      )}
    </>
  );
}
