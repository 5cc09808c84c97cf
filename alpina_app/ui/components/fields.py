"""Labelled controls of a form, each with its hint and its error beside it.

    fields = Fields("bot", "bots", BotForm.values, BotForm.errors, read_only=~Session.may_edit)
    rx.el.form(fields.text("name"), fields.long_text("description", hint=True), on_submit=...)

Controls are not bound to the state: typing never waits for the server. They begin with
`values[name]`; give the form another `key` to begin anew. Labels are `<area>.<name>`, hints
`<area>.<name>_hint`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from alpina_app.ui.components.browser import LevelSlider, TextCounter
from alpina_app.ui.texts import I18n, t, words


@dataclass(frozen=True)
class Fields:
    """`form`: what the ids begin with. `errors`: `ui.forms.Errors`."""

    form: str
    area: str
    values: Any
    errors: Any
    read_only: Any = False

    def text(self, name: str, *, hint: bool = False, **props: Any) -> rx.Component:
        return self._field(
            name,
            rx.el.input(
                default_value=self.values[name].to(str),
                read_only=self.read_only,
                class_name="input",
                **self._described(name, hint),
                **{"type": "text", "auto_complete": "off", **props},
            ),
            hint=hint,
        )

    def long_text(
        self, name: str, *, hint: bool = False, counter: bool = False, rows: int = 4, **props: Any
    ) -> rx.Component:
        return self._field(
            name,
            rx.el.textarea(
                default_value=self.values[name].to(str),
                read_only=self.read_only,
                class_name="textarea",
                rows=str(rows),
                **self._described(name, hint),
                **props,
            ),
            hint=hint,
            beside=self._counter(name) if counter else None,
        )

    def choice(
        self, name: str, options: Sequence[tuple[str, Any]] | rx.Component, *, hint: bool = False
    ) -> rx.Component:
        """`options`: values and labels, or ready `option`s."""
        inside = (
            [rx.el.option(label, value=value) for value, label in options]
            if isinstance(options, Sequence)
            else [options]
        )
        return self._field(
            name,
            rx.el.select(
                *inside,
                default_value=self.values[name].to(str),
                disabled=self.read_only,
                class_name="select",
                **self._described(name, hint),
            ),
            hint=hint,
        )

    def level(
        self,
        name: str,
        *,
        scale: tuple[float, float, float],
        words: Sequence[tuple[float, Any]],
        hint: bool = False,
    ) -> rx.Component:
        """A slider. `scale`: lowest, highest, step; `words`: upper limits and their words."""
        lowest, highest, step = scale
        return self._field(
            name,
            LevelSlider.create(
                name=name,
                initial=self.values[name].to(str),
                min=lowest,
                max=highest,
                step=step,
                words=[[limit, word] for limit, word in words],
                label=t(f"{self.area}.{name}"),
                invalid=self._has_error(name),
                disabled=self.read_only,
                field_id=self._id(name),
                described_by=self._described(name, hint)["aria_describedby"],
            ),
            hint=hint,
        )

    def switch(self, name: str, checked: Any, *, hint: bool = False) -> rx.Component:
        return rx.el.div(
            rx.el.label(
                rx.el.input(
                    type="checkbox",
                    role="switch",
                    default_checked=checked,
                    disabled=self.read_only,
                    class_name="switch",
                    **self._described(name, hint),
                ),
                rx.el.span(t(f"{self.area}.{name}")),
                class_name="switch-label",
            ),
            self._hint(name) if hint else None,
            self._error(name),
            class_name="field",
        )

    def form_error(self) -> rx.Component:
        """What is wrong with the whole form."""
        name = "non_field_errors"
        return rx.cond(
            self._has_error(name),
            rx.el.p(self._error_text(name), class_name="error-text", role="alert"),
        )

    def _field(
        self, name: str, control: rx.Component, *, hint: bool, beside: rx.Component | None = None
    ) -> rx.Component:
        return rx.el.div(
            rx.el.div(
                rx.el.label(t(f"{self.area}.{name}"), html_for=self._id(name), class_name="label"),
                *((beside,) if beside is not None else ()),
                class_name="field-head",
            ),
            control,
            *((self._hint(name),) if hint else ()),
            self._error(name),
            class_name="field",
        )

    def _described(self, name: str, hint: bool) -> dict[str, Any]:
        ids = [f"{self._id(name)}-error", *([f"{self._id(name)}-hint"] if hint else [])]
        return {
            "id": self._id(name),
            "name": name,
            "aria_invalid": rx.cond(self._has_error(name), "true", "false"),
            "aria_describedby": " ".join(ids),
        }

    def _id(self, name: str) -> str:
        return f"{self.form}-{name}"

    def _hint(self, name: str) -> rx.Component:
        return rx.el.p(
            t(f"{self.area}.{name}_hint"), id=f"{self._id(name)}-hint", class_name="hint"
        )

    def _error(self, name: str) -> rx.Component:
        return rx.el.div(
            rx.cond(
                self._has_error(name),
                rx.el.p(self._error_text(name), class_name="error", role="alert"),
            ),
            id=f"{self._id(name)}-error",
        )

    def _has_error(self, name: str) -> Any:
        return self.errors.contains(name)

    def _error_text(self, name: str) -> Any:
        found = self.errors[name].to(dict[str, str])
        return words(found["ru"], found["en"])

    def _counter(self, name: str) -> rx.Component:
        return TextCounter.create(
            target=self._id(name), template=t("forms.counter"), language=I18n.lang
        )
