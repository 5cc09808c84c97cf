"""Bots: the description of the resource and its own rules."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Table, bindparam, select

from alpina_app.models import BOT_TYPES, MAX_INT, Bot, Scenario, User
from alpina_app.services.fields import Choice, Flag, Key, Moment, Number, Reference, Text, Whole
from alpina_app.services.quick import first_row
from alpina_app.services.resource import Resource, Rules, Values, Write
from alpina_app.services.wire_messages import message

_SCENARIOS: Final[Table] = Scenario.__table__  # type: ignore[attr-defined]
_BOT_OF_SCENARIO: Final = select(_SCENARIOS.c.bot_id).where(_SCENARIOS.c.id == bindparam("id"))
_LABELS: Final = {"completion": "Completion", "chat": "Chat"}


def _start_scenario_is_own(write: Write) -> Mapping[str, list[Any]]:
    start = write.changes.get("start_scenario")
    if start is None:
        return {}
    row = first_row(write.session, _BOT_OF_SCENARIO, {"id": start})
    if row is not None and row[0] == write.id:
        return {}
    return {"start_scenario": [message("scenario_elsewhere")]}


def _author(write: Write) -> Values:
    if write.before is None and "created_by" not in write.changes:
        return {"created_by": write.caller.user_id}
    return {}


BOTS: Final = Resource(
    name="bots",
    title="Bot",
    description="A GPT bot and its settings.",
    model=Bot,
    fields=(
        Key(name="id"),
        Text(name="name", required=True, max_length=200),
        Text(name="description", may_be_blank=True, default=""),
        Choice(
            name="bot_type",
            choices=tuple((value, _LABELS[value]) for value in BOT_TYPES),
            default="chat",
            help_text="`chat` uses chat completions, `completion` plain completions.",
        ),
        Text(name="gpt_model", max_length=100, default="gpt-3.5-turbo"),
        Number(
            name="creativity_level",
            minimum=0.0,
            maximum=2.0,
            default=0.7,
            help_text="Sent to the model as `temperature`.",
        ),
        Whole(name="max_tokens", minimum=1, maximum=MAX_INT, default=1000),
        Text(name="system_prompt", may_be_blank=True, default=""),
        Flag(name="is_active", default=True),
        Reference(
            name="created_by",
            column="created_by_id",
            table=User.__table__,  # type: ignore[attr-defined]
            help_text="Default: the caller.",
        ),
        Moment(name="created_at"),
        Moment(name="updated_at"),
        Reference(
            name="start_scenario",
            column="start_scenario_id",
            table=_SCENARIOS,
            nullable=True,
            default=None,
            help_text="The scenario of this bot that a new conversation begins with.",
        ),
    ),
    filters=("is_active", "bot_type"),
    search=("name", "description"),
    ordering_fields=("id", "name", "created_at", "updated_at", "creativity_level", "max_tokens"),
    ordering=("-created_at", "-id"),
    rules=Rules(check_fields=_start_scenario_is_own, prepare=_author),
)
