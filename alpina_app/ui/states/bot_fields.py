"""The fields of a bot's form as texts: what the page shows, what comes back, what differs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from alpina_app.i18n import LANGUAGES, translate
from alpina_app.services.bot_pages import BotView, ScenarioRow
from alpina_app.services.bots import BOTS

Values = dict[str, str]
"""By field name. A switch is "on" or ""; `allowed_origins` are lines; no scenario is ""."""

FIELDS: Final = (
    "name",
    "description",
    "is_active",
    "bot_type",
    "gpt_model",
    "creativity_level",
    "max_tokens",
    "system_prompt",
    "start_scenario",
    "allowed_origins",
)
_LONGEST_SHOWN: Final = 4000


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that another person stored otherwise than it stands in this person's form."""

    name: str
    label_ru: str
    label_en: str
    mine_ru: str
    mine_en: str
    theirs_ru: str
    theirs_en: str
    keeps_mine: bool


def new_values(default_model: str) -> Values:
    """What the form of a new bot begins with."""
    found = dict.fromkeys(FIELDS, "")
    for name in ("bot_type", "creativity_level", "max_tokens"):
        found[name] = _number_text(BOTS.field(name).default_value())
    return found | {"gpt_model": default_model, "is_active": "on"}


def values_of(view: BotView) -> Values:
    found = dict.fromkeys(FIELDS, "")
    for name in FIELDS:
        match view.values.get(name):
            case None:
                pass
            case bool(flag):
                found[name] = "on" if flag else ""
            case value:
                found[name] = _number_text(value)
    return found | {"allowed_origins": "\n".join(map(_readable, view.allowed_origins))}


def read_form(form: Any) -> Values:
    """What was sent, whatever it is: texts only, lines ended by \\n."""
    given: Mapping[Any, Any] = form if isinstance(form, Mapping) else {}
    return {name: _line_ends(given.get(name)) for name in FIELDS}


def as_data(values: Values) -> dict[str, Any]:
    """As REST takes them in JSON."""
    data: dict[str, Any] = {
        name: values[name] for name in FIELDS if name not in ("allowed_origins", "is_active")
    }
    return data | {
        "is_active": values["is_active"] != "",
        "creativity_level": values["creativity_level"].strip().replace(",", "."),
        "max_tokens": "".join(values["max_tokens"].split()),
        "start_scenario": values["start_scenario"] or None,
    }


def origins_of(values: Values) -> list[str]:
    return values["allowed_origins"].replace(",", "\n").split("\n")


def differences(
    mine: Values, theirs: Values, before: Values | None, scenarios: tuple[ScenarioRow, ...]
) -> list[Difference]:
    """`before`: what both began with. A field this person left alone proposes the other's value."""
    found = []
    for name in FIELDS:
        if _same(name, mine, theirs):
            continue
        labels = {f"label_{lang}": translate(lang, f"bots.{name}") for lang in LANGUAGES}
        sides = {
            f"{side}_{lang}": _shown(name, values[name], lang, scenarios)
            for side, values in (("mine", mine), ("theirs", theirs))
            for lang in LANGUAGES
        }
        touched = before is None or not _same(name, mine, before)
        found.append(Difference(name=name, keeps_mine=touched, **labels, **sides))
    return found


def merged(mine: Values, theirs: Values, kept: set[str]) -> Values:
    return {name: mine[name] if name in kept else theirs[name] for name in FIELDS}


def _same(name: str, one: Values, other: Values) -> bool:
    if name in ("creativity_level", "max_tokens"):
        return _as_number(one[name]) == _as_number(other[name])
    if name == "allowed_origins":
        return set(_lines(one[name])) == set(_lines(other[name]))
    return one[name].strip() == other[name].strip()


def _shown(name: str, value: str, language: str, scenarios: tuple[ScenarioRow, ...]) -> str:
    match name:
        case "is_active":
            return translate(language, "forms.active" if value else "forms.inactive")
        case "bot_type" if value in ("chat", "completion"):
            return translate(language, f"bots.type_{value}")
        case "start_scenario":
            names = {str(one.id): one.name for one in scenarios}
            return names.get(value, value) if value else translate(language, "bots.no_scenario")
    text = value.strip()
    if not text:
        return translate(language, "bots.empty_value")
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _number_text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) and value == float(f"{value:g}") else str(value)


def _as_number(text: str) -> float | str:
    plain = "".join(text.split()).replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return plain


def _readable(origin: str) -> str:
    """The host's name in its own alphabet (`xn--...`: RFC 3492)."""
    parts = urlsplit(origin)
    try:
        name = (parts.hostname or "").encode().decode("idna")
    except UnicodeError:
        return origin
    return origin.replace(parts.hostname or "", name) if name else origin


def _lines(text: str) -> list[str]:
    return [line.strip().rstrip("/").lower() for line in text.split("\n") if line.strip()]


def _line_ends(raw: Any) -> str:
    return raw.replace("\r\n", "\n").replace("\r", "\n") if isinstance(raw, str) else ""
