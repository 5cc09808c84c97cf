"""Dates and times as people write them, in Russian and in English.

Source: scenario-format "Answers" and "Fine print". CLDR (babel) knows the names of the months,
dateparser the relative dates; a grammar stands before both, because dateparser takes a bare "5",
"2026" or "декабрь" for dates too.
"""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from alpina_app.domain.answers.words import fold, fold_text

_LONGEST: Final = 60

_DAY_OFFSETS: Final = {
    "позавчера": -2,
    "вчера": -1,
    "сегодня": 0,
    "завтра": 1,
    "послезавтра": 2,
    "yesterday": -1,
    "today": 0,
    "tomorrow": 1,
    "day after tomorrow": 2,
    "the day after tomorrow": 2,
}
_YEAR_WORD: Final = r"(?:\s?(?:г|г\.|год|года))?"
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})([-./])([0-9]{1,2})\2([0-9]{1,2})")
_DAY_FIRST: Final = re.compile(
    rf"([0-9]{{1,2}})([./-])\s?([0-9]{{1,2}})(?:\2\s?([0-9]{{4}}|[0-9]{{2}}){_YEAR_WORD})?"
)
_YEAR: Final = rf"(?:\s?,?\s([0-9]{{4}}|[0-9]{{2}}){_YEAR_WORD})?"
_DAY: Final = r"([0-9]{1,2})(?:-?(?:го|е|ое)|st|nd|rd|th)?"
_DAY_MONTH: Final = re.compile(rf"{_DAY}\s(?:of\s)?([^\W\d_]{{3,}})\.?{_YEAR}")
_MONTH_DAY: Final = re.compile(rf"([^\W\d_]{{3,}})\.?\s{_DAY}{_YEAR}")
_RELATIVE: Final = re.compile(r"(?:через|in)\s[\w\s]+|[\w\s]+\s(?:назад|ago)")
_CLOCK_WORD: Final = re.compile(r"\b(?:час|мин|сек|hour|hr|min|sec)")
_TIME: Final = re.compile(r"(?:(?:в|at)\s+)?([0-9]{1,2})[:.]([0-9]{2})(?:\s?([ap])\.?m\.?)?")


def parse_date(text: str, today: date) -> date | None:
    """The date `text` names, None where it names none.

    Without a year it is this year; two digits are 20xx; 5/12 is 5 December. Relative dates count
    from `today`.
    """
    if len(text) > _LONGEST:
        return None
    line = " ".join(fold_text(text).split())
    found = _YEAR_FIRST.fullmatch(line)
    if found:
        return _date(found[1], int(found[3]), found[4], today)
    found = _DAY_FIRST.fullmatch(line)
    if found:
        return _date(found[4], int(found[3]), found[1], today) if _has_year(found) else None
    word = fold(line)
    if word in _DAY_OFFSETS:
        return _shifted(today, _DAY_OFFSETS[word])
    return _with_month_name(line, today) or _relative(word, today)


def parse_time(text: str) -> str | None:
    """The time of day `text` names as "HH:MM", None where it names none."""
    found = _TIME.fullmatch(fold_text(text.strip()))
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2]), found[3]
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def _has_year(found: re.Match[str]) -> bool:
    # "5-12" is as likely a range as a date.
    return found[4] is not None or found[2] != "-"


def _date(year: str | None, month: int, day: str, today: date) -> date | None:
    number = today.year if year is None else int(year) + (2000 if len(year) == 2 else 0)
    try:
        return date(number, month, int(day))
    except ValueError:
        return None


def _shifted(today: date, days: int) -> date | None:
    try:
        return today + timedelta(days=days)
    except OverflowError:
        return None


def _with_month_name(line: str, today: date) -> date | None:
    found = _DAY_MONTH.fullmatch(line)
    if found:
        day, name, year = found.groups()
    else:
        found = _MONTH_DAY.fullmatch(line)
        if found is None:
            return None
        name, day, year = found.groups()
    month = _month(name)
    return None if month is None else _date(year, month, day, today)


def _month(name: str) -> int | None:
    """The month whose name begins with the three or more letters of `name`."""
    found = {number for full, number in _month_names() if full.startswith(name)}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=1)
def _month_names() -> tuple[tuple[str, int], ...]:
    from babel.dates import get_month_names

    return tuple(
        (fold_text(name), number)
        for locale in ("ru", "en")
        for context in ("format", "stand-alone")
        for number, name in get_month_names("wide", context, locale).items()
    )


def _relative(line: str, today: date) -> date | None:
    if not _RELATIVE.fullmatch(line) or _CLOCK_WORD.search(line):
        return None
    base = datetime(today.year, today.month, today.day)
    try:
        found: datetime | None = _relative_parser(base).get_date_data(line).date_obj
    except (ValueError, OverflowError):
        return None
    return None if found is None or found.time() != base.time() else found.date()


def _relative_parser(base: datetime) -> Any:
    from dateparser.date import DateDataParser

    return DateDataParser(
        languages=["ru", "en"],
        settings={"RELATIVE_BASE": base, "PARSERS": ["relative-time"], "TIMEZONE": "UTC"},
    )
