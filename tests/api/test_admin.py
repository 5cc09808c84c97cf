"""The administration: who may do what, by the same rules as REST; nothing secret on any page."""

import functools
import json
import logging
import re

import jinja2
import pytest
from sqlmodel import select

from alpina_app.admin.app import VIEWS
from alpina_app.models import (
    ApiToken,
    AuditEntry,
    Bot,
    BotExecution,
    LoginSession,
    Message,
    Scenario,
    Secret,
    Step,
    TraceEvent,
    User,
)
from alpina_app.services import accounts, passwords, secrets_store, sessions
from alpina_app.services.access import SYSTEM, Caller
from tests.support.app import make_app

KEYS = [view.key for view in VIEWS]
ROLES = ["administrator", "editor", "viewer"]
PEOPLE_ONLY = {"user", "secret", "audit"}  # for administrators
EDITABLE = {"bot", "scenario", "step"}
SECRET_VALUE = "tip-top-secret-value"
EVIL = "<script>alert('xss')</script>"


_IDS = [f"pk={value}" for value in ("1" + "0" * 30, "-1", "abc", "", "1&pk=2", "%D9%A1")]
QUERIES = {
    "{key}/detail": [*_IDS, "pk=1&_origin=//evil.example"],
    "{key}/edit": _IDS[:3],
    "{key}/list": [
        "page=1" + "0" * 30,
        "page=-5",
        "page_size=7",
        "page_size=abc",
        "sort=nonsense__asc",
        "sort=password_hash__asc",
        "sort=id__sideways",
        "q=%00",
        "q=%ED%A0%80",
        "q=" + "a+" * 3000,
        "filter=((((",
        "filter=nonsense__in%3Dx",
        "filter=password_hash__contains%3Dx",
        "cols=nonsense",
    ],
    "_api/{key}/relation-lookup": [
        "skip=-1&limit=99999",
        "skip=1" + "0" * 30,
        "pks=abc&pks=1",
        "q=%00",
    ],
}


@pytest.fixture(scope="module", autouse=True)
def templates_compiled_once(tmp_path_factory):
    """Not once for every application under test, which takes most of its time."""
    cache = jinja2.FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        environment = functools.partial(jinja2.Environment, bytecode_cache=cache)
        patch.setattr("starlette_admin.base.Environment", environment)
        yield


@pytest.fixture
async def app(tmp_path):
    async with make_app(tmp_path) as app:
        fill(app)
        yield app


def fill(app):
    """One of everything; ids are 1, but users are 1-3 and steps 1-2."""
    app.add(
        Bot(name=f"Бот {EVIL}", created_by_id=2),
        Scenario(name="Знакомство", bot_id=1),
        Step(name="Привет", scenario_id=1, content={"text": "Здравствуйте!"}),
        Step(name="Имя", scenario_id=1, step_type="question", order=1),
        BotExecution(bot_id=1, scenario_id=1, user_session="web-1", variables={"name": "Анна"}),
        Message(execution_id=1, position=0, role="user", content=f"Меня зовут Анна {EVIL}"),
        Message(execution_id=1, position=1, role="assistant", content="Рад!", step_id=1),
        TraceEvent(execution_id=1, seq=1, step_id=1, step_type="message", output={"said": EVIL}),
    )
    app.call(secrets_store.set_secret, SYSTEM, app.runtime.settings, "CRM_KEY", SECRET_VALUE)
    app.call(sessions.create_token, Caller(1, "admin", "administrator"), name="of admin")
    app.call(sessions.open_login_session, 3, 14)


async def send(client, path, data=None, **kwargs):
    """A form as the browser sends it: with starlette-admin's own CSRF token."""
    if "starlette_admin_csrftoken" not in client.cookies:
        await client.get("/admin/")
    token = client.cookies["starlette_admin_csrftoken"]
    return await client.post(path, data=data or {}, headers={"X-CSRFToken": token}, **kwargs)


async def row_action(client, key, pk, name="delete"):
    return await send(client, f"/admin/_api/{key}/row-action?name={name}&pk={pk}")


