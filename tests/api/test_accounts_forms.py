"""The sign-in, sign-out, set-up and password forms: plain HTML, safe returns, rotated sessions."""

import re
from html.parser import HTMLParser

import httpx
import pytest
from sqlmodel import delete, select

from alpina_app.i18n import translate
from alpina_app.models import ApiToken, AuditEntry, LoginSession, User
from alpina_app.services import accounts, passwords, sessions
from alpina_app.web.login import safe_next
from tests.support.app import ORIGIN, make_app


@pytest.fixture
async def app(tmp_path):
    async with make_app(tmp_path) as app:
        yield app


class Page(HTMLParser):
    """What a person and a browser find in a page."""

    def __init__(self, text):
        super().__init__()
        self.inputs, self.labels, self.links, self.tags, self.words = {}, {}, [], set(), []
        self.form, self._label, self._skip = None, None, False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.add(tag)
        self._skip = tag in ("style", "script")
        match tag:
            case "form":
                self.form = found
            case "input":
                self.inputs[found.get("name")] = found
            case "label":
                self._label = found["for"]
            case "a":
                self.links.append(found["href"])
            case "html":
                self.language = found["lang"]

    def handle_endtag(self, tag):
        self._label, self._skip = None, False

    def handle_data(self, data):
        if self._label:
            self.labels[self._label] = data.strip()
        if not self._skip and data.strip():
            self.words.append(data.strip())

    @property
    def text(self):
        return " ".join(self.words)


async def fill(client, path, **fields):
    """Opens the page and sends its form with `fields` beside the hidden ones."""
    page = Page((await client.get(path)).text)
    hidden = {
        name: found["value"] for name, found in page.inputs.items() if found["type"] == "hidden"
    }
    return await client.post(page.form.get("action") or path, data={**hidden, **fields})


def cookie(answer, name):
    """{"value", attributes in lower case} of a Set-Cookie header."""
    for header in answer.headers.get_list("set-cookie"):
        pair, *attributes = header.split("; ")
        if pair.startswith(f"{name}="):
            found = dict(part.lower().partition("=")[::2] for part in attributes)
            return {"value": pair.partition("=")[2], **found}
    return None


LOGINS = ["/admin/login/", "/api-auth/login/"]
PASSWORD = "/admin/password/"
NEW_PASSWORD = {
    "old_password": "editor-pass-1",
    "new_password": "Brand-new-1",
    "new_password_again": "Brand-new-1",
}
NEW_ADMINISTRATOR = {
    "username": "root",
    "email": "",
    "password": "Passw0rd-1",
    "password_again": "Passw0rd-1",
}


