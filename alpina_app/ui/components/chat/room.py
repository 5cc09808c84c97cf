"""The chat room: a local React component that keeps the messages in the browser.

Lists in a state are sent whole whenever they change; here Python tells only what is new. The parts
of the component are the `.jsx` and `.js` files beside this one.
"""

from typing import Any, Final

import reflex as rx

from alpina_app.clients.local_model import MODEL_NAME
from alpina_app.i18n import LANGUAGES, catalogue
from alpina_app.ui.components.local import local_file

_PARTS: Final = (
    "answers.jsx",
    "composer.jsx",
    "head.jsx",
    "keeping.js",
    "log.jsx",
    "speech.jsx",
    "store.js",
    "words.js",
)
_SHARED: Final = tuple(local_file(part, __name__) for part in _PARTS)
_AREA: Final = "talk."
# Texts of other areas that the page shows.
_OTHERS: Final = ("demo_label", "demo_notice", "not_configured")


def _entering(bot: Any, token: Any, visit: Any, language: Any) -> list[Any]:
    return [bot, token, visit, language]


def _sending(
    bot: Any,
    token: Any,
    visit: Any,
    language: Any,
    ref: Any,
    text: Any,
    again: Any,
    restart: Any,
) -> list[Any]:
    return [bot, token, visit, language, ref, text, again, restart]


def _stopping(bot: Any, token: Any) -> list[Any]:
    return [bot, token]


def _older(bot: Any, token: Any, visit: Any, before: Any) -> list[Any]:
    return [bot, token, visit, before]


class ChatRoom(rx.NoSSRComponent):
    """`texts`: {language: {key: text}}. The children stand in the menu."""

    library = local_file("room.jsx", __name__)
    tag = "ChatRoom"
    lib_dependencies: list[str] = ["react-markdown@10.1.0", "remark-gfm@4.0.1"]  # noqa: RUF012

    lang: rx.Var[str]
    texts: rx.Var[dict[str, Any]]
    offline: rx.Var[bool]
    card: rx.Var[dict[str, Any]]
    initial: rx.Var[dict[str, Any]]
    older: rx.Var[dict[str, Any]]
    fresh: rx.Var[dict[str, Any]]
    turn: rx.Var[dict[str, Any]]
    live: rx.Var[dict[str, Any]]
    standing: rx.Var[dict[str, Any]]

    on_enter: rx.EventHandler[_entering]  # type: ignore[type-arg, valid-type]
    on_send: rx.EventHandler[_sending]  # type: ignore[type-arg, valid-type]
    on_stop: rx.EventHandler[_stopping]  # type: ignore[type-arg, valid-type]
    on_older: rx.EventHandler[_older]  # type: ignore[type-arg, valid-type]


def chat_texts() -> dict[str, dict[str, Any]]:
    """What the component says, in each language, by the short keys it uses."""
    return {language: _texts(catalogue()[language]) for language in LANGUAGES}


def _texts(known: dict[str, Any]) -> dict[str, Any]:
    own = {key.removeprefix(_AREA): text for key, text in known.items() if key.startswith(_AREA)}
    others = {key: known[f"model.{key}"].replace("{name}", MODEL_NAME) for key in _OTHERS}
    return own | others
