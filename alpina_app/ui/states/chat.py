"""The chat page's events. What they answer goes to the page and is not kept here (`chat_tab`).

Every handler is told the conversation by its token and looks that up in the database; a token that
is unknown, or of another bot, opens nothing. The page is a guest's: who is signed in matters only
for how a failure is explained.
"""

import re
from typing import Any, Final

import reflex as rx

from alpina_app.i18n import Language
from alpina_app.ui.states import chat_talk
from alpina_app.ui.states.chat_tab import Tab

_WORD: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST: Final = 50_000  # characters of an argument that is looked at


class Chat(rx.State):
    """Each var holds {} here; the page gets values by `Tab.tell`.

    `card`: the bot and what may be done with it. `initial`: the newest lines. `older`: lines before
    them. `fresh`: the lines of a turn that has ended, and `after`, the line before them. `turn`:
    the one at work or failed. `live`: a frame of what it says (`chat_feed`). `standing`: whether
    the conversation goes on, and what is asked.
    """

    card: dict[str, Any] = {}
    initial: dict[str, Any] = {}
    older: dict[str, Any] = {}
    fresh: dict[str, Any] = {}
    turn: dict[str, Any] = {}
    live: dict[str, Any] = {}
    standing: dict[str, Any] = {}

    @rx.event(background=True)
    async def enter(self, bot: str, token: str, visit: str, language: str) -> None:
        """The page opens the conversation, or comes back after it lost the connection."""
        if _are_texts(bot, token, language) and _is_word(visit):
            await chat_talk.enter(_tab(visit, language), bot, token)

    @rx.event(background=True)
    async def send(
        self,
        bot: str,
        token: str,
        visit: str,
        language: str,
        ref: str,
        text: str,
        again: bool = False,
        restart: bool = False,
    ) -> None:
        """A message. `ref`: what the page calls it. `again`: it may have come through before."""
        if not _are_texts(bot, token, language, text) or not (_is_word(visit) and _is_word(ref)):
            return
        message = chat_talk.Sent(ref, text, again is True, restart is True)
        await chat_talk.send(_tab(visit, language), bot, token, message)

    @rx.event(background=True)
    async def stop(self, bot: str, token: str) -> None:
        """The bot shall write no further."""
        if _are_texts(bot, token):
            await chat_talk.stop(bot, token)

    @rx.event(background=True)
    async def load_older(self, bot: str, token: str, visit: str, before: int) -> None:
        """The lines before line `before`."""
        is_line = type(before) is int and 0 < before < 2**62
        if _are_texts(bot, token) and _is_word(visit) and is_line:
            await chat_talk.load_older(_tab(visit, "ru"), bot, token, before)


def _tab(visit: str, language: str) -> Tab:
    chosen: Language = "en" if language == "en" else "ru"
    return Tab(visit, chosen, Chat.get_full_name())


def _are_texts(*values: Any) -> bool:
    return all(isinstance(value, str) and len(value) <= _LONGEST for value in values)


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and _WORD.fullmatch(value) is not None
