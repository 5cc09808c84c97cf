"""The preview beside the canvas: the draft as it stands, run without a trace in the database."""

import secrets as random
from typing import Any, Final

import reflex as rx

from alpina_app.domain.effects import AskGpt, CallApi, GptResult, HttpResult, Usage
from alpina_app.domain.engine import Ask, Done
from alpina_app.domain.turn import Event
from alpina_app.domain.values import (
    RESERVED_NAMES,
    Json,
    JsonError,
    clean_json,
    dump_json,
    is_variable_name,
    parse_json,
)
from alpina_app.errors import Invalid
from alpina_app.i18n import LANGUAGES, catalogue, translate
from alpina_app.services.access import Caller
from alpina_app.services.chat.types import BotFacts
from alpina_app.services.editor_page import bot_facts
from alpina_app.services.pictures import prepare
from alpina_app.services.preview import Preview, perform, preview_env, without_secrets
from alpina_app.services.secrets_store import secret_values
from alpina_app.services.traces import error_text, warning_text
from alpina_app.ui.guards import Guarded, reported
from alpina_app.ui.runtime import runtime
from alpina_app.ui.states import editor_arguments as take
from alpina_app.ui.states.editor import EditorState
from alpina_app.ui.texts import language_of

LONGEST_ANSWER: Final = 10_000
LONGEST_BODY: Final = 200_000
_LINES_SHOWN: Final = 60
_EVENTS_SHOWN: Final = 60
_VARIABLES_SHOWN: Final = 200
_PROMPT_SHOWN: Final = 3_000
_VALUE_SHOWN: Final = 2_000


