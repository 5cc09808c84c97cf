import { memo } from "react";
import { Handle, Position } from "@xyflow/react";
import { CircleStop, Play, TriangleAlert } from "lucide-react";
import { inLanguage, lineText } from "./model.js";
import { TypeIcon } from "./types.jsx";

function firstLine(node, language) {
  const said = node.lines.find((line) => line[0] === "says") ?? node.lines[0];
  return said ? lineText(said, language).split("\n")[0] : "";
}

export function Marks({ mark, say }) {
  if (!mark) return null;
  const [errors, warnings] = mark;
  return (
    <span className="step-marks">
      {errors ? (
        <span className="mark bad" title={say("errors", { count: errors })}>
          <TriangleAlert size={12} aria-hidden="true" />
          <span aria-hidden="true">{errors}</span>
          <span className="visually-hidden">{say("errors", { count: errors })}</span>
        </span>
      ) : null}
      {warnings ? (
        <span className="mark warn" title={say("warnings", { count: warnings })}>
          <TriangleAlert size={12} aria-hidden="true" />
          <span aria-hidden="true">{warnings}</span>
          <span className="visually-hidden">{say("warnings", { count: warnings })}</span>
        </span>
      ) : null}
    </span>
  );
}

function shortLabel(exit, language) {
  return exit.short.trim() || inLanguage(exit.label, language);
}

function ExitRow({ exit, language, say, readOnly }) {
  const ends = exit.set && !exit.follows && exit.to === null;
  const label = shortLabel(exit, language);
  const title = inLanguage(exit.label, language);
  return (
    <div className={`exit exit-${exit.kind}${exit.follows || !exit.set ? " idle" : ""}`}>
      <span className="exit-label" title={title}>
        {label}
      </span>
      {exit.follows ? <span className="exit-note">{say("as_next")}</span> : null}
      {ends ? (
        <span className="exit-note" title={say("the_end")}>
          <CircleStop size={13} aria-hidden="true" />
          <span className="visually-hidden">{say("the_end")}</span>
        </span>
      ) : null}
      <Handle
        type="source"
        position={Position.Right}
        id={exit.key}
        isConnectable={!readOnly}
        title={readOnly ? undefined : say("drag_exit", { exit: title })}
      />
    </div>
  );
}

// A step on the canvas; each way out is a handle of its own.
export const StepNode = memo(function StepNode({ data }) {
  const { node, mark, isStart, isLit, language, say, readOnly } = data;
  const line = firstLine(node, language);
  return (
    <div className={`step-node step-border-${node.type}${isLit ? " lit" : ""}`} data-step={node.id}>
      <Handle type="target" position={Position.Left} id="in" isConnectable={!readOnly} />
      <div className="step-head">
        <TypeIcon type={node.type} />
        <span className="step-name" title={node.name}>
          {node.name}
        </span>
        {isStart ? (
          <span className="step-start" title={say("start")}>
            <Play size={12} aria-hidden="true" />
            <span className="visually-hidden">{say("start")}</span>
          </span>
        ) : null}
        <Marks mark={mark} say={say} />
      </div>
      <p className={line ? "step-line" : "step-line blank"}>{line || say(`blank_${node.type}`)}</p>
      <div className="exits">
        {node.exits.map((exit) => (
          <ExitRow key={exit.key} exit={exit} language={language} say={say} readOnly={readOnly} />
        ))}
      </div>
    </div>
  );
});
