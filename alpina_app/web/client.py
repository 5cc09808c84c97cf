"""Who is at the other end of a request, seen through the proxies we trust."""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from starlette.types import Scope

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Client:
    """`address` is "" where the server does not know it; `secure`: the browser speaks https."""

    address: str
    secure: bool


def client_of(scope: Scope, trusted_proxies: tuple[str, ...]) -> Client:
    """`X-Forwarded-For` and `-Proto` count only from TRUSTED_PROXIES (addresses or networks).

    Read from the right: the first address that is no proxy of ours is the client.
    """
    peer = scope.get("client")
    address = str(peer[0]) if peer else ""
    secure = scope.get("scheme") == "https"
    if not _is_trusted(address, trusted_proxies):
        return Client(address, secure)
    headers = _forwarded(scope)
    secure = secure or headers["x-forwarded-proto"].rpartition(",")[2].strip().lower() == "https"
    for hop in reversed(headers["x-forwarded-for"].split(",")):
        if not _is_address(hop.strip()):
            break
        address = hop.strip()
        if not _is_trusted(address, trusted_proxies):
            break
    return Client(address, secure)


def _forwarded(scope: Scope) -> dict[str, str]:
    found: dict[str, list[str]] = {"x-forwarded-for": [], "x-forwarded-proto": []}
    for raw_name, value in scope["headers"]:
        name = raw_name.decode("latin-1")
        if name in found:
            found[name].append(value.decode("latin-1"))
    return {name: ",".join(values) for name, values in found.items()}


def _is_trusted(address: str, trusted_proxies: tuple[str, ...]) -> bool:
    if not trusted_proxies or not _is_address(address):
        return False
    return any(ip_address(address) in network for network in _networks(trusted_proxies))


@lru_cache(maxsize=8)
def _networks(names: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(name, strict=False) for name in names)


def _is_address(text: Any) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
