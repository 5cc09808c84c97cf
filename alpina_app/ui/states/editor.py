"""`/scenarios/[id]`: the scenario editor. The model is `editor_desk.Desk`; every view shows it."""

import asyncio
import time
from typing import Any

import reflex as rx

from alpina_app.domain.checker import check
from alpina_app.domain.sketch import Sketch
from alpina_app.errors import Conflict, Outdated
from alpina_app.i18n import LANGUAGES, translate
from alpina_app.services.editor_page import open_page, revision_of, switch
from alpina_app.ui.guards import reported, sign_in_redirect
from alpina_app.ui.runtime import runtime
from alpina_app.ui.states import editor_arguments as take
from alpina_app.ui.states import editor_views as views
from alpina_app.ui.states.editor_base import SAVE_AT_LAST_S, SAVE_PAUSE_S
from alpina_app.ui.states.editor_edits import EditorEdits


class EditorState(EditorEdits, rx.State):
    """`switch_error`: why the scenario cannot be made active, in both languages."""

    switch_error: dict[str, str] = {}

    @rx.event
    @reported
    async def load(self) -> Any:
        """The page opens the scenario, or comes back to it after the connection was lost."""
        caller = await self._caller()
        if not caller.signed_in:
            return sign_in_redirect(self)
        if self.ready and self._desk is not None and self._is_here():
            self.may_edit = caller.may_edit
            self._feed_whole()
            if self._desk.before and self.may_edit:
                return EditorState.autosave
            return await self._look(caller)
        self.reset()  # type: ignore[no-untyped-call]
        await self._open(await self._caller())
        return None

    @rx.event
    @reported
    async def leave(self) -> None:
        """The page was left: what is unsaved is stored. A form's last words may still come."""
        caller = await self._caller()
        if caller.may_edit and self._desk is not None and not self.conflict:
            await self._flush(caller)

    @rx.event
    @reported
    async def look(self) -> Any:
        """Asked from time to time: whether somebody else changed the scenario."""
        caller = await self._require_sign_in()
        if self._desk is None or self.conflict:
            return None
        return await self._look(caller)

    @rx.event
    @reported
    async def resend(self) -> None:
        """The browser missed an entry of the feed."""
        await self._require_sign_in()
        if self._desk is not None:
            self._feed_whole()

    @rx.event
    @reported
    async def pick(self, ids: list[int]) -> None:
        """The browser's selection; the form shows a single step."""
        await self._require_sign_in()
        desk = self._desk
        if desk is None:
            return
        known = tuple(id for one in take.ids(ids) if (id := desk.step_id(one)))
        desk.picked = known
        desk.selected = known[0] if len(known) == 1 else 0
        self._desk = desk
        self._show_selected()

    @rx.event
    @reported
    async def go_to(self, id: int) -> None:
        """From a finding, a variable or a difference to its step."""
        await self._require_sign_in()
        if self._desk is not None and (known := self._desk.step_id(take.whole(id))):
            self._go_to(known)

    @rx.event
    @reported
    async def undo(self) -> Any:
        _, desk = await self._at_work()
        changed = desk.undo()
        return None if changed is None else self._follow_up(changed)

    @rx.event
    @reported
    async def redo(self) -> Any:
        _, desk = await self._at_work()
        changed = desk.redo()
        return None if changed is None else self._follow_up(changed)

    @rx.event
    @reported
    async def close_note(self) -> None:
        await self._require_sign_in()
        self.note = {}

    @rx.event
    @reported
    async def set_active(self, is_active: bool) -> Any:
        """Refused, with the reason, while the draft or what it would run has errors."""
        caller, desk = await self._at_work()
        self.switch_error = {}
        if not await self._flush(caller):
            return None
        try:
            await runtime().database.run(
                switch, caller, desk.draft.id, desk.revision, is_active is True
            )
        except Outdated:
            await self._meet(caller)
        except Conflict:
            await self._recheck_now()
            what = "cannot_switch" if self.error_count else "cannot_switch_live"
            self.switch_error = {
                language: translate(language, f"editor.{what}", count=self.error_count)
                for language in LANGUAGES
            }
        else:
            await self._read_live(caller)
        return None

    @rx.event
    @reported
    async def save_now(self) -> None:
        """Again after a save failed."""
        caller, _ = await self._at_work()
        await self._flush(caller)

    @rx.event
    @reported
    async def take_theirs(self) -> None:
        """Drops what is unsaved here."""
        caller = await self._require_editor()
        if self._desk is None or not self.conflict:
            return
        await self._take_stored(caller)

    @rx.event
    @reported
    async def keep_asking(self) -> None:
        """Esc on the question which of two edits stays: it is asked on."""
        await self._require_sign_in()

    @rx.event
    @reported
    async def put_mine_on_top(self) -> Any:
        caller = await self._require_editor()
        desk = self._desk
        if desk is None or not self.conflict:
            return None
        theirs = await runtime().database.read(open_page, caller, desk.draft.id)
        desk.put_mine_on_top(theirs)
        desk.touch(frozenset(desk.sketch.steps))
        self._desk = desk
        self._show_page()
        await self._flush(caller)
        self._show_model()
        return EditorState.recheck

    @rx.event(background=True)
    @reported
    async def recheck(self) -> None:
        """The checker on the model as it is now; an outdated result is dropped."""
        async with self:
            await self._require_sign_in()
            desk = self._desk
            if desk is None:
                return
            edits, picture, secrets = desk.edits, desk.sketch.picture(), list(desk.secrets)
        findings = await asyncio.to_thread(check, picture, secrets=secrets)
        async with self:
            if self._desk is not None and self._desk.edits == edits:
                self._show_findings(findings)

    @rx.event(background=True)
    @reported
    async def autosave(self) -> None:
        """Stores what is unsaved once nothing more was edited for a moment."""
        async with self:
            await self._require_editor()
            if self._desk is None:
                return
            edits = self._desk.edits
        await asyncio.sleep(SAVE_PAUSE_S)
        async with self:
            caller = await self._require_editor()
            desk = self._desk
            if desk is None or self.conflict:
                return
            if desk.edits == edits or time.monotonic() - self._since > SAVE_AT_LAST_S:
                self._since = time.monotonic()
                await self._flush(caller)

    def _remember(self, before: Sketch) -> None:
        """Something else than an edit changed the draft: undo leads back to `before`."""
        desk = self._desk
        assert desk is not None
        desk.remember(before)
        self._desk = desk
        self._show_model()

    def _events_of_a_change(self) -> list[Any]:
        return [EditorState.recheck, EditorState.autosave]

    def _events_of_a_move(self) -> list[Any]:
        return [EditorState.autosave]

    def _is_here(self) -> bool:
        return self.router.url.path.rstrip("/") == f"/scenarios/{self.scenario_id}"

    async def _look(self, caller: Any) -> Any:
        desk = self._desk
        assert desk is not None
        revision = await runtime().database.read(revision_of, caller, desk.draft.id)
        if revision == desk.revision:
            return None
        if desk.unsaved():
            await self._meet(caller)
            return None
        before = desk.sketch.picture()
        await self._take_stored(caller)
        told = views.told_in_both(before, self._desk.sketch.picture())  # type: ignore[union-attr]
        if told:
            who = self._desk.page.changed_by  # type: ignore[union-attr]
            self.note = {
                language: translate(
                    language,
                    "editor.others_changed",
                    who=who or translate(language, "editor.somebody"),
                    text="; ".join(one[language] for one in told[:3]),
                )
                for language in LANGUAGES
            }
        return None

    async def _take_stored(self, caller: Any) -> None:
        desk = self._desk
        assert desk is not None
        page = await runtime().database.read(open_page, caller, desk.draft.id)
        desk.take(page)
        desk.touch(frozenset(desk.sketch.steps))
        self._desk = desk
        self._show_page()
        await self._recheck_now()
