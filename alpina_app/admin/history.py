"""Executions with their messages and trace, and the audit trail: read, some may be deleted."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, func, select
from sqlmodel import Session
from starlette.requests import Request
from starlette_admin.fields import BooleanField, DateTimeField, EnumField, StringField
from starlette_admin.types import RequestAction

from alpina_app.admin.fields import JsonText, NumberText, Reference
from alpina_app.admin.records import Contains, Link, Record, Source, all_columns, name_contains
from alpina_app.admin.texts import say
from alpina_app.admin.views import (
    ForAdministrators,
    ReadOnly,
    caller_of,
    without_filters,
)
from alpina_app.i18n import catalogue
from alpina_app.models import (
    STATUSES,
    AuditEntry,
    Bot,
    BotExecution,
    Message,
    Scenario,
    Step,
    TraceEvent,
)
from alpina_app.services import crud
from alpina_app.services.access import Caller
from alpina_app.services.executions import EXECUTIONS

SHOWN_MESSAGES: Final = 200
SHOWN_EVENTS: Final = 200
_EXECUTIONS: Final[Table] = BotExecution.__table__  # type: ignore[attr-defined]
_MESSAGES: Final[Table] = Message.__table__  # type: ignore[attr-defined]
_EVENTS: Final[Table] = TraceEvent.__table__  # type: ignore[attr-defined]
_STEPS: Final[Table] = Step.__table__  # type: ignore[attr-defined]
_BOTS: Final[Table] = Bot.__table__  # type: ignore[attr-defined]
_SCENARIOS: Final[Table] = Scenario.__table__  # type: ignore[attr-defined]
_AUDIT: Final[Table] = AuditEntry.__table__  # type: ignore[attr-defined]


def _said_in(contains: Contains) -> ColumnElement[bool]:
    return _EXECUTIONS.c.id.in_(
        select(_MESSAGES.c.execution_id).where(contains(_MESSAGES.c.content))
    )


@dataclass(frozen=True, slots=True)
class Conversation:
    """The newest lines and events, oldest first, and how many there are in all."""

    messages: list[Record]
    message_count: int
    events: list[Record]
    event_count: int


class ExecutionView(ReadOnly):
    key = "execution"
    icon = "fa-solid fa-comments"
    model = BotExecution
    source = Source(
        _EXECUTIONS,
        all_columns(_EXECUTIONS, without=("run_state", "version_id")),
        search=("user_session",),
        search_also=(name_contains(_EXECUTIONS.c.bot_id, _BOTS.c.name), _said_in),
        links=(
            Link("bot", "bot_id", _BOTS),
            Link("scenario", "scenario_id", _SCENARIOS),
            Link("current_step", "current_step_id", _STEPS),
        ),
    )
    name_field = "user_session"
    fields_default_sort = (("created_at", True),)
    detail_template = "execution.html"

    def __init__(self, runtime: Any) -> None:
        self.fields = [
            without_filters(NumberText("id")),
            Reference("bot", key="bot", filters=[], orderable=False),
            Reference("scenario", key="scenario", filters=[], orderable=False),
            without_filters(StringField("user_session")),
            Reference(
                "current_step", key="step", filters=[], orderable=False, exclude_from_list=True
            ),
            EnumField("status", choices_loader=_statuses),
            BooleanField("is_completed", exclude_from_list=True),
            JsonText("variables", exclude_from_list=True, filters=[]),
            DateTimeField("created_at", filters=[]),
            DateTimeField("updated_at", filters=[]),
        ]
        super().__init__(runtime)

    def can_delete(self, request: Request) -> bool:
        return caller_of(request).may_edit

    def remove(self, session: Session, caller: Caller, pk: int) -> None:
        crud.remove(session, caller, EXECUTIONS, pk)

    async def find_by_pk(self, request: Request, pk: Any) -> Any:
        found = await super().find_by_pk(request, pk)
        if found is not None and request.state.action == RequestAction.DETAIL:
            found.conversation = await self.runtime.database.read(read_conversation, found.id)
        return found


class AuditView(ForAdministrators, ReadOnly):
    key = "audit"
    icon = "fa-solid fa-clipboard-list"
    model = AuditEntry
    source = Source(_AUDIT, all_columns(_AUDIT), search=("username", "action", "object_type"))
    name_field = "action"
    fields_default_sort = (("id", True),)

    def __init__(self, runtime: Any) -> None:
        self.fields = [
            without_filters(NumberText("id", exclude_from_list=True)),
            DateTimeField("created_at", filters=[]),
            without_filters(StringField("username")),
            StringField(
                "deed",
                getter=lambda request, obj: action_text(obj.action),
                filters=[],
                orderable=False,
            ),
            StringField("action", filters=[], exclude_from_list=True),
            StringField(
                "object_type",
                filters=[],
                getter=lambda request, obj: object_text(obj.object_type),
            ),
            without_filters(StringField("object_id", orderable=False)),
            JsonText(
                "details", filters=[], orderable=False, list_template="fields/list/json_text.html"
            ),
        ]
        super().__init__(runtime)


def read_conversation(session: Session, execution: int) -> Conversation:
    return Conversation(
        messages=_newest(session, _MESSAGES, _MESSAGES.c.position, execution, SHOWN_MESSAGES),
        message_count=_number(session, _MESSAGES, execution),
        events=_newest(session, _EVENTS, _EVENTS.c.seq, execution, SHOWN_EVENTS),
        event_count=_number(session, _EVENTS, execution),
    )


def action_text(action: str) -> str:
    """A deed in words; one without words is shown as it is stored."""
    key = f"action_{action}"
    return say(key) if f"admin.{key}" in catalogue()["ru"] else action


def object_text(object_type: str) -> str:
    key = f"object_{object_type}"
    return say(key) if f"admin.{key}" in catalogue()["ru"] else object_type


def _newest(session: Session, table: Table, order: Any, execution: int, limit: int) -> list[Record]:
    statement = (
        select(table, _STEPS.c.name.label("step_name"))
        .select_from(table.outerjoin(_STEPS, _STEPS.c.id == table.c.step_id))
        .where(table.c.execution_id == execution)
        .order_by(order.desc())
        .limit(limit)
    )
    rows = [Record(**row) for row in session.execute(statement).mappings()]
    return rows[::-1]


def _number(session: Session, table: Table, execution: int) -> int:
    statement = select(func.count()).select_from(table).where(table.c.execution_id == execution)
    return int(session.execute(statement).scalar_one())


def _statuses(request: Request) -> list[tuple[Any, str]]:
    return [(value, say(f"status_{value}")) for value in STATUSES]
