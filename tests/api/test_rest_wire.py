"""Methods, headers, negotiation, redirects and the two indexes."""

import pytest

LIST = "GET, POST, HEAD, OPTIONS"
OBJECT = "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"
READ = "GET, HEAD, OPTIONS"
LINKS = {
    name: f"http://localhost/api/{name}/" for name in ("bots", "scenarios", "steps", "executions")
}


@pytest.fixture
async def bot(editor):
    return (await editor.post("/api/bots/", json={"name": "Бот"})).json()


async def test_the_indexes(app):
    assert (await app.client.get("/api/")).json() == LINKS
    assert (await app.client.get("/api/root/")).json() == {
        "name": "alpina_digital API",
        "version": "1.0",
        "endpoints": LINKS,
    }
    suffixed = (await app.client.get("/api/.json")).json()
    assert suffixed["bots"] == "http://localhost/api/bots.json"


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/api/", READ),
        ("/api/root/", READ),
        ("/api/bots/", LIST),
        ("/api/executions/", LIST),
        ("/api/bots/1/", OBJECT),
        ("/api/scenarios/1/steps/", READ),
        ("/api/bots/1/chat/", "POST, OPTIONS"),
        ("/api/schema/", READ),
        ("/api/docs/", READ),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "FOO"])
async def test_every_answer_says_what_is_allowed(app, editor, path, allow, method):
    for client in (app.client, editor):
        answer = await client.request(method, path)
        assert answer.headers["allow"] == allow
        assert answer.status_code < 500


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/api/bots/"), ("POST", "/api/bots/1/"), ("DELETE", "/api/"), ("TRACE", "/api/bots/")],
)
async def test_a_method_that_is_not_there(app, editor, method, path):
    answer = await editor.request(method, path)
    assert (answer.status_code, answer.json()) == (
        405,
        {"detail": f'Method "{method}" not allowed.'},
    )
    guest = await app.client.request(method, path)
    assert guest.status_code == 401


async def test_head_has_the_headers_of_get_and_no_body(app, bot):
    for path in ("/api/bots/", "/api/bots/1/", "/api/"):
        get, head = await app.client.get(path), await app.client.head(path)
        assert head.content == b""
        assert head.headers == get.headers
    assert (await app.client.head("/api/bots/2/")).status_code == 404


