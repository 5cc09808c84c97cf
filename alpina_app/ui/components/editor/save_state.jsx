import { useEffect, useState } from "react";

// How long an input that is told late may take to be heard of.
const HEARD_MS = 5_000;

// How saving stands. What is typed is not saved before the server says so: the form of a step tells
// of what it has not sent or not seen come back ("alpina-unsent"), inputs marked `data-late` by
// themselves. A page with something unsaved asks before it is left.
export function SaveState({ state, saving, children }) {
  const [unsent, setUnsent] = useState(false);
  const [late, setLate] = useState(false);
  const isWaiting = state === "saved" && (unsent || late);
  const shown = isWaiting ? "saving" : state;

  useEffect(() => {
    let timer = 0;
    const onUnsent = ({ detail }) => setUnsent(detail);
    const onInput = ({ target }) => {
      if (!target.closest("[data-late]")) return;
      setLate(true);
      clearTimeout(timer);
      timer = setTimeout(() => setLate(false), HEARD_MS);
    };
    window.addEventListener("alpina-unsent", onUnsent);
    document.addEventListener("input", onInput);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("alpina-unsent", onUnsent);
      document.removeEventListener("input", onInput);
    };
  }, []);
  useEffect(() => {
    if (state !== "saved") setLate(false);
  }, [state]);
  useEffect(() => {
    if (shown === "saved") return undefined;
    const ask = (event) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [shown]);

  return (
    <span role="status" data-save={shown}>
      {isWaiting ? <span className="save-state">{saving}</span> : children}
    </span>
  );
}
