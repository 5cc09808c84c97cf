"""How two JSON values compare in rules.

Source: scenario-format "Operators". Numbers first, then dates, then texts; texts that are numbers
or dates are read as answers are.
"""

from dataclasses import dataclass
from datetime import date

from alpina_app.domain.answers.dates import parse_date
from alpina_app.domain.answers.numbers import as_number
from alpina_app.domain.answers.words import fold_text, parse_yes_no
from alpina_app.domain.values import Json, JsonError, dump_json, show


@dataclass(frozen=True, slots=True)
class Comparer:
    """`language` is that of the conversation, `today` what relative dates count from."""

    language: str
    ignore_case: bool
    today: date

    def equal(self, one: Json, two: Json) -> bool:
        if isinstance(one, bool) or isinstance(two, bool):
            said = truth(one)
            return said is not None and said == truth(two)
        order = self.order(one, two)
        if order is not None:
            return order == 0
        if isinstance(one, (list, dict)) and isinstance(two, (list, dict)):
            return _same_json(one, two)
        return self.text(one) == self.text(two)

    def contains(self, value: Json, part: Json) -> bool:
        """A member of a list, a key of an object, a part of a text."""
        if isinstance(value, list):
            return any(self.equal(item, part) for item in value)
        if isinstance(value, dict):
            return any(self.text(key) == self.text(part) for key in value)
        return self.text(part) in self.text(value)

    def among(self, value: Json, others: Json) -> bool:
        """`others`: a list, or a text of parts between commas."""
        if isinstance(others, str):
            return any(
                self.equal(value, part.strip()) for part in others.split(",") if part.strip()
            )
        if isinstance(others, list):
            return any(self.equal(value, other) for other in others)
        return self.equal(value, others)

    def text(self, value: Json) -> str:
        return fold_text(show(value, self.language), ignore_case=self.ignore_case)

    def order(self, one: Json, two: Json) -> int | None:
        """-1, 0 or 1 as numbers, else as dates; None where the two are neither."""
        first = as_number(one)
        second = None if first is None else as_number(two)
        if first is not None and second is not None:
            return (first > second) - (first < second)
        return self.order_of_dates(one, two)

    def order_of_dates(self, one: Json, two: Json) -> int | None:
        if not isinstance(one, str) or not isinstance(two, str):
            return None
        first = parse_date(one, self.today)
        second = None if first is None else parse_date(two, self.today)
        if first is None or second is None:
            return None
        return (first > second) - (first < second)


def truth(value: Json) -> bool | None:
    """True, False, or a text or number read as a yes_no answer is; None where it is neither."""
    if isinstance(value, bool):
        return value
    return parse_yes_no(show(value, "en")) if isinstance(value, (str, int, float)) else None


def _same_json(one: Json, two: Json) -> bool:
    try:
        return dump_json(_canonical(one)) == dump_json(_canonical(two))
    except (JsonError, RecursionError):
        return False


def _canonical(value: Json) -> Json:
    """`value` with sorted keys and integral floats as integers."""
    if isinstance(value, dict):
        return {key: _canonical(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
