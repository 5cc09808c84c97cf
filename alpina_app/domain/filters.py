"""Filters of templates: what each takes, gives and refuses.

Source: scenario-format "Templates" and "Fine print". A filter gets a JSON value and the language
of the conversation; MISSING is its answer to a value of the wrong type. Results stay bounded:
texts at TEXT_LIMIT characters, sums at SUM_DIGITS digits.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import quote

from alpina_app.domain.answers.numbers import as_number
from alpina_app.domain.values import MISSING, Json, JsonError, Missing, clean_text, dump_json, show
from alpina_app.i18n import LANGUAGES

if TYPE_CHECKING:
    from babel import Locale
    from babel.numbers import NumberPattern

Found: TypeAlias = Json | Missing
Apply: TypeAlias = Callable[[Json, str], Found]

TEXT_LIMIT: Final = 262_144
SUM_DIGITS: Final = 400
MAX_DECIMALS: Final = 20
MAX_PATTERN: Final = 60

_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_UNFORMATTABLE: Final = (ValueError, OverflowError, LookupError, AttributeError, TypeError)
_WIDE: Final = Context(prec=2 * SUM_DIGITS + 400)


class ArgumentError(ValueError):
    """The filter does not take these arguments."""


@dataclass(frozen=True, slots=True)
class Call:
    """A filter with its arguments. `replacement` is what `default` puts in; it has no `apply`."""

    name: str
    apply: Apply | None = None
    replacement: Json = None


def bind_filter(name: str, arguments: list[Json]) -> Call:
    """The call of a known filter. Raises KeyError for an unknown name, ArgumentError."""
    if name == "default":
        if len(arguments) != 1:
            raise ArgumentError(name)
        return Call(name, replacement=arguments[0])
    return Call(name, _BINDERS[name](arguments))


def _without_arguments(apply: Apply) -> Callable[[list[Json]], Apply]:
    def bind(arguments: list[Json]) -> Apply:
        if arguments:
            raise ArgumentError
        return apply

    return bind


def _upper(value: Json, language: str) -> Json:
    return show(value, language)[:TEXT_LIMIT].upper()


def _lower(value: Json, language: str) -> Json:
    return show(value, language)[:TEXT_LIMIT].lower()


def _trim(value: Json, language: str) -> Json:
    return show(value, language).strip()


def _urlencode(value: Json, language: str) -> Json:
    return percent_encode(show(value, language)[:TEXT_LIMIT])


def percent_encode(text: str) -> str:
    """`text` as one part of a URL: all but RFC 3986's unreserved characters as %XX of UTF-8."""
    return quote(clean_text(text), safe="")


def _json(value: Json, language: str) -> Found:
    try:
        return dump_json(value)[:TEXT_LIMIT]
    except JsonError:
        return MISSING


def _length(value: Json, language: str) -> Found:
    return len(value) if isinstance(value, (str, list, dict)) else MISSING


def _bind_join(arguments: list[Json]) -> Apply:
    separator = arguments[0] if arguments else ", "
    if len(arguments) > 1 or not isinstance(separator, str):
        raise ArgumentError

    def join(value: Json, language: str) -> Found:
        if not isinstance(value, list):
            return MISSING
        room = TEXT_LIMIT
        parts = []
        for item in value:
            parts.append(show(item, language))
            room -= len(parts[-1]) + len(separator)
            if room < 0:
                break
        return separator.join(parts)[:TEXT_LIMIT]

    return join


def _bind_sum(sign: int) -> Callable[[list[Json]], Apply]:
    def bind(arguments: list[Json]) -> Apply:
        if len(arguments) != 1 or not _is_number(arguments[0]):
            raise ArgumentError
        (term,) = arguments

        def add(value: Json, language: str) -> Found:
            number = as_number(value)
            if number is None:
                return MISSING
            return _sum(number, term, sign)

        return add

    return bind


