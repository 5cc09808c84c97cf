"""What the home page shows: open bots for everybody; for signed-in people how things stand."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final, Literal

from sqlalchemy import and_, case, func, or_, select, type_coerce
from sqlmodel import Session

from alpina_app.columns import LongText
from alpina_app.domain.picture import Picture
from alpina_app.models import Bot, BotExecution, Scenario, TraceEvent, utc_now
from alpina_app.services.access import Caller, require_sign_in
from alpina_app.services.bot_pages import ExecutionRow, recent_executions
from alpina_app.services.pictures import Prepared, live_key, prepare, read_picture
from alpina_app.services.runtime import Runtime
from alpina_app.services.secrets_store import secret_names

_BOTS, _SCENARIOS = Bot.__table__, Scenario.__table__  # type: ignore[attr-defined]
_EXECUTIONS, _EVENTS = BotExecution.__table__, TraceEvent.__table__  # type: ignore[attr-defined]

OPEN_BOTS_SHOWN: Final = 24
RECENT_SHOWN: Final = 8
ATTENTION_SHOWN: Final = 20
CHECKED_AT_ONCE: Final = 50
ERRORS_WITHIN: Final = timedelta(days=1)

Trouble = Literal["no_active_scenario", "start_inactive", "start_broken", "model_errors"]


@dataclass(frozen=True, slots=True)
class OpenBot:
    """An active bot, as anybody may know it."""

    id: int
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing to look at. `count`: errors of the model's within the last day.

    `scenario_id`: the start scenario, where it is at fault.
    """

    bot_id: int
    bot: str
    trouble: Trouble
    count: int = 0
    scenario_id: int | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """Executions that began today in the site's time zone, and of them those still open."""

    bots: int
    active_bots: int
    today: int
    today_open: int
    attention: tuple[Attention, ...]
    recent: tuple[ExecutionRow, ...]


@dataclass(frozen=True, slots=True)
class _Start:
    """An active bot with its start scenario, if any."""

    bot_id: int
    bot: str
    active_scenarios: int
    scenario_id: int | None
    is_active: bool
    revision: int


def open_bots(session: Session) -> list[OpenBot]:
    """Newest first."""
    rows = session.execute(
        select(_BOTS.c.id, _BOTS.c.name, _BOTS.c.description)
        .where(_BOTS.c.is_active.is_(True))
        .order_by(_BOTS.c.created_at.desc(), _BOTS.c.id.desc())
        .limit(OPEN_BOTS_SHOWN)
    )
    return [OpenBot(row.id, row.name, row.description) for row in rows]


async def read_overview(runtime: Runtime, caller: Caller) -> Overview:
    """Raises NotSignedIn. Checks start scenarios that nobody has run yet, off the event loop."""
    now = utc_now()
    zone = runtime.settings.zone
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
    bots, conversations, starts, errors, recent, secrets = await runtime.database.read(
        _read, caller, midnight, now - ERRORS_WITHIN
    )
    broken = await _broken_starts(runtime, starts, secrets)
    return Overview(
        bots=bots[0],
        active_bots=bots[1],
        today=conversations[0],
        today_open=conversations[1],
        attention=_attention(starts, errors, broken),
        recent=recent,
    )


def _read(session: Session, caller: Caller, midnight: datetime, since: datetime) -> Any:
    require_sign_in(caller)
    return (
        _bot_counts(session),
        _execution_counts(session, midnight),
        _starts(session),
        _model_errors(session, since),
        recent_executions(session, caller, RECENT_SHOWN),
        secret_names(session),
    )


def _bot_counts(session: Session) -> tuple[int, int]:
    active = case((_BOTS.c.is_active.is_(True), 1), else_=0)
    row = session.execute(select(func.count(), func.coalesce(func.sum(active), 0))).one()
    return int(row[0]), int(row[1])


def _execution_counts(session: Session, midnight: datetime) -> tuple[int, int]:
    is_open = case((_EXECUTIONS.c.is_completed.is_(False), 1), else_=0)
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(is_open), 0)).where(
            _EXECUTIONS.c.created_at >= midnight
        )
    ).one()
    return int(row[0]), int(row[1])


