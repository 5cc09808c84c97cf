"""The editor's vars, and how a change becomes visible and stored."""

import asyncio
import re
import time
from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final

import reflex as rx

from alpina_app.domain.checker import check
from alpina_app.domain.sketch import Change
from alpina_app.errors import Invalid, NotFound, Outdated
from alpina_app.models import utc_now
from alpina_app.services.access import Caller
from alpina_app.services.editor_page import open_page, store
from alpina_app.ui.forms import message_text
from alpina_app.ui.guards import Guarded
from alpina_app.ui.runtime import runtime
from alpina_app.ui.states import editor_views as views
from alpina_app.ui.states.editor_desk import Desk, Feed

SAVE_PAUSE_S: Final = 0.6
SAVE_AT_LAST_S: Final = 3.0
_PATH: Final = re.compile(r"/scenarios/([0-9]{1,18})/?")


class EditorBase(Guarded, rx.State, mixin=True):
    """`save_state`: saved, saving, failed, conflict. `live_state`: none (nothing runs), direct (the
    rows run), live (what is drawn runs), changed (an older version runs).

    `graph`, `feed`: see `editor_desk.Feed`. `marks`: findings by step id, [errors, warnings].
    `focus`: {"id", "n"}: a new n asks the browser to go to that step; with "ids" they are selected.
    `clip`: several picked steps as the clipboard gets them. `note`: what a deed brought with it, in
    both languages; {} = nothing. `name_key`: a new one puts name and description into their inputs.
    """

    ready: bool = False
    is_missing: bool = False
    may_edit: bool = False
    scenario_id: int = 0
    name: str = ""
    name_key: int = 0
    description: str = ""
    bot_id: int = 0
    bot_name: str = ""
    bot_is_active: bool = False
    starts_bot: bool = False
    bot_has_start: bool = False
    is_active: bool = False
    live_state: str = "none"
    live_number: int = 0
    save_state: str = "saved"
    save_error: dict[str, str] = {}
    can_undo: bool = False
    can_redo: bool = False
    graph: dict[str, Any] = {}
    feed: list[dict[str, Any]] = []
    marks: dict[str, list[int]] = {}
    findings: list[dict[str, Any]] = []
    finding_count: int = 0
    error_count: int = 0
    selected_id: int = 0
    picked_count: int = 0
    selected_step: dict[str, Any] = {}
    selected_findings_ru: list[dict[str, Any]] = []
    selected_findings_en: list[dict[str, Any]] = []
    step_names: list[dict[str, Any]] = []
    step_count: int = 0
    start_id: int = 0
    variables: list[dict[str, Any]] = []
    variable_rows: list[dict[str, Any]] = []
    secret_names: list[str] = []
    focus: dict[str, Any] = {}
    clip: str = ""
    note: dict[str, Any] = {}
    conflict: dict[str, Any] = {}

    _desk: Desk | None = None
    _feed: Feed | None = None
    _since: float = 0.0

    async def _open(self, caller: Caller) -> bool:
        """Loads the scenario of the address; False where there is none."""
        found = _PATH.fullmatch(self.router.url.path)
        try:
            if found is None:
                raise NotFound
            page = await runtime().database.read(open_page, caller, int(found[1]))
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing = self.ready = True
            return False
        desk = Desk(page)
        wanted = self.router.url.query_parameters.get("step", "")
        if wanted.isascii() and wanted.isdigit() and len(wanted) <= 18:
            desk.selected = desk.step_id(int(wanted))
        self._desk, self._feed = desk, self._feed or Feed()
        self.is_missing = False
        self.may_edit = caller.may_edit
        self.note = {}
        self._show_page()
        if desk.selected:
            self._go_to(desk.selected)
        await self._recheck_now()
        self.ready = True
        return True

    async def _at_work(self) -> tuple[Caller, Desk]:
        """The caller, who may edit, and the model; loaded anew where the tab's state was lost."""
        caller = await self._require_editor()
        if self._desk is None and not await self._open(caller):
            raise NotFound
        assert self._desk is not None
        if self.conflict:
            raise Outdated
        return caller, self._desk

    def _do(
        self, change: Change, *, merge: str = "", beside: Collection[int] | None = None
    ) -> list[Any]:
        """Makes a change of the model and gives the events that follow it.

        `beside`: the steps whose form has to take them anew; None = all that changed.
        """
        assert self._desk is not None
        changed = self._desk.do(change, merge=merge, now=time.monotonic())
        return self._follow_up(changed, beside)

    def _follow_up(
        self, changed: frozenset[int], beside: Collection[int] | None = None
    ) -> list[Any]:
        self.note = {}
        if self.save_state == "saved":
            self._since = time.monotonic()
        self.save_state = "saving"
        self._show_edited(changed, beside)
        return self._events_of_a_change()

    def _events_of_a_change(self) -> list[Any]:
        """What runs in the background after each change."""
        raise NotImplementedError

    def _show_edited(self, changed: frozenset[int], beside: Collection[int] | None) -> None:
        desk = self._desk
        assert desk is not None
        desk.touch(changed if beside is None else changed & set(beside))
        if desk.selected not in desk.sketch.steps:
            desk.selected = 0
        if any(id not in desk.sketch.steps for id in desk.picked):
            desk.picked = ()
        self._feed_changed(changed)
        self._show_model()
        self._desk = desk

    def _feed_changed(self, changed: frozenset[int]) -> None:
        desk, feed = self._desk, self._feed
        assert desk is not None and feed is not None
        steps, start = desk.sketch.steps, desk.sketch.start() or 0
        there = [id for id in changed if id in steps]
        if len(changed) > Feed.LARGE:
            self._feed_whole()
            return
        gone = [id for id in changed if id not in steps]
        feed.add([views.node_view(steps[id]) for id in there], gone, start)
        self._feed, self.feed = feed, feed.entries

    def _feed_whole(self) -> None:
        desk, feed = self._desk, self._feed
        assert desk is not None and feed is not None
        nodes = [views.node_view(step) for step in desk.sketch.ordered()]
        feed.begin(nodes, desk.sketch.start() or 0)
        self._feed, self.graph, self.feed = feed, feed.whole, []

    def _show_page(self) -> None:
        """Everything, after the model was taken from the database."""
        desk = self._desk
        assert desk is not None
        draft, page = desk.draft, desk.page
        self.scenario_id, self.bot_id, self.bot_name = draft.id, draft.bot, draft.bot_name
        self.is_active = draft.is_active
        self.bot_is_active, self.starts_bot = page.bot_is_active, page.starts_bot
        self.bot_has_start = page.bot_has_start
        self.secret_names = page.secrets
        self.save_state, self.save_error, self.conflict = "saved", {}, {}
        self._feed_whole()
        self._show_model()

    def _show_model(self) -> None:
        """What follows from the sketch. Lists are sent whole, so only where they changed."""
        desk = self._desk
        assert desk is not None
        sketch = desk.sketch
        if (self.name, self.description) != (sketch.name, sketch.description):
            self.name, self.description = sketch.name, sketch.description
            self.name_key += 1
        self.can_undo, self.can_redo = bool(desk.undos), bool(desk.redos)
        self.step_count = len(sketch.steps)
        _set(self, "step_names", views.step_names(sketch))
        self.start_id = sketch.start() or 0
        found = views.variable_views(sketch)
        _set(self, "variables", found)
        _set(self, "variable_rows", views.variable_rows(found, sketch))
        self._show_live()
        self._show_selected()

    def _show_live(self) -> None:
        desk = self._desk
        assert desk is not None
        live = desk.live.picture
        if not desk.draft.draft_mode:
            state = "direct" if desk.sketch.steps else "none"
        elif live is None:
            state = "none"
        else:
            state = "live" if live == desk.sketch.picture() else "changed"
        self.live_state, self.live_number = state, desk.live.number or 0

    def _show_selected(self) -> None:
        desk = self._desk
        assert desk is not None
        step = desk.sketch.steps.get(desk.selected)
        self.selected_id = desk.selected
        self.picked_count = len(desk.picked)
        shown = {} if step is None else views.form_step(step, desk.versions.get(step.id, 0))
        _set(self, "selected_step", shown)
        self._show_clip()
        self._show_selected_findings()

    def _show_clip(self) -> None:
        """Overridden where there is a clipboard."""

    def _show_selected_findings(self) -> None:
        desk = self._desk
        assert desk is not None
        for language in ("ru", "en"):
            found = views.form_findings(desk.findings, desk.selected, language)
            _set(self, f"selected_findings_{language}", found)

    def _go_to(self, id: int) -> None:
        """Selects a step and has the browser show it."""
        desk = self._desk
        assert desk is not None
        desk.selected, desk.picked = id, (id,)
        self._desk = desk
        self.focus = {"id": id, "n": self.focus.get("n", 0) + 1}
        self._show_selected()

    def _show_findings(self, findings: list[Any]) -> None:
        desk = self._desk
        assert desk is not None
        desk.findings = findings
        self._desk = desk
        _set(self, "findings", views.finding_views(findings, desk.sketch))
        _set(self, "marks", views.marks_of(findings))
        self.finding_count = len(findings)
        self.error_count = sum(one.severity == "error" for one in findings)
        self._show_selected_findings()

    async def _recheck_now(self) -> None:
        desk = self._desk
        assert desk is not None
        picture, secrets = desk.sketch.picture(), desk.secrets
        self._show_findings(await asyncio.to_thread(check, picture, secrets=secrets))

    async def _flush(self, caller: Caller) -> bool:
        """Stores what is unsaved; False where that failed, which then is shown.

        Runs under the state's lock, so that two saves of a tab never overlap.
        """
        desk = self._desk
        assert desk is not None
        work = desk.unsaved()
        if not work:
            self.save_state, self.save_error = "saved", {}
            return True
        try:
            saved = await runtime().database.run(
                store,
                caller,
                desk.draft.id,
                desk.revision,
                puts=work.puts,
                deletes=work.deletes,
                scenario=work.scenario,
                places=work.places,
            )
        except Outdated:
            await self._meet(caller)
            return False
        except Invalid as refused:
            self.save_state = "failed"
            self.save_error = _error_text(refused)
            return False
        known_draft = desk.draft.draft_mode or saved.revision == desk.revision
        desk.saved(saved.revision, saved.ids, utc_now())
        self._desk = desk
        if not known_draft:
            await self._read_live(caller)
        self.save_state, self.save_error = "saved", {}
        if saved.ids:
            self._feed_whole()
            self._show_model()
        return True

    async def _read_live(self, caller: Caller) -> None:
        """After what runs may have changed: the first save makes a draft, publishing a version."""
        desk = self._desk
        assert desk is not None
        page = await runtime().database.read(open_page, caller, desk.draft.id)
        desk.draft, desk.live = replace(page.draft, steps=()), page.live
        self._desk = desk
        self.is_active = page.draft.is_active
        self.starts_bot, self.bot_has_start = page.starts_bot, page.bot_has_start
        self.bot_is_active = page.bot_is_active
        self._show_live()

    async def _meet(self, caller: Caller) -> None:
        """Somebody else saved first: what they did is shown, and the person asked."""
        desk = self._desk
        assert desk is not None
        theirs = await runtime().database.read(open_page, caller, desk.draft.id)
        if desk.is_as_stored(theirs):
            desk.put_mine_on_top(theirs)
            await self._flush(caller)
            self._show_model()
            return
        desk.theirs = theirs
        self._desk = desk
        self.save_state = "conflict"
        self.conflict = views.conflict_view(desk, theirs, caller.username)


def _set(state: Any, name: str, value: Any) -> None:
    """Sets a var whose value is another one now."""
    if getattr(state, name) != value:
        setattr(state, name, value)


def _error_text(refused: Invalid) -> dict[str, str]:
    messages = [message for found in refused.fields.values() for message in found]
    return {
        language: " ".join(dict.fromkeys(message_text(one, language) for one in messages))
        for language in ("ru", "en")
    }
