"""Cross-site request forgery: what Django's `CsrfViewMiddleware` checks, with its own words.

The form's or header's token must equal the cookie `csrftoken`; an `Origin` must be ours.
"""

import hmac
import secrets
import string
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, urlsplit

COOKIE: Final = "csrftoken"
HEADER: Final = "x-csrftoken"
FIELD: Final = "csrfmiddlewaretoken"
COOKIE_AGE_S: Final = 31_449_600  # 52 weeks
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_LENGTH: Final = 32
_CHARACTERS: Final = frozenset(string.ascii_letters + string.digits)


def new_token() -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(_LENGTH))


def is_token(text: str | None) -> bool:
    return text is not None and _format_problem(text) is None


def csrf_problem(
    headers: Mapping[str, str],
    cookie: str | None,
    *,
    secure: bool,
    trusted_origins: tuple[str, ...],
    form_token: str | None = None,
) -> str | None:
    """Why an unsafe request is refused, in Django's words; None = it is accepted.

    `headers` by lower-case name; `form_token`: the field `csrfmiddlewaretoken` of a POSTed form,
    which goes before the header.
    """
    return origin_problem(headers, secure, trusted_origins) or _token_problem(
        cookie, form_token, headers.get(HEADER)
    )


def origin_problem(
    headers: Mapping[str, str], secure: bool, trusted_origins: tuple[str, ...]
) -> str | None:
    """Half of `csrf_problem`: the `Origin`, or over https without one the `Referer`, is ours."""
    host = headers.get("host", "").lower()
    origin = headers.get("origin")
    if origin is not None:
        if origin.lower() == f"{'https' if secure else 'http'}://{host}":
            return None
        if any(_same_origin(_split(origin), trusted) for trusted in trusted_origins):
            return None
        return f"Origin checking failed - {origin} does not match any trusted origins."
    return _referer_problem(headers.get("referer"), host, trusted_origins) if secure else None


def _referer_problem(
    referer: str | None, host: str, trusted_origins: tuple[str, ...]
) -> str | None:
    """Only https without an Origin: whoever sits between could set a cookie over plain http."""
    if referer is None:
        return "Referer checking failed - no Referer."
    parts = _split(referer)
    if parts is None or not parts.scheme or not parts.netloc:
        return "Referer checking failed - Referer is malformed."
    if parts.scheme != "https":
        return "Referer checking failed - Referer is insecure while host is secure."
    if parts.netloc.lower() == host or any(
        _same_origin(parts, trusted) for trusted in trusted_origins
    ):
        return None
    return f"Referer checking failed - {referer} does not match any trusted origins."


def _same_origin(parts: SplitResult | None, trusted: str) -> bool:
    """`trusted` is `https://example.com` or `https://*.example.com` (its sub-names)."""
    if parts is None or parts.scheme != trusted.partition("://")[0]:
        return False
    host, wanted = parts.netloc.lower(), trusted.partition("://")[2]
    if wanted.startswith("*."):
        return host == wanted[2:] or host.endswith(wanted[1:])
    return host == wanted


def _token_problem(cookie: str | None, form: str | None, header: str | None) -> str | None:
    if cookie is None:
        return "CSRF cookie not set."
    if problem := _format_problem(cookie):
        return f"CSRF cookie {problem}."
    given = form or header
    if given is None:
        return "CSRF token missing."
    source = "POST" if form else "the 'X-Csrftoken' HTTP header"
    if problem := _format_problem(given):
        return f"CSRF token from {source} {problem}."
    if not hmac.compare_digest(given, cookie):
        return f"CSRF token from {source} incorrect."
    return None


def _format_problem(token: str) -> str | None:
    if len(token) != _LENGTH:
        return "has incorrect length"
    return None if _CHARACTERS.issuperset(token) else "has invalid characters"


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None