class TestSignInForm:
    @pytest.mark.parametrize("path", LOGINS)
    async def test_it_is_plain_html_with_labels_and_a_csrf_token(self, app, path):
        answer = await app.client.get(f"{path}?next=/bots")
        page = Page(answer.text)
        assert (answer.status_code, page.form["method"], page.language) == (200, "post", "ru")
        assert page.labels == {"id_username": "Имя пользователя", "id_password": "Пароль"}
        assert {name: found["type"] for name, found in page.inputs.items()} == {
            "csrfmiddlewaretoken": "hidden",
            "next": "hidden",
            "username": "text",
            "password": "password",
        }
        assert page.inputs["next"]["value"] == "/bots"
        assert page.inputs["csrfmiddlewaretoken"]["value"] == cookie(answer, "csrftoken")["value"]
        assert "script" not in page.tags

    async def test_nothing_is_fetched_and_nothing_cached_or_framed(self, app):
        answer = await app.client.get("/admin/login/")
        assert not re.findall(r"(?:src|href)=[\"'](?:https?:)?//", answer.text)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-frame-options"] == "DENY"

    @pytest.mark.parametrize(
        ("path", "target", "lands"),
        [
            ("/admin/login/", None, "/admin/"),
            ("/api-auth/login/", None, "/api/"),
            ("/admin/login/", "/bots?page=2", "/bots?page=2"),
            ("/api-auth/login/", "/api/bots/", "/api/bots/"),
            ("/admin/login/", "//evil.example", "/admin/"),
        ],
    )
    async def test_a_right_password_opens_a_session_and_goes_on(self, app, path, target, lands):
        client = app.new_client()
        form = await fill(
            client,
            path if target is None else str(httpx.URL(path, params={"next": target})),
            username="editor",
            password="editor-pass-1",
        )
        assert (form.status_code, form.headers["location"]) == (303, lands)
        assert all("; SameSite=Lax" in header for header in form.headers.get_list("set-cookie"))
        session = cookie(form, "sessionid")
        assert "httponly" in session and "secure" not in session
        assert (session["samesite"], session["path"], session["max-age"]) == (
            "lax",
            "/",
            str(14 * 86_400),
        )
        token = cookie(form, "csrftoken")
        assert "httponly" not in token and token["samesite"] == "lax"
        headers = {"X-CSRFToken": token["value"], "Origin": ORIGIN}
        made = await client.post("/api/bots/", json={"name": "x"}, headers=headers)
        assert made.status_code == 201

    async def test_over_https_the_cookies_are_secure(self, tmp_path):
        async with make_app(tmp_path, trusted_proxies="127.0.0.1") as app:
            headers = {"X-Forwarded-Proto": "https", "Origin": "https://localhost"}
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app.asgi),
                base_url="https://localhost",
                headers=headers,
            )
            form = await fill(client, LOGINS[0], username="editor", password="editor-pass-1")
            assert form.status_code == 303
            assert "secure" in cookie(form, "sessionid") and "secure" in cookie(form, "csrftoken")

    async def test_signing_in_rotates_session_and_csrf_token(self, app):
        client = app.new_client()
        first = await fill(client, LOGINS[0], username="editor", password="editor-pass-1")
        old = {name: cookie(first, name)["value"] for name in ("sessionid", "csrftoken")}
        second = await fill(client, LOGINS[0], username="viewer", password="viewer-pass-1")
        new = {name: cookie(second, name)["value"] for name in ("sessionid", "csrftoken")}
        assert old["sessionid"] != new["sessionid"] and old["csrftoken"] != new["csrftoken"]
        assert app.call(sessions.caller_of_session, old["sessionid"]) is None

    async def test_a_session_chosen_by_somebody_else_is_not_taken_over(self, app):
        client = app.new_client(cookies={"sessionid": "chosen"})
        form = await fill(client, LOGINS[0], username="editor", password="editor-pass-1")
        assert cookie(form, "sessionid")["value"] != "chosen"
        assert app.call(sessions.caller_of_session, "chosen") is None

    @pytest.mark.parametrize("language", ["ru", "en"])
    @pytest.mark.parametrize("name", ["editor", "nobody"])
    async def test_a_wrong_password_says_so_and_keeps_the_name(self, app, language, name):
        client = app.new_client()
        form = await fill(
            client, f"/admin/login/?lang={language}&next=/bots", username=name, password="wrong-1"
        )
        page = Page(form.text)
        assert translate(language, "accounts.wrong_credentials") in page.text
        assert page.inputs["username"]["value"] == name
        assert page.inputs["next"]["value"] == "/bots"
        assert "wrong-1" not in form.text and cookie(form, "sessionid") is None

    async def test_what_is_left_out_is_said_beside_the_field(self, app):
        form = await fill(app.new_client(), "/admin/login/?lang=en", username=" ", password="")
        page = Page(form.text)
        assert page.inputs["username"]["aria-invalid"] == "true"
        assert page.inputs["password"]["aria-describedby"].strip() == "error_password"
        assert "Enter the username." in page.text and "Enter the password." in page.text

    @pytest.mark.parametrize(
        "change",
        [
            {"csrfmiddlewaretoken": ""},
            {"csrfmiddlewaretoken": "u" * 32},
            {"csrfmiddlewaretoken": "short"},
        ],
    )
    async def test_without_the_csrf_token_nothing_happens(self, app, change):
        fields = {"username": "editor", "password": "editor-pass-1", **change}
        form = await fill(app.new_client(), LOGINS[0], **fields)
        assert form.status_code == 403 and cookie(form, "sessionid") is None
        assert translate("ru", "accounts.form_expired") in Page(form.text).text

    async def test_a_form_from_another_site_is_refused(self, app):
        client = app.new_client(headers={"Origin": "http://evil.example"})
        form = await fill(client, LOGINS[0], username="editor", password="editor-pass-1")
        assert form.status_code == 403 and cookie(form, "sessionid") is None

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"\xff\x00" * 100, "application/x-www-form-urlencoded"),
            (b"{}", "application/json"),
            (b"x=" + b"y" * 100_000, "application/x-www-form-urlencoded"),
            (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
            (b"", "multipart/form-data"),
            (b"&".join(b"a%d=1" % n for n in range(100)), "application/x-www-form-urlencoded"),
        ],
    )
    @pytest.mark.parametrize("path", [*LOGINS, "/admin/logout/"])
    async def test_no_body_breaks_it(self, app, body, kind, path):
        answer = await app.client.post(path, content=body, headers={"Content-Type": kind})
        assert answer.status_code == 403

    async def test_a_multipart_form_is_read_as_well(self, app):
        client = app.new_client()
        page = Page((await client.get(LOGINS[0])).text)
        fields = {
            "csrfmiddlewaretoken": page.inputs["csrfmiddlewaretoken"]["value"],
            "username": "editor",
            "password": "editor-pass-1",
        }
        parts = {name: (None, value) for name, value in fields.items()}
        assert (await client.post(LOGINS[0], files=parts)).status_code == 303

    async def test_markup_in_the_name_and_the_return_address_is_text(self, app):
        evil = '"><script>alert(1)</script>'
        form = await fill(
            app.new_client(),
            str(httpx.URL("/admin/login/", params={"next": f"/bots?{evil}"})),
            username=evil,
            password="x",
        )
        assert "script" not in Page(form.text).tags

    async def test_too_many_tries_are_429_with_the_time_to_wait(self, tmp_path):
        async with make_app(tmp_path, login_tries=2, login_window_s=60) as app:
            client = app.new_client()
            for _ in range(2):
                await fill(client, LOGINS[0], username="editor", password="wrong")
            form = await fill(
                client, "/admin/login/?lang=en", username="editor", password="editor-pass-1"
            )
            assert form.status_code == 429 and cookie(form, "sessionid") is None
            wait_s = int(form.headers["retry-after"])
            text = translate("en", "accounts.sign_in_throttled", count=wait_s)
            assert text in Page(form.text).text

    async def test_who_is_signed_in_is_told_so(self, app):
        page = Page((await app.signed_in("editor").get("/admin/login/?next=/bots")).text)
        assert "editor" in page.text and "/bots" in page.links

    @pytest.mark.parametrize("path", ["/admin/login", "/api-auth/login", "/admin/logout"])
    async def test_a_missing_slash_is_put_right(self, app, path):
        answer = await app.client.get(f"{path}?next=/bots")
        assert answer.is_redirect
        assert httpx.URL(answer.headers["location"]).raw_path.decode() == f"{path}/?next=/bots"

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
    async def test_other_methods_are_405(self, app, method):
        answer = await app.client.request(method, LOGINS[0])
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


