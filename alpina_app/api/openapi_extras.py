"""What the OpenAPI document says of the paths that are no plain resources."""

from typing import Any, Final

from alpina_app.api.media import EVENTS
from alpina_app.api.operations import KEY, body, content, errors, ok, path_id
from alpina_app.api.schemas import Schema, nullable, ref

INFO_TEXT: Final = """\
GPT bots, their dialogue scenarios and the conversations with them.

Numbers may be sent as text, texts are trimmed, unknown and read-only keys are ignored. Lists are
paged; every answer has `Allow`. A path's suffix (`/api/bots.json`) or `?format=json|api` chooses
the representation."""

_TEXT: Final[Schema] = {"type": "string"}
_ID: Final[Schema] = {"type": "integer", "minimum": 1}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}


def _object(needed: str, /, **properties: Schema) -> Schema:
    """`needed`: the required keys, separated by spaces, or "all"."""
    names = list(properties) if needed == "all" else needed.split()
    return {"type": "object", "properties": properties, "required": names}


def _list_of(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


_ANY: Final[Schema] = {}

EXTRA_SCHEMAS: Final[dict[str, Schema]] = {
    "Detail": _object("detail", detail=_TEXT),
    "Links": _object("all", bots=_TEXT, scenarios=_TEXT, steps=_TEXT, executions=_TEXT),
    "Info": _object("all", name=_TEXT, version=_TEXT, endpoints=ref("Links")),
    "CopyInput": _object("", name={"type": "string", "minLength": 1, "maxLength": 200}),
    "FieldErrors": {
        "type": "object",
        "description": "Messages by field; `non_field_errors` where no field is at fault.",
        "additionalProperties": {"type": "array"},
    },
    "Turn": _object("all", role={"type": "string", "maxLength": 255}, content=_TEXT),
    "ChatInput": _object(
        "message user_session",
        message={"type": "string", "minLength": 1},
        user_session={"type": "string", "minLength": 1, "maxLength": 255},
        scenario={**nullable(_ID), "description": "A scenario of this bot to run."},
        restart={
            "type": "boolean",
            "default": False,
            "description": "Leave the unfinished execution and begin anew.",
        },
    ),
    "ChatMessage": _object("all", role=_TEXT, content=_TEXT, step=nullable(_ID)),
    "ExpectedInput": {
        **_object(
            "type required",
            type=_TEXT,
            required={"type": "boolean"},
            options=_list_of(_object("all", id=_TEXT, label=_TEXT)),
            min=_ANY,
            max=_ANY,
            scale=_ANY,
            attempts_left=_ANY,
        ),
        "description": "What the open question expects.",
    },
    "Usage": _object("all", prompt_tokens=_COUNT, completion_tokens=_COUNT, total_tokens=_COUNT),
    "ChatReply": _object(
        "all",
        response={**_TEXT, "description": "All reply texts, joined by a blank line."},
        messages=_list_of(ref("ChatMessage")),
        execution_id=_ID,
        user_session=_TEXT,
        scenario=nullable(_ID),
        current_step=nullable(_ID),
        is_completed={"type": "boolean"},
        input={"oneOf": [ref("ExpectedInput"), {"type": "null"}]},
        usage={"oneOf": [ref("Usage"), {"type": "null"}]},
    ),
    "Finding": _object(
        "all",
        code=_TEXT,
        severity={"type": "string", "enum": ["error", "warning"]},
        step=nullable(_ID),
        path=_TEXT,
        message=_TEXT,
        mend=_ANY,
    ),
    "Check": _object("all", ok={"type": "boolean"}, findings=_list_of(ref("Finding"))),
    "TraceEvent": _object(
        "all",
        seq=_COUNT,
        step=nullable(_ID),
        step_type=nullable(_TEXT),
        started_at={"type": "string", "format": "date-time"},
        duration_ms=_COUNT,
        input=_ANY,
        output=_ANY,
        variables_set=_ANY,
        exit=_ANY,
        warnings=_list_of(_ANY),
        error=_ANY,
        tokens=_ANY,
    ),
    "BotFile": {
        **_object(
            "format version bot scenarios",
            format={"const": "alpina-bot"},
            version={"const": 1},
            bot={"type": "object"},
            start_scenario=nullable(_TEXT),
            secrets=_list_of(_TEXT),
            scenarios=_list_of({"type": "object"}),
        ),
        "description": "A bot with its scenarios; steps by key, secrets by name only.",
    },
}


def _operation(id: str, tag: str, summary: str, **more: Any) -> dict[str, Any]:
    return {"operationId": id, "tags": [tag], "summary": summary, **more}


_CHAT_ANSWER: Final = {
    **ok(ref("ChatReply")),
    **errors(400, 401, 403, 404, 406, 408, 409, 413, 415, 422, 429, 502, 503, 504),
}
_CHAT_ANSWER["200"]["content"][EVENTS] = {
    "schema": {
        "type": "string",
        "description": "With `Accept: text/event-stream`: `delta` {text}, `message` (an item of "
        "messages), `done` (the reply), `error` {detail}.",
    }
}

EXTRA_PATHS: Final[dict[str, Any]] = {
    "/api/": {
        "get": _operation(
            "index",
            "index",
            "The lists",
            security=[{}],
            responses={**ok(ref("Links")), **errors(401)},
        )
    },
    "/api/root/": {
        "get": _operation(
            "root",
            "index",
            "About this API",
            security=[{}],
            responses={**ok(ref("Info")), **errors(401)},
        )
    },
    "/api/schema/": {
        "get": _operation(
            "schema",
            "index",
            "This document",
            security=[{}],
            responses={**ok({"type": "object"}), **errors(401)},
        )
    },
    "/api/docs/": {
        "get": _operation(
            "docs",
            "index",
            "This document for people",
            security=[{}],
            responses={"200": {"description": "A page.", "content": {"text/html": {}}}},
        )
    },
    "/api/bots/{id}/chat/": {
        "parameters": [path_id("Bot")],
        "post": _operation(
            "bots_chat",
            "bots",
            "Say something to a bot",
            description="Open to anyone for active bots. Messages continue the newest unfinished "
            "execution of the bot and `user_session`.",
            security=[{}, {"basic": []}, {"session": []}, {"token": []}],
            parameters=[KEY],
            requestBody=body(ref("ChatInput")),
            responses=_CHAT_ANSWER,
        ),
    },
    "/api/scenarios/{id}/check/": {
        "parameters": [path_id("Scenario")],
        "get": _operation(
            "scenarios_check",
            "scenarios",
            "What the checker finds",
            responses={**ok(ref("Check")), **errors(401, 404, 406)},
        ),
    },
    "/api/scenarios/{id}/copy/": {
        "parameters": [path_id("Scenario")],
        "post": _operation(
            "scenarios_copy",
            "scenarios",
            "Copy a scenario with its steps",
            parameters=[KEY],
            requestBody=body(ref("CopyInput"), required=False),
            responses={
                **ok(ref("Scenario"), 201, tag=True),
                **errors(400, 401, 403, 404, 406, 408, 409, 413, 415, 422),
            },
        ),
    },
    "/api/executions/{id}/trace/": {
        "parameters": [path_id("BotExecution")],
        "get": _operation(
            "executions_trace",
            "executions",
            "What each step did",
            responses={**ok(_list_of(ref("TraceEvent"))), **errors(401, 404, 406)},
        ),
    },
    "/api/bots/{id}/export/": {
        "parameters": [path_id("Bot")],
        "get": _operation(
            "bots_export",
            "bots",
            "A bot as a file",
            responses={**ok(ref("BotFile")), **errors(401, 404, 406)},
        ),
    },
    "/api/bots/import/": {
        "post": _operation(
            "bots_import",
            "bots",
            "A bot from a file",
            parameters=[KEY],
            requestBody={"required": True, "content": content(ref("BotFile"))},
            responses={
                "201": {"description": "The new bot.", "content": content(ref("Bot"))},
                **errors(400, 401, 403, 406, 408, 409, 413, 415, 422),
            },
        ),
    },
}
