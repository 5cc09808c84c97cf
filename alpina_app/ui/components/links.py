"""Links. Reflex makes every `rx.el.a` a link of its router, which knows the pages only."""

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.inline import A


def page_link(*children: Any, href: Any, **props: Any) -> rx.Component:
    """To one of the pages, without loading the document again."""
    return rx.el.a(*children, href=href, **props)


def document_link(*children: Any, href: Any, **props: Any) -> rx.Component:
    """To what is no page (`/admin/`, `/api/`), to a place of this page, or to another site."""
    return A.create(*children, href=href, **props)
