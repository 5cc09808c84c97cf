"""What OPTIONS says about a URL, in the shape of Django REST Framework's metadata."""

from collections.abc import Iterable
from typing import Any

from alpina_app.services.fields import Choice, Field, Number, Text, Whole


def field_metadata(fields: Iterable[Field]) -> dict[str, Any]:
    """By field name: type, whether it is required or read-only, bounds and choices."""
    return {field.name: _of_field(field) for field in fields}


def _of_field(field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": field.type_name,
        "required": field.required,
        "read_only": field.read_only,
        "label": field.label,
    }
    match field:
        case Text(max_length=int(limit)):
            found["max_length"] = limit
        case Whole() | Number():
            found["min_value"] = field.minimum
            found["max_value"] = field.maximum
        case Choice():
            found["choices"] = [
                {"value": value, "display_name": label} for value, label in field.choices
            ]
    return found
