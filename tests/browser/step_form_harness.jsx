// The form alone on a page. `show(props)` renders it; `events` is what it told. A change is
// answered as the server does, with a new version, unless `silent` is set.
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { StepForm } from "./step_form.jsx";

const TOLD = ["onRename", "onPick", "onCreate", "onTestRequest", "onTestPrompt"];

function Stand() {
  const [props, setProps] = useState(window.first);
  window.set = (more) => setProps((now) => ({ ...now, ...more }));
  window.told = (patch) =>
    setProps((now) => ({ ...now, step: { ...now.step, ...patch, version: now.step.version + 1 } }));
  const tell = (name) => (...args) => window.events.push([name, ...args]);
  const change = (id, patch) => {
    window.events.push(["onChange", id, patch]);
    if (!window.silent) window.told(patch);
  };
  return <StepForm {...props} {...Object.fromEntries(TOLD.map((name) => [name, tell(name)]))} onChange={change} />;
}

window.events = [];
window.show = (props) => {
  window.first = props;
  createRoot(document.getElementById("root")).render(<Stand />);
};