def rows(app, model, *columns):
    def read(session):
        statement = select(model).order_by(model.id)
        found = session.exec(statement).all()
        return [tuple(getattr(row, name) for name in columns) for row in found]

    return app.call(read)


def errors_of(answer):
    """{field: message} as the page shows them beside the fields."""
    found = re.findall(r'<div class="invalid-feedback" id="([^"]+)-error">(.*?)</div>', answer.text)
    return {name: text.replace("&#34;", '"') for name, text in found}


class TestWhoMayEnter:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/admin/{key}/list?q=x&page=2"),
            ("GET", "/admin/{key}/detail?pk=1"),
            ("GET", "/admin/{key}/create"),
            ("POST", "/admin/{key}/create"),
            ("GET", "/admin/{key}/edit?pk=1"),
            ("POST", "/admin/{key}/edit?pk=1"),
            ("GET", "/admin/_api/{key}/relation-lookup"),
            ("POST", "/admin/_api/{key}/action?name=delete&pks=1"),
            ("POST", "/admin/_api/{key}/row-action?name=delete&pk=1"),
            ("POST", "/admin/_api/{key}/import"),
            ("GET", "/admin/_api/{key}/inline-edit?pk=1&field=name"),
        ],
    )
    async def test_a_guest_signs_in_first(self, app, method, path):
        for key in KEYS:
            answer = await app.client.request(method, path.format(key=key))
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/admin/login/?next=%2Fadmin%2F")

    @pytest.mark.parametrize("path", ["/admin", "/admin/", "/admin/nothing", "/admin/bot/list?q=a"])
    async def test_a_guest_comes_back_to_the_page(self, app, path):
        answer = await app.client.get(path)
        assert answer.status_code == 303
        query = str(answer.headers["location"]).partition("next=")[2]
        assert query == path.replace("/", "%2F").replace("?", "%3F").replace("=", "%3D")

    async def test_a_session_that_ended_is_a_guest(self, app):
        client = app.signed_in("administrator")
        assert (await client.get("/admin/")).status_code == 200
        app.call(sessions.end_sessions_of, 1)
        assert (await client.get("/admin/")).status_code == 303

    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("key", KEYS)
    async def test_pages_open_for_those_who_may(self, app, role, key):
        client = app.signed_in(role)
        sees = role == "administrator" or key not in PEOPLE_ONLY
        writes = {
            "create": key in (EDITABLE if role != "viewer" else set()) | {"token"}
            or (role == "administrator" and key in {"user", "secret"}),
            "edit": (key in EDITABLE and role != "viewer")
            or (role == "administrator" and key in {"user", "secret"}),
        }
        found = {
            page: (await client.get(f"/admin/{key}/{page}?pk=1")).status_code
            for page in ("list", "create", "edit")
        }
        assert found == {
            "list": 200 if sees else 403,
            "create": 200 if writes["create"] else 403,
            "edit": 200 if writes["edit"] else 403,
        }
        home = (await client.get("/admin/")).text
        assert (f"/admin/{key}/list" in home) == sees
        lookup = await client.get(f"/admin/_api/{key}/relation-lookup")
        assert lookup.status_code == (200 if sees else 403)

    @pytest.mark.parametrize(
        ("role", "key"),
        [("viewer", key) for key in KEYS]
        + [("editor", key) for key in KEYS if key not in EDITABLE | {"execution"}],
    )
    async def test_raw_requests_change_nothing_that_may_not_be_changed(self, app, role, key):
        client = app.signed_in(role)
        before = everything(app)
        form = {"username": "x", "password": "Passw0rd-1", "role": "administrator", "value": "y"}
        for path in (f"/admin/{key}/edit?pk=1", f"/admin/{key}/edit?pk=2"):
            assert (await send(client, path, form)).status_code in (403, 404)
        if key != "token":
            assert (await send(client, f"/admin/{key}/create", form)).status_code == 403
        for path in (
            f"/admin/_api/{key}/row-action?name=delete&pk=1",
            f"/admin/_api/{key}/action?name=delete&pks=1",
            f"/admin/_api/{key}/action?name=delete&all=1",
            f"/admin/_api/{key}/action?name=export&all=1",
            f"/admin/_api/{key}/import",
            f"/admin/_api/{key}/inline-edit?pk=1&field=role",
        ):
            if key == "session" and "all=1" in path and "delete" in path:
                continue  # one's own
            await send(client, path, form)
        assert everything(app) == before


