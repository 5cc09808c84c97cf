"""The browsable HTML, and Swagger UI."""

import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest

from alpina_app.models import Bot, BotExecution, Message, Scenario
from tests.support.app import CSRF_TOKEN

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
EVIL = """<script>alert(1)</script>"><img src=x onerror=alert(2)> javascript:alert(3)"""


class Forms(HTMLParser):
    """Every form with its fields, and every address the page asks for by itself."""

    def __init__(self, html):
        super().__init__()
        self.forms, self.tags, self.links = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append(tag)
        if tag == "form":
            self.forms.append({**found, "fields": {}})
        elif tag in ("input", "textarea", "select") and self.forms:
            self.forms[-1]["fields"][found.get("name")] = found.get("value")
        self.links += [found[name] for name in ("src", "href") if name in found]


async def page(client, path, **kwargs):
    answer = await client.get(path, headers=BROWSER, **kwargs)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer


async def test_a_guest_sees_the_data_and_a_way_in_but_no_forms(app):
    app.add(Bot(name="Бот", created_by_id=1))
    answer = await page(app.client, "/api/bots/?ordering=name")
    assert answer.status_code == 200
    assert "&#34;name&#34;: &#34;Бот&#34;" in answer.text
    assert "/api-auth/login/?next=/api/bots/%3Fordering%3Dname" in answer.text
    forms = Forms(answer.text).forms
    assert [form.get("method") for form in forms] == ["get"]
    assert (answer.headers["allow"], answer.headers["vary"]) == (
        "GET, POST, HEAD, OPTIONS",
        "Accept, Cookie",
    )


async def test_a_viewer_gets_no_forms_either(app):
    answer = await page(app.signed_in("viewer"), "/api/bots/")
    assert "post" not in {form.get("method") for form in Forms(answer.text).forms}
    assert "viewer" in answer.text


async def test_stored_markup_is_only_text(app, editor):
    app.add(
        Bot(name=EVIL, description=EVIL, system_prompt=EVIL, created_by_id=1),
        BotExecution(bot_id=1, user_session=EVIL, variables={"x": EVIL}),
        Message(execution_id=1, position=0, role=EVIL, content=EVIL),
    )
    for path in ("/api/bots/", "/api/bots/1/", "/api/executions/", "/api/executions/1/"):
        answer = await page(editor, path)
        found = Forms(answer.text)
        assert "<script>alert" not in answer.text
        assert "<img" not in answer.text
        assert found.tags.count("script") == 1
        assert not [link for link in found.links if link.startswith("javascript:")]
    answer = await page(editor, "/api/bots/", params={"search": EVIL, EVIL: EVIL})
    assert "<script>alert" not in answer.text


async def test_the_form_of_a_list_makes_an_object_without_javascript(app, editor):
    answer = await page(editor, "/api/bots/")
    form = next(form for form in Forms(answer.text).forms if form.get("method") == "post")
    assert form["action"] == "/api/bots/"
    assert list(form["fields"]) == [
        "csrfmiddlewaretoken",
        *[
            "name",
            "description",
            "bot_type",
            "gpt_model",
            "creativity_level",
            "max_tokens",
            "system_prompt",
        ],
        *["is_active", "created_by", "start_scenario"],
    ]
    del editor.headers["X-CSRFToken"]
    fields = {**{k: v or "" for k, v in form["fields"].items()}, "name": "Из формы"}
    fields["bot_type"] = "chat"
    assert fields["csrfmiddlewaretoken"] == CSRF_TOKEN
    made = await editor.post("/api/bots/", data=fields, headers=BROWSER)
    assert made.status_code == 201
    assert "HTTP 201 Created" in made.text
    bot = (await editor.get("/api/bots/1/")).json()
    assert (bot["name"], bot["max_tokens"], bot["created_by"]) == ("Из формы", 1000, 2)


async def test_a_wrong_form_comes_back_with_its_messages_and_values(editor):
    sent = {"name": "", "max_tokens": "много", "csrfmiddlewaretoken": CSRF_TOKEN}
    answer = await editor.post("/api/bots/", data=sent, headers=BROWSER)
    assert answer.status_code == 400
    assert "This field may not be blank." in answer.text
    form = next(form for form in Forms(answer.text).forms if form.get("method") == "post")
    assert form["fields"]["max_tokens"] == "много"


async def test_a_form_with_a_foreign_token_is_refused(editor):
    del editor.headers["X-CSRFToken"]
    sent = {"name": "x", "csrfmiddlewaretoken": "x" * 32}
    answer = await editor.post("/api/bots/", data=sent, headers=BROWSER)
    assert answer.status_code == 403
    assert (await editor.get("/api/bots/")).json()["count"] == 0


