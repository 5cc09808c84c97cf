"""Entity tags in requests: `If-Match`, `If-None-Match` (RFC 9110, 13.1)."""

import re
from collections.abc import Mapping
from typing import Final

from alpina_app.services.crud import Expected

_TAG: Final = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def expected(headers: Mapping[str, str]) -> Expected:
    """The conditions of a write. Weak tags never match: the comparison is strong."""
    match, none_match = headers.get("if-match"), headers.get("if-none-match")
    return Expected(
        match=None if match is None else _strong(match),
        none_match=None if none_match is None else _any(none_match),
    )


def is_unchanged(headers: Mapping[str, str], tag: str) -> bool:
    """Whether the client has this version already, for 304. The comparison is weak."""
    header = headers.get("if-none-match")
    if header is None:
        return False
    known = _any(header)
    return known == ("*",) or tag in known


def _strong(header: str) -> tuple[str, ...]:
    if header.strip() == "*":
        return ("*",)
    return tuple(tag for weak, tag in _TAG.findall(header) if not weak)


def _any(header: str) -> tuple[str, ...]:
    if header.strip() == "*":
        return ("*",)
    return tuple(tag for _, tag in _TAG.findall(header))
