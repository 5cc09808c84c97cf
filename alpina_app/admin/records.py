"""Rows for the administration's pages: plain objects, read in one transaction, never live rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    String,
    Table,
    and_,
    false,
    func,
    or_,
    select,
    true,
    type_coerce,
)
from sqlmodel import Session

from alpina_app.services.search_words import split_words

MAX_WORDS = 50
_ESCAPE = "/"


class Record(SimpleNamespace):
    """A row by field name; a link's field holds the linked row's Record, or None."""


@dataclass(frozen=True, slots=True)
class Link:
    """A reference shown by the name of what it points to: `column` of the row -> `table`.id."""

    field: str
    column: str
    table: Table
    names: tuple[str, ...] = ("name",)


Contains = Callable[[ColumnElement[Any]], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Source:
    """What a view reads. `columns`: by field name, without anything secret.

    `search`: columns that the search looks into; `search_also`: conditions on other tables, made
    with the test for one word.
    """

    table: Table
    columns: Mapping[str, ColumnElement[Any]]
    search: tuple[str, ...]
    links: tuple[Link, ...] = ()
    search_also: tuple[Callable[[Contains], ColumnElement[bool]], ...] = ()


def all_columns(table: Table, *, without: Sequence[str] = ()) -> dict[str, ColumnElement[Any]]:
    return {column.name: column for column in table.c if column.name not in without}


def records_of(
    source: Source,
    *conditions: ColumnElement[bool],
    more: Mapping[str, ColumnElement[Any]] | None = None,
) -> Select[Any]:
    """`more`: columns that depend on who asks, by field name."""
    columns = {**source.columns, **(more or {})}
    labelled = [column.label(name) for name, column in columns.items()]
    return select(*labelled).select_from(source.table).where(*conditions)


def find_records(session: Session, source: Source, statement: Select[Any]) -> list[Record]:
    """The rows of `statement` (made by `records_of`) with what they link to."""
    records = [Record(**row) for row in session.execute(statement).mappings()]
    for link in source.links:
        _follow(session, link, records)
    return records


def count_records(session: Session, source: Source, *conditions: ColumnElement[bool]) -> int:
    statement = select(func.count()).select_from(source.table).where(*conditions)
    return int(session.execute(statement).scalar_one())


def matches(source: Source, text: str) -> ColumnElement[bool]:
    """Every word in any of the places searched; `%` and `_` are literal."""
    words = split_words(text)[:MAX_WORDS]
    return and_(true(), *(_has_word(source, word) for word in words))


def name_contains(column: ColumnElement[Any], linked: Column[Any]) -> Callable[..., Any]:
    """For `search_also`: the row that `column` points to has the word in `linked`."""
    table = linked.table
    return lambda contains: column.in_(select(table.c.id).where(contains(linked)))


def _has_word(source: Source, word: str) -> ColumnElement[bool]:
    pattern = f"%{_literal(word.lower())}%"

    def contains(column: ColumnElement[Any]) -> ColumnElement[bool]:
        # As text: a JSON column would take the pattern for JSON.
        return func.lower(type_coerce(column, String())).like(pattern, escape=_ESCAPE)

    places = [contains(source.columns[name]) for name in source.search]
    return or_(false(), *places, *(condition(contains) for condition in source.search_also))


def _literal(text: str) -> str:
    for character in (_ESCAPE, "%", "_"):
        text = text.replace(character, _ESCAPE + character)
    return text


def _follow(session: Session, link: Link, records: Sequence[Record]) -> None:
    wanted = {getattr(record, link.column) for record in records} - {None}
    found: dict[int, Record] = {}
    if wanted:
        columns = [link.table.c.id, *(link.table.c[name] for name in link.names)]
        rows = session.execute(select(*columns).where(link.table.c.id.in_(wanted))).mappings()
        found = {row["id"]: Record(**row) for row in rows}
    for record in records:
        setattr(record, link.field, found.get(getattr(record, link.column)))
