"""The editor's local React parts: the canvas and the list over one model, `views.jsx`.

Nodes live in the browser while they are dragged; Python gets committed changes only.
"""

from typing import Any, Final

import reflex as rx

from alpina_app.i18n import LANGUAGES, catalogue
from alpina_app.ui.components.local import local_file

_PARTS: Final = (
    "canvas.jsx",
    "edge.jsx",
    "layout.js",
    "model.js",
    "node.jsx",
    "step_list.jsx",
    "type_menu.jsx",
    "types.jsx",
)

_SHARED: Final = tuple(local_file(part, __name__) for part in _PARTS)
_AREA: Final = "editor.v_"
TYPED_PAUSE_MS: Final = 600


def _no_args() -> list[Any]:
    return []


def _one(first: Any) -> list[Any]:
    return [first]


def _two(first: Any, second: Any) -> list[Any]:
    return [first, second]


def _three(first: Any, second: Any, third: Any) -> list[Any]:
    return [first, second, third]


def _adding(step_type: Any, source: Any, key: Any, x: Any, y: Any, inserts: Any) -> list[Any]:
    return [step_type, source, key, x, y, inserts]


class SaveState(rx.NoSSRComponent):
    """The children say how saving stands; while something typed is on its way, `saving` does."""

    library = local_file("save_state.jsx", __name__)
    tag = "SaveState"

    state: rx.Var[str]
    saving: rx.Var[str]


class EditorViews(rx.NoSSRComponent):
    """`texts`: {language: {key: text}}. The children stand where no step is yet."""

    library = local_file("views.jsx", __name__)
    tag = "EditorViews"
    lib_dependencies: list[str] = ["@xyflow/react@12.12.1", "@dagrejs/dagre@3.1.3"]  # noqa: RUF012

    graph: rx.Var[dict[str, Any]]
    feed: rx.Var[list[Any]]
    marks: rx.Var[dict[str, Any]]
    focus: rx.Var[dict[str, Any]]
    clip: rx.Var[str]
    step: rx.Var[dict[str, Any]]
    selected: rx.Var[int]
    scenario: rx.Var[int]
    read_only: rx.Var[bool]
    lang: rx.Var[str]
    texts: rx.Var[dict[str, Any]]
    lit: rx.Var[int]
    can_undo: rx.Var[bool]
    can_redo: rx.Var[bool]

    @classmethod
    def get_event_triggers(cls) -> dict[str, Any]:
        return {
            **super().get_event_triggers(),
            "on_add": _adding,
            "on_link": _three,
            "on_reorder": _two,
            **dict.fromkeys(
                ("on_remove", "on_move", "on_place", "on_pick", "on_open", "on_go_to", "on_paste"),
                _one,
            ),
            **dict.fromkeys(("on_undo", "on_redo", "on_resend", "on_look", "on_leave"), _no_args),
        }

    def add_imports(self) -> dict[str, Any]:
        return {"": "@xyflow/react/dist/base.css"}


def view_texts() -> dict[str, dict[str, Any]]:
    """What the component says, in each language, by the short keys it uses."""
    return {
        language: {
            key.removeprefix(_AREA): text
            for key, text in catalogue()[language].items()
            if key.startswith(_AREA)
        }
        for language in LANGUAGES
    }
