"""Rows for the administration's pages: plain objects, read in one transaction, never live rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, func, or_, select, true
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


@dataclass(frozen=True, slots=True)
class Source:
    """What a view reads. `columns`: by field name, without anything secret."""

    table: Table
    columns: Mapping[str, ColumnElement[Any]]
    search: tuple[str, ...]
    links: tuple[Link, ...] = ()


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
    """Every word in any of the searched columns; `%` and `_` are literal."""
    words = split_words(text)[:MAX_WORDS]
    return and_(
        true(),
        *(
            or_(
                *(
                    func.lower(source.columns[name]).like(_pattern(word), escape=_ESCAPE)
                    for name in source.search
                )
            )
            for word in words
        ),
    )


def _pattern(word: str) -> str:
    literal = word.lower()
    for character in (_ESCAPE, "%", "_"):
        literal = literal.replace(character, _ESCAPE + character)
    return f"%{literal}%"


def _follow(session: Session, link: Link, records: Sequence[Record]) -> None:
    wanted = {getattr(record, link.column) for record in records} - {None}
    found: dict[int, Record] = {}
    if wanted:
        columns = [link.table.c.id, *(link.table.c[name] for name in link.names)]
        rows = session.execute(select(*columns).where(link.table.c.id.in_(wanted))).mappings()
        found = {row["id"]: Record(**row) for row in rows}
    for record in records:
        setattr(record, link.field, found.get(getattr(record, link.column)))
