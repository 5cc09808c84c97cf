"""Create, change and delete objects of the four resources: one way for REST and for the pages.

    stored = create(session, caller, BOTS, {"name": "Бот"})   # stored.id, stored.body, stored.tag
    stored = update(session, caller, BOTS, 7, {"name": "Имя"}, partial=True)
    remove(session, caller, BOTS, 7)
    bot = read(session, caller, BOTS, 7, open_to_guests=False)   # plain values by field name
    page = find(session, caller, BOTS, {"search": "бот"}, open_to_guests=False)

Data are raw values by field name, as JSON or a form has them. Everything raises NotSignedIn or
NotAllowed first, then NotFound, Outdated, Invalid. All of it works through `services.quick`, with a
session (whose pending objects are flushed first) or without one.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import orjson
from sqlalchemy import Delete, Select, bindparam, delete, inspect, select
from sqlmodel import Session

from alpina_app.errors import Invalid, NotFound, Outdated
from alpina_app.models import utc_now
from alpina_app.services.access import Caller, require_editor, require_sign_in
from alpina_app.services.audit import record
from alpina_app.services.executions import HISTORY
from alpina_app.services.fields import ABSENT, Field, Form, Reference, Wrong, shown
from alpina_app.services.listing import Page, exists, list_page, read_query
from alpina_app.services.quick import execute, first_row, insert_row, update_row
from alpina_app.services.representation import columns, entity_tag, item_json, names_of
from alpina_app.services.resource import Resource, Values, Write
from alpina_app.services.wire_messages import message


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as it stands now: `body` is its JSON on the wire, `tag` its entity tag."""

    id: int
    body: bytes
    tag: str


@dataclass(frozen=True, slots=True)
class Expected:
    """Conditions of a write on the object's tag (RFC 9110, 13.1): `If-Match`, `If-None-Match`.

    None: not asked for. `("*",)` stands for any.
    """

    match: tuple[str, ...] | None = None
    none_match: tuple[str, ...] | None = None

    def check(self, tag: str) -> None:
        """Raises Outdated."""
        if self.match is not None and self.match != ("*",) and tag not in self.match:
            raise Outdated
        if self.none_match is not None and (self.none_match == ("*",) or tag in self.none_match):
            raise Outdated


ANY = Expected()


def require_reader(caller: Caller, resource: Resource, open_to_guests: bool) -> None:
    """Executions are personal data; the others are open where API_ANONYMOUS_READ says so."""
    if resource.personal or not open_to_guests:
        require_sign_in(caller)


def create(
    session: Session,
    caller: Caller,
    resource: Resource,
    data: Any,
    *,
    form: Form = "json",
) -> Stored:
    require_editor(caller)
    write = _accepted(Write(session, caller, None, None, {}), resource, data, form, partial=False)
    now = utc_now()
    values = {**write.changes, **resource.rules.prepare(write), "created_at": now}
    row = {**_blank_row(resource), **_columns(resource, {**values, "updated_at": now})}
    id = insert_row(session, resource.table, row)
    resource.rules.stored(replace(write, id=id))
    return _as_stored(session, resource, id)


def update(
    session: Session,
    caller: Caller,
    resource: Resource,
    id: int,
    data: Any,
    *,
    partial: bool,
    form: Form = "json",
    expected: Expected = ANY,
) -> Stored:
    """`partial` False: required fields must be given; what else is left out stays as it is."""
    require_editor(caller)
    before = _locked(session, resource, id, expected)
    unchanged = Write(session, caller, id, before, {})
    write = _accepted(unchanged, resource, data, form, partial=partial)
    values = {**write.changes, **resource.rules.prepare(write), "updated_at": utc_now()}
    update_row(session, resource.table, id, _columns(resource, values))
    resource.rules.stored(write)
    return _as_stored(session, resource, id)


def remove(
    session: Session,
    caller: Caller,
    resource: Resource,
    id: int,
    *,
    expected: Expected = ANY,
) -> None:
    """What belongs to the object goes with it, by the database's foreign keys."""
    require_editor(caller)
    _locked(session, resource, id, expected)
    resource.rules.deleted(session, id)
    execute(session, _deletion(resource), {"id": id})
    kind = resource.name.removesuffix("s")
    record(session, caller, f"{kind}_deleted", kind, id)


def not_found(resource: Resource) -> NotFound:
    return NotFound(what=resource.title)


