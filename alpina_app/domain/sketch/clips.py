"""Steps on the clipboard: JSON that goes from one scenario to another.

{"format": "alpina-steps", "version": 1, "scenario": id, "steps": [{"id", "name", "step_type",
"content", "next_step", "x", "y"}]}
"""

import math
from collections.abc import Collection
from typing import Any, Final

from alpina_app.domain.contents import STEP_TYPES
from alpina_app.domain.references import Place, map_gotos
from alpina_app.domain.sketch.edits import NAME_LENGTH
from alpina_app.domain.sketch.model import Sketch, SketchStep
from alpina_app.domain.values import JsonError, clean_json, clean_text, dump_json, parse_json

FORMAT: Final = "alpina-steps"
VERSION: Final = 1
MAX_TEXT: Final = 900_000
_FARTHEST: Final = 1e6


class ClipError(ValueError):
    """The text is no clip of steps."""


def copied(sketch: Sketch, ids: Collection[int]) -> str:
    """The steps as a clip, in the order of the list."""
    steps: list[Any] = [
        {
            "id": step.id,
            "name": step.name,
            "step_type": step.step_type,
            "content": step.content,
            "next_step": step.next_step,
            "x": step.x,
            "y": step.y,
        }
        for step in sketch.ordered()
        if step.id in ids
    ]
    clip: Any = {"format": FORMAT, "version": VERSION, "scenario": sketch.scenario_id}
    return dump_json({**clip, "steps": steps})


def read_clip(text: str, sketch: Sketch) -> list[SketchStep]:
    """The steps of a clip, to be pasted into `sketch`: exits that lead out of the clip stay only
    where it was taken from this scenario. Raises ClipError."""
    if len(text) > MAX_TEXT:
        raise ClipError("too long")
    try:
        clip: Any = parse_json(text)
    except JsonError as error:
        raise ClipError("no JSON") from error
    if not isinstance(clip, dict) or clip.get("format") != FORMAT:
        raise ClipError("no clip")
    raw = clip.get("steps")
    if clip.get("version") != VERSION or not isinstance(raw, list) or not raw:
        raise ClipError("no steps")
    steps = [_read_step(one) for one in raw]
    ids = {step.id for step in steps}
    if len(ids) != len(steps):
        raise ClipError("an id twice")
    here = ids | (set(sketch.steps) if clip.get("scenario") == sketch.scenario_id else set())
    return [_bound(step, here) for step in steps]


def _read_step(raw: Any) -> SketchStep:
    if not isinstance(raw, dict):
        raise ClipError("no step")
    id, name, step_type = raw.get("id"), raw.get("name"), raw.get("step_type")
    if not _is_id(id) or not isinstance(name, str) or step_type not in STEP_TYPES:
        raise ClipError("no step")
    following = raw.get("next_step")
    return SketchStep(
        id=id,  # type: ignore[arg-type]
        name=clean_text(name)[:NAME_LENGTH] or "?",
        step_type=step_type,
        content=clean_json(raw.get("content")),
        next_step=following if _is_id(following) else None,
        x=_coordinate(raw.get("x")),
        y=_coordinate(raw.get("y")),
    )


def _bound(step: SketchStep, here: Collection[int]) -> SketchStep:
    """Without exits to steps that are not `here`: they led to another scenario."""

    def led(goto: Any, _place: Place) -> Any:
        return goto if _is_id(goto) and goto in here else None

    return SketchStep(
        step.id,
        step.name,
        step.step_type,
        map_gotos(step.step_type, step.content, led),
        step.order,
        step.next_step if step.next_step in here else None,
        step.x,
        step.y,
    )


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _coordinate(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and abs(value) <= _FARTHEST else None