def _starts(session: Session) -> list[_Start]:
    active = (
        select(func.count())
        .where(_SCENARIOS.c.bot_id == _BOTS.c.id, _SCENARIOS.c.is_active.is_(True))
        .correlate(_BOTS)
        .scalar_subquery()
    )
    start = _SCENARIOS.alias("start")
    rows = session.execute(
        select(
            _BOTS.c.id,
            _BOTS.c.name,
            active.label("active"),
            start.c.id.label("scenario_id"),
            start.c.is_active,
            start.c.revision,
        )
        .outerjoin(start, start.c.id == _BOTS.c.start_scenario_id)
        .where(_BOTS.c.is_active.is_(True))
        .order_by(_BOTS.c.name, _BOTS.c.id)
    )
    return [
        _Start(
            row.id, row.name, row.active, row.scenario_id, bool(row.is_active), row.revision or 0
        )
        for row in rows
    ]


def _model_errors(session: Session, since: datetime) -> dict[int, int]:
    """By bot: failed events of free replies, messages and conditions, where only a model fails."""
    asks_model = or_(
        _EVENTS.c.step_type.is_(None), _EVENTS.c.step_type.in_(["message", "condition"])
    )
    rows = session.execute(
        select(_EXECUTIONS.c.bot_id, func.count())
        .join(_EVENTS, _EVENTS.c.execution_id == _EXECUTIONS.c.id)
        .where(
            and_(
                _EXECUTIONS.c.updated_at >= since,
                _EVENTS.c.started_at >= since,
                type_coerce(_EVENTS.c.error, LongText) != "null",
                asks_model,
            )
        )
        .group_by(_EXECUTIONS.c.bot_id)
    )
    return {row[0]: row[1] for row in rows}


async def _broken_starts(runtime: Runtime, starts: list[_Start], secrets: list[str]) -> set[int]:
    """Ids of active start scenarios that the checker finds errors in."""
    wanted = [one for one in starts if one.scenario_id is not None and one.is_active]
    found: set[int] = set()
    unknown: list[_Start] = []
    for one in wanted:
        prepared = runtime.programs.get(live_key(one.scenario_id or 0, one.revision))
        if prepared is None:
            unknown.append(one)
        elif not prepared.may_start(secrets):
            found.add(one.scenario_id or 0)
    for one in unknown[:CHECKED_AT_ONCE]:
        prepared = await _prepared(runtime, one.scenario_id or 0)
        if prepared is not None and not prepared.may_start(secrets):
            found.add(one.scenario_id or 0)
    return found


async def _prepared(runtime: Runtime, scenario_id: int) -> Prepared | None:
    found = await runtime.database.read(_picture_now, scenario_id)
    if found is None:
        return None
    revision, picture = found
    prepared = await asyncio.to_thread(prepare, picture)
    runtime.programs.put(live_key(picture.scenario_id, revision), prepared)
    return prepared


def _picture_now(session: Session, scenario_id: int) -> tuple[int, Picture] | None:
    picture = read_picture(session, scenario_id)
    scenario = session.get(Scenario, scenario_id)
    return None if picture is None or scenario is None else (scenario.revision, picture)


def _attention(
    starts: list[_Start], errors: dict[int, int], broken: set[int]
) -> tuple[Attention, ...]:
    found: list[Attention] = []
    for one in starts:
        if count := errors.get(one.bot_id, 0):
            found.append(Attention(one.bot_id, one.bot, "model_errors", count=count))
        if one.scenario_id is not None and not one.is_active:
            found.append(
                Attention(one.bot_id, one.bot, "start_inactive", scenario_id=one.scenario_id)
            )
        elif one.scenario_id in broken:
            found.append(
                Attention(one.bot_id, one.bot, "start_broken", scenario_id=one.scenario_id)
            )
        if one.active_scenarios == 0 and one.scenario_id is None:
            found.append(Attention(one.bot_id, one.bot, "no_active_scenario"))
    order: list[Trouble] = ["model_errors", "start_broken", "start_inactive", "no_active_scenario"]
    found.sort(key=lambda one: order.index(one.trouble))
    return tuple(found[:ATTENTION_SHOWN])
