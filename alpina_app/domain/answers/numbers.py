"""Numbers as people write them, in Russian and in English alike.

Source: scenario-format "Answers" and "Fine print".
"""

import re
from typing import Final

from alpina_app.domain.values import Json

MAX_DIGITS: Final = 30

_SHAPE: Final = re.compile("([-+−–‑]?)([0-9][0-9., \u00a0\u2009\u202f]*|[.,][0-9]+)")
_SPACES: Final = " \u00a0\u2009\u202f"
_LONGEST: Final = 100


def parse_number(text: str) -> int | float | None:
    """The number `text` is, None where it is none.

    Where a point and a comma both occur the last is the decimal one, a lone mark is decimal;
    groups of three stand between spaces or equal marks. An integer comes without a point (`5,0`
    is 5). More than MAX_DIGITS digits, exponents and words are no numbers.
    """
    text = text.strip()
    shape = _SHAPE.fullmatch(text) if len(text) <= _LONGEST else None
    if shape is None:
        return None
    sign, body = shape.groups()
    whole, part = _halves(body)
    digits = _ungrouped(whole) if whole else "0"
    if digits is None or not (part == "" or part.isdigit()) or len(digits + part) > MAX_DIGITS:
        return None
    minus = "" if sign in ("", "+") else "-"
    if part.strip("0") == "":
        return None if body.endswith((".", ",")) else int(minus + digits)
    return float(f"{minus}{digits}.{part}")


def as_number(value: Json) -> int | float | None:
    """The number that a JSON number or a text is; None for everything else."""
    if isinstance(value, str):
        return parse_number(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value


def _halves(body: str) -> tuple[str, str]:
    points, commas = body.count("."), body.count(",")
    if points + commas > 1 and not (points and commas):
        return body, ""
    mark = "." if body.rfind(".") > body.rfind(",") else ","
    whole, _, part = body.rpartition(mark) if mark in body else (body, "", "")
    return whole, part


def _ungrouped(whole: str) -> str | None:
    if whole.isdigit():
        return whole
    separators = set(whole) - set("0123456789")
    if not (len(separators) == 1 or separators <= set(_SPACES)):
        return None
    first, *others = re.split(f"[{_SPACES}.,]", whole)
    if not 1 <= len(first) <= 3 or any(len(group) != 3 for group in others):
        return None
    return "".join((first, *others))
