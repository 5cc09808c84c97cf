"""Ids of options and classes: when two are the same, and a new one for a double."""

from collections.abc import Container
from typing import Final

_QUOTES: Final = "\"'`«»„“”‟‘’‚‹›"


def class_key(class_id: str) -> str:
    """A class id as the model's answer is compared with it: quotes, case and a final stop aside."""
    bare = class_id.strip().strip(_QUOTES).strip()
    return bare.removesuffix(".").strip().strip(_QUOTES).strip().casefold()


def free_id(wanted: str, taken: Container[str]) -> str:
    """`wanted` with the first number behind it, from 2 on, that makes it a new id."""
    number = 2
    while f"{wanted}_{number}" in taken:
        number += 1
    return f"{wanted}_{number}"
