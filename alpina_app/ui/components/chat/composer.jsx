// Where the person writes. What is typed lives here and in the tab's storage, not in Python.

import { useLayoutEffect, useRef, useState } from "react";
import { ArrowUp, Square } from "lucide-react";
import { TYPING } from "./answers.jsx";

export const LIMIT = 10_000;
const TALLEST = 180; // pixels

export function Composer({ box, draft, onDraft, asked, say, place, offline, busy, stopping, onSend, onStop }) {
  const own = useRef(null);
  const field = box ?? own;
  const [text, setText] = useState(draft);
  const typing = (asked && TYPING[asked.type]) || {};
  const closed = place === "inactive";
  const tooLong = text.length > LIMIT;
  const ready = text.trim() !== "" && !tooLong && !offline && !busy && !closed;

  const change = (value) => {
    setText(value);
    onDraft(value);
  };
  const submit = () => {
    if (!ready) return;
    onSend(text.trim());
    change("");
    field.current?.focus();
  };

  useLayoutEffect(() => {
    const node = field.current;
    node.style.height = "auto";
    node.style.height = `${Math.min(node.scrollHeight + 2, TALLEST)}px`;
  }, [text]);

  const placeholder = closed
    ? "placeholder_inactive"
    : offline
      ? "placeholder_offline"
      : (typing.placeholder ?? "placeholder");
  return (
    <form
      className="chat-composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label htmlFor="chat-text" className="visually-hidden">
        {say("composer")}
      </label>
      <textarea
        id="chat-text"
        ref={field}
        rows={1}
        value={text}
        disabled={closed}
        placeholder={say(placeholder)}
        inputMode={typing.inputMode}
        autoComplete={typing.autoComplete ?? "off"}
        enterKeyHint="send"
        aria-invalid={tooLong}
        aria-describedby={tooLong ? "chat-text-error" : "chat-keys"}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          submit();
        }}
      />
      {busy ? (
        <button
          type="button"
          className="chat-send"
          aria-label={say(stopping ? "stopping" : "stop")}
          title={say(stopping ? "stopping" : "stop")}
          aria-disabled={stopping}
          onClick={() => stopping || onStop()}
        >
          <Square size={14} fill="currentColor" aria-hidden="true" />
        </button>
      ) : (
        <button
          type="submit"
          className="chat-send primary"
          aria-label={say("send")}
          title={say("send")}
          disabled={!ready}
        >
          <ArrowUp size={20} aria-hidden="true" />
        </button>
      )}
      <span id="chat-keys" className="visually-hidden">
        {say("keys_hint")}
      </span>
      {tooLong && (
        <p id="chat-text-error" className="error-text" role="alert">
          {say("too_long", { limit: LIMIT })}
        </p>
      )}
    </form>
  );
}
