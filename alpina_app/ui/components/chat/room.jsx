// The chat page. Messages live here; Python tells what is new (see alpina_app/ui/states/chat.py).

import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { useParams } from "react-router";
import { Info } from "lucide-react";
import { Answers } from "./answers.jsx";
import { Composer } from "./composer.jsx";
import { Avatar, Head } from "./head.jsx";
import { isToken, keepToken, keepUnsent, newToken, ownToken, takeLinkToken, unsent } from "./keeping.js";
import { Log } from "./log.jsx";
import { EMPTY, reduce } from "./store.js";
import { randomWord, speaker } from "./words.js";

const TOLD = ["card", "initial", "older", "fresh", "standing", "turn", "live"];
const STALE_MS = 30_000;

export function ChatRoom(props) {
  const { bot } = useParams();
  return <Room key={bot} {...props} bot={bot} />;
}

function Room({ bot, lang, texts, offline, onEnter, onSend, onStop, onOlder, children, ...told }) {
  const say = useMemo(() => speaker(texts, lang), [texts, lang]);
  const embed = useMemo(() => new URLSearchParams(window.location.search).get("embed") === "1", []);
  const kept = useMemo(() => unsent(bot), [bot]);
  const [state, dispatch] = useReducer(reduce, EMPTY, (empty) => ({
    ...empty,
    failed: kept.failed ?? [],
  }));
  const visit = useRef("");
  const token = useRef("");
  const byLink = useRef(false);
  const [notice, setNotice] = useState("");
  const [spoken, setSpoken] = useState("");
  const field = useRef(null);
  const language = useRef(lang);
  language.current = lang;

  const enter = useCallback(() => {
    visit.current = randomWord(6);
    dispatch({ type: "entered" });
    onEnter(bot, token.current, visit.current, language.current);
  }, [bot]);

  useEffect(() => {
    const linked = takeLinkToken();
    byLink.current = linked !== null;
    token.current = isToken(linked) ? linked : ownToken(bot);
    if (linked === "") setNotice("link_unknown");
    enter();
  }, [bot]);

  // Each var keeps its value until it is told anew; after a reconnect Python's own, {}, come.
  const last = useRef({});
  useEffect(() => {
    const fresh = TOLD.filter((name) => told[name] !== last.current[name]);
    last.current = { ...told };
    const mine = fresh.filter((name) => told[name]?.visit === visit.current);
    if (mine.length) {
      dispatch({
        type: "told",
        visit: visit.current,
        values: mine.map((name) => [name, told[name]]),
      });
    }
    if (fresh.includes("card") && told.card.visit === undefined && state.ready) enter();
    if (mine.includes("card") && byLink.current) settleLink(told.card.known);
    if (mine.includes("fresh")) announce(told.fresh.lines);
  });

  const settleLink = (known) => {
    if (known === undefined) return;
    byLink.current = false;
    if (known) {
      if (token.current !== ownToken(bot)) setNotice("link_opened");
      keepToken(bot, token.current);
    } else {
      setNotice("link_unknown");
      token.current = ownToken(bot);
      enter();
    }
  };
  const announce = (lines) =>
    setSpoken(
      lines
        .filter((line) => line.role !== "user")
        .map((line) => line.text)
        .join("\n"),
    );

  useEffect(() => {
    if (state.gap) enter();
  }, [state.gap]);

  // Another device may have gone on with the conversation meanwhile.
  useEffect(() => {
    let left = 0;
    const look = () => {
      if (document.visibilityState === "hidden") left = Date.now();
      else if (left && Date.now() - left > STALE_MS) enter();
    };
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [enter]);

  useEffect(() => keepUnsent(bot, { failed: state.failed }), [bot, state.failed]);
  useEffect(() => {
    if (state.card.name) document.title = `${state.card.name} — Alpina Digital`;
  }, [state.card.name]);
  useEffect(() => {
    if (state.ready) performance.mark("chat-shown");
  }, [state.ready]);
  useVisibleHeight();

  const busy = Boolean(state.sent || state.running);
  const send = (text, { restart = false, again = false, ref } = {}) => {
    if (busy || offline) return;
    const message = { ref: randomWord(9), text: restart ? "/start" : text, restart };
    setSpoken("");
    dispatch({ type: "send", message, visit: visit.current, resent: ref });
    onSend(bot, token.current, visit.current, lang, message.ref, message.text, again, restart);
  };
  const answer = (text) => {
    send(text);
    if (window.matchMedia("(hover: hover)").matches) field.current?.focus({ preventScroll: true });
  };
  const leave = () => {
    token.current = newToken(bot);
    setNotice("");
    dispatch({ type: "reset" });
    enter();
  };

  const { card, standing } = state;
  if (card.place === "unknown") return <Unknown say={say} />;
  const closed = card.place === "inactive";
  const status = offline ? "offline" : closed ? "inactive" : busy ? "typing" : "ready";
  const asked = busy || closed ? null : standing.input;
  const chatted = state.lines.length > 0;
  const link = `${window.location.origin}/chat/${bot}?t=${token.current}`;
  return (
    <div className="chat" data-ready={state.ready} data-embed={embed}>
      <Head
        card={card}
        status={status}
        say={say}
        embed={embed}
        chatted={chatted}
        link={link}
        onRestart={() => send("/start", { restart: true })}
      >
        {children}
      </Head>
      <main className="chat-main">
        <Notices card={card} notice={notice} say={say} onLeave={leave} />
        <Log
          state={state}
          say={say}
          lang={lang}
          onOlder={(before) => {
            dispatch({ type: "older" });
            onOlder(bot, token.current, visit.current, before);
          }}
          onResend={(message) => send(message.text, message)}
          onDiscard={({ ref }) => dispatch({ type: "discard", ref })}
        >
          {!state.ready && <Loading say={say} />}
          {state.ready && !chatted && !busy && !closed && (
            <Intro card={card} say={say} onStart={() => send("/start")} />
          )}
          {closed && <Inactive card={card} say={say} />}
          {!busy && !closed && ENDED.includes(standing.status) && (
            <Ended standing={standing} say={say} onRestart={() => send("/start", { restart: true })} />
          )}
        </Log>
        <div className="chat-foot">
          {offline && state.ready && (
            <p className="chat-hint chat-offline" role="status">
              {say("offline_notice")}
            </p>
          )}
          {asked && (
            <Answers
              key={`${state.heard}-${asked.type}`}
              asked={asked}
              attempts={state.attempts}
              say={say}
              lang={lang}
              onAnswer={answer}
            />
          )}
          <Composer
            box={field}
            draft={kept.draft ?? ""}
            onDraft={(draft) => keepUnsent(bot, { draft })}
            asked={asked}
            say={say}
            place={card.place}
            offline={offline}
            busy={busy}
            stopping={state.stopping}
            onSend={(text) => send(text)}
            onStop={() => {
              dispatch({ type: "stopping" });
              onStop(bot, token.current);
            }}
          />
        </div>
      </main>
      <div className="visually-hidden" aria-live="polite" data-spoken="true">
        {spoken}
      </div>
    </div>
  );
}

const ENDED = ["completed", "failed", "cancelled"];

// On phones the keyboard covers the page without making it smaller.
function useVisibleHeight() {
  useEffect(() => {
    const view = window.visualViewport;
    if (!view) return undefined;
    const fit = () =>
      document.documentElement.style.setProperty("--chat-height", `${Math.round(view.height)}px`);
    const coarse = window.matchMedia("(pointer: coarse)").matches;
    if (!coarse) return undefined;
    fit();
    view.addEventListener("resize", fit);
    return () => {
      view.removeEventListener("resize", fit);
      document.documentElement.style.removeProperty("--chat-height");
    };
  }, []);
}

function Notices({ card, notice, say, onLeave }) {
  return (
    <>
      {card.model === "demo" && <Notice>{say("demo_notice")}</Notice>}
      {card.model === "none" && card.admin && <Notice>{say("not_configured")}</Notice>}
      {notice && (
        <Notice>
          {say(notice)}
          {notice === "link_opened" && (
            <button type="button" className="button small" onClick={onLeave}>
              {say("link_leave")}
            </button>
          )}
        </Notice>
      )}
    </>
  );
}

function Notice({ children }) {
  return (
    <div className="chat-notice" role="note">
      <Info size={16} aria-hidden="true" />
      <div>{children}</div>
    </div>
  );
}

function Loading({ say }) {
  return (
    <div className="chat-loading" role="status">
      <span className="visually-hidden">{say("loading")}</span>
      <i className="skeleton" />
      <i className="skeleton mine" />
      <i className="skeleton" />
    </div>
  );
}

function Intro({ card, say, onStart }) {
  return (
    <div className="chat-intro">
      <Avatar name={card.name} large />
      <h2>{card.name}</h2>
      {card.about && <p className="chat-about">{card.about}</p>}
      {card.starts ? (
        <button type="button" className="button primary" onClick={onStart}>
          {say("intro_start")}
        </button>
      ) : (
        <p className="soft">{say("intro")}</p>
      )}
    </div>
  );
}

function Inactive({ card, say }) {
  return (
    <div className="chat-state" role="status">
      <h2>{say("inactive_title")}</h2>
      <p>{say(card.staff ? "inactive_staff" : "inactive_text")}</p>
      {card.staff && (
        <a className="button small" href={`/bots/${card.id}`}>
          {say("bot_settings")}
        </a>
      )}
    </div>
  );
}

function Ended({ standing, say, onRestart }) {
  return (
    <div className="chat-state" role="status" data-ended={standing.status}>
      <p>
        <b>{say(standing.status)}</b> {say("after_end")}
      </p>
      <button type="button" className="button small" onClick={onRestart}>
        {say("start_again")}
      </button>
    </div>
  );
}

function Unknown({ say }) {
  return (
    <main className="chat-unknown empty" data-ready="true">
      <h1 className="page-title">{say("unknown_title")}</h1>
      <p>{say("unknown_text")}</p>
      <a href="/" className="button primary">
        {say("home")}
      </a>
    </main>
  );
}