def _is_number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _sum(number: int | float, term: Any, sign: int) -> Found:
    if isinstance(number, int) and isinstance(term, int):
        total: int | float = number + sign * term
    else:
        exact = _WIDE.add(_decimal(number), _WIDE.multiply(_decimal(term), Decimal(sign)))
        total = float(exact)
        if total.is_integer() and abs(total) < 2**53:
            total = int(total)
    return total if abs(total) < 10**SUM_DIGITS and total - total == 0 else MISSING


def _decimal(number: int | float) -> Decimal:
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)


def _bind_number(arguments: list[Json]) -> Apply:
    decimals = arguments[0] if arguments else None
    if len(arguments) > 1 or not (decimals is None or _is_count(decimals)):
        raise ArgumentError

    def number(value: Json, language: str) -> Found:
        found = as_number(value)
        if found is None or abs(found) >= 10**SUM_DIGITS:
            return MISSING
        return format_number(found, decimals, language)  # type: ignore[arg-type]

    return number


def _is_count(value: Json) -> bool:
    return type(value) is int and 0 <= value <= MAX_DECIMALS


def format_number(number: int | float, decimals: int | None, language: str) -> str:
    """`number` with the marks and groups of `language` (CLDR); halves are rounded up.

    None for `decimals` keeps as many as there are.
    """
    with localcontext(_WIDE):
        exact = _decimal(number)
        if decimals is not None:
            exact = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
        pattern = _number_pattern(decimals or 0)
        text = pattern.apply(
            exact + 0, _locale(language), decimal_quantization=decimals is not None
        )
    return str(text)


@lru_cache(maxsize=MAX_DECIMALS + 1)
def _number_pattern(decimals: int) -> "NumberPattern":
    from babel.numbers import parse_pattern

    return parse_pattern("#,##0." + "0" * decimals if decimals else "#,##0")


@lru_cache(maxsize=len(LANGUAGES))
def _locale(language: str) -> "Locale":
    from babel import Locale

    return Locale.parse(language)


def _bind_date(arguments: list[Json]) -> Apply:
    pattern = arguments[0] if arguments else None
    if len(arguments) > 1 or not (pattern is None or isinstance(pattern, str)):
        raise ArgumentError
    if pattern is not None:
        _check_pattern(pattern)

    def format_(value: Json, language: str) -> Found:
        moment = _moment(value)
        if moment is None:
            return MISSING
        try:
            return format_date(moment, pattern, language)
        except _UNFORMATTABLE:
            return MISSING

    return format_


def _check_pattern(pattern: str) -> None:
    if len(pattern) > MAX_PATTERN:
        raise ArgumentError(pattern)
    try:
        format_date(datetime(2026, 12, 5), pattern, "ru")
    except _UNFORMATTABLE:
        raise ArgumentError(pattern) from None


def format_date(moment: datetime, pattern: str | None, language: str) -> str:
    """`moment` by a CLDR pattern or one of CLDR's names for them (short, medium, long, full).

    None is dd.MM.yyyy in Russian, medium in English.
    """
    from babel import dates

    if pattern is None:
        pattern = "dd.MM.yyyy" if language == "ru" else "medium"
    if pattern in ("short", "medium", "long", "full"):
        return dates.format_date(moment, pattern, locale=_locale(language))
    return dates.format_datetime(moment, pattern, locale=_locale(language))


def _moment(value: Json) -> datetime | None:
    if not isinstance(value, str) or len(value) > 40:
        return None
    text = value.strip()
    day_first = _DAY_FIRST.fullmatch(text)
    try:
        if day_first:
            day, month, year = map(int, day_first.groups())
            return datetime(year, month, day)
        return datetime.fromisoformat(text) if "-" in text else None
    except ValueError:
        return None


_BINDERS: Final[dict[str, Callable[[list[Json]], Apply]]] = {
    "upper": _without_arguments(_upper),
    "lower": _without_arguments(_lower),
    "trim": _without_arguments(_trim),
    "urlencode": _without_arguments(_urlencode),
    "json": _without_arguments(_json),
    "length": _without_arguments(_length),
    "join": _bind_join,
    "plus": _bind_sum(1),
    "minus": _bind_sum(-1),
    "number": _bind_number,
    "date": _bind_date,
}
FILTERS: Final = frozenset({"default", *_BINDERS})
