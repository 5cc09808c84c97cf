"""JSON Schema 2020-12 for answers of the model: nothing fetched, patterns in linear time."""

import pytest

from alpina_app.domain.json_schema import JsonSchema, SchemaError

NAMES = {
    "type": "object",
    "properties": {"имя": {"type": "string", "pattern": r"^\p{L}+$"}},
    "patternProperties": {"^x": {"type": "integer"}},
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("schema", "value", "admitted"),
    [
        (True, None, True),
        (False, None, False),
        ({}, [], True),
        (NAMES, {"имя": "Анна", "x1": 1}, True),
        (NAMES, {"имя": "А1"}, False),
        (NAMES, {"x1": "1"}, False),
        (NAMES, {"y": 1}, False),
        (NAMES, "Анна", False),
        ({"additionalProperties": {"type": "string"}}, {"a": 1}, False),
        ({"additionalProperties": {"type": "string"}}, {"a": "1"}, True),
        ({"patternProperties": {"a": {}}}, [], True),
        ({"additionalProperties": False}, [], True),
        ({"pattern": "^a"}, 5, True),
        ({"type": "integer"}, 5.0, True),
        ({"type": "integer"}, True, False),
        ({"$ref": "#/$defs/n", "$defs": {"n": {"minimum": 3}}}, 2, False),
        ({"$ref": "https://json-schema.org/draft/2020-12/schema"}, {"type": 5}, False),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, False),
        ({"prefixItems": [{"const": 1}], "items": False}, [1, 2], False),
    ],
)
def test_values_are_admitted_by_draft_2020_12(schema, value, admitted):
    assert JsonSchema(schema).admits(value) is admitted


@pytest.mark.parametrize(
    "schema", [{"type": "nonsense"}, {"type": 5}, {"minimum": "1"}, {"properties": []}, {"$id": 5}]
)
def test_a_malformed_schema_is_refused(schema):
    with pytest.raises(SchemaError, match="malformed"):
        JsonSchema(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "https://example.com/schema.json"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "#/$defs/none"},
        {"$dynamicRef": "http://example.com/"},
        {"$ref": "#"},
        {"$id": "http://[", "$ref": "a"},
        {"pattern": "(?=a)"},
        {"pattern": "("},
    ],
)
def test_a_schema_that_cannot_be_followed_is_an_error_and_nothing_is_fetched(schema):
    with pytest.raises(SchemaError, match="unusable"):
        JsonSchema(schema).admits("a")


def test_patterns_do_not_run_away():
    for schema in ({"pattern": "(a+)+$"}, {"propertyNames": {"pattern": "^(a|aa)+$"}}):
        JsonSchema(schema).admits({"a" * 100_000 + "!": 1})
        JsonSchema(schema).admits("a" * 100_000 + "!")
    JsonSchema({"patternProperties": {"(a+)+$": {}}, "additionalProperties": False}).admits(
        {"a" * 100_000 + "!": 1}
    )


def test_a_schema_nested_without_end_is_refused():
    schema = {}
    for _ in range(5000):
        schema = {"not": schema}
    with pytest.raises(SchemaError):
        JsonSchema(schema).admits(1)