class TestLanguage:
    @pytest.mark.parametrize(
        ("query", "cookies", "header", "language"),
        [
            ("", {}, None, "ru"),
            ("", {}, "en-GB,en;q=0.9,ru;q=0.8", "en"),
            ("", {}, "de,fr;q=0.9", "ru"),
            ("", {}, "en;q=0.5, ru;q=0.7", "ru"),
            ("", {}, "en;q=nonsense", "ru"),
            ("", {"language": "en"}, "ru", "en"),
            ("", {"language": "de"}, "en", "en"),
            ("?lang=ru", {"language": "en"}, "en", "ru"),
            ("?lang=xx", {}, "en", "en"),
        ],
    )
    async def test_query_then_cookie_then_browser(self, app, query, cookies, header, language):
        headers = {"Accept-Language": header} if header else {}
        client = app.new_client(cookies=cookies, headers=headers)
        assert Page((await client.get(f"/admin/login/{query}")).text).language == language

    async def test_the_other_language_is_a_link_that_keeps_the_return_address(self, app):
        client = app.new_client()
        page = Page((await client.get("/admin/login/?next=/bots")).text)
        link = next(link for link in page.links if "lang=" in link)
        other = Page((await client.get(f"/admin/login/{link}")).text)
        assert (other.language, other.inputs["next"]["value"]) == ("en", "/bots")
        assert Page((await client.get("/admin/logout/")).text).language == "en"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        "/\n/evil.example",
        " //evil.example",
        "http://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/%2Fevil.example",
        "/%5Cevil.example",
        "%2F%2Fevil.example",
        "/%252Fevil.example",
        "/%09/evil.example",
        "/bots\r\nSet-Cookie: a=b",
        "",
        None,
        "/" + "x" * 3000,
    ],
)
def test_returns_leave_the_site_in_no_spelling(target):
    assert safe_next(target, "/admin/") == "/admin/"


