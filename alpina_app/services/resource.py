"""What a resource of the REST contract is: fields, filters, search, ordering. Data, no behaviour.

The four descriptions are `BOTS`, `SCENARIOS`, `STEPS` and `EXECUTIONS`, each in the module of its
name with the rules of its own; `crud` and `listing` serve all four.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Table
from sqlmodel import Session, SQLModel

from alpina_app.services.access import Caller
from alpina_app.services.fields import Choice, Field, Flag, Reference, Text

Values = dict[str, Any]
"""Stored values by the field's name on the wire."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write at work. `before` is the stored row by field name, None for a new one.

    `changes` are the cleaned values that were given; `after` is what will stand.
    """

    session: Session
    caller: Caller
    id: int | None
    before: Mapping[str, Any] | None
    changes: Values

    @property
    def after(self) -> Mapping[str, Any]:
        return {**(self.before or {}), **self.changes}

    def changed(self, name: str) -> bool:
        """Whether an existing row gets another value."""
        return (
            self.before is not None
            and name in self.changes
            and self.changes[name] != self.before[name]
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """What only one resource knows. Each is called inside the write's transaction.

    `check_fields` and `check` raise Invalid: the first beside the fields' own errors, the second
    only once every field is right. `prepare` gives further columns to store. `stored` runs after
    the row was written (`write.id` is set), `deleted` before it goes.
    """

    check_fields: Callable[[Write], Mapping[str, list[Any]]] = lambda write: {}
    check: Callable[[Write], None] = lambda write: None
    prepare: Callable[[Write], Values] = lambda write: {}
    stored: Callable[[Write], None] = lambda write: None
    deleted: Callable[[Session, int], None] = lambda session, id: None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resource:
    """`name` is the path's; `title` is what messages and pages call one object.

    `personal`: never readable without signing in. Compared by identity.
    """

    name: str
    title: str
    description: str
    model: type[SQLModel]
    fields: tuple[Field, ...]
    filters: tuple[str, ...]
    search: tuple[str, ...]
    ordering_fields: tuple[str, ...]
    ordering: tuple[str, ...]
    personal: bool = False
    rules: Rules = Rules()

    @property
    def table(self) -> Table:
        table: Table = self.model.__table__  # type: ignore[attr-defined]
        return table

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)

    @property
    def writable(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if not field.read_only)


FilterKind = Literal["flag", "choice", "reference", "text"]


def filter_kind(field: Field) -> FilterKind:
    """How a query's value is read for a field, as django-filter does for the same model field."""
    match field:
        case Flag():
            return "flag"
        case Choice():
            return "choice"
        case Reference():
            return "reference"
        case Text():
            return "text"
    raise AssertionError(f"no filter for {field.name}")
