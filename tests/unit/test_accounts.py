"""Users, sessions, tokens and throttling: the services on a real SQLite file."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from alpina_app import migrations
from alpina_app.db import Database
from alpina_app.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    SettingsError,
    Throttled,
    WrongCredentials,
)
from alpina_app.models import ApiToken, AuditEntry, Bot, LoginSession, User, utc_now
from alpina_app.services import accounts, passwords, sessions, throttle
from alpina_app.services.access import GUEST, SYSTEM, Caller
from alpina_app.services.sign_in import SignIn, caller_of_verified, cookie_value
from alpina_app.settings import load_settings

SECRET_KEY = "only-for-tests-0123456789"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("accounts") / "template.sqlite3"
    database = Database(f"sqlite:///{path}")
    migrations.upgrade(database)
    database.close()
    return path


@pytest.fixture
def database(template, tmp_path):
    path = tmp_path / "test.sqlite3"
    path.write_bytes(template.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    cheap = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)
    monkeypatch.setattr(passwords, "_NOBODY", cheap.hash("nobody knows"))


def settings(**changes):
    return load_settings(None, secret_key=SECRET_KEY, **changes)


def add(database, username, role="viewer", password="Passw0rd-1", **more):
    hashed = passwords.hash_password(password)
    user_id = database.call(
        accounts.create_user,
        SYSTEM,
        username=username,
        role=role,
        password_hash=hashed,
        **more,
    )
    return Caller(user_id, username, role)


def actions(database):
    def read(session: Session):
        return [(entry.username, entry.action) for entry in session.exec(select(AuditEntry))]

    return database.call_reading(read)


class TestUsers:
    def test_a_name_is_kept_in_unicode_nfkc_without_blanks_around(self, database):
        add(database, " \uff21nna ")  # a full-width A
        assert database.call_reading(accounts.account_named, "Anna").username == "Anna"

    def test_names_differ_by_case(self, database):
        first, second = add(database, "anna"), add(database, "Anna")
        assert first.user_id != second.user_id
        assert database.call_reading(accounts.account_named, "ANNA") is None

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"username": ""}, {"username": ["accounts.username_blank"]}),
            ({"username": "a b"}, {"username": ["accounts.username_invalid"]}),
            ({"username": "a:b"}, {"username": ["accounts.username_invalid"]}),
            ({"username": "a\x00"}, {"username": ["accounts.username_invalid"]}),
            ({"username": "x" * 151}, {"username": ["accounts.username_invalid"]}),
            ({"username": "taken"}, {"username": ["accounts.username_taken"]}),
            ({"email": "nobody"}, {"email": ["accounts.email_invalid"]}),
            ({"role": "root"}, {"role": ["accounts.role_unknown"]}),
            (
                {"username": "a b", "email": "x", "role": ""},
                {
                    "username": ["accounts.username_invalid"],
                    "email": ["accounts.email_invalid"],
                    "role": ["accounts.role_unknown"],
                },
            ),
        ],
    )
    def test_every_wrong_field_is_named_at_once(self, database, fields, wrong):
        add(database, "taken")
        good = {"username": "new", "email": "", "role": "viewer", "password_hash": "x"}
        with pytest.raises(Invalid) as caught:
            database.call(accounts.create_user, SYSTEM, **{**good, **fields})
        assert caught.value.fields == wrong

    @pytest.mark.parametrize("role", ["editor", "viewer"])
    def test_only_administrators_make_change_and_delete_users(self, database, role):
        add(database, "root", "administrator")
        caller = add(database, "other", role)
        for work in (
            lambda s: accounts.create_user(s, caller, username="x", password_hash="x"),
            lambda s: accounts.update_user(s, caller, caller.user_id, role="administrator"),
            lambda s: accounts.delete_user(s, caller, caller.user_id),
            lambda s: accounts.set_password(s, caller, 1, "x"),
        ):
            with pytest.raises(NotAllowed):
                database.call(work)
            with pytest.raises(NotSignedIn):
                database.call(lambda s: accounts.delete_user(s, GUEST, 1))
        assert database.call_reading(accounts.account_of, caller.user_id).role == role

    @pytest.mark.parametrize(
        "change", [{"role": "editor"}, {"is_active": False}, {"role": "viewer", "is_active": True}]
    )
    def test_the_last_active_administrator_stays(self, database, change):
        root = add(database, "root", "administrator")
        add(database, "asleep", "administrator", is_active=False)
        with pytest.raises(Conflict) as caught:
            database.call(accounts.update_user, root, root.user_id, **change)
        assert caught.value.error_code == "last_administrator"
        with pytest.raises(Conflict):
            database.call(accounts.delete_user, root, root.user_id)
        account = database.call_reading(accounts.account_of, root.user_id)
        assert (account.role, account.is_active) == ("administrator", True)

    def test_with_a_second_administrator_the_first_may_go(self, database):
        root, second = (add(database, name, "administrator") for name in ("root", "second"))
        database.call(accounts.update_user, root, root.user_id, role="viewer")
        assert database.call_reading(accounts.account_of, root.user_id).role == "viewer"
        with pytest.raises(Conflict):
            database.call(accounts.delete_user, second, second.user_id)

    def test_a_user_with_bots_cannot_be_deleted_and_is_told_how_many(self, database):
        root, author = add(database, "root", "administrator"), add(database, "author", "editor")

        def two_bots(session: Session):
            session.add_all(Bot(name=name, created_by_id=author.user_id) for name in "ab")

        database.call(two_bots)
        with pytest.raises(Conflict) as caught:
            database.call(accounts.delete_user, root, author.user_id)
        assert (caught.value.error_code, caught.value.params) == (
            "user_has_bots",
            {"count": 2, "username": "author"},
        )

    def test_changes_are_in_the_audit_trail(self, database):
        root, other = add(database, "root", "administrator"), add(database, "other")
        database.call(
            accounts.update_user, root, other.user_id, role="editor", email="o@example.com"
        )
        database.call(accounts.update_user, root, other.user_id, is_active=False)
        database.call(accounts.set_password, root, other.user_id, "x")
        database.call(accounts.delete_user, root, other.user_id)
        assert actions(database) == [
            ("system", "user_created"),
            ("system", "user_created"),
            ("root", "role_changed"),
            ("root", "user_changed"),
            ("root", "user_deactivated"),
            ("root", "password_changed"),
            ("root", "user_deleted"),
        ]

    def test_an_administrator_may_delete_himself_where_another_one_stays(self, database):
        root = add(database, "root", "administrator")
        add(database, "second", "administrator")
        database.call(accounts.delete_user, root, root.user_id)
        assert actions(database)[-1] == ("root", "user_deleted")
        assert database.call_reading(accounts.account_of, root.user_id) is None

    def test_a_missing_user_is_not_found(self, database):
        root = add(database, "root", "administrator")
        with pytest.raises(NotFound):
            database.call(accounts.delete_user, root, 999)


class TestSetup:
    def test_the_first_administrator_is_made_once(self, database):
        assert not database.call_reading(accounts.has_users)
        made = database.call(
            accounts.create_first_administrator, username="root", password_hash="x"
        )
        assert database.call_reading(accounts.account_of, made).role == "administrator"
        with pytest.raises(Conflict) as caught:
            database.call(accounts.create_first_administrator, username="two", password_hash="x")
        assert caught.value.error_code == "setup_done"

    def test_the_token_depends_on_the_secret_key(self):
        mine, other = settings(), load_settings(None, secret_key="another-key-0123456789")
        token = accounts.setup_token(mine)
        assert accounts.is_setup_token(mine, token)
        for wrong in (None, "", token[:-1], "é", accounts.setup_token(other)):
            assert not accounts.is_setup_token(mine, wrong)


class TestPasswords:
    @pytest.mark.parametrize(
        ("password", "problems"),
        [
            ("Passw0rd-1", []),
            ("пароль с пробелом", []),
            ("", ["accounts.password_short"]),
            ("1234567", ["accounts.password_short", "accounts.password_digits"]),
            ("123456789", ["accounts.password_digits"]),
            ("ADMINISTRATOR", ["accounts.password_is_name"]),
            ("x" * 1001, ["accounts.password_long"]),
            ("long enough\x00", ["accounts.password_unprintable"]),
        ],
    )
    def test_rules(self, password, problems):
        assert passwords.password_problems(password, "administrator") == problems

    def test_a_hash_is_argon2id_and_salted(self):
        first, second = passwords.hash_password("Passw0rd-1"), passwords.hash_password("Passw0rd-1")
        assert first.startswith("$argon2id$") and first != second
        assert passwords.matches("Passw0rd-1", first)
        assert not passwords.matches("passw0rd-1", first)

    @pytest.mark.parametrize("stored", [None, "", "!", "$argon2id$broken"])
    def test_nothing_matches_what_is_no_hash(self, stored):
        assert not passwords.matches("nobody knows", stored)

    @pytest.mark.parametrize("password", ["\ud800", "x" * 5000])
    def test_hostile_passwords_are_only_wrong(self, password):
        assert not passwords.matches(password, passwords.hash_password("Passw0rd-1"))

    def test_an_unknown_name_is_hashed_as_well(self, monkeypatch):
        hashed = []
        cheap = passwords._HASHER

        class Recorder:
            def verify(self, stored, password):
                hashed.append(stored)
                return cheap.verify(stored, password)

        monkeypatch.setattr(passwords, "_HASHER", Recorder())
        assert not passwords.matches("x", None)
        assert hashed == [passwords._NOBODY]


class TestSessions:
    def test_a_session_finds_its_user_and_is_stored_hashed(self, database):
        anna = add(database, "anna", "editor")
        token = database.call(sessions.open_login_session, anna.user_id, 14)
        assert database.call_reading(sessions.caller_of_session, token) == anna

        def stored(session: Session):
            return session.exec(select(LoginSession)).one()

        row = database.call_reading(stored)
        assert token not in (row.token_hash, str(row))
        assert row.expires_at - row.created_at == timedelta(days=14)

    @pytest.mark.parametrize("token", ["", "x", "\ud800", "я" * 10_000])
    def test_an_unknown_token_finds_nobody(self, database, token):
        assert database.call_reading(sessions.caller_of_session, token) is None

    def test_a_session_ends_at_its_time_and_its_row_goes_with_the_next(self, database):
        anna = add(database, "anna")
        token = database.call(sessions.open_login_session, anna.user_id, 1)

        def expire(session: Session):
            session.exec(select(LoginSession)).one().expires_at = utc_now()

        database.call(expire)
        assert database.call_reading(sessions.caller_of_session, token) is None
        database.call(sessions.open_login_session, anna.user_id, 1)
        assert database.call_reading(lambda s: len(s.exec(select(LoginSession)).all())) == 1

    @pytest.mark.parametrize(
        "work",
        [
            lambda s, root, anna: accounts.set_password(s, anna, anna.user_id, "x"),
            lambda s, root, anna: accounts.update_user(s, root, anna.user_id, is_active=False),
            lambda s, root, anna: accounts.delete_user(s, root, anna.user_id),
        ],
        ids=["password", "deactivation", "deletion"],
    )
    def test_sessions_end_with(self, database, work):
        root, anna = add(database, "root", "administrator"), add(database, "anna")
        mine = database.call(sessions.open_login_session, anna.user_id, 14)
        other = database.call(sessions.open_login_session, root.user_id, 14)
        database.call(work, root, anna)
        assert database.call_reading(sessions.caller_of_session, mine) is None
        assert database.call_reading(sessions.caller_of_session, other) == root

    def test_an_inactive_user_has_no_session(self, database):
        anna = add(database, "anna")
        token = database.call(sessions.open_login_session, anna.user_id, 14)

        def deactivate(session: Session):
            session.get(User, anna.user_id).is_active = False

        database.call(deactivate)
        assert database.call_reading(sessions.caller_of_session, token) is None

    def test_one_revokes_ones_own_and_an_administrator_anybodys(self, database):
        root, anna, bela = (
            add(database, "r", "administrator"),
            add(database, "a"),
            add(database, "b"),
        )
        for caller, allowed in ((bela, False), (anna, True), (root, True)):
            token = database.call(sessions.open_login_session, anna.user_id, 14)
            newest = database.call_reading(
                lambda s: s.exec(select(LoginSession).order_by(LoginSession.id.desc())).first().id
            )
            if allowed:
                database.call(sessions.revoke_session, caller, newest)
            else:
                with pytest.raises(NotFound):
                    database.call(sessions.revoke_session, caller, newest)
            alive = database.call_reading(sessions.caller_of_session, token) is not None
            assert alive is not allowed


class TestTokens:
    def test_a_token_is_shown_once_and_found_by_its_text(self, database):
        anna = add(database, "anna", "editor")
        created = database.call(sessions.create_token, anna, name=" CRM ")
        found = database.call_reading(sessions.caller_of_token, created.text)
        assert (found.caller, found.is_active, found.touch) == (anna, True, True)
        row = database.call_reading(lambda s: s.exec(select(ApiToken)).one())
        assert (row.name, row.prefix) == ("CRM", created.text[:10])
        assert created.text not in str(row)

    def test_last_use_is_written_once_a_minute_at_most(self, database):
        anna = add(database, "anna")
        created = database.call(sessions.create_token, anna, name="CRM")
        database.call(sessions.touch_token, created.token_id)
        assert not database.call_reading(sessions.caller_of_token, created.text).touch

        def long_ago(session: Session):
            session.get(ApiToken, created.token_id).last_used_at = utc_now() - timedelta(minutes=2)

        database.call(long_ago)
        assert database.call_reading(sessions.caller_of_token, created.text).touch

    def test_an_expired_or_revoked_token_finds_nobody(self, database):
        anna = add(database, "anna")
        soon = utc_now() + timedelta(milliseconds=1)
        expired = database.call(sessions.create_token, anna, name="a", expires_at=soon)
        revoked = database.call(sessions.create_token, anna, name="b")
        database.call(sessions.revoke_token, anna, revoked.token_id)
        while utc_now() <= soon:
            pass
        for created in (expired, revoked):
            assert database.call_reading(sessions.caller_of_token, created.text) is None

    def test_nobody_makes_or_revokes_tokens_of_others_but_administrators(self, database):
        root, anna, bela = (
            add(database, "r", "administrator"),
            add(database, "a"),
            add(database, "b"),
        )
        with pytest.raises(NotAllowed):
            database.call(sessions.create_token, bela, name="x", user_id=anna.user_id)
        created = database.call(sessions.create_token, root, name="x", user_id=anna.user_id)
        assert database.call_reading(sessions.caller_of_token, created.text).caller == anna
        with pytest.raises(NotFound):
            database.call(sessions.revoke_token, bela, created.token_id)
        database.call(sessions.revoke_token, root, created.token_id)

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"name": " "}, {"name": ["accounts.token_name_blank"]}),
            ({"name": "x" * 201}, {"name": ["accounts.token_name_long"]}),
            ({"name": "a\x00b"}, {"name": ["accounts.token_name_unprintable"]}),
            (
                {"name": "a", "expires_at": utc_now() - timedelta(days=1)},
                {"expires_at": ["accounts.token_expiry_past"]},
            ),
        ],
    )
    def test_wrong_fields(self, database, fields, wrong):
        with pytest.raises(Invalid) as caught:
            database.call(sessions.create_token, add(database, "anna"), **fields)
        assert caught.value.fields == wrong


@pytest.fixture
def sign_in(database):
    made = SignIn(settings(login_tries=3, login_window_s=60), database)
    yield made
    made.stop()


class TestSignIn:
    async def test_a_new_session_replaces_the_browsers_old_one(self, database, sign_in):
        anna = add(database, "anna")
        first = await sign_in.open("anna", "Passw0rd-1", "10.0.0.1")
        second = await sign_in.open("anna", "Passw0rd-1", "10.0.0.1", old_token=first.token)
        assert second.caller == anna
        assert await sign_in.caller_of_cookies(f"sessionid={first.token}") == GUEST
        assert await sign_in.caller_of_cookies(f"a=b; sessionid={second.token}") == anna

    @pytest.mark.parametrize(
        ("username", "password"),
        [
            ("anna", "wrong"),
            ("nobody", "Passw0rd-1"),
            ("Anna", "Passw0rd-1"),
            ("asleep", "Passw0rd-1"),
            ("a\x00", "x"),
            ("\ud800", "\ud800"),
            ("x" * 10_000, "y" * 10_000),
        ],
    )
    async def test_wrong_ones_are_refused_and_audited(self, database, sign_in, username, password):
        add(database, "anna")
        add(database, "asleep", is_active=False)
        with pytest.raises(WrongCredentials):
            await sign_in.open(username, password, "10.0.0.1")
        assert actions(database)[-1][1] == "sign_in_failed"

    async def test_a_name_is_throttled_at_its_address_only(self, database, sign_in):
        anna = add(database, "anna")
        for _ in range(3):
            with pytest.raises(WrongCredentials):
                await sign_in.open("anna", "wrong", "10.0.0.1")
        with pytest.raises(Throttled) as caught:
            await sign_in.open("anna", "Passw0rd-1", "10.0.0.1")
        assert 0 < caught.value.params["wait_s"] <= 60
        assert (await sign_in.open("anna", "Passw0rd-1", "10.0.0.2")).caller == anna

    async def test_an_address_is_throttled_over_all_names(self, database, sign_in):
        add(database, "anna")
        for number in range(3 * throttle.PER_ADDRESS):
            with pytest.raises(WrongCredentials):
                await sign_in.open(f"name{number}", "wrong", "10.0.0.1")
        with pytest.raises(Throttled):
            await sign_in.open("anna", "Passw0rd-1", "10.0.0.1")

    async def test_a_success_forgets_the_failures_before(self, database, sign_in):
        add(database, "anna")
        for _ in range(4):
            for _ in range(2):
                with pytest.raises(WrongCredentials):
                    await sign_in.open("anna", "wrong", "10.0.0.1")
            await sign_in.open("anna", "Passw0rd-1", "10.0.0.1")

    @pytest.mark.parametrize(
        ("first", "second", "same"),
        [
            ("2001:db8::1", "2001:db8::ffff:1", True),
            ("2001:db8::1", "2001:db8:0:1::1", False),
            ("::ffff:10.0.0.1", "10.0.0.1", True),
            ("10.0.0.1", "10.0.0.2", False),
            ("", "", True),
        ],
    )
    async def test_one_ipv6_network_counts_as_one_address(
        self, database, sign_in, first, second, same
    ):
        add(database, "anna")
        for _ in range(3):
            with pytest.raises(WrongCredentials):
                await sign_in.open("anna", "wrong", first)
        if same:
            with pytest.raises(Throttled):
                await sign_in.open("anna", "Passw0rd-1", second)
        else:
            await sign_in.open("anna", "Passw0rd-1", second)

    async def test_an_old_hash_is_renewed_at_sign_in(self, database, sign_in, monkeypatch):
        anna = add(database, "anna")
        old = database.call_reading(accounts.account_of, anna.user_id).password_hash
        dearer = passwords.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
        monkeypatch.setattr(passwords, "_HASHER", dearer)
        await sign_in.open("anna", "Passw0rd-1", "10.0.0.1")
        new = database.call_reading(accounts.account_of, anna.user_id).password_hash
        assert new != old and not passwords.is_outdated(new)
        assert passwords.matches("Passw0rd-1", new)

    async def test_nothing_of_the_password_is_in_the_audit_trail(self, database, sign_in):
        add(database, "anna", password="Very-Secret-1")
        await sign_in.open("anna", "Very-Secret-1", "10.0.0.1")
        with pytest.raises(WrongCredentials):
            await sign_in.open("anna", "Wrong-Secret-1", "10.0.0.1")
        rows = database.call_reading(lambda s: [str(e) for e in s.exec(select(AuditEntry))])
        assert not [row for row in rows if "Secret" in row]


class TestRememberedCredentials:
    @pytest.fixture
    def hashed(self, monkeypatch):
        """The passwords that were really hashed."""
        seen, check = [], passwords.matches
        monkeypatch.setattr(
            passwords,
            "matches",
            lambda password, stored: seen.append(password) or check(password, stored),
        )
        return seen

    async def test_a_right_one_is_hashed_once(self, database, sign_in, hashed):
        anna = add(database, "anna")
        for _ in range(5):
            verified = await sign_in.verify("anna", "Passw0rd-1", "10.0.0.1")
            assert database.call_reading(caller_of_verified, verified) == anna
        assert hashed == ["Passw0rd-1"]

    async def test_many_at_once_are_hashed_once(self, database, sign_in, hashed):
        add(database, "anna")
        found = await asyncio.gather(
            *(sign_in.verify("anna", "Passw0rd-1", "10.0.0.1") for _ in range(20))
        )
        assert len(set(found)) == 1 and hashed == ["Passw0rd-1"]

    async def test_one_who_leaves_does_not_spoil_it_for_the_others(self, database, sign_in):
        anna = add(database, "anna")
        first = asyncio.create_task(sign_in.verify("anna", "Passw0rd-1", "10.0.0.1"))
        second = asyncio.create_task(sign_in.verify("anna", "Passw0rd-1", "10.0.0.1"))
        await asyncio.sleep(0)
        first.cancel()
        assert database.call_reading(caller_of_verified, await second) == anna

    async def test_a_wrong_one_is_never_remembered(self, database, sign_in, hashed):
        add(database, "anna")
        for _ in range(2):
            with pytest.raises(WrongCredentials):
                await sign_in.verify("anna", "wrong", "10.0.0.1")
        assert hashed == ["wrong", "wrong"]

    @pytest.mark.parametrize("change", ["password", "inactive", "deleted"])
    async def test_it_ends_when_the_account_changes_in_any_process(self, database, sign_in, change):
        root, anna = add(database, "root", "administrator"), add(database, "anna")
        verified = await sign_in.verify("anna", "Passw0rd-1", "10.0.0.1")
        elsewhere = Database(str(database.url))
        match change:
            case "password":
                elsewhere.call(accounts.set_password, root, anna.user_id, "$argon2id$other")
            case "inactive":
                elsewhere.call(accounts.update_user, root, anna.user_id, is_active=False)
            case "deleted":
                elsewhere.call(accounts.delete_user, root, anna.user_id)
        elsewhere.close()
        assert database.call_reading(caller_of_verified, verified) is None

    async def test_no_more_than_so_many_are_kept(self, database, sign_in, monkeypatch):
        from alpina_app.services import sign_in as module

        monkeypatch.setattr(module, "REMEMBERED", 3)
        for name in "abcde":
            add(database, name)
            await sign_in.verify(name, "Passw0rd-1", "10.0.0.1")
        assert len(sign_in._remembered) == 3

    async def test_neither_name_nor_password_is_in_memory(self, database, sign_in):
        add(database, "anna", password="Very-Secret-1")
        await sign_in.verify("anna", "Very-Secret-1", "10.0.0.1")
        kept = repr(sign_in._remembered)
        assert "anna" not in kept and "Secret" not in kept

    async def test_name_and_password_cannot_be_shifted_into_each_other(self, database, sign_in):
        add(database, "ab", password="c1234567")
        await sign_in.verify("ab", "c1234567", "10.0.0.1")
        with pytest.raises(WrongCredentials):
            await sign_in.verify("a", "bc1234567", "10.0.0.1")


class TestThrottle:
    def test_the_memory_forgets_keys_without_failures(self, monkeypatch):
        monkeypatch.setattr(throttle, "_KEYS_IN_MEMORY", 10)
        made = throttle.SignInThrottle(settings())
        for number in range(50):
            made.failed(f"name{number}", f"10.0.0.{number}")
            events = made._own.storage.events
            for key in list(events):
                events[key] = []
        assert len(events) < 30

    def test_without_its_redis_it_counts_by_itself(self, caplog):
        closed = settings(redis_url="redis://127.0.0.1:1/0", login_tries=2, login_window_s=60)
        made = throttle.SignInThrottle(closed)
        for _ in range(2):
            made.check("anna", "10.0.0.1")
            made.failed("anna", "10.0.0.1")
        with pytest.raises(Throttled):
            made.check("anna", "10.0.0.1")
        assert "Redis" in caplog.text


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("sessionid=a", "a"),
        ("x=1; sessionid=a; y=2", "a"),
        ("sessionid=a; sessionid=b", "b"),
        ('sessionid="a"', "a"),
        ("mysessionid=a", None),
        ("sessionid", None),
        ("", None),
    ],
)
def test_cookies_are_read_as_django_reads_them(header, value):
    assert cookie_value(header, "sessionid") == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trusted_proxies", "nginx"),
        ("trusted_proxies", "10.0.0.1, 10.0.0.0/99"),
        ("csrf_trusted_origins", "example.com"),
        ("csrf_trusted_origins", "https://example.com,//example.org"),
    ],
)
def test_wrong_proxies_and_origins_are_named_at_start(name, value):
    with pytest.raises(SettingsError) as caught:
        settings(**{name: value})
    assert [problem.partition(":")[0] for problem in caught.value.problems] == [name.upper()]
