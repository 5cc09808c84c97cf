"""What the database knows at the beginning of a turn, read in one transaction."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from alpina_app.clients.gpt import BotSettings
from alpina_app.errors import Invalid, NotFound
from alpina_app.models import (
    Bot,
    BotExecution,
    Message,
    Scenario,
    Secret,
    TurnLease,
)
from alpina_app.services.chat.types import (
    BotFacts,
    BotInactive,
    Candidate,
    ChatRequest,
    OpenExecution,
    Situation,
)
from alpina_app.services.pictures import (
    Programs,
    live_key,
    read_picture,
    read_version,
    version_key,
)

HISTORY_ROWS = 400
LEASE_S = 15

bots, executions, messages = Bot.__table__, BotExecution.__table__, Message.__table__  # type: ignore[attr-defined]
scenarios, secrets, leases = Scenario.__table__, Secret.__table__, TurnLease.__table__  # type: ignore[attr-defined]

_BOT = select(
    bots.c.id,
    bots.c.name,
    bots.c.bot_type,
    bots.c.gpt_model,
    bots.c.creativity_level,
    bots.c.max_tokens,
    bots.c.system_prompt,
    bots.c.is_active,
    bots.c.start_scenario_id,
).where(bots.c.id == bindparam("bot_id"))
_OPEN = (
    select(
        executions.c.id,
        executions.c.scenario_id,
        executions.c.current_step_id,
        executions.c.version_id,
        executions.c.variables,
        executions.c.run_state,
        select(func.coalesce(func.max(messages.c.position) + 1, 0))
        .where(messages.c.execution_id == executions.c.id)
        .scalar_subquery()
        .label("next_position"),
    )
    .where(
        executions.c.bot_id == bindparam("bot_id"),
        executions.c.user_session == bindparam("user_session"),
        executions.c.is_completed.is_(False),
        executions.c.status == "running",  # one that was over is never reopened, whatever REST says
    )
    .order_by(executions.c.id.desc())
    .limit(1)
)
_HISTORY = (
    select(messages.c.role, messages.c.content)
    .where(messages.c.execution_id == bindparam("execution_id"))
    .order_by(messages.c.position.desc())
    .limit(HISTORY_ROWS)
)
_SCENARIO = select(
    scenarios.c.id,
    scenarios.c.bot_id,
    scenarios.c.is_active,
    scenarios.c.revision,
    scenarios.c.draft_mode,
    scenarios.c.published_version_id,
).where(scenarios.c.id == bindparam("scenario_id"))
_FINISHED = (
    select(executions.c.id)
    .where(
        executions.c.bot_id == bindparam("bot_id"),
        executions.c.user_session == bindparam("user_session"),
        executions.c.scenario_id == bindparam("scenario_id"),
        executions.c.is_completed.is_(True),
        executions.c.status != "abandoned",
    )
    .limit(1)
)


def read_situation(session: Session, request: ChatRequest, programs: Programs) -> Situation:
    """Raises NotFound (bot), BotInactive, Invalid (`scenario` is not one of this bot)."""
    row = session.execute(_BOT, {"bot_id": request.bot_id}).one_or_none()
    if row is None:
        raise NotFound
    named = _named(session, request, programs)
    if not row.is_active:
        raise BotInactive
    gpt = BotSettings(
        row.bot_type, row.gpt_model, row.creativity_level, row.max_tokens, row.system_prompt
    )
    bot = BotFacts(row.id, row.name, gpt)
    found = session.execute(
        _OPEN, {"bot_id": request.bot_id, "user_session": request.user_session}
    ).one_or_none()
    open_one = None if found is None else OpenExecution(*found)
    again = _candidate(session, programs, open_one.scenario_id) if open_one else None
    running = _running(session, programs, open_one, again)
    start, finished = None, False
    if row.start_scenario_id is not None:
        start = _candidate(session, programs, row.start_scenario_id)
        finished = (
            session.execute(
                _FINISHED,
                {
                    "bot_id": request.bot_id,
                    "user_session": request.user_session,
                    "scenario_id": row.start_scenario_id,
                },
            ).first()
            is not None
        )
    names = frozenset(session.execute(select(secrets.c.name)).scalars())
    history = read_history(session, open_one.id) if open_one and running is None else ()
    return Situation(bot, open_one, named, running, again, start, finished, names, history)


def read_history(session: Session, execution_id: int) -> tuple[tuple[str, str], ...]:
    """The newest (role, content) of the execution, oldest first; HISTORY_ROWS at most."""
    rows = session.execute(_HISTORY, {"execution_id": execution_id}).all()
    return tuple((row.role, row.content) for row in reversed(rows))


def claim_lease(session: Session, key: tuple[int, str], holder: str, now: datetime) -> bool:
    """Takes the conversation's lease, or renews it; False while another holder has it."""
    digest, until = lease_key(key), now + timedelta(seconds=LEASE_S)
    taken = session.execute(
        update(leases)
        .where(leases.c.key == digest, (leases.c.holder == holder) | (leases.c.expires_at < now))
        .values(holder=holder, expires_at=until)
    )
    if taken.rowcount:  # type: ignore[attr-defined]
        return True
    try:
        with session.begin_nested():
            session.execute(insert(leases).values(key=digest, holder=holder, expires_at=until))
    except IntegrityError:
        return False
    return True


