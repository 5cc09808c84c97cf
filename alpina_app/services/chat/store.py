"""The end of a turn: everything it came to, in one transaction."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import Session

from alpina_app.errors import Conflict
from alpina_app.models import Bot, BotExecution, Message, Scenario, Step, TraceEvent
from alpina_app.services.chat.types import Outcome, Stored
from alpina_app.services.pictures import keep_version

executions, messages = BotExecution.__table__, Message.__table__  # type: ignore[attr-defined]
events, steps = TraceEvent.__table__, Step.__table__  # type: ignore[attr-defined]
bots, scenarios = Bot.__table__, Scenario.__table__  # type: ignore[attr-defined]

_NEXT_POSITION = select(func.coalesce(func.max(messages.c.position) + 1, 0)).where(
    messages.c.execution_id == bindparam("execution_id")
)
_NEXT_SEQ = select(func.coalesce(func.max(events.c.seq) + 1, 1)).where(
    events.c.execution_id == bindparam("execution_id")
)
_ADD_MESSAGES, _ADD_EVENTS = insert(messages), insert(events)


def store_turn(session: Session, outcome: Outcome, now: datetime) -> Stored:
    """Raises Conflict where the execution ended, went away or grew while the turn ran."""
    if outcome.abandon is not None:
        session.execute(
            update(executions)
            .where(executions.c.id == outcome.abandon, executions.c.is_completed.is_(False))
            .values(is_completed=True, status="abandoned", updated_at=now)
        )
    version_id = _version_of(session, outcome)
    values: dict[str, Any] = {
        "current_step_id": _existing_step(session, outcome.current_step),
        "version_id": version_id,
        "variables": outcome.variables,
        "run_state": outcome.run_state,
        "status": outcome.status,
        "is_completed": outcome.status != "running",
        "updated_at": now,
    }
    if outcome.execution is None:
        execution_id, scenario_id, position = _create(session, outcome, values, now)
    else:
        execution_id = outcome.execution.id
        scenario_id, position = _go_on(session, outcome, values)
    _add_messages(session, outcome, execution_id, position, now)
    add_trace(session, execution_id, outcome.trace, is_new=outcome.execution is None)
    return Stored(execution_id, scenario_id, values["current_step_id"], version_id)


def add_trace(
    session: Session, execution_id: int, trace: list[dict[str, Any]], *, is_new: bool = False
) -> None:
    """Appends events (TraceEvent's columns without `execution_id` and `seq`)."""
    if not trace:
        return
    first = 1 if is_new else session.execute(_NEXT_SEQ, {"execution_id": execution_id}).scalar_one()
    session.execute(
        _ADD_EVENTS,
        [
            {"execution_id": execution_id, "seq": seq, **event}
            for seq, event in enumerate(trace, start=first)
        ],
    )


def _version_of(session: Session, outcome: Outcome) -> int | None:
    if outcome.prepared is None:
        return None
    if outcome.prepared.version_id is not None:
        return outcome.prepared.version_id
    return keep_version(session, outcome.prepared)


def _existing_step(session: Session, step_id: int | None) -> int | None:
    if step_id is None:
        return None
    return session.execute(select(steps.c.id).where(steps.c.id == step_id)).scalar_one_or_none()


def _create(
    session: Session, outcome: Outcome, values: dict[str, Any], now: datetime
) -> tuple[int, int | None, int]:
    scenario_id = outcome.scenario_id
    if scenario_id is not None:
        scenario_id = session.execute(
            select(scenarios.c.id).where(scenarios.c.id == scenario_id)
        ).scalar_one_or_none()
    bot_id = outcome.request.bot_id
    if session.execute(select(bots.c.id).where(bots.c.id == bot_id)).first() is None:
        raise Conflict("bot_deleted")
    result = session.execute(
        insert(executions).values(
            bot_id=bot_id,
            scenario_id=scenario_id,
            user_session=outcome.request.user_session,
            created_at=now,
            **values,
        )
    )
    return result.inserted_primary_key[0], scenario_id, 0  # type: ignore[attr-defined]


def _go_on(session: Session, outcome: Outcome, values: dict[str, Any]) -> tuple[int | None, int]:
    execution = outcome.execution
    assert execution is not None
    changed = session.execute(
        update(executions)
        .where(executions.c.id == execution.id, executions.c.is_completed.is_(False))
        .values(**values)
    )
    position = session.execute(_NEXT_POSITION, {"execution_id": execution.id}).scalar_one()
    if not changed.rowcount or position != execution.next_position:  # type: ignore[attr-defined]
        raise Conflict("execution_changed")
    scenario_id = session.execute(
        select(executions.c.scenario_id).where(executions.c.id == execution.id)
    ).scalar_one()
    return scenario_id, position


def _add_messages(
    session: Session, outcome: Outcome, execution_id: int, position: int, now: datetime
) -> None:
    rows = [
        {
            "execution_id": execution_id,
            "position": position,
            "role": "user",
            "content": outcome.request.message,
            "step_id": None,
            "created_at": outcome.received_at,
        }
    ]
    for offset, said in enumerate(outcome.said, start=1):
        rows.append(
            {
                "execution_id": execution_id,
                "position": position + offset,
                "role": said["role"],
                "content": said["content"],
                "step_id": said["step"],
                # one instant a message, so that the order stands in the times too
                "created_at": max(now, outcome.received_at) + timedelta(microseconds=offset),
            }
        )
    session.execute(_ADD_MESSAGES, rows)
