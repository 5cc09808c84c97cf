"""Ids of a classifier's classes, as the model's answer is compared with them."""

from typing import Final

_QUOTES: Final = "\"'`«»„“”‟‘’‚‹›"


def class_key(text: str) -> str:
    """`text` without outer spaces and quotes, case and one final stop, wherever that stands:
    `"a".` and `"A."` are `a`."""
    bare = text.strip().strip(_QUOTES).strip()
    return bare.removesuffix(".").strip().strip(_QUOTES).strip().casefold()
