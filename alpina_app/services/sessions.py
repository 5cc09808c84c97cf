"""Sessions of signed-in browsers, and API tokens: random tokens, stored as SHA-256 only.

A token has 256 random bits, so a fast hash is enough, and a look-up by it is one indexed select.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import Session, col

from alpina_app.errors import Invalid, NotAllowed, NotFound
from alpina_app.models import ApiToken, LoginSession, User, utc_now
from alpina_app.services.access import Caller, require_sign_in
from alpina_app.services.audit import record
from alpina_app.services.quick import first_row, moment

TOKEN_MARK: Final = "ad_"  # noqa: S105
PREFIX_LENGTH: Final = 10
TOUCH_EVERY: Final = timedelta(minutes=1)

_USERS: Final = User.__table__  # type: ignore[attr-defined]
_SESSIONS: Final = LoginSession.__table__  # type: ignore[attr-defined]
_TOKENS: Final = ApiToken.__table__  # type: ignore[attr-defined]
_CALLER: Final = (_USERS.c.id, _USERS.c.username, _USERS.c.role)
_BY_SESSION: Final = (
    select(*_CALLER)
    .select_from(_SESSIONS.join(_USERS, _USERS.c.id == _SESSIONS.c.user_id))
    .where(
        _SESSIONS.c.token_hash == bindparam("token_hash"),
        _SESSIONS.c.expires_at > bindparam("now"),
        _USERS.c.is_active.is_(True),
    )
)
_BY_TOKEN: Final = (
    select(
        *_CALLER,
        _USERS.c.is_active,
        _TOKENS.c.id.label("token_id"),
        _TOKENS.c.expires_at,
        _TOKENS.c.last_used_at,
    )
    .select_from(_TOKENS.join(_USERS, _USERS.c.id == _TOKENS.c.user_id))
    .where(_TOKENS.c.token_hash == bindparam("token_hash"))
)


@dataclass(frozen=True, slots=True)
class NewToken:
    """`text` is the token itself: this is the only time it is ever seen."""

    token_id: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenCaller:
    """Whose API token it is; `touch`: its `last_used_at` is due (`touch_token`)."""

    caller: Caller
    token_id: int
    is_active: bool
    touch: bool


def open_login_session(session: Session, user_id: int, days: int) -> str:
    """The new cookie's token, valid for `days`. Removes sessions that have expired."""
    now = utc_now()
    session.execute(delete(LoginSession).where(col(LoginSession.expires_at) <= now))
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=_digest(token),
            user_id=user_id,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    return token


def caller_of_session(session: Session, token: str) -> Caller | None:
    """One indexed select; None for an unknown, ended or expired session or an inactive user."""
    row = first_row(session, _BY_SESSION, {"token_hash": _digest(token), "now": utc_now()})
    return None if row is None else Caller(row[0], row[1], row[2])


def end_login_session(session: Session, token: str) -> None:
    session.execute(delete(LoginSession).where(col(LoginSession.token_hash) == _digest(token)))


def end_sessions_of(session: Session, user_id: int) -> None:
    session.execute(delete(LoginSession).where(col(LoginSession.user_id) == user_id))


def revoke_session(session: Session, caller: Caller, session_id: int) -> None:
    """One's own sessions; an administrator's caller may end anybody's."""
    require_sign_in(caller)
    found = session.get(LoginSession, session_id)
    if found is None or not (caller.is_administrator or found.user_id == caller.user_id):
        raise NotFound
    session.delete(found)
    record(session, caller, "session_revoked", "user", found.user_id)


def create_token(
    session: Session,
    caller: Caller,
    *,
    name: str,
    user_id: int | None = None,
    expires_at: datetime | None = None,
) -> NewToken:
    """`user_id` None = the caller's own.

    Only administrators make tokens for others. Raises Invalid (i18n keys) or NotFound.
    """
    require_sign_in(caller)
    owner = caller.user_id if user_id is None else user_id
    if owner != caller.user_id and not caller.is_administrator:
        raise NotAllowed
    wrong: dict[str, list[str]] = {}
    if not name.strip():
        wrong["name"] = ["accounts.token_name_blank"]
    elif len(name.strip()) > 200:
        wrong["name"] = ["accounts.token_name_long"]
    elif not name.strip().isprintable():
        wrong["name"] = ["accounts.token_name_unprintable"]
    if expires_at is not None and expires_at <= utc_now():
        wrong["expires_at"] = ["accounts.token_expiry_past"]
    if owner is None or session.get(User, owner) is None:
        wrong["user"] = ["accounts.user_unknown"]
    if wrong or owner is None:
        raise Invalid(wrong)
    text = TOKEN_MARK + secrets.token_urlsafe(32)
    token = ApiToken(
        name=name.strip(),
        token_hash=_digest(text),
        prefix=text[:PREFIX_LENGTH],
        user_id=owner,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    assert token.id is not None
    record(session, caller, "token_created", "token", token.id, name=token.name, user=owner)
    return NewToken(token.id, text)


def revoke_token(session: Session, caller: Caller, token_id: int) -> None:
    require_sign_in(caller)
    token = session.get(ApiToken, token_id)
    if token is None or not (caller.is_administrator or token.user_id == caller.user_id):
        raise NotFound
    session.delete(token)
    record(session, caller, "token_revoked", "token", token_id, name=token.name)


def caller_of_token(session: Session, text: str) -> TokenCaller | None:
    """None for an unknown or expired token; the caller checks `is_active`."""
    row = first_row(session, _BY_TOKEN, {"token_hash": _digest(text)})
    if row is None:
        return None
    user_id, username, role, is_active, token_id, *times = row
    expires_at, last_used_at = (moment(time) for time in times)
    now = utc_now()
    if expires_at is not None and expires_at <= now:
        return None
    due = last_used_at is None or now - last_used_at >= TOUCH_EVERY
    return TokenCaller(Caller(user_id, username, role), token_id, bool(is_active), due)


def touch_token(session: Session, token_id: int) -> None:
    session.execute(
        update(ApiToken).where(col(ApiToken.id) == token_id).values(last_used_at=utc_now())
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
