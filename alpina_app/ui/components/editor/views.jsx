import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Copy, LayoutList, Redo2, Trash2, Undo2, WandSparkles, Workflow } from "lucide-react";
import { Canvas } from "./canvas.jsx";
import { isTyping, nextExit, sayer, useModel } from "./model.js";
import { StepList } from "./step_list.jsx";
import { STEP_TYPES, TypeIcon } from "./types.jsx";

const VIEW_KEY = "alpina-editor-view";
const NARROW = "(max-width: 899px)";
const LOOK_EVERY_MS = 10_000;
const CLIP_START = '{"format":"alpina-steps"';

function firstView() {
  try {
    const kept = window.localStorage.getItem(VIEW_KEY);
    if (kept === "canvas" || kept === "list") return kept;
  } catch {
    // Storage may be forbidden: the choice then lasts for this visit.
  }
  return window.matchMedia(NARROW).matches ? "list" : "canvas";
}

// Where writing begins in the form of a step; nothing before the form is there.
function firstField() {
  const inside = [":is(input:not([type=checkbox]), textarea)", "select"].flatMap((one) => [...document.querySelectorAll(`#panel-step .sf-body ${one}`)]);
  return inside.find((one) => one.checkVisibility()) ?? document.querySelector("#panel-step :is(textarea, input)");
}

const TURN_MS = 3_000;
let turn = 0;

function shownStep() {
  const form = document.querySelector("#panel-step .sf");
  return form ? Number(form.dataset.step) : 0;
}

// Another step was picked (0: none, null: a new one): until its form is there nobody writes into
// the one before.
function turnFormTo(id) {
  const editor = document.querySelector(".editor");
  const before = shownStep();
  const number = (turn += 1);
  const until = performance.now() + TURN_MS;
  const look = () => {
    if (number !== turn) return;
    const shown = shownStep();
    const isThere = id === null ? shown !== before : shown === id;
    if (isThere || performance.now() > until) delete editor.dataset.turning;
    else requestAnimationFrame(look);
  };
  if (before && before !== id) editor.dataset.turning = "true";
  look();
}

// The events of the page under one object that never changes.
function useEvents(props) {
  const latest = useRef(props);
  latest.current = props;
  return useMemo(
    () =>
      Object.fromEntries(
        [
          ...["onAdd", "onLink", "onRemove", "onMove", "onPlace", "onReorder", "onPick", "onOpen", "onGoTo"],
          ...["onPaste", "onUndo", "onRedo", "onResend", "onLook", "onLeave"],
        ].map((name) => [name, (...given) => latest.current[name]?.(...given)]),
      ),
    [],
  );
}