def everything(app):
    tables = (User, Bot, Scenario, Step, BotExecution, Secret, ApiToken)
    return {table.__tablename__: rows(app, table, *table.model_fields) for table in tables}


class TestForgery:
    @pytest.mark.parametrize(
        "headers", [{"X-CSRFToken": ""}, {"X-CSRFToken": "nonsense"}, {"X-CSRFToken": "t" * 32}]
    )
    async def test_a_form_without_the_csrf_token_is_refused(self, app, headers):
        client = app.signed_in("administrator")
        answer = await client.post("/admin/bot/create", data={"name": "x"}, headers=headers)
        assert answer.status_code == 403
        assert len(rows(app, Bot, "id")) == 1

    async def test_a_form_from_another_site_is_refused_even_with_it(self, app):
        client = app.signed_in("administrator")
        await client.get("/admin/")
        token = client.cookies["starlette_admin_csrftoken"]
        answer = await client.post(
            "/admin/bot/create",
            data={"name": "x"},
            headers={"X-CSRFToken": token, "Origin": "http://evil.example"},
        )
        assert answer.status_code == 403
        assert len(rows(app, Bot, "id")) == 1


class TestBots:
    FORM = (("name", "Новый"), ("bot_type", "chat"), ("creativity_level", "0.5"))

    async def test_an_editor_makes_one_and_is_its_author_whatever_the_form_says(self, app):
        client = app.signed_in("editor")
        form = {**dict(self.FORM), "is_active": "on", "created_by": "1", "id": "77"}
        answer = await send(client, "/admin/bot/create", form)
        assert answer.status_code == 303
        assert rows(app, Bot, "id", "name", "created_by_id", "creativity_level", "max_tokens")[
            1:
        ] == [(2, "Новый", 2, 0.5, 1000)]

    async def test_an_administrator_may_give_it_to_another(self, app):
        client = app.signed_in("administrator")
        await send(client, "/admin/bot/create", {**dict(self.FORM), "created_by": "3"})
        await send(client, "/admin/bot/create", {**dict(self.FORM), "created_by": ""})
        assert [row[0] for row in rows(app, Bot, "created_by_id")] == [2, 3, 1]

    async def test_an_edit_changes_what_the_form_has(self, app):
        app.add(Scenario(name="Другой", bot_id=1))
        client = app.signed_in("editor")
        form = {**dict(self.FORM), "system_prompt": "Ты помощник.", "start_scenario": "2"}
        assert (await send(client, "/admin/bot/edit?pk=1", form)).status_code == 303
        columns = ("name", "system_prompt", "is_active", "start_scenario_id", "created_by_id")
        assert rows(app, Bot, *columns) == [("Новый", "Ты помощник.", False, 2, 2)]

    @pytest.mark.parametrize("language", ["ru", "en"])
    async def test_every_wrong_field_is_said_beside_it(self, app, language):
        app.add(Bot(name="b", created_by_id=2), Scenario(name="чужой", bot_id=2))
        client = app.signed_in("editor")
        form = {
            "name": " ",
            "bot_type": "telepathy",
            "creativity_level": "2.1",
            "max_tokens": "0",
            "gpt_model": "x" * 101,
        }
        found = errors_of(await send(client, f"/admin/bot/edit?pk=1&lang={language}", form))
        assert set(found) == {
            "name",
            "bot_type",
            "creativity_level",
            "max_tokens",
            "gpt_model",
        }
        words = "".join(found.values())
        assert bool(re.search("[а-я]", words)) == (language == "ru")
        form = {**dict(self.FORM), "start_scenario": "2"}
        found = errors_of(await send(client, "/admin/bot/edit?pk=1", form))
        assert set(found) == {"start_scenario"}
        assert rows(app, Bot, "name")[0] == (f"Бот {EVIL}",)

    async def test_what_was_typed_stays_after_a_mistake(self, app):
        client = app.signed_in("editor")
        form = {**dict(self.FORM), "name": "Моё имя", "creativity_level": "9"}
        answer = await send(client, "/admin/bot/create", form)
        assert answer.status_code == 422 and 'value="Моё имя"' in answer.text

    async def test_deleting_takes_everything_with_it_and_is_audited(self, app):
        answer = await row_action(app.signed_in("editor"), "bot", 1)
        assert answer.status_code == 200
        for table in (Bot, Scenario, Step, BotExecution, Message):
            assert rows(app, table, "id") == []
        assert rows(app, AuditEntry, "username", "action", "object_id")[-1] == (
            "editor",
            "bot_deleted",
            "1",
        )

    async def test_a_selection_is_deleted_at_once(self, app):
        app.add(*(Bot(name=str(number), created_by_id=2) for number in range(3)))
        client = app.signed_in("editor")
        await send(client, "/admin/_api/bot/action?name=delete&pks=2&pks=4&pks=999")
        assert rows(app, Bot, "id") == [(1,), (3,)]


