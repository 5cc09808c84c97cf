"""JSON Schema 2020-12 for what a model answers. No schema is ever fetched; patterns are RE2's."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from jsonschema import FormatChecker
from jsonschema.exceptions import SchemaError as _Malformed
from jsonschema.exceptions import ValidationError
from jsonschema.exceptions import _WrappedReferencingError as _Unresolved
from jsonschema.validators import Draft202012Validator, extend
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]

from alpina_app.domain.patterns import PatternError, compile_pattern

Schema = dict[str, Any] | bool


class SchemaError(Exception):
    """The schema cannot be used: malformed, a reference that leads nowhere, a bad pattern."""


class JsonSchema:
    """A checked schema. Raises SchemaError when made from one that is malformed."""

    def __init__(self, schema: Schema) -> None:
        checker = _validator()
        try:
            checker.check_schema(schema, format_checker=FormatChecker(()))
        except (_Malformed, RecursionError, ValueError, ArithmeticError) as error:
            raise SchemaError("malformed") from error
        # The published meta-schemas and nothing else: every other `$ref` leads nowhere.
        self._validator = checker(schema, registry=REGISTRY)

    def admits(self, value: Any) -> bool:
        """Whether `value` follows the schema. Raises SchemaError where that cannot be told."""
        try:
            return bool(self._validator.is_valid(value))
        except (_Unresolved, PatternError, RecursionError, ValueError, ArithmeticError) as error:
            raise SchemaError("unusable") from error


@lru_cache(maxsize=1)
def _validator() -> Any:
    """Draft 2020-12 whose patterns run in linear time, since a model's answer meets them."""
    return extend(
        Draft202012Validator,
        {
            "pattern": _pattern,
            "patternProperties": _pattern_properties,
            "additionalProperties": _additional_properties,
        },
    )


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(instance, "string") and not compile_pattern(pattern).search(instance):
        yield ValidationError("does not match the pattern")


def _pattern_properties(
    validator: Any, patterns: dict[str, Any], instance: Any, schema: Any
) -> Iterator[ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    for pattern, subschema in patterns.items():
        for name, value in instance.items():
            if compile_pattern(pattern).search(name):
                yield from validator.descend(value, subschema, path=name, schema_path=pattern)


def _additional_properties(
    validator: Any, allowed: Any, instance: Any, schema: dict[str, Any]
) -> Iterator[ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    patterns = [compile_pattern(pattern) for pattern in schema.get("patternProperties", {})]
    for name, value in instance.items():
        if name in schema.get("properties", {}) or any(
            pattern.search(name) for pattern in patterns
        ):
            continue
        yield from validator.descend(value, allowed, path=name)
