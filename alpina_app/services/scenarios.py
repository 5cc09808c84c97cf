"""Scenarios: the description of the resource and its own rules."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Table, select, update

from alpina_app.models import Bot, Scenario, Step
from alpina_app.services.fields import Flag, Key, Moment, Reference, Text
from alpina_app.services.resource import Resource, Rules, Values, Write
from alpina_app.services.wire_messages import message

_BOTS: Final[Table] = Bot.__table__  # type: ignore[attr-defined]
_SCENARIOS: Final[Table] = Scenario.__table__  # type: ignore[attr-defined]
_STEPS: Final[Table] = Step.__table__  # type: ignore[attr-defined]


def _initial_step_is_own(write: Write) -> Mapping[str, list[Any]]:
    initial = write.changes.get("initial_step")
    if initial is None:
        return {}
    scenario = write.session.execute(
        select(_STEPS.c.scenario_id).where(_STEPS.c.id == initial)
    ).scalar_one_or_none()
    if scenario == write.id and scenario is not None:
        return {}
    return {"initial_step": [message("step_elsewhere")]}


def _next_revision(write: Write) -> Values:
    return {"revision": _SCENARIOS.c.revision + 1} if write.before is not None else {}


def _leave_the_old_bot(write: Write) -> None:
    """A scenario that moves to another bot is no longer the old one's start."""
    if write.changed("bot"):
        write.session.execute(
            update(_BOTS)
            .where(_BOTS.c.start_scenario_id == write.id, _BOTS.c.id != write.changes["bot"])
            .values(start_scenario_id=None)
        )


SCENARIOS: Final = Resource(
    name="scenarios",
    title="Scenario",
    description="A dialogue of a bot, made of steps.",
    model=Scenario,
    fields=(
        Key(name="id"),
        Text(name="name", required=True, max_length=200),
        Text(name="description", may_be_blank=True, default=""),
        Reference(name="bot", column="bot_id", table=_BOTS, required=True),
        Reference(
            name="initial_step",
            column="initial_step_id",
            table=_STEPS,
            nullable=True,
            default=None,
            help_text="A step of this scenario; null: the one with the lowest order.",
        ),
        Flag(name="is_active", default=True),
        Moment(name="created_at"),
        Moment(name="updated_at"),
    ),
    filters=("bot", "is_active"),
    search=("name", "description"),
    ordering_fields=("id", "name", "created_at", "updated_at"),
    ordering=("-created_at", "-id"),
    rules=Rules(
        check_fields=_initial_step_is_own, prepare=_next_revision, stored=_leave_the_old_bot
    ),
)
