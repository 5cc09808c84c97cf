"""JSON Schema 2020-12 of what goes over the wire, made from the fields of the resources."""

from typing import Any, Final

from alpina_app.services.executions import HISTORY
from alpina_app.services.fields import (
    ABSENT,
    Choice,
    Field,
    Flag,
    Key,
    Moment,
    Number,
    Reference,
    Text,
    Whole,
)
from alpina_app.services.resource import Resource

Schema = dict[str, Any]

MAX_ID: Final = 2**63 - 1


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def read_schema(resource: Resource) -> Schema:
    """An object as it is answered: every key, in order."""
    return {
        "type": "object",
        "description": resource.description,
        "properties": {field.name: _read(field) for field in resource.fields},
        "required": [field.name for field in resource.fields],
    }


def write_schema(resource: Resource, *, partial: bool) -> Schema:
    """What may be sent; other keys are ignored."""
    found: Schema = {
        "type": "object",
        "properties": {field.name: _written(field) for field in resource.writable},
    }
    required = [field.name for field in resource.writable if field.required]
    return found if partial else {**found, "required": required}


def filter_schema(field: Field) -> Schema:
    match field:
        case Choice():
            return {"type": "string", "enum": [value for value, _ in field.choices]}
        case Flag():
            return {"type": "boolean"}
        case Reference():
            return {"type": "integer"}
        case _:
            return {"type": "string"}


def page_of(schema: Schema) -> Schema:
    link = {"type": ["string", "null"], "format": "uri"}
    return {
        "type": "object",
        "properties": {
            "count": {"type": "integer", "minimum": 0},
            "next": link,
            "previous": link,
            "results": {"type": "array", "items": schema},
        },
        "required": ["count", "next", "previous", "results"],
    }


def nullable(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _read(field: Field) -> Schema:
    found = _described(field, _type(field))
    return {**found, "readOnly": True} if field.read_only else found


def _written(field: Field) -> Schema:
    found = _described(field, _type(field))
    if isinstance(field, Text) and not field.may_be_blank:
        found["minLength"] = 1
    default = field.default_value()
    if default is not ABSENT:
        found["default"] = default
    return found


def _described(field: Field, schema: Schema) -> Schema:
    if field.nullable:
        schema = nullable(schema)
    return {**schema, "description": field.help_text} if field.help_text else schema


def _type(field: Field) -> Schema:
    match field:
        case Key():
            return {"type": "integer", "minimum": 1, "maximum": MAX_ID}
        case Reference():
            return {"type": "integer", "minimum": 1, "maximum": MAX_ID}
        case Moment():
            return {"type": "string", "format": "date-time"}
        case Flag():
            return {"type": "boolean"}
        case Whole():
            return {"type": "integer", "minimum": field.minimum, "maximum": field.maximum}
        case Number():
            return {"type": "number", "minimum": field.minimum, "maximum": field.maximum}
        case Choice():
            return {"type": "string", "enum": [value for value, _ in field.choices]}
        case Text():
            limit = {} if field.max_length is None else {"maxLength": field.max_length}
            return {"type": "string", **limit}
        case _ if field.name == HISTORY:
            return {"type": "array", "items": ref("Turn")}
        case _ if field.name == "variables":
            return {"type": "object", "additionalProperties": True}
        case _:
            return {"not": {"type": "null"}}
