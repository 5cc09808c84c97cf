"""Applies what a finding offers: JSON Patch (RFC 6902) on a step or on the scenario."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from alpina_app.domain.checker.findings import Finding
from alpina_app.domain.picture import Picture, StepPicture

_STEP_FIELDS: Final = ("content", "next_step")


class MendError(ValueError):
    """The finding offers no mend, or the scenario has changed and it fits no longer."""


def apply_mend(picture: Picture, finding: Finding) -> Picture:
    """The picture with the mend of `finding` made; `picture` itself stays. Raises MendError."""
    mend = finding.mend
    if mend is None:
        raise MendError("nothing to apply")
    if mend["step"] is None:
        return replace(picture, **_patched({"initial_step": picture.initial_step}, mend))
    if all(step.id != mend["step"] for step in picture.steps):
        raise MendError("no such step")
    steps = (_mended(step, mend) if step.id == mend["step"] else step for step in picture.steps)
    return replace(picture, steps=tuple(steps))


def _mended(step: StepPicture, mend: Mapping[str, Any]) -> StepPicture:
    return replace(step, **_patched({key: getattr(step, key) for key in _STEP_FIELDS}, mend))


def _patched(document: dict[str, Any], mend: Mapping[str, Any]) -> dict[str, Any]:
    patched: Any = document
    for change in mend["patch"]:
        keys = [key.replace("~1", "/").replace("~0", "~") for key in change["path"].split("/")[1:]]
        patched = _changed(patched, keys, change)
    return patched  # type: ignore[no-any-return]


def _changed(value: Any, keys: list[str], change: Mapping[str, Any]) -> Any:
    """A copy of `value` with one operation done; what lies beside its path is shared.

    `add` is for members of objects; no mend lengthens a list.
    """
    if isinstance(value, list):
        key: Any = int(keys[0]) if keys[0].isdecimal() else -1
        is_there = 0 <= key < len(value)
    else:
        key = keys[0]
        is_there = isinstance(value, dict) and key in value
    is_new = isinstance(value, dict) and len(keys) == 1 and change["op"] == "add"
    if not is_there and not is_new:
        raise MendError("nothing at the path")
    copied = value.copy()
    if len(keys) > 1:
        copied[key] = _changed(value[key], keys[1:], change)
    elif change["op"] == "remove":
        del copied[key]
    else:
        copied[key] = change["value"]
    return copied
