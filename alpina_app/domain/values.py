"""JSON values of variables: cleaning, paths into them, sizes, and how they look in texts.

Sources: scenario-format "Variables", "Templates", "Fine print"; RFC 8259 for JSON.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeAlias

import orjson
from pydantic import JsonValue

from alpina_app.i18n import translate

Json: TypeAlias = JsonValue
Path: TypeAlias = tuple[str | int, ...]

MAX_DEPTH: Final = 200
"""Deepest nesting of lists and objects; orjson and the databases stop at 254."""
NAME_LENGTH: Final = 64
RESERVED_NAMES: Final = frozenset({"last_answer", "user_session", "today", "bot", "secret"})
TOO_LARGE: Final = 2**63 - 1

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_PATH_PART: Final = re.compile(r"(\.)?([^.\[\]\x00-\x1f]+)|\[([0-9]{1,9})\]")


class Missing(Enum):
    MISSING = "missing"


MISSING: Final = Missing.MISSING


class PathError(ValueError):
    """A path that cannot be read, such as `a..b` or `a[-1]`."""


class JsonError(ValueError):
    """Not JSON (RFC 8259): broken syntax, NaN, Infinity, or nested deeper than MAX_DEPTH."""


def clean_text(text: str) -> str:
    """`text` with NUL and lone surrogates as U+FFFD: no database and no encoder takes them."""
    return _UNSTORABLE.sub("\ufffd", text)


def clean_json(value: Any) -> Json:
    """A copy of `value` with every text and key cleaned.

    Raises JsonError for what is no JSON value: other types, NaN, Infinity, too deep nesting.
    """
    return _cleaned(value, MAX_DEPTH)


def _cleaned(value: Any, depth: int) -> Json:
    if isinstance(value, str):
        return clean_text(value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise JsonError("NaN and Infinity are not JSON")
        return value
    if depth == 0:
        raise JsonError("nested too deeply")
    if isinstance(value, (list, tuple)):
        return [_cleaned(item, depth - 1) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {clean_text(key): _cleaned(item, depth - 1) for key, item in value.items()}
    raise JsonError(f"{type(value).__name__} is not JSON")


def parse_json(source: bytes | str) -> Json:
    """The value of a JSON text (UTF-8, with or without a byte order mark), cleaned.

    Integers are exact, other numbers doubles. Raises JsonError.
    """
    try:
        text = source.decode("utf-8") if isinstance(source, bytes) else source
        return clean_json(json.loads(text.removeprefix("\ufeff"), parse_constant=_refused_constant))
    except JsonError:
        raise
    except (ValueError, RecursionError) as error:
        raise JsonError(str(error)) from None


def _refused_constant(name: str) -> Json:
    raise JsonError(f"{name} is not JSON")


def dump_json(value: Json) -> str:
    """Compact JSON text of `value`. Raises JsonError where it cannot be written."""
    if not isinstance(value, (dict, list)):
        return _dumped(value)
    if _deeper_than(value, MAX_DEPTH):
        raise JsonError("nested too deeply")
    return _dumped(value)


def _dumped(value: Json) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        pass  # integers over 64 bits, lone surrogates: orjson refuses what json writes
    try:
        return clean_text(
            json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        )
    except (TypeError, ValueError, RecursionError) as error:
        raise JsonError(str(error)) from None


def json_size(value: Json) -> int:
    """Bytes of `value` as compact JSON in UTF-8; TOO_LARGE where it cannot be written."""
    try:
        return len(dump_json(value).encode())
    except JsonError:
        return TOO_LARGE


def _deeper_than(value: Json, limit: int) -> bool:
    level: list[Any] = [value]
    for _ in range(limit):
        following: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                following.extend(v for v in item.values() if isinstance(v, (dict, list)))
            elif isinstance(item, list):
                following.extend(v for v in item if isinstance(v, (dict, list)))
        if not following:
            return False
        level = following
    return True


def parse_path(text: str) -> Path:
    """`data.items[0].id` as `("data", "items", 0, "id")`; an empty text is the whole value.

    Raises PathError.
    """
    text = text.strip()
    if text.isidentifier():
        return (text,)  # nearly every path is one name
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        found = _PATH_PART.match(text, position)
        if found is None or (found[2] is not None and (position > 0) != (found[1] is not None)):
            raise PathError(text)
        parts.append(found[2] if found[2] is not None else int(found[3]))
        position = found.end()
    return tuple(parts)


def show_path(path: Sequence[str | int]) -> str:
    """The text form of a path: `parse_path` the other way round."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def get_path(value: Json, path: Path) -> Json | Missing:
    """What lies at `path`, MISSING where a key, an index or a container is not there."""
    found = value
    for part in path:
        if isinstance(part, str):
            if not isinstance(found, dict) or part not in found:
                return MISSING
            found = found[part]
        else:
            if not isinstance(found, list) or part >= len(found):
                return MISSING
            found = found[part]
    return found


def is_variable_name(text: str) -> bool:
    """Whether `text` is a Unicode identifier of at most NAME_LENGTH characters.

    RESERVED_NAMES are names too, only read-only.
    """
    return len(text) <= NAME_LENGTH and text.isidentifier()


def show(value: Json, language: str) -> str:
    """`value` as people read it in a text.

    True and false as words of `language`, null as "", numbers plain, lists joined by ", ",
    objects as JSON ("" where nested too deeply to be written).
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return _truth(value, language)
    return _shown(value, language)


def show_wire(value: Json) -> str:
    """`value` as programs read it: like `show`, with true and false as JSON has them."""
    return value if isinstance(value, str) else _shown(value, None)


def _shown(value: Json, language: str | None) -> str:
    if isinstance(value, (dict, list)):
        return "" if _deeper_than(value, MAX_DEPTH) else ", ".join(_items(value, language))
    return next(_items(value, language))


def _items(value: Json, language: str | None) -> Iterator[str]:
    match value:
        case str():
            yield value
        case None:
            yield ""
        case bool():
            yield _truth(value, language)
        case int() | float():
            yield plain_number(value)
        case dict():
            yield _dumped(value)
        case list():
            for item in value:
                yield from _items(item, language)


def _truth(value: bool, language: str | None) -> str:
    if language is None:
        return "true" if value else "false"
    return translate(language, "answers.true" if value else "answers.false")


def plain_number(number: int | float) -> str:
    """Digits without exponent or grouping: `5`, `-2.5`, `0.0000001`; 5.0 is `5`.

    "" for NaN, Infinity and integers too long to be written.
    """
    if isinstance(number, float):
        if not math.isfinite(number):
            return ""
        if number.is_integer():
            return format(Decimal(repr(number + 0.0)), "f").partition(".")[0]
        return format(Decimal(repr(number)), "f")
    try:
        return str(number)
    except ValueError:
        return ""
