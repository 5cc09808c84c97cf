"""`/`: what this is."""

import reflex as rx

from alpina_app.ui.components.shell import page_head, shell


def home() -> rx.Component:
    return shell(page_head("Alpina Digital"), active="home")
