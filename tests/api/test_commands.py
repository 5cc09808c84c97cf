"""The commands behind manage.py, on a database of their own."""

import getpass
import io
import signal
import sys

import pytest
from sqlmodel import select

from alpina_app import cli
from alpina_app.bootstrap import pages
from alpina_app.commands import is_current, migrate
from alpina_app.db import Database
from alpina_app.models import LoginSession, Secret, User
from alpina_app.services import accounts
from alpina_app.services.passwords import matches
from alpina_app.services.secrets_store import secret_values
from alpina_app.settings import load_settings
from tests.support.server_process import settings

NEW = ["createsuperuser", "--noinput", "--username", "admin", "--email", "a@example.com"]


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch):
    for name, value in settings(tmp_path).items():
        monkeypatch.setenv(name, value)
    for name in ("LC_ALL", "LC_MESSAGES", "DJANGO_SUPERUSER_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    handler = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, handler)


@pytest.fixture
def database():
    opened = Database(load_settings().database_url.get_secret_value())
    yield opened
    opened.close()


@pytest.fixture
def typed(monkeypatch):
    """Answers a person types: names and e-mails in order, then passwords in order."""

    def type_in(answers=(), passwords=()):
        given, hidden = iter(answers), iter(passwords)
        monkeypatch.setattr(sys, "stdin", Terminal())
        monkeypatch.setattr("builtins.input", lambda prompt: next(given))
        monkeypatch.setattr(getpass, "getpass", lambda prompt: next(hidden))

    return type_in


def users(database):
    with database.session() as session:
        rows = session.exec(select(User)).all()
        return [(user.username, user.email, user.role) for user in rows]


def password_hash(database, username):
    return database.call_reading(accounts.account_named, username).password_hash


def test_superuser_without_questions(monkeypatch, capsys, database):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "admin-pass-1")
    assert cli.main(NEW) == 0
    assert capsys.readouterr().out == "Created the administrator admin\n"
    assert users(database) == [("admin", "a@example.com", "administrator")]
    assert matches("admin-pass-1", password_hash(database, "admin"))


def test_a_superuser_is_not_made_twice(monkeypatch, capsys, database):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "admin-pass-1")
    assert [cli.main(NEW), cli.main(NEW)] == [0, 1]
    assert capsys.readouterr().err == "username: A user with that name already exists.\n"
    assert len(users(database)) == 1


@pytest.mark.parametrize("given", [NEW, ["createsuperuser", "--noinput"], ["createsuperuser"]])
def test_superuser_without_what_it_needs_is_wrong_usage(monkeypatch, given):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert cli.main(given) == 2


def test_superuser_asks_until_the_password_is_good(typed, capsys, database):
    typed(
        ["anna", "anna@example.com"],
        [*("good-pass-1", "good-pass-2"), *("short", "short"), *("good-pass-1", "good-pass-1")],
    )
    assert cli.main(["createsuperuser"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[0] == "The passwords differ, please try again."
    assert len(said.err.splitlines()) == 1
    assert users(database) == [("anna", "anna@example.com", "administrator")]
    assert matches("good-pass-1", password_hash(database, "anna"))


def test_changepassword_ends_the_sessions_of_the_user(monkeypatch, typed, database):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "admin-pass-1")
    cli.main(NEW)
    user_id = database.call_reading(accounts.account_named, "admin").user_id
    database.call(accounts.open_login_session, user_id, 14)
    typed(passwords=["other-pass-1", "other-pass-1"])
    assert cli.main(["changepassword", "admin"]) == 0
    assert matches("other-pass-1", password_hash(database, "admin"))
    with database.session() as session:
        assert session.exec(select(LoginSession)).all() == []


def test_changepassword_of_nobody(capsys):
    assert cli.main(["changepassword", "nobody"]) == 1
    assert capsys.readouterr().err == "There is no user nobody\n"


def test_a_secret_comes_from_standard_input_and_is_kept_encrypted(monkeypatch, database):
    monkeypatch.setattr(sys, "stdin", io.StringIO("s3cret\n"))
    assert cli.main(["secret", "set", "CRM_KEY"]) == 0
    with database.session() as session:
        (stored,) = session.exec(select(Secret.value)).all()
    assert "s3cret" not in stored
    values = database.call_reading(secret_values, load_settings(), {"CRM_KEY"})
    assert dict(values) == {"CRM_KEY": "s3cret"}


@pytest.mark.parametrize(("name", "value", "code"), [("CRM_KEY", "\n", 1), ("no name", "x", 1)])
def test_a_wrong_secret_is_refused(monkeypatch, capsys, name, value, code):
    monkeypatch.setattr(sys, "stdin", io.StringIO(value))
    assert cli.main(["secret", "set", name]) == code
    assert capsys.readouterr().err.count("\n") == 1


def test_migrate_brings_an_empty_database_up_once(capsys, database):
    assert [cli.main(["migrate"]), cli.main(["migrate"])] == [0, 0]
    assert capsys.readouterr().out.splitlines() == [
        "The database is up to date now",
        "The database was up to date already",
    ]
    assert is_current(database)


def test_a_database_behind_the_migrations_is_told_apart(database):
    migrate(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'before'")
    assert not is_current(database)


def test_no_migration_is_written_when_models_and_migrations_agree(capsys):
    cli.main(["migrate"])
    assert cli.main(["makemigrations"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        "Models and migrations agree, no migration is needed"
    )


@pytest.mark.parametrize("command", ["makemigrations", "check"])
def test_what_compares_with_the_database_wants_it_migrated(capsys, command):
    assert cli.main([command]) == 1
    assert capsys.readouterr().err.startswith("The database is behind the migrations: ")


def test_check_finds_what_the_models_do_not_have(capsys, database):
    migrate(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql('ALTER TABLE "user" ADD COLUMN extra INTEGER')
    assert cli.main(["check"]) == 1
    assert capsys.readouterr().err.startswith("Models and database differ in 1 place. ")


@pytest.mark.parametrize(("built", "code"), [(True, 0), (False, 1)])
def test_check_looks_for_the_pages(monkeypatch, database, built, code):
    migrate(database)
    monkeypatch.setattr(pages, "is_built", lambda where: built)
    assert cli.main(["check"]) == code


def test_test_data_wants_an_administrator_first(capsys):
    assert cli.main(["create_test_data"]) == 1
    assert capsys.readouterr().err.startswith("Create an administrator first: ")
