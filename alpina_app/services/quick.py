"""A select compiled once and handed straight to the driver: for what every request asks.

Finding a session's user costs about 15 us of CPU this way, 110 us through SQLAlchemy's execution.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select
from sqlalchemy.engine.interfaces import Dialect
from sqlmodel import Session

from alpina_app.db import Reader


def first_row(
    session: Session, statement: Select[Any], params: Mapping[str, Any]
) -> tuple[Any, ...] | None:
    """The driver's own row, in the session's transaction; select only numbers and texts.

    `params` are all of the statement's `bindparam`s; no value may be a list (`IN`).
    """
    cursor = _executed(session, statement, params)
    try:
        row = cursor.fetchone()
    finally:
        cursor.close()
    return None if row is None else tuple(row)


def all_rows(
    session: Session, statement: Select[Any], params: Mapping[str, Any]
) -> Sequence[tuple[Any, ...]]:
    """Like `first_row`, for every row."""
    cursor = _executed(session, statement, params)
    try:
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    finally:
        cursor.close()
    return rows


def moment(value: Any) -> datetime | None:
    """A timestamp as the driver gives it: text on SQLite, without a zone on MySQL."""
    if value is None:
        return None
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def dialect_name(session: Session) -> str:
    """`sqlite`, `postgresql`, `mysql` or `mariadb`."""
    dialect = session.dialect if isinstance(session, Reader) else session.get_bind().dialect
    return dialect.name


def _executed(session: Session, statement: Select[Any], params: Mapping[str, Any]) -> Any:
    if isinstance(session, Reader):
        sql, arrange = _compiled(statement, session.dialect)
        cursor = session.cursor()
    else:
        connection = session.connection()
        sql, arrange = _compiled(statement, connection.dialect)
        cursor = connection.connection.cursor()
    try:
        cursor.execute(sql, arrange(params))
    except BaseException:
        cursor.close()
        raise
    return cursor


@lru_cache(maxsize=512)
def _compiled(
    statement: Select[Any], dialect: Dialect
) -> tuple[str, Callable[[Mapping[str, Any]], Any]]:
    compiled = statement.compile(dialect=dialect)
    processors = {
        name: bind.type.dialect_impl(dialect).bind_processor(dialect)
        for name, bind in compiled.binds.items()
    }
    fixed = {
        name: _processed(processors[name], value)
        for name, value in compiled.params.items()
        if value is not None
    }
    order = compiled.positiontup

    def arrange(params: Mapping[str, Any]) -> Any:
        values = dict(fixed)
        for name, value in params.items():
            values[name] = _processed(processors[name], value)
        return values if order is None else tuple(values[name] for name in order)

    return str(compiled), arrange


def _processed(processor: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if processor is None else processor(value)
