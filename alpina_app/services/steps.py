"""Steps: the description of the resource and its own rules."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Table, select, update
from sqlmodel import Session

from alpina_app.errors import Invalid
from alpina_app.models import MAX_INT, STEP_TYPES, Scenario, Step
from alpina_app.services.fields import Choice, JsonField, Key, Moment, Reference, Text, Whole
from alpina_app.services.resource import Resource, Rules, Write
from alpina_app.services.wire_messages import message

_SCENARIOS: Final[Table] = Scenario.__table__  # type: ignore[attr-defined]
_STEPS: Final[Table] = Step.__table__  # type: ignore[attr-defined]
_LABELS: Final = {
    "message": "Message",
    "question": "Question",
    "condition": "Condition",
    "api_call": "API call",
}


def scenario_of_step(session: Session, step: int) -> int | None:
    found: int | None = session.execute(
        select(_STEPS.c.scenario_id).where(_STEPS.c.id == step)
    ).scalar_one_or_none()
    return found


def touch_scenarios(session: Session, scenarios: Collection[Any]) -> None:
    """A change of a step is a change of its scenario: `revision` grows."""
    session.execute(
        update(_SCENARIOS)
        .where(_SCENARIOS.c.id.in_(scenarios))
        .values(revision=_SCENARIOS.c.revision + 1)
    )


def _next_step_is_of_the_scenario(write: Write) -> None:
    following = write.after.get("next_step")
    if following is None:
        return
    scenario = write.after["scenario"]
    own = scenario if following == write.id else scenario_of_step(write.session, following)
    if own != scenario:
        raise Invalid({"next_step": [message("step_elsewhere")]})


def _stored(write: Write) -> None:
    scenarios = {write.after["scenario"]}
    if write.changed("scenario"):
        assert write.before is not None
        scenarios.add(write.before["scenario"])
        _cut_links_from_elsewhere(write)
    touch_scenarios(write.session, scenarios)


def _cut_links_from_elsewhere(write: Write) -> None:
    """What pointed to a step that moved to another scenario points nowhere, as if it were gone."""
    scenario = write.changes["scenario"]
    write.session.execute(
        update(_STEPS)
        .where(_STEPS.c.next_step_id == write.id, _STEPS.c.scenario_id != scenario)
        .values(next_step_id=None)
    )
    write.session.execute(
        update(_SCENARIOS)
        .where(_SCENARIOS.c.initial_step_id == write.id, _SCENARIOS.c.id != scenario)
        .values(initial_step_id=None)
    )


def _deleted(session: Session, step: int) -> None:
    scenario = scenario_of_step(session, step)
    if scenario is not None:
        touch_scenarios(session, {scenario})


STEPS: Final = Resource(
    name="steps",
    title="Step",
    description="One step of a scenario; `content` depends on `step_type`.",
    model=Step,
    fields=(
        Key(name="id"),
        Text(name="name", required=True, max_length=200),
        Choice(
            name="step_type",
            choices=tuple((value, _LABELS[value]) for value in STEP_TYPES),
            default="message",
        ),
        Reference(name="scenario", column="scenario_id", table=_SCENARIOS, required=True),
        JsonField(
            name="content",
            default=dict,
            help_text="Any JSON value, kept as it is; a draft may be incomplete.",
        ),
        Whole(name="order", column="position", minimum=0, maximum=MAX_INT, default=0),
        Reference(
            name="next_step",
            column="next_step_id",
            table=_STEPS,
            nullable=True,
            default=None,
            help_text="The normal exit: a step of the same scenario; null: the end.",
        ),
        Moment(name="created_at"),
        Moment(name="updated_at"),
    ),
    filters=("scenario", "step_type"),
    search=("name",),
    ordering_fields=("id", "name", "order", "created_at", "updated_at"),
    ordering=("scenario", "order", "id"),
    rules=Rules(check=_next_step_is_of_the_scenario, stored=_stored, deleted=_deleted),
)
