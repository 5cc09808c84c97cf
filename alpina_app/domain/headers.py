"""Headers that an `api_call` may send: their names, their values, those that carry credentials."""

import re
from typing import Final

# What the HTTP client sets itself: host, framing, connection, the encodings it unpacks.
CLIENT_HEADERS: Final = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
CREDENTIAL_HEADERS: Final = frozenset({"authorization", "cookie", "proxy-authorization"})
"""Names (lower case) of headers that never follow a call to another host."""

_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110, 5.6.2
_CONTROLS: Final = re.compile("[\x00-\x08\x0a-\x1f\x7f]")


def is_header_name(name: str) -> bool:
    return _TOKEN.fullmatch(name) is not None


def without_controls(text: str) -> str:
    """`text` without CR, LF, NUL and the other control characters but the tab."""
    return _CONTROLS.sub("", text)
