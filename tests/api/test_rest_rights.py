"""Who may read and who may write."""

import pytest

from alpina_app.models import Bot, BotExecution, Scenario, Step
from tests.support.app import make_app

CHALLENGE = 'Basic realm="api"'
MISSING = {"detail": "Authentication credentials were not provided."}
FORBIDDEN = {"detail": "You do not have permission to perform this action."}
OPEN = ("bots", "scenarios", "steps")


def one_of_each(app):
    app.add(
        Bot(name="b", created_by_id=1),
        Scenario(name="s", bot_id=1),
        Step(name="x", scenario_id=1),
        BotExecution(bot_id=1, user_session="u"),
    )


@pytest.fixture
async def closed(tmp_path):
    """API_ANONYMOUS_READ off."""
    async with make_app(tmp_path, api_anonymous_read=False) as running:
        one_of_each(running)
        yield running


async def test_guests_read_only_while_the_setting_is_on(app, closed):
    one_of_each(app)
    for name in OPEN:
        for path in (f"/api/{name}/", f"/api/{name}/1/"):
            assert (await app.client.get(path)).status_code == 200
            answer = await closed.client.get(path)
            assert (answer.status_code, answer.json()) == (401, MISSING)
            assert answer.headers["www-authenticate"] == CHALLENGE
    assert (await app.client.get("/api/scenarios/1/steps/")).status_code == 200
    assert (await closed.client.get("/api/scenarios/1/steps/")).status_code == 401
    assert (await closed.client.get("/api/")).status_code == 200


async def test_executions_are_never_open_to_guests(app):
    one_of_each(app)
    for method in ("GET", "HEAD", "OPTIONS"):
        for path in ("/api/executions/", "/api/executions/1/", "/api/executions/9/"):
            answer = await app.client.request(method, path)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == CHALLENGE


WRITES = [
    ("POST", "/api/{}/", 400),
    ("PUT", "/api/{}/1/", 400),
    ("PATCH", "/api/{}/1/", 200),
    ("DELETE", "/api/{}/1/", 204),
]


@pytest.mark.parametrize("name", [*OPEN, "executions"])
@pytest.mark.parametrize(("method", "path", "status"), WRITES)
async def test_only_editors_and_administrators_write(app, name, method, path, status):
    one_of_each(app)
    path = path.format(name)
    guest = await app.client.request(method, path, json={})
    assert (guest.status_code, guest.json()) == (401, MISSING)
    assert guest.headers["www-authenticate"] == CHALLENGE
    viewer = await app.signed_in("viewer").request(method, path, json={})
    assert (viewer.status_code, viewer.json()) == (403, FORBIDDEN)
    viewer = await app.client.request(method, path, json={}, auth=app.basic("viewer"))
    assert viewer.status_code == 403
    for row in ("bots", "scenarios", "steps", "executions"):
        assert (await app.signed_in("viewer").get(f"/api/{row}/1/")).status_code == 200
    role = "administrator" if method == "DELETE" else "editor"
    assert (await app.signed_in(role).request(method, path, json={})).status_code == status


async def test_rights_go_before_everything_the_body_holds(app):
    for client in (app.client, app.signed_in("viewer")):
        for body, kind in ((b"{", "application/json"), (b"x", "text/plain"), (b"", "")):
            answer = await client.put("/api/bots/99/", content=body, headers={"Content-Type": kind})
            assert answer.status_code == (401 if client is app.client else 403)


async def test_wrong_credentials_are_401_on_reads_too(app):
    one_of_each(app)
    for path in ("/api/", "/api/bots/", "/api/bots/1/", "/api/executions/"):
        answer = await app.client.get(path, auth=("admin", "wrong"))
        assert (answer.status_code, answer.json()) == (
            401,
            {"detail": "Invalid username/password."},
        )
        assert answer.headers["www-authenticate"] == CHALLENGE


async def test_a_session_needs_its_csrf_token_to_write(app):
    client = app.signed_in("editor")
    del client.headers["X-CSRFToken"]
    answer = await client.post("/api/bots/", json={"name": "x"})
    assert (answer.status_code, answer.json()) == (
        403,
        {"detail": "CSRF Failed: CSRF token missing."},
    )
    assert (await client.get("/api/bots/")).json()["count"] == 0


async def test_the_author_is_the_caller_unless_named(app):
    admin, editor = app.signed_in("administrator"), app.signed_in("editor")
    mine = (await editor.post("/api/bots/", json={"name": "x"})).json()
    theirs = (await editor.post("/api/bots/", json={"name": "x", "created_by": 1})).json()
    put = (await admin.put("/api/bots/1/", json={"name": "y"})).json()
    assert (mine["created_by"], theirs["created_by"], put["created_by"]) == (2, 1, 2)
