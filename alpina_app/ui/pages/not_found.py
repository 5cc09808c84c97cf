"""What stands where no page is."""

import reflex as rx

from alpina_app.ui.components.shell import shell
from alpina_app.ui.components.states import missing
from alpina_app.ui.texts import t


def not_found() -> rx.Component:
    return shell(missing(t("shell.not_found_title")))
