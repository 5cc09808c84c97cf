"""Answers remembered by `Idempotency-Key`, so that a repeated POST is not done twice.

A key belongs to its caller and its path and is kept for a day. Work on the database alone uses
`once`: the answer is stored in the transaction of the work. Work that leaves the database reserves
the key first (`reserve`), then keeps the answer (`keep`) or gives the key back (`release`).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Table, delete, insert, select, update
from sqlmodel import Session

from alpina_app.errors import Conflict
from alpina_app.models import IdempotencyKey, utc_now
from alpina_app.services.access import Caller

KEEP: Final = timedelta(hours=24)
LONGEST_WORK: Final = timedelta(minutes=15)
"""A key still at work after this belongs to a process that died."""

_KEYS: Final[Table] = IdempotencyKey.__table__  # type: ignore[attr-defined]


class KeyReused(Conflict):
    """The key came with another request before."""

    code = "key_reused"


class KeyInUse(Conflict):
    """The first request with this key has no answer yet."""

    code = "key_in_use"


@dataclass(frozen=True, slots=True)
class Request:
    """A request with a key: `path` with the method, `body` as it was sent."""

    key: str
    path: str
    content_type: str
    body: bytes

    def key_hash(self, caller: Caller) -> str:
        return _digest(str(caller.user_id), self.path, self.key)

    def request_hash(self) -> str:
        return _digest(self.content_type, hashlib.sha256(self.body).hexdigest())


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer: `headers` are what the wire needs to repeat it."""

    status: int
    headers: dict[str, str]
    body: str


def once(
    session: Session, caller: Caller, request: Request, work: Callable[[], Kept]
) -> tuple[Kept, bool]:
    """The answer, and whether it is an old one. What `work` raises is not remembered.

    Raises KeyReused or KeyInUse; IntegrityError where another transaction was first: try again.
    """
    known = _known(session, caller, request)
    if known is not None:
        return known, True
    _insert(session, caller, request, status=0)
    done = work()
    keep(session, caller, request, done)
    return done, False


def reserve(session: Session, caller: Caller, request: Request) -> Kept | None:
    """The answer of an earlier request; None: the key is now this request's.

    Raises KeyReused or KeyInUse; IntegrityError where another transaction was first: try again.
    """
    known = _known(session, caller, request)
    if known is None:
        _insert(session, caller, request, status=0)
    return known


def keep(session: Session, caller: Caller, request: Request, done: Kept) -> None:
    session.execute(
        update(_KEYS)
        .where(_KEYS.c.key_hash == request.key_hash(caller))
        .values(status=done.status, headers=done.headers, body=done.body)
    )


def release(session: Session, caller: Caller, request: Request) -> None:
    session.execute(
        delete(_KEYS).where(_KEYS.c.key_hash == request.key_hash(caller), _KEYS.c.status == 0)
    )


def _known(session: Session, caller: Caller, request: Request) -> Kept | None:
    now = utc_now()
    session.execute(delete(_KEYS).where(_KEYS.c.created_at < now - KEEP))
    row: Any = session.execute(
        select(_KEYS).where(_KEYS.c.key_hash == request.key_hash(caller))
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != request.request_hash():
        raise KeyReused
    if row.status == 0:
        if row.created_at > now - LONGEST_WORK:
            raise KeyInUse
        release(session, caller, request)
        return None
    return Kept(row.status, row.headers, row.body)


def _insert(session: Session, caller: Caller, request: Request, *, status: int) -> None:
    session.execute(
        insert(_KEYS),
        {
            "key_hash": request.key_hash(caller),
            "request_hash": request.request_hash(),
            "status": status,
            "headers": {},
            "body": "",
            "created_at": utc_now(),
        },
    )


def _digest(*parts: str) -> str:
    text = "\x00".join(parts)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
