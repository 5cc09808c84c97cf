"""Which IP addresses are public, and what IP address a URL's host spells.

Pure: names are not looked up here. The rules of who may be called are in
`docs/decisions/0004-outgoing-calls.md`.
"""

import re
import unicodedata
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

# IANA special-purpose registries. Listed here because `is_global` calls multicast, site-local and
# most addresses that carry an IPv4 address public, and its answers differ by Python release.
_CLOSED_V4 = tuple(
    IPv4Network(net)
    for net in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host agent
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# All global unicast IPv6 is here: loopback, mapped and compatible IPv4, 64:ff9b::/96, unique
# local, link-local, site-local and multicast addresses are outside.
_UNICAST_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    IPv6Network(net)
    for net in (
        "2001::/23",  # protocol assignments, Teredo and ORCHID among them
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
    )
)
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # bits 32..63 of an interface that carries an IPv4 address

_V4_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")


def is_public(ip: IPv4Address | IPv6Address) -> bool:
    """True for a unicast address of the open Internet that carries no other address inside."""
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    if isinstance(ip, IPv4Address):
        return not any(ip in net for net in _CLOSED_V4)
    if ip.scope_id is not None or ip not in _UNICAST_V6:
        return False
    if (int(ip) >> 32) & 0xFFFF_FFFF in _ISATAP:
        return False
    return not any(ip in net for net in _CLOSED_V6)


def host_literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that `host` of a URL spells, or None where it is a name or nothing at all.

    Reads IPv6 with or without brackets and every spelling of IPv4 that resolvers take: short,
    decimal, octal and hexadecimal forms, full-width digits, a trailing dot (WHATWG URL, "IPv4
    parser").
    """
    text = _plain(host)
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    if ":" in text:
        try:
            return IPv6Address(text)
        except ValueError:
            return None
    return _ipv4(text)


def ends_in_number(host: str) -> bool:
    """Whether `host` must be an IPv4 address, well spelled or not: no name ends in a number."""
    return _V4_NUMBER.fullmatch(_plain(host).removesuffix(".").rpartition(".")[2]) is not None


def _ipv4(text: str) -> IPv4Address | None:
    parts = text.removesuffix(".").split(".")
    if len(parts) > 4 or not all(_V4_NUMBER.fullmatch(part) for part in parts):
        return None
    try:
        *head, last = [_number(part) for part in parts]
    except ValueError:
        return None
    if any(byte > 255 for byte in head) or last >= 256 ** (5 - len(parts)):
        return None
    return IPv4Address(sum(byte << 8 * (3 - i) for i, byte in enumerate(head)) + last)


def _number(text: str) -> int:
    if text[:2] in ("0x", "0X"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if len(text) > 1 and text[0] == "0" else 10)


def _plain(host: str) -> str:
    folded = unicodedata.normalize("NFKC", host).replace("\u3002", ".")
    return "".join(char for char in folded if unicodedata.category(char) != "Cf")