class TestScenariosAndSteps:
    async def test_a_first_step_of_another_scenario_is_refused(self, app):
        app.add(Scenario(name="Другой", bot_id=1), Step(name="чужой", scenario_id=2))
        client = app.signed_in("editor")
        form = {"name": "Знакомство", "bot": "1", "initial_step": "3"}
        assert set(errors_of(await send(client, "/admin/scenario/edit?pk=1", form))) == {
            "initial_step"
        }
        good = {**form, "initial_step": "2"}
        assert (await send(client, "/admin/scenario/edit?pk=1", good)).status_code == 303
        assert rows(app, Scenario, "initial_step_id")[0] == (2,)

    async def test_a_next_step_of_another_scenario_is_refused(self, app):
        app.add(Scenario(name="Другой", bot_id=1), Step(name="чужой", scenario_id=2))
        client = app.signed_in("editor")
        form = {
            "name": "Привет",
            "scenario": "1",
            "step_type": "message",
            "order": "0",
            "content": "{}",
        }
        wrong = await send(client, "/admin/step/edit?pk=1", {**form, "next_step": "3"})
        assert set(errors_of(wrong)) == {"next_step"}
        right = await send(client, "/admin/step/edit?pk=1", {**form, "next_step": "2"})
        assert right.status_code == 303
        assert rows(app, Step, "next_step_id")[0] == (2,)

    async def test_content_is_kept_to_the_digit(self, app):
        content = '{"б": [1.0, 12345678901234567890123, 1e3], "a": null, "text": "  x "}'
        client = app.signed_in("editor")
        form = {"name": "x", "scenario": "1", "step_type": "message", "content": content}
        assert (await send(client, "/admin/step/create", form)).status_code == 303
        stored = rows(app, Step, "content")[-1][0]
        assert json.dumps(stored, ensure_ascii=False) == json.dumps(
            json.loads(content), ensure_ascii=False
        )
        assert list(stored) == ["б", "a", "text"]
        page = (await client.get("/admin/step/edit?pk=3")).text
        assert "12345678901234567890123" in page and "1.0" in page

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ('{"a": 1,}', "строке 1, позиция 9"),
            ('{\n  "a": tru\n}', "строке 2, позиция 8"),
            ("", "строке 1, позиция 1"),
            ('{"a": NaN}', "NaN"),
            ("[" * 100_000, "JSON"),
            ('{"a": "\\u0000"}', ""),
            ('{"a": "\\ud800"}', ""),
            ("null", ""),
        ],
    )
    async def test_wrong_json_is_said_with_its_place_and_kept_in_the_form(self, app, content, said):
        client = app.signed_in("editor")
        form = {"name": "x", "scenario": "1", "step_type": "message", "content": content}
        answer = await send(client, "/admin/step/create", form)
        assert answer.status_code == 422
        assert said in errors_of(answer)["content"].replace("&#39;", "'")
        assert len(rows(app, Step, "id")) == 2

    async def test_a_change_of_a_step_grows_the_scenarios_revision(self, app):
        client = app.signed_in("editor")
        form = {"name": "x", "scenario": "1", "step_type": "message", "content": "{}"}
        await send(client, "/admin/step/edit?pk=1", form)
        assert rows(app, Scenario, "revision") == [(2,)]

    async def test_a_form_shows_what_a_reference_points_to(self, app):
        app.call(lambda s: setattr(s.get(Step, 1), "next_step_id", 2))
        page = (await app.signed_in("editor").get("/admin/step/edit?pk=1")).text
        assert '<option value="2" selected>Имя #2</option>' in page

    async def test_a_form_shown_again_names_what_was_chosen(self, app):
        form = {"name": "", "scenario": "1", "next_step": "2", "content": "{}"}
        page = (await send(app.signed_in("editor"), "/admin/step/edit?pk=1", form)).text
        assert '<option value="1" selected>Знакомство #1</option>' in page
        assert '<option value="2" selected>Имя #2</option>' in page

    async def test_references_are_searched(self, app):
        client = app.signed_in("editor")
        answer = await client.get("/admin/_api/step/relation-lookup", params={"q": "ИМЯ"})
        assert answer.json()["total"] == 1
        assert [(item["id"], item["_meta"]["repr"]) for item in answer.json()["items"]] == [
            (2, "Имя")
        ]


