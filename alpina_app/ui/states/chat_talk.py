"""What the chat page's events do: open a conversation, send into it, follow the turn that runs."""

import asyncio
import logging
import re
import secrets
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session

from alpina_app.domain.values import clean_text
from alpina_app.errors import (
    AlpinaError,
    Busy,
    Invalid,
    ModelError,
    ModelNotConfigured,
    NotFound,
    Throttled,
)
from alpina_app.i18n import Language, catalogue, translate
from alpina_app.services.access import Caller
from alpina_app.services.chat import BotInactive, ChatReply, ChatRequest, start_turn
from alpina_app.services.chat.conversation import (
    BotCard,
    Line,
    bot_card,
    is_token,
    join,
    last_line,
    read_lines,
    runs_elsewhere,
    session_of,
    standing,
    status_of,
)
from alpina_app.services.turns import Event, Failed, Finished, LiveTurn
from alpina_app.ui.runtime import runtime
from alpina_app.ui.states.chat_feed import Feed
from alpina_app.ui.states.chat_tab import Tab, clock, milliseconds

log = logging.getLogger(__name__)

MAX_MESSAGE: Final = 10_000
START: Final = "/start"
_BOT_ID: Final = re.compile(r"[0-9]{1,18}")
_POLL_S: Final = 1.0
_POLLS: Final = 120
_NO_TURN: Final = {"phase": "none"}


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation of the page."""

    bot_id: int
    user_session: str

    @property
    def key(self) -> tuple[int, str]:
        """That of its turns."""
        return (self.bot_id, self.user_session)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as the page sends it, see `Chat.send`."""

    ref: str
    text: str
    again: bool
    restart: bool


async def enter(tab: Tab, bot: str, token: str) -> None:
    try:
        card = await runtime().database.read(bot_card, _bot_id(bot))
    except NotFound:
        await tab.tell(card={"place": "unknown"})
        return
    talk = await _known_talk(bot, token)
    caller = await tab.caller()
    told: dict[str, Any] = {"card": _shown_card(card, caller, known=talk is not None)}
    if talk is None:
        await tab.tell(**told, initial={"lines": [], "more": False}, standing={"status": ""})
        return
    await _catch_up(tab, talk, caller, **told)


async def send(tab: Tab, bot: str, token: str, message: Sent) -> None:
    caller = await tab.caller()
    text = START if message.restart else clean_text(message.text).strip()
    try:
        talk, turn, after = await _begin(tab, bot, token, message, text)
    except Exception as error:
        await _tell_failure(tab, message.ref, text, error, caller)
        return
    if turn is None:
        await _catch_up(tab, talk, caller)
    else:
        await _follow(tab, talk, turn, after, caller)


async def stop(bot: str, token: str) -> None:
    talk = await _known_talk(bot, token)
    turn = runtime().turns.live(talk.key) if talk else None
    if turn is not None:
        turn.stop()


async def load_older(tab: Tab, bot: str, token: str, before: int) -> None:
    talk = await _known_talk(bot, token)
    if talk is None:
        return
    lines, more = await runtime().database.read(
        read_lines, talk.bot_id, talk.user_session, before=before
    )
    await tab.tell(older={"before": before, "lines": _shown(lines), "more": more})


async def _begin(
    tab: Tab, bot: str, token: str, message: Sent, text: str
) -> tuple[Talk, LiveTurn | None, int]:
    """The conversation, its new turn, and the last line before that.

    No turn where the message came through before. Raises what a turn may fail with, and Throttled.
    """
    if not text or len(text) > MAX_MESSAGE or not is_token(token):
        raise Invalid({"message": []})
    wait_s = runtime().chat_throttle.wait_s(tab.address)
    if wait_s:
        raise Throttled(wait_s=wait_s)
    bot_id = _bot_id(bot)
    talk, after, came_through = await runtime().database.run(
        _join, bot_id, token, text if message.again else None
    )
    if came_through:
        return talk, None, after
    running = runtime().turns.live(talk.key)
    if running is not None and running.ref == message.ref:
        return talk, running, after
    if runtime().turns.is_busy(talk.key):
        raise Busy
    request = ChatRequest(
        bot_id, text, talk.user_session, restart=message.restart, languages=tab.language
    )
    turn = start_turn(runtime(), request, streams=True)
    turn.ref = message.ref
    return talk, turn, after


