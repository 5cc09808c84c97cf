"""What can be done to a sketch. Each edit gives a `Change` and leaves the sketch alone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, Final

from alpina_app.domain.references import Place, map_gotos
from alpina_app.domain.sketch.exits import exits_of, exits_to, find_exit, with_exit
from alpina_app.domain.sketch.model import Change, Sketch, SketchStep

NAME_LENGTH: Final = 200
COLUMN: Final = 320.0
ROW: Final = 180.0
MAX_ORDER: Final = 2_147_483_647
PATCHED: Final = ("name", "step_type", "content", "next_step")


@dataclass(frozen=True, slots=True)
class Pointer:
    """An exit of a step that stays, to one that is deleted."""

    step: int
    key: str
    label: str


def new_id(sketch: Sketch) -> int:
    """For a step that is not stored yet."""
    return min((0, *sketch.steps)) - 1


def add(
    sketch: Sketch,
    step: SketchStep,
    *,
    source: int | None = None,
    key: str = "next",
    inserts: bool = False,
) -> Change:
    """A new step behind the exit `key` of `source`, or by itself.

    In the list it stands behind its source and the steps that the exits before `key` lead to just
    there, else last. `inserts`: it goes between the exit and where that led.
    """
    steps: dict[int, SketchStep | None] = {}
    if source is not None:
        before = sketch.steps[source]
        if inserts and (led := find_exit(before, key)) is not None:
            step = replace(step, next_step=led.target)
        steps[source] = with_exit(before, key, step.id)
    listed = [one.id for one in sketch.ordered()]
    at = len(listed) if source is None else _place_behind(listed, sketch.steps[source], key)
    listed.insert(at, step.id)
    step = replace(step, order=max((one.order for one in sketch.steps.values()), default=0) + 1)
    known = {**sketch.steps, step.id: step, **{id: one for id, one in steps.items() if one}}
    return Change(_renumbered(known, listed, {step.id, *steps}), {})


def _place_behind(listed: list[int], source: SketchStep, key: str) -> int:
    earlier = takewhile(lambda one: one.key != key, exits_of(source))
    led = {one.target for one in earlier if not one.follows}
    at = listed.index(source.id) + 1
    while at < len(listed) and listed[at] in led:
        at += 1
    return at


def link(sketch: Sketch, source: int, key: str, target: int | None) -> Change:
    """Raises KeyError for steps and exits that are not there."""
    if target is not None and target not in sketch.steps:
        raise KeyError(target)
    return Change({source: with_exit(sketch.steps[source], key, target)})


def delete(sketch: Sketch, ids: Collection[int]) -> tuple[Change, list[Pointer]]:
    """Without the steps; exits that led to them are taken off, and named."""
    gone = frozenset(ids) & sketch.steps.keys()
    steps: dict[int, SketchStep | None] = dict.fromkeys(gone)
    pointers: list[Pointer] = []
    for step in sketch.ordered():
        if step.id in gone:
            continue
        found = exits_to(step, gone)
        for one in found:
            pointers.append(Pointer(step.id, one.key, one.label))
            step = with_exit(step, one.key, None)
        if found:
            steps[step.id] = step
    fields = {"initial_step": None} if sketch.initial_step in gone else {}
    return Change(steps, fields), pointers


def reorder(sketch: Sketch, id: int, position: int) -> Change:
    """The step at `position` (from 0) of the list; where the scenario starts stays."""
    listed = [step.id for step in sketch.ordered()]
    listed.remove(id)
    listed.insert(max(0, min(position, len(listed))), id)
    start = sketch.start()
    steps = _renumbered(sketch.steps, listed, ())
    fields = {"initial_step": start} if sketch.initial_step not in sketch.steps else {}
    if fields and listed[0] == start:
        fields = {}
    return Change(steps, fields)


def patch(sketch: Sketch, id: int, values: Mapping[str, Any]) -> Change:
    """Some of a step's `PATCHED` fields, whole."""
    known = {name: value for name, value in values.items() if name in PATCHED}
    return Change({id: replace(sketch.steps[id], **known)})


