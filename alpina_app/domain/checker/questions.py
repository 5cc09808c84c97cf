"""What is wrong inside a question: its text, its bounds, its options."""

import re
from datetime import date
from typing import Any, Final

import phonenumbers

from alpina_app.domain.checker.findings import Remarks
from alpina_app.domain.checker.options import check_options
from alpina_app.domain.contents import Input, Place, QuestionContent
from alpina_app.domain.patterns import PatternError, compile_pattern

INPUT: Final[Place] = ("content", "input")
_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def check_question(content: QuestionContent, remarks: Remarks) -> None:
    if not content.text.strip():
        remarks.error("question_without_text", ("content", "text"))
    if content.on_fail.action == "goto" and content.on_fail.goto is None:
        change = remarks.put(("content", "on_fail", "action"), "end")
        remarks.error("on_fail_without_target", ("content", "on_fail", "goto"), change)
    spec = content.input
    if spec.pattern is not None:
        check_pattern(spec.pattern, (*INPUT, "pattern"), remarks)
    if spec.type == "phone" and spec.region.upper() not in phonenumbers.SUPPORTED_REGIONS:
        remarks.warn("unknown_region", (*INPUT, "region"), region=spec.region)
    _check_bounds(spec, remarks)
    if spec.type in ("choice", "multi_choice"):
        if not spec.options:
            remarks.error("choice_without_options", (*INPUT, "options"))
        check_options(spec, remarks)


def check_pattern(pattern: str, place: Place, remarks: Remarks) -> None:
    try:
        compile_pattern(pattern)
    except PatternError as error:
        remarks.error("bad_pattern", place, reason=str(error))


def _check_bounds(spec: Input, remarks: Remarks) -> None:
    """`min` and `max` of the type's own kind, and something between them."""
    low = _bound(spec, "min", remarks)
    high = _bound(spec, "max", remarks)
    if low is not None and high is not None and low > high:
        remarks.warn("bounds_reversed", (*INPUT, "min"))
    if spec.type == "text" and spec.min_len is not None and spec.min_len > spec.max_len:
        remarks.warn("bounds_reversed", (*INPUT, "min_len"))
    if spec.type == "multi_choice" and low is not None and low > len(spec.options) > 0:
        remarks.warn("too_few_options", (*INPUT, "min"), count=len(spec.options))


def _bound(spec: Input, key: str, remarks: Remarks) -> Any:
    """The bound as a value that compares; None where there is none to compare."""
    value = getattr(spec, key)
    if value is None:
        return None
    place = (*INPUT, key)
    match spec.type:
        case "number":
            if isinstance(value, str):
                remarks.error("bound_not_number", place)
                return None
            return value
        case "multi_choice":
            if not isinstance(value, int) or value < 0:
                remarks.error("bound_not_count", place)
                return None
            return value
        case "date":
            return _date_bound(value, place, remarks)
        case _:
            return None


def _date_bound(value: Any, place: Place, remarks: Remarks) -> date | None:
    if value == "today":
        return None
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    remarks.error("bound_not_date", place)
    return None
