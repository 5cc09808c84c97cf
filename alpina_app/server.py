"""`manage.py runserver` inside the venv: `python -m alpina_app.server runserver [HOST:]PORT`."""

import contextlib
import gc
import logging
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from alpina_app.bootstrap import arguments, environment, paths
from alpina_app.bootstrap.address import listen, shown
from alpina_app.bootstrap.children import Child
from alpina_app.bootstrap.console import Console, Stop, prepare_streams
from alpina_app.bootstrap.lock import exclusive

if TYPE_CHECKING:
    from alpina_app.db import Database
    from alpina_app.settings import Settings

QUIET = ("httpx", "httpx2", "httpcore", "httpcore2", "openai", "alembic")


def main(argv: Sequence[str]) -> int:
    # Until the server listens to signals itself, Ctrl-C ends an import without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()  # a tenth of the start would go into looking for garbage
    prepare_streams()
    console = Console()
    options = arguments.parse(arguments.make_parser(), argv)
    try:
        with listen(*options.address) as sock:
            return _run(console, sock, options.address[0])
    except Stop as problem:
        console.fail(problem)
        return problem.exit_code


def _run(console: Console, sock: socket.socket, host: str) -> int:
    from alpina_app.commands import check_redis, migrate, open_database, settings_or_stop

    settings = settings_or_stop()
    _set_up_logging(settings.log_level)
    url = shown(host, sock.getsockname()[1])
    if settings.redis_url is not None:
        check_redis(settings.redis_url.get_secret_value())
    with _alone(), open_database(settings) as database:
        migrate(database)
        link = _setup_link(settings, database, url)

    from alpina_app.asgi import create_app
    from alpina_app.serving import serve

    def ready() -> None:
        gc.enable()
        console.say("serving", url=url)
        if settings.wants_local_model and environment.is_ready(environment.LOCAL):
            console.say("demo_model")
        if link:
            console.say("setup_link", url=link)

    install = _LocalModelInstall(console)
    if settings.wants_local_model:
        install.start()
    try:
        return serve(create_app(), sock, ready, on_stop=lambda: console.say("stopping"))
    finally:
        install.stop()


def _setup_link(settings: "Settings", database: "Database", url: str) -> str | None:
    from alpina_app.services.accounts import has_users, setup_token

    if database.call_reading(has_users):
        return None
    return f"{url}admin/setup/?token={setup_token(settings)}"


class _LocalModelInstall:
    """Installs the demo model's packages beside the running server, when an earlier try failed."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._child: Child | None = None
        self._stopped = False

    def start(self) -> None:
        if environment.LOCAL.exists() and not environment.is_ready(environment.LOCAL):
            threading.Thread(target=self._install, daemon=True).start()

    def stop(self) -> None:
        self._stopped = True
        if self._child is not None:
            self._child.stop()

    def _install(self) -> None:
        with environment.installing_local_model() as child:
            self._child = child
            if child is None or self._stopped:
                return
            code = child.wait()
        if self._stopped:
            return
        if code == 0:
            environment.local_model_installed()
        self._console.say("no_local_model" if code else "local_model_ready")


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Two servers that start at once migrate one after the other."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # a read-only folder: nothing else writes there either
            stack.enter_context(exclusive(paths.LOCK))
        yield


def _set_up_logging(level: str) -> None:
    logging.basicConfig(
        level=level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    from alpina_app.serving import leave

    leave(code)
