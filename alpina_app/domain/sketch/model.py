"""What is edited, and what an edit is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from alpina_app.domain.contents import StepType
from alpina_app.domain.picture import Picture, StepPicture

FIELDS: Final = ("name", "description", "initial_step")
STEP_FIELDS: Final = ("name", "step_type", "content", "order", "next_step", "x", "y")
PLACE_FIELDS: Final = ("x", "y")


@dataclass(frozen=True, slots=True)
class SketchStep:
    """`id` is negative while the step is not stored; `x`, `y` None = the layout's choice."""

    id: int
    name: str
    step_type: str
    content: Any
    order: int = 0
    next_step: int | None = None
    x: float | None = None
    y: float | None = None

    @property
    def picture(self) -> StepPicture:
        step_type = cast(StepType, self.step_type)
        return StepPicture(self.id, self.name, step_type, self.content, self.order, self.next_step)


@dataclass(frozen=True, slots=True)
class Sketch:
    """`steps` by id; neither the mapping nor a content is ever changed in place."""

    scenario_id: int
    name: str
    description: str = ""
    initial_step: int | None = None
    steps: Mapping[int, SketchStep] = field(default_factory=dict)

    def ordered(self) -> list[SketchStep]:
        """As lists show them."""
        return sorted(self.steps.values(), key=lambda step: (step.order, step.id))

    def picture(self) -> Picture:
        steps = tuple(step.picture for step in self.ordered())
        return Picture(self.scenario_id, self.name, self.initial_step, steps)

    def start(self) -> int | None:
        """The id the scenario starts with."""
        if self.initial_step in self.steps:
            return self.initial_step
        first = min(self.steps.values(), key=lambda step: (step.order, step.id), default=None)
        return None if first is None else first.id


@dataclass(frozen=True, slots=True)
class Change:
    """`steps`: what stands under an id afterwards, None = no step. `fields`: of `FIELDS`."""

    steps: Mapping[int, SketchStep | None] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.steps or self.fields)


NOTHING: Final = Change()


def apply(sketch: Sketch, change: Change) -> tuple[Sketch, Change]:
    """The sketch after `change`, and the change that leads back; what changes nothing is left
    out of both."""
    steps = {id: step for id, step in change.steps.items() if not _same(sketch.steps.get(id), step)}
    fields = {
        name: value for name, value in change.fields.items() if getattr(sketch, name) != value
    }
    back = Change(
        {id: sketch.steps.get(id) for id in steps}, {name: getattr(sketch, name) for name in fields}
    )
    after = {id: step for id, step in sketch.steps.items() if id not in steps}
    after.update({id: step for id, step in steps.items() if step is not None})
    return replace(sketch, steps=after, **fields), back


def merged(first: Change, then: Change) -> Change:
    """Of two ways back the longer: what stood before `first`'s edit, then before `then`'s."""
    return Change({**then.steps, **first.steps}, {**then.fields, **first.fields})


def step_changes(before: SketchStep, after: SketchStep) -> dict[str, Any]:
    """The fields of a step that differ, with their new values. 1 and True differ, as in JSON."""
    return {
        name: getattr(after, name)
        for name in STEP_FIELDS
        if not _equal(getattr(before, name), getattr(after, name))
    }


def on_top_of(theirs: Sketch, mine: Sketch, before: Change) -> Change:
    """My unsaved edits as a change of somebody else's sketch, field by field.

    `before`: what stood in common where I edited. A step that I edited and they deleted comes back.
    """
    steps: dict[int, SketchStep | None] = {}
    for id, common in before.steps.items():
        my_step, their_step = mine.steps.get(id), theirs.steps.get(id)
        if my_step is None or common is None or their_step is None:
            steps[id] = my_step
        else:
            steps[id] = replace(their_step, **step_changes(common, my_step))
    fields = {name: getattr(mine, name) for name in before.fields}
    return _without_loose_ends(theirs, Change(steps, fields))


def _without_loose_ends(sketch: Sketch, change: Change) -> Change:
    """The change with `next_step` and `initial_step` leading to steps that will be there only."""
    gone = {id for id, step in change.steps.items() if step is None}
    there = (set(sketch.steps) | set(change.steps)) - gone | {None}
    steps = {
        id: step if step is None or step.next_step in there else replace(step, next_step=None)
        for id, step in change.steps.items()
    }
    fields = {
        name: value
        for name, value in change.fields.items()
        if name != "initial_step" or value in there
    }
    return Change(steps, fields)


def _same(one: SketchStep | None, other: SketchStep | None) -> bool:
    if one is None or other is None:
        return one is other
    return not step_changes(one, other)


def _equal(one: Any, other: Any) -> bool:
    """Equality of JSON: 1, 1.0 and true are three values."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    return bool(one == other)
