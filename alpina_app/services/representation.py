"""Rows as the wire shows them: compact JSON, made beside the database.

Selects are compiled once (`services.quick`), JSON columns are spliced in as they are stored, and
timestamps come as text where the database keeps them so.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Select, Table, bindparam, select, type_coerce
from sqlmodel import Session

from alpina_app.columns import BigId, LongText
from alpina_app.models import Message
from alpina_app.services.executions import HISTORY
from alpina_app.services.fields import Flag, JsonField, Moment
from alpina_app.services.quick import all_rows, dialect_name, first_row, moment
from alpina_app.services.resource import Resource

Item = dict[str, Any]
_MESSAGES: Final[Table] = Message.__table__  # type: ignore[attr-defined]
_IDS_AT_ONCE: Final = 100


def item_json(session: Session, resource: Resource, id: int) -> bytes | None:
    """One object of the wire; None where there is none."""
    row = first_row(session, _by_id(resource), {"id": id})
    if row is None:
        return None
    return orjson.dumps(items(session, resource, [row])[0])


def entity_tag(body: bytes) -> str:
    """The strong tag of a representation (RFC 9110, 8.8.3)."""
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def columns(resource: Resource) -> list[ColumnElement[Any]]:
    """What to select for `items`, one column for each stored field, in order."""
    found: list[ColumnElement[Any]] = []
    for field in resource.fields:
        if field.name == HISTORY:
            continue
        column = resource.table.c[field.column_name]
        found.append(type_coerce(column, LongText) if isinstance(field, JsonField) else column)
    return found


def items(session: Session, resource: Resource, rows: Sequence[Sequence[Any]]) -> list[Item]:
    """Objects of the wire from the driver's rows of `columns(resource)`, ready for orjson."""
    names, converters = _shape(resource, dialect_name(session))
    found = [dict(zip(names, row, strict=True)) for row in rows]
    for name, convert in converters:
        for item in found:
            item[name] = convert(item[name])
    if HISTORY in names_of(resource):
        histories = _histories(session, [item["id"] for item in found])
        found = [_with_history(resource, item, histories.get(item["id"], [])) for item in found]
    return found


@lru_cache(maxsize=16)
def names_of(resource: Resource) -> tuple[str, ...]:
    return tuple(field.name for field in resource.fields)


@lru_cache(maxsize=16)
def _by_id(resource: Resource) -> Select[Any]:
    return select(*columns(resource)).where(resource.table.c.id == bindparam("id"))


@lru_cache(maxsize=16)
def _shape(
    resource: Resource, dialect: str
) -> tuple[tuple[str, ...], tuple[tuple[str, Callable[[Any], Any]], ...]]:
    """Names in the order of `columns`, and what turns the driver's values into the wire's."""
    names = tuple(name for name in names_of(resource) if name != HISTORY)
    converters: list[tuple[str, Callable[[Any], Any]]] = []
    for field in resource.fields:
        match field:
            case Flag() if dialect != "postgresql":
                converters.append((field.name, bool))
            case Moment() if dialect != "sqlite":
                converters.append((field.name, _moment))
            case JsonField() if field.name != HISTORY:
                converters.append((field.name, _spliced))
    return names, tuple(converters)


def _moment(value: Any) -> str:
    found = moment(value)
    assert found is not None
    return found.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _spliced(text: str) -> orjson.Fragment:
    return orjson.Fragment(text.encode())


def _with_history(resource: Resource, item: Item, history: list[dict[str, str]]) -> Item:
    item[HISTORY] = history
    return {name: item[name] for name in names_of(resource)}


_HISTORY_OF_ONE: Final = (
    select(_MESSAGES.c.execution_id, _MESSAGES.c.role, _MESSAGES.c.content)
    .where(_MESSAGES.c.execution_id == bindparam("id"))
    .order_by(_MESSAGES.c.position)
)


def _histories(session: Session, ids: Sequence[int]) -> Mapping[int, list[dict[str, str]]]:
    if not ids:
        return {}
    if len(ids) == 1:
        rows: Iterable[Sequence[Any]] = all_rows(session, _HISTORY_OF_ONE, {"id": ids[0]})
    else:
        padded = [*ids, *[ids[0]] * (_IDS_AT_ONCE - len(ids))]
        rows = all_rows(
            session,
            _history_of_many(),
            {f"id{number}": id for number, id in enumerate(padded[:_IDS_AT_ONCE])},
        )
    return {
        execution: [{"role": row[1], "content": row[2]} for row in group]
        for execution, group in groupby(rows, key=itemgetter(0))
    }


@lru_cache(maxsize=1)
def _history_of_many() -> Select[Any]:
    ids = [bindparam(f"id{number}", type_=BigId) for number in range(_IDS_AT_ONCE)]
    return (
        select(_MESSAGES.c.execution_id, _MESSAGES.c.role, _MESSAGES.c.content)
        .where(_MESSAGES.c.execution_id.in_(ids))
        .order_by(_MESSAGES.c.execution_id, _MESSAGES.c.position)
    )
