// The bot's name, how it is, and the menu; the dialogs the menu opens.

import { useEffect, useId, useRef, useState } from "react";
import { ChevronLeft, EllipsisVertical, Link2, RotateCcw, Settings2 } from "lucide-react";
import { copyText } from "./words.js";

export function Head({ card, status, say, embed, chatted, link, onRestart, children }) {
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState("");
  const box = useRef(null);
  const opener = useRef(null);
  const choose = (what) => {
    setOpen(false);
    setAsking(what);
  };

  useEffect(() => {
    if (!open) return undefined;
    const onPointer = (event) => box.current?.contains(event.target) || setOpen(false);
    const onKey = (event) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      opener.current?.focus();
    };
    document.addEventListener("pointerdown", onPointer);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onPointer);
      document.removeEventListener("keydown", onKey);
    };
  }, [open]);

  return (
    <header className="chat-head">
      {!embed && (
        <a href="/" className="icon-button" aria-label={say("home")} title={say("home")}>
          <ChevronLeft size={20} aria-hidden="true" />
        </a>
      )}
      <Avatar name={card.name} />
      <div className="chat-who">
        <h1>{card.name || say("title")}</h1>
        <p className={`chat-status ${status}`}>{say(`status_${status}`)}</p>
      </div>
      {card.model === "demo" && <span className="badge warn chat-demo">{say("demo_label")}</span>}
      <div className="chat-menu" ref={box}>
        <button
          type="button"
          ref={opener}
          className="icon-button"
          aria-expanded={open}
          aria-controls="chat-menu"
          aria-label={say("menu")}
          title={say("menu")}
          onClick={() => setOpen(!open)}
        >
          <EllipsisVertical size={20} aria-hidden="true" />
        </button>
        <div id="chat-menu" className="chat-menu-sheet" hidden={!open}>
          <button type="button" disabled={card.place !== "open"} onClick={() => choose("restart")}>
            <RotateCcw size={17} aria-hidden="true" />
            {say("restart")}
          </button>
          <button type="button" onClick={() => choose("link")}>
            <Link2 size={17} aria-hidden="true" />
            {say("link")}
          </button>
          {card.staff && card.id && (
            <a href={`/bots/${card.id}`} target={embed ? "_blank" : undefined} rel="noopener">
              <Settings2 size={17} aria-hidden="true" />
              {say("bot_settings")}
            </a>
          )}
          <div className="chat-menu-row">{children}</div>
        </div>
      </div>
      <Dialog open={asking === "restart"} title={say("restart_title")} onClose={() => setAsking("")}>
        <p>{say("restart_text")}</p>
        <div className="chat-dialog-actions">
          <button type="button" className="button" onClick={() => setAsking("")}>
            {say("cancel")}
          </button>
          <button
            type="button"
            className="button primary"
            onClick={() => {
              setAsking("");
              onRestart();
            }}
          >
            {say("restart_confirm")}
          </button>
        </div>
      </Dialog>
      <Dialog open={asking === "link"} title={say("link_title")} onClose={() => setAsking("")}>
        {chatted ? <LinkField link={link} say={say} /> : <p>{say("link_empty")}</p>}
        <div className="chat-dialog-actions">
          <button type="button" className="button" onClick={() => setAsking("")}>
            {say("close")}
          </button>
        </div>
      </Dialog>
    </header>
  );
}

export function Avatar({ name, large }) {
  const initial = Array.from((name ?? "").trim())[0] ?? "•";
  return (
    <span className={`chat-avatar${large ? " large" : ""}`} aria-hidden="true">
      {initial.toUpperCase()}
    </span>
  );
}

function LinkField({ link, say }) {
  const [copied, setCopied] = useState(false);
  return (
    <>
      <p>{say("link_text")}</p>
      <div className="chat-link">
        <input
          className="input"
          readOnly
          value={link}
          aria-label={say("link_label")}
          onFocus={(event) => event.target.select()}
        />
        <button
          type="button"
          className="button primary"
          onClick={async () => setCopied(await copyText(link))}
        >
          {say(copied ? "copied" : "link_copy")}
        </button>
      </div>
    </>
  );
}

function Dialog({ open, title, onClose, children }) {
  const box = useRef(null);
  const name = useId();
  useEffect(() => {
    if (open && !box.current.open) box.current.showModal();
    if (!open && box.current.open) box.current.close();
  }, [open]);
  return (
    <dialog
      ref={box}
      className="chat-dialog"
      aria-labelledby={name}
      onClose={onClose}
      onClick={(event) => event.target === box.current && onClose()}
    >
      <div className="chat-dialog-body">
        <h2 id={name}>{title}</h2>
        {open && children}
      </div>
    </dialog>
  );
}
