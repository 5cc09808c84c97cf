"""Users, their roles and passwords: who there is and who may change it.

Messages in `Invalid.fields` are i18n keys (`accounts.*`), for every edge to say in its language.
Passwords come here as Argon2id hashes (`passwords.hash_password`, made outside the transaction).
"""

import hmac
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any, Final

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from alpina_app.errors import Conflict, Invalid, NotFound
from alpina_app.models import ROLES, Bot, User
from alpina_app.services.access import SYSTEM, Caller, require_administrator
from alpina_app.services.audit import record
from alpina_app.services.quick import first_row
from alpina_app.services.sessions import (
    caller_of_session,
    caller_of_token,
    create_token,
    end_login_session,
    end_sessions_of,
    open_login_session,
    revoke_session,
    revoke_token,
    touch_token,
)
from alpina_app.settings import Settings

__all__ = [
    "SYSTEM",
    "Account",
    "account_named",
    "account_of",
    "caller_of_session",
    "caller_of_token",
    "create_first_administrator",
    "create_token",
    "create_user",
    "delete_user",
    "end_login_session",
    "end_sessions_of",
    "has_users",
    "is_setup_token",
    "name_problems",
    "normalised_name",
    "open_login_session",
    "revoke_session",
    "revoke_token",
    "set_password",
    "setup_token",
    "touch_token",
    "update_user",
]

_USERNAME: Final = re.compile(r"[\w.@+-]{1,150}")
_USERS: Final = User.__table__  # type: ignore[attr-defined]
_ACCOUNT: Final = select(
    _USERS.c.id, _USERS.c.username, _USERS.c.role, _USERS.c.is_active, _USERS.c.password_hash
)
_BY_NAME: Final = _ACCOUNT.where(_USERS.c.username == bindparam("username"))
_BY_ID: Final = _ACCOUNT.where(_USERS.c.id == bindparam("user_id"))


@dataclass(frozen=True, slots=True)
class Account:
    """A user with the hash of the password: for checks, never for an answer."""

    user_id: int
    username: str
    role: str
    is_active: bool
    password_hash: str = field(repr=False)

    @property
    def caller(self) -> Caller:
        return Caller(self.user_id, self.username, self.role)


def has_users(session: Session) -> bool:
    return session.execute(select(_USERS.c.id).limit(1)).first() is not None


def setup_token(settings: Settings) -> str:
    """Of the one-time link that makes the first administrator; worthless once a user exists."""
    key = settings.secret_key.get_secret_value().encode()
    return hmac.new(key, b"alpina first administrator", "sha256").hexdigest()


def is_setup_token(settings: Settings, text: str | None) -> bool:
    return hmac.compare_digest(
        setup_token(settings).encode(), (text or "").encode(errors="replace")
    )


def account_named(session: Session, username: str) -> Account | None:
    name = normalised_name(username)
    if not _USERNAME.fullmatch(name):
        return None
    found = _account(first_row(session, _BY_NAME, {"username": name}))
    # MySQL's collations ignore trailing blanks
    return found if found is not None and found.username == name else None


def account_of(session: Session, user_id: int) -> Account | None:
    return _account(first_row(session, _BY_ID, {"user_id": user_id}))


def create_user(
    session: Session,
    caller: Caller,
    *,
    username: str,
    password_hash: str,
    role: str = "viewer",
    email: str = "",
    is_active: bool = True,
) -> int:
    """The new user's id. For administrators (and `SYSTEM`).

    Raises Invalid with every wrong field at once.
    """
    require_administrator(caller)
    name, address = normalised_name(username), email.strip()
    _check_fields(session, name, address, role)
    user = User(
        username=name, email=address, role=role, is_active=is_active, password_hash=password_hash
    )
    session.add(user)
    session.flush()
    assert user.id is not None
    record(session, caller, "user_created", "user", user.id, username=name, role=role)
    return user.id


def create_first_administrator(
    session: Session, *, username: str, password_hash: str, email: str = ""
) -> int:
    """Only while there is no user at all; then raises Conflict("setup_done")."""
    if has_users(session):
        raise Conflict("setup_done")
    return create_user(
        session,
        SYSTEM,
        username=username,
        email=email,
        role="administrator",
        password_hash=password_hash,
    )


