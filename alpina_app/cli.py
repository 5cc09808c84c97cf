"""The commands behind `manage.py` but runserver and test: `python -m alpina_app.cli COMMAND`."""

import argparse
import getpass
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from alpina_app.bootstrap import arguments, pages
from alpina_app.bootstrap.console import Console, Stop, console_language, prepare_streams
from alpina_app.i18n import catalogue, translate

if TYPE_CHECKING:
    from alpina_app.db import Database

Options = argparse.Namespace


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns its exit code: 0, 1 (failed), 2 (wrong usage), 130 (Ctrl-C)."""
    # While packages are imported, Ctrl-C ends the process without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    prepare_streams()
    options = arguments.parse(arguments.make_parser(), argv)
    from alpina_app.errors import AlpinaError, Invalid

    try:
        return _COMMANDS[options.command](options)
    except Stop as problem:
        stop = problem
    except Invalid as error:
        stop = Stop("failed", message=_messages(error.fields))
    except AlpinaError as error:
        message = translate(console_language(), f"errors.{error.error_code}", **error.params)
        stop = Stop("failed", message=message)
    except (KeyboardInterrupt, EOFError):
        print(file=sys.stderr)
        return 130
    Console().fail(stop)
    return stop.exit_code


def _migrate(options: Options) -> int:
    from alpina_app.commands import migrate

    with _database() as database:
        _say("migrated" if migrate(database, options.revision) else "migrated_already")
    return 0


def _make_migrations(options: Options) -> int:
    from alpina_app import migrations
    from alpina_app.commands import is_current

    with _database() as database:
        if not is_current(database):
            raise Stop("migration_behind")
        path = migrations.make_migration(database, options.message)
    _say("migration_written", path=path) if path else _say("migration_none")
    return 0


def _create_superuser(options: Options) -> int:
    from alpina_app.services import accounts
    from alpina_app.services.passwords import hash_password

    username, email, password = _new_user(options)
    with _database(migrated=True) as database:
        database.call(
            accounts.create_user,
            accounts.SYSTEM,
            username=username,
            email=email,
            role="administrator",
            password_hash=hash_password(password),
        )
    _say("user_created", username=username)
    return 0


def _change_password(options: Options) -> int:
    from alpina_app.services import accounts
    from alpina_app.services.passwords import hash_password

    with _database(migrated=True) as database:
        username = options.username or _ask("ask_username")
        account = database.call_reading(accounts.account_named, username)
        if account is None:
            raise Stop("user_missing", username=username)
        password = _ask_password(account.username)
        hashed = hash_password(password)
        database.call(accounts.set_password, accounts.SYSTEM, account.user_id, hashed)
    _say("password_changed", username=account.username)
    return 0


def _create_test_data(_options: Options) -> int:
    from alpina_app.services.test_data import create_test_data

    with _database(migrated=True) as database:
        made = database.call(create_test_data)
    _say("data_created", **made) if any(made.values()) else _say("data_present")
    return 0


def _check(_options: Options) -> int:
    """Settings, database, migrations, Redis and pages; nothing is changed."""
    from alpina_app import migrations
    from alpina_app.commands import check_redis, is_current, settings_or_stop

    settings = settings_or_stop()
    with _database() as database:
        if not is_current(database):
            raise Stop("migration_behind")
        if differences := migrations.differences(database):
            raise Stop("check_differs", count=len(differences))
    if settings.redis_url is not None:
        check_redis(settings.redis_url.get_secret_value())
    if not pages.is_built(pages.folder()):
        raise Stop("check_pages")
    _say("check_ok")
    return 0


def _secret(options: Options) -> int:
    from alpina_app.commands import settings_or_stop
    from alpina_app.services import accounts, secrets_store

    value = _ask_hidden("ask_secret") if sys.stdin.isatty() else sys.stdin.read().rstrip("\r\n")
    if not value:
        raise Stop("secret_empty")
    settings = settings_or_stop()
    with _database(migrated=True) as database:
        database.call(secrets_store.set_secret, accounts.SYSTEM, settings, options.name, value)
    _say("secret_stored", name=options.name)
    return 0


_COMMANDS: Final[Mapping[str, Callable[[Options], int]]] = MappingProxyType(
    {
        "migrate": _migrate,
        "makemigrations": _make_migrations,
        "createsuperuser": _create_superuser,
        "changepassword": _change_password,
        "create_test_data": _create_test_data,
        "check": _check,
        "secret": _secret,
    }
)


@contextmanager
def _database(*, migrated: bool = False) -> "Iterator[Database]":
    """The database of the settings; `migrated` brings it to the head first."""
    from alpina_app.commands import migrate, open_database, settings_or_stop

    with open_database(settings_or_stop()) as database:
        if migrated:
            migrate(database)
        yield database


def _new_user(options: Options) -> tuple[str, str, str]:
    """Name, e-mail, password: from arguments and the environment with --noinput, else asked."""
    username = options.username or os.environ.get("DJANGO_SUPERUSER_USERNAME", "")
    email = options.email or os.environ.get("DJANGO_SUPERUSER_EMAIL", "")
    if options.noinput:
        password = os.environ.get("DJANGO_SUPERUSER_PASSWORD", "")
        if not username:
            raise Stop("need_username", 2)
        if not password:
            raise Stop("need_password", 2)
        return username, email, password
    if not sys.stdin.isatty():
        raise Stop("no_terminal", 2)
    username = username or _ask("ask_username")
    email = email or _ask("ask_email")
    return username, email, _ask_password(username)


def _ask(key: str) -> str:
    with _interruptible():
        return input(translate(console_language(), f"cli.{key}")).strip()


def _ask_password(username: str) -> str:
    """A new password, asked twice until both are alike and it is good enough."""
    from alpina_app.services.passwords import password_problems

    if not sys.stdin.isatty():
        raise Stop("no_terminal", 2)
    language = console_language()
    while True:
        password = _ask_hidden("ask_password")
        if password != _ask_hidden("ask_password_again"):
            _say("passwords_differ")
        elif problems := password_problems(password, username):
            print(*(translate(language, key) for key in problems), sep="\n", file=sys.stderr)
        else:
            return password


def _ask_hidden(key: str) -> str:
    with _interruptible():
        return getpass.getpass(translate(console_language(), f"cli.{key}"))


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C as an exception, so that the terminal's echo comes back."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _say(key: str, **params: Any) -> None:
    print(translate(console_language(), f"cli.{key}", **params))


def _messages(fields: Mapping[str, Any]) -> str:
    """`field: message` of every wrong field; services give i18n keys or plain sentences."""
    language = console_language()
    known = catalogue()[language]
    return "; ".join(
        f"{field}: {translate(language, str(said)) if said in known else said}"
        for field, messages in fields.items()
        for said in (messages if isinstance(messages, list | tuple) else [messages])
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
