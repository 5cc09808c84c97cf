"""Parts of forms and lists that live in the browser: `form_parts.jsx`, `list_parts.jsx`."""

from typing import Any

import reflex as rx

from alpina_app.ui.components.local import local_file
from alpina_app.ui.texts import t


def _one_text(text: rx.Var[str]) -> list[rx.Var[str]]:
    return [text]


def _one_flag(flag: rx.Var[bool]) -> list[rx.Var[bool]]:
    return [flag]


class _Part(rx.Component):
    library = local_file("form_parts.jsx", __name__)


class FormGuard(_Part):
    tag = "FormGuard"

    title: rx.Var[str]
    text: rx.Var[str]
    stay: rx.Var[str]
    leave: rx.Var[str]
    restored: rx.Var[str]
    refused: rx.Var[int]
    unsaved: rx.Var[bool]


class LevelSlider(_Part):
    tag = "LevelSlider"

    field_id: rx.Var[str]
    described_by: rx.Var[str]
    name: rx.Var[str]
    initial: rx.Var[str]
    min: rx.Var[float]
    max: rx.Var[float]
    step: rx.Var[float]
    words: rx.Var[list[Any]]
    label: rx.Var[str]
    invalid: rx.Var[bool]
    disabled: rx.Var[bool]


class TextFile(_Part):
    """`limit`: characters of a message to the server."""

    tag = "TextFile"

    label: rx.Var[str]
    hint: rx.Var[str]
    accept: rx.Var[str]
    limit: rx.Var[int]
    on_text: rx.EventHandler[_one_text]  # type: ignore[type-arg, valid-type]
    on_refuse: rx.EventHandler[rx.event.no_args_event_spec]  # type: ignore[type-arg, valid-type]


class _ListPart(rx.Component):
    library = local_file("list_parts.jsx", __name__)


class SearchBox(_ListPart):
    tag = "SearchBox"

    label: rx.Var[str]
    value: rx.Var[str]
    on_search: rx.EventHandler[_one_text]  # type: ignore[type-arg, valid-type]


class RowSwitch(_ListPart):
    tag = "RowSwitch"

    label: rx.Var[str]
    checked: rx.Var[bool]
    filled: rx.Var[int]
    disabled: rx.Var[bool]
    on_switch: rx.EventHandler[_one_flag]  # type: ignore[type-arg, valid-type]


class TextCounter(_Part):
    tag = "TextCounter"

    target: rx.Var[str]
    template: rx.Var[str]
    language: rx.Var[str]


def form_guard(refused: Any, unsaved: Any = False) -> rx.Component:
    """Stands inside a form; see `form_parts.jsx`. One on a page.

    `refused`: a count that grows with each refused submit. `unsaved`: what the form begins with is
    stored nowhere.
    """
    return FormGuard.create(
        title=t("forms.leave_title"),
        text=t("forms.leave_text"),
        stay=t("forms.leave_stay"),
        leave=t("forms.leave_go"),
        restored=t("forms.restored"),
        refused=refused,
        unsaved=unsaved,
    )
