"""What the pages of bots need beside `crud`: one bot with all about it, its site list, its copy.

`allowed_origins` (the sites that may embed the chat) is no field of the wire; `save_bot` stores it
with the others, in one transaction and under the same entity tag.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import Select, func, select, update
from sqlmodel import Session

from alpina_app.clients.gpt import BotSettings
from alpina_app.errors import Invalid, NotFound
from alpina_app.models import Bot, BotExecution, Message, Scenario, Step, User
from alpina_app.services import crud
from alpina_app.services.access import Caller, require_sign_in
from alpina_app.services.bots import BOTS
from alpina_app.services.fields import Wrong, shown
from alpina_app.services.listing import Page
from alpina_app.services.representation import entity_tag, item_json
from alpina_app.services.transfer import export_bot, import_bot
from alpina_app.services.wire_messages import message

_BOTS, _SCENARIOS, _STEPS = Bot.__table__, Scenario.__table__, Step.__table__  # type: ignore[attr-defined]
_EXECUTIONS, _MESSAGES, _USERS = BotExecution.__table__, Message.__table__, User.__table__  # type: ignore[attr-defined]

SCENARIOS_SHOWN: Final = 50
EXECUTIONS_SHOWN: Final = 8
MAX_ORIGINS: Final = 50
_SETTINGS: Final = ("bot_type", "gpt_model", "creativity_level", "max_tokens", "system_prompt")
_HOST: Final = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    id: int
    name: str
    is_active: bool
    steps: int


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """`scenario`: its name, "" without one. `updated_at` as on the wire."""

    id: int
    bot: str
    scenario: str
    user_session: str
    status: str
    messages: int
    updated_at: str


@dataclass(frozen=True, slots=True)
class BotView:
    """A bot as its page shows it. `values` as on the wire, `tag` their entity tag."""

    values: dict[str, Any]
    tag: str
    allowed_origins: tuple[str, ...]
    author: str
    scenarios: tuple[ScenarioRow, ...]
    executions: tuple[ExecutionRow, ...]


@dataclass(frozen=True, slots=True)
class GoesWith:
    """How much goes away with a bot."""

    name: str
    scenarios: int
    steps: int
    executions: int


def list_bots(
    session: Session, caller: Caller, params: dict[str, str]
) -> tuple[Page, dict[int, int]]:
    """A page of bots, as `crud.find`, and how many scenarios each of them has, by bot id."""
    page = crud.find(session, caller, BOTS, params, open_to_guests=False)
    ids = [item["id"] for item in page.items]
    counts = session.execute(
        select(_SCENARIOS.c.bot_id, func.count())
        .where(_SCENARIOS.c.bot_id.in_(ids))
        .group_by(_SCENARIOS.c.bot_id)
    )
    return page, {row[0]: row[1] for row in counts}


def view_bot(session: Session, caller: Caller, bot_id: int) -> BotView:
    """Raises NotSignedIn, NotFound."""
    require_sign_in(caller)
    body = item_json(session, BOTS, bot_id)
    if body is None:
        raise crud.not_found(BOTS)
    origins, author = session.execute(
        select(_BOTS.c.allowed_origins, _USERS.c.username)
        .join(_USERS, _USERS.c.id == _BOTS.c.created_by_id)
        .where(_BOTS.c.id == bot_id)
    ).one()
    return BotView(
        values=json.loads(body),
        tag=entity_tag(body),
        allowed_origins=tuple(origins),
        author=author,
        scenarios=_scenarios_of(session, bot_id),
        executions=recent_executions(session, caller, EXECUTIONS_SHOWN, bot_id),
    )


def save_bot(
    session: Session,
    caller: Caller,
    bot_id: int | None,
    data: dict[str, Any],
    origins: Sequence[str],
    expected: crud.Expected = crud.ANY,
) -> crud.Stored:
    """Creates a bot, or with `bot_id` changes it. `data` by field name, as JSON has them.

    Raises Invalid with every wrong field, `allowed_origins` among them, and what `crud` raises.
    """
    wrong: dict[str, list[Any]] = {}
    kept: list[str] = []
    try:
        kept = clean_origins(origins)
    except Invalid as refused:
        wrong = refused.fields
    try:
        if bot_id is None:
            stored = crud.create(session, caller, BOTS, data)
        else:
            stored = crud.update(
                session, caller, BOTS, bot_id, data, partial=True, expected=expected
            )
    except Invalid as refused:
        raise Invalid({**refused.fields, **wrong}) from None
    if wrong:
        raise Invalid(wrong)
    session.execute(update(_BOTS).where(_BOTS.c.id == stored.id).values(allowed_origins=kept))
    return stored


def clean_settings(data: dict[str, Any]) -> BotSettings:
    """The settings of a bot that is not saved, checked as they would be. Raises Invalid."""
    found: dict[str, Any] = {}
    wrong: dict[str, list[Any]] = {}
    for name in _SETTINGS:
        try:
            found[name] = BOTS.field(name).clean(data.get(name), "json")
        except Wrong as error:
            wrong[name] = list(error.messages)
    if wrong:
        raise Invalid(wrong)
    return BotSettings(**found)


def clean_origins(origins: Sequence[str]) -> list[str]:
    """Origins as browsers send them (RFC 6454), each once; `https://*.example.com` stands for all
    names below that one. Raises Invalid naming the wrong ones."""
    found = [(text, _origin(text)) for text in (one.strip() for one in origins) if text]
    wrong: list[Any] = [
        message("not_an_origin", value=shown(text)) for text, origin in found if origin is None
    ]
    if len(found) > MAX_ORIGINS:
        wrong = [message("too_many_origins", limit=MAX_ORIGINS)]
    if wrong:
        raise Invalid({"allowed_origins": wrong})
    return list(dict.fromkeys(origin for _, origin in found if origin is not None))


def duplicate_bot(session: Session, caller: Caller, bot_id: int, name: str) -> int:
    """The bot once more with its scenarios, inactive until somebody wants it; the copy's id."""
    copied = export_bot(session, caller, bot_id)
    copied["bot"] |= {"name": name, "is_active": False}
    return import_bot(session, caller, copied).id


