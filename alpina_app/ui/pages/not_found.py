"""What stands where no page is."""

import reflex as rx

from alpina_app.ui.components.shell import shell
from alpina_app.ui.texts import t


def not_found() -> rx.Component:
    return shell(
        rx.el.div(
            rx.el.h1(t("shell.not_found_title"), class_name="page-title"),
            rx.el.p(t("shell.not_found_text")),
            rx.el.a(t("shell.to_home"), href="/", class_name="button primary"),
            class_name="empty",
        )
    )