def _join(
    session: Session, bot_id: int, token: str, sent_before: str | None
) -> tuple[Talk, int, bool]:
    """The conversation, its last line, and whether its last message of the user is `sent_before`.

    An inactive bot gets no new conversation.
    """
    if not bot_card(session, bot_id).is_active and session_of(session, bot_id, token) is None:
        raise BotInactive
    talk = Talk(bot_id, join(session, bot_id, token))
    after = last_line(session, bot_id, talk.user_session)
    if sent_before is None or not after:
        return talk, after, False
    lines, _ = read_lines(session, bot_id, talk.user_session)
    said = [line.content for line in lines if line.role == "user"]
    return talk, after, said[-1:] == [sent_before]


async def _catch_up(tab: Tab, talk: Talk, caller: Caller, **told: dict[str, Any]) -> None:
    """The newest lines, how the conversation stands, and the turn that runs, from its beginning."""
    turn = runtime().turns.live(talk.key)
    lines, more = await runtime().database.read(read_lines, talk.bot_id, talk.user_session)
    stands = await standing(runtime(), talk.bot_id, talk.user_session, tab.language)
    elsewhere = turn is None and await _runs_elsewhere(talk)
    await tab.tell(
        **told,
        initial={"lines": _shown(lines), "more": more},
        standing={"status": stands.status, "input": stands.input},
        turn=_running(turn) if turn or elsewhere else _NO_TURN,
        live={},
    )
    if turn is not None:
        await _follow(tab, talk, turn, lines[-1].id if lines else 0, caller)
    elif elsewhere:
        await _wait_for_others(tab, talk)


async def _runs_elsewhere(talk: Talk) -> bool:
    """Whether another process is at work on the conversation."""
    if not runtime().has_siblings:
        return False
    return await runtime().database.read(runs_elsewhere, talk.bot_id, talk.user_session)


async def _wait_for_others(tab: Tab, talk: Talk) -> None:
    for _ in range(_POLLS):
        await asyncio.sleep(_POLL_S)
        if not tab.is_there():
            return
        if not await _runs_elsewhere(talk):
            break
    lines, more = await runtime().database.read(read_lines, talk.bot_id, talk.user_session)
    stands = await standing(runtime(), talk.bot_id, talk.user_session, tab.language)
    await tab.tell(
        initial={"lines": _shown(lines), "more": more},
        standing={"status": stands.status, "input": stands.input},
        turn=_NO_TURN,
        live={},
    )


async def _follow(tab: Tab, talk: Talk, turn: LiveTurn, after: int, caller: Caller) -> None:
    """Tells the turn from its beginning to its end, while the tab is there and on this visit."""
    turn.watchers[tab.name] = tab.visit
    feed, seen, last = Feed(), 0, 0.0
    while True:
        events = await turn.since(seen)
        wait_s = last + feed.pause_s - clock()
        if wait_s > 0 and not _end_of(events):
            await asyncio.sleep(wait_s)
            events = await turn.since(seen)
        if not tab.is_there() or turn.watchers.get(tab.name) != tab.visit:
            return
        seen += len(events)
        for event in events:
            feed.take(event)
        match _end_of(events):
            case Finished(reply):
                await _tell_end(tab, talk, turn, after, reply)
                return
            case Failed(error):
                await _tell_failure(tab, turn.ref, turn.message, error, caller)
                return
            case _:
                told = {"turn": _running(turn)} if last == 0 else {}
                last = clock()
                await tab.tell(**told, live=feed.frame())


def _running(turn: LiveTurn | None) -> dict[str, Any]:
    """`turn` is None where another process runs it."""
    if turn is None:
        return {"phase": "running", "ref": "", "text": ""}
    return {"phase": "running", "ref": turn.ref, "text": turn.message}


