"""Databases of server kinds for tests: each run makes one of its own and drops it at the end.

TEST_POSTGRES_URL and TEST_MYSQL_URL name a server where databases may be created, such as
`postgresql://postgres@127.0.0.1/postgres` and `mysql://root@127.0.0.1/test`.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator

from sqlalchemy import create_engine, text

from alpina_app import migrations
from alpina_app.db import Database, normalise_url

VARIABLES = {"postgresql": "TEST_POSTGRES_URL", "mysql": "TEST_MYSQL_URL"}


def configured(kind: str) -> str | None:
    """The server's URL for `postgresql` or `mysql`; None where none is set."""
    return os.environ.get(VARIABLES[kind]) or None


@contextlib.contextmanager
def own_database(kind: str, *, migrate: bool = True) -> Iterator[str]:
    """The URL of a new, migrated database on the configured server; dropped at the end."""
    server = configured(kind)
    assert server is not None, f"{VARIABLES[kind]} is not set"
    url = normalise_url(server)
    name = f"alpina_test_{secrets.token_hex(6)}"
    create, drop = _statements(kind, name)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(create))
        try:
            own = url.set(database=name).render_as_string(hide_password=False)
            if migrate:
                database = Database(own, 1)
                migrations.upgrade(database)
                database.close()
            yield own
        finally:
            with engine.connect() as connection:
                connection.execute(text(drop))
    finally:
        engine.dispose()


def _statements(kind: str, name: str) -> tuple[str, str]:
    if kind == "postgresql":
        return (
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' "
            "LOCALE_PROVIDER icu ICU_LOCALE 'und' LOCALE 'C'",
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
        )
    return (
        f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        f"DROP DATABASE IF EXISTS {name}",
    )
