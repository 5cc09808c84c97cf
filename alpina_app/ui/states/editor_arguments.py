"""What browsers send to the editor's handlers, taken only as what it should be.

Raw values arrive: every function raises Invalid for what does not fit.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

from alpina_app.domain.contents import STEP_TYPES
from alpina_app.domain.sketch.edits import NAME_LENGTH, PATCHED
from alpina_app.domain.values import JsonError, clean_json, clean_text
from alpina_app.errors import Invalid

MAX_IDS: Final = 2_000
_FARTHEST: Final = 1e6
_LARGEST_ID: Final = 2**62


def whole(value: Any, lowest: int = -_LARGEST_ID, highest: int = _LARGEST_ID) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise _refused()
    return value


def word(value: Any, longest: int = 200) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise _refused()
    return clean_text(value)


def ids(value: Any) -> list[int]:
    if not isinstance(value, list) or len(value) > MAX_IDS:
        raise _refused()
    return [whole(one) for one in value]


def step_type(value: Any) -> str:
    if not isinstance(value, str) or value not in STEP_TYPES:
        raise _refused()
    return value


def coordinate(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _refused()
    if abs(value) > _FARTHEST:
        raise _refused()
    return float(value)


def places(value: Any) -> dict[int, tuple[float, float]]:
    """[[id, x, y], ...]"""
    if not isinstance(value, list) or len(value) > MAX_IDS:
        raise _refused()
    found: dict[int, tuple[float, float]] = {}
    for one in value:
        if not isinstance(one, list) or len(one) != 3:
            raise _refused()
        x, y = coordinate(one[1]), coordinate(one[2])
        if x is None or y is None:
            raise _refused()
        found[whole(one[0])] = (x, y)
    return found


def patch(value: Any) -> dict[str, Any]:
    """Some of a step's fields; a blank name is left out: a step has one."""
    if not isinstance(value, Mapping) or not value.keys() <= set(PATCHED):
        raise _refused()
    found: dict[str, Any] = {}
    for name, one in value.items():
        match name:
            case "name":
                text = word(one, 10_000).strip()[:NAME_LENGTH]
                if text:
                    found[name] = text
            case "step_type":
                found[name] = step_type(one)
            case "content":
                found[name] = json(one)
            case _:
                found[name] = None if one is None else whole(one)
    return found


def json(value: Any) -> Any:
    try:
        return clean_json(value)
    except JsonError:
        raise _refused() from None


def _refused() -> Invalid:
    return Invalid({})