def place(sketch: Sketch, places: Mapping[int, tuple[float, float] | None]) -> Change:
    """Where nodes stand on the canvas."""
    steps: dict[int, SketchStep | None] = {}
    for id, where in places.items():
        if id in sketch.steps:
            x, y = where or (None, None)
            steps[id] = replace(sketch.steps[id], x=x, y=y)
    return Change(steps)


def free_place(sketch: Sketch, source: int) -> tuple[float | None, float | None]:
    """A place for a node right of `source` that covers no other; the layout's choice (None) where
    `source` has no place. An empty canvas begins at its origin."""
    if not sketch.steps:
        return 0.0, 0.0
    before = sketch.steps.get(source)
    if before is None or before.x is None or before.y is None:
        return None, None
    x, y = before.x + COLUMN, before.y
    taken = [(one.x, one.y) for one in sketch.steps.values() if one.x is not None]
    while any(
        abs(left - x) < COLUMN and top is not None and abs(top - y) < ROW for left, top in taken
    ):
        y += ROW
    return x, y


def paste(sketch: Sketch, copied: Sequence[SketchStep], shift: float = 40.0) -> Change:
    """Copies under new ids at the end of the list; their exits lead to one another, or to steps
    that are here."""
    first = new_id(sketch)
    ids = {step.id: first - n for n, step in enumerate(copied)}

    def led(goto: Any, _place: Place) -> Any:
        return ids.get(goto, goto) if isinstance(goto, int) else goto

    last = max((step.order for step in sketch.steps.values()), default=0)
    steps: dict[int, SketchStep | None] = {}
    for n, step in enumerate(copied, start=1):
        following = None if step.next_step is None else ids.get(step.next_step, step.next_step)
        steps[ids[step.id]] = replace(
            step,
            id=ids[step.id],
            content=map_gotos(step.step_type, step.content, led),
            order=last + n,
            next_step=following,
            x=None if step.x is None else step.x + shift,
            y=None if step.y is None else step.y + shift,
        )
    return Change(steps)


def renamed_ids(change: Change, ids: Mapping[int, int]) -> Change:
    """The change with other ids, in its exits too."""
    if not ids:
        return change
    steps = {
        ids.get(id, id): None if step is None else with_ids(step, ids)
        for id, step in change.steps.items()
    }
    fields = dict(change.fields)
    if "initial_step" in fields:
        fields["initial_step"] = ids.get(fields["initial_step"], fields["initial_step"])
    return Change(steps, fields)


def with_ids(step: SketchStep, ids: Mapping[int, int]) -> SketchStep:
    def led(goto: Any, _place: Place) -> Any:
        return ids.get(goto, goto) if isinstance(goto, int) else goto

    following = step.next_step
    return replace(
        step,
        id=ids.get(step.id, step.id),
        content=map_gotos(step.step_type, step.content, led),
        next_step=None if following is None else ids.get(following, following),
    )


def _renumbered(
    steps: Mapping[int, SketchStep], listed: Sequence[int], touched: Iterable[int]
) -> dict[int, SketchStep | None]:
    """The `touched` steps, and those whose `order` has to change for `listed` to be the order.

    The numbers in use are dealt out anew, so that what stays in its place keeps its number.
    """
    orders = sorted(steps[id].order for id in listed)
    for at in range(1, len(orders)):
        orders[at] = max(orders[at], orders[at - 1] + 1)
    if orders and orders[-1] > MAX_ORDER:
        orders = list(range(1, len(orders) + 1))
    found: dict[int, SketchStep | None] = {id: steps[id] for id in touched}
    for id, order in zip(listed, orders, strict=True):
        if steps[id].order != order:
            found[id] = replace(steps[id], order=order)
    return found