def read(
    session: Session, caller: Caller, resource: Resource, id: int, *, open_to_guests: bool
) -> dict[str, Any]:
    """The object's values by field name, as on the wire."""
    require_reader(caller, resource, open_to_guests)
    body = item_json(session, resource, id)
    if body is None:
        raise not_found(resource)
    found: dict[str, Any] = json.loads(body)
    return found


def find(
    session: Session,
    caller: Caller,
    resource: Resource,
    params: Mapping[str, str],
    *,
    open_to_guests: bool,
) -> Page:
    """A page of plain objects; `params` as in the query string of the REST list."""
    require_reader(caller, resource, open_to_guests)
    page = list_page(session, resource, read_query(resource, params))
    return replace(page, items=json.loads(orjson.dumps(page.items)))


def _accepted(write: Write, resource: Resource, data: Any, form: Form, *, partial: bool) -> Write:
    """The write with cleaned values. Raises Invalid with every wrong field at once."""
    if data is None:
        raise Invalid({"non_field_errors": [message("no_data")]})
    if not isinstance(data, Mapping):
        raise Invalid({"non_field_errors": [message("not_an_object", type=type(data).__name__)]})
    values: Values = {}
    wrong: dict[str, list[Any]] = {}
    for field in resource.writable:
        raw = field.take(data, form, partial)
        if raw is ABSENT:
            if field.required and not partial:
                wrong[field.name] = [message("required")]
            elif write.before is None and field.default is not ABSENT:
                values[field.name] = field.default_value()
            continue
        try:
            values[field.name] = _clean(write.session, field, raw, form)
        except Wrong as error:
            wrong[field.name] = list(error.messages)
    accepted = replace(write, changes=values)
    wrong |= resource.rules.check_fields(accepted)
    if wrong:
        raise Invalid(
            {field.name: wrong[field.name] for field in resource.fields if field.name in wrong}
        )
    resource.rules.check(accepted)
    return accepted


def _clean(session: Session, field: Field, raw: Any, form: Form) -> Any:
    value = field.clean(raw, form)
    if isinstance(field, Reference) and value is not None and not exists(session, field, value):
        raise Wrong(message("does_not_exist", value=shown(raw)))
    return value


def _columns(resource: Resource, values: Values) -> Values:
    """Values by column name."""
    names = _column_names(resource)
    return {names.get(name, name): value for name, value in values.items() if name != HISTORY}


@lru_cache(maxsize=16)
def _column_names(resource: Resource) -> Mapping[str, str]:
    return {field.name: field.column_name for field in resource.fields}


def _blank_row(resource: Resource) -> Values:
    """What the model says of the columns that are no fields of the resource, by column name."""
    return {name: make() for name, make in _defaults(resource)}


@lru_cache(maxsize=16)
def _defaults(resource: Resource) -> tuple[tuple[str, Callable[[], Any]], ...]:
    attributes = inspect(resource.model).column_attrs
    ours = set(_column_names(resource).values())
    found: list[tuple[str, Callable[[], Any]]] = []
    for name, field in resource.model.model_fields.items():
        column = attributes[name].columns[0].name
        if column not in ours and not field.is_required():
            factory: Any = field.default_factory
            found.append((column, factory or partial(_same, field.default)))
    return tuple(found)


def _same(value: Any) -> Any:
    return value


@lru_cache(maxsize=16)
def _deletion(resource: Resource) -> Delete:
    return delete(resource.table).where(resource.table.c.id == bindparam("id"))


def _locked(session: Session, resource: Resource, id: int, expected: Expected) -> Mapping[str, Any]:
    """The stored row by field name, kept from others until the end of the transaction."""
    row = first_row(session, _for_update(resource), {"id": id})
    if row is None:
        raise not_found(resource)
    if expected != ANY:
        expected.check(_as_stored(session, resource, id).tag)
    names = (name for name in names_of(resource) if name != HISTORY)
    return dict(zip(names, row, strict=True))


@lru_cache(maxsize=16)
def _for_update(resource: Resource) -> Select[Any]:
    found = select(*columns(resource)).where(resource.table.c.id == bindparam("id"))
    return found.with_for_update()


def _as_stored(session: Session, resource: Resource, id: int) -> Stored:
    body = item_json(session, resource, id)
    if body is None:
        raise not_found(resource)
    return Stored(id, body, entity_tag(body))