class TestExecutions:
    async def test_the_page_shows_messages_and_trace(self, app):
        page = (await app.signed_in("viewer").get("/admin/execution/detail?pk=1")).text
        for text in ("web-1", "Меня зовут Анна", "Рад!", "Привет", "Анна", "said"):
            assert text in page
        assert EVIL not in page and "&lt;script&gt;" in page

    async def test_only_the_newest_of_very_many_are_shown(self, app):
        app.add(
            *(
                Message(execution_id=1, position=number, role="user", content=f"line {number}.")
                for number in range(2, 302)
            )
        )
        page = (await app.signed_in("viewer").get("/admin/execution/detail?pk=1&lang=en")).text
        assert "line 301." in page and "line 50." not in page
        assert "the last 200 of 302" in page

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("q=web-1", 1),
            ("q=WEB", 1),
            ("q=зовут", 1),
            ("q=ЗОВУТ анна", 1),
            ("q=Бот", 1),
            ("q=зовут nobody", 0),
            ("q=%25", 0),
            ("q=_", 0),
            ("filter=status__in%3Drunning", 1),
            ("filter=status__in%3Dcompleted,failed", 0),
            ("filter=status__not_in%3Drunning", 0),
            ("filter=(status__in%3Drunning OR status__in%3Dfailed)", 1),
            ("sort=user_session__desc", 1),
            ("page=2", 0),
        ],
    )
    async def test_search_and_filters(self, app, query, count):
        answer = await app.signed_in("viewer").get(f"/admin/execution/list?{query}")
        assert answer.status_code == 200
        assert answer.text.count('data-sa-pk="') == count

    async def test_an_editor_deletes_a_viewer_does_not(self, app):
        refused = await row_action(app.signed_in("viewer"), "execution", 1)
        assert refused.status_code == 400 and len(rows(app, BotExecution, "id")) == 1
        await row_action(app.signed_in("editor"), "execution", 1)
        assert rows(app, BotExecution, "id") == rows(app, Message, "id") == []


