"""A talk with a bot whose settings are not saved: nothing of it is stored."""

import asyncio
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import reflex as rx

from alpina_app.clients.gpt import GptAnswer, GptRequest, bot_request
from alpina_app.domain.values import clean_text
from alpina_app.errors import AlpinaError, Invalid, ModelError
from alpina_app.i18n import LANGUAGES, translate
from alpina_app.services.bot_pages import clean_settings
from alpina_app.ui.forms import errors_of
from alpina_app.ui.guards import Fresh, reported
from alpina_app.ui.runtime import runtime
from alpina_app.ui.states.bot import BotForm
from alpina_app.ui.states.bot_fields import as_data, read_form

LONGEST_MESSAGE = 8000
_LINES_KEPT = 40
_FLUSH_S = 0.08


@dataclass(frozen=True, slots=True)
class TryLine:
    """`tokens`: what the answer took, prompt included; 0 where nobody counted."""

    role: str
    text: str
    tokens: int = 0
    cut: bool = False


class TryOut(Fresh, rx.State):
    """`live`: the answer that is being written. `problem`: why there is none, by language.

    `sent` counts the messages that were taken.
    """

    lines: list[TryLine] = []
    live: str = ""
    busy: bool = False
    sent: int = 0
    problem: dict[str, str] = {}

    _run: str = ""

    @rx.event(background=True)
    @reported
    async def send(self, form: dict[str, Any], settings: dict[str, Any]) -> None:
        """`form` has `message`; `settings` is the bot's form as it stands."""
        async with self:
            request, run = await self._begin(form, settings)
        if request is not None:
            await self._listen(request, run)

    @rx.event
    @reported
    async def stop(self) -> None:
        await self._require_editor()
        if self.busy:
            self._end(TryLine("assistant", self.live, cut=True) if self.live else None)

    @rx.event
    @reported
    async def clear(self) -> None:
        await self._require_editor()
        self.reset()  # type: ignore[no-untyped-call]

    @rx.event
    async def leave(self) -> None:
        """The page was left."""
        self.reset()  # type: ignore[no-untyped-call]

    async def _begin(self, form: Any, settings: Any) -> tuple[GptRequest | None, str]:
        """What to ask the model, or None where there is nothing to ask or no way to."""
        await self._require_editor()
        raw = form.get("message") if isinstance(form, dict) else None
        message = clean_text(raw).strip()[:LONGEST_MESSAGE] if isinstance(raw, str) else ""
        if not message or self.busy:
            return None, ""
        bot_form = await self.get_state(BotForm)
        try:
            bot = clean_settings(as_data(read_form(settings)))
        except Invalid as refused:
            bot_form.errors = errors_of(refused)
            bot_form.refused += 1
            self.problem = _in_both("bots.try_settings_wrong")
            return None, ""
        history = [{"role": line.role, "content": line.text} for line in self.lines]
        self.lines = [*self.lines, TryLine("user", message)][-_LINES_KEPT:]
        self.live, self.problem, self.busy = "", {}, True
        self.sent += 1
        self._run = token_hex(8)
        return bot_request(bot, history, message), self._run

    async def _listen(self, request: GptRequest, run: str) -> None:
        """Shows the answer as it comes, a few times a second."""
        pieces: list[str] = []
        asking = asyncio.create_task(runtime().gpt.reply(request, pieces.append))
        try:
            while not asking.done():
                await asyncio.wait({asking}, timeout=_FLUSH_S)
                async with self:
                    if self._run != run:
                        return
                    if len(text := "".join(pieces)) > len(self.live):
                        self.live = text
            async with self:
                if self._run == run:
                    self._finish(asking)
        finally:
            asking.cancel()

    def _finish(self, asked: "asyncio.Task[GptAnswer]") -> None:
        try:
            answer = asked.result()
        except AlpinaError as error:
            self.problem = _problem(error)
            self._end(TryLine("assistant", self.live, cut=True) if self.live else None)
            return
        tokens = answer.usage.total_tokens if answer.usage else 0
        cut = answer.finish_reason == "length"
        self._end(TryLine("assistant", answer.text, tokens or 0, cut=cut))

    def _end(self, line: TryLine | None) -> None:
        if line is not None:
            self.lines = [*self.lines, line][-_LINES_KEPT:]
        self.live, self.busy, self._run = "", False, ""


def _problem(error: AlpinaError) -> dict[str, str]:
    reason = error.params.get("reason")
    if isinstance(error, ModelError) and error.error_code == "model_unavailable" and reason:
        return _in_both(f"model.reason_{reason}")
    return _in_both(f"errors.{error.error_code}", **error.params)


def _in_both(key: str, **params: Any) -> dict[str, str]:
    return {language: translate(language, key, **params) for language in LANGUAGES}
