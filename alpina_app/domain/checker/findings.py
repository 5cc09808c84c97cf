"""What the checker says: findings, the steps it looks at, and mends as JSON Patch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from alpina_app.domain.contents import Content, Place, Severity, json_path
from alpina_app.domain.picture import StepPicture

Mend = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark on a scenario; its text is `checker.<code>` of i18n with `params`.

    `step`: the id, None where the whole scenario is meant. `path`: where in the step's JSON
    (`content.input.options[1].goto`, `next_step`), or `initial_step` of the scenario; of a cycle
    the ids of its other steps; "" where no place is to be named. `mend`: None, or the change that
    would settle it, {"step": id or null, "patch": JSON Patch (RFC 6902) of that step or scenario}.
    """

    code: str
    severity: Severity
    step: int | None
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    mend: Mend | None = None


class Look(NamedTuple):
    """A step with its typed content; faulty places of it are replaced by neutral values.

    `content` is None where the JSON is no content at all.
    """

    step: StepPicture
    content: Content | None


class Remarks:
    """Collects the findings of one step, each once; `place` is a path into the step's JSON."""

    def __init__(self, step: int) -> None:
        self.step = step
        self.found: list[Finding] = []
        self._said: set[tuple[Any, ...]] = set()

    def error(self, code: str, place: Place, mend: Mend | None = None, /, **params: Any) -> None:
        self._add(code, "error", place, mend, params)

    def warn(self, code: str, place: Place, mend: Mend | None = None, /, **params: Any) -> None:
        self._add(code, "warning", place, mend, params)

    def put(self, place: Place, value: Any) -> Mend:
        """The mend that writes `value` at `place`, whether something stands there or not."""
        return mend(self.step, "add", place, value)

    def drop(self, place: Place) -> Mend:
        return mend(self.step, "remove", place)

    def _add(
        self, code: str, severity: Severity, place: Place, mend: Mend | None, params: Any
    ) -> None:
        path = json_path(place)
        key = (code, path, *params.values())
        if key not in self._said:
            self._said.add(key)
            self.found.append(Finding(code, severity, self.step, path, params, mend))


def mend(step: int | None, op: str, place: Sequence[str | int], value: Any = None) -> Mend:
    """A mend of one operation: `add`, `replace` (with `value`) or `remove`."""
    change: dict[str, Any] = {"op": op, "path": pointer(place)}
    if op != "remove":
        change["value"] = value
    return {"step": step, "patch": [change]}


def pointer(place: Sequence[str | int]) -> str:
    """`place` as a JSON Pointer (RFC 6901)."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in place)
