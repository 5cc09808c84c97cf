"""Executions: the description of the resource and its own rules.

`conversation_history` is no column: it is computed from the rows of `message`, in order.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Table, bindparam, delete, select
from sqlmodel import Session

from alpina_app.domain.values import RESERVED_NAMES, is_variable_name, json_size
from alpina_app.errors import Invalid
from alpina_app.models import Bot, BotExecution, Message, Scenario, Step, utc_now
from alpina_app.services.fields import (
    CheckedJson,
    Flag,
    Key,
    Moment,
    Reference,
    Text,
    Wrong,
    shown,
)
from alpina_app.services.quick import all_rows, execute, first_row, insert_row
from alpina_app.services.resource import Resource, Rules, Values, Write
from alpina_app.services.steps import scenario_of_step
from alpina_app.services.wire_messages import message

_BOTS: Final[Table] = Bot.__table__  # type: ignore[attr-defined]
_SCENARIOS: Final[Table] = Scenario.__table__  # type: ignore[attr-defined]
_STEPS: Final[Table] = Step.__table__  # type: ignore[attr-defined]
_MESSAGES: Final[Table] = Message.__table__  # type: ignore[attr-defined]

_BOT_OF_SCENARIO: Final = select(_SCENARIOS.c.bot_id).where(_SCENARIOS.c.id == bindparam("id"))
_TURNS: Final = (
    select(_MESSAGES.c.position, _MESSAGES.c.role, _MESSAGES.c.content)
    .where(_MESSAGES.c.execution_id == bindparam("execution"))
    .order_by(_MESSAGES.c.position)
)
_FORGET: Final = delete(_MESSAGES).where(
    _MESSAGES.c.execution_id == bindparam("execution"), _MESSAGES.c.position >= bindparam("first")
)

HISTORY: Final = "conversation_history"
_ROLE_LENGTH: Final = 255
_VARIABLE_KB: Final = 200


def check_history(value: Any) -> list[dict[str, str]]:
    """The turns with `role` and `content` only. Raises Wrong."""
    if not isinstance(value, list):
        raise Wrong(message("not_a_history"))
    turns = []
    for turn in value:
        match turn:
            case {"role": str(role), "content": str(content)}:
                turns.append({"role": role, "content": content})
            case _:
                raise Wrong(message("not_a_history"))
        if len(role) > _ROLE_LENGTH:
            raise Wrong(message("max_length", limit=_ROLE_LENGTH))
    return turns


def check_variables(value: Any) -> dict[str, Any]:
    """An object by variable name. Raises Wrong, naming every wrong variable."""
    if not isinstance(value, dict):
        raise Wrong(message("not_variables"))
    wrong = []
    for name, content in value.items():
        if not is_variable_name(name):
            wrong.append(message("variable_name", name=shown(name)))
        elif name in RESERVED_NAMES:
            wrong.append(message("variable_reserved", name=name))
        elif json_size(content) > _VARIABLE_KB * 1024:
            wrong.append(message("variable_size", name=name, limit=_VARIABLE_KB))
    if wrong:
        raise Wrong(*wrong)
    return value


def _belong_together(write: Write) -> None:
    bot, scenario, step = (write.after.get(key) for key in ("bot", "scenario", "current_step"))
    if scenario is not None and _bot_of_scenario(write.session, scenario) != bot:
        raise Invalid({"scenario": [message("scenario_elsewhere")]})
    if step is not None and (scenario is None or scenario_of_step(write.session, step) != scenario):
        raise Invalid({"current_step": [message("step_elsewhere")]})


def _bot_of_scenario(session: Session, scenario: int) -> int | None:
    row = first_row(session, _BOT_OF_SCENARIO, {"id": scenario})
    return None if row is None else int(row[0])


def _state(write: Write) -> Values:
    """Columns behind the wire.

    A conversation that ends through REST counts as completed. One that is opened again keeps its
    status, so that the chat goes on in a new execution. Another scenario needs a new picture.
    """
    if write.before is None:
        return {"status": "completed" if write.changes.get("is_completed") else "running"}
    columns: Values = {}
    if write.changed("is_completed") and write.changes["is_completed"]:
        columns["status"] = "completed"
    if write.changed("scenario"):
        columns.update(version_id=None, run_state=None)
    return columns


def _store_history(write: Write) -> None:
    if HISTORY not in write.changes:
        return
    assert write.id is not None
    replace_history(write.session, write.id, write.changes[HISTORY])


def replace_history(session: Session, execution: int, turns: Sequence[Mapping[str, str]]) -> None:
    """Makes `turns` the whole history. Rows that stay equal from the start on are kept."""
    rows = all_rows(session, _TURNS, {"execution": execution})
    kept = 0
    while kept < min(len(rows), len(turns)) and _is_same(rows[kept], turns[kept]):
        kept += 1
    if kept < len(rows):
        execute(session, _FORGET, {"execution": execution, "first": rows[kept][0]})
    first = rows[kept - 1][0] + 1 if kept else 0
    now = utc_now()
    for position, turn in enumerate(turns[kept:], start=first):
        row = {"execution_id": execution, "position": position, "created_at": now, "step_id": None}
        insert_row(session, _MESSAGES, {**row, "role": turn["role"], "content": turn["content"]})


def _is_same(row: Sequence[Any], turn: Mapping[str, str]) -> bool:
    return bool(row[1] == turn["role"] and row[2] == turn["content"])


EXECUTIONS: Final = Resource(
    name="executions",
    title="BotExecution",
    description="One conversation with a bot, and where it stands.",
    model=BotExecution,
    fields=(
        Key(name="id"),
        Reference(name="bot", column="bot_id", table=_BOTS, required=True),
        Reference(
            name="scenario", column="scenario_id", table=_SCENARIOS, nullable=True, default=None
        ),
        Text(name="user_session", required=True, max_length=255),
        Reference(
            name="current_step", column="current_step_id", table=_STEPS, nullable=True, default=None
        ),
        CheckedJson(
            name=HISTORY,
            check=check_history,
            default=list,
            help_text='A list of {"role", "content"}.',
        ),
        Flag(name="is_completed", default=False),
        Moment(name="created_at"),
        Moment(name="updated_at"),
        CheckedJson(
            name="variables",
            check=check_variables,
            default=dict,
            help_text="JSON values by variable name.",
        ),
    ),
    filters=("bot", "scenario", "user_session", "is_completed"),
    search=("user_session",),
    ordering_fields=("id", "user_session", "created_at", "updated_at"),
    ordering=("-created_at", "-id"),
    personal=True,
    rules=Rules(check=_belong_together, prepare=_state, stored=_store_history),
)
