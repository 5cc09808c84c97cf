"""Migrations: bring the database up, write new ones, prove that they agree with the models."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData
from sqlmodel import SQLModel

from alpina_app import models  # noqa: F401  (fills the metadata)
from alpina_app.db import Database
from alpina_app.settings import ROOT

_OPTIONS: dict[str, Any] = {
    "render_as_batch": True,
    "compare_type": True,
    "user_module_prefix": "",  # `UTC()`, imported by the template
}


def upgrade(database: Database, revision: str = "head") -> None:
    """Applies what is missing; a database that is up to date is not written to."""
    with _connection(database) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    with _connection(database) as connection:
        command.downgrade(_config(connection), revision)


def make_migration(database: Database, message: str) -> Path | None:
    """Writes a migration for what the models have and the database lacks; None: no difference."""
    if not differences(database):
        return None
    with _connection(database) as connection:
        script = command.revision(_config(connection), message, autogenerate=True)
    return Path(script.path) if script and not isinstance(script, list) else None


def differences(database: Database) -> list[Any]:
    """Alembic's list of what the models have and the database lacks, or the reverse."""
    with _connection(database) as connection:
        context = MigrationContext.configure(connection, opts=_OPTIONS)
        return list(compare_metadata(context, SQLModel.metadata))


def run_with(context: Any, metadata: MetaData) -> None:
    """Called by `alembic/env.py`."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, **_OPTIONS)
    context.run_migrations()


def _connection(database: Database) -> Any:
    if database.is_sqlite:
        # Batch migrations copy tables: with foreign keys on, dropping the old copy would cascade.
        return _ForeignKeysOff(database)
    return database.engine.begin()


class _ForeignKeysOff:
    def __init__(self, database: Database) -> None:
        self._engine = database.engine

    def __enter__(self) -> Connection:
        raw = self._engine.raw_connection()
        raw.cursor().execute("PRAGMA foreign_keys=OFF")
        raw.close()
        self._begun = self._engine.begin()
        return self._begun.__enter__()

    def __exit__(self, *exc: Any) -> None:
        self._begun.__exit__(*exc)
        self._engine.dispose()  # new connections have foreign keys on again


def _config(connection: Connection) -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["connection"] = connection
    return config
