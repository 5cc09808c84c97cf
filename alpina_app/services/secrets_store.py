"""Secrets for HTTP steps: encrypted at rest, used by name, never shown again.

AES-256-GCM (NIST SP 800-38D) with a key derived from SECRET_KEY by HKDF-SHA256 (RFC 5869); the
secret's name is authenticated, so that one row's value cannot be moved to another. With another
SECRET_KEY the values are lost: they have to be set again.
"""

import base64
import logging
import os
import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlmodel import Session, col, select

from alpina_app.errors import Invalid, NotFound
from alpina_app.models import Secret, utc_now
from alpina_app.services.access import Caller, require_administrator
from alpina_app.services.audit import record
from alpina_app.settings import Settings

MAX_VALUE: Final = 10_000
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_MARK: Final = "v1:"
_NONCE_BYTES: Final = 12
_log = logging.getLogger(__name__)


def set_secret(session: Session, caller: Caller, settings: Settings, name: str, value: str) -> int:
    """Makes the secret or gives it a new value; its id. For administrators.

    Raises Invalid (i18n keys) for `name` and `value`.
    """
    require_administrator(caller)
    wrong: dict[str, list[str]] = {}
    if not _NAME.fullmatch(name):
        wrong["name"] = ["accounts.secret_name_invalid"]
    if not value:
        wrong["value"] = ["accounts.secret_value_blank"]
    elif len(value) > MAX_VALUE:
        wrong["value"] = ["accounts.secret_value_long"]
    if wrong:
        raise Invalid(wrong)
    found = session.exec(select(Secret).where(Secret.name == name)).first()
    secret = found or Secret(name=name)
    secret.value = _encrypted(settings, name, value)
    secret.updated_at = utc_now()
    session.add(secret)
    session.flush()
    assert secret.id is not None
    record(session, caller, "secret_set", "secret", secret.id, name=name)
    return secret.id


def delete_secret(session: Session, caller: Caller, secret_id: int) -> None:
    require_administrator(caller)
    secret = session.get(Secret, secret_id)
    if secret is None:
        raise NotFound
    session.delete(secret)
    record(session, caller, "secret_deleted", "secret", secret_id, name=secret.name)


def secret_names(session: Session) -> list[str]:
    """In alphabetical order; names are no secrets: the scenario editor offers them."""
    return list(session.exec(select(Secret.name).order_by(col(Secret.name))))


def secret_values(session: Session, settings: Settings, names: Collection[str]) -> dict[str, str]:
    """The values of `names` that exist, for the one request that needs them.

    A value made with another SECRET_KEY is left out, as if the secret did not exist.
    """
    if not names:
        return {}
    rows = session.exec(
        select(Secret.name, Secret.value).where(col(Secret.name).in_(sorted(names)))
    )
    found = {}
    for name, stored in rows:
        value = _decrypted(settings, name, stored)
        if value is None:
            _log.warning("secret %s was stored with another SECRET_KEY: set it again", name)
        else:
            found[name] = value
    return found


def _encrypted(settings: Settings, name: str, value: str) -> str:
    nonce = os.urandom(_NONCE_BYTES)
    text = value.encode("utf-8", "replace")
    sealed = nonce + _cipher(_key_of(settings)).encrypt(nonce, text, name.encode())
    return _MARK + base64.b64encode(sealed).decode()


def _decrypted(settings: Settings, name: str, stored: str) -> str | None:
    try:
        sealed = base64.b64decode(stored.removeprefix(_MARK), validate=True)
        nonce, text = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        return _cipher(_key_of(settings)).decrypt(nonce, text, name.encode()).decode()
    except (InvalidTag, ValueError):
        return None


def _key_of(settings: Settings) -> str:
    return settings.secret_key.get_secret_value()


@lru_cache(maxsize=4)
def _cipher(secret_key: str) -> AESGCM:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"alpina secrets v1")
    return AESGCM(derived.derive(secret_key.encode()))
