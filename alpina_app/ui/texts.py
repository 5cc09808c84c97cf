"""Texts on pages, in the language the person chose.

rx.heading(t("home.title"))                       # switches in the browser
translate(await language_of(self), "bots.saved")  # in an event handler
"""

from typing import Any

import reflex as rx

from alpina_app.i18n import Language, catalogue


class I18n(rx.State):
    """The chosen language; kept in the browser."""

    lang: str = rx.LocalStorage("ru", name="alpina-language", sync=True)

    @rx.event
    async def choose(self, language: str) -> Any:
        self.lang = "en" if language == "en" else "ru"
        return rx.call_script(
            f"document.documentElement.lang='{self.lang}';"
            f"document.cookie='language={self.lang};path=/;max-age=31536000;samesite=lax'"
        )


def t(key: str, **params: Any) -> rx.Var[str]:
    """The text of `key` as a Var. `params` may be Vars; a text with plural forms wants `count`."""
    ru, en = (_text(language, key, params) for language in ("ru", "en"))
    chosen: rx.Var[Any] = rx.cond(I18n.lang == "en", en, ru)
    return chosen


def words(ru: Any, en: Any) -> rx.Var[Any]:
    """Either of two Vars or texts, by language."""
    chosen: rx.Var[Any] = rx.cond(I18n.lang == "en", en, ru)
    return chosen


async def language_of(state: rx.State) -> Language:
    chosen = await state.get_state(I18n)
    return "en" if chosen.lang == "en" else "ru"


def _text(language: str, key: str, params: dict[str, Any]) -> Any:
    found = catalogue()[language][key]
    if isinstance(found, dict):
        return _plural(language, found, params)
    return _filled(found, params)


def _plural(language: str, forms: dict[str, str], params: dict[str, Any]) -> Any:
    """Picks the form in the browser: `Intl.PluralRules` knows CLDR's rules."""
    count = rx.Var.create(params["count"])
    category = rx.Var(
        f"(new Intl.PluralRules('{language}').select({count!s}))",
        _var_data=count._get_all_var_data(),
    ).to(str)
    cases = [(name, _filled(text, params)) for name, text in forms.items() if name != "other"]
    return rx.match(category, *cases, _filled(forms["other"], params))


def _filled(text: str, params: dict[str, Any]) -> Any:
    """`{name}` places filled; a Var among the values makes the whole a Var."""
    if not any(isinstance(value, rx.Var) for value in params.values()):
        return text.format(**params) if params else text
    shown = {
        name: _as_text(value) if isinstance(value, rx.Var) else value
        for name, value in params.items()
    }
    return rx.Var.create(text.format(**shown))


def _as_text(value: rx.Var[Any]) -> rx.Var[str]:
    """Reflex's own `to_string` writes nothing for 0."""
    return rx.Var(f"String({value!s} ?? '')", _var_data=value._get_all_var_data()).to(str)
