"""Secrets: encrypted at rest, listed by name, read only for the request that needs them."""

import pytest
from sqlmodel import Session, select

from alpina_app import migrations
from alpina_app.db import Database
from alpina_app.errors import Invalid, NotAllowed, NotFound, NotSignedIn
from alpina_app.models import AuditEntry, Secret
from alpina_app.services import secrets_store as store
from alpina_app.services.access import GUEST, SYSTEM, Caller
from alpina_app.settings import load_settings

SETTINGS = load_settings(None, secret_key="only-for-tests-0123456789")
OTHER = load_settings(None, secret_key="another-key-0123456789")


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    migrations.upgrade(database)
    yield database
    database.close()


def put(database, name, value, settings=SETTINGS):
    return database.call(store.set_secret, SYSTEM, settings, name, value)


def rows(database):
    def read(session: Session):
        return {row.name: row.value for row in session.exec(select(Secret))}

    return database.call_reading(read)


@pytest.mark.parametrize("value", ["tip-top", "логин:пароль", "x" * 10_000, "a\nb", "🔑\x00"])
def test_a_value_comes_back_as_it_was_set(database, value):
    put(database, "KEY", value)
    assert database.call_reading(store.secret_values, SETTINGS, ["KEY"]) == {"KEY": value}


def test_only_the_named_ones_that_exist_are_read(database):
    for name in ("A", "B"):
        put(database, name, f"value of {name}")
    found = database.call_reading(store.secret_values, SETTINGS, ["B", "C"])
    assert found == {"B": "value of B"}
    assert database.call_reading(store.secret_values, SETTINGS, []) == {}


def test_what_is_stored_does_not_show_the_value_nor_that_two_are_equal(database):
    put(database, "A", "tip-top-secret")
    put(database, "B", "tip-top-secret")
    stored = rows(database)
    assert stored["A"] != stored["B"]
    assert "tip-top" not in str(stored)


def test_setting_again_changes_the_value_and_keeps_the_row(database):
    first = put(database, "KEY", "one")
    assert put(database, "KEY", "two") == first
    assert database.call_reading(store.secret_values, SETTINGS, ["KEY"]) == {"KEY": "two"}


def test_names_are_listed_in_order(database):
    for name in ("b", "A", "C_1"):
        put(database, name, "x")
    assert database.call_reading(store.secret_names) == ["A", "C_1", "b"]


def test_another_secret_key_cannot_read_it(database, caplog):
    put(database, "KEY", "tip-top-secret")
    assert database.call_reading(store.secret_values, OTHER, ["KEY"]) == {}
    assert "KEY" in caplog.text and "tip-top" not in caplog.text


def test_a_value_moved_to_another_name_cannot_be_read(database):
    put(database, "CHEAP", "cheap")
    put(database, "DEAR", "dear")

    def move(session: Session):
        found = {row.name: row for row in session.exec(select(Secret))}
        found["CHEAP"].value = found["DEAR"].value

    database.call(move)
    found = database.call_reading(store.secret_values, SETTINGS, ["CHEAP", "DEAR"])
    assert found == {"DEAR": "dear"}


@pytest.mark.parametrize("broken", ["", "v1:", "v1:!!", "v1:AAAA", "v2:abc"])
def test_a_broken_row_is_left_out(database, broken):
    put(database, "KEY", "x")

    def spoil(session: Session):
        session.exec(select(Secret)).one().value = broken

    database.call(spoil)
    assert database.call_reading(store.secret_values, SETTINGS, ["KEY"]) == {}


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("", "x", {"name": ["accounts.secret_name_invalid"]}),
        ("1A", "x", {"name": ["accounts.secret_name_invalid"]}),
        ("ключ", "x", {"name": ["accounts.secret_name_invalid"]}),
        ("A\n", "x", {"name": ["accounts.secret_name_invalid"]}),
        ("A" * 65, "x", {"name": ["accounts.secret_name_invalid"]}),
        ("A", "", {"value": ["accounts.secret_value_blank"]}),
        ("A", "x" * 10_001, {"value": ["accounts.secret_value_long"]}),
        (
            "a-b",
            "",
            {
                "name": ["accounts.secret_name_invalid"],
                "value": ["accounts.secret_value_blank"],
            },
        ),
    ],
)
def test_wrong_names_and_values(database, name, value, wrong):
    with pytest.raises(Invalid) as caught:
        put(database, name, value)
    assert caught.value.fields == wrong


@pytest.mark.parametrize(
    ("caller", "refusal"),
    [
        (GUEST, NotSignedIn),
        (Caller(2, "editor", "editor"), NotAllowed),
        (Caller(3, "viewer", "viewer"), NotAllowed),
    ],
)
def test_only_administrators_set_and_delete(database, caller, refusal):
    secret = put(database, "KEY", "x")
    with pytest.raises(refusal):
        database.call(store.set_secret, caller, SETTINGS, "KEY", "y")
    with pytest.raises(refusal):
        database.call(store.delete_secret, caller, secret)
    assert database.call_reading(store.secret_values, SETTINGS, ["KEY"]) == {"KEY": "x"}


def test_a_deleted_one_is_gone(database):
    secret = put(database, "KEY", "x")
    database.call(store.delete_secret, SYSTEM, secret)
    assert database.call_reading(store.secret_names) == []
    with pytest.raises(NotFound):
        database.call(store.delete_secret, SYSTEM, secret)


def test_the_audit_trail_has_the_name_and_never_the_value(database):
    secret = put(database, "KEY", "tip-top-secret")
    database.call(store.delete_secret, SYSTEM, secret)

    def read(session: Session):
        return [(e.action, e.details) for e in session.exec(select(AuditEntry))]

    assert database.call_reading(read) == [
        ("secret_set", {"name": "KEY"}),
        ("secret_deleted", {"name": "KEY"}),
    ]
