"""The application under test: real services, real database, no network in between.

    async with make_app(tmp_path, api_anonymous_read=True) as app:
        guest = app.client
        editor = app.signed_in("editor")            # by session cookie, with the CSRF header
        answer = await editor.post("/api/bots/", json={"name": "Бот"})
        answer = await guest.get("/api/bots/", auth=app.basic("viewer"))

Every test gets a SQLite file of its own, copied from one that was migrated once, with one user of
each role. `database_url` of an already migrated PostgreSQL or MySQL database (see
`tests.support.databases`) runs the same on a server; its tables are emptied first.
"""

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
from argon2 import PasswordHasher
from sqlalchemy import insert, text
from sqlmodel import Session, SQLModel
from starlette.types import ASGIApp, Receive, Scope, Send

from alpina_app import migrations, models
from alpina_app.db import Database
from alpina_app.services.accounts import open_login_session
from alpina_app.services.runtime import Runtime
from alpina_app.settings import load_settings
from alpina_app.startup import create_runtime

DATABASE_VARIABLE = "ALPINA_TEST_DATABASE_URL"
"""Where set, every `make_app` works on this migrated database (tests/backends sets it)."""
ORIGIN = "http://localhost"
CSRF_TOKEN = "t" * 32
SECRET_KEY = "only-for-tests-0123456789"


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    username: str
    password: str
    role: str


PEOPLE: Mapping[str, Person] = MappingProxyType(
    {
        role: Person(number, name, f"{name}-pass-1", role)
        for number, (role, name) in enumerate(
            [("administrator", "admin"), ("editor", "editor"), ("viewer", "viewer")], start=1
        )
    }
)


@dataclass
class TestApp:
    """`client` is a guest; `people` has the users by role."""

    __test__ = False

    runtime: Runtime
    asgi: ASGIApp
    client: httpx.AsyncClient
    people: Mapping[str, Person] = field(default_factory=lambda: PEOPLE)

    def basic(self, role: str) -> httpx.BasicAuth:
        person = self.people[role]
        return httpx.BasicAuth(person.username, person.password)

    def signed_in(self, role: str) -> httpx.AsyncClient:
        """A client with an open login session, its CSRF cookie and header, and its Origin."""
        days = self.runtime.settings.session_days
        token = self.call(open_login_session, self.people[role].id, days)
        return self.new_client(
            cookies={"sessionid": token, "csrftoken": CSRF_TOKEN},
            headers={"X-CSRFToken": CSRF_TOKEN, "Origin": ORIGIN},
        )

    def new_client(self, **kwargs: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.asgi), base_url=ORIGIN, **kwargs
        )

    def call(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        """`fn(session, ...)` in one transaction, from a test."""
        return self.runtime.database.call(fn, *args, **kwargs)

    def add(self, *rows: SQLModel) -> list[Any]:
        """Stores `rows` and gives their ids."""

        def store(session: Session) -> list[Any]:
            for row in rows:
                session.add(row)
                session.flush()
            return [row.id for row in rows]  # type: ignore[attr-defined]

        return list(self.runtime.database.call(store))


@contextlib.asynccontextmanager
async def make_app(tmp_path: Path, **settings: Any) -> AsyncIterator[TestApp]:
    """A running application; `settings` are field names of `Settings`."""
    url = settings.pop("database_url", None) or os.environ.get(DATABASE_VARIABLE)
    if url is None:
        url = f"sqlite:///{copy_of_migrated(tmp_path / 'test.sqlite3')}"
    else:
        _empty(url)
    defaults = {
        "secret_key": SECRET_KEY,
        "debug": False,
        "api_anonymous_read": False,
        "local_model": False,
        "database_pool_size": 3,
    }
    merged = load_settings(None, **{**defaults, **settings, "database_url": url})
    runtime = create_runtime(merged)
    await runtime.start()
    try:
        asgi = Site(runtime)
        transport = httpx.ASGITransport(app=asgi)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            yield TestApp(runtime, asgi, client)
    finally:
        await runtime.stop()


class Site:
    """The parts beside the pages, dispatched as the composition root does."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._api: ASGIApp | None = None
        self._admin: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._part(scope["path"])(scope, receive, send)

    def _part(self, path: str) -> ASGIApp:
        if not path.startswith("/admin"):
            if self._api is None:
                from alpina_app.api.app import create_api

                self._api = create_api(self._runtime)
            return self._api
        if self._admin is None:
            from alpina_app.admin.app import create_admin

            self._admin = create_admin(self._runtime)
        return self._admin


def copy_of_migrated(path: Path) -> Path:
    """A migrated SQLite file with one user of each role at `path`."""
    shutil.copyfile(_template(), path)
    return path


def add_people(session: Session) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    for person in PEOPLE.values():
        session.execute(
            insert(models.User).values(
                id=person.id,
                username=person.username,
                email=f"{person.username}@example.com",
                password_hash=hasher.hash(person.password),
                role=person.role,
                is_active=True,
                created_at=models.utc_now(),
            )
        )


@lru_cache(maxsize=1)
def _template() -> Path:
    path = Path(tempfile.mkdtemp(prefix="alpina-test-")) / "template.sqlite3"
    database = Database(f"sqlite:///{path}")
    migrations.upgrade(database)
    database.call(add_people)
    database.close()
    return path


def _empty(url: str) -> None:
    database = Database(url, 1)

    def clear(session: Session) -> None:
        names = [table.name for table in SQLModel.metadata.tables.values()]
        if database.url.get_backend_name() == "postgresql":
            listed = ", ".join(f'"{name}"' for name in names)
            session.execute(text(f"TRUNCATE {listed} RESTART IDENTITY CASCADE"))
            add_people(session)
            session.execute(text("SELECT setval(pg_get_serial_sequence('\"user\"', 'id'), 3)"))
            return
        session.execute(text("SET FOREIGN_KEY_CHECKS=0"))
        for name in _used(session):
            session.execute(text(f"TRUNCATE `{name}`"))
        session.execute(text("SET FOREIGN_KEY_CHECKS=1"))
        add_people(session)

    database.call(clear)
    database.close()


def _used(session: Session) -> list[str]:
    """Tables of MySQL that have given ids: truncating all of them takes long."""
    if session.get_bind().dialect.name == "mysql" and not session.get_bind().dialect.is_mariadb:
        session.execute(text("SET SESSION information_schema_stats_expiry=0"))
    found = session.execute(
        text(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = DATABASE() AND auto_increment > 1"
        )
    )
    return [row[0] for row in found]


def new_session_name() -> str:
    """A `user_session` no other test has."""
    return f"test-{secrets.token_hex(6)}"
