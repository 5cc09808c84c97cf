"""Bots, scenarios and steps: the services of the REST contract behind forms."""

from abc import abstractmethod
from typing import Any, Final

from sqlalchemy import Table
from sqlmodel import Session
from starlette.requests import Request
from starlette_admin.fields import (
    BaseField,
    BooleanField,
    DateTimeField,
    EnumField,
    StringField,
    TextAreaField,
)
from starlette_admin.types import RequestAction

from alpina_app.admin.fields import JsonText, NumberText, Reference
from alpina_app.admin.records import Link, Source, all_columns, name_contains
from alpina_app.admin.texts import say
from alpina_app.admin.views import TableView, caller_of, name_of, without_filters
from alpina_app.models import BOT_TYPES, MAX_INT, STEP_TYPES, Bot, Scenario, Step, User
from alpina_app.services import crud
from alpina_app.services.access import Caller
from alpina_app.services.bots import BOTS
from alpina_app.services.resource import Resource
from alpina_app.services.runtime import Runtime
from alpina_app.services.scenarios import SCENARIOS
from alpina_app.services.steps import STEPS

_BOTS: Final[Table] = Bot.__table__  # type: ignore[attr-defined]
_SCENARIOS: Final[Table] = Scenario.__table__  # type: ignore[attr-defined]
_STEPS: Final[Table] = Step.__table__  # type: ignore[attr-defined]
_USERS: Final[Table] = User.__table__  # type: ignore[attr-defined]


class ResourceView(TableView):
    """Everybody signed in reads; administrators and editors write."""

    resource: Resource

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.fields = [
            without_filters(NumberText("id", exclude_from_create=True, exclude_from_edit=True)),
            without_filters(StringField("name", required=True, maxlength=200)),
            *self.own_fields(),
            *_times(),
        ]
        super().__init__(runtime)

    @abstractmethod
    def own_fields(self) -> list[BaseField]:
        """Between the name and the times."""

    def can_create(self, request: Request) -> bool:
        return caller_of(request).may_edit

    def can_edit(self, request: Request) -> bool:
        return caller_of(request).may_edit

    def can_delete(self, request: Request) -> bool:
        return caller_of(request).may_edit

    async def store(self, request: Request, data: dict[str, Any]) -> int:
        stored = await self.run(request, crud.create, self.resource, _sent(data), form="html")
        return stored.id

    async def change(self, request: Request, pk: int, data: dict[str, Any]) -> None:
        values = _sent(data)
        await self.run(request, crud.update, self.resource, pk, values, partial=True, form="html")

    def remove(self, session: Session, caller: Caller, pk: int) -> None:
        crud.remove(session, caller, self.resource, pk)


class BotView(ResourceView):
    key = "bot"
    icon = "fa-solid fa-robot"
    model = Bot
    resource = BOTS
    source = Source(
        _BOTS,
        all_columns(_BOTS),
        search=("name", "description", "gpt_model"),
        links=(
            Link("created_by", "created_by_id", _USERS, ("username",)),
            Link("start_scenario", "start_scenario_id", _SCENARIOS),
        ),
    )
    fields_default_sort = (("created_at", True),)

    def own_fields(self) -> list[BaseField]:
        return [
            TextAreaField("description", exclude_from_list=True, rows=3, filters=[]),
            EnumField("bot_type", choices_loader=_bot_types, default="chat", required=True),
            without_filters(
                StringField("gpt_model", maxlength=100, default=self.runtime.settings.default_model)
            ),
            without_filters(
                NumberText(
                    "creativity_level",
                    minimum=0,
                    maximum=2,
                    step="any",
                    default="0.7",
                    exclude_from_list=True,
                )
            ),
            without_filters(
                NumberText(
                    "max_tokens",
                    minimum=1,
                    maximum=MAX_INT,
                    default="1000",
                    exclude_from_list=True,
                )
            ),
            TextAreaField("system_prompt", exclude_from_list=True, rows=8, filters=[]),
            BooleanField("is_active", default=True),
            Reference(
                "start_scenario",
                key="scenario",
                filters=[],
                orderable=False,
                exclude_from_create=True,
            ),
            Reference("created_by", key="user", filters=[], orderable=False),
            StringField(
                "author",
                getter=name_of("created_by", "username"),
                filters=[],
                orderable=False,
                exclude_from_create=True,
                exclude_from_edit=True,
            ),
        ]

    def can_access_field(
        self, request: Request, field: BaseField, action: RequestAction | None = None
    ) -> bool:
        """Only administrators may open a user, or give a bot to another one."""
        if field.name == "created_by" and not caller_of(request).is_administrator:
            return False
        if field.name == "author" and caller_of(request).is_administrator:
            return False
        return bool(super().can_access_field(request, field, action))

    async def store(self, request: Request, data: dict[str, Any]) -> int:
        if not data.get("created_by"):
            data = {name: value for name, value in data.items() if name != "created_by"}
        return await super().store(request, data)


