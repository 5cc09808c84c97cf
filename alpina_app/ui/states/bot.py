"""`/bots/[id]` and `/bots/new`: a bot's form, and everything about the bot."""

from secrets import token_hex
from typing import Any

import reflex as rx

from alpina_app.errors import Invalid, ModelError, NotFound, Outdated
from alpina_app.i18n import translate
from alpina_app.services import crud
from alpina_app.services.access import Caller
from alpina_app.services.bot_pages import (
    BotView,
    ExecutionRow,
    GoesWith,
    ScenarioRow,
    goes_with,
    save_bot,
    view_bot,
)
from alpina_app.services.bots import BOTS
from alpina_app.ui.arguments import id_of_path, known_id
from alpina_app.ui.forms import Errors, errors_of, tell_forget, tell_saved
from alpina_app.ui.guards import Fresh, reported, sign_in_redirect
from alpina_app.ui.runtime import runtime
from alpina_app.ui.states.bot_fields import (
    Difference,
    Values,
    as_data,
    differences,
    merged,
    new_values,
    origins_of,
    read_form,
    values_of,
)
from alpina_app.ui.states.bots import download_of, duplicate
from alpina_app.ui.states.scenarios import make_scenario
from alpina_app.ui.texts import language_of

TAG = "_tag"
_MODELS_SHOWN = 300
_TRIES = 3


