// The conversation: days, lines, what is being said, what was not sent.

import { Fragment, memo, useEffect, useLayoutEffect, useRef, useState } from "react";
import { ArrowDown, Check, Copy, RotateCcw, TriangleAlert, X } from "lucide-react";
import { Speech } from "./speech.jsx";
import { copyText, dayName, dayOf, momentOf, timeOf } from "./words.js";

const NEAR = 80; // pixels from the end that still count as reading the end
const isStart = (line) => line.role === "user" && line.text.trim().toLowerCase() === "/start";

export function Log({ state, say, lang, onOlder, onResend, onDiscard, children }) {
  const box = useRef(null);
  const pinned = useRef(true);
  const before = useRef({ height: 0, first: 0 });
  const [atEnd, setAtEnd] = useState(true);
  const [seen, setSeen] = useState(0);
  const { lines, said, text, running, sent, failed } = state;
  const first = lines.length ? lines[0].id : 0;

  const toEnd = () => {
    pinned.current = true;
    setAtEnd(true);
    box.current?.scrollTo({ top: box.current.scrollHeight });
  };

  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    const near = scrollHeight - scrollTop - clientHeight < NEAR;
    pinned.current = near;
    setAtEnd(near);
  };

  useEffect(() => {
    if (atEnd) setSeen(state.heard);
  }, [atEnd, state.heard]);

  useEffect(() => {
    if (sent) toEnd();
  }, [sent?.ref]);

  // Older lines came above: what is read stays where it is.
  useLayoutEffect(() => {
    const node = box.current;
    const was = before.current;
    if (!pinned.current && was.first && first < was.first) {
      node.scrollTop += node.scrollHeight - was.height;
    } else if (pinned.current) {
      node.scrollTop = node.scrollHeight;
    }
    before.current = { height: node.scrollHeight, first };
  });

  // The box shrinks when a keyboard or an answer's buttons come up.
  useEffect(() => {
    const node = box.current;
    const watcher = new ResizeObserver(() => {
      if (pinned.current) node.scrollTop = node.scrollHeight;
    });
    watcher.observe(node);
    return () => watcher.disconnect();
  }, []);

  const unread = state.heard - seen;
  const mine = running?.text ?? sent?.text;
  return (
    <div className="chat-log-frame">
      <div
        className="chat-log"
        ref={box}
        onScroll={onScroll}
        tabIndex={0}
        role="region"
        aria-label={say("log")}
      >
        <div className="chat-inner">
          {state.more && (
            <button
              type="button"
              className="button small chat-older"
              aria-disabled={state.loadingOlder}
              onClick={() => state.loadingOlder || onOlder(first)}
            >
              {say(state.loadingOlder ? "older_loading" : "older")}
            </button>
          )}
          <Lines lines={lines} say={say} lang={lang} />
          {mine && <Mine text={mine} say={say} faint={!running} />}
          {running &&
            said.map((one, number) => (
              <div className="chat-line bot" key={number}>
                <Speech text={one} />
              </div>
            ))}
          {running && text && (
            <div className="chat-line bot writing" data-writing="true">
              <Speech text={text} />
            </div>
          )}
          {(running || sent) && !text && <Typing say={say} />}
          {failed.map((message) => (
            <NotSent
              key={message.ref}
              message={message}
              say={say}
              onResend={() => onResend(message)}
              onDiscard={() => onDiscard(message)}
            />
          ))}
          {children}
        </div>
      </div>
      {!atEnd && (
        <button type="button" className="chat-newest" onClick={toEnd}>
          <ArrowDown size={16} aria-hidden="true" />
          <span className={unread > 0 ? "" : "visually-hidden"}>
            {unread > 0 ? say("unread", { count: unread }) : say("newest")}
          </span>
        </button>
      )}
    </div>
  );
}

const Lines = memo(function Lines({ lines, say, lang }) {
  return lines.map((line, number) => {
    const former = lines[number - 1];
    const newDay = !former || dayOf(former.at) !== dayOf(line.at);
    return (
      <Fragment key={line.id}>
        {newDay && (
          <div className="chat-day">
            <span>{dayName(line.at, lang, say)}</span>
          </div>
        )}
        <Line
          line={line}
          say={say}
          lang={lang}
          follows={!newDay && former.role === line.role && !isStart(former)}
        />
      </Fragment>
    );
  });
});

const Line = memo(function Line({ line, say, lang, follows }) {
  if (isStart(line)) {
    return (
      <div className="chat-begun">
        <span>{say("begun")}</span>
      </div>
    );
  }
  const mine = line.role === "user";
  return (
    <div className={`chat-line ${mine ? "mine" : "bot"}${follows ? " follows" : ""}`}>
      {mine && <span className="visually-hidden">{say("you")}: </span>}
      {mine ? <div className="said">{line.text}</div> : <Speech text={line.text} />}
      <div className="chat-meta">
        <time dateTime={new Date(line.at).toISOString()} title={momentOf(line.at, lang)}>
          {timeOf(line.at, lang)}
        </time>
        <CopyButton text={line.text} say={say} />
      </div>
    </div>
  );
});

function CopyButton({ text, say }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  const label = say(copied ? "copied" : "copy_message");
  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      className="chat-copy"
      title={label}
      aria-label={label}
      onClick={async () => setCopied(await copyText(text))}
    >
      <Icon size={14} aria-hidden="true" />
    </button>
  );
}

function Mine({ text, say, faint }) {
  if (isStart({ role: "user", text })) return null;
  return (
    <div className={`chat-line mine${faint ? " faint" : ""}`}>
      <span className="visually-hidden">{say("you")}: </span>
      <div className="said">{text}</div>
    </div>
  );
}

function Typing({ say }) {
  return (
    <div className="chat-line bot chat-typing">
      <span className="visually-hidden">{say("status_typing")}</span>
      <i aria-hidden="true" />
      <i aria-hidden="true" />
      <i aria-hidden="true" />
    </div>
  );
}

function NotSent({ message, say, onResend, onDiscard }) {
  return (
    <div className="chat-not-sent" role="alert">
      {!isStart({ role: "user", text: message.text }) && (
        <div className="chat-line mine failed">
          <div className="said">{message.text}</div>
        </div>
      )}
      <p className="chat-fault">
        <TriangleAlert size={16} aria-hidden="true" />
        <span>
          <b>{say("not_sent")}.</b> {message.again ? say("lost") : message.error}
        </span>
      </p>
      <div className="chat-fault-actions">
        <button type="button" className="button small" onClick={onResend}>
          <RotateCcw size={15} aria-hidden="true" />
          {say("resend")}
        </button>
        <button type="button" className="button small quiet" onClick={onDiscard}>
          <X size={15} aria-hidden="true" />
          {say("discard")}
        </button>
      </div>
    </div>
  );
}
