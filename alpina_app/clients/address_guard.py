"""Where a call may go: reads a URL, looks its name up once, checks every address, pins them.

The rules and their reasons are in `docs/decisions/0004-outgoing-calls.md`.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import quote

import anyio
import httpcore2
import idna

from alpina_app.domain.addresses import ends_in_number, host_literal, is_public
from alpina_app.domain.effects import HttpFailure

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""(name, port) -> the addresses of the name as texts; raises OSError where it has none."""

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_URL = 65_536
HEAD_START_S = 0.25  # RFC 8305: how long one address is tried before the next one joins in

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?:#.*)?",
    re.IGNORECASE | re.DOTALL | re.ASCII,
)
_AUTHORITY = re.compile(
    r"(?P<host>\[[0-9A-Fa-f]*:[0-9A-Fa-f:.]*\]|[^\[\]:@%/?#\\\s]+)(?::(?P<port>[0-9]{0,5}))?",
    re.DOTALL,
)
_NAME = re.compile(r"(?:(?!-)[a-z0-9_-]{1,63}(?<!-)\.)*(?!-)[a-z0-9_-]{1,63}(?<!-)")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


class CallFailed(Exception):
    """The call ends here. `status`: that of the answer which is no good, 0 where there is none."""

    def __init__(self, failure: HttpFailure, status: int = 0) -> None:
        super().__init__(failure)
        self.failure = failure
        self.status = status


@dataclass(frozen=True, slots=True)
class Target:
    """A URL as it is called. `host` and `target` are ASCII; `host` has no brackets, no last dot.

    `written`: the host as the URL has it, lower-cased and without brackets. `literal`: the address
    that the host spells, None for a name. `target`: path and query, percent-encoded.
    """

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)
    written: str
    literal: IPv4Address | IPv6Address | None

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def parse_target(url: str) -> Target:
    """Read an absolute http or https URL; raises CallFailed("bad_url") for anything else.

    User info, percent-encoding or control characters in the authority are refused.
    """
    parts = _URL.fullmatch(url.strip(" \t\r\n\f"))
    authority = parts and _AUTHORITY.fullmatch(parts["authority"])
    if len(url) > MAX_URL or not parts or not authority:
        raise CallFailed("bad_url")
    scheme = parts["scheme"].lower()
    port = int(authority["port"] or DEFAULT_PORTS[scheme])
    if not 0 < port <= 65_535:
        raise CallFailed("bad_url")
    host, literal = _read_host(authority["host"])
    return Target(
        scheme=scheme,
        host=host,
        port=port,
        target=_encode(parts["path"] or "/") + _encode(parts["query"] or ""),
        written=_without_brackets(authority["host"].lower()),
        literal=literal,
    )


class AddressGuard:
    """Admits public addresses, and whatever the hosts of `allowed_hosts` lead to.

    `allowed_hosts`: names or IP literals, each with or without a port, compared with the host as
    written in the URL; raises ValueError where an entry is neither.
    """

    def __init__(self, allowed_hosts: Iterable[str], resolve: Resolver) -> None:
        self._allowed = frozenset(_allowed_entry(entry) for entry in allowed_hosts)
        self._resolve = resolve

    async def addresses(self, target: Target) -> tuple[str, ...]:
        """The checked addresses of `target`, best first, from one look-up.

        Raises CallFailed: "refused_address" if only one of them may not be called, "connection"
        where the name has none.
        """
        found = [target.literal] if target.literal else await self._look_up(target)
        if not self._is_allowed(target) and not all(is_public(ip) for ip in found):
            raise CallFailed("refused_address")
        return tuple(dict.fromkeys(str(ip) for ip in found))

    def _is_allowed(self, target: Target) -> bool:
        return not self._allowed.isdisjoint({(target.written, None), (target.written, target.port)})

    async def _look_up(self, target: Target) -> list[IPv4Address | IPv6Address]:
        try:
            found = await self._resolve(target.host, target.port)
        except (OSError, UnicodeError) as error:
            raise CallFailed("connection") from error
        if not found:
            raise CallFailed("connection")
        try:
            return [ip_address(text) for text in found]
        except ValueError as error:
            raise CallFailed("refused_address") from error


def system_resolver(threads: Executor) -> Resolver:
    """The operating system's look-up, run in `threads` so that the event loop never waits."""

    async def resolve(name: str, port: int) -> Sequence[str]:
        found = await asyncio.get_running_loop().run_in_executor(threads, _getaddrinfo, name, port)
        return [str(address[0]) for *_, address in found]

    return resolve


class PinnedNetwork(httpcore2.AsyncNetworkBackend):
    """Connects to the given addresses and to nothing else, whatever host it is asked for.

    The addresses race as in RFC 8305: the next one joins in after a head start or a failure.
    `aclose` closes what was opened, also where httpcore2 lost it (cancelled in a TLS handshake).
    """

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses
        self._network = httpcore2.AnyIOBackend()
        self._opened: list[httpcore2.AsyncNetworkStream] = []

    async def aclose(self) -> None:
        with anyio.CancelScope(shield=True):
            for stream in self._opened:
                await stream.aclose()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        errors: list[httpcore2.ConnectError | httpcore2.ConnectTimeout] = []

        async def attempt(address: str, settled: anyio.Event) -> None:
            try:
                stream = await self._network.connect_tcp(address, port, timeout=timeout)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                errors.append(error)
            else:
                self._opened.append(stream)
                tasks.cancel_scope.cancel()
            finally:
                settled.set()

        async with anyio.create_task_group() as tasks:
            for address in self._addresses:
                settled = anyio.Event()
                tasks.start_soon(attempt, address, settled)
                with anyio.move_on_after(HEAD_START_S):
                    await settled.wait()
        if not self._opened:
            raise errors[0]
        return self._opened[0]


def _getaddrinfo(name: str, port: int) -> list[tuple[Any, ...]]:
    # bytes: a str would go through Python's own, older IDNA codec
    return list(socket.getaddrinfo(name.encode("ascii"), port, type=socket.SOCK_STREAM))


def _read_host(written: str) -> tuple[str, IPv4Address | IPv6Address | None]:
    host = written if written.isascii() else _idna(written)
    literal = host_literal(host)
    if literal is not None:
        return str(literal), literal
    name = host.lower().removesuffix(".")
    if ends_in_number(name) or len(name) > 253 or not _NAME.fullmatch(name):
        raise CallFailed("bad_url")
    return name, None


def _idna(host: str) -> str:
    if len(host) > 253:
        raise CallFailed("bad_url")
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except UnicodeError as error:
        raise CallFailed("bad_url") from error


def _encode(text: str) -> str:
    printable = "!$%&'()*+,-./:;=?@[]_~|"
    return quote(_STRAY_PERCENT.sub("%25", text), safe=printable, errors="surrogatepass")


def _allowed_entry(entry: str) -> tuple[str, int | None]:
    text = entry.strip().lower()
    if text.count(":") > 1 and not text.startswith("["):
        text = f"[{text}]"
    parts = _AUTHORITY.fullmatch(text)
    if not parts or parts["port"] == "":
        raise ValueError(f"no host, with or without a port: {entry!r}")
    return _without_brackets(parts["host"]), int(parts["port"]) if parts["port"] else None


def _without_brackets(host: str) -> str:
    return host.removeprefix("[").removesuffix("]")