def _end_of(events: list[Event]) -> Event | None:
    last = events[-1] if events else None
    return last if isinstance(last, Finished | Failed) else None


async def _tell_end(tab: Tab, talk: Talk, turn: LiveTurn, after: int, reply: ChatReply) -> None:
    lines, more, status = await runtime().database.read(_lines_and_status, talk, after)
    told: dict[str, Any] = {"after": after, "lines": _shown(lines)}
    name = "fresh"
    if more:
        lines, more = await runtime().database.read(read_lines, talk.bot_id, talk.user_session)
        name, told = "initial", {"lines": _shown(lines), "more": more}
    await tab.tell(
        **{name: told},
        standing={"status": status, "input": reply.input},
        turn={"phase": "done", "ref": turn.ref},
        live={},
    )


def _lines_and_status(session: Session, talk: Talk, after: int) -> tuple[list[Line], bool, str]:
    lines, more = read_lines(session, talk.bot_id, talk.user_session, after=after)
    return lines, more, status_of(session, talk.bot_id, talk.user_session)


async def _tell_failure(tab: Tab, ref: str, text: str, error: Exception, caller: Caller) -> None:
    """The message came to nothing: the page keeps its text."""
    told: dict[str, Any] = {}
    match error:
        case NotFound():
            told["card"] = {"place": "unknown"}
        case BotInactive():
            told["card"] = {"place": "inactive"}
    why = _explained(error, tab.language, caller)
    turn = {"phase": "failed", "ref": ref, "text": text, "error": why}
    await tab.tell(**told, turn=turn, live={})


def _explained(error: Exception, language: Language, caller: Caller) -> str:
    """What went wrong; those who work here hear more of it than guests."""
    match error:
        case ModelNotConfigured() if not caller.is_administrator:
            return translate(language, "talk.no_model")
        case ModelNotConfigured():
            return translate(language, "model.not_configured")
        case ModelError() if caller.signed_in:
            key = f"model.reason_{error.params.get('reason')}"
            known = key in catalogue()[language]
            return translate(language, key if known else f"errors.{error.error_code}")
        case Invalid():
            return translate(language, "talk.cannot_send", limit=MAX_MESSAGE)
        case AlpinaError():
            return translate(language, f"errors.{error.error_code}", **error.params)
    error_id = secrets.token_hex(4)
    log.error("A chat event failed, id %s", error_id, exc_info=error)
    return translate(language, "errors.error", id=error_id)


def _shown_card(card: BotCard, caller: Caller, *, known: bool) -> dict[str, Any]:
    """An inactive bot's name is for those who talked with it before, and those who work here."""
    place = "open" if card.is_active else "inactive"
    may_know = card.is_active or known or caller.signed_in
    return {
        "place": place,
        "id": card.id,
        "name": card.name if may_know else "",
        "about": card.description if may_know else "",
        "starts": card.starts and card.is_active,
        "known": known,
        "model": _model(),
        "staff": caller.may_edit,
        "admin": caller.is_administrator,
    }


def _model() -> str:
    """Whose answers these are: "own", "demo", or "none" where there is no model."""
    settings, local = runtime().settings, runtime().local_model
    if settings.openai_api_key is not None or settings.openai_base_url is not None:
        return "own"
    return "none" if local is None or local.state == "unavailable" else "demo"


async def _known_talk(bot: str, token: str) -> Talk | None:
    if not _BOT_ID.fullmatch(bot) or not is_token(token):
        return None
    user_session = await runtime().database.read(session_of, int(bot), token)
    return None if user_session is None else Talk(int(bot), user_session)


def _bot_id(bot: str) -> int:
    """Raises NotFound."""
    if not _BOT_ID.fullmatch(bot):
        raise NotFound
    return int(bot)


def _shown(lines: list[Line]) -> list[dict[str, Any]]:
    return [
        {
            "id": line.id,
            "role": line.role,
            "text": line.content,
            "at": milliseconds(line.created_at),
        }
        for line in lines
    ]
