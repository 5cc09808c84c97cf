"""Fields of the wire: how a value of JSON or of a form becomes a stored one, or is refused.

`take` finds the raw value (a form differs from JSON there), `clean` turns it into the stored one.
Both follow Django REST Framework's serializer fields; what follows our own contract says so.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

from sqlalchemy import Table

from alpina_app.domain.values import MAX_DEPTH
from alpina_app.services.wire_messages import Message, message

ABSENT: Final[Any] = type("Absent", (), {"__repr__": lambda self: "ABSENT"})()
"""The raw data say nothing about the field."""

Form = Literal["json", "html"]
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_POINT_ZERO: Final = re.compile(r"\.0*\s*$")
_LONGEST_NUMBER: Final = 1000
_MAX_ID: Final = 2**63 - 1


class Wrong(Exception):
    """A refused value: `messages` for its field."""

    def __init__(self, *messages: Message) -> None:
        super().__init__(*messages)
        self.messages = list(messages)


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file part of a multipart body: no field takes one."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class Field:
    """One key of a resource. `column`: the table's column, where it is not named as the key."""

    name: str
    column: str = ""
    required: bool = False
    read_only: bool = False
    nullable: bool = False
    default: Any = ABSENT
    help_text: str = ""

    type_name: ClassVar[str] = "field"
    html_absent: ClassVar[Any] = ABSENT
    blank: ClassVar[bool] = False

    @property
    def column_name(self) -> str:
        return self.column or self.name

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").capitalize()

    def take(self, data: Mapping[str, Any], form: Form, partial: bool) -> Any:
        """The raw value, or ABSENT. In a form an empty text stands for null or for nothing."""
        if form == "json":
            return data.get(self.name, ABSENT)
        if self.name not in data:
            return ABSENT if partial else self.html_absent
        raw = data[self.name]
        if raw == "" and (self.nullable or not self.required) and not self._allows_blank():
            return None if self.nullable else ABSENT
        return raw

    def clean(self, raw: Any, form: Form) -> Any:
        """The stored value. Raises Wrong."""
        if raw is None:
            if not self.nullable:
                raise Wrong(message("null"))
            return None
        return self._cleaned(raw, form)

    def default_value(self) -> Any:
        return self.default() if callable(self.default) else self.default

    def _cleaned(self, raw: Any, form: Form) -> Any:
        raise NotImplementedError

    def _allows_blank(self) -> bool:
        return False


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """Trimmed. Numbers are taken as their text."""

    max_length: int | None = None
    may_be_blank: bool = False
    type_name: ClassVar[str] = "string"

    def clean(self, raw: Any, form: Form) -> Any:
        if raw is not None and not isinstance(raw, UploadedFile) and str(raw).strip() == "":
            if not self.may_be_blank:
                raise Wrong(message("blank"))
            return ""
        return super().clean(raw, form)

    def _cleaned(self, raw: Any, form: Form) -> str:
        if isinstance(raw, bool) or not isinstance(raw, str | int | float):
            raise Wrong(message("not_a_string"))
        text = str(raw).strip()
        wrong = []
        if self.max_length is not None and len(text) > self.max_length:
            wrong.append(message("max_length", limit=self.max_length))
        wrong += unstorable(text)
        if wrong:
            raise Wrong(*wrong)
        return text

    def _allows_blank(self) -> bool:
        return self.may_be_blank


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """`choices`: value and label."""

    choices: tuple[tuple[str, str], ...]
    type_name: ClassVar[str] = "choice"

    def _cleaned(self, raw: Any, form: Form) -> str:
        value = str(raw)
        if value not in (known for known, _ in self.choices):
            raise Wrong(message("invalid_choice", value=shown(value)))
        return value


@dataclass(frozen=True, kw_only=True)
class Whole(Field):
    """An integer; `5.0` and `"5"` are taken."""

    minimum: int
    maximum: int
    type_name: ClassVar[str] = "integer"

    def _cleaned(self, raw: Any, form: Form) -> int:
        if isinstance(raw, str) and len(raw) > _LONGEST_NUMBER:
            raise Wrong(message("too_long_number"))
        try:
            value = int(_POINT_ZERO.sub("", str(raw)))
        except ValueError:
            raise Wrong(message("not_an_integer")) from None
        return int(within(value, self.minimum, self.maximum))


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    minimum: float
    maximum: float
    type_name: ClassVar[str] = "float"

    def _cleaned(self, raw: Any, form: Form) -> float:
        if isinstance(raw, str) and len(raw) > _LONGEST_NUMBER:
            raise Wrong(message("too_long_number"))
        try:
            value = float(raw)
        except (TypeError, ValueError):
            raise Wrong(message("not_a_number")) from None
        except OverflowError:
            raise Wrong(message("float_overflow")) from None
        if math.isnan(value):  # the original stores it and fails on the next read
            raise Wrong(message("not_a_number"))
        return float(within(value, self.minimum, self.maximum))


