"""`/`: what this is."""

import reflex as rx


def home() -> rx.Component:
    return rx.container(rx.heading("Alpina Digital"))