// The canvas and the list of steps: two views of one model, with their toolbar.
export function EditorViews(props) {
  const { graph, feed, marks, focus, clip, step, selected, readOnly, lang, texts, lit, canUndo, canRedo, children } = props;
  const events = useEvents(props);
  const model = useModel(graph, feed, events.onResend);
  const words = useRef(texts).current;
  const say = useMemo(() => sayer(words, lang), [lang]);
  const [view, setView] = useState(firstView);
  const [picked, setPicked] = useState([]);
  const places = useRef({ at: new Map(), told: new Map() }).current;
  const canvas = useRef({});

  const show = (name) => {
    setView(name);
    try {
      window.localStorage.setItem(VIEW_KEY, name);
    } catch {
      // As above.
    }
  };

  useEffect(() => {
    if (!focus?.n) return;
    setPicked(focus.ids ?? [focus.id]);
    wanted.current = focus.id;
    requestAnimationFrame(() => focusForm(isAdding));
  }, [focus?.n]);
  useEffect(() => {
    setPicked((before) => (before.every((id) => model.nodes.has(id)) ? before : before.filter((id) => model.nodes.has(id))));
    for (const id of places.at.keys()) {
      if (model.nodes.has(id)) continue;
      places.at.delete(id);
      places.told.delete(id);
    }
  }, [model]);

  const pick = useCallback((ids) => {
    setPicked(ids);
    events.onPick(ids);
  }, []);
  const wanted = useRef(0);
  const open = useCallback((id) => {
    setPicked([id]);
    wanted.current = id;
    turnFormTo(id);
    events.onOpen(id);
    focusForm();
  }, []);
  // Opening a step leads into its form, once it is there; on a narrow screen only the sheet opens.
  // `asked` may say that nobody opened it: then only a focus is led there that lost its place.
  function focusForm(asked = { current: true }, tries = 60) {
    if (window.matchMedia(NARROW).matches) return;
    const isThere = now.current.step?.id === wanted.current && shownStep() === wanted.current;
    const field = isThere && !document.querySelector("[data-turning]") && firstField();
    if (field && (asked.current || document.activeElement === document.body)) field.focus();
    if (field) asked.current = false;
    else if (tries) requestAnimationFrame(() => focusForm(asked, tries - 1));
  }
  const isAdding = useRef(false);
  const addStep = useCallback((...given) => {
    isAdding.current = true;
    turnFormTo(null);
    events.onAdd(...given);
  }, []);
  const viewEvents = useMemo(() => ({ ...events, onAdd: addStep, onChoose: turnFormTo, onPick: pick, onOpen: open }), []);

  function add(type) {
    const chosen = canvas.current.settle?.() ?? picked;
    const behind = chosen.length === 1 ? model.nodes.get(chosen[0]) : null;
    if (behind) {
      addStep(type, behind.id, "next", null, null, nextExit(behind)?.to != null);
      return;
    }
    const at = view === "canvas" && model.list.length ? canvas.current.centre?.() : null;
    addStep(type, 0, "next", at?.x ?? null, at?.y ?? null, false);
  }

  function clipText() {
    if (picked.length > 1) {
      const ids = clip ? JSON.parse(clip).steps.map((one) => one.id) : [];
      return ids.length === picked.length && picked.every((id) => ids.includes(id)) ? clip : "";
    }
    if (picked.length !== 1 || step?.id !== picked[0]) return "";
    const { id, name, step_type, content, next_step } = step;
    const place = places.at.get(id) ?? { x: null, y: null };
    const steps = [{ id, name, step_type, content, next_step, x: place.x, y: place.y }];
    return JSON.stringify({ format: "alpina-steps", version: 1, scenario: props.scenario, steps });
  }

  const now = useRef({});
  now.current = { clipText, picked, readOnly, canUndo, canRedo, step };
  // Asked to copy before the server told what the picked steps hold: done once it has.
  const waiting = useRef(null);
  useEffect(() => {
    const asked = waiting.current;
    if (!asked || (asked.picked === picked && !now.current.clipText())) return;
    waiting.current = null;
    if (asked.picked !== picked || !document.execCommand("copy")) return;
    if (asked.deed === "cut" && !readOnly) events.onRemove(picked);
    if (asked.pastes) events.onPaste(now.current.clipText());
  }, [clip, step, picked]);
  useEffect(() => {
    const elsewhere = (event) => isTyping(event.target) || Boolean(String(window.getSelection() ?? ""));
    const onCopy = (event) => {
      if (elsewhere(event)) return;
      const text = now.current.clipText();
      if (!text) {
        if (!now.current.picked.length) return;
        waiting.current = { deed: event.type, picked: now.current.picked };
        event.preventDefault();
        return;
      }
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
      if (event.type === "cut" && !now.current.readOnly) events.onRemove(now.current.picked);
    };
    const onPaste = (event) => {
      if (isTyping(event.target) || now.current.readOnly) return;
      if (waiting.current) {
        waiting.current.pastes = true;
        event.preventDefault();
        return;
      }
      const text = event.clipboardData.getData("text/plain");
      if (!text.startsWith(CLIP_START)) return;
      event.preventDefault();
      events.onPaste(text);
    };
    const onKey = (event) => {
      if (!(event.ctrlKey || event.metaKey) || isTyping(event.target) || now.current.readOnly) return;
      if (event.code === "KeyZ" || event.code === "KeyY") {
        event.preventDefault();
        const redo = event.code === "KeyY" || event.shiftKey;
        if (redo ? now.current.canRedo : now.current.canUndo) (redo ? events.onRedo : events.onUndo)();
      }
      if (event.code === "KeyA" && event.target.closest?.(".flow")) {
        event.preventDefault();
        canvas.current.selectAll?.();
      }
    };
    const look = () => document.visibilityState === "visible" && events.onLook();
    const timer = setInterval(look, LOOK_EVERY_MS);
    document.addEventListener("copy", onCopy);
    document.addEventListener("cut", onCopy);
    document.addEventListener("paste", onPaste);
    document.addEventListener("keydown", onKey);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("cut", onCopy);
      document.removeEventListener("paste", onPaste);
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("visibilitychange", look);
      events.onLeave();
    };
  }, []);

  const shared = { model, marks, lit, picked, focus, language: lang, say, readOnly, events: viewEvents };
  const isEmpty = model.version > 0 && model.list.length === 0;
  return (
    <section className="editor-views" aria-label={say("views")} data-selected={selected} data-model={model.version ? "ready" : "waiting"}>
      <div className="editor-tools" role="toolbar" aria-label={say("tools")}>
        <div className="segments" role="group" aria-label={say("view")}>
          <button type="button" aria-pressed={view === "canvas"} onClick={() => show("canvas")}>
            <Workflow size={15} aria-hidden="true" />
            {say("canvas")}
          </button>
          <button type="button" aria-pressed={view === "list"} onClick={() => show("list")}>
            <LayoutList size={15} aria-hidden="true" />
            {say("list")}
          </button>
        </div>
        {readOnly ? null : (
          <>
            <div className="add-steps" role="group" aria-label={say("add_step")}>
              {STEP_TYPES.map((type) => (
                <button key={type} type="button" className="add-step" aria-label={say("add_type", { type: say(`type_${type}`) })} title={say("add_type", { type: say(`type_${type}`) })} onClick={() => add(type)}>
                  <TypeIcon type={type} />
                  <span>{say(`type_${type}`)}</span>
                </button>
              ))}
            </div>
            <div className="tool-end">
              <IconTool label={say("undo")} disabled={!canUndo} onClick={events.onUndo}>
                <Undo2 size={17} aria-hidden="true" />
              </IconTool>
              <IconTool label={say("redo")} disabled={!canRedo} onClick={events.onRedo}>
                <Redo2 size={17} aria-hidden="true" />
              </IconTool>
              {view === "canvas" ? (
                <IconTool label={say("lay_out")} disabled={isEmpty} onClick={() => canvas.current.layOut?.()}>
                  <WandSparkles size={17} aria-hidden="true" />
                </IconTool>
              ) : null}
              <IconTool label={say("delete_picked", { count: picked.length })} disabled={!picked.length} onClick={() => events.onRemove(picked)}>
                <Trash2 size={17} aria-hidden="true" />
              </IconTool>
            </div>
          </>
        )}
      </div>
      {picked.length > 1 ? (
        <p className="picked-note" role="status">
          <Copy size={14} aria-hidden="true" /> {say("picked", { count: picked.length })}
        </p>
      ) : null}
      {isEmpty ? (
        <div className="editor-empty">{children}</div>
      ) : view === "canvas" ? (
        <Canvas {...shared} places={places} api={canvas} />
      ) : (
        <StepList {...shared} />
      )}
    </section>
  );
}

function IconTool({ label, disabled, onClick, children }) {
  return (
    <button type="button" className="icon-button" aria-label={label} title={label} disabled={disabled} onClick={() => onClick()}>
      {children}
    </button>
  );
}
