"""The requests of one call: the first, and those that redirects make of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

import httpcore2

from alpina_app.clients.address_guard import CallFailed, Target, parse_target
from alpina_app.clients.http_body import ACCEPT_ENCODING
from alpina_app.domain.effects import CallApi
from alpina_app.domain.headers import CLIENT_HEADERS, CREDENTIAL_HEADERS

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEP_METHOD = frozenset({307, 308})
_DEFAULT_HEADERS = (("accept", "*/*"), ("user-agent", "AlpinaDigital/1.0"))


@dataclass(frozen=True, slots=True)
class Redirect:
    """An answer that sends the call on. `location`: the header's value, relative or absolute."""

    status: int
    location: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of the chain. Header names are lower case.

    `credentials`: names of the headers that stay behind where another host or port is next.
    """

    method: str
    target: Target
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes | None = field(repr=False)
    credentials: frozenset[str]

    def to_request(self) -> httpcore2.Request:
        headers = [
            ("host", self.target.authority),
            *self.headers,
            ("accept-encoding", ACCEPT_ENCODING),
            ("connection", "close"),
        ]
        if self.body is not None or self.method not in ("GET", "DELETE"):
            headers.append(("content-length", str(len(self.body or b""))))
        url = httpcore2.URL(
            scheme=self.target.scheme,
            host=self.target.host,
            port=self.target.port,
            target=self.target.target,
        )
        encoded = [(_utf8(name), _utf8(value.strip(" \t"))) for name, value in headers]
        return httpcore2.Request(self.method, url, headers=encoded, content=self.body or b"")

    def redirected(self, redirect: Redirect) -> "Hop":
        """The next request; raises CallFailed("bad_url")."""
        try:
            target = parse_target(urljoin(self.target.url, redirect.location))
        except ValueError as error:
            raise CallFailed("bad_url") from error
        hop = replace(self, target=target)
        if not _may_keep_credentials(self.target, target):
            hop = hop._without(lambda name: name in self.credentials)
        if redirect.status not in _KEEP_METHOD:
            hop = hop._without(lambda name: name.startswith("content-"))
            hop = replace(hop, method="GET", body=None)
        return hop

    def _without(self, is_unwanted: Callable[[str], bool]) -> "Hop":
        return replace(self, headers=tuple(h for h in self.headers if not is_unwanted(h[0])))


def first_hop(request: CallApi) -> Hop:
    """Raises CallFailed: "bad_request" for an unknown method, "bad_url"."""
    if request.method not in METHODS:
        raise CallFailed("bad_request")
    headers = [
        (name.lower(), value)
        for name, value in request.headers
        if name.lower() not in CLIENT_HEADERS
    ]
    given = {name for name, _ in headers}
    secret = {name for name, value in headers if any(s and s in value for s in request.masked)}
    return Hop(
        method=request.method,
        target=parse_target(request.url),
        headers=(*(h for h in _DEFAULT_HEADERS if h[0] not in given), *headers),
        body=request.body,
        credentials=CREDENTIAL_HEADERS | secret | {n.lower() for n in request.credential_headers},
    )


def _may_keep_credentials(old: Target, new: Target) -> bool:
    is_downgrade = old.scheme == "https" and new.scheme == "http"
    return (old.host, old.port) == (new.host, new.port) and not is_downgrade


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")