def goes_with(session: Session, caller: Caller, bot_id: int) -> GoesWith:
    """Raises NotSignedIn, NotFound."""
    require_sign_in(caller)
    name = session.execute(select(_BOTS.c.name).where(_BOTS.c.id == bot_id)).scalar_one_or_none()
    if name is None:
        raise NotFound(what=BOTS.title)
    steps = select(func.count()).select_from(_STEPS.join(_SCENARIOS, _of_scenario()))
    return GoesWith(
        name,
        _count(session, _counting(_SCENARIOS).where(_SCENARIOS.c.bot_id == bot_id)),
        _count(session, steps.where(_SCENARIOS.c.bot_id == bot_id)),
        _count(session, _counting(_EXECUTIONS).where(_EXECUTIONS.c.bot_id == bot_id)),
    )


def recent_executions(
    session: Session, caller: Caller, limit: int, bot_id: int | None = None
) -> tuple[ExecutionRow, ...]:
    """The conversations that changed last, of one bot or of all."""
    require_sign_in(caller)
    messages = (
        select(func.count())
        .where(_MESSAGES.c.execution_id == _EXECUTIONS.c.id)
        .correlate(_EXECUTIONS)
        .scalar_subquery()
    )
    query = (
        select(
            _EXECUTIONS.c.id,
            _BOTS.c.name.label("bot"),
            _SCENARIOS.c.name.label("scenario"),
            _EXECUTIONS.c.user_session,
            _EXECUTIONS.c.status,
            messages.label("messages"),
            _EXECUTIONS.c.updated_at,
        )
        .join(_BOTS, _BOTS.c.id == _EXECUTIONS.c.bot_id)
        .outerjoin(_SCENARIOS, _SCENARIOS.c.id == _EXECUTIONS.c.scenario_id)
        .order_by(_EXECUTIONS.c.updated_at.desc(), _EXECUTIONS.c.id.desc())
        .limit(limit)
    )
    if bot_id is not None:
        query = query.where(_EXECUTIONS.c.bot_id == bot_id)
    return tuple(
        ExecutionRow(
            id=row.id,
            bot=row.bot,
            scenario=row.scenario or "",
            user_session=row.user_session,
            status=row.status,
            messages=row.messages,
            updated_at=row.updated_at.isoformat(timespec="seconds"),
        )
        for row in session.execute(query)
    )


def _scenarios_of(session: Session, bot_id: int) -> tuple[ScenarioRow, ...]:
    rows = session.execute(
        select(
            _SCENARIOS.c.id,
            _SCENARIOS.c.name,
            _SCENARIOS.c.is_active,
            func.count(_STEPS.c.id).label("steps"),
        )
        .outerjoin(_STEPS, _of_scenario())
        .where(_SCENARIOS.c.bot_id == bot_id)
        .group_by(_SCENARIOS.c.id, _SCENARIOS.c.name, _SCENARIOS.c.is_active)
        .order_by(_SCENARIOS.c.name, _SCENARIOS.c.id)
        .limit(SCENARIOS_SHOWN)
    )
    return tuple(ScenarioRow(row.id, row.name, bool(row.is_active), row.steps) for row in rows)


def _origin(text: str) -> str | None:
    try:
        parts = urlsplit(text.lower())
        port = parts.port
    except ValueError:
        return None
    host = _ascii(parts.netloc.rpartition(":")[0] if port is not None else parts.netloc)
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        return None
    if parts.path not in ("", "/") or parts.query or parts.fragment or port == 0:
        return None
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if port in (None, usual) else f":{port}")


def _ascii(host: str) -> str:
    """A name with letters of other alphabets as browsers send it; "" for what is no name."""
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return ""


def _of_scenario() -> Any:
    return _STEPS.c.scenario_id == _SCENARIOS.c.id


def _counting(table: Any) -> Select[Any]:
    return select(func.count()).select_from(table)


def _count(session: Session, query: Select[Any]) -> int:
    return int(session.execute(query).scalar_one())
