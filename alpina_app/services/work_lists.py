"""The lists people work with: scenarios with their findings, steps by content, conversations."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, String, cast, func, or_, select
from sqlmodel import Session

from alpina_app.domain.checker import check
from alpina_app.domain.picture import Picture
from alpina_app.errors import NotFound
from alpina_app.models import Bot, BotExecution, Message, Scenario, ScenarioVersion, Step
from alpina_app.services import crud
from alpina_app.services.access import Caller, require_sign_in
from alpina_app.services.executions import EXECUTIONS
from alpina_app.services.pictures import read_picture
from alpina_app.services.scenarios import SCENARIOS
from alpina_app.services.secrets_store import secret_names
from alpina_app.services.traces import read_trace

_BOTS, _SCENARIOS, _STEPS = Bot.__table__, Scenario.__table__, Step.__table__  # type: ignore[attr-defined]
_EXECUTIONS, _MESSAGES = BotExecution.__table__, Message.__table__  # type: ignore[attr-defined]
_VERSIONS = ScenarioVersion.__table__  # type: ignore[attr-defined]

PAGE_SIZE: Final = 20
MESSAGES_SHOWN: Final = 500
BOTS_OFFERED: Final = 200
_EXCERPT: Final = 160


@dataclass(frozen=True, slots=True)
class ScenarioLine:
    """`bot`: its name. `published`: the number of the live version in draft mode, else 0."""

    id: int
    name: str
    bot_id: int
    bot: str
    is_active: bool
    draft_mode: bool
    published: int
    steps: int
    errors: int
    warnings: int
    updated_at: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """`text`: the beginning of what the step says or asks."""

    id: int
    name: str
    step_type: str
    text: str
    scenario_id: int
    scenario: str
    bot: str


@dataclass(frozen=True, slots=True)
class TalkLine:
    id: int
    bot: str
    scenario: str
    user_session: str
    status: str
    messages: int
    updated_at: str


@dataclass(frozen=True, slots=True)
class BotName:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of lines; `pages` at least 1."""

    count: int
    number: int
    pages: int
    lines: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation as its page shows it. `steps`: names of those of its trace that still are."""

    values: dict[str, Any]
    bot: str
    scenario: str
    status: str
    messages: tuple[dict[str, Any], ...]
    left_out: int
    trace: tuple[dict[str, Any], ...]
    steps: dict[int, str]


def bot_names(session: Session, caller: Caller) -> list[BotName]:
    """The bots to choose from, by name."""
    require_sign_in(caller)
    rows = session.execute(
        select(_BOTS.c.id, _BOTS.c.name).order_by(_BOTS.c.name, _BOTS.c.id).limit(BOTS_OFFERED)
    )
    return [BotName(row.id, row.name) for row in rows]


def list_scenarios(
    session: Session, caller: Caller, params: Mapping[str, str]
) -> tuple[Listing, list[Picture], list[str]]:
    """A page of scenarios without their findings, their pictures, the names of the secrets.

    `params` as in the query string of the REST list. Raises what `crud.find` raises.
    """
    page = crud.find(session, caller, SCENARIOS, params, open_to_guests=False)
    ids = [item["id"] for item in page.items]
    more = {
        row.id: row
        for row in session.execute(
            select(
                _SCENARIOS.c.id,
                _SCENARIOS.c.draft_mode,
                _BOTS.c.name.label("bot"),
                _VERSIONS.c.number,
            )
            .join(_BOTS, _BOTS.c.id == _SCENARIOS.c.bot_id)
            .outerjoin(_VERSIONS, _VERSIONS.c.id == _SCENARIOS.c.published_version_id)
            .where(_SCENARIOS.c.id.in_(ids))
        )
    }
    pictures = [picture for id in ids if (picture := read_picture(session, id)) is not None]
    steps = {picture.scenario_id: len(picture.steps) for picture in pictures}
    lines = tuple(
        ScenarioLine(
            item["id"],
            item["name"],
            item["bot"],
            more[item["id"]].bot,
            item["is_active"],
            more[item["id"]].draft_mode,
            more[item["id"]].number or 0,
            steps.get(item["id"], 0),
            0,
            0,
            item["updated_at"],
        )
        for item in page.items
    )
    return Listing(page.count, page.number, page.pages, lines), pictures, secret_names(session)


async def count_findings(pictures: list[Picture], secrets: list[str]) -> dict[int, tuple[int, int]]:
    """(errors, warnings) by scenario; the checker works off the event loop."""
    return await asyncio.to_thread(_count_findings, pictures, secrets)


def list_steps(session: Session, caller: Caller, params: Mapping[str, str], page: int) -> Listing:
    """Steps whose name or content holds every word of `search`, by scenario and order.

    `params`: search, step_type, bot.
    """
    require_sign_in(caller)
    query = (
        select(
            _STEPS.c.id,
            _STEPS.c.name,
            _STEPS.c.step_type,
            _STEPS.c.content,
            _STEPS.c.scenario_id,
            _SCENARIOS.c.name.label("scenario"),
            _BOTS.c.name.label("bot"),
        )
        .join(_SCENARIOS, _SCENARIOS.c.id == _STEPS.c.scenario_id)
        .join(_BOTS, _BOTS.c.id == _SCENARIOS.c.bot_id)
    )
    if params.get("step_type"):
        query = query.where(_STEPS.c.step_type == params["step_type"])
    if params.get("bot"):
        query = query.where(_SCENARIOS.c.bot_id == int(params["bot"]))
    for word in params.get("search", "").lower().split()[:10]:
        in_json = json.dumps(word, ensure_ascii=False)[1:-1]
        query = query.where(
            or_(
                func.lower(_STEPS.c.name).like(_holding(word), escape="!"),
                func.lower(cast(_STEPS.c.content, String)).like(_holding(in_json), escape="!"),
            )
        )
    ordered = query.order_by(_BOTS.c.name, _STEPS.c.scenario_id, _STEPS.c.position, _STEPS.c.id)
    count, number, pages, rows = _paged(session, ordered, page)
    lines = tuple(
        StepLine(
            row.id,
            row.name,
            row.step_type,
            _excerpt(row.content),
            row.scenario_id,
            row.scenario,
            row.bot,
        )
        for row in rows
    )
    return Listing(count, number, pages, lines)


def list_talks(session: Session, caller: Caller, params: Mapping[str, str]) -> Listing:
    """A page of conversations, the newest first; `params` as in the query string of REST."""
    page = crud.find(session, caller, EXECUTIONS, params, open_to_guests=False)
    ids = [item["id"] for item in page.items]
    messages = (
        select(func.count())
        .where(_MESSAGES.c.execution_id == _EXECUTIONS.c.id)
        .correlate(_EXECUTIONS)
        .scalar_subquery()
    )
    more = {
        row.id: row
        for row in session.execute(
            select(
                _EXECUTIONS.c.id,
                _EXECUTIONS.c.status,
                _BOTS.c.name.label("bot"),
                _SCENARIOS.c.name.label("scenario"),
                messages.label("messages"),
            )
            .join(_BOTS, _BOTS.c.id == _EXECUTIONS.c.bot_id)
            .outerjoin(_SCENARIOS, _SCENARIOS.c.id == _EXECUTIONS.c.scenario_id)
            .where(_EXECUTIONS.c.id.in_(ids))
        )
    }
    lines = tuple(
        TalkLine(
            item["id"],
            more[item["id"]].bot,
            more[item["id"]].scenario or "",
            item["user_session"],
            more[item["id"]].status,
            more[item["id"]].messages,
            item["updated_at"],
        )
        for item in page.items
    )
    return Listing(page.count, page.number, page.pages, lines)


def read_talk(session: Session, caller: Caller, execution_id: int) -> Talk:
    """The newest MESSAGES_SHOWN messages and the whole trace. Raises NotFound."""
    require_sign_in(caller)
    row = session.execute(
        select(
            _EXECUTIONS.c.id,
            _EXECUTIONS.c.bot_id,
            _EXECUTIONS.c.scenario_id,
            _EXECUTIONS.c.user_session,
            _EXECUTIONS.c.variables,
            _EXECUTIONS.c.status,
            _EXECUTIONS.c.created_at,
            _BOTS.c.name.label("bot"),
            _SCENARIOS.c.name.label("scenario"),
        )
        .join(_BOTS, _BOTS.c.id == _EXECUTIONS.c.bot_id)
        .outerjoin(_SCENARIOS, _SCENARIOS.c.id == _EXECUTIONS.c.scenario_id)
        .where(_EXECUTIONS.c.id == execution_id)
    ).one_or_none()
    if row is None:
        raise NotFound(what=EXECUTIONS.title)
    count = session.execute(
        select(func.count()).where(_MESSAGES.c.execution_id == execution_id)
    ).scalar_one()
    messages = session.execute(
        select(_MESSAGES.c.id, _MESSAGES.c.role, _MESSAGES.c.content, _MESSAGES.c.created_at)
        .where(_MESSAGES.c.execution_id == execution_id)
        .order_by(_MESSAGES.c.position.desc())
        .limit(MESSAGES_SHOWN)
    ).all()
    trace = read_trace(session, caller, execution_id)
    return Talk(
        {
            "id": row.id,
            "bot": row.bot_id,
            "scenario": row.scenario_id,
            "user_session": row.user_session,
            "variables": row.variables,
            "created_at": row.created_at.isoformat(timespec="seconds"),
        },
        row.bot,
        row.scenario or "",
        row.status,
        tuple(
            {
                "id": one.id,
                "role": one.role,
                "content": one.content,
                "created_at": one.created_at.isoformat(timespec="seconds"),
            }
            for one in reversed(messages)
        ),
        max(0, count - MESSAGES_SHOWN),
        tuple(trace),
        _step_names(session, {one["step"] for one in trace}),
    )


def _count_findings(pictures: list[Picture], secrets: list[str]) -> dict[int, tuple[int, int]]:
    found = {}
    for picture in pictures:
        severities = [finding.severity for finding in check(picture, secrets=secrets)]
        found[picture.scenario_id] = (severities.count("error"), severities.count("warning"))
    return found


def _holding(text: str) -> str:
    """A pattern of LIKE, its escape character is "!"."""
    return "%" + text.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"


def _step_names(session: Session, ids: set[int | None]) -> dict[int, str]:
    rows = session.execute(select(_STEPS.c.id, _STEPS.c.name).where(_STEPS.c.id.in_(ids - {None})))
    return {row.id: row.name for row in rows}


def _paged(session: Session, query: Select[Any], page: int) -> tuple[int, int, int, list[Any]]:
    """Count, the page's number, how many there are, its rows; a page past the end is the last."""
    count = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    pages = max(1, -(-count // PAGE_SIZE))
    number = min(max(1, page), pages)
    rows = session.execute(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    return count, number, pages, list(rows)


def _excerpt(content: Any) -> str:
    if not isinstance(content, dict):
        return ""
    gpt = content.get("gpt")
    asked = gpt.get("prompt") if isinstance(gpt, dict) else None
    said = [content.get(name) for name in ("text", "url", "prompt", "instructions")]
    for text in (*said, asked):
        if isinstance(text, str) and text.strip():
            return text[:_EXCERPT] + ("…" if len(text) > _EXCERPT else "")
    return ""