class EditorPreview(Guarded, rx.State):
    """`phase`: idle, working, asks (a question waits), by_hand (an effect waits for the person's
    answer), done. `lit`: the step at work, 0 = none. `effect`: what is asked for by hand.

    `variables`: [{"name", "value"}], values as JSON, texts as they are.
    """

    phase: str = "idle"
    status: str = ""
    lit: int = 0
    by_hand: bool = False
    lines: list[dict[str, Any]] = []
    trace: list[dict[str, Any]] = []
    variables: list[dict[str, str]] = []
    problem: dict[str, str] = {}
    options: list[dict[str, str]] = []
    effect: dict[str, Any] = {}
    tokens: int = 0
    sent: int = 0
    form_key: int = 0

    _preview: Preview | None = None
    _presets: tuple[tuple[str, Any], ...] = ()
    _bot_id: int = 0
    _scenario_id: int = 0
    _run_id: str = ""

    @rx.event(background=True)
    @reported
    async def start(self, step: int = 0) -> None:
        """From the beginning (0) or from a step, with the variables that were set beforehand."""
        async with self:
            caller = await self._require_editor()
            editor = await self.get_state(EditorState)
            _, desk = await editor._at_work()
            self._adopt(desk.draft.id)
            first = desk.step_id(take.whole(step)) or None
            preview = Preview(
                desk.sketch.picture(), await language_of(self), dict(self._presets), start=first
            )
            self._bot_id = desk.draft.bot
            self._begin_run()
            self.tokens = 0
            run_id = self._run_id
            bot, known = await self._world(caller, preview)
            preview.begin(preview_env(runtime(), bot, preview, known))
            self._show(preview)
        await self._go_on(preview, bot, known, run_id)

    @rx.event(background=True)
    @reported
    async def say(self, form: dict[str, Any]) -> None:
        async with self:
            caller = await self._require_editor()
            preview = self._preview
            raw = form.get("answer") if isinstance(form, dict) else None
            text = take.word(raw, LONGEST_ANSWER).strip()
            if preview is None or not isinstance(preview.move, Ask) or not text:
                return
            self._begin_run()
            self.sent += 1
            run_id = self._run_id
            bot, known = await self._world(caller, preview)
            preview.answer(text, preview_env(runtime(), bot, preview, known))
            self._show(preview)
        await self._go_on(preview, bot, known, run_id)

    @rx.event(background=True)
    @reported
    async def answer_by_hand(self, form: dict[str, Any]) -> None:
        """Instead of the model or the service; the button `fails` makes it a failure."""
        async with self:
            caller = await self._require_editor()
            preview = self._preview
            if preview is None or not isinstance(preview.move, AskGpt | CallApi):
                return
            result = _result_of(preview.move, form)
            self._begin_run()
            run_id = self._run_id
            bot, known = await self._world(caller, preview)
            preview.resume(result, preview_env(runtime(), bot, preview, known))
            self._show(preview)
        await self._go_on(preview, bot, known, run_id)

    @rx.event(background=True)
    @reported
    async def perform_now(self) -> None:
        """The effect that waits is performed after all."""
        async with self:
            caller = await self._require_editor()
            preview = self._preview
            if preview is None or not isinstance(preview.move, AskGpt | CallApi):
                return
            if self.phase != "by_hand":
                return
            bot, known = await self._world(caller, preview)
            if isinstance(preview.move, CallApi) and known:
                self.problem = _in_both("editor.real_needs_restart")
                return
            self._begin_run()
            run_id = self._run_id
        await self._go_on(preview, bot, known, run_id, perform_first=True)

    @rx.event
    @reported
    async def stop(self) -> None:
        await self._require_editor()
        self._forget()

    @rx.event
    @reported
    async def set_by_hand(self, by_hand: bool) -> None:
        await self._require_editor()
        self.by_hand = by_hand is True

    @rx.event
    @reported
    async def set_variable(self, name: str, value: str) -> None:
        """Before a run for its beginning, during one at once. Not JSON = a text."""
        await self._require_editor()
        await self._adopt_present()
        self._put_variable(name, value)

    @rx.event
    @reported
    async def add_variable(self, form: dict[str, Any]) -> None:
        await self._require_editor()
        if not isinstance(form, dict):
            raise Invalid({})
        await self._adopt_present()
        self._put_variable(form.get("name"), form.get("value"))

    @rx.event
    @reported
    async def drop_variable(self, name: str) -> None:
        await self._require_editor()
        key = take.word(name)
        self._presets = tuple(one for one in self._presets if one[0] != key)
        if self._preview is not None:
            self._preview.run.variables.pop(key, None)
        self._show_variables()

    @rx.event
    @reported
    async def open_panel(self) -> None:
        """The panel is shown: variables of another scenario are forgotten."""
        await self._require_editor()
        await self._adopt_present()
        self._show_variables()

    async def _adopt_present(self) -> None:
        editor = await self.get_state(EditorState)
        await editor._require_editor()
        self._adopt(editor.scenario_id)

    def _adopt(self, scenario_id: int) -> None:
        """What was set for another scenario is forgotten."""
        if self._scenario_id != scenario_id:
            self._presets = ()
            self._forget()
            self._scenario_id = scenario_id

    async def _world(self, caller: Caller, preview: Preview) -> tuple[BotFacts, dict[str, str]]:
        """The bot as it is now, and the secrets that the scenario names; by hand none is read."""
        bot = await runtime().database.read(bot_facts, caller, self._bot_id)
        names = prepare(preview.picture).secret_names
        if self.by_hand or not names:
            return bot, dict.fromkeys(names, "***")
        found = await runtime().database.read(secret_values, runtime().settings, names)
        return bot, found

    async def _go_on(
        self,
        preview: Preview,
        bot: BotFacts,
        known: dict[str, str],
        run_id: str,
        *,
        perform_first: bool = False,
    ) -> None:
        """Performs effects until a question, the end, or one that is answered by hand."""
        while isinstance(move := preview.move, AskGpt | CallApi):
            async with self:
                if self._run_id != run_id:
                    return
                if self.by_hand and not perform_first:
                    self._ask_by_hand(preview, move)
                    return
            perform_first = False
            history = preview.history(move) if isinstance(move, AskGpt) else []
            result = await perform(runtime(), bot, history, move)
            async with self:
                if self._run_id != run_id:
                    return
                await self._require_editor()
                preview.resume(result, preview_env(runtime(), bot, preview, known))
                self._show(preview)

    def _begin_run(self) -> None:
        self._run_id = random.token_hex(8)
        self.phase, self.effect = "working", {}

    def _ask_by_hand(self, preview: Preview, move: AskGpt | CallApi) -> None:
        self._preview = preview
        self.phase = "by_hand"
        self.form_key += 1
        if isinstance(move, AskGpt):
            self.effect = {
                "kind": "gpt",
                "purpose": move.purpose,
                "text": move.prompt[:_PROMPT_SHOWN],
            }
            return
        bare = without_secrets(move)
        body = (bare.body or b"").decode("utf-8", "replace")
        text = f"{bare.method} {bare.url}" + (f"\n\n{body}" if body else "")
        self.effect = {"kind": "http", "purpose": "", "text": text[:_PROMPT_SHOWN]}

    def _show(self, preview: Preview) -> None:
        self._preview = preview
        move = preview.move
        if isinstance(move, Ask):
            self.phase, self.options = "asks", _options(move.input, preview.language)
        elif isinstance(move, Done):
            self.phase, self.options = "done", []
        self.status = preview.run.status
        self.lit = preview.lit or 0
        self.lines = [
            {"role": one.role, "text": one.text, "step": one.step or 0}
            for one in preview.lines[-_LINES_SHOWN:]
        ]
        names = {step.id: step.name for step in preview.picture.steps}
        self.trace = [event_view(one, names) for one in preview.events[-_EVENTS_SHOWN:]]
        self.tokens = sum(one.tokens or 0 for one in preview.events)
        self._show_variables()

    def _show_variables(self) -> None:
        known = dict(self._presets) if self._preview is None else self._preview.run.variables
        self.variables = [
            {"name": name, "value": _shown(value)}
            for name, value in sorted(known.items())[:_VARIABLES_SHOWN]
        ]

    def _put_variable(self, name: Any, value: Any) -> None:
        key, raw = take.word(name).strip(), take.word(value, LONGEST_BODY)
        self.problem = {}
        if not is_variable_name(key) or key in RESERVED_NAMES:
            self.problem = _in_both("editor.name_invalid", name=key)
            return
        if self._preview is None:
            self._presets = tuple({**dict(self._presets), key: _value_of(raw)}.items())
        else:
            self._preview.run.variables[key] = _value_of(raw)
        self.form_key += 1
        self._show_variables()

    def _forget(self) -> None:
        """Back to the beginning; what was set beforehand stays."""
        self._run_id, self._preview = "", None
        self.phase, self.status, self.lit, self.effect = "idle", "", 0, {}
        self.lines, self.trace, self.options, self.tokens = [], [], [], 0
        self.problem = {}
        self._show_variables()


