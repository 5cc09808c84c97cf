"""Hides secrets in what is kept for people to read, and cuts it to size."""

import base64
import json
import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote, quote_plus

from alpina_app.domain.values import Json

MASK: Final = "***"
CUT_BYTES: Final = 2048
_PASSWORD_LENGTH: Final = 4


class Mask:
    """Replaces every given secret by `***`, whatever its case, also percent-encoded, JSON-escaped
    and in Base64."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {spelling for secret in secrets for spelling in _spellings(secret)}
        ordered = sorted(spellings, key=lambda text: (-len(text), text))
        pattern = "|".join(map(re.escape, ordered))
        self._pattern = re.compile(pattern, re.IGNORECASE) if ordered else None

    def text(self, text: str) -> str:
        return self._pattern.sub(MASK, text) if self._pattern else text

    def json(self, value: Any) -> Any:
        """A copy of a JSON value, masked in its texts and keys."""
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.json(item) for item in value]
            case dict():
                return {self.text(key): self.json(item) for key, item in value.items()}
            case bool():
                return value
            case int() | float() if self._pattern and self._pattern.fullmatch(repr(value)):
                return MASK
            case _:
                return value


def cut_text(text: str, limit: int = CUT_BYTES) -> str:
    """`text` cut to `limit` bytes of UTF-8, never inside a character."""
    if len(text) * 4 <= limit:
        return text
    encoded = text.encode("utf-8", "replace")
    return text if len(encoded) <= limit else encoded[:limit].decode("utf-8", "ignore")


def fits(value: Json, limit: int) -> bool:
    """False where `value` as JSON certainly takes more than `limit` bytes.

    Looks at no more than `limit` parts, so that a value which holds a large one a thousand times
    costs no more than one of that size. Where this says True, the exact size has yet to be told.
    """
    left = limit
    waiting: list[Any] = [value]
    while waiting:
        item = waiting.pop()
        left -= 1
        if isinstance(item, str):
            left -= len(item)
        elif isinstance(item, dict):
            waiting.extend(item.values())
            left -= sum(map(len, item))
        elif isinstance(item, list):
            waiting.extend(item)
        if left < 0:
            return False
    return True


def _spellings(secret: str) -> set[str]:
    """How a secret may look where it comes back."""
    if not secret:
        return set()
    escaped = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    encoded = base64.b64encode(secret.encode("utf-8", "replace")).decode()
    urls = {
        write(secret, safe=safe, errors="replace")
        for write in (quote, quote_plus)
        for safe in ("", "/")
    }
    found = {secret, *escaped, *urls, encoded, encoded.rstrip("=")}
    password = secret.partition(":")[2]
    if len(password) >= _PASSWORD_LENGTH and not password.startswith("//"):
        found.add(password)  # a secret of Basic is "user:password"
    return found | {text.replace("/", r"\/") for text in found}
