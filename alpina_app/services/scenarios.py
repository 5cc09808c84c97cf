"""Scenarios: the description of the resource and its own rules."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Table, bindparam, null, select, update
from sqlmodel import Session

from alpina_app.models import Bot, Scenario, Step
from alpina_app.services.fields import Flag, Key, Moment, Reference, Text
from alpina_app.services.quick import execute, first_row
from alpina_app.services.resource import Resource, Rules, Write
from alpina_app.services.wire_messages import message

_BOTS: Final[Table] = Bot.__table__  # type: ignore[attr-defined]
_SCENARIOS: Final[Table] = Scenario.__table__  # type: ignore[attr-defined]
_STEPS: Final[Table] = Step.__table__  # type: ignore[attr-defined]
_SCENARIO_OF_STEP: Final = select(_STEPS.c.scenario_id).where(_STEPS.c.id == bindparam("id"))
_NEXT_REVISION: Final = (
    update(_SCENARIOS)
    .where(_SCENARIOS.c.id == bindparam("scenario"))
    .values(revision=_SCENARIOS.c.revision + 1)
)
_NO_LONGER_START: Final = (
    update(_BOTS)
    .where(_BOTS.c.start_scenario_id == bindparam("scenario"), _BOTS.c.id != bindparam("bot"))
    .values(start_scenario_id=null())
)


def _initial_step_is_own(write: Write) -> Mapping[str, list[Any]]:
    initial = write.changes.get("initial_step")
    if initial is None:
        return {}
    row = first_row(write.session, _SCENARIO_OF_STEP, {"id": initial})
    if row is not None and row[0] == write.id:
        return {}
    return {"initial_step": [message("step_elsewhere")]}


def next_revision(session: Session, scenario: int) -> None:
    """Every change of a scenario or of one of its steps is a new revision of it."""
    execute(session, _NEXT_REVISION, {"scenario": scenario})


def _stored(write: Write) -> None:
    """A scenario that moves to another bot is no longer the old one's start."""
    assert write.id is not None
    if write.before is not None:
        next_revision(write.session, write.id)
    if write.changed("bot"):
        params = {"scenario": write.id, "bot": write.changes["bot"]}
        execute(write.session, _NO_LONGER_START, params)


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
    rules=Rules(check_fields=_initial_step_is_own, stored=_stored),
)
