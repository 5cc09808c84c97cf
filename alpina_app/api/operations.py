"""Parts of operations in the OpenAPI document that many share."""

from typing import Any, Final

from alpina_app.api.answers import NOT_ALLOWED, NOT_SIGNED_IN
from alpina_app.api.examples import EXAMPLES
from alpina_app.api.media import FORM, HTML, JSON, MULTIPART
from alpina_app.api.refusals import NotAcceptable, UriTooLong
from alpina_app.api.schemas import Schema, ref
from alpina_app.web.body import BodyTooLarge, BodyTooSlow

Operation = dict[str, Any]

KEY: Final[Schema] = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "A request repeated with the same key and body within a day gets the first "
    "one's answer, with the header Idempotent-Replayed.",
}
IF_MATCH: Final[Schema] = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string"},
    "description": "Entity tags: the object is written only while it has one of them.",
}
_SAID: Final = {
    400: "Wrong values, by field; or a body that cannot be read.",
    401: "Credentials are missing or wrong.",
    403: "The caller may not do this, or the CSRF token is wrong.",
    404: "There is no such object or page.",
    406: "No acceptable representation.",
    408: "The body did not arrive in time.",
    409: "Something else is at work on it, or it changed in between.",
    412: "The object is not the expected version.",
    413: "The body is too large.",
    414: "The query string is too long.",
    415: "The body's type is not taken.",
    422: "The Idempotency-Key came with another request before.",
    429: "Too many requests.",
    502: "The language model failed.",
    503: "No language model is set up, or the database does not answer.",
    504: "The language model did not answer in time.",
}


_DETAILS: Final = {
    401: NOT_SIGNED_IN,
    403: NOT_ALLOWED,
    404: "No Bot matches the given query.",
    406: NotAcceptable.default,
    408: BodyTooSlow.detail,
    413: BodyTooLarge.detail,
    414: UriTooLong.default,
    415: 'Unsupported media type "text/plain" in request.',
    429: "Request was throttled. Expected available in 42 seconds.",
}


def errors(*statuses: int) -> dict[str, Any]:
    """Where credentials are asked for, too many wrong ones are 429."""
    found: dict[str, Any] = {}
    for status in sorted({*statuses, *((429,) if 401 in statuses else ())}):
        detail: Schema = ref("Detail")
        told = content(detail, {"detail": _DETAILS.get(status, _SAID[status])})
        if status == 400:
            told = content({"oneOf": [ref("FieldErrors"), detail]}, EXAMPLES["FieldErrors"])
        found[str(status)] = {"description": _SAID[status], "content": told}
    if "401" in found:
        found["401"]["headers"] = {
            "WWW-Authenticate": {"schema": {"type": "string"}, "description": "A Basic challenge."}
        }
    return found


def ok(schema: Schema, status: int = 200, *, tag: bool = False, html: bool = False) -> Any:
    """A good answer; `tag`: it has an ETag. `html`: browsers get a page."""
    found: dict[str, Any] = {"description": "Done.", "content": content(schema)}
    if html:
        found["content"][HTML] = {"schema": {"type": "string"}}
    if tag:
        found["headers"] = {
            "ETag": {"schema": {"type": "string"}, "description": "The strong tag of this version."}
        }
    return {str(status): found}


def content(schema: Schema, example: Any = None) -> dict[str, Any]:
    """JSON; without `example` that of the schema's name, where it has one."""
    shown = example_of(schema) if example is None else example
    return {JSON: {"schema": schema} if shown is None else {"schema": schema, "example": shown}}


def example_of(schema: Schema) -> Any:
    if "items" in schema:
        item = example_of(schema["items"])
        return None if item is None else [item]
    return EXAMPLES.get(schema.get("$ref", "").rpartition("/")[2])


def body(schema: Schema, *, required: bool = True) -> dict[str, Any]:
    """A body in each of the three ways."""
    return {
        "required": required,
        "content": {**content(schema), **{kind: {"schema": schema} for kind in (FORM, MULTIPART)}},
    }


def query(name: str, schema: Schema, description: str = "") -> Schema:
    found: Schema = {"name": name, "in": "query", "schema": schema}
    return {**found, "description": description} if description else found


def path_id(title: str) -> Schema:
    return {
        "name": "id",
        "in": "path",
        "required": True,
        "schema": {"type": "integer"},
        "description": f"The id of the {title}.",
    }