class ScenarioView(ResourceView):
    key = "scenario"
    icon = "fa-solid fa-diagram-project"
    model = Scenario
    resource = SCENARIOS
    source = Source(
        _SCENARIOS,
        all_columns(_SCENARIOS),
        search=("name", "description"),
        search_also=(name_contains(_SCENARIOS.c.bot_id, _BOTS.c.name),),
        links=(
            Link("bot", "bot_id", _BOTS),
            Link("initial_step", "initial_step_id", _STEPS),
        ),
    )
    fields_default_sort = (("created_at", True),)

    def own_fields(self) -> list[BaseField]:
        return [
            TextAreaField("description", exclude_from_list=True, rows=3, filters=[]),
            Reference("bot", key="bot", required=True, filters=[], orderable=False),
            Reference(
                "initial_step",
                key="step",
                filters=[],
                orderable=False,
                exclude_from_create=True,
                exclude_from_list=True,
            ),
            BooleanField("is_active", default=True),
        ]


class StepView(ResourceView):
    key = "step"
    icon = "fa-solid fa-list-ol"
    model = Step
    resource = STEPS
    source = Source(
        _STEPS,
        {
            **all_columns(_STEPS, without=("position", "canvas_x", "canvas_y")),
            "order": _STEPS.c.position,
        },
        search=("name", "content"),
        search_also=(name_contains(_STEPS.c.scenario_id, _SCENARIOS.c.name),),
        links=(
            Link("scenario", "scenario_id", _SCENARIOS),
            Link("next_step", "next_step_id", _STEPS),
        ),
    )
    fields_default_sort = (("id", True),)

    def own_fields(self) -> list[BaseField]:
        return [
            Reference("scenario", key="scenario", required=True, filters=[], orderable=False),
            EnumField("step_type", choices_loader=_step_types, default="message", required=True),
            without_filters(NumberText("order", minimum=0, maximum=MAX_INT, default="0")),
            Reference("next_step", key="step", filters=[], orderable=False),
            JsonText("content", exclude_from_list=True, filters=[], default=dict),
        ]


def _sent(data: dict[str, Any]) -> dict[str, Any]:
    """What the form had: a field that was not in it is no wish to empty it."""
    return {name: value for name, value in data.items() if value is not None}


def _times() -> list[BaseField]:
    """Of the server's clock: never in a form."""
    return [
        DateTimeField(
            name,
            read_only=True,
            filters=[],
            exclude_from_create=True,
            exclude_from_edit=True,
            exclude_from_list=name == "created_at",
        )
        for name in ("created_at", "updated_at")
    ]


def _bot_types(request: Request) -> list[tuple[Any, str]]:
    return [(value, say(f"bot_type_{value}")) for value in BOT_TYPES]


def _step_types(request: Request) -> list[tuple[Any, str]]:
    return [(value, say(f"step_type_{value}")) for value in STEP_TYPES]
