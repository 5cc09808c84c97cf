"""Parts of forms that live in the browser: `form_parts.jsx`."""

from typing import Any

import reflex as rx

from alpina_app.ui.texts import t


class _Part(rx.Component):
    library = rx.asset("form_parts.jsx", shared=True).importable_path


class FormGuard(_Part):
    tag = "FormGuard"

    title: rx.Var[str]
    text: rx.Var[str]
    stay: rx.Var[str]
    leave: rx.Var[str]
    restored: rx.Var[str]
    refused: rx.Var[int]


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


class TextCounter(_Part):
    tag = "TextCounter"

    target: rx.Var[str]
    template: rx.Var[str]
    language: rx.Var[str]


def form_guard(refused: Any) -> rx.Component:
    """Stands inside a form; see `form_parts.jsx`. One on a page.

    `refused`: a count that grows with each refused submit.
    """
    return FormGuard.create(
        title=t("forms.leave_title"),
        text=t("forms.leave_text"),
        stay=t("forms.leave_stay"),
        leave=t("forms.leave_go"),
        restored=t("forms.restored"),
        refused=refused,
    )
