"""The language of a conversation's built-in sentences."""

from alpina_app.i18n import LANGUAGES, Language


def conversation_language(
    accept_language: str, message: str, before: str | None = None
) -> Language:
    """Accept-Language, else that of the user's words, else that of the turns before, else Russian.

    Source: scenario-format, "Built-in sentences"; RFC 9110, 12.5.4 for the header.
    """
    return preferred(accept_language) or _of_words(message) or _known(before) or "ru"


def preferred(accept_language: str) -> Language | None:
    """The best of our languages in the header; None where it names neither."""
    best: tuple[float, Language] | None = None
    for part in accept_language[:500].split(","):
        tag, _, parameters = part.strip().partition(";")
        language = _known(tag.strip().lower().split("-")[0])
        quality = _quality(parameters)
        if language and quality > 0 and (best is None or quality > best[0]):
            best = (quality, language)
    return best[1] if best else None


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(float(value), 1.0)
    except ValueError:
        return 0.0


def _known(tag: str | None) -> Language | None:
    return next((language for language in LANGUAGES if language == tag), None)


def _of_words(message: str) -> Language | None:
    cyrillic = sum("а" <= char <= "я" or char == "ё" for char in message.lower())
    latin = sum("a" <= char <= "z" for char in message.lower())
    if not cyrillic and not latin:
        return None
    return "ru" if cyrillic >= latin else "en"