def update_user(
    session: Session,
    caller: Caller,
    user_id: int,
    *,
    username: str | None = None,
    email: str | None = None,
    role: str | None = None,
    is_active: bool | None = None,
) -> None:
    """Changes what is not None. Raises Conflict("last_administrator") rather than lock all out."""
    require_administrator(caller)
    user = _locked(session, user_id)
    name = user.username if username is None else normalised_name(username)
    address = user.email if email is None else email.strip()
    new_role = user.role if role is None else role
    active = user.is_active if is_active is None else is_active
    _check_fields(session, name, address, new_role, user_id=user_id)
    if new_role != "administrator" or not active:
        _keep_an_administrator(session, user)
    before = {"username": user.username, "email": user.email, "role": user.role}
    if user.is_active and not active:
        end_sessions_of(session, user_id)
        record(session, caller, "user_deactivated", "user", user_id, username=name)
    if active and not user.is_active:
        record(session, caller, "user_activated", "user", user_id, username=name)
    user.username, user.email, user.role, user.is_active = name, address, new_role, active
    after = {"username": name, "email": address, "role": new_role}
    changed = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
    if "role" in changed:
        old, new = changed.pop("role")
        record(session, caller, "role_changed", "user", user_id, username=name, old=old, new=new)
    if changed:
        record(session, caller, "user_changed", "user", user_id, **changed)


def set_password(
    session: Session,
    caller: Caller,
    user_id: int,
    password_hash: str,
) -> None:
    """Ends every session of the user; the caller's own or, for administrators, anybody's."""
    if caller.user_id != user_id:
        require_administrator(caller)
    user = _locked(session, user_id)
    user.password_hash = password_hash
    end_sessions_of(session, user_id)
    record(session, caller, "password_changed", "user", user_id, username=user.username)


def delete_user(session: Session, caller: Caller, user_id: int) -> None:
    """Raises Conflict("user_has_bots", count, username) or Conflict("last_administrator")."""
    require_administrator(caller)
    user = _locked(session, user_id)
    bots = session.scalar(
        select(func.count()).select_from(Bot).where(col(Bot.created_by_id) == user_id)
    )
    if bots:
        raise Conflict("user_has_bots", count=bots, username=user.username)
    _keep_an_administrator(session, user)
    end_sessions_of(session, user_id)
    # First the entry: who deletes himself is still there to be named.
    record(session, caller, "user_deleted", "user", user_id, username=user.username)
    session.delete(user)


def normalised_name(username: str) -> str:
    """As Django keeps names: Unicode NFKC, without blanks around."""
    return unicodedata.normalize("NFKC", username).strip()


def name_problems(username: str) -> dict[str, list[str]]:
    """Of the name alone, without asking who has it: `{"username": [i18n key]}` or nothing."""
    name = normalised_name(username)
    if not name:
        return {"username": ["accounts.username_blank"]}
    return {} if _USERNAME.fullmatch(name) else {"username": ["accounts.username_invalid"]}


def _locked(session: Session, user_id: int) -> User:
    """The user, with the administrators locked in one order: the last two may be removed at once.

    A lock on SQLite is the transaction's own.
    """
    session.execute(
        select(_USERS.c.id)
        .where(_USERS.c.role == "administrator")
        .order_by(_USERS.c.id)
        .with_for_update()
    )
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound
    return user


def _keep_an_administrator(session: Session, user: User) -> None:
    if user.role != "administrator" or not user.is_active:
        return
    others = session.scalar(
        select(func.count())
        .select_from(User)
        .where(
            col(User.role) == "administrator",
            col(User.is_active).is_(True),
            col(User.id) != user.id,
        )
    )
    if not others:
        raise Conflict("last_administrator", username=user.username)


def _check_fields(
    session: Session, name: str, email: str, role: str, user_id: int | None = None
) -> None:
    wrong = name_problems(name)
    if not wrong:
        owner = account_named(session, name)
        if owner is not None and owner.user_id != user_id:
            wrong["username"] = ["accounts.username_taken"]
    if email and not _is_email(email):
        wrong["email"] = ["accounts.email_invalid"]
    if role not in ROLES:
        wrong["role"] = ["accounts.role_unknown"]
    if wrong:
        raise Invalid(wrong)


def _is_email(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return len(text) <= 254


def _account(row: tuple[Any, ...] | None) -> Account | None:
    if row is None:
        return None
    user_id, username, role, is_active, password_hash = row
    return Account(user_id, username, role, bool(is_active), password_hash)