class TestUsers:
    FORM = (
        ("username", "new"),
        ("email", "new@example.com"),
        ("role", "editor"),
        ("is_active", "on"),
        ("password", "Passw0rd-1"),
    )

    async def test_a_new_user_can_sign_in(self, app):
        client = app.signed_in("administrator")
        assert (await send(client, "/admin/user/create", dict(self.FORM))).status_code == 303
        caller = (await app.runtime.sign_in.open("new", "Passw0rd-1", "10.0.0.1")).caller
        assert (caller.username, caller.role) == ("new", "editor")

    @pytest.mark.parametrize("language", ["ru", "en"])
    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ({"username": "a b"}, {"username"}),
            ({"username": "editor"}, {"username"}),
            ({"email": "nobody"}, {"email"}),
            ({"password": ""}, {"password"}),
            ({"password": "12345678"}, {"password"}),
            ({"username": "a b", "password": "short"}, {"username", "password"}),
            ({"role": "root"}, {"role"}),
            ({"role": ""}, {"role"}),
        ],
    )
    async def test_wrong_fields_are_said_in_the_readers_language(
        self, app, language, change, fields
    ):
        client = app.signed_in("administrator")
        form = {**dict(self.FORM), **change}
        answer = await send(client, f"/admin/user/create?lang={language}", form)
        found = errors_of(answer)
        assert answer.status_code == 422 and set(found) == fields
        assert bool(re.search("[а-я]", "".join(found.values()))) == (language == "ru")
        assert len(rows(app, User, "id")) == 3

    async def test_the_password_typed_is_never_shown_again(self, app):
        client = app.signed_in("administrator")
        form = {**dict(self.FORM), "username": "a b", "password": "Very-Secret-1"}
        assert "Very-Secret-1" not in (await send(client, "/admin/user/create", form)).text

    async def test_role_and_name_are_changed_and_the_password_stays(self, app):
        client = app.signed_in("administrator")
        before = rows(app, User, "password_hash")
        form = {"username": "editor2", "email": "", "role": "viewer", "is_active": "on"}
        answer = await send(client, "/admin/user/edit?pk=2", {**form, "password": ""})
        assert answer.status_code == 303
        assert rows(app, User, "username", "role")[1] == ("editor2", "viewer")
        assert rows(app, User, "password_hash") == before

    async def test_a_new_password_ends_the_sessions(self, app):
        theirs = app.signed_in("editor")
        client = app.signed_in("administrator")
        form = {"username": "editor", "role": "editor", "is_active": "on"}
        await send(client, "/admin/user/edit?pk=2", {**form, "password": "Brand-new-1"})
        stored = app.call(accounts.account_of, 2).password_hash
        assert passwords.matches("Brand-new-1", stored)
        assert (await theirs.get("/admin/")).status_code == 303

    async def test_ones_own_password_is_changed_elsewhere(self, app):
        client = app.signed_in("administrator")
        form = {"username": "admin", "role": "administrator", "is_active": "on"}
        answer = await send(client, "/admin/user/edit?pk=1", {**form, "password": "Brand-new-1"})
        assert set(errors_of(answer)) == {"password"}
        assert (await client.get("/admin/")).status_code == 200

    async def test_deactivating_ends_sessions_and_tokens(self, app):
        theirs = app.signed_in("editor")
        token = app.call(sessions.create_token, Caller(2, "editor", "editor"), name="x").text
        client = app.signed_in("administrator")
        await send(client, "/admin/user/edit?pk=2", {"username": "editor", "role": "editor"})
        assert (await theirs.get("/admin/")).status_code == 303
        answer = await app.client.get("/api/bots/", headers={"Authorization": f"Token {token}"})
        assert answer.status_code == 401

    @pytest.mark.parametrize(
        "form",
        [
            {"username": "admin", "role": "editor", "is_active": "on"},
            {"username": "admin", "role": "administrator"},
        ],
        ids=["demoted", "deactivated"],
    )
    async def test_the_last_administrator_stays(self, app, form):
        client = app.signed_in("administrator")
        answer = await send(client, "/admin/user/edit?pk=1&lang=en", form)
        assert errors_of(answer) == {
            "role": "This is the last active administrator: appoint another one first."
        }
        refused = await row_action(client, "user", 1)
        assert refused.status_code == 400
        assert rows(app, User, "role", "is_active")[0] == ("administrator", True)

    async def test_a_user_with_bots_stays_and_it_is_said_why(self, app):
        client = app.signed_in("administrator")
        client.cookies.set("language", "en")
        refused = await row_action(client, "user", 2)
        assert (refused.status_code, refused.json()) == (
            400,
            {
                "msg": "User editor cannot be deleted: 1 bot belongs to them. "
                "Delete the bot, or deactivate the user."
            },
        )
        refused = await send(client, "/admin/_api/user/action?name=delete&pks=3&pks=2")
        assert refused.status_code == 400
        assert len(rows(app, User, "id")) == 3
        await row_action(client, "user", 3)
        assert rows(app, User, "id") == [(1,), (2,)]


