"""The language of a conversation's built-in sentences."""

import re
from typing import Final

from alpina_app.i18n import LANGUAGES, Language

_LONGEST: Final = 2000
_WORD: Final = re.compile("[a-zа-яё]+")
_NO_SPEECH: Final = re.compile("[@/]|[^.][.][a-z]")
"""Found in commands, e-mail addresses and links, which are in no language."""


def conversation_language(
    accept_language: str, message: str, before: str | None = None
) -> Language:
    """Accept-Language, else that of the user's words, else that of the turns before, else Russian.

    A single Latin word (a name, an option) does not turn a Russian conversation into English.
    Source: scenario-format, "Built-in sentences"; RFC 9110, 12.5.4 for the header.
    """
    return preferred(accept_language) or language_of(message, before) or _known(before) or "ru"


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


def language_of(message: str, before: str | None = None) -> Language | None:
    """That of the words in `message`; None where it has none that tell."""
    spoken = [one for one in message[:_LONGEST].lower().split() if not _NO_SPEECH.search(one)]
    words = _WORD.findall(" ".join(spoken))
    latin = sum(len(word) for word in words if word.isascii())
    cyrillic = sum(map(len, words)) - latin
    if not words or (not cyrillic and len(words) == 1 and before == "ru"):
        return None
    return "ru" if cyrillic >= latin else "en"