async def test_options_describe_the_fields_to_those_who_may_write(app, editor, bot):
    guest = (await app.client.options("/api/bots/")).json()
    assert guest == {
        "name": "Bot List",
        "description": "",
        "renders": ["application/json", "text/html"],
        "parses": [
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ],
    }
    assert (await app.signed_in("viewer").options("/api/bots/")).json() == guest
    fields = (await editor.options("/api/bots/")).json()["actions"]["POST"]
    assert fields["creativity_level"] == {
        "type": "float",
        "required": False,
        "read_only": False,
        "label": "Creativity level",
        "min_value": 0.0,
        "max_value": 2.0,
    }
    assert fields["id"] == {"type": "integer", "required": False, "read_only": True, "label": "ID"}
    assert list((await editor.options("/api/bots/1/")).json()["actions"]) == ["PUT"]
    assert "actions" not in (await editor.options("/api/bots/9/")).json()
    execution = (await editor.options("/api/executions/")).json()
    assert (execution["name"], execution["actions"]["POST"]["bot"]["type"]) == (
        "Bot Execution List",
        "field",
    )


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/api/bots/2/", "No Bot matches the given query."),
        ("/api/scenarios/2/", "No Scenario matches the given query."),
        ("/api/steps/2/", "No Step matches the given query."),
        ("/api/executions/2/", "No BotExecution matches the given query."),
        ("/api/bots/abc/", "Not found."),
        ("/api/bots/1.5/", "Not found."),
        ("/api/bots/-1/", "No Bot matches the given query."),
        (f"/api/bots/{10**30}/", "No Bot matches the given query."),
        (f"/api/bots/{'9' * 5000}/", "No Bot matches the given query."),
        ("/api/bots/%00/", "Not found."),
        ("/api/nosuch/", "Not found."),
        ("/api/bots/1/nosuch/", "Not found."),
        ("/api/bots/1.xml", "Not found."),
        ("/api/bots/1/?format=xml", "Not found."),
    ],
)
async def test_what_is_not_there_is_404(editor, bot, path, detail):
    answer = await editor.get(path)
    assert (answer.status_code, answer.json()) == (404, {"detail": detail})


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "HEAD"])
@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/api", "/api/"),
        ("/api/bots", "/api/bots/"),
        ("/api/bots?page=2&search=%D1%8F", "/api/bots/?page=2&search=%D1%8F"),
        ("/api/bots/1", "/api/bots/1/"),
        ("/api/root", "/api/root/"),
        ("/api/scenarios/1/steps", "/api/scenarios/1/steps/"),
        ("/api/bots/1/chat", "/api/bots/1/chat/"),
    ],
)
async def test_a_path_without_its_slash_is_redirected(app, method, path, location):
    answer = await app.client.request(method, path)
    assert (answer.status_code, answer.headers["location"]) == (301, location)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json;q=0.1", "application/json"),
        ("text/html, application/json", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/*", "text/html"),
    ],
)
async def test_the_most_precise_accepted_type_wins(app, bot, accept, kind):
    answer = await app.client.get("/api/bots/1/", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)


@pytest.mark.parametrize("accept", ["image/png", "application/xml", "", "nonsense"])
async def test_nothing_acceptable_is_406_before_anything_else(app, bot, accept):
    for method in ("GET", "DELETE"):
        answer = await app.client.request(method, "/api/bots/1/", headers={"Accept": accept})
        assert (answer.status_code, answer.json()) == (
            406,
            {"detail": "Could not satisfy the request Accept header."},
        )
        assert answer.headers["vary"] == "Accept"


async def test_the_format_can_be_asked_for(app, bot):
    browser = {"Accept": "text/html,*/*;q=0.8"}
    for path in ("/api/bots/1/?format=json", "/api/bots/1.json"):
        answer = await app.client.get(path, headers=browser)
        assert answer.json() == bot
    for path in ("/api/bots/1/?format=api", "/api/bots/1.api"):
        answer = await app.client.get(path)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
    refused = await app.client.get("/api/bots/1/?format=json", headers={"Accept": "text/html"})
    assert refused.status_code == 406


async def test_json_can_be_indented(app, bot):
    answer = await app.client.get("/api/bots/1/", headers={"Accept": "application/json; indent=4"})
    assert answer.text.startswith('{\n    "id": 1,\n    "name": "Бот",\n')
    assert answer.json() == bot


async def test_vary_names_the_cookie_unless_basic_came(app, bot):
    guest = await app.client.get("/api/bots/1/")
    basic = await app.client.get("/api/bots/1/", auth=app.basic("viewer"))
    assert (guest.headers["vary"], basic.headers["vary"]) == ("Accept, Cookie", "Accept")


async def test_malformed_json_is_told_with_its_place(editor):
    answer = await editor.post(
        "/api/bots/", content=b'{"name": True}', headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()) == (
        400,
        {"detail": "JSON parse error - Expecting value: line 1 column 10 (char 9)"},
    )


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("text/plain", 415),
        ("application/xml", 415),
        ("", 415),
        ("application/json; charset=windows-1251", 415),
        ("application/json; charset=utf-16", 415),
        ("application/json; charset=nonsense", 415),
        ("application/json; charset=UTF-8", 201),
        ("application/json; charset=us-ascii", 201),
        ("APPLICATION/JSON", 201),
    ],
)
async def test_types_of_bodies(editor, content_type, status):
    answer = await editor.post(
        "/api/bots/", content=b'{"name": "x"}', headers={"Content-Type": content_type}
    )
    assert answer.status_code == status
    if status == 415:
        detail = f'Unsupported media type "{content_type}" in request.'
        assert answer.json() == {"detail": detail}
    assert (await editor.get("/api/bots/")).json()["count"] == (status == 201)


async def test_an_empty_body_is_empty_data_of_any_type(editor):
    for content_type in ("application/json", "text/plain"):
        answer = await editor.post("/api/bots/", headers={"Content-Type": content_type})
        assert (answer.status_code, answer.json()) == (400, {"name": ["This field is required."]})


async def test_an_unknown_object_goes_before_a_bad_body(editor):
    for body in (b"{", b"[]"):
        answer = await editor.put(
            "/api/bots/9/", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 404
