"""The database: one engine, sync sessions on a small capped set of threads.

`await database.run(fn, *args)` opens a session, runs `fn(session, *args)` in one transaction,
commits, and returns what `fn` returned: plain values, never live rows. See design.md's measurements
in docs/decisions/0002-database-access.md.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.engine.interfaces import DBAPICursor, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection
from sqlmodel import Session

from alpina_app.db_threads import Threads

P = ParamSpec("P")
R = TypeVar("R")

RETRIES = 3
_RETRY_SQLSTATES = {"40001", "40P01"}
_RETRY_MYSQL = {1205, 1213}


class Database:
    """Owns the engine and its threads. Build one per process, `close()` it at the end."""

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self.url = normalise_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.pool_size = 1 if self.is_sqlite else pool_size
        self.engine = _engine(self.url, self.pool_size)
        self._reading = self.engine.execution_options(ro=True)
        self._threads = Threads(self.pool_size, "database")

    async def run(
        self, fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """`fn(session, ...)` in one transaction on a database thread.

        A cancelled caller does not cut the transaction short: it ends, then the cancel is felt.
        Deadlocks and serialisation failures of server databases are tried again.
        """
        return await self._threads.do(partial(self.call, fn, *args, **kwargs))

    async def read(
        self, fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Like `run` for functions that only read: takes no write lock on SQLite."""
        return await self._threads.do(partial(self.call_reading, fn, *args, **kwargs))

    async def change(
        self, fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """`run` for functions that work through `services.quick` only; see `look`."""
        return await self._threads.do(partial(self.call_changing, fn, *args, **kwargs))

    async def look(
        self, fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """`read` for functions that ask through `services.quick` only: no session is made for them.

        What they get as their session is a `Reader`.
        """
        return await self._threads.do(partial(self.call_looking, fn, *args, **kwargs))

    def call(
        self, fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """`run` for code that has no event loop: commands and tests."""

        def work() -> R:
            with self.session() as session:
                return fn(session, *args, **kwargs)

        return _retried(work)

    def call_changing(
        self, fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        def work() -> R:
            with self._reader("BEGIN IMMEDIATE") as (reader, raw):
                result = fn(reader, *args, **kwargs)
                raw.commit()
                return result

        return _retried(work)

    def call_reading(
        self, fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        with Session(self._reading, expire_on_commit=False) as session:
            return fn(session, *args, **kwargs)

    def call_looking(
        self, fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        with self._reader("BEGIN") as (reader, _):
            return fn(reader, *args, **kwargs)

    @contextmanager
    def _reader(self, begin: str) -> Iterator[tuple[Any, PoolProxiedConnection]]:
        """A `Reader` (as Any: it stands in for a session) in a transaction that is rolled back.

        The driver's errors come out as SQLAlchemy's.
        """
        raw = self.engine.raw_connection()
        dialect = self.engine.dialect
        try:
            if self.is_sqlite:
                raw.cursor().execute(begin)
            yield Reader(raw, dialect), raw
        except dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(
                None, None, error, dialect.loaded_dbapi.Error, dialect=dialect
            ) from error
        finally:
            raw.close()  # the pool rolls back what was not committed

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session whose transaction commits at the end, or rolls back on an exception."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        self._threads.close()
        self.engine.dispose()


class Reader:
    """A transaction without a session: the driver's own cursor, for `services.quick`."""

    __slots__ = ("_raw", "dialect")

    def __init__(self, raw: PoolProxiedConnection, dialect: Dialect) -> None:
        self._raw = raw
        self.dialect = dialect

    def cursor(self) -> DBAPICursor:
        return self._raw.cursor()


def _retried(work: Callable[[], R]) -> R:
    for tries_left in range(RETRIES, -1, -1):
        try:
            return work()
        except DBAPIError as error:
            if not tries_left or not _may_retry(error):
                raise
    raise AssertionError("unreachable")


def normalise_url(url: str) -> URL:
    """The URL with the driver this project ships: psycopg 3, PyMySQL, utf8mb4."""
    parsed = make_url(url)
    match parsed.drivername.split("+")[0]:
        case "postgres" | "postgresql":
            return parsed.set(drivername="postgresql+psycopg")
        case "mysql" | "mariadb":
            query = {"charset": "utf8mb4", **parsed.query}
            return parsed.set(drivername=f"{parsed.drivername.split('+')[0]}+pymysql", query=query)
        case _:
            return parsed


def _engine(url: URL, pool_size: int) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url,
            pool_size=pool_size,
            hide_parameters=True,
            connect_args={"check_same_thread": False},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        url, pool_size=pool_size, hide_parameters=True, max_overflow=0, pool_pre_ping=True
    )
    if url.get_backend_name() in ("mysql", "mariadb"):
        event.listen(engine, "connect", _prepare_mysql)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    connection.create_function("lower", 1, _lower, deterministic=True)
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=NORMAL",
        "busy_timeout=5000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _lower(value: Any) -> Any:
    """Folds Cyrillic as well: SQLite's own `lower` knows ASCII only."""
    return value.lower() if isinstance(value, str) else value


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("ro", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _prepare_mysql(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'")
        cursor.execute("SET time_zone='+00:00'")
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")


def _may_retry(error: DBAPIError) -> bool:
    original = error.orig
    if getattr(original, "sqlstate", None) in _RETRY_SQLSTATES:
        return True
    args: tuple[Any, ...] = getattr(original, "args", ())
    return bool(args) and args[0] in _RETRY_MYSQL
