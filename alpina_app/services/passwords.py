"""Passwords: Argon2id and the rules for a new one.

A check costs about 110 ms of CPU and 64 MiB: call these on `SignIn`'s own threads, never on the
event loop nor on a database thread.
"""

import hashlib
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH: Final = 8
MAX_LENGTH: Final = 1000
_HASHER: Final = PasswordHasher()  # RFC 9106, the low-memory choice: 64 MiB, 3 passes, 4 lanes
# The hash of a random password nobody knows: an unknown name costs as long as a known one.
_NOBODY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$10NaS/HwI4y63yv6LHejyA"
    "$xDOCpJgQSeqjpL4Zgo7PL8e4OgXVswSzINcKAoCBPJU"
)


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def matches(password: str, stored_hash: str | None) -> bool:
    """Whether `password` is the one of `stored_hash`; None takes as long and is never true."""
    if len(password) > MAX_LENGTH:
        return False
    try:
        return _HASHER.verify(stored_hash or _NOBODY, password) and bool(stored_hash)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def is_outdated(stored_hash: str) -> bool:
    """Made with other costs than today's: hash again while the password is at hand."""
    return _HASHER.check_needs_rehash(stored_hash)


def fingerprint(stored_hash: str) -> bytes:
    """Tells whether the password changed, without keeping the hash."""
    return hashlib.sha256(stored_hash.encode()).digest()


def password_problems(password: str, username: str) -> list[str]:
    """i18n keys of what is wrong with a new password; empty = good."""
    problems = []
    if len(password) < MIN_LENGTH:
        problems.append("accounts.password_short")
    if len(password) > MAX_LENGTH:
        problems.append("accounts.password_long")
    if password.isdigit():
        problems.append("accounts.password_digits")
    if password and password.casefold() == username.casefold():
        problems.append("accounts.password_is_name")
    if not password.isprintable():
        problems.append("accounts.password_unprintable")
    return problems
