"""Texts of the administration in the language of the request."""

from typing import Any

from babel.support import LazyProxy
from starlette_admin.i18n import get_locale

from alpina_app.i18n import translate


def say(key: str, /, **params: Any) -> str:
    """`admin.<key>` in the language of the request at work."""
    return translate(get_locale(), f"admin.{key}", **params)


def later(key: str) -> str:
    """The same for labels, which are made once and shown in either language."""
    return LazyProxy(say, key, enable_cache=False)  # type: ignore[return-value]


def said(key: str, /, **params: Any) -> str:
    """Of any area: `said("accounts.password_short")`."""
    return translate(get_locale(), key, **params)
