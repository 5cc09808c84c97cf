"""A scenario in the hands of somebody who edits it: pure values, every edit a `Change`.

change = edits.link(sketch, 11, "option:0", 12)
sketch, undo = apply(sketch, change)      # `undo` is the change that takes it back
"""

from alpina_app.domain.sketch.exits import Exit, exits_of, with_exit
from alpina_app.domain.sketch.model import (
    Change,
    Sketch,
    SketchStep,
    apply,
    merged,
    on_top_of,
    step_changes,
)

__all__ = [
    "Change",
    "Exit",
    "Sketch",
    "SketchStep",
    "apply",
    "exits_of",
    "merged",
    "on_top_of",
    "step_changes",
    "with_exit",
]
