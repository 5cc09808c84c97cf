"""The whole application as a process of its own, with built pages, for tests in a browser.

    with OpenAiServer() as model, Site(tmp_path, model.url) as site:
        [bot_id] = site.add(Bot(name="Бот", created_by_id=1))
        page.goto(f"{site.url}/chat/{bot_id}")
        site.stop()
        site.start()         # the same port, the same database

The database is a SQLite file with one user of each role (`tests.support.app.PEOPLE`). It may be
read and written from the test while the server runs. `settings` are environment variables.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from sqlmodel import Session, SQLModel

from alpina_app.bootstrap.paths import ROOT
from alpina_app.db import Database
from alpina_app.services.accounts import open_login_session
from tests.support.app import PEOPLE, copy_of_migrated

START_S = 180.0
STOP_S = 15.0
SETTINGS = {
    "SECRET_KEY": "only-for-tests-0123456789",
    "OPENAI_API_KEY": "sk-test",
    "LOCAL_MODEL": "no",
    "LOG_LEVEL": "warning",
    "ALLOWED_HOSTS": "127.0.0.1,localhost",
    "CSRF_TRUSTED_ORIGINS": "",
    "TRUSTED_PROXIES": "",
    "REDIS_URL": "",
    "CHAT_PER_MINUTE": "0",
    "MODEL_MAX_RETRIES": "0",
}


class Site:
    def __init__(self, folder: Path, model_url: str = "", **settings: str) -> None:
        self.port = 0
        self.log_file = folder / f"server-{secrets.token_hex(4)}.log"
        path = copy_of_migrated(folder / f"site-{secrets.token_hex(4)}.sqlite3")
        url = f"sqlite:///{path}"
        self.database = Database(url)
        self._settings = {
            **SETTINGS,
            "DATABASE_URL": url,
            "OPENAI_BASE_URL": model_url,
            **settings,
        }
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Site":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.database.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts the server, on the port it had before if it was stopped."""
        with self.log_file.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.site", str(self.port)],
                cwd=ROOT,
                env={**os.environ, **self._settings},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        watchdog = threading.Timer(START_S, self._process.kill)
        watchdog.start()
        told = self._process.stdout.readline().strip()
        watchdog.cancel()
        assert told, f"the server did not start: {self.log()[-2000:]}"
        self.port = int(told)

    def stop(self, *, hard: bool = False) -> None:
        """Ends the server: Ctrl-C, or at once with `hard`."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGKILL if hard else signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def call(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        """`fn(session, ...)` in one transaction on the server's database."""
        return self.database.call(fn, *args, **kwargs)

    def add(self, *rows: SQLModel) -> list[Any]:
        """Stores `rows` and gives their ids."""

        def store(session: Session) -> list[Any]:
            for row in rows:
                session.add(row)
                session.flush()
            return [row.id for row in rows]  # type: ignore[attr-defined]

        return list(self.call(store))

    def login_cookies(self, role: str) -> list[dict[str, str]]:
        """Cookies of a new session of that role's user, as Playwright takes them."""
        token = self.call(open_login_session, PEOPLE[role].id, 14)
        return [
            {"name": "sessionid", "value": token, "url": self.url},
            {"name": "csrftoken", "value": "t" * 32, "url": self.url},
        ]


def main() -> None:
    """The server: prints its port when it is ready."""
    import logging

    from alpina_app.asgi import create_app
    from alpina_app.serving import leave, serve

    logging.basicConfig(level=os.environ["LOG_LEVEL"].upper(), stream=sys.stderr)
    sock = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    port = sock.getsockname()[1]
    code = serve(create_app(), sock, lambda: print(port, flush=True), on_stop=lambda: None)
    leave(code)


if __name__ == "__main__":
    main()
