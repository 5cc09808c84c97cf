"""What browsers send to the handlers of pages, taken only as what it should be."""

from typing import Any, Final

from alpina_app.errors import NotFound
from alpina_app.services.resource import Resource

_LARGEST_ID: Final = 2**63 - 1


def known_id(raw: Any, resource: Resource) -> int:
    """Raises NotFound for what cannot be an id."""
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw <= _LARGEST_ID:
        raise NotFound(what=resource.title)
    return raw


def id_of_path(path: str) -> int:
    """The number a page's address ends with (`/bots/7`); 0 where there is none."""
    last = path.rstrip("/").rpartition("/")[2]
    return int(last) if last.isascii() and last.isdigit() and len(last) <= 18 else 0
