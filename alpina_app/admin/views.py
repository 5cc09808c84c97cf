"""What every page of the administration has in common: rows read through the database's own
threads, rights asked of the caller, changes made by the services."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from markupsafe import escape
from sqlalchemy import ColumnElement, Select, true
from sqlmodel import Session
from starlette.requests import Request
from starlette_admin.contrib.sqla.filters import (
    InFilter,
    IsFalseFilter,
    IsTrueFilter,
    NotInFilter,
    build_filter_clause,
)
from starlette_admin.exceptions import ActionFailed, FormValidationError
from starlette_admin.fields import BaseField, BooleanField, EnumField
from starlette_admin.filters import FilterGroup, FilterRegistry
from starlette_admin.helpers import detail_url
from starlette_admin.views import BaseModelView

from alpina_app.admin.records import (
    Source,
    count_records,
    find_records,
    matches,
    records_of,
)
from alpina_app.admin.texts import later, said, say
from alpina_app.errors import AlpinaError, Conflict, Invalid, NotFound
from alpina_app.services.access import Caller
from alpina_app.services.runtime import Runtime
from alpina_app.services.wire_messages import Message

P = ParamSpec("P")
R = TypeVar("R")
_MAX_ID = 2**63 - 1


def caller_of(request: Request) -> Caller:
    """Set by the gate before anything of the administration runs."""
    caller: Caller = request.state.caller
    return caller


class TableView(BaseModelView):
    """A list, a page and forms for the rows of one table.

    Subclasses name `key`, `source`, `model`, `fields` and say who may do what; `store`, `change`
    and `remove` call the services and raise what those raise.
    """

    source: Source
    model: type[Any]  # where starlette-admin's filters find their columns
    pk_attr = "id"
    page_size = 25
    page_size_options = (10, 25, 50, 100)
    exporters = ()
    importers = ()
    search_auto_submit = False
    name_field = "name"

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.menu_label = later(f"{self.key}_many")
        self.display_name = later(f"{self.key}_object")
        # What starlette-admin offers filters for; the search itself goes by the source.
        self.searchable_fields = [
            field.name for field in self.fields if isinstance(field, BooleanField | EnumField)
        ]
        self.sortable_fields = [
            field.name
            for field in self.fields
            if field.name in self.source.columns and field.orderable
        ]
        for field in self.fields:
            field.label = later(f"{self.key}_{field.name}")
        super().__init__()

    def scope(self, request: Request) -> ColumnElement[bool]:
        """Which rows the caller may see at all."""
        return true()

    def columns(self, request: Request) -> Mapping[str, ColumnElement[Any]]:
        """Columns beside the source's that depend on who asks."""
        return {}

    async def store(self, request: Request, data: dict[str, Any]) -> int:
        """Makes the object; its id."""
        raise NotFound

    async def change(self, request: Request, pk: int, data: dict[str, Any]) -> None:
        raise NotFound

    @abstractmethod
    def remove(self, session: Session, caller: Caller, pk: int) -> None:
        """In the transaction of the whole selection: all are removed, or none."""

    async def find_all(
        self,
        request: Request,
        skip: int = 0,
        limit: int = 100,
        q: str | None = None,
        sorts: Sequence[tuple[str, str]] | None = None,
        filters: FilterGroup | None = None,
    ) -> Sequence[Any]:
        if skip > _MAX_ID:
            return []
        statement = self._statement(request, *self._conditions(request, q, filters))
        for name, direction in sorts or ():
            column = self.source.columns[name]
            statement = statement.order_by(column.desc() if direction == "desc" else column.asc())
        statement = statement.order_by(self.source.columns["id"]).offset(skip)
        if limit > 0:
            statement = statement.limit(limit)
        return await self.runtime.database.read(find_records, self.source, statement)

    async def count(
        self, request: Request, q: str | None = None, filters: FilterGroup | None = None
    ) -> int:
        conditions = self._conditions(request, q, filters)
        return await self.runtime.database.read(count_records, self.source, *conditions)

    async def find_by_pk(self, request: Request, pk: Any) -> Any:
        found = await self.find_by_pks(request, [pk])
        return found[0] if found else None

    async def find_by_pks(self, request: Request, pks: list[Any]) -> Sequence[Any]:
        numbers = [number for pk in pks if (number := as_id(pk)) is not None]
        if not numbers:
            return []
        wanted = self.source.columns["id"].in_(numbers)
        statement = self._statement(request, self.scope(request), wanted)
        return await self.runtime.database.read(find_records, self.source, statement)

    async def create(self, request: Request, data: dict[str, Any]) -> Any:
        with_errors = self._reported(request, self.store(request, data))
        return await self.find_by_pk(request, await with_errors)

    async def edit(self, request: Request, pk: Any, data: dict[str, Any]) -> Any:
        record = await self.find_by_pk(request, pk)
        if record is None:
            raise FormValidationError({self._first_field(request): say("gone")})
        await self._reported(request, self.change(request, record.id, data))
        return await self.find_by_pk(request, pk)

    async def delete(self, request: Request, pks: list[Any]) -> int | None:
        records = await self.find_by_pks(request, pks)
        try:
            await self.run(request, _remove_all, self, [record.id for record in records])
        except AlpinaError as error:
            raise ActionFailed(error_text(error)) from None
        return len(records)

    async def run(
        self,
        request: Request,
        fn: Callable[Concatenate[Session, Caller, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """A service in one transaction, as the request's caller."""
        return await self.runtime.database.run(fn, caller_of(request), *args, **kwargs)

    async def serialize(
        self,
        obj: Any,
        request: Request,
        include_relationships: bool = True,
        include_select2: bool = False,
    ) -> dict[str, Any]:
        """What another view's link or a choice needs is the name and the id, not the whole row."""
        if include_relationships:
            whole: dict[str, Any] = await super().serialize(obj, request, True, include_select2)
            return whole
        meta: dict[str, Any] = {
            "repr": await self.repr(obj, request),
            "detailUrl": detail_url(request, str(self.key), obj.id),
        }
        if include_select2:
            shown = await self.select2_result(obj, request)
            meta["select2"] = {"selection": shown, "result": shown}
        return {"id": obj.id, "_meta": meta}

    async def repr(self, obj: Any, request: Request) -> str:
        return str(getattr(obj, self.name_field, "") or f"#{obj.id}")

    async def select2_result(self, obj: Any, request: Request) -> str:
        name = escape(await self.repr(obj, request))
        return f'<span>{name} <small class="text-secondary">#{obj.id}</small></span>'

    def get_filter_registry(self) -> FilterRegistry:
        return FilterRegistry(
            {BooleanField: [IsTrueFilter, IsFalseFilter], EnumField: [InFilter, NotInFilter]}
        )

    def can_export(self, request: Request) -> bool:
        return False

    def can_import(self, request: Request) -> bool:
        return False

    async def _reported(self, request: Request, work: Any) -> Any:
        try:
            return await work
        except Invalid as error:
            raise FormValidationError(self._messages(request, error.fields)) from None
        except AlpinaError as error:
            raise FormValidationError({self._field_of(request, error): error_text(error)}) from None

    def _messages(self, request: Request, fields: dict[str, Any]) -> dict[str | int, Any]:
        known = {field.name for field in self.get_fields_list(request)}
        found: dict[str | int, Any] = {}
        for name, messages in fields.items():
            place = name if name in known else self._first_field(request)
            text = " ".join(message_text(one) for one in messages)
            found[place] = f"{found[place]} {text}" if place in found else text
        return found

    def _field_of(self, request: Request, error: AlpinaError) -> str:
        return self._first_field(request)

    def _first_field(self, request: Request) -> str:
        return next(iter(self.get_fields_list(request))).name

    def _statement(self, request: Request, *conditions: ColumnElement[bool]) -> Select[Any]:
        return records_of(self.source, *conditions, more=self.columns(request))

    def _conditions(
        self, request: Request, q: str | None, filters: FilterGroup | None
    ) -> list[ColumnElement[bool]]:
        conditions = [self.scope(request)]
        if q:
            conditions.append(matches(self.source, q))
        if filters is not None and not filters.is_empty():
            by_name = {field.name: field for field in self.get_fields_list(request)}
            clause = build_filter_clause(
                filters, by_name, self.get_filter_registry(), self, request
            )
            if clause is not None:
                conditions.append(clause)
        return conditions


class ReadOnly(TableView):
    """Rows that nobody makes or changes here."""

    def can_create(self, request: Request) -> bool:
        return False

    def can_edit(self, request: Request) -> bool:
        return False

    def can_delete(self, request: Request) -> bool:
        return False

    def remove(self, session: Session, caller: Caller, pk: int) -> None:
        raise NotFound


class ForAdministrators:
    """Mixed in before a view: nobody else sees it, its pages, its data or its actions."""

    def is_accessible(self, request: Request) -> bool:
        return caller_of(request).is_administrator


def as_id(pk: Any) -> int | None:
    """The number in a query string, where a database can have such an id."""
    text = str(pk)
    if not (text.isascii() and text.isdigit()) or len(text) > 19:
        return None
    number = int(text)
    return number if number <= _MAX_ID else None


def message_text(message: Any) -> str:
    """In the reader's language; `message`: an i18n key, or a sentence of the REST contract."""
    if isinstance(message, Message):
        try:
            return said(f"fields.{message.code}", **message.params)
        except KeyError:
            return str(message)
    return said(message)


def error_text(error: AlpinaError) -> str:
    """What a person is told of a refusal."""
    if isinstance(error, Conflict) and error.error_code in ("last_administrator", "user_has_bots"):
        return said(f"accounts.{error.error_code}", **error.params)
    return said(f"errors.{error.error_code}", **error.params)


def name_of(link: str, name: str) -> Callable[[Request, Any], str | None]:
    """A field's getter: the name of what a link points to, as plain text."""
    return lambda request, obj: getattr(getattr(obj, link, None), name, None)


def without_filters(field: BaseField) -> BaseField:
    """For a field whose column has another name or none."""
    field.filters = []
    return field


def _remove_all(session: Session, caller: Caller, view: TableView, pks: Sequence[int]) -> None:
    for pk in pks:
        view.remove(session, caller, pk)
