"""Dates and numbers as the reader writes them: language of the page, time zone of the browser."""

from typing import Any

import reflex as rx
from reflex_base.utils.imports import ImportVar
from reflex_base.vars import VarData

from alpina_app.ui.components.local import local_file
from alpina_app.ui.texts import I18n


def moment(iso: Any, **props: Any) -> rx.Component:
    """A time of the wire (ISO 8601) as people write it; the whole of it in the tooltip."""
    return rx.el.time(
        _formatted("shortMoment", iso),
        date_time=iso,
        title=_formatted("fullMoment", iso),
        **props,
    )


def number(value: Any) -> rx.Var[str]:
    """A whole number with the language's grouping: `12 345`."""
    return _formatted("wholeNumber", value)


def _formatted(function: str, value: Any) -> rx.Var[str]:
    given = rx.Var.create(value)
    language: rx.Var[str] = rx.Var.create(I18n.lang)
    library = local_file("formats.js", __name__)
    return rx.Var(
        f"{function}({given!s}, {language!s})",
        _var_data=VarData.merge(
            given._get_all_var_data(),
            language._get_all_var_data(),
            VarData(imports={library: [ImportVar(tag=function)]}),
        ),
    ).to(str)
