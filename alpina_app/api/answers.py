"""Answers, and what errors become on the wire."""

import json
import logging
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from alpina_app.api.auth import CHALLENGE, AuthenticationFailed, CsrfFailed
from alpina_app.api.refusals import Refused
from alpina_app.errors import (
    AlpinaError,
    Busy,
    Conflict,
    Invalid,
    ModelError,
    ModelNotConfigured,
    ModelTimeout,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Outdated,
    Throttled,
)
from alpina_app.i18n import translate
from alpina_app.services.idempotency import KeyReused

log = logging.getLogger(__name__)

NOT_SIGNED_IN: Final = "Authentication credentials were not provided."
NOT_ALLOWED: Final = "You do not have permission to perform this action."


@dataclass(slots=True)
class Answer:
    """`body`: JSON text, None for no content. `events` instead of it: a stream of SSE frames.

    `tag`: the entity tag of `body`.
    """

    body: bytes | None = None
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    tag: str | None = None
    events: AsyncIterator[bytes] | None = None


def answer(value: Any, status: int = 200) -> Answer:
    return Answer(json_body(value), status)


def json_body(value: Any) -> bytes:
    """Compact UTF-8; integers over 64 bits, which contents and variables may hold, included."""
    try:
        return orjson.dumps(value)
    except TypeError:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return text.encode(errors="replace")


def refusal(status: int, detail: str) -> Answer:
    return answer({"detail": detail}, status)


def answer_for(error: Exception) -> Answer:
    """The status and body of an error. One nobody foresaw is logged with an id, its only text."""
    match error:
        case Refused():
            return refusal(error.status, error.detail)
        case Invalid():
            return answer(error.fields, 400)
        case AuthenticationFailed():
            return _challenged(error.detail)
        case NotSignedIn():
            return _challenged(NOT_SIGNED_IN)
        case CsrfFailed():
            return refusal(403, error.detail)
        case NotAllowed():
            return refusal(403, NOT_ALLOWED)
        case NotFound():
            return refusal(404, _not_found(error))
        case Throttled():
            return _throttled(error)
        case AlpinaError():
            return refusal(_status(error), _said(error))
        case OperationalError() | PoolTimeout():
            log.error("database: %s", type(error).__name__, exc_info=error)
            return refusal(503, "The database does not answer at the moment. Try again.")
        case _:
            return _unforeseen(error)


def _challenged(detail: str) -> Answer:
    found = refusal(401, detail)
    found.headers.append(("WWW-Authenticate", CHALLENGE))
    return found


def _not_found(error: NotFound) -> str:
    match error.params.get("what"):
        case None:
            return "Not found."
        case "page":
            return "Invalid page."
        case what:
            return f"No {what} matches the given query."


def _throttled(error: Throttled) -> Answer:
    wait = int(error.params.get("wait_s", 1))
    unit = "second" if wait == 1 else "seconds"
    found = refusal(429, f"Request was throttled. Expected available in {wait} {unit}.")
    found.headers.append(("Retry-After", str(wait)))
    return found


def _status(error: AlpinaError) -> int:
    match error:
        case Outdated():
            return 412
        case KeyReused():
            return 422
        case Busy() | Conflict():
            return 409
        case ModelNotConfigured():
            return 503
        case ModelTimeout():
            return 504
        case ModelError():
            return 502
        case _:
            return 400


def _said(error: AlpinaError) -> str:
    return translate("en", f"errors.{error.error_code}", **error.params)


def _unforeseen(error: Exception) -> Answer:
    mark = secrets.token_hex(6)
    log.error("error %s: %s", mark, type(error).__name__, exc_info=error)
    return refusal(500, f"Something went wrong. Error id: {mark}.")
