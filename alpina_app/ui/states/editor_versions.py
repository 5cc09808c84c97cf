"""Published versions: publishing, looking at what differs, restoring."""

from typing import Any, Final

import reflex as rx

from alpina_app.errors import Conflict, NotFound
from alpina_app.i18n import LANGUAGES, translate
from alpina_app.services.access import Caller
from alpina_app.services.editor_page import start_bot_with
from alpina_app.services.versions import (
    leave_draft,
    list_versions,
    publish,
    read_published,
    restore,
)
from alpina_app.ui.guards import Guarded, reported
from alpina_app.ui.runtime import runtime
from alpina_app.ui.states import editor_arguments as take
from alpina_app.ui.states import editor_views as views
from alpina_app.ui.states.editor import EditorState
from alpina_app.ui.texts import language_of

VERSIONS_SHOWN: Final = 50
LONGEST_NOTE: Final = 2_000


class EditorVersions(Guarded, rx.State):
    """`compared`: {"id", "number", "told"}: what the draft has changed since that version.

    `restoring`: the version that is asked about, 0 = none. `refusal`: why nothing was published.
    """

    versions: list[dict[str, Any]] = []
    compared: dict[str, Any] = {}
    restoring: int = 0
    restoring_number: int = 0
    publishing: bool = False
    changes: list[dict[str, Any]] = []
    refusal: dict[str, str] = {}
    leaving: bool = False

    @rx.event
    @reported
    async def open_panel(self) -> None:
        caller = await self._require_sign_in()
        editor = await self.get_state(EditorState)
        await editor._require_sign_in()
        if editor.ready and editor.scenario_id:
            await self._read(caller, editor.scenario_id)

    @rx.event
    @reported
    async def ask_publish(self) -> None:
        """Stores what is unsaved, checks, and asks for a note."""
        caller, editor, desk = await self._at_work()
        if not await editor._flush(caller):
            return
        await editor._recheck_now()
        live = desk.live.picture
        self.changes = views.told_in_both(live, desk.sketch.picture()) if live else []
        self.refusal = {}
        if editor.error_count:
            self.refusal = _in_both("editor.cannot_publish", count=editor.error_count)
        elif not desk.sketch.steps:
            self.refusal = _in_both("editor.nothing_to_publish")
        self.publishing = True

    @rx.event
    @reported
    async def close_publish(self) -> None:
        await self._require_sign_in()
        self.publishing = False

    @rx.event
    @reported
    async def publish(self, form: dict[str, Any]) -> Any:
        """`note`; `start` = "on" makes it the scenario its bot begins with."""
        caller, editor, desk = await self._at_work()
        note = take.word(form.get("note", ""), LONGEST_NOTE) if isinstance(form, dict) else ""
        starts = isinstance(form, dict) and form.get("start") in ("on", True, "true")
        if not desk.sketch.steps or not await editor._flush(caller):
            return None
        try:
            number = await runtime().database.run(
                publish, caller, desk.draft.id, note.strip(), revision=desk.revision
            )
        except Conflict as refused:
            if refused.error_code != "scenario_has_errors":
                self.publishing = False
                await editor._meet(caller)
                return None
            await editor._recheck_now()
            self.refusal = _in_both("editor.cannot_publish", count=editor.error_count or 1)
            return None
        if starts:
            await runtime().database.run(start_bot_with, caller, desk.draft.id)
        await editor._read_live(caller)
        await self._read(caller, desk.draft.id)
        self.publishing = False
        return rx.toast.success(
            translate(await language_of(self), "editor.published", number=number)
        )

    @rx.event
    @reported
    async def compare(self, version: int) -> None:
        """What the draft has changed since a version; the same version again closes it."""
        caller = await self._require_sign_in()
        editor = await self.get_state(EditorState)
        await editor._require_sign_in()
        wanted = take.whole(version)
        if self.compared.get("id") == wanted or editor._desk is None:
            self.compared = {}
            return
        desk = editor._desk
        picture = await runtime().database.read(read_published, caller, desk.draft.id, wanted)
        self.compared = {
            "id": wanted,
            "told": views.told_in_both(picture, desk.sketch.picture()),
        }

    @rx.event
    @reported
    async def ask_restore(self, version: int) -> None:
        await self._require_editor()
        wanted = take.whole(version)
        found = next((one for one in self.versions if one["id"] == wanted), None)
        if found is None:
            raise NotFound
        self.restoring, self.restoring_number = wanted, found["number"]

    @rx.event
    @reported
    async def close_restore(self) -> None:
        await self._require_sign_in()
        self.restoring = 0

    @rx.event
    @reported
    async def restore(self) -> Any:
        """The draft becomes what the version was; one undo brings the draft back."""
        caller, editor, desk = await self._at_work()
        wanted, self.restoring = self.restoring, 0
        if not wanted or not await editor._flush(caller):
            return None
        before = desk.sketch
        await runtime().database.run(restore, caller, desk.draft.id, wanted)
        await editor._take_stored(caller)
        editor._remember(before)
        self.compared = {}
        return rx.toast.success(
            translate(await language_of(self), "editor.restored", number=self.restoring_number)
        )

    @rx.event
    @reported
    async def ask_leave_draft(self) -> None:
        await self._require_editor()
        self.leaving = True

    @rx.event
    @reported
    async def close_leave_draft(self) -> None:
        await self._require_sign_in()
        self.leaving = False

    @rx.event
    @reported
    async def leave_draft(self) -> None:
        """Every write is live at once from now on, through REST too."""
        caller, editor, desk = await self._at_work()
        self.leaving = False
        if editor.error_count or not await editor._flush(caller):
            return
        await runtime().database.run(leave_draft, caller, desk.draft.id)
        await editor._take_stored(caller)
        await self._read(caller, desk.draft.id)

    async def _at_work(self) -> tuple[Caller, Any, Any]:
        await self._require_editor()
        editor = await self.get_state(EditorState)
        caller, desk = await editor._at_work()
        return caller, editor, desk

    async def _read(self, caller: Caller, scenario: int) -> None:
        found = await runtime().database.read(list_versions, caller, scenario)
        self.versions = [
            {
                "id": one.id,
                "number": one.number,
                "note": one.note,
                "author": one.author,
                "at": one.created_at.isoformat(),
                "live": one.is_live,
            }
            for one in found[:VERSIONS_SHOWN]
        ]
        self.compared = {}


def _in_both(key: str, **params: Any) -> dict[str, str]:
    return {language: translate(language, key, **params) for language in LANGUAGES}