class TestSecrets:
    async def test_a_value_is_taken_and_never_shown(self, app):
        client = app.signed_in("administrator")
        form = {"name": "NEW", "value": "brand-new-value"}
        answers = [await send(client, "/admin/secret/create", form)]
        wrong = {"name": "1 wrong", "value": "brand-new-value"}
        answers.append(await send(client, "/admin/secret/create", wrong))
        answers.append(await send(client, "/admin/secret/edit?pk=1", {"value": "changed-value"}))
        for path in ("list", "detail?pk=1", "edit?pk=1", "detail?pk=2"):
            answers.append(await client.get(f"/admin/secret/{path}"))
        answers.append(await client.get("/admin/_api/secret/relation-lookup"))
        answers.append(await client.get("/admin/audit/list"))
        stored = app.call(secrets_store.secret_values, app.runtime.settings, ["NEW", "CRM_KEY"])
        assert stored == {"NEW": "brand-new-value", "CRM_KEY": "changed-value"}
        encrypted = [value for (value,) in rows(app, Secret, "value")]
        for answer in answers:
            for value in ("brand-new-value", "changed-value", SECRET_VALUE, *encrypted):
                assert value not in answer.text

    @pytest.mark.parametrize(
        ("form", "fields"),
        [
            ({"name": "CRM_KEY", "value": "x"}, {"name"}),
            ({"name": "a-b", "value": "x"}, {"name"}),
            ({"name": "OK", "value": ""}, {"value"}),
        ],
    )
    async def test_wrong_ones(self, app, form, fields):
        client = app.signed_in("administrator")
        answer = await send(client, "/admin/secret/create", form)
        assert answer.status_code == 422 and set(errors_of(answer)) == fields
        assert len(rows(app, Secret, "id")) == 1

    async def test_the_name_stays(self, app):
        client = app.signed_in("administrator")
        await send(client, "/admin/secret/edit?pk=1", {"name": "OTHER", "value": "x"})
        assert rows(app, Secret, "name") == [("CRM_KEY",)]


class TestTokens:
    @pytest.mark.parametrize("role", ROLES)
    async def test_a_token_is_shown_once_and_works(self, app, role):
        client = app.signed_in(role)
        form = {"name": "CRM", "lifetime": "30", "user": "1", "owner": "1"}
        answer = await send(client, "/admin/token/create", form)
        assert answer.headers["cache-control"] == "no-store"
        (text,) = set(re.findall(r"ad_[\w-]{43}", answer.text))
        api = await app.client.get("/api/executions/", headers={"Authorization": f"Token {text}"})
        assert api.status_code == 200
        assert rows(app, ApiToken, "user_id")[-1] == (app.people[role].id,)
        assert "set-cookie" not in answer.headers or text not in str(answer.headers)
        for path in ("/admin/token/list", "/admin/token/detail?pk=2", "/admin/"):
            page = (await client.get(path)).text
            assert text not in page
        assert text[:10] in (await client.get("/admin/token/list")).text

    async def test_ones_own_only_but_for_administrators(self, app):
        client = app.signed_in("editor")
        assert "of admin" not in (await client.get("/admin/token/list")).text
        assert (await client.get("/admin/token/detail?pk=1")).status_code == 404
        await row_action(client, "token", 1)
        await send(client, "/admin/_api/token/action?name=delete&all=1")
        assert len(rows(app, ApiToken, "id")) == 1
        await row_action(app.signed_in("administrator"), "token", 1)
        assert rows(app, ApiToken, "id") == []

    async def test_a_wrong_name_is_said(self, app):
        answer = await send(
            app.signed_in("editor"), "/admin/token/create", {"name": " ", "lifetime": "30"}
        )
        assert answer.status_code == 422 and set(errors_of(answer)) == {"name"}


