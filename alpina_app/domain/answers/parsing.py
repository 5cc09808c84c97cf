"""`parse_answer`: one answer of a user against the input of its question.

Source: scenario-format "Answers" and "Fine print".
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, assert_never

from alpina_app.domain.answers.choices import find_options, find_several
from alpina_app.domain.answers.contacts import parse_email, parse_phone, parse_url
from alpina_app.domain.answers.dates import parse_date, parse_time
from alpina_app.domain.answers.numbers import as_number, parse_number
from alpina_app.domain.answers.words import is_skip_word, parse_yes_no
from alpina_app.domain.contents import Input
from alpina_app.domain.patterns import PatternError, compile_pattern
from alpina_app.domain.values import Json, clean_text


@dataclass(frozen=True, slots=True)
class Accepted:
    """`value` is canonical JSON; `chosen` are indices of options, in the options' order."""

    value: Json
    chosen: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why an answer is invalid.

    Reasons: empty; too_short {min}, too_long {max}; not_number, not_integer, too_small {min},
    too_big {max}; not_email; not_phone; not_url; not_date, too_early {min}, too_late {max};
    not_time; not_yes_no; not_option, ambiguous; too_few {min}, too_many {max};
    not_rating {scale}; pattern.
    """

    reason: str
    params: dict[str, Any] = field(default_factory=dict)


Result = Accepted | Rejected


def parse_answer(spec: Input, text: str, *, today: date, language: str = "ru") -> Result:
    """The value of `text` as `spec` wants it, or why it is none; never raises.

    `today` is the date in the bot's time zone. `language` is that of the conversation; answers
    are understood in Russian and in English whatever it is.
    """
    text = clean_text(text).strip()
    if not spec.required and (text == "" or _skips(spec, text)):
        return Accepted(None)
    if text == "":
        return Rejected("empty")
    result = _parse(spec, text, today)
    if isinstance(result, Accepted) and not _fits_pattern(spec, text):
        return Rejected("pattern")
    return result


def _skips(spec: Input, text: str) -> bool:
    means_no = spec.type == "yes_no" and parse_yes_no(text) is not None
    return not means_no and is_skip_word(text)


def _fits_pattern(spec: Input, text: str) -> bool:
    """A pattern that does not compile binds nobody: the checker has named it."""
    if spec.pattern is None:
        return True
    try:
        return compile_pattern(spec.pattern).full_match(text)
    except PatternError:
        return True


def _parse(spec: Input, text: str, today: date) -> Result:
    match spec.type:
        case "text":
            return _text(spec, text)
        case "number":
            return _number(spec, text)
        case "email":
            return _found(parse_email(text), "not_email")
        case "phone":
            return _found(parse_phone(text, spec.region), "not_phone")
        case "url":
            return _found(parse_url(text), "not_url")
        case "date":
            return _date(spec, text, today)
        case "time":
            return _found(parse_time(text), "not_time")
        case "yes_no":
            return _found(parse_yes_no(text), "not_yes_no")
        case "choice":
            return _choice(spec, text)
        case "multi_choice":
            return _choices(spec, text)
        case "rating":
            return _rating(spec, text)
        case _:
            assert_never(spec.type)


def _found(value: str | bool | None, reason: str) -> Result:
    return Rejected(reason) if value is None else Accepted(value)


def _text(spec: Input, text: str) -> Result:
    if spec.min_len is not None and len(text) < spec.min_len:
        return Rejected("too_short", {"min": spec.min_len})
    if len(text) > spec.max_len:
        return Rejected("too_long", {"max": spec.max_len})
    return Accepted(text)


def _number(spec: Input, text: str) -> Result:
    number = parse_number(text)
    if number is None:
        return Rejected("not_number")
    if spec.integer and not isinstance(number, int):
        return Rejected("not_integer")
    low, high = as_number(spec.min), as_number(spec.max)
    if low is not None and number < low:
        return Rejected("too_small", {"min": low})
    if high is not None and number > high:
        return Rejected("too_big", {"max": high})
    return Accepted(number)


def _date(spec: Input, text: str, today: date) -> Result:
    found = parse_date(text, today)
    if found is None:
        return Rejected("not_date")
    low, high = _date_limit(spec.min, today), _date_limit(spec.max, today)
    if low is not None and found < low:
        return Rejected("too_early", {"min": low.isoformat()})
    if high is not None and found > high:
        return Rejected("too_late", {"max": high.isoformat()})
    return Accepted(found.isoformat())


def _date_limit(limit: int | float | str | None, today: date) -> date | None:
    return parse_date(limit, today) if isinstance(limit, str) else None


def _choice(spec: Input, text: str) -> Result:
    found = find_options(text, spec.options)
    if len(found) != 1:
        return Rejected("ambiguous" if found else "not_option")
    return Accepted(spec.options[found[0]].value, found)


def _choices(spec: Input, text: str) -> Result:
    found = find_several(text, spec.options)
    if found is None:
        return Rejected("not_option")
    low, high = as_number(spec.min), as_number(spec.max)
    if low is not None and len(found) < low:
        return Rejected("too_few", {"min": low})
    if high is not None and len(found) > high:
        return Rejected("too_many", {"max": high})
    return Accepted([spec.options[index].value for index in found], found)


def _rating(spec: Input, text: str) -> Result:
    number = parse_number(text)
    if not isinstance(number, int) or not 1 <= number <= spec.scale:
        return Rejected("not_rating", {"scale": spec.scale})
    return Accepted(number)
