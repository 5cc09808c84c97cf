"""Texts for people, in Russian and English.

`translate("ru", "chat.busy", seconds=30)` reads key `busy` of `i18n/ru/chat.json`. A text is a
string with `{name}` places, or an object of plural forms (`one`, `few`, `many`, `other`: CLDR)
chosen by the parameter `count`.
"""

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Literal, get_args

Language = Literal["ru", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


@lru_cache(maxsize=1)
def catalogue() -> dict[str, dict[str, Any]]:
    """Every text by language and full key, read once."""
    found: dict[str, dict[str, Any]] = {}
    for language in LANGUAGES:
        texts: dict[str, Any] = {}
        for entry in (files(__package__) / language).iterdir():
            if entry.name.endswith(".json"):
                area = entry.name.removesuffix(".json")
                section = json.loads(entry.read_text(encoding="utf-8"))
                texts.update({f"{area}.{key}": value for key, value in section.items()})
        found[language] = texts
    return found


def translate(language: str, key: str, /, **params: Any) -> str:
    """The text of `key` in `language` (Russian where the language is unknown).

    Raises KeyError for an unknown key: a missing text is a fault of the program.
    """
    lang: Language = "en" if language == "en" else "ru"
    text = catalogue()[lang][key]
    if isinstance(text, dict):
        text = text[plural_category(lang, params["count"])]
    return str(text).format(**params) if params else str(text)


def plural_category(language: Language, count: int | float) -> str:
    """CLDR plural category of `count`: one, few, many or other.

    Source: https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html
    """
    if language == "en":
        return "one" if count == 1 else "other"
    if count != int(count):
        return "other"
    n = abs(int(count))
    if n % 10 == 1 and n % 100 != 11:
        return "one"
    if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14:
        return "few"
    return "many"
