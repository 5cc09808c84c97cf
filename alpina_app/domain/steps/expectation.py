"""What a question waits for: in words, and as the chat's reply describes it."""

from datetime import date, datetime
from typing import Any, assert_never

from alpina_app.domain.answers import Rejected
from alpina_app.domain.answers.numbers import as_number
from alpina_app.domain.contents import Input
from alpina_app.domain.filters import format_date, format_number
from alpina_app.domain.run import Env


def expectation(spec: Input, answer: Rejected, env: Env) -> str:
    """A sentence that says what is expected after an answer was refused."""
    key, params = _phrase(spec, answer, env)
    expected = env.phrase(f"speech.{key}", **params)
    return expected if spec.required else env.phrase("speech.retry_or_skip", expected=expected)


def describe_input(spec: Input, attempts_left: int, today: date) -> dict[str, Any]:
    """`input` of the chat's reply; a date's bounds are ISO dates."""
    bounded = spec.type in ("number", "date", "multi_choice")
    chooses = spec.type in ("choice", "multi_choice")
    return {
        "type": spec.type,
        "required": spec.required,
        "options": [{"id": o.id, "label": o.label} for o in spec.options] if chooses else [],
        "min": _bound(spec.min, today) if bounded else None,
        "max": _bound(spec.max, today) if bounded else None,
        "scale": spec.scale if spec.type == "rating" else None,
        "attempts_left": attempts_left,
    }


def _bound(value: int | float | str | None, today: date) -> int | float | str | None:
    return today.isoformat() if value == "today" else value


def _phrase(spec: Input, answer: Rejected, env: Env) -> tuple[str, dict[str, Any]]:
    options = ", ".join(option.label for option in spec.options)
    match spec.type:
        case "text":
            return _text_phrase(spec, answer)
        case "number":
            kind = "retry_integer" if spec.integer else "retry_number"
            return _between(kind, _shown(spec.min, env), _shown(spec.max, env))
        case "date":
            key, params = _between("retry_date", _day(spec.min, env), _day(spec.max, env))
            return key, {**params, "example": _shown_day(env.today, env)}
        case "multi_choice":
            return _picks_phrase(spec, options)
        case "choice":
            return "retry_choice", {"options": options}
        case "rating":
            return "retry_rating", {"scale": spec.scale}
        case "email" | "phone" | "url" | "time" | "yes_no":
            return f"retry_{spec.type}", {}
        case _:
            assert_never(spec.type)


def _text_phrase(spec: Input, answer: Rejected) -> tuple[str, dict[str, Any]]:
    if answer.reason == "pattern":
        return "retry_text_pattern", {}
    if spec.min_len:
        bounds = {"min": spec.min_len, "max": spec.max_len}
        return "retry_text_range", {**bounds, "count": spec.max_len}
    return "retry_text_max", {"max": spec.max_len, "count": spec.max_len}


def _picks_phrase(spec: Input, options: str) -> tuple[str, dict[str, Any]]:
    low, high = as_number(spec.min), as_number(spec.max)
    if low is not None and low == high:
        return "retry_multi_choice_exact", {"max": high, "count": high, "options": options}
    key, params = _between("retry_multi_choice", low, high)
    return key, {**params, "count": low if high is None else high, "options": options}


def _between(key: str, low: object, high: object) -> tuple[str, dict[str, Any]]:
    """The phrase for the bounds there are: `_min`, `_max`, `_range` or none of them."""
    match low, high:
        case None, None:
            return key, {}
        case _, None:
            return f"{key}_min", {"min": low}
        case None, _:
            return f"{key}_max", {"max": high}
        case _:
            return f"{key}_range", {"min": low, "max": high}


def _shown(value: int | float | str | None, env: Env) -> str | None:
    """A bound of a number as people of the language write it."""
    number = as_number(value)
    return None if number is None else format_number(number, None, env.language)


def _day(value: int | float | str | None, env: Env) -> str | None:
    """A bound of a date as people of the language write it."""
    if not isinstance(value, str):
        return None
    try:
        return _shown_day(env.today if value == "today" else date.fromisoformat(value), env)
    except ValueError:
        return None


def _shown_day(day: date, env: Env) -> str:
    return format_date(datetime(day.year, day.month, day.day), None, env.language)
