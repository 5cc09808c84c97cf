"""Modal dialogs over the browser's `<dialog>`."""

from typing import Any

import reflex as rx

from alpina_app.ui.components.local import local_file
from alpina_app.ui.texts import t


class Modal(rx.Component):
    """`labelled_by`: the id of its heading. Its content stands only while it is open."""

    library = local_file("modal.jsx", __name__)
    tag = "Modal"

    open: rx.Var[bool]
    labelled_by: rx.Var[str]
    described_by: rx.Var[str]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]  # type: ignore[type-arg, valid-type]


def modal(
    name: str, title: Any, *content: Any, open: Any, on_close: Any, **props: Any
) -> rx.Component:
    """`name`: unique on the page; a close button stands beside the title."""
    return Modal.create(
        rx.el.div(
            rx.el.h2(title, id=f"{name}-title", class_name="dialog-title"),
            rx.el.button(
                rx.icon("x", size=18, aria_hidden="true"),
                rx.el.span(t("forms.close"), class_name="visually-hidden"),
                type="button",
                class_name="icon-button",
                on_click=on_close,
            ),
            class_name="dialog-head",
        ),
        *content,
        open=open,
        labelled_by=f"{name}-title",
        on_close=on_close,
        **props,
    )


def confirm_dialog(
    name: str,
    title: Any,
    *content: Any,
    open: Any,
    on_close: Any,
    confirm: Any,
    on_confirm: Any,
    danger: bool = False,
    forgets: bool = False,
) -> rx.Component:
    """Asks before an act. "Cancel" has the focus at first: Enter does no harm.

    `forgets`: the act drops what stands in a guarded form.
    """
    return modal(
        name,
        title,
        rx.el.div(*content, class_name="dialog-text"),
        rx.el.div(
            rx.el.button(
                t("forms.cancel"),
                type="button",
                class_name="button",
                on_click=on_close,
                custom_attrs={"data-autofocus": "true"},
            ),
            rx.el.button(
                confirm,
                type="button",
                class_name="button danger-solid" if danger else "button primary",
                on_click=on_confirm,
                custom_attrs={"data-form-forget": "true"} if forgets else {},
            ),
            class_name="dialog-actions",
        ),
        open=open,
        on_close=on_close,
    )