@pytest.mark.parametrize(
    "target", ["/", "/bots", "/bots?search=//x&a=%2F%2F#part", "/боты", "/a//b", "/bots?u=http://x"]
)
def test_returns_to_this_site_are_kept(target):
    assert safe_next(target, "/admin/") == target


class TestSignOut:
    @pytest.mark.parametrize(
        ("path", "lands"),
        [("/admin/logout/", "/admin/login/"), ("/api-auth/logout/", "/api-auth/login/")],
    )
    async def test_it_ends_the_session(self, app, path, lands):
        client = app.signed_in("editor")
        token = client.cookies["sessionid"]
        form = await fill(client, path)
        assert (form.status_code, form.headers["location"]) == (303, lands)
        assert cookie(form, "sessionid")["max-age"] == "0"
        assert app.call(sessions.caller_of_session, token) is None

    @pytest.mark.parametrize("path", ["/admin/logout/", "/api-auth/logout/"])
    async def test_a_get_or_a_foreign_form_ends_nothing(self, app, path):
        client = app.signed_in("editor")
        assert (await client.get(path)).status_code == 200
        foreign = await client.post(path, headers={"Origin": "http://evil.example"})
        assert foreign.status_code == 403
        assert (await client.post(path, headers={"X-CSRFToken": "u" * 32})).status_code == 403
        assert (await client.get("/api/executions/")).status_code == 200

    async def test_it_goes_where_it_is_told_on_this_site(self, app):
        form = await fill(app.signed_in("editor"), "/admin/logout/?next=/")
        assert form.headers["location"] == "/"


class TestSetup:
    @pytest.fixture
    async def empty(self, app):
        def clear(session):
            for table in (LoginSession, ApiToken, AuditEntry, User):
                session.exec(delete(table))

        app.call(clear)
        return app

    def link(self, app, language="en"):
        token = accounts.setup_token(app.runtime.settings)
        return f"/admin/setup/?token={token}&lang={language}"

    async def test_it_makes_the_first_administrator_and_signs_him_in(self, empty):
        client = empty.new_client()
        form = await fill(client, self.link(empty), **NEW_ADMINISTRATOR)
        assert (form.status_code, form.headers["location"]) == (303, "/")
        token = cookie(form, "sessionid")["value"]
        caller = empty.call(sessions.caller_of_session, token)
        assert (caller.username, caller.role) == ("root", "administrator")

    async def test_it_works_once(self, empty):
        await fill(empty.new_client(), self.link(empty), **NEW_ADMINISTRATOR)
        answer = await empty.client.get(self.link(empty))
        assert answer.status_code == 403
        assert translate("en", "accounts.setup_done") in Page(answer.text).text
        assert Page(answer.text).form is None

    async def test_a_form_sent_after_somebody_else_was_first_makes_nobody(self, empty):
        client = empty.new_client()
        page = Page((await client.get(self.link(empty))).text)
        await fill(empty.new_client(), self.link(empty), **NEW_ADMINISTRATOR)
        token = page.inputs["csrfmiddlewaretoken"]["value"]
        late = {**NEW_ADMINISTRATOR, "username": "late", "csrfmiddlewaretoken": token}
        assert (await client.post(self.link(empty), data=late)).status_code == 403
        assert empty.call(lambda s: [u.username for u in s.exec(select(User))]) == ["root"]

    @pytest.mark.parametrize("token", ["", "0" * 64, "x"])
    @pytest.mark.parametrize("method", ["GET", "POST"])
    async def test_a_wrong_token_opens_nothing(self, empty, token, method):
        answer = await empty.client.request(method, f"/admin/setup/?token={token}")
        assert answer.status_code == 403 and Page(answer.text).form is None
        assert not empty.call(accounts.has_users)

    @pytest.mark.parametrize("language", ["ru", "en"])
    @pytest.mark.parametrize(
        ("change", "field", "problem"),
        [
            ({"username": ""}, "username", "username_blank"),
            ({"username": "a b"}, "username", "username_invalid"),
            ({"email": "nobody"}, "email", "email_invalid"),
            ({"password": "short"}, "password", "password_short"),
            ({"password": "123456789"}, "password", "password_digits"),
            ({"username": "Passw0rd-1"}, "password", "password_is_name"),
            ({"password_again": "other"}, "password_again", "passwords_differ"),
        ],
    )
    async def test_wrong_fields_are_said_beside_them(self, empty, language, change, field, problem):
        fields = {**NEW_ADMINISTRATOR, **change}
        form = await fill(empty.new_client(), self.link(empty, language), **fields)
        page = Page(form.text)
        assert page.inputs[field]["aria-invalid"] == "true"
        assert translate(language, f"accounts.{problem}") in page.text
        assert page.inputs["username"]["value"] == fields["username"]
        assert not page.inputs["password"]["value"]
        assert not empty.call(accounts.has_users)

    async def test_every_wrong_field_at_once(self, empty):
        fields = {"username": "a b", "email": "", "password": "1", "password_again": "2"}
        page = Page((await fill(empty.new_client(), self.link(empty), **fields)).text)
        wrong = {name for name, found in page.inputs.items() if "aria-invalid" in found}
        assert wrong == {"username", "password", "password_again"}

    async def test_it_needs_the_csrf_token(self, empty):
        fields = {**NEW_ADMINISTRATOR, "csrfmiddlewaretoken": "u" * 32}
        assert (await fill(empty.new_client(), self.link(empty), **fields)).status_code == 403
        assert not empty.call(accounts.has_users)


