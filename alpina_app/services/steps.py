"""Steps: the description of the resource and its own rules."""

from typing import Final

from sqlalchemy import Table, bindparam, null, select, update
from sqlmodel import Session

from alpina_app.errors import Invalid
from alpina_app.models import MAX_INT, STEP_TYPES, Scenario, Step
from alpina_app.services.fields import Choice, JsonField, Key, Moment, Reference, Text, Whole
from alpina_app.services.quick import execute, first_row
from alpina_app.services.resource import Resource, Rules, Write
from alpina_app.services.scenarios import next_revision
from alpina_app.services.wire_messages import message

_SCENARIOS: Final[Table] = Scenario.__table__  # type: ignore[attr-defined]
_STEPS: Final[Table] = Step.__table__  # type: ignore[attr-defined]
_LABELS: Final = {
    "message": "Message",
    "question": "Question",
    "condition": "Condition",
    "api_call": "API call",
}


_SCENARIO_OF: Final = select(_STEPS.c.scenario_id).where(_STEPS.c.id == bindparam("id"))
_FOREIGN_STEPS_LET_GO: Final = (
    update(_STEPS)
    .where(_STEPS.c.next_step_id == bindparam("step"), _STEPS.c.scenario_id != bindparam("own"))
    .values(next_step_id=null())
)
_FOREIGN_SCENARIOS_LET_GO: Final = (
    update(_SCENARIOS)
    .where(_SCENARIOS.c.initial_step_id == bindparam("step"), _SCENARIOS.c.id != bindparam("own"))
    .values(initial_step_id=null())
)


def scenario_of_step(session: Session, step: int) -> int | None:
    row = first_row(session, _SCENARIO_OF, {"id": step})
    return None if row is None else int(row[0])


def _next_step_is_of_the_scenario(write: Write) -> None:
    following = write.after.get("next_step")
    if following is None:
        return
    scenario = write.after["scenario"]
    own = scenario if following == write.id else scenario_of_step(write.session, following)
    if own != scenario:
        raise Invalid({"next_step": [message("step_elsewhere")]})


def _stored(write: Write) -> None:
    """A change of a step is a change of its scenario.

    What pointed to a step that moved to another scenario points nowhere, as if it were gone.
    """
    scenario = write.after["scenario"]
    next_revision(write.session, scenario)
    if write.changed("scenario"):
        assert write.before is not None
        next_revision(write.session, write.before["scenario"])
        params = {"step": write.id, "own": scenario}
        execute(write.session, _FOREIGN_STEPS_LET_GO, params)
        execute(write.session, _FOREIGN_SCENARIOS_LET_GO, params)


def _deleted(session: Session, step: int) -> None:
    scenario = scenario_of_step(session, step)
    if scenario is not None:
        next_revision(session, scenario)


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
