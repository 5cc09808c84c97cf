"""Trying one step from its form: the request of an api_call, the prompt of a GPT step."""

from dataclasses import replace
from time import monotonic
from typing import Any, Final

import reflex as rx

from alpina_app.domain import engine
from alpina_app.domain.effects import AskGpt, CallApi, GptResult, HttpResult
from alpina_app.domain.masking import Mask
from alpina_app.domain.picture import Picture
from alpina_app.domain.values import JsonError, parse_json
from alpina_app.errors import Invalid, ModelError
from alpina_app.services.access import Caller
from alpina_app.services.chat.types import BotFacts
from alpina_app.services.editor_page import bot_facts
from alpina_app.services.pictures import prepare
from alpina_app.services.preview import Preview, perform, preview_env
from alpina_app.services.prices import cost_of
from alpina_app.services.secrets_store import secret_values
from alpina_app.ui.guards import Guarded, reported
from alpina_app.ui.runtime import runtime
from alpina_app.ui.states import editor_arguments as take
from alpina_app.ui.states.editor import EditorState
from alpina_app.ui.texts import language_of

MODELS_SHOWN: Final = 300
_TEXT_SHOWN: Final = 20_000
_BODY_READ: Final = 100_000


class EditorTries(Guarded, rx.State):
    """`request`: {step, running, status, body, duration_ms, error}, `prompt`: {step, running, text,
    tokens, ms, cost, error}; `cost` in dollars, None where the model has no price."""

    models: list[str] = []
    request: dict[str, Any] = {}
    prompt: dict[str, Any] = {}

    @rx.event(background=True)
    @reported
    async def load_models(self) -> None:
        async with self:
            await self._require_editor()
        try:
            models = list((await runtime().gpt.list_models())[:MODELS_SHOWN])
        except ModelError:
            models = []
        async with self:
            self.models = models

    @rx.event(background=True)
    @reported
    async def try_request(self, step: int, variables: dict[str, Any]) -> None:
        """Sends the request of the step as it stands, with these variables."""
        async with self:
            known, effect, bot, mask = await self._effect(step, variables)
            if not isinstance(effect, CallApi):
                self.request = {"step": known, "running": False, "error": "no_request"}
                return
            self.request = {"step": known, "running": True}
        result = await perform(runtime(), bot, [], effect)
        assert isinstance(result, HttpResult)
        async with self:
            await self._require_editor()
            self.request = {
                "step": known,
                "running": False,
                "status": result.status,
                "body": mask.json(_body_of(result)),
                "duration_ms": result.duration_ms,
                "error": result.failure or "",
            }

    @rx.event(background=True)
    @reported
    async def try_prompt(self, step: int, variables: dict[str, Any]) -> None:
        async with self:
            known, effect, bot, mask = await self._effect(step, variables)
            if not isinstance(effect, AskGpt):
                self.prompt = {"step": known, "running": False, "error": "no_prompt"}
                return
            self.prompt = {"step": known, "running": True}
        began = monotonic()
        result = await perform(runtime(), bot, [], effect)
        assert isinstance(result, GptResult)
        async with self:
            await self._require_editor()
            usage, prices = result.usage, runtime().settings.model_prices
            model = effect.model or bot.gpt.gpt_model
            self.prompt = {
                "step": known,
                "running": False,
                "text": mask.text(result.text or "")[:_TEXT_SHOWN],
                "tokens": None if usage is None else usage.total_tokens,
                "ms": round((monotonic() - began) * 1000),
                "cost": None if usage is None else cost_of(usage, model, prices),
                "error": result.failure or "",
            }

    async def _effect(
        self, step: Any, variables: Any
    ) -> tuple[int, engine.Outcome | None, BotFacts, Mask]:
        """What the step would ask of the world, by itself in a scenario of its own."""
        caller = await self._require_editor()
        editor = await self.get_state(EditorState)
        _, desk = await editor._at_work()
        known = desk.step_id(take.whole(step))
        if not known or not isinstance(variables, dict):
            raise Invalid({})
        given = {str(name)[:64]: take.json(value) for name, value in variables.items()}
        alone = replace(desk.sketch.steps[known], next_step=None)
        picture = Picture(desk.draft.id, desk.draft.name, known, (alone.picture,))
        preview = Preview(picture, await language_of(self), given)
        bot, secrets = await self._world(caller, desk.draft.bot, picture)
        env = preview_env(runtime(), bot, preview, secrets)
        if "last_answer" in given:
            preview.run.last_answer = str(given["last_answer"])
        return known, preview.begin(env), bot, Mask(secrets.values())

    async def _world(
        self, caller: Caller, bot_id: int, picture: Picture
    ) -> tuple[BotFacts, dict[str, str]]:
        bot = await runtime().database.read(bot_facts, caller, bot_id)
        names = prepare(picture).secret_names
        if not names:
            return bot, {}
        return bot, await runtime().database.read(secret_values, runtime().settings, names)


def _body_of(result: HttpResult) -> Any:
    """The answer as JSON, or the beginning of its text."""
    body = result.body[:_BODY_READ]
    try:
        return parse_json(body)
    except JsonError:
        return body.decode("utf-8", "replace")[:_TEXT_SHOWN]
