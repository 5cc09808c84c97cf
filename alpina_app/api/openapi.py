"""The OpenAPI 3.1 document of the whole API, made from the descriptions of the resources."""

from functools import lru_cache
from typing import Any, Final

import orjson

from alpina_app.api.answers import Answer
from alpina_app.api.http import Call, View
from alpina_app.api.index import RESOURCES, VERSION
from alpina_app.api.openapi_extras import EXTRA_PATHS, EXTRA_SCHEMAS, INFO_TEXT
from alpina_app.api.operations import (
    IF_MATCH,
    KEY,
    Operation,
    body,
    errors,
    ok,
    path_id,
    query,
)
from alpina_app.api.schemas import filter_schema, page_of, read_schema, ref, write_schema
from alpina_app.services.listing import MAX_PAGE_SIZE, PAGE_SIZE
from alpina_app.services.resource import Resource

_CHECK: Final = "/api/scenarios/{id}/check/"
GUESTS: Final[list[dict[str, list[str]]]] = [{}]


@lru_cache(maxsize=2)
def document(open_to_guests: bool) -> dict[str, Any]:
    """`open_to_guests`: API_ANONYMOUS_READ."""
    paths: dict[str, Any] = dict(EXTRA_PATHS)
    schemas: dict[str, Any] = dict(EXTRA_SCHEMAS)
    for resource in RESOURCES:
        reading = GUESTS if open_to_guests and not resource.personal else []
        paths |= _paths(resource, reading)
        if resource.name == "scenarios" and reading:
            check = paths[_CHECK]["get"] | {"security": [*_SCHEMES_IN_ORDER, *reading]}
            paths[_CHECK] = paths[_CHECK] | {"get": check}
        schemas |= {
            resource.title: read_schema(resource),
            f"{resource.title}Input": write_schema(resource, partial=False),
            f"{resource.title}Patch": write_schema(resource, partial=True),
            f"{resource.title}Page": page_of(ref(resource.title)),
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Alpina Digital", "version": VERSION, "description": INFO_TEXT},
        "servers": [{"url": "/"}],
        "security": _SCHEMES_IN_ORDER,
        "tags": [
            {"name": resource.name, "description": resource.description} for resource in RESOURCES
        ],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": _SCHEMES,
        },
    }


def schema_view(open_to_guests: bool) -> View:
    async def get(call: Call) -> Answer:
        await call.caller()
        return Answer(orjson.dumps(document(open_to_guests)))

    return View("Schema", {"GET": get}, description="This API as OpenAPI 3.1.")


_SCHEMES: Final = {
    "basic": {"type": "http", "scheme": "basic"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "After signing in. Unsafe methods need the header X-CSRFToken, equal to "
        "the cookie csrftoken.",
    },
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Token <the token>`",
    },
}
_SCHEMES_IN_ORDER: Final[list[dict[str, list[str]]]] = [
    {"basic": []},
    {"session": []},
    {"token": []},
]


def _paths(resource: Resource, reading: list[Any]) -> dict[str, Any]:
    here = f"/api/{resource.name}/"
    found = {
        here: {"get": _list(resource, reading), "post": _create(resource)},
        f"{here}{{id}}/": {
            "parameters": [path_id(resource.title)],
            "get": _get(resource, reading),
            "put": _change(resource, "put"),
            "patch": _change(resource, "patch"),
            "delete": _delete(resource),
        },
    }
    if resource.name == "scenarios":
        found[f"{here}{{id}}/steps/"] = {
            "parameters": [path_id(resource.title)],
            "get": _operation(
                resource,
                "scenarios_steps",
                "The steps of a scenario, by order",
                reading,
                responses={
                    **ok({"type": "array", "items": ref("Step")}),
                    **errors(401, 404, 406),
                },
            ),
        }
    return found


def _operation(
    resource: Resource, id: str, summary: str, reading: list[Any], **more: Any
) -> Operation:
    found: Operation = {
        "tags": [resource.name],
        "operationId": id,
        "summary": summary,
        **more,
    }
    return {**found, "security": [*_SCHEMES_IN_ORDER, *reading]} if reading else found


def _list(resource: Resource, reading: list[Any]) -> Operation:
    orderings = [mark + name for name in resource.ordering_fields for mark in ("", "-")]
    parameters = [
        query("page", {"type": "string"}, "A page's number, or `last`."),
        query(
            "page_size",
            {"type": "integer", "default": PAGE_SIZE},
            f"1 to {MAX_PAGE_SIZE}; larger ones count as {MAX_PAGE_SIZE}.",
        ),
        query(
            "search",
            {"type": "string"},
            f"Words of {', '.join(resource.search)}; every word must match. "
            "Quotes keep words together.",
        ),
        query(
            "ordering",
            {"type": "string"},
            f"Comma-separated: {', '.join(orderings)}. Others are ignored.",
        ),
        *(query(name, filter_schema(resource.field(name))) for name in resource.filters),
    ]
    return _operation(
        resource,
        f"{resource.name}_list",
        f"List {resource.name}",
        reading,
        parameters=parameters,
        responses={
            **ok(ref(f"{resource.title}Page"), html=True),
            **errors(400, 401, 404, 406, 414),
        },
    )


def _create(resource: Resource) -> Operation:
    return _operation(
        resource,
        f"{resource.name}_create",
        f"Create one of the {resource.name}",
        [],
        parameters=[KEY],
        requestBody=body(ref(f"{resource.title}Input")),
        responses={
            **ok(ref(resource.title), 201, tag=True),
            **errors(400, 401, 403, 406, 408, 409, 413, 415, 422),
        },
    )


def _get(resource: Resource, reading: list[Any]) -> Operation:
    none_match = {
        "name": "If-None-Match",
        "in": "header",
        "schema": {"type": "string"},
        "description": "Tags of known versions: 304 without a body for one of them.",
    }
    return _operation(
        resource,
        f"{resource.name}_read",
        f"Read one of the {resource.name}",
        reading,
        parameters=[none_match],
        responses={
            **ok(ref(resource.title), tag=True, html=True),
            "304": {"description": "The client has this version already."},
            **errors(401, 404, 406),
        },
    )


def _change(resource: Resource, method: str) -> Operation:
    partial = method == "patch"
    name = f"{resource.title}{'Patch' if partial else 'Input'}"
    return _operation(
        resource,
        f"{resource.name}_{method}",
        f"Change {'some' if partial else 'the'} fields of one of the {resource.name}",
        [],
        parameters=[IF_MATCH],
        requestBody=body(ref(name)),
        responses={
            **ok(ref(resource.title), tag=True),
            **errors(400, 401, 403, 404, 406, 408, 409, 412, 413, 415),
        },
    )


def _delete(resource: Resource) -> Operation:
    return _operation(
        resource,
        f"{resource.name}_delete",
        f"Delete one of the {resource.name} and what belongs to it",
        [],
        parameters=[IF_MATCH],
        responses={
            "204": {"description": "It is gone."},
            **errors(401, 403, 404, 406, 412),
        },
    )
