"""Messages about wrong values, in the words of Django REST Framework: part of the REST contract.

Each is a text that knows its code and parameters, so that a page can say the same in the reader's
language: `translate(lang, f"fields.{message.code}", **message.params)`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "required": "This field is required.",
        "null": "This field may not be null.",
        "blank": "This field may not be blank.",
        "not_a_string": "Not a valid string.",
        "max_length": "Ensure this field has no more than {limit} characters.",
        "nul": "Null characters are not allowed.",
        "surrogate": "Surrogate characters are not allowed: U+{code_point}.",
        "not_a_boolean": "Must be a valid boolean.",
        "not_an_integer": "A valid integer is required.",
        "not_a_number": "A valid number is required.",
        "too_long_number": "String value too large.",
        "float_overflow": "Integer value too large to convert to float",
        "max_value": "Ensure this value is less than or equal to {limit}.",
        "min_value": "Ensure this value is greater than or equal to {limit}.",
        "invalid_choice": '"{value}" is not a valid choice.',
        "not_json": "Value must be valid JSON.",
        "does_not_exist": 'Invalid pk "{value}" - object does not exist.',
        "incorrect_type": "Incorrect type. Expected pk value, received {type}.",
        "no_data": "No data provided",
        "not_an_object": "Invalid data. Expected a dictionary, but got {type}.",
        "filter_choice": ("Select a valid choice. {value} is not one of the available choices."),
        "filter_reference": (
            "Select a valid choice. That choice is not one of the available choices."
        ),
        "step_elsewhere": "The step belongs to another scenario.",
        "scenario_elsewhere": "The scenario belongs to another bot.",
        "not_a_history": "Expected a list of {{role, content}} objects.",
        "not_variables": "Expected an object of variables.",
        "variable_name": '"{name}" is not a valid variable name.',
        "variable_reserved": '"{name}" is a built-in name.',
        "variable_size": '"{name}" is larger than {limit} KB.',
        "not_a_bot_file": 'This is no bot file: its format is not "{format}".',
        "unknown_version": "Only version {version} of the format is known.",
        "not_a_list": "Expected a list.",
        "not_a_key": "Expected a text of 1 to 100 characters.",
        "doubled_key": 'The key "{key}" is there already.',
        "unknown_key": 'There is nothing with the key "{key}".',
        "not_a_position": "Expected null or two numbers.",
        "too_many_steps": "No more than {limit} steps.",
        "not_an_origin": '"{value}" is not an origin such as https://example.com.',
        "too_many_origins": "No more than {limit} origins.",
        "too_many_words": "Ensure this value has no more than {limit} words.",
    }
)


class Message(str):
    """One sentence about a value; `code` and `params` say the same to a program."""

    __slots__ = ("code", "params")
    code: str
    params: dict[str, Any]


def message(code: str, /, **params: Any) -> Message:
    text = Message(TEXTS[code].format(**params))
    text.code = code
    text.params = params
    return text
