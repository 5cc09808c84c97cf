import { memo, useEffect, useRef, useState } from "react";
import { ArrowDown, ArrowUp, GripVertical, Play, Plus, Trash2 } from "lucide-react";
import { inLanguage, lineText, nextExit } from "./model.js";
import { Marks } from "./node.jsx";
import { TypeMenu } from "./type_menu.jsx";
import { TypeIcon } from "./types.jsx";

// The dialogue as text, in the order of the steps.
export function StepList({ model, marks, lit, picked, focus, language, say, readOnly, events }) {
  const list = useRef(null);
  const [over, setOver] = useState(null);
  const [menu, setMenu] = useState(null);

  useEffect(() => {
    if (!focus?.n) return;
    list.current?.querySelector(`[data-step="${focus.id}"]`)?.scrollIntoView({ block: "nearest" });
  }, [focus?.n]);

  function drop(event, at) {
    event.preventDefault();
    setOver(null);
    const id = Number(event.dataTransfer.getData("application/x-alpina-step"));
    const from = model.list.findIndex((node) => node.id === id);
    if (from >= 0) events.onReorder(id, from < at ? at - 1 : at);
  }

  function openMenu(node, button) {
    const box = list.current.getBoundingClientRect();
    const from = button.getBoundingClientRect();
    setMenu({
      node,
      left: Math.max(0, Math.min(from.left - box.left, box.width - 210)),
      top: from.bottom - box.top + 4,
    });
  }

  function choose(type) {
    events.onAdd(type, menu.node.id, "next", null, null, nextExit(menu.node)?.to !== null);
    setMenu(null);
  }

  function onKeyDown(event) {
    if (event.key !== "Delete" || readOnly || event.target.closest("input, textarea")) return;
    const id = event.target.closest("[data-step]")?.dataset.step;
    if (id) events.onRemove([Number(id)]);
  }

  return (
    <div className="step-list" ref={list} onKeyDown={onKeyDown}>
      <ol aria-label={say("list_label")}>
        {model.list.map((node, at) => (
          <Row
            key={node.id}
            node={node}
            at={at}
            last={at === model.list.length - 1}
            names={model.nodes}
            mark={marks[String(node.id)]}
            isStart={node.id === model.start}
            isLit={node.id === lit}
            isPicked={picked.includes(node.id)}
            isOver={over === at}
            language={language}
            say={say}
            readOnly={readOnly}
            events={events}
            onOver={setOver}
            onDrop={drop}
            onMenu={openMenu}
          />
        ))}
        <li
          className={`drop-end${over === model.list.length ? " over" : ""}`}
          aria-hidden="true"
          onDragOver={(event) => {
            event.preventDefault();
            setOver(model.list.length);
          }}
          onDrop={(event) => drop(event, model.list.length)}
        />
      </ol>
      {menu ? <TypeMenu at={menu} say={say} onChoose={choose} onClose={() => setMenu(null)} /> : null}
    </div>
  );
}

function targetText(exit, names, say) {
  if (exit.follows) return say("as_next");
  if (!exit.set || exit.to === null) return say("the_end");
  return names.get(exit.to)?.name ?? say("nowhere");
}

function sameRow(before, after) {
  const { names: _before, events: _events, onOver: _over, onDrop: _drop, onMenu: _menu, ...one } = before;
  const same = Object.keys(one).every((key) => before[key] === after[key]);
  return (
    same &&
    after.node.exits.every((exit) => before.names.get(exit.to)?.name === after.names.get(exit.to)?.name)
  );
}

const Row = memo(function Row(props) {
  const { node, at, last, names, mark, isStart, isLit, isPicked, isOver, language, say, readOnly, events } = props;
  const latest = useRef(props);
  latest.current = props;
  const classes = ["step-row", isPicked && "picked", isLit && "lit", isOver && "over"].filter(Boolean).join(" ");
  return (
    <li
      className={classes}
      data-step={node.id}
      onDragOver={(event) => {
        event.preventDefault();
        if (!isOver) latest.current.onOver(at);
      }}
      onDrop={(event) => latest.current.onDrop(event, at)}
    >
      <div className="row-head">
        {readOnly ? null : (
          <span
            className="grip"
            draggable="true"
            aria-hidden="true"
            onDragStart={(event) => {
              event.dataTransfer.setData("application/x-alpina-step", String(node.id));
              event.dataTransfer.effectAllowed = "move";
            }}
            onDragEnd={() => latest.current.onOver(null)}
          >
            <GripVertical size={16} />
          </span>
        )}
        <button
          type="button"
          className="row-name"
          aria-pressed={isPicked}
          onClick={() => events.onOpen(node.id)}
        >
          <TypeIcon type={node.type} />
          <span className="visually-hidden">{say(`type_${node.type}`)}: </span>
          <span className="row-title">{node.name}</span>
        </button>
        {isStart ? (
          <span className="badge start-badge">
            <Play size={12} aria-hidden="true" />
            {say("start")}
          </span>
        ) : null}
        <Marks mark={mark} say={say} />
        {readOnly ? null : (
          <span className="row-tools">
            <Tool say={say} label="move_up" name={node.name} disabled={at === 0} onClick={() => events.onReorder(node.id, at - 1)}>
              <ArrowUp size={16} aria-hidden="true" />
            </Tool>
            <Tool say={say} label="move_down" name={node.name} disabled={last} onClick={() => events.onReorder(node.id, at + 1)}>
              <ArrowDown size={16} aria-hidden="true" />
            </Tool>
            <Tool say={say} label="add_after" name={node.name} onClick={(event) => latest.current.onMenu(node, event.currentTarget)}>
              <Plus size={16} aria-hidden="true" />
            </Tool>
            <Tool say={say} label="delete_step" name={node.name} onClick={() => events.onRemove([node.id])}>
              <Trash2 size={16} aria-hidden="true" />
            </Tool>
          </span>
        )}
      </div>
      <div className="row-body">
        {node.lines.map((line, number) => (
          <p key={number} className={`line-${line[0]}`}>
            {lineText(line, language)}
          </p>
        ))}
        <ul className="row-exits">
          {node.exits
            .filter((exit) => exit.set || exit.kind === "on_fail")
            .map((exit) => (
              <li key={exit.key}>
                <span>{inLanguage(exit.label, language)}</span>
                <span aria-hidden="true"> → </span>
                {exit.set && !exit.follows && names.has(exit.to) ? (
                  <button type="button" className="link" onClick={() => events.onGoTo(exit.to)}>
                    {names.get(exit.to).name}
                  </button>
                ) : (
                  <span className="soft">{targetText(exit, names, say)}</span>
                )}
              </li>
            ))}
        </ul>
      </div>
    </li>
  );
}, sameRow);

function Tool({ say, label, name, disabled, onClick, children }) {
  return (
    <button
      type="button"
      className="icon-button small"
      disabled={disabled}
      aria-label={say(label, { name })}
      title={say(label, { name })}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
