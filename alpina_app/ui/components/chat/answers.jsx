// The control of the open question. Every answer goes out as text; a typed one works as well.

import { useState } from "react";
import { Star } from "lucide-react";
import { shownNumber, wordOf, writtenDate } from "./words.js";

export function Answers({ asked, attempts, say, lang, onAnswer }) {
  const Control = CONTROLS[asked.type];
  return (
    <div className="chat-answers" role="group" aria-label={say("chosen")} data-asked={asked.type}>
      {Control && <Control asked={asked} say={say} lang={lang} onAnswer={onAnswer} />}
      <Hints asked={asked} attempts={attempts} say={say} lang={lang} />
      {!asked.required && (
        <button
          type="button"
          className="button small quiet chat-skip"
          onClick={() => onAnswer(say("skip_word"))}
        >
          {say("skip")}
        </button>
      )}
    </div>
  );
}

// How the composer helps to type such an answer.
export const TYPING = {
  number: { inputMode: "decimal", placeholder: "placeholder_number" },
  email: { inputMode: "email", autoComplete: "email", placeholder: "placeholder_email" },
  phone: { inputMode: "tel", autoComplete: "tel", placeholder: "placeholder_phone" },
  url: { inputMode: "url", autoComplete: "url", placeholder: "placeholder_url" },
  date: { placeholder: "placeholder_date" },
  time: { placeholder: "placeholder_time" },
  choice: { placeholder: "placeholder_choice" },
  multi_choice: { placeholder: "placeholder_choice" },
  yes_no: { placeholder: "placeholder_choice" },
  rating: { inputMode: "numeric", placeholder: "placeholder_choice" },
};

function Hints({ asked, attempts, say, lang }) {
  const limits = asked.type === "number" ? range("number", asked, say, lang) : "";
  if (!limits && attempts === null) return null;
  return (
    <p className="chat-hint">
      {limits && <span>{limits}</span>}
      {attempts !== null && <b>{say("attempts", { count: attempts })}</b>}
    </p>
  );
}

function range(kind, { min, max }, say, lang) {
  const low = min === null ? null : shownNumber(min, lang);
  const high = max === null ? null : shownNumber(max, lang);
  if (low !== null && high !== null) return say(`${kind}_range`, { min: low, max: high });
  if (low !== null) return say(`${kind}_min`, { min: low });
  return high === null ? "" : say(`${kind}_max`, { max: high });
}

function Choice({ asked, onAnswer }) {
  return (
    <div className="chat-options">
      {asked.options.map((option) => (
        <button
          key={option.id}
          type="button"
          className="chat-option"
          onClick={() => onAnswer(wordOf(option, asked.options))}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}

function MultiChoice({ asked, say, onAnswer }) {
  const [picked, setPicked] = useState([]);
  const low = Math.max(asked.min ?? 1, 1);
  const high = asked.max ?? asked.options.length;
  const toggle = (id) =>
    setPicked(picked.includes(id) ? picked.filter((other) => other !== id) : [...picked, id]);
  const fits = picked.length >= low && picked.length <= high;
  const send = () => {
    const chosen = asked.options.filter((option) => picked.includes(option.id));
    onAnswer(chosen.map((option) => wordOf(option, asked.options)).join(", "));
  };
  return (
    <>
      <div className="chat-options">
        {asked.options.map((option) => (
          <button
            key={option.id}
            type="button"
            className="chat-option"
            aria-pressed={picked.includes(option.id)}
            onClick={() => toggle(option.id)}
          >
            {option.label}
          </button>
        ))}
        <button type="button" className="button primary" disabled={!fits} onClick={send}>
          {say("choose_done")}
        </button>
      </div>
      <p className="chat-hint">{picks(asked, say)}</p>
    </>
  );
}

function picks({ min, max }, say) {
  if (min !== null && max !== null) return say("pick_range", { min, max });
  if (min !== null) return say("pick_min", { count: min });
  return max === null ? say("pick_any") : say("pick_max", { count: max });
}

function YesNo({ say, onAnswer }) {
  return (
    <div className="chat-options">
      {["yes", "no"].map((word) => (
        <button
          key={word}
          type="button"
          className="chat-option"
          onClick={() => onAnswer(say(word))}
        >
          {say(word)}
        </button>
      ))}
    </div>
  );
}

function Rating({ asked, say, onAnswer }) {
  const [shown, setShown] = useState(0);
  const stars = asked.scale <= 5;
  const values = Array.from({ length: asked.scale }, (_, place) => place + 1);
  return (
    <div
      className={`chat-rating${stars ? " stars" : ""}`}
      role="group"
      aria-label={say("rating")}
      onMouseLeave={() => setShown(0)}
    >
      {values.map((value) => (
        <button
          key={value}
          type="button"
          className={value <= shown ? "lit" : ""}
          aria-label={say("rate", { value, scale: asked.scale })}
          title={say("rate", { value, scale: asked.scale })}
          onMouseEnter={() => setShown(value)}
          onFocus={() => setShown(value)}
          onBlur={() => setShown(0)}
          onClick={() => onAnswer(String(value))}
        >
          {stars ? <Star size={26} aria-hidden="true" /> : value}
        </button>
      ))}
    </div>
  );
}

function Picker({ type, min, max, label, say, onPick }) {
  const [value, setValue] = useState("");
  return (
    <form
      className="chat-picker"
      onSubmit={(event) => {
        event.preventDefault();
        if (value) onPick(value);
      }}
    >
      <input
        type={type}
        className="input"
        aria-label={label}
        min={min}
        max={max}
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
      <button type="submit" className="button primary" disabled={!value}>
        {say("answer")}
      </button>
    </form>
  );
}

function DateAnswer({ asked, say, lang, onAnswer }) {
  return (
    <Picker
      type="date"
      label={say("date")}
      min={asked.min ?? undefined}
      max={asked.max ?? undefined}
      say={say}
      onPick={(value) => onAnswer(writtenDate(value, lang))}
    />
  );
}

function TimeAnswer({ say, onAnswer }) {
  return <Picker type="time" label={say("time")} say={say} onPick={onAnswer} />;
}

const CONTROLS = {
  choice: Choice,
  multi_choice: MultiChoice,
  yes_no: YesNo,
  rating: Rating,
  date: DateAnswer,
  time: TimeAnswer,
};