def free_lease(session: Session, key: tuple[int, str], holder: str) -> None:
    session.execute(delete(leases).where(leases.c.key == lease_key(key), leases.c.holder == holder))


def lease_key(key: tuple[int, str]) -> str:
    return hashlib.sha256(f"{key[0]}:{key[1]}".encode()).hexdigest()


def _named(session: Session, request: ChatRequest, programs: Programs) -> Candidate | None:
    if request.scenario is None:
        return None
    row = session.execute(_SCENARIO, {"scenario_id": request.scenario}).one_or_none()
    if row is None:
        raise Invalid({"scenario": [f'Invalid pk "{request.scenario}" - object does not exist.']})
    if row.bot_id != request.bot_id:
        raise Invalid({"scenario": ["The scenario belongs to another bot."]})
    return _candidate(session, programs, request.scenario)


def _candidate(session: Session, programs: Programs, scenario_id: int | None) -> Candidate | None:
    """The scenario as it is live now: its published version where it is in draft mode."""
    if scenario_id is None:
        return None
    row = session.execute(_SCENARIO, {"scenario_id": scenario_id}).one_or_none()
    if row is None:
        return None
    if row.draft_mode:
        version_id = row.published_version_id
        active = row.is_active and version_id is not None
        if version_id is None:
            return Candidate(row.id, False, live_key(row.id, 0), None, None)
        return _version(session, programs, row.id, version_id, active)
    key = live_key(row.id, row.revision)
    prepared = programs.get(key)
    picture = None if prepared else read_picture(session, row.id)
    return Candidate(row.id, row.is_active, key, prepared, picture)


def _running(
    session: Session, programs: Programs, execution: OpenExecution | None, again: Candidate | None
) -> Candidate | None:
    """What the open execution runs on; None where GPT talks in it.

    An execution made through REST has no version yet: it gets the scenario as it is now.
    """
    if execution is None:
        return None
    if execution.version_id is not None:
        return _version(session, programs, execution.scenario_id, execution.version_id, True)
    if again is None or _is_empty(again):
        return None
    return again


def _is_empty(candidate: Candidate) -> bool:
    picture = candidate.prepared.picture if candidate.prepared else candidate.picture
    return picture is None or not picture.steps


def _version(
    session: Session, programs: Programs, scenario_id: int | None, version_id: int, active: bool
) -> Candidate:
    key = version_key(version_id)
    prepared = programs.get(key)
    picture = None if prepared else read_version(session, version_id)
    return Candidate(scenario_id, active, key, prepared, picture, version_id)
