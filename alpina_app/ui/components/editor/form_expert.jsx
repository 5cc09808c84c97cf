// The content as JSON, for those who would rather write it.

import { useEffect, useMemo, useRef } from "react";
import { Notes } from "./form_controls.jsx";
import { useForm } from "./form_context.jsx";
import { readJson } from "./form_json.js";

// `text` and `fault` live in the form: what is broken here stays when the other view is looked at.
export function ExpertView({ text, fault, onText, onDiscard }) {
  const { say, findings, readOnly } = useForm();
  const area = useRef(null);
  const lines = useMemo(() => readJson(text, ["content"]).lines, [text]);
  const count = text.split("\n").length;
  const bad = new Set(fault ? [fault.line] : findings.map((one) => lines?.get(one.path)).filter(Boolean));
  const gutter = useRef(null);
  const goTo = (line) => {
    const node = area.current;
    const start = text.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const end = text.indexOf("\n", start);
    node.focus();
    node.setSelectionRange(start, end < 0 ? text.length : end);
    node.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(node).lineHeight));
  };
  useEffect(() => {
    gutter.current.scrollTop = area.current.scrollTop;
  });
  return (
    <div className="sf-expert">
      <label className="label" htmlFor="sf-json">
        {say("json_label")}
      </label>
      <div className="sf-editor">
        <div className="sf-gutter" aria-hidden="true" ref={gutter}>
          {Array.from({ length: count }, (_, n) => (
            <span key={n} className={bad.has(n + 1) ? "bad" : ""}>
              {n + 1}
            </span>
          ))}
        </div>
        <textarea
          id="sf-json"
          ref={area}
          spellCheck="false"
          autoCapitalize="none"
          wrap="off"
          rows={Math.min(28, Math.max(10, count + 1))}
          readOnly={readOnly}
          aria-invalid={fault ? "true" : undefined}
          aria-describedby="sf-json-notes"
          value={text}
          onChange={({ target }) => onText(target.value)}
          onScroll={({ target }) => (gutter.current.scrollTop = target.scrollTop)}
        />
      </div>
      <div id="sf-json-notes" role="status">
        {fault ? (
          <div className="sf-fault">
            <Notes
              notes={[]}
              error={say("json_at", { line: fault.line, column: fault.column, what: say(`json_${fault.code}`) })}
            />
            <div className="row">
              <button type="button" className="button small" onClick={() => goTo(fault.line)}>
                {say("show_line")}
              </button>
              <button type="button" className="button small quiet" onClick={onDiscard}>
                {say("json_discard")}
              </button>
            </div>
          </div>
        ) : (
          <ul className="sf-notes">
            {findings.map((one, n) => (
              <li key={n} className={`sf-note ${one.severity}`}>
                <span>
                  <Place path={one.path} line={lines?.get(one.path)} onGo={goTo} /> {one.message}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
      <p className="sf-hint">{say("json_hint")}</p>
    </div>
  );
}

function Place({ path, line, onGo }) {
  const { say } = useForm();
  if (!path) return null;
  if (!line) return <code>{path}</code>;
  return (
    <button type="button" className="sf-link" onClick={() => onGo(line)}>
      <code>{path}</code> {say("line", { line })}
    </button>
  );
}
