"""Lists: filters, search, ordering and pages, as django-filter and Django REST Framework read them.

query = read_query(BOTS, {"search": "бот", "ordering": "-name", "page": "2"})
page = list_page(session, BOTS, query)        # page.count, page.items
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Select, String, bindparam, func, or_, select
from sqlmodel import Session

from alpina_app.errors import Invalid, NotFound
from alpina_app.services.fields import Choice, Reference, shown, unstorable
from alpina_app.services.quick import all_rows, first_row
from alpina_app.services.representation import Item, columns, items
from alpina_app.services.resource import Resource, filter_kind
from alpina_app.services.search_words import split_words
from alpina_app.services.wire_messages import message

PAGE_SIZE: Final = 20
MAX_PAGE_SIZE: Final = 100
MAX_WORDS: Final = 50
LAST: Final = "last"
_MAX_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Query:
    """A list's question, read and checked but for references.

    `page`: a number, `last`, or 0 for what is no page.
    """

    filters: tuple[tuple[str, Any], ...] = ()
    words: tuple[str, ...] = ()
    ordering: tuple[str, ...] = ()
    page: int | str = 1
    page_size: int = PAGE_SIZE


@dataclass(frozen=True, slots=True)
class Page:
    """`items` are objects of the wire (orjson writes them); `number` is the page shown."""

    count: int
    items: list[Item]
    number: int
    pages: int


def read_query(resource: Resource, params: Mapping[str, str]) -> Query:
    """`params`: the query string's last value for each key.

    Raises Invalid for values no filter takes.
    """
    if not params:
        return Query(ordering=resource.ordering)
    filters, wrong = _filters(resource, params)
    if wrong:
        raise Invalid(wrong)
    return Query(
        filters=filters,
        words=_words(resource, params.get("search", "")),
        ordering=_ordering(resource, params.get("ordering", "")),
        page=_page(params.get("page", "")),
        page_size=_page_size(params.get("page_size", "")),
    )


def list_page(session: Session, resource: Resource, query: Query) -> Page:
    """Raises Invalid for a filter by something that does not exist, NotFound past the last page."""
    _check_references(session, resource, query)
    count_statement, page_statement = _statements(
        resource, tuple(name for name, _ in query.filters), len(query.words), query.ordering
    )
    params = {f"f_{name}": value for name, value in query.filters}
    params |= {f"w_{number}": _pattern(word) for number, word in enumerate(query.words)}
    size = query.page_size
    count: int | None = None
    number = query.page
    if number != 1:
        count = _counted(session, count_statement, params)
        pages = max(1, -(-count // size))
        number = pages if number == LAST else int(number)
        if not 1 <= number <= pages:
            raise NotFound(what="page")
    rows = all_rows(
        session,
        page_statement,
        {**params, "limit": size, "offset": (int(number) - 1) * size},
    )
    if count is None:
        count = len(rows) if len(rows) < size else _counted(session, count_statement, params)
    pages = max(1, -(-count // size))
    return Page(count, items(session, resource, rows), int(number), pages)


def list_where(
    session: Session, resource: Resource, name: str, value: Any, ordering: tuple[str, ...]
) -> list[Item]:
    """Every object whose field `name` has `value`."""
    _, statement = _statements(resource, (name,), 0, ordering)
    rows = all_rows(session, statement, {f"f_{name}": value, "limit": _MAX_ID, "offset": 0})
    return items(session, resource, rows)


def _counted(session: Session, statement: Select[Any], params: Mapping[str, Any]) -> int:
    row = first_row(session, statement, params)
    assert row is not None
    return int(row[0])


@lru_cache(maxsize=256)
def _statements(
    resource: Resource, filters: tuple[str, ...], words: int, ordering: tuple[str, ...]
) -> tuple[Select[Any], Select[Any]]:
    """The count and one page; parameters f_<filter>, w_<number>, limit, offset."""
    table = resource.table
    wanted: list[ColumnElement[bool]] = []
    for name in filters:
        column = table.c[resource.field(name).column_name]
        wanted.append(column == bindparam(f"f_{name}", type_=column.type))
    for number in range(words):
        pattern = func.lower(bindparam(f"w_{number}", type_=String()))
        wanted.append(or_(*(_contains(table.c[name], pattern) for name in resource.search)))
    count = select(func.count()).select_from(table).where(*wanted)
    page = select(*columns(resource)).where(*wanted).order_by(*_order(resource, ordering))
    limit, offset = (bindparam(name, type_=BigInteger()) for name in ("limit", "offset"))
    return count, page.limit(limit).offset(offset)


def _contains(column: ColumnElement[Any], pattern: Any) -> ColumnElement[bool]:
    return func.lower(column).like(pattern, escape="/")


def _pattern(word: str) -> str:
    for special in "/%_":
        word = word.replace(special, "/" + special)
    return f"%{word}%"


def _order(resource: Resource, ordering: tuple[str, ...]) -> list[ColumnElement[Any]]:
    """The id comes last, so that pages neither repeat nor miss a row."""
    found: list[ColumnElement[Any]] = []
    for term in ordering:
        column = resource.table.c[resource.field(term.removeprefix("-")).column_name]
        found.append(column.desc() if term.startswith("-") else column.asc())
    if not any(term.removeprefix("-") == "id" for term in ordering):
        found.append(resource.table.c.id.asc())
    return found


def _filters(
    resource: Resource, params: Mapping[str, str]
) -> tuple[tuple[tuple[str, Any], ...], dict[str, list[Any]]]:
    found: list[tuple[str, Any]] = []
    wrong: dict[str, list[Any]] = {}
    for name in resource.filters:
        raw = params.get(name, "")
        if raw == "":
            continue
        try:
            value = _FILTERS[filter_kind(resource.field(name))](resource, name, raw)
        except Invalid as error:
            wrong |= error.fields
        else:
            if value is not None:
                found.append((name, value))
    return tuple(found), wrong


def _flag(resource: Resource, name: str, raw: str) -> bool | None:
    """Anything but true and false is no filter at all, as in the original."""
    return {"true": True, "1": True, "false": False, "0": False}.get(raw.lower())


def _choice(resource: Resource, name: str, raw: str) -> str:
    field = resource.field(name)
    assert isinstance(field, Choice)
    if raw not in (value for value, _ in field.choices):
        raise Invalid({name: [message("filter_choice", value=shown(raw))]})
    return raw


def _reference(resource: Resource, name: str, raw: str) -> int:
    try:
        value = int(raw) if len(raw) <= 100 else _MAX_ID + 1
    except ValueError:
        value = _MAX_ID + 1
    if abs(value) > _MAX_ID:
        raise Invalid({name: [message("filter_reference")]})
    return value


def _text(resource: Resource, name: str, raw: str) -> str | None:
    text = raw.strip()
    if wrong := unstorable(text):
        raise Invalid({name: wrong})
    return text or None


_FILTERS: Final[Mapping[str, Callable[[Resource, str, str], Any]]] = {
    "flag": _flag,
    "choice": _choice,
    "reference": _reference,
    "text": _text,
}


def _check_references(session: Session, resource: Resource, query: Query) -> None:
    wrong: dict[str, list[Any]] = {}
    for name, value in query.filters:
        field = resource.field(name)
        if isinstance(field, Reference) and not exists(session, field, value):
            wrong[name] = [message("filter_reference")]
    if wrong:
        raise Invalid(wrong)


def exists(session: Session, field: Reference, id: int) -> bool:
    """Whether the row is there that a reference names."""
    return first_row(session, _existence(field), {"id": id}) is not None


@lru_cache(maxsize=32)
def _existence(field: Reference) -> Select[Any]:
    return select(field.table.c.id).where(field.table.c.id == bindparam("id"))


def _words(resource: Resource, raw: str) -> tuple[str, ...]:
    """Raises Invalid; the original answers with a bare list of messages there."""
    if raw.strip() == "":
        return ()
    if wrong := unstorable(raw):
        raise Invalid({"search": wrong})
    words = tuple(split_words(raw))
    if len(words) > MAX_WORDS:
        raise Invalid({"search": [message("too_many_words", limit=MAX_WORDS)]})
    return words


def _ordering(resource: Resource, raw: str) -> tuple[str, ...]:
    terms = [term.strip() for term in raw.split(",")]
    known: Sequence[str] = resource.ordering_fields
    found: list[str] = []
    for term in terms:
        name = term.removeprefix("-")
        if name in known and name not in (other.removeprefix("-") for other in found):
            found.append(term)
    return tuple(found) or resource.ordering


def _page(raw: str) -> int | str:
    if raw == "":
        return 1
    if raw == LAST:
        return LAST
    return _natural(raw)


def _page_size(raw: str) -> int:
    return min(_natural(raw), MAX_PAGE_SIZE) or PAGE_SIZE


def _natural(raw: str) -> int:
    """0 for what is no positive number."""
    try:
        return max(0, int(raw)) if len(raw) <= 100 else 0
    except ValueError:
        return 0
