"""What every command begins with: settings and a database, or one plain sentence why not."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import inspect, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from alpina_app.bootstrap.console import Stop
from alpina_app.db import Database
from alpina_app.errors import SettingsError
from alpina_app.settings import ROOT, Settings, load_settings

_VERSIONS: Final = ROOT / "alembic" / "versions"
_REVISION: Final = re.compile(r"(?m)^(revision|down_revision)\b[^=\n]*=\s*(.*)$")


def settings_or_stop() -> Settings:
    """Raises Stop (exit code 2) naming every wrong setting."""
    try:
        return load_settings()
    except SettingsError as error:
        raise Stop("bad_settings", 2, problems="; ".join(error.problems)) from None


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """Raises Stop instead of what the database or its driver raises; never shows the URL."""
    try:
        database = Database(settings.database_url.get_secret_value(), pool_size=1)
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise Stop("bad_settings", 2, problems="DATABASE_URL: cannot be read") from None
    try:
        yield database
    except DBAPIError as error:
        raise Stop("bad_database", reason=first_line(error.orig)) from None
    finally:
        database.close()


def migrate(database: Database, revision: str = "head") -> bool:
    """Brings the database to `revision`; False: it stood at the head already."""
    if revision == "head" and is_current(database):
        return False
    from alpina_app import migrations

    migrations.upgrade(database, revision)
    return True


def is_current(database: Database) -> bool:
    """Whether every migration is applied; asked without Alembic, whose import takes 0.3 s."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        rows = connection.execute(text("SELECT version_num FROM alembic_version"))
        return {row[0] for row in rows} == _heads()


def check_redis(url: str) -> None:
    """Raises Stop where Redis does not answer."""
    import redis

    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise Stop("bad_redis", reason=first_line(error)) from None


def first_line(problem: object) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0]


def _heads() -> set[str]:
    """The revisions that no other one follows."""
    found: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for path in _VERSIONS.glob("*.py"):
        for name, value in _REVISION.findall(path.read_text(encoding="utf-8")):
            found[name].update(re.findall(r"[\"']([^\"']+)[\"']", value))
    return found["revision"] - found["down_revision"]
