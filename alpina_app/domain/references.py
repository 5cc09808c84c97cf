"""The step ids inside a step's content, as they stand in raw JSON: drafts included.

Used where steps get other ids: copies, exports, imports.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

Place = tuple[str | int, ...]
# Where a `goto` may stand, by step type: "*" is every item of a list.
_GOTOS: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "message": (),
    "question": (("input", "options", "*", "goto"), ("on_fail", "goto")),
    "condition": (("branches", "*", "goto"), ("classes", "*", "goto")),
    "api_call": (("on_error", "goto"),),
}


def map_gotos(step_type: str, content: Any, change: Callable[[Any, Place], Any]) -> Any:
    """A copy of `content` with every `goto` that is there replaced by `change(goto, place)`.

    `place` is the path inside the content. What is left out stays left out, null stays null.
    """
    for pattern in _GOTOS.get(step_type, ()):
        content = _mapped(content, pattern, change, ())
    return content


def gotos(step_type: str, content: Any) -> Iterator[tuple[Place, Any]]:
    """Every `goto` but null, with its place."""
    found: list[tuple[Place, Any]] = []

    def note(value: Any, place: Place) -> Any:
        found.append((place, value))
        return value

    map_gotos(step_type, content, note)
    return iter(found)


def _mapped(
    value: Any, pattern: tuple[str, ...], change: Callable[[Any, Place], Any], place: Place
) -> Any:
    if not pattern:
        return value if value is None else change(value, place)
    key, rest = pattern[0], pattern[1:]
    if key == "*":
        if not isinstance(value, list):
            return value
        return [_mapped(item, rest, change, (*place, at)) for at, item in enumerate(value)]
    if not isinstance(value, dict) or key not in value:
        return value
    return {**value, key: _mapped(value[key], rest, change, (*place, key))}
