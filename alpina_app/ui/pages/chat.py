"""`/chat/[bot]`: the live chat, for anybody; with `?embed=1` in a frame on another site."""

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from alpina_app.ui.components.chat.room import ChatRoom, chat_texts
from alpina_app.ui.components.shell import language_switch, theme_switch
from alpina_app.ui.states.chat import Chat
from alpina_app.ui.texts import I18n


def chat() -> rx.Component:
    return rx.el.div(
        ChatRoom.create(
            language_switch(),
            theme_switch(),
            lang=I18n.lang,
            texts=chat_texts(),
            offline=has_connection_errors,
            card=Chat.card,
            initial=Chat.initial,
            older=Chat.older,
            fresh=Chat.fresh,
            turn=Chat.turn,
            live=Chat.live,
            standing=Chat.standing,
            on_enter=Chat.enter,
            on_send=Chat.send,
            on_stop=Chat.stop,
            on_older=Chat.load_older,
        ),
        class_name="chat-page",
    )
