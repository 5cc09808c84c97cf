"""Lists whose search, filters, order and page stand in the address, to be shared and reloaded.

shape = ListShape("/bots", filters={"is_active": ("true", "false")}, orderings=("name",))
asked = shape.read(self.router.url.query_parameters)
params = asked.params()                      # for crud.find
address = shape.address(asked.with_page(2))  # "/bots?search=...&page=2"
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

PAGE_SIZE = 20
LONGEST_SEARCH = 200
_NEIGHBOURS = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for; `page` 0 stands for the last one."""

    search: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    ordering: str = ""
    page: int = 1

    def params(self) -> dict[str, str]:
        """As in the query string of the REST list."""
        given = {
            "search": self.search,
            **self.filters,
            "ordering": self.ordering,
            "page": "last" if self.page == 0 else str(self.page),
        }
        return {name: value for name, value in given.items() if value} | {
            "page_size": str(PAGE_SIZE)
        }

    def with_page(self, page: int) -> "Asked":
        return replace(self, page=page)

    def with_search(self, search: str) -> "Asked":
        return replace(self, search=search, page=1)

    def with_filter(self, name: str, value: str) -> "Asked":
        """An empty `value` takes the filter away."""
        others = {key: kept for key, kept in self.filters.items() if key != name}
        return replace(self, filters={**others, name: value} if value else others, page=1)

    def with_ordering(self, ordering: str) -> "Asked":
        return replace(self, ordering=ordering, page=1)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search or self.filters)


@dataclass(frozen=True, slots=True)
class ListShape:
    """`filters`: values allowed by name, or None where any whole number is (an id).

    `orderings`: those that are offered; the first one is what stands where none is named.
    """

    path: str
    filters: Mapping[str, tuple[str, ...] | None]
    orderings: tuple[str, ...]

    def read(self, query: Mapping[str, str]) -> Asked:
        """What cannot be asked for is left out."""
        return Asked(
            search=clean_search(query.get("search", "")),
            filters={
                name: query[name]
                for name, allowed in self.filters.items()
                if name in query and self.allows(name, query[name])
            },
            ordering=query["ordering"] if query.get("ordering") in self.orderings[1:] else "",
            page=_page(query.get("page", "")),
        )

    def allows(self, name: str, value: str) -> bool:
        if name not in self.filters:
            return False
        allowed = self.filters[name]
        if allowed is None:
            return value.isascii() and value.isdigit() and len(value) <= 18
        return value in allowed

    def address(self, asked: Asked) -> str:
        given = {"search": asked.search, **asked.filters, "ordering": asked.ordering}
        if asked.page != 1:
            given["page"] = str(asked.page)
        query = urlencode({name: value for name, value in given.items() if value})
        return f"{self.path}?{query}" if query else self.path


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page's number and address; number 0 stands for pages left out."""

    number: int
    href: str
    is_current: bool


def page_links(shape: ListShape, asked: Asked, current: int, pages: int) -> list[PageLink]:
    """The first page, the last, and those about the current one; none where there is one page."""
    if pages <= 1:
        return []
    near = range(max(1, current - _NEIGHBOURS), min(pages, current + _NEIGHBOURS) + 1)
    links: list[PageLink] = []
    for number in sorted({1, pages, *near}):
        if links and number > links[-1].number + 1:
            links.append(PageLink(0, "", False))
        links.append(
            PageLink(number, shape.address(asked.with_page(number)), is_current=number == current)
        )
    return links


def clean_search(raw: Any) -> str:
    """What a search can be asked for: one line without what no database takes."""
    text = raw if isinstance(raw, str) else ""
    kept = "".join(one for one in text if one.isprintable() or one == "\t")
    return " ".join(kept.split())[:LONGEST_SEARCH]


def _page(raw: str) -> int:
    return max(1, int(raw)) if raw.isascii() and raw.isdigit() and len(raw) <= 9 else 1
