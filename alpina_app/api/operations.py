"""Parts of operations in the OpenAPI document that many share."""

from typing import Any, Final

from alpina_app.api.media import FORM, HTML, JSON, MULTIPART
from alpina_app.api.schemas import Schema, ref

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


def errors(*statuses: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status in statuses:
        detail: Schema = ref("Detail")
        schema = {"oneOf": [ref("FieldErrors"), detail]} if status == 400 else detail
        found[str(status)] = {"description": _SAID[status], "content": content(schema)}
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


def content(schema: Schema) -> dict[str, Any]:
    return {JSON: {"schema": schema}}


def body(schema: Schema, *, required: bool = True) -> dict[str, Any]:
    """A body in each of the three ways."""
    return {
        "required": required,
        "content": {kind: {"schema": schema} for kind in (JSON, FORM, MULTIPART)},
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
