"""The envelope of a list: `count`, `next`, `previous`, `results`."""

from typing import Any
from urllib.parse import parse_qs, urlencode

from alpina_app.services.listing import Page


def envelope(page: Page, url: str, query: str) -> dict[str, Any]:
    """`url` is absolute, without its query; the links keep every other key of `query`, sorted."""
    return {
        "count": page.count,
        "next": page_link(url, query, page.number + 1) if page.number < page.pages else None,
        "previous": page_link(url, query, page.number - 1) if page.number > 1 else None,
        "results": page.items,
    }


def page_link(url: str, query: str, number: int) -> str:
    """The first page has no `page` in its link."""
    values = parse_qs(query, keep_blank_values=True)
    values.pop("page", None)
    if number > 1:
        values["page"] = [str(number)]
    text = urlencode(sorted(values.items()), doseq=True)
    return f"{url}?{text}" if text else url
