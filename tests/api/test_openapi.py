"""The OpenAPI document is sound, whole, and true of the answers."""

import jsonschema
import pytest
from fastapi.openapi.models import OpenAPI

from alpina_app.api.app import create_api
from alpina_app.api.index import RESOURCES

METHODS = {"get", "put", "post", "delete", "patch"}


@pytest.fixture
async def document(app):
    return (await app.client.get("/api/schema/")).json()


def operations(document):
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            yield path, method, item[method]


async def test_the_document_has_the_form_of_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    OpenAPI.model_validate(document)


async def test_every_reference_leads_somewhere(document):
    def references(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "$ref":
                    yield inner
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document["paths"])) | set(references(document["components"])) <= known


async def test_operations_have_ids_of_their_own_and_say_how_they_fail(document):
    found = list(operations(document))
    ids = [operation["operationId"] for _, _, operation in found]
    assert len(ids) == len(set(ids))
    for path, method, operation in found:
        statuses = set(operation["responses"])
        assert statuses & {"200", "201", "204"}, (path, method)
        if method != "get":
            assert {"401", "406"} <= statuses, (path, method)


async def test_it_has_every_path_that_is_served(app, document):
    api = create_api(app.runtime)
    served = {route.path for route in api._routes if "{name}" not in route.path}
    for resource in RESOURCES:
        served |= {f"/api/{resource.name}/", f"/api/{resource.name}/{{id}}/"}
    assert set(document["paths"]) == served


async def test_answers_follow_their_schemas(app, editor, document):
    components = document["components"]

    def check(name, value):
        schema = {"$ref": f"#/components/schemas/{name}", "components": components}
        jsonschema.Draft202012Validator(schema).validate(value)

    async def made(kind, **values):
        return (await editor.post(f"/api/{kind}/", json=values)).json()

    check("Bot", await made("bots", name="b"))
    check("Scenario", await made("scenarios", name="s", bot=1))
    check("Step", await made("steps", name="x", scenario=1, content=[1.0, None]))
    history = [{"role": "user", "content": "a"}]
    check(
        "BotExecution",
        await made("executions", bot=1, user_session="u", conversation_history=history),
    )
    for resource in RESOURCES:
        check(f"{resource.title}Page", (await editor.get(f"/api/{resource.name}/")).json())
    check("FieldErrors", await made("bots"))
    check("Detail", (await editor.get("/api/bots/9/")).json())
    check("Check", (await editor.get("/api/scenarios/1/check/")).json())
    check("BotFile", (await editor.get("/api/bots/1/export/")).json())


async def test_guests_are_in_the_document_only_while_they_may_read(app, document):
    operation = document["paths"]["/api/bots/"]
    assert {} in operation["get"]["security"]
    assert "security" not in operation["post"]
    assert "security" not in document["paths"]["/api/executions/"]["get"]


async def test_options_and_schema_agree_on_required_fields(editor, document):
    for resource in RESOURCES:
        fields = (await editor.options(f"/api/{resource.name}/")).json()["actions"]["POST"]
        required = [name for name, field in fields.items() if field["required"]]
        schema = document["components"]["schemas"][f"{resource.title}Input"]
        assert schema["required"] == required


def contents(document):
    """Where it stands and the media type's entry, for all JSON that goes in or out."""
    for path, method, operation in operations(document):
        sides = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for side, described in sides.items():
            if "application/json" in described.get("content", {}):
                yield f"{method} {path} {side}", described["content"]["application/json"]


async def test_everything_has_an_example_that_follows_its_schema(document):
    components = document["components"]
    found = dict(contents(document))
    without = [where for where, entry in found.items() if "example" not in entry]
    assert without == ["get /api/schema/ 200"]
    for where, entry in found.items():
        schema = {**entry["schema"], "components": components}
        wrong = jsonschema.Draft202012Validator(schema).iter_errors(entry.get("example", {}))
        assert [f"{where}: {error.message}" for error in wrong] == []


async def test_the_examples_of_bodies_are_taken(app, editor, document):
    examples = {
        name.removeprefix("post "): entry["example"]
        for name, entry in contents(document)
        if name.startswith("post ") and name.endswith(" request")
    }
    for path in (
        "/api/bots/",
        "/api/scenarios/",
        "/api/steps/",
        "/api/executions/",
        "/api/bots/import/",
    ):
        answer = await editor.post(path, json=examples[f"{path} request"])
        assert answer.status_code == 201, (path, answer.text)


async def test_a_scenario_is_checked_by_whoever_may_read_it(document):
    operation = document["paths"]["/api/scenarios/{id}/check/"]["get"]
    assert {} in operation["security"]
