"""Who sent a request: Basic, session, token, CSRF, as Django REST Framework 3.17 answers."""

import base64
from datetime import timedelta

import pytest
from sqlmodel import select

from alpina_app.models import ApiToken, AuditEntry, utc_now
from alpina_app.services import accounts, sessions
from alpina_app.services.access import SYSTEM, Caller
from alpina_app.services.passwords import PasswordHasher
from tests.support.app import CSRF_TOKEN, ORIGIN, make_app

CHALLENGE = 'Basic realm="api"'
NOT_PROVIDED = "Authentication credentials were not provided."
WRONG = "Invalid username/password."


@pytest.fixture
async def app(tmp_path):
    async with make_app(tmp_path, api_anonymous_read=True) as app:
        yield app


def basic(username, password, encoding="utf-8"):
    pair = f"{username}:{password}".encode(encoding)
    return {"Authorization": "Basic " + base64.b64encode(pair).decode()}


def session_of(app, role):
    days = app.runtime.settings.session_days
    return app.call(sessions.open_login_session, app.people[role].id, days)


class TestBasic:
    @pytest.mark.parametrize("scheme", ["Basic", "basic", "bAsIc"])
    async def test_a_right_one_is_let_in(self, app, scheme):
        header = basic("editor", "editor-pass-1")["Authorization"].replace("Basic", scheme)
        answer = await app.client.post(
            "/api/bots/", json={"name": "Бот"}, headers={"Authorization": header}
        )
        assert (answer.status_code, answer.json()["created_by"]) == (201, 2)

    @pytest.mark.parametrize(
        ("header", "detail"),
        [
            ("Basic", "Invalid basic header. No credentials provided."),
            ("Basic  ", "Invalid basic header. No credentials provided."),
            ("Basic a b", "Invalid basic header. Credentials string should not contain spaces."),
            ("Basic !!!", "Invalid basic header. Credentials not correctly base64 encoded."),
            ("Basic YWJj", "Invalid basic header. Credentials not correctly base64 encoded."),
            ("Basic \xff", "Invalid basic header. Credentials not correctly base64 encoded."),
            (basic("editor", "wrong")["Authorization"], WRONG),
            (basic("nobody", "editor-pass-1")["Authorization"], WRONG),
            (basic("Editor", "editor-pass-1")["Authorization"], WRONG),
            (basic("", "")["Authorization"], WRONG),
            (basic("a\x00", "x")["Authorization"], WRONG),
            (basic("é", "x", "latin-1")["Authorization"], WRONG),
        ],
    )
    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", "/api/bots/"), ("GET", "/api/bots/999/"), ("OPTIONS", "/api/steps/")],
    )
    async def test_a_wrong_one_is_401_on_any_request(self, app, header, detail, method, path):
        answer = await app.client.request(
            method, path, headers={"Authorization": header.encode("latin-1")}
        )
        assert (answer.status_code, answer.json(), answer.headers["www-authenticate"]) == (
            401,
            {"detail": detail},
            CHALLENGE,
        )

    async def test_it_goes_before_the_session(self, app):
        client = app.signed_in("editor")
        answer = await client.get("/api/bots/", headers=basic("editor", "wrong"))
        assert (answer.status_code, answer.json()) == (401, {"detail": WRONG})

    async def test_it_needs_no_csrf_token(self, app):
        client = app.new_client(headers={"Origin": "http://evil.example"})
        answer = await client.post("/api/bots/", json={"name": "Бот"}, auth=app.basic("editor"))
        assert answer.status_code == 201

    async def test_a_changed_password_counts_at_once_the_old_one_no_more(self, app):
        read = ("/api/executions/",)
        assert (await app.client.get(*read, auth=app.basic("editor"))).status_code == 200
        new = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("brand-new-1")
        app.call(accounts.set_password, SYSTEM, 2, new)
        answer = await app.client.get(*read, auth=app.basic("editor"))
        assert (answer.status_code, answer.json()) == (401, {"detail": WRONG})
        answer = await app.client.get(*read, headers=basic("editor", "brand-new-1"))
        assert answer.status_code == 200

    async def test_the_same_password_hashed_again_still_counts(self, app):
        read = ("/api/executions/",)
        assert (await app.client.get(*read, auth=app.basic("editor"))).status_code == 200
        again = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("editor-pass-1")
        app.call(accounts.set_password, SYSTEM, 2, again)
        assert (await app.client.get(*read, auth=app.basic("editor"))).status_code == 200

    async def test_a_deactivated_user_is_out_at_once(self, app):
        assert (await app.client.get("/api/bots/", auth=app.basic("editor"))).status_code == 200
        app.call(accounts.update_user, SYSTEM, 2, is_active=False)
        answer = await app.client.get("/api/bots/", auth=app.basic("editor"))
        assert (answer.status_code, answer.json()) == (401, {"detail": WRONG})

    async def test_too_many_wrong_ones_are_429_with_the_time_to_wait(self, tmp_path):
        async with make_app(tmp_path, login_tries=2, login_window_s=60) as app:
            for _ in range(2):
                answer = await app.client.get("/api/bots/", headers=basic("editor", "wrong"))
                assert answer.status_code == 401
            answer = await app.client.get("/api/bots/", auth=app.basic("editor"))
            assert answer.status_code == 429
            assert 0 < int(answer.headers["retry-after"]) <= 60
            assert (await app.client.get("/api/bots/", auth=app.basic("viewer"))).status_code == 200

    async def test_addresses_are_told_apart_behind_a_trusted_proxy_only(self, tmp_path):
        async def tries(app):
            found = []
            for number in range(4):
                headers = {
                    **basic("editor", "wrong"),
                    "X-Forwarded-For": f"10.9.9.9, 192.0.2.{number}",
                }
                found.append((await app.client.get("/api/bots/", headers=headers)).status_code)
            return found

        limits = {"login_tries": 2, "login_window_s": 60}
        async with make_app(tmp_path, **limits) as app:
            assert await tries(app) == [401, 401, 429, 429]
        async with make_app(tmp_path, trusted_proxies="127.0.0.0/8", **limits) as app:
            assert await tries(app) == [401, 401, 401, 401]