async def test_an_object_offers_change_and_deletion(app, editor):
    app.add(Bot(name="Бот & Ко", created_by_id=1))
    answer = await page(editor, "/api/bots/1/")
    methods = {form.get("data-method") for form in Forms(answer.text).forms}
    assert {"PUT", "DELETE"} <= methods
    put = next(f for f in Forms(answer.text).forms if f.get("data-method") == "PUT")
    assert put["fields"]["name"] == "Бот & Ко"
    deleted = await editor.delete("/api/bots/1/", headers=BROWSER)
    assert (deleted.status_code, "HTTP 204 No Content" in deleted.text) == (200, True)


@pytest.mark.parametrize(
    ("path", "status"), [("/api/nosuch/", 404), ("/api/executions/", 401), ("/api/bots/7/", 404)]
)
async def test_errors_are_pages_too(app, path, status):
    answer = await page(app.client, path)
    assert answer.status_code == status
    assert "&#34;detail&#34;" in answer.text


async def test_a_page_asks_no_other_host_and_runs_its_own_script_only(app, editor):
    answer = await page(editor, "/api/bots/")
    policy = answer.headers["content-security-policy"]
    nonce = re.search(r"script-src 'nonce-([^']+)'", policy)[1]
    assert f'<script nonce="{nonce}">' in answer.text
    assert "unsafe" not in policy
    assert not [
        link for link in Forms(answer.text).links if "//" in link.removeprefix("http://localhost")
    ]
    other = await page(editor, "/api/bots/")
    assert nonce not in other.text


async def test_the_page_speaks_russian_and_english(app):
    russian = await page(app.client, "/api/bots/")
    english = await app.client.get(
        "/api/bots/", headers={**BROWSER, "Accept-Language": "en-GB,en;q=0.9"}
    )
    assert ('<html lang="ru">' in russian.text, "Войти" in russian.text) == (True, True)
    assert ('<html lang="en">' in english.text, "Sign in" in english.text) == (True, True)


async def test_pages_lead_on_and_back(app, editor):
    app.add(*(Bot(name=f"b{n}", created_by_id=1) for n in range(5)))
    answer = await page(app.client, "/api/bots/?page_size=2&page=2")
    links = Forms(answer.text).links
    assert "http://localhost/api/bots/?page=3&page_size=2" in links
    assert "http://localhost/api/bots/?page_size=2" in links


async def test_links_of_the_answer_can_be_followed(app):
    answer = await page(app.client, "/api/")
    assert 'href="http://localhost/api/bots/"' in answer.text


async def test_swagger_ui_comes_from_here(app):
    answer = await app.client.get("/api/docs/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    links = [link for link in Forms(answer.text).links if not link.startswith("data:")]
    assert links == [
        "/api/docs/swagger-ui.css",
        "/api/schema/",
        "/api/docs/swagger-ui-bundle.js",
        "/api/docs/start.js",
    ]
    for link in links:
        found = await app.client.get(link)
        assert (found.status_code, len(found.content) > 100) == (200, True)
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["secret.txt", "..%2Fapp.py", "%2e%2e%2fapp.py", "index.html"])
async def test_docs_serve_nothing_else(app, name):
    answer = await app.client.get(f"/api/docs/{name}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


async def test_docs_refuse_other_methods(app):
    answer = await app.client.post("/api/docs/")
    assert (answer.status_code, answer.json(), answer.headers["allow"]) == (
        405,
        {"detail": 'Method "POST" not allowed.'},
        "GET, HEAD, OPTIONS",
    )


@pytest.mark.parametrize(
    ("kind", "required"),
    [
        ("bots", {"name": "b"}),
        ("scenarios", {"name": "s", "bot": 1}),
        ("steps", {"name": "x", "scenario": 1}),
        ("executions", {"bot": 1, "user_session": "u"}),
    ],
)
async def test_the_json_to_begin_with_lacks_only_what_is_required(app, editor, kind, required):
    app.add(Bot(name="b", created_by_id=1), Scenario(name="s", bot_id=1))
    shown = (await page(editor, f"/api/{kind}/")).text
    raw = re.findall("<textarea[^>]*>([^<]*)</textarea>", shown)[-1]
    answer = await editor.post(f"/api/{kind}/", json={**json.loads(unescape(raw)), **required})
    assert answer.status_code == 201, answer.text
