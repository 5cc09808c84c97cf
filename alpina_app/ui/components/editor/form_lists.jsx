// Lists of a content: rows with a place of their own that can be added, moved and removed.

import { useRef } from "react";
import { flushSync } from "react-dom";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useForm, usePlace } from "./form_context.jsx";
import { Notes } from "./form_controls.jsx";
import { asList, moved } from "./form_values.js";

// The list at `path` with a lasting key for each row, so that a row keeps its state when it moves.
// `keep`: an empty list stays in the content.
export function useRows(path, { keep = false } = {}) {
  const { value, put, notes, id } = usePlace(path);
  const list = asList(value);
  const keys = useRef([]);
  const next = useRef(0);
  while (keys.current.length < list.length) keys.current.push((next.current += 1));
  keys.current.length = list.length;
  const store = (items) => put(items.length || keep ? items : undefined);
  return {
    id,
    notes,
    list,
    keys: keys.current,
    add: (items, at = list.length) => {
      keys.current.splice(at, 0, ...items.map(() => (next.current += 1)));
      store([...list.slice(0, at), ...items, ...list.slice(at)]);
    },
    remove: (at) => {
      keys.current.splice(at, 1);
      store(list.filter((_, n) => n !== at));
    },
    move: (from, to) => {
      if (to < 0 || to >= list.length) return;
      keys.current = moved(keys.current, from, to);
      store(moved(list, from, to));
    },
    replace: (at, items) => {
      keys.current.splice(at + 1, 0, ...items.slice(1).map(() => (next.current += 1)));
      store([...list.slice(0, at), ...items, ...list.slice(at + 1)]);
    },
  };
}

export function RowButtons({ rows, n, name, children }) {
  const { say, readOnly } = useForm();
  if (readOnly) return null;
  const last = rows.list.length - 1;
  const act = (event, to) => {
    rows.move(n, to);
    const button = event.currentTarget;
    requestAnimationFrame(() => button.isConnected && !button.disabled && button.focus());
  };
  return (
    <span className="sf-row-buttons">
      {children}
      {last > 0 && (
        <>
          <IconButton label={say("move_up", { name })} disabled={n === 0} onClick={(event) => act(event, n - 1)}>
            <ArrowUp size={15} aria-hidden="true" />
          </IconButton>
          <IconButton label={say("move_down", { name })} disabled={n === last} onClick={(event) => act(event, n + 1)}>
            <ArrowDown size={15} aria-hidden="true" />
          </IconButton>
        </>
      )}
      <IconButton label={say("remove", { name })} onClick={() => rows.remove(n)}>
        <Trash2 size={15} aria-hidden="true" />
      </IconButton>
    </span>
  );
}

export function IconButton({ label, children, ...button }) {
  return (
    <button type="button" className="icon-button sf-icon" aria-label={label} title={label} {...button}>
      {children}
    </button>
  );
}

export function AddButton({ label, onClick }) {
  const { readOnly } = useForm();
  if (readOnly) return null;
  return (
    <button type="button" className="sf-add" onClick={onClick}>
      <Plus size={16} aria-hidden="true" />
      {label}
    </button>
  );
}

// Changes rows and leads the focus before the next key comes: a key typed at once is not lost.
export function changeAndFocus(change, find) {
  flushSync(change);
  find()?.focus();
}

// The simplest of lists: a card for each row. `fresh()` makes a new one, `name(n)` says which.
export function RowList({ path, fresh, add, name, keep, children }) {
  const rows = useRows(path, { keep });
  const box = useRef(null);
  const addOne = () =>
    changeAndFocus(
      () => rows.add([fresh()]),
      () => box.current?.querySelector(".sf-card:last-of-type :is(input, textarea)"),
    );
  return (
    <div className="sf-list" ref={box}>
      <Notes id={`${rows.id}-notes`} notes={rows.notes} />
      {rows.list.map((_, n) => (
        <Card key={rows.keys[n]} path={[...path, n]} label={name(n)} buttons={<RowButtons rows={rows} n={n} name={name(n)} />}>
          {children([...path, n], n)}
        </Card>
      ))}
      <AddButton label={add} onClick={addOne} />
    </div>
  );
}

export function Card({ path, label, buttons, children }) {
  const { id, notes } = usePlace(path);
  return (
    <div className="sf-card" role="group" aria-label={label}>
      <div className="sf-card-head">
        <span className="sf-card-name" aria-hidden="true">
          {label}
        </span>
        {buttons}
      </div>
      <Notes id={`${id}-notes`} notes={notes} />
      {children}
    </div>
  );
}