class TestSession:
    async def test_reads_need_the_cookie_only(self, app):
        client = app.new_client(cookies={"sessionid": session_of(app, "viewer")})
        assert (await client.get("/api/executions/")).status_code == 200

    async def test_cookies_may_come_in_several_headers(self, app):
        cookies = [f"sessionid={session_of(app, 'viewer')}", f"csrftoken={CSRF_TOKEN}"]
        for pair in (cookies, cookies[::-1]):
            headers = [("Cookie", cookie) for cookie in pair]
            answer = await app.client.get("/api/executions/", headers=headers)
            assert answer.status_code == 200

    @pytest.mark.parametrize(
        ("cookie", "headers", "reason"),
        [
            (None, {"X-CSRFToken": CSRF_TOKEN}, "CSRF cookie not set."),
            ("abc", {"X-CSRFToken": CSRF_TOKEN}, "CSRF cookie has incorrect length."),
            (
                "t" * 31 + "!",
                {"X-CSRFToken": "t" * 31 + "!"},
                "CSRF cookie has invalid characters.",
            ),
            (CSRF_TOKEN, {}, "CSRF token missing."),
            (
                CSRF_TOKEN,
                {"X-CSRFToken": "abc"},
                "CSRF token from the 'X-Csrftoken' HTTP header has incorrect length.",
            ),
            (
                CSRF_TOKEN,
                {"X-CSRFToken": "t" * 30 + "!a"},
                "CSRF token from the 'X-Csrftoken' HTTP header has invalid characters.",
            ),
            (
                CSRF_TOKEN,
                {"X-CSRFToken": "u" * 32},
                "CSRF token from the 'X-Csrftoken' HTTP header incorrect.",
            ),
            (
                CSRF_TOKEN,
                {"X-CSRFToken": CSRF_TOKEN, "Origin": "http://evil.example"},
                "Origin checking failed - http://evil.example does not match any trusted origins.",
            ),
            (
                CSRF_TOKEN,
                {"X-CSRFToken": CSRF_TOKEN, "Origin": "null"},
                "Origin checking failed - null does not match any trusted origins.",
            ),
            (
                CSRF_TOKEN,
                {"X-CSRFToken": CSRF_TOKEN, "Origin": "https://localhost"},
                "Origin checking failed - https://localhost does not match any trusted origins.",
            ),
        ],
    )
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    async def test_writes_without_csrf_proof_are_403(self, app, cookie, headers, reason, method):
        cookies = {"sessionid": session_of(app, "editor")}
        if cookie is not None:
            cookies["csrftoken"] = cookie
        path = "/api/bots/" if method == "POST" else "/api/bots/1/"
        answer = await app.new_client(cookies=cookies).request(
            method, path, json={"name": "x"}, headers=headers
        )
        assert (answer.status_code, answer.json()) == (403, {"detail": f"CSRF Failed: {reason}"})

    @pytest.mark.parametrize(
        "origin", [None, ORIGIN, "https://pages.example", "https://a.b.example"]
    )
    async def test_writes_with_it_are_let_in(self, tmp_path, origin):
        trusted = "https://pages.example,https://*.b.example"
        async with make_app(tmp_path, csrf_trusted_origins=trusted) as app:
            cookies = {"sessionid": session_of(app, "editor"), "csrftoken": CSRF_TOKEN}
            headers = {"X-CSRFToken": CSRF_TOKEN} | ({"Origin": origin} if origin else {})
            client = app.new_client(cookies=cookies, headers=headers)
            assert (await client.post("/api/bots/", json={"name": "x"})).status_code == 201

    @pytest.mark.parametrize(
        "origin",
        ["http://pages.example", "https://xpages.example", "https://evilb.example", "https://["],
    )
    async def test_an_origin_like_a_trusted_one_is_refused(self, tmp_path, origin):
        trusted = "https://pages.example,https://*.b.example"
        async with make_app(tmp_path, csrf_trusted_origins=trusted) as app:
            client = app.signed_in("editor")
            answer = await client.post("/api/bots/", json={"name": "x"}, headers={"Origin": origin})
            assert answer.status_code == 403

    async def test_the_token_may_come_in_a_posted_form(self, app):
        cookies = {"sessionid": session_of(app, "editor"), "csrftoken": CSRF_TOKEN}
        client = app.new_client(cookies=cookies)
        form = {"csrfmiddlewaretoken": CSRF_TOKEN, "name": "x"}
        assert (await client.post("/api/bots/", data=form)).status_code == 201
        answer = await client.post("/api/bots/", data={**form, "csrfmiddlewaretoken": "u" * 32})
        assert answer.json() == {"detail": "CSRF Failed: CSRF token from POST incorrect."}

    @pytest.mark.parametrize(
        ("referer", "reason"),
        [
            (None, "Referer checking failed - no Referer."),
            ("nonsense", "Referer checking failed - Referer is malformed."),
            (
                "http://localhost/x",
                "Referer checking failed - Referer is insecure while host is secure.",
            ),
            (
                "https://evil.example/x",
                "Referer checking failed - https://evil.example/x does not match any trusted "
                "origins.",
            ),
            ("https://localhost/x", None),
        ],
    )
    async def test_over_https_without_origin_the_referer_must_be_ours(
        self, tmp_path, referer, reason
    ):
        async with make_app(tmp_path, trusted_proxies="127.0.0.1") as app:
            cookies = {"sessionid": session_of(app, "editor"), "csrftoken": CSRF_TOKEN}
            headers = {"X-CSRFToken": CSRF_TOKEN, "X-Forwarded-Proto": "https"}
            if referer is not None:
                headers["Referer"] = referer
            answer = await app.new_client(cookies=cookies, headers=headers).post(
                "/api/bots/", json={"name": "x"}
            )
            if reason is None:
                assert answer.status_code == 201
            else:
                assert answer.json() == {"detail": f"CSRF Failed: {reason}"}

    async def test_a_session_that_ended_is_a_guest_and_needs_no_csrf_proof(self, app):
        client = app.new_client(cookies={"sessionid": "bogus"})
        assert (await client.get("/api/bots/")).status_code == 200
        answer = await client.post("/api/bots/", json={"name": "x"})
        assert (answer.status_code, answer.json()) == (401, {"detail": NOT_PROVIDED})

    async def test_the_role_is_asked_each_time(self, app):
        client = app.signed_in("editor")
        app.call(accounts.update_user, SYSTEM, 2, role="viewer")
        assert (await client.post("/api/bots/", json={"name": "x"})).status_code == 403