class BotForm(Fresh, rx.State):
    """`form_key` changes when the form has to begin anew with `values`; no key comes twice, so that
    no form goes on with what stood in another one.

    `tag`: the stored version the form began with. `unsaved`: `values` are not what is stored.
    `refused` counts refused saves, so that the browser goes to the first wrong field each time.
    """

    ready: bool = False
    is_missing: bool = False
    is_refused: bool = False
    bot_id: int = 0
    name: str = ""
    is_active: bool = False
    author: str = ""
    created_at: str = ""
    updated_at: str = ""
    values: dict[str, str] = {}
    tag: str = ""
    form_key: str = ""
    unsaved: bool = False
    errors: Errors = {}
    refused: int = 0
    models: list[str] = []
    models_failed: bool = False
    scenarios: list[ScenarioRow] = []
    executions: list[ExecutionRow] = []
    snippet: str = ""
    conflict: list[Difference] = []
    deleting: bool = False
    reverting: bool = False
    making_scenario: bool = False
    scenario_errors: Errors = {}
    goes_with: GoesWith = GoesWith("", 0, 0, 0)

    _before: Values = {}
    _mine: Values = {}
    _theirs: Values = {}
    _their_tag: str = ""

    @rx.event
    @reported
    async def load(self) -> Any:
        """Opens the bot of the address. A form that stands already is left as it is."""
        caller = await self._caller()
        if not caller.signed_in:
            return sign_in_redirect(self)
        try:
            bot_id = known_id(id_of_path(self.router.url.path), BOTS)
            view = await runtime().database.read(view_bot, caller, bot_id)
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing = self.ready = True
            return None
        if self.ready and self.bot_id == bot_id:
            self._show_beside(view)
        else:
            self.is_missing = False
            self._show(view)
        return BotForm.load_models if caller.may_edit else None

    @rx.event
    @reported
    async def load_new(self) -> Any:
        caller = await self._caller()
        if not caller.signed_in:
            return sign_in_redirect(self)
        if not caller.may_edit:
            self.is_refused = self.ready = True
            return None
        if not self.ready or self.bot_id:
            self.reset()  # type: ignore[no-untyped-call]
            self._show_values(new_values(runtime().settings.default_model), "")
        self.ready = True
        return BotForm.load_models

    @rx.event
    async def leave(self) -> None:
        """The page was left: it opens with what is stored then."""
        self.reset()  # type: ignore[no-untyped-call]

    @rx.event(background=True)
    @reported
    async def load_models(self) -> None:
        async with self:
            await self._require_editor()
        try:
            models: list[str] = list((await runtime().gpt.list_models())[:_MODELS_SHOWN])
        except ModelError:
            models = []
        async with self:
            self.models = models
            self.models_failed = not models

    @rx.event
    @reported
    async def save(self, form: dict[str, Any]) -> Any:
        caller = await self._require_editor()
        draft = read_form(form)
        raw_tag = form.get(TAG) if isinstance(form, dict) else None
        tag = raw_tag if isinstance(raw_tag, str) and raw_tag else self.tag
        return await self._save(caller, draft, tag)

    @rx.event
    @reported
    async def resolve(self, form: dict[str, Any]) -> Any:
        """The person chose, field by field, whose value stands."""
        caller = await self._require_editor()
        if not self.conflict or not isinstance(form, dict):
            return None
        kept = {one.name for one in self.conflict if form.get(f"keep-{one.name}", "mine") == "mine"}
        others = set(self._mine) - {one.name for one in self.conflict}
        draft, tag = merged(self._mine, self._theirs, kept | others), self._their_tag
        self.conflict, refused = [], self.refused
        told = await self._save(caller, draft, tag)
        if self.refused != refused:
            errors = self.errors
            self._show_values(draft, tag, unsaved=True)
            self.errors = errors
        elif not self.conflict:
            await self._show_stored(caller)
        return told

    @rx.event
    @reported
    async def take_theirs(self) -> None:
        caller = await self._require_sign_in()
        await self._show_stored(caller)

    @rx.event
    @reported
    async def back_to_form(self) -> None:
        await self._require_sign_in()
        self.conflict = []

    @rx.event
    @reported
    async def ask_revert(self) -> None:
        await self._require_sign_in()
        self.reverting = True

    @rx.event
    @reported
    async def keep_changes(self) -> None:
        await self._require_sign_in()
        self.reverting = False

    @rx.event
    @reported
    async def revert(self) -> None:
        caller = await self._require_editor()
        self.reverting = False
        if self.bot_id:
            await self._show_stored(caller)
        else:
            self._show_values(new_values(runtime().settings.default_model), "")

    @rx.event
    @reported
    async def ask_scenario(self) -> None:
        await self._require_editor()
        self.scenario_errors, self.making_scenario = {}, True

    @rx.event
    @reported
    async def no_scenario(self) -> None:
        await self._require_sign_in()
        self.making_scenario = False

    @rx.event
    @reported
    async def make_scenario(self, form: dict[str, Any]) -> Any:
        caller = await self._require_editor()
        values = {**(form if isinstance(form, dict) else {}), "bot": known_id(self.bot_id, BOTS)}
        language = await language_of(self)
        try:
            scenario = await runtime().database.run(make_scenario, caller, values, language)
        except Invalid as refused:
            self.scenario_errors = errors_of(refused)
            return None
        self.making_scenario = False
        return rx.redirect(f"/scenarios/{scenario}")

    @rx.event
    @reported
    async def duplicate(self) -> Any:
        caller = await self._require_editor()
        language = await language_of(self)
        copy = await runtime().database.run(
            duplicate, caller, known_id(self.bot_id, BOTS), language
        )
        text = translate(language, "bots.duplicated")
        self.ready = False
        return [rx.redirect(f"/bots/{copy}"), rx.toast.success(text)]

    @rx.event
    @reported
    async def export(self) -> Any:
        caller = await self._require_sign_in()
        return await download_of(caller, known_id(self.bot_id, BOTS))

    @rx.event
    @reported
    async def ask_delete(self) -> None:
        caller = await self._require_editor()
        bot_id = known_id(self.bot_id, BOTS)
        self.goes_with = await runtime().database.read(goes_with, caller, bot_id)
        self.deleting = True

    @rx.event
    @reported
    async def keep(self) -> None:
        await self._require_sign_in()
        self.deleting = False

    @rx.event
    @reported
    async def delete(self) -> Any:
        caller = await self._require_editor()
        await runtime().database.run(crud.remove, caller, BOTS, known_id(self.bot_id, BOTS))
        self.deleting = False
        text = translate(await language_of(self), "bots.deleted", name=self.goes_with.name)
        return [tell_forget(), rx.redirect("/bots"), rx.toast.success(text)]

    async def _save(self, caller: Caller, draft: Values, tag: str) -> Any:
        """Stores `draft` over version `tag`; asks where another person changed other fields."""
        for _ in range(_TRIES):
            expected = crud.Expected(match=(tag,)) if self.bot_id else crud.ANY
            try:
                stored = await runtime().database.run(
                    save_bot,
                    caller,
                    self.bot_id or None,
                    as_data(draft),
                    origins_of(draft),
                    expected,
                )
            except Invalid as refused:
                self.errors = errors_of(refused)
                self.refused += 1
                return None
            except Outdated:
                view = await runtime().database.read(view_bot, caller, self.bot_id)
                if self._differs(view, draft, tag):
                    return None
                tag = view.tag
                continue
            return await self._saved(caller, stored)
        raise Outdated

    async def _saved(self, caller: Caller, stored: crud.Stored) -> Any:
        text = translate(await language_of(self), "forms.saved")
        if not self.bot_id:
            return [tell_saved(), rx.redirect(f"/bots/{stored.id}"), rx.toast.success(text)]
        view = await runtime().database.read(view_bot, caller, stored.id)
        self.errors = {}
        self.unsaved = False
        self.tag = view.tag
        self._before = values_of(view)
        self._show_beside(view)
        return [tell_saved(), rx.toast.success(text)]

    def _differs(self, view: BotView, draft: Values, tag: str) -> bool:
        """Fills the choice between `draft` and what another person stored meanwhile."""
        before = self._before if tag == self.tag else None
        theirs = values_of(view)
        self.conflict = differences(draft, theirs, before, view.scenarios)
        self._mine, self._theirs, self._their_tag = draft, theirs, view.tag
        self._show_beside(view)
        return bool(self.conflict)

    async def _show_stored(self, caller: Caller) -> None:
        self._show(await runtime().database.read(view_bot, caller, known_id(self.bot_id, BOTS)))

    def _show(self, view: BotView) -> None:
        self.bot_id = view.values["id"]
        self._show_beside(view)
        self._show_values(values_of(view), view.tag)
        self.conflict = []
        self.ready = True

    def _show_values(self, values: Values, tag: str, *, unsaved: bool = False) -> None:
        self.values = values
        self._before = self._before if unsaved else values
        self.tag = tag
        self.unsaved = unsaved
        self.errors = {}
        self.form_key = token_hex(8)

    def _show_beside(self, view: BotView) -> None:
        """What stands about the form."""
        self.name = view.values["name"]
        self.is_active = view.values["is_active"]
        self.author = view.author
        self.created_at = view.values["created_at"]
        self.updated_at = view.values["updated_at"]
        self.snippet = embed_code(self.router.url.origin, view.values["id"])
        self.scenarios = list(view.scenarios)
        self.executions = list(view.executions)


def embed_code(origin: str, bot_id: int) -> str:
    """What a site puts into its pages to have the chat's button."""
    return f'<script src="{origin}/widget.js" data-bot="{bot_id}" defer></script>'
