"""What the chat page shows of a conversation: its lines, what is asked now, how it stands.

A conversation of the page belongs to whoever holds its random token (`chat_link`). The browser
makes the token; here stands its hash from the first message on, beside a `user_session` that cannot
be guessed. Knowing a `user_session` of REST opens nothing here.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from alpina_app.domain.engine import Ask, open_question
from alpina_app.errors import NotFound
from alpina_app.i18n import Language
from alpina_app.models import (
    Bot,
    BotExecution,
    ChatLink,
    Message,
    Scenario,
    TurnLease,
    utc_now,
)
from alpina_app.services.chat.claim import lease_key, read_situation
from alpina_app.services.chat.plan import compiled
from alpina_app.services.chat.scenario import make_env, run_of
from alpina_app.services.chat.types import BotInactive, ChatRequest
from alpina_app.services.runtime import Runtime

bots, executions, messages = Bot.__table__, BotExecution.__table__, Message.__table__  # type: ignore[attr-defined]
links, scenarios = ChatLink.__table__, Scenario.__table__  # type: ignore[attr-defined]
leases = TurnLease.__table__  # type: ignore[attr-defined]

PAGE_LINES = 30
_TOUCH_EVERY = timedelta(hours=1)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,64}")


@dataclass(frozen=True, slots=True)
class Line:
    """`id` grows with time over the whole conversation."""

    id: int
    role: str
    content: str
    step: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class BotCard:
    """What anybody may know of a bot. `starts`: it has a scenario that it begins with."""

    id: int
    name: str
    description: str
    is_active: bool
    starts: bool = False
    allowed_origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest execution: `status` as in its row, "" where there is none.

    `input`: what the open question expects, None without one.
    """

    execution_id: int | None = None
    status: str = ""
    scenario: str = ""
    input: dict[str, Any] | None = None


def bot_card(session: Session, bot_id: int) -> BotCard:
    """Raises NotFound."""
    row = session.execute(
        select(
            bots.c.id,
            bots.c.name,
            bots.c.description,
            bots.c.is_active,
            scenarios.c.is_active.label("starts"),
            bots.c.allowed_origins,
        )
        .outerjoin(scenarios, scenarios.c.id == bots.c.start_scenario_id)
        .where(bots.c.id == bot_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    origins = tuple(str(origin) for origin in row.allowed_origins or ())
    return BotCard(row.id, row.name, row.description, row.is_active, bool(row.starts), origins)


def is_token(text: str) -> bool:
    """Whether `text` may be a conversation's token: 32 to 64 characters of base64url."""
    return _TOKEN.fullmatch(text) is not None


def session_of(session: Session, bot_id: int, token: str) -> str | None:
    """The `user_session` behind a token of this bot; None for a token that is not known."""
    found = session.execute(
        select(links.c.user_session).where(
            links.c.token_hash == _hash(token), links.c.bot_id == bot_id
        )
    ).scalar_one_or_none()
    return None if found is None else str(found)


def join(session: Session, bot_id: int, token: str) -> str:
    """The `user_session` behind the token; a token not known yet begins a conversation.

    Raises NotFound (bot; a token of another bot's conversation).
    """
    bot_card(session, bot_id)
    known = session_of(session, bot_id, token)
    if known is None:
        return _begin(session, bot_id, token)
    now = utc_now()
    session.execute(
        update(links)
        .where(links.c.token_hash == _hash(token), links.c.last_used_at < now - _TOUCH_EVERY)
        .values(last_used_at=now)
    )
    return known


def _begin(session: Session, bot_id: int, token: str) -> str:
    user_session = f"web-{secrets.token_hex(12)}"
    try:
        with session.begin_nested():
            session.add(ChatLink(token_hash=_hash(token), bot_id=bot_id, user_session=user_session))
            session.flush()
    except IntegrityError:
        known = session_of(session, bot_id, token)
        if known is None:
            raise NotFound from None
        return known
    return user_session


def read_lines(
    session: Session,
    bot_id: int,
    user_session: str,
    *,
    before: int | None = None,
    after: int | None = None,
) -> tuple[list[Line], bool]:
    """The newest lines (before line `before`, after line `after`), oldest first, PAGE_LINES at
    most; whether there are older ones that fit."""
    query = (
        select(
            messages.c.id,
            messages.c.role,
            messages.c.content,
            messages.c.step_id,
            messages.c.created_at,
        )
        .join(executions, executions.c.id == messages.c.execution_id)
        .where(executions.c.bot_id == bot_id, executions.c.user_session == user_session)
        .order_by(messages.c.id.desc())
        .limit(PAGE_LINES + 1)
    )
    if before is not None:
        query = query.where(messages.c.id < before)
    if after is not None:
        query = query.where(messages.c.id > after)
    rows = session.execute(query).all()
    lines = [
        Line(row.id, row.role, row.content, row.step_id, row.created_at)
        for row in rows[:PAGE_LINES]
    ]
    return lines[::-1], len(rows) > PAGE_LINES


def last_line(session: Session, bot_id: int, user_session: str) -> int:
    """The newest line's id; 0 where nothing was said yet."""
    newest = session.execute(
        select(func.max(messages.c.id))
        .join(executions, executions.c.id == messages.c.execution_id)
        .where(executions.c.bot_id == bot_id, executions.c.user_session == user_session)
    ).scalar_one()
    return int(newest or 0)


def status_of(session: Session, bot_id: int, user_session: str) -> str:
    """That of the newest execution; "" where there is none."""
    newest = _newest(session, bot_id, user_session)
    return "" if newest is None else newest[1]


def runs_elsewhere(session: Session, bot_id: int, user_session: str) -> bool:
    """Whether some process runs a turn of the conversation now, by its lease."""
    until = session.execute(
        select(leases.c.expires_at).where(leases.c.key == lease_key((bot_id, user_session)))
    ).scalar_one_or_none()
    return until is not None and until > utc_now()


async def standing(
    runtime: Runtime, bot_id: int, user_session: str, language: Language
) -> Standing:
    """How the conversation stands between its turns."""
    newest = await runtime.database.read(_newest, bot_id, user_session)
    if newest is None:
        return Standing()
    execution_id, status, scenario = newest
    asked = None
    if status == "running":
        asked = await _asked(runtime, bot_id, user_session, language)
    return Standing(execution_id, status, scenario, asked.input if asked else None)


async def _asked(
    runtime: Runtime, bot_id: int, user_session: str, language: Language
) -> Ask | None:
    request = ChatRequest(bot_id, "", user_session)
    try:
        situation = await runtime.database.read(read_situation, request, runtime.programs)
    except (NotFound, BotInactive):
        return None
    if situation.open is None or situation.running is None or situation.open.run_state is None:
        return None
    prepared = await compiled(situation.running, runtime.programs)
    env = make_env(runtime, situation.bot, user_session, language, secrets={}, elapsed=lambda: 0.0)
    return open_question(prepared.program, run_of(situation.open), env)


def _newest(session: Session, bot_id: int, user_session: str) -> tuple[int, str, str] | None:
    row = session.execute(
        select(executions.c.id, executions.c.status, scenarios.c.name)
        .outerjoin(scenarios, scenarios.c.id == executions.c.scenario_id)
        .where(executions.c.bot_id == bot_id, executions.c.user_session == user_session)
        .order_by(executions.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2] or "")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