class TestToken:
    def token(self, app, role="editor", **more):
        person = app.people[role]
        caller = Caller(person.id, person.username, role)
        return app.call(sessions.create_token, caller, name="program", **more)

    async def test_a_right_one_is_let_in_and_its_use_noted(self, app):
        created = self.token(app)
        headers = {"Authorization": f"Token {created.text}"}
        answer = await app.client.post("/api/bots/", json={"name": "x"}, headers=headers)
        assert (answer.status_code, answer.json()["created_by"]) == (201, 2)
        noted = app.call(lambda s: s.get(ApiToken, created.token_id).last_used_at)
        assert utc_now() - noted < timedelta(minutes=1)
        await app.client.get("/api/bots/", headers=headers)
        assert app.call(lambda s: s.get(ApiToken, created.token_id).last_used_at) == noted

    @pytest.mark.parametrize(
        ("header", "detail"),
        [
            ("Token", "Invalid token header. No credentials provided."),
            ("Token a b", "Invalid token header. Token string should not contain spaces."),
            (
                "Token \xff",
                "Invalid token header. Token string should not contain invalid characters.",
            ),
            ("Token abc", "Invalid token."),
            ("token abc", "Invalid token."),
        ],
    )
    async def test_a_wrong_one_is_401(self, app, header, detail):
        answer = await app.client.get(
            "/api/bots/", headers={"Authorization": header.encode("latin-1")}
        )
        assert (answer.status_code, answer.json(), answer.headers["www-authenticate"]) == (
            401,
            {"detail": detail},
            CHALLENGE,
        )

    async def test_an_inactive_owner_is_refused(self, app):
        created = self.token(app)
        app.call(accounts.update_user, SYSTEM, 2, is_active=False)
        answer = await app.client.get(
            "/api/bots/", headers={"Authorization": f"Token {created.text}"}
        )
        assert (answer.status_code, answer.json()) == (
            401,
            {"detail": "User inactive or deleted."},
        )

    async def test_the_session_goes_before_it(self, app):
        client = app.signed_in("viewer")
        answer = await client.get("/api/executions/", headers={"Authorization": "Token nonsense"})
        assert answer.status_code == 200


@pytest.mark.parametrize("scheme", ["Bearer abc", "Digest x", "nonsense", ""])
async def test_another_scheme_is_a_guest(app, scheme):
    answer = await app.client.get("/api/bots/", headers={"Authorization": scheme})
    assert answer.status_code == 200


async def test_what_is_deleted_through_rest_is_in_the_audit_trail(app):
    client = app.signed_in("editor")
    made = (await client.post("/api/bots/", json={"name": "x"})).json()["id"]
    assert (await client.delete(f"/api/bots/{made}/")).status_code == 204

    def read(session):
        entry = session.exec(select(AuditEntry)).one()
        return entry.username, entry.action, entry.object_type, entry.object_id

    assert app.call(read) == ("editor", "bot_deleted", "bot", str(made))
