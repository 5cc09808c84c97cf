"""Links and forms. Reflex makes every `rx.el.a` a link of its router, which knows the pages only,
and keeps the browser from sending a `rx.el.form`."""

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML
from reflex_components_core.el.elements.inline import A


def page_link(*children: Any, href: Any, **props: Any) -> rx.Component:
    """To one of the pages, without loading the document again."""
    return rx.el.a(*children, href=href, **props)


def document_link(*children: Any, href: Any, **props: Any) -> rx.Component:
    """To what is no page (`/admin/`, `/api/`), to a place of this page, or to another site."""
    return A.create(*children, href=href, **props)


class DocumentForm(BaseHTML):
    """A form that the browser sends itself, as it would without any script."""

    tag = "form"

    action: rx.Var[str]
    method: rx.Var[str]
