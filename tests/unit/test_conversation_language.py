"""In which language a conversation's built-in sentences are (scenario-format)."""

import pytest

from alpina_app.services.chat.language import conversation_language


@pytest.mark.parametrize(
    ("accepted", "message", "before", "language"),
    [
        ("ru", "Hello there", "en", "ru"),
        ("en-GB,ru;q=0.9", "Привет", "ru", "en"),
        ("de, *;q=0.5", "Привет", None, "ru"),
        ("en;q=0", "Привет", None, "ru"),
        ("ru, en", "Hello", None, "ru"),
        ("en, ru", "Привет", None, "en"),
        ("ru;q=0.5, en;q=x", "Hello", None, "ru"),
        ("ru;q=0.9, en", "Привет", None, "en"),
        ("", "Hello", None, "en"),
        ("", "Привет, world", None, "ru"),
        ("", "Ну, what do you mean?", None, "en"),
        ("", "", None, "ru"),
        ("", "42", "en", "en"),
        ("", "/start", None, "ru"),
        ("", "/cancel", "en", "en"),
        ("", "ivan@example.com", None, "ru"),
        ("", "https://example.com/a", None, "ru"),
        ("", "example.com", None, "ru"),
        ("", "Hello.", None, "en"),
        ("", "Python", "ru", "ru"),
        ("", "Speak English", "ru", "en"),
        ("", "да", "en", "ru"),
        ("", "Hello", "de", "en"),
    ],
)
def test_the_language_is_asked_for_spoken_or_known(accepted, message, before, language):
    assert conversation_language(accepted, message, before) == language


def test_a_long_message_is_read_to_a_bound():
    assert conversation_language("", "x " * 1000 + "я" * 10_000_000, None) == "en"
