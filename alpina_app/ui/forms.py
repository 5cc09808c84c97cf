"""What refused values look like beside their fields, and what the browser's form guard is told."""

import json
from collections.abc import Mapping
from typing import Any

import reflex as rx

from alpina_app.errors import Invalid
from alpina_app.i18n import LANGUAGES, catalogue, translate

Errors = dict[str, dict[str, str]]
"""By field name, the sentence in each language: it changes with the page's language."""

FORM = "non_field_errors"


def errors_of(refused: Invalid) -> Errors:
    """Every field's messages as one text a language, a line each."""
    return {
        name: {
            language: "\n".join(message_text(message, language) for message in messages)
            for language in LANGUAGES
        }
        for name, messages in refused.fields.items()
    }


def message_text(message: Any, language: str) -> str:
    """A message of `services.wire_messages` in `language`; any other text as it is."""
    key = f"fields.{getattr(message, 'code', '')}"
    if key not in catalogue()["ru"]:
        return str(message)
    return translate(language, key, **_shown(message.params))


def error_in_both(key: str, **params: Any) -> dict[str, str]:
    return {language: translate(language, key, **params) for language in LANGUAGES}


def tell_saved() -> Any:
    """What the form sent last is stored: it may be left without a question."""
    return _tell("alpina-form-saved")


def tell_forget() -> Any:
    """What stands in the form may be lost."""
    return _tell("alpina-form-forget")


def _shown(params: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in params.items()
    }


def _tell(event: str) -> Any:
    return rx.call_script(f"window.dispatchEvent(new Event({json.dumps(event)}))")
