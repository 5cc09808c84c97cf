"""Signing in: passwords checked on own threads, failures throttled, Basic credentials remembered.

One `SignIn` per process (`runtime.sign_in`). Nothing here holds a transaction while it hashes.
"""

import asyncio
import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from sqlmodel import Session

from alpina_app.db import Database
from alpina_app.errors import Invalid, WrongCredentials
from alpina_app.models import User, utc_now
from alpina_app.services import accounts, passwords, sessions
from alpina_app.services.access import GUEST, Caller
from alpina_app.services.accounts import Account
from alpina_app.services.audit import record
from alpina_app.services.throttle import SignInThrottle
from alpina_app.settings import Settings

if TYPE_CHECKING:
    from alpina_app.services.runtime import Runtime

P = ParamSpec("P")
R = TypeVar("R")

SESSION_COOKIE: Final = "sessionid"
REMEMBERED: Final = 1024
REMEMBER_S: Final = 300.0
_THREADS: Final = 2  # a check takes 64 MiB


@dataclass(frozen=True, slots=True)
class Verified:
    """A name and password that were right; still right while `fingerprint` is the stored one's."""

    user_id: int
    fingerprint: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`token` is the new session's, for the cookie."""

    caller: Caller
    token: str = field(repr=False)


class SignIn:
    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._throttle = SignInThrottle(settings)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="passwords")
        self._key = hmac.digest(
            settings.secret_key.get_secret_value().encode(), b"alpina basic credentials", "sha256"
        )
        self._remembered: OrderedDict[bytes, tuple[float, Verified]] = OrderedDict()
        self._checking: dict[bytes, asyncio.Task[Verified]] = {}

    async def open(
        self, username: str, password: str, address: str, *, old_token: str | None = None
    ) -> SignedIn:
        """A new session for a right name and password; the browser's old one is ended.

        Raises WrongCredentials, or Throttled("sign_in_throttled", wait_s).
        """
        account = await self._check(username, password, address)
        new_hash = None
        if passwords.is_outdated(account.password_hash):
            new_hash = await self.hash(password)
        token = await self._database.run(
            _open_session, account, self._settings.session_days, old_token, new_hash
        )
        return SignedIn(account.caller, token)

    async def open_for(self, user_id: int, *, old_token: str | None = None) -> SignedIn:
        """A new session for somebody just identified otherwise: set-up, change of password."""
        account = await self._database.look(accounts.account_of, user_id)
        if account is None or not account.is_active:
            raise WrongCredentials
        token = await self._database.run(
            _open_session, account, self._settings.session_days, old_token, None
        )
        return SignedIn(account.caller, token)

    async def close_session(self, token: str) -> None:
        await self._database.run(_sign_out, token)

    async def verify(self, username: str, password: str, address: str) -> Verified:
        """For Basic: a credential once found right is remembered for a short time.

        Whoever uses the answer compares `fingerprint` with the stored hash (`caller_of_verified`).
        Raises WrongCredentials or Throttled.
        """
        key = self._credential_key(username, password)
        known = self._remembered.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        task = self._checking.get(key)
        if task is None:
            task = asyncio.create_task(self._verify(key, username, password, address))
            self._checking[key] = task
            task.add_done_callback(lambda done: self._checked(key, done))
        return await asyncio.shield(task)

    def forget(self, user_id: int) -> None:
        """Drops the user's remembered credentials: one turned out to be of an old password."""
        for key, (_, verified) in list(self._remembered.items()):
            if verified.user_id == user_id:
                del self._remembered[key]

    async def confirm(self, account: Account, password: str, address: str) -> None:
        """A signed-in user's password asked for again. Raises WrongCredentials or Throttled."""
        await self._on_thread(
            self._compare, account.username, account.password_hash, password, address
        )

    async def hash(self, password: str) -> str:
        return await self._on_thread(passwords.hash_password, password)

    async def new_hash(self, password: str, username: str) -> str:
        """The hash of a new password; raises Invalid({"password": [i18n keys]})."""
        if problems := passwords.password_problems(password, username):
            raise Invalid({"password": problems})
        return await self.hash(password)

    async def caller_of_cookies(self, cookie_header: str) -> Caller:
        """GUEST where the header holds no living session."""
        token = cookie_value(cookie_header, SESSION_COOKIE)
        if not token:
            return GUEST
        return await self._database.look(sessions.caller_of_session, token) or GUEST

    def stop(self) -> None:
        self._threads.shutdown(wait=True)

    async def _check(self, username: str, password: str, address: str) -> Account:
        name = accounts.normalised_name(username)
        account = await self._database.look(accounts.account_named, name)
        usable = account if account is not None and account.is_active else None
        stored = usable.password_hash if usable is not None else None
        try:
            await self._on_thread(self._compare, name, stored, password, address)
        except WrongCredentials:
            await self._database.run(_record_failure, account, name, address)
            raise
        assert usable is not None
        return usable

    def _compare(self, name: str, stored_hash: str | None, password: str, address: str) -> None:
        """On a thread: hashing takes long, and Redis may."""
        self._throttle.check(name, address)
        if not passwords.matches(password, stored_hash):
            self._throttle.failed(name, address)
            raise WrongCredentials
        self._throttle.succeeded(name, address)

    async def _verify(self, key: bytes, username: str, password: str, address: str) -> Verified:
        account = await self._check(username, password, address)
        verified = Verified(account.user_id, passwords.fingerprint(account.password_hash))
        self._remembered[key] = (time.monotonic() + REMEMBER_S, verified)
        self._remembered.move_to_end(key)
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        return verified

    def _checked(self, key: bytes, task: asyncio.Task[Verified]) -> None:
        self._checking.pop(key, None)
        if not task.cancelled():
            task.exception()  # those who waited have it; nobody may be left

    def _credential_key(self, username: str, password: str) -> bytes:
        name, secret = username.encode(errors="replace"), password.encode(errors="replace")
        text = len(name).to_bytes(4, "big") + name + secret
        return hmac.digest(self._key, text, hashlib.sha256)

    async def _on_thread(self, fn: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        assert not kwargs
        return await asyncio.get_running_loop().run_in_executor(self._threads, fn, *args)


def caller_of_verified(session: Session, verified: Verified) -> Caller | None:
    """None when the password changed or the user was deactivated since, in any process."""
    account = accounts.account_of(session, verified.user_id)
    if account is None or not account.is_active:
        return None
    if not hmac.compare_digest(passwords.fingerprint(account.password_hash), verified.fingerprint):
        return None
    return account.caller


async def caller_of_cookies(runtime: "Runtime", cookie_header: str) -> Caller:
    """Who a page's event comes from: asked of the database each time. For every event handler."""
    return await runtime.sign_in.caller_of_cookies(cookie_header)


def cookie_value(cookie_header: str, name: str) -> str | None:
    """The last cookie of that name, as Django reads them."""
    found = None
    for part in cookie_header.split(";"):
        key, mark, value = part.partition("=")
        if mark and key.strip() == name:
            found = value.strip().strip('"')
    return found


def _open_session(
    session: Session, account: Account, days: int, old_token: str | None, new_hash: str | None
) -> str:
    if old_token:
        sessions.end_login_session(session, old_token)
    user = session.get(User, account.user_id)
    if user is None or not user.is_active or user.password_hash != account.password_hash:
        raise WrongCredentials  # changed while the password was being checked
    user.last_login_at = utc_now()
    if new_hash is not None:
        user.password_hash = new_hash
    record(session, account.caller, "sign_in", "user", account.user_id)
    return sessions.open_login_session(session, account.user_id, days)


def _sign_out(session: Session, token: str) -> None:
    caller = sessions.caller_of_session(session, token)
    sessions.end_login_session(session, token)
    if caller is not None:
        record(session, caller, "sign_out", "user", caller.user_id)


def _record_failure(session: Session, account: Account | None, username: str, address: str) -> None:
    user_id = account.user_id if account is not None else None
    who = Caller(username=storable(username))  # said to be, not proven
    record(session, who, "sign_in_failed", "user", user_id, address=address)


def storable(text: str) -> str:
    """What every database takes: no NUL, no lone surrogates."""
    return text.replace("\x00", "\ufffd").encode(errors="replace").decode()[:150]
