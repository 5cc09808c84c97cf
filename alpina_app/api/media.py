"""Media types of `Accept` and `Content-Type`, matched as Django REST Framework does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from alpina_app.api.refusals import NotAcceptable, UnknownFormat

Renderer = Literal["json", "html", "events"]

JSON: Final = "application/json"
HTML: Final = "text/html"
EVENTS: Final = "text/event-stream"
FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
PARSERS: Final = (JSON, FORM, MULTIPART)

_TYPES: Final[Mapping[Renderer, str]] = {"json": JSON, "html": HTML, "events": EVENTS}
_FORMATS: Final[Mapping[Renderer, str]] = {"json": "json", "html": "api", "events": "events"}


@dataclass(frozen=True, slots=True)
class MediaType:
    """`main/sub; key=value`, lower case but for the values."""

    main: str
    sub: str
    params: Mapping[str, str]

    @property
    def precision(self) -> int:
        """0 for `*/*`, 1 for `type/*`, 2 for a whole type, 3 with parameters."""
        if self.main == "*":
            return 0
        if self.sub == "*":
            return 1
        return 2 if set(self.params) <= {"q"} else 3

    def covers(self, other: str) -> bool:
        """Whether the plain type `other` (without parameters) is one of these."""
        main, _, sub = other.partition("/")
        return self.main in ("*", main) and self.sub in ("*", sub)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The renderer of an answer; `indent`: spaces of pretty JSON, None = compact."""

    renderer: Renderer
    indent: int | None = None


@lru_cache(maxsize=512)
def parse_media_type(text: str) -> MediaType:
    full, *parts = text.split(";")
    main, _, sub = full.strip().lower().partition("/")
    params = {}
    for part in parts:
        key, mark, value = part.partition("=")
        if mark:
            params[key.strip().lower()] = value.strip().strip('"')
    return MediaType(main, sub, params)


@lru_cache(maxsize=512)
def choose(accept: str, wanted_format: str, renderers: Sequence[Renderer]) -> Chosen:
    """`wanted_format`: the path's suffix or `?format=`, "" for none.

    The most precise of the accepted types wins, JSON among equals; quality values do not count.
    Raises UnknownFormat (404) or NotAcceptable (406).
    """
    if wanted_format:
        renderers = [name for name in renderers if _FORMATS[name] == wanted_format]
        if not renderers:
            raise UnknownFormat
    accepted = [parse_media_type(part) for part in accept.split(",")]
    for precision in (3, 2, 1, 0):
        for renderer in renderers:
            for media_type in accepted:
                if media_type.precision == precision and media_type.covers(_TYPES[renderer]):
                    return Chosen(renderer, _indent(media_type.params.get("indent", "")))
    raise NotAcceptable


def media_type_of(renderer: Renderer) -> str:
    return _TYPES[renderer]


def _indent(text: str) -> int | None:
    try:
        return max(min(int(text), 8), 0) or None
    except ValueError:
        return None
