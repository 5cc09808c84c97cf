import { useEffect, useRef, useState } from "react";

const PAUSE_MS = 300;

function cleaned(text) {
  return text.split(/\s+/u).filter(Boolean).join(" ");
}

// The search box of a list whose address says `value`. What is typed goes to `onSearch` a moment
// after the last key, or at once on Enter; an answer that comes late never takes away what was
// typed meanwhile. What was typed before the page came to life is searched for as well.
export function SearchBox({ label, value, onSearch, children }) {
  const box = useRef(null);
  const timer = useRef(null);
  const asked = useRef(value);
  const isAwaited = useRef(false);
  const ask = () => {
    clearTimeout(timer.current);
    timer.current = null;
    const text = cleaned(box.current.value);
    if (text === asked.current) return;
    asked.current = text;
    isAwaited.current = true;
    onSearch(text);
  };
  const askSoon = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(ask, PAUSE_MS);
  };

  useEffect(() => {
    if (box.current.value !== value) askSoon();
    return () => clearTimeout(timer.current);
  }, []);

  useEffect(() => {
    if (value === asked.current) isAwaited.current = false;
    else if (!isAwaited.current && timer.current === null) {
      asked.current = value;
      box.current.value = value;
    }
  }, [value]);

  return (
    <form
      className="search-box"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      {children}
      <input
        ref={box}
        type="search"
        name="search"
        className="input"
        defaultValue={value}
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        maxLength={200}
        onInput={askSoon}
      />
    </form>
  );
}

// A switch that moves at once; whenever the list was filled anew (`filled` grows) it shows what is
// stored, so one that was refused goes back.
export function RowSwitch({ label, checked, filled, disabled, onSwitch }) {
  const [shown, setShown] = useState(checked);
  useEffect(() => setShown(checked), [checked, filled]);
  return (
    <input
      type="checkbox"
      role="switch"
      className="switch"
      aria-label={label}
      checked={shown}
      disabled={disabled}
      onChange={(event) => {
        setShown(event.target.checked);
        onSwitch(event.target.checked);
      }}
    />
  );
}