class TestPassword:
    async def test_a_guest_signs_in_first_and_comes_back(self, app):
        for method in ("GET", "POST"):
            answer = await app.client.request(method, PASSWORD)
            assert (answer.status_code, answer.headers["location"]) == (
                303,
                "/admin/login/?next=%2Fadmin%2Fpassword%2F",
            )

    async def test_it_changes_the_password_and_ends_the_other_sessions(self, app):
        client, elsewhere = app.signed_in("editor"), app.signed_in("editor")
        old = client.cookies["sessionid"]
        form = await fill(client, f"{PASSWORD}?lang=en", **NEW_PASSWORD)
        assert form.status_code == 303
        new = cookie(form, "sessionid")["value"]
        assert [
            app.call(sessions.caller_of_session, token) is not None
            for token in (old, elsewhere.cookies["sessionid"], new)
        ] == [False, False, True]
        stored = app.call(accounts.account_of, 2).password_hash
        assert passwords.matches("Brand-new-1", stored)
        said = Page(
            (await app.new_client(cookies={"sessionid": new}).get(PASSWORD + "?done=1")).text
        )
        assert translate("ru", "accounts.password_changed") in said.text

    @pytest.mark.parametrize(
        ("change", "field", "problem"),
        [
            ({"old_password": "wrong"}, "old_password", "old_password_wrong"),
            ({"new_password_again": "other"}, "new_password_again", "passwords_differ"),
            (
                {"new_password": "1234", "new_password_again": "1234"},
                "new_password",
                "password_digits",
            ),
            (
                {"new_password": "EDITOR", "new_password_again": "EDITOR"},
                "new_password",
                "password_is_name",
            ),
        ],
    )
    async def test_wrong_fields_are_said_and_nothing_changes(self, app, change, field, problem):
        client = app.signed_in("editor")
        form = await fill(client, f"{PASSWORD}?lang=en", **{**NEW_PASSWORD, **change})
        page = Page(form.text)
        assert page.inputs[field]["aria-invalid"] == "true"
        assert translate("en", f"accounts.{problem}") in page.text
        stored = app.call(accounts.account_of, 2).password_hash
        assert passwords.matches("editor-pass-1", stored)
        assert (await client.get("/api/executions/")).status_code == 200

    async def test_guessing_the_old_password_is_throttled(self, tmp_path):
        async with make_app(tmp_path, login_tries=2, login_window_s=60) as app:
            client = app.signed_in("editor")
            for _ in range(2):
                await fill(client, PASSWORD, **{**NEW_PASSWORD, "old_password": "wrong"})
            form = await fill(client, PASSWORD, **NEW_PASSWORD)
            assert form.status_code == 429 and "retry-after" in form.headers


async def test_the_audit_trail_tells_of_entering_and_leaving(app):
    client = app.new_client()
    await fill(client, LOGINS[0], username="editor", password="wrong")
    await fill(client, LOGINS[0], username="editor", password="editor-pass-1")
    await fill(client, PASSWORD, **NEW_PASSWORD)
    await fill(client, "/admin/logout/")

    def read(session):
        return [(e.username, e.action, e.user_id) for e in session.exec(select(AuditEntry))]

    assert app.call(read) == [
        ("editor", "sign_in_failed", None),
        ("editor", "sign_in", 2),
        ("editor", "password_changed", 2),
        ("editor", "sign_in", 2),
        ("editor", "sign_out", 2),
    ]