class TestSessions:
    async def test_ones_own_are_listed_and_this_one_is_marked(self, app):
        app.signed_in("editor")
        client = app.signed_in("editor")
        page = (await client.get("/admin/session/list")).text
        assert page.count('data-sa-pk="') == 2
        everybodys = (await app.signed_in("administrator").get("/admin/session/list")).text
        assert everybodys.count('data-sa-pk="') == 4

    async def test_revoking_signs_out(self, app):
        theirs = app.signed_in("editor")
        viewer, administrator = app.signed_in("viewer"), app.signed_in("administrator")
        pk = rows(app, LoginSession, "id", "user_id")
        (theirs_id,) = [id for id, user in pk if user == 2]
        await row_action(viewer, "session", theirs_id)
        assert (await theirs.get("/admin/")).status_code == 200
        await row_action(administrator, "session", theirs_id)
        assert (await theirs.get("/admin/")).status_code == 303
        assert rows(app, AuditEntry, "username", "action")[-1] == ("admin", "session_revoked")

    async def test_no_token_hash_is_on_any_page(self, app):
        client = app.signed_in("administrator")
        hashes = [value for (value,) in rows(app, LoginSession, "token_hash")]
        hashes += [value for (value,) in rows(app, ApiToken, "token_hash")]
        hashes += [value for (value,) in rows(app, User, "password_hash")]
        for key in KEYS:
            for page in ("list", "detail?pk=1"):
                text = (await client.get(f"/admin/{key}/{page}")).text
                assert not [value for value in hashes if value in text]


class TestPages:
    async def test_nothing_comes_from_another_host_and_stored_markup_is_text(self, app):
        client = app.signed_in("administrator")
        pages = ("list", "detail?pk=1", "create", "edit?pk=1")
        for path in (f"/admin/{key}/{page}" for key in KEYS for page in pages):
            text = (await client.get(path)).text
            assert EVIL not in text
            for address in re.findall(
                r"""(?:src|href|action|url\(|import)\s*[=(]?\s*["']?(https?:[^"')\s]+)""", text
            ):
                assert address.startswith("http://localhost/")

    @pytest.mark.parametrize("language", ["ru", "en"])
    async def test_labels_are_in_the_chosen_language(self, app, language):
        client = app.signed_in("administrator")
        client.cookies.set("language", language)
        for key in KEYS:
            page = (await client.get(f"/admin/{key}/list")).text
            assert f'<html lang="{language}"' in page
            heads = " ".join(re.findall(r"<th[^>]*>(.*?)</th>", page, re.S))
            words = re.sub(r"<[^>]+>|&\w+;", " ", heads)
            assert bool(re.search("[А-я]", words)) == (language == "ru"), words

    async def test_the_theme_follows_the_system_before_anything_is_drawn(self, app):
        page = (await app.signed_in("viewer").get("/admin/")).text
        assert page.index("prefers-color-scheme") < page.index('rel="stylesheet"')
        assert "rsms.me" not in page

    async def test_forms_are_never_logged(self, app, caplog):
        caplog.set_level(logging.DEBUG)
        client = app.signed_in("administrator")
        await send(client, "/admin/secret/create", {"name": "NEW", "value": "brand-new-value"})
        assert "brand-new-value" not in caplog.text

    @pytest.mark.parametrize("key", KEYS)
    async def test_no_query_breaks_a_page(self, app, key):
        client = app.signed_in("administrator")
        for page, queries in QUERIES.items():
            for query in queries:
                answer = await client.get(f"/admin/{page.format(key=key)}?{query}")
                assert answer.status_code in (200, 400, 403, 404), (page, query)

    async def test_a_return_address_elsewhere_is_not_followed(self, app):
        client = app.signed_in("editor")
        path = "/admin/bot/create?_origin=https://evil.example/"
        answer = await send(client, path, {"name": "x", "bot_type": "chat"})
        assert answer.headers["location"].startswith("http://localhost/admin/bot/list")

    async def test_unknown_pages_say_so(self, app):
        client = app.signed_in("viewer")
        for path in ("/admin/nothing/list", "/admin/x/y/z", "/admin/bot/detail?pk=99"):
            answer = await client.get(path)
            assert answer.status_code == 404 and "<html" in answer.text

    @pytest.mark.parametrize("role", [None, "administrator"])
    @pytest.mark.parametrize("name", ["nothing.css", "..%2f..%2fapp.py", "%00", ""])
    async def test_a_static_file_that_is_not_there(self, app, role, name):
        client = app.signed_in(role) if role else app.client
        answer = await client.get(f"/admin/static/{name}")
        assert (answer.status_code, answer.text) == (404, "Not Found")