def event_view(one: Event, names: dict[int, str]) -> dict[str, Any]:
    """A trace event for the panel."""
    return {
        "seq": one.seq,
        "step": one.step or 0,
        "name": names.get(one.step or 0, ""),
        "type": one.step_type or "",
        "ms": one.duration_ms,
        "exit": exit_words(one.exit, one.error),
        "error": {language: error_text(one.error or "", language) for language in LANGUAGES},
        "tokens": one.tokens or 0,
        "set": [
            {"name": name, "value": _shown(value)[:200]}
            for name, value in one.variables_set.items()
        ],
        "warnings": [_warning_text(warning) for warning in one.warnings],
    }


def exit_words(exit_: str | None, error: str | None) -> dict[str, str]:
    """How a step was left, in both languages."""
    kind, _, rest = (exit_ or "").partition(":")
    key = f"editor.left_{kind or 'open'}"
    if error and not kind:
        key = "editor.left_broken"
    if key not in catalogue()["ru"]:
        return dict.fromkeys(LANGUAGES, exit_ or "")
    return {language: translate(language, key, rest=rest) for language in LANGUAGES}


def _warning_text(warning: Any) -> dict[str, str]:
    if not isinstance(warning, dict):
        warning = {"code": warning.code, "params": warning.params}
    return {language: warning_text(warning, language) for language in LANGUAGES}


def _options(asked: dict[str, Any], language: str) -> list[dict[str, str]]:
    """Buttons for what can be answered with one click."""
    if asked["type"] == "yes_no":
        words = [translate(language, f"sentences.{one}") for one in ("yes", "no")]
        return [{"id": word, "label": word} for word in words]
    if asked["type"] == "rating":
        return [{"id": str(n), "label": str(n)} for n in range(1, min(asked["scale"], 10) + 1)]
    return [
        {"id": str(one["id"]), "label": str(one["label"])} for one in asked.get("options") or []
    ]


def _result_of(move: AskGpt | CallApi, form: Any) -> GptResult | HttpResult:
    if not isinstance(form, dict):
        raise Invalid({})
    fails = form.get("fails") == "true"
    if isinstance(move, AskGpt):
        if fails:
            return GptResult(failure="unavailable")
        return GptResult(text=take.word(form.get("text"), LONGEST_BODY), usage=Usage())
    if fails:
        return HttpResult(failure="connection")
    status = form.get("status")
    if not isinstance(status, str) or not status.isascii() or not status.isdigit():
        raise Invalid({})
    body = take.word(form.get("text"), LONGEST_BODY).encode()
    headers = (("content-type", "application/json"),)
    return HttpResult(take.whole(int(status[:4]), 100, 599), headers, body)


def _value_of(raw: str) -> Json:
    """JSON where it is JSON, else the text."""
    try:
        return clean_json(parse_json(raw))
    except JsonError:
        return raw


def _shown(value: Json) -> str:
    """A text as it is where `_value_of` reads it back, else JSON."""
    if isinstance(value, str) and _value_of(value) == value:
        return value[:_VALUE_SHOWN]
    try:
        return dump_json(value)[:_VALUE_SHOWN]
    except JsonError:
        return "…"


def _in_both(key: str, **params: Any) -> dict[str, str]:
    return {language: translate(language, key, **params) for language in LANGUAGES}