@dataclass(frozen=True, kw_only=True)
class Flag(Field):
    """A form that leaves it out says no, as browsers do with an empty check box."""

    type_name: ClassVar[str] = "boolean"
    html_absent: ClassVar[Any] = False
    _TRUE: ClassVar[frozenset[Any]] = frozenset({"t", "y", "yes", "true", "on", "1", 1})
    _FALSE: ClassVar[frozenset[Any]] = frozenset({"f", "n", "no", "false", "off", "0", 0})

    def _cleaned(self, raw: Any, form: Form) -> bool:
        value = raw.lower() if isinstance(raw, str) else raw
        if isinstance(value, str | int | float):
            if value in self._TRUE:
                return True
            if value in self._FALSE:
                return False
        raise Wrong(message("not_a_boolean"))


@dataclass(frozen=True, kw_only=True)
class JsonField(Field):
    """Any JSON value but null; in a form, its text."""

    def take(self, data: Mapping[str, Any], form: Form, partial: bool) -> Any:
        return data.get(self.name, ABSENT)

    def _cleaned(self, raw: Any, form: Form) -> Any:
        if form == "html":
            try:
                raw = decode_json(str(raw)) if isinstance(raw, str) else None
            except ValueError:
                raise Wrong(message("not_json")) from None
            if raw is None:
                raise Wrong(message("not_json"))
        check_storable(raw)
        return self._checked(raw)

    def _checked(self, value: Any) -> Any:
        return value


@dataclass(frozen=True, kw_only=True)
class CheckedJson(JsonField):
    """`check(value)` gives the value to store, or raises Wrong."""

    check: Callable[[Any], Any]

    def _checked(self, value: Any) -> Any:
        return self.check(value)


@dataclass(frozen=True, kw_only=True)
class Reference(Field):
    """The id of a row of `table`. Whether it exists is asked by whoever stores it."""

    table: Table

    def clean(self, raw: Any, form: Form) -> Any:
        return super().clean(None if isinstance(raw, str) and raw == "" else raw, form)

    def _cleaned(self, raw: Any, form: Form) -> int:
        wrong_type = message("incorrect_type", type=type(raw).__name__)
        if isinstance(raw, bool) or not isinstance(raw, str | int | float):
            raise Wrong(wrong_type)
        if isinstance(raw, str) and len(raw) > _LONGEST_NUMBER:
            raise Wrong(wrong_type)
        try:
            value = int(raw)
        except ValueError:
            raise Wrong(wrong_type) from None
        except OverflowError:
            raise Wrong(message("does_not_exist", value=shown(raw))) from None
        if abs(value) > _MAX_ID:
            raise Wrong(message("does_not_exist", value=shown(raw)))
        return value


@dataclass(frozen=True, kw_only=True)
class Key(Field):
    """The id itself."""

    read_only: bool = True
    type_name: ClassVar[str] = "integer"

    @property
    def label(self) -> str:
        return "ID"


@dataclass(frozen=True, kw_only=True)
class Moment(Field):
    """A time of the server's clock, never of the client's."""

    read_only: bool = True
    type_name: ClassVar[str] = "datetime"


def within(value: float, minimum: float, maximum: float) -> float:
    """Raises Wrong outside of the bounds."""
    if value > maximum:
        raise Wrong(message("max_value", limit=maximum))
    if value < minimum:
        raise Wrong(message("min_value", limit=minimum))
    return value


def unstorable(text: str) -> list[Message]:
    """Why no database and no encoder takes `text`."""
    found = []
    if "\x00" in text:
        found.append(message("nul"))
    if surrogate := _SURROGATE.search(text):
        found.append(message("surrogate", code_point=f"{ord(surrogate[0]):X}"))
    return found


def check_storable(value: Any) -> None:
    """Raises Wrong for JSON with NUL, lone surrogates, infinite numbers or too deep nesting.

    The original keeps some of these and fails on the next read.
    """
    waiting, depth = [value], 0
    while waiting:
        depth += 1
        if depth > MAX_DEPTH + 1:
            raise Wrong(message("not_json"))
        following: list[Any] = []
        for item in waiting:
            match item:
                case str():
                    if wrong := unstorable(item):
                        raise Wrong(*wrong)
                case float() if not math.isfinite(item):
                    raise Wrong(message("not_json"))
                case dict():
                    following.extend(item.keys())
                    following.extend(item.values())
                case list():
                    following.extend(item)
                case UploadedFile():
                    raise Wrong(message("not_json"))
        waiting = following


def decode_json(text: str) -> Any:
    """The value of a JSON text as it stands: integers of any size, no NaN, no Infinity.

    Raises ValueError that says what is wrong and where, in Python's words.
    """
    try:
        return json.loads(text, parse_constant=_refused_constant)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except ValueError as error:
        if "digits" in str(error):
            raise ValueError("a number has too many digits") from None
        raise


def _refused_constant(name: str) -> Any:
    raise ValueError(f"Out of range float values are not JSON compliant: {name!r}")


def shown(value: Any) -> str:
    """`value` inside a message: what was sent, cut, without what cannot be encoded."""
    text = str(value)
    text = text if len(text) <= 200 else text[:200] + "…"
    return text.encode(errors="replace").decode()
