"""Which side of the panel beside the canvas is shown."""

from typing import Any, Final

import reflex as rx

from alpina_app.ui.guards import Guarded, reported
from alpina_app.ui.states.editor_preview import EditorPreview
from alpina_app.ui.states.editor_versions import EditorVersions

TABS: Final = ("step", "check", "preview", "versions")


class EditorPanel(Guarded, rx.State):
    """`tab`: one of TABS, "" = the panel is closed. `sheet`: on a narrow screen, where it covers
    the rest, it was asked for."""

    tab: str = "step"
    sheet: bool = False

    @rx.event
    @reported
    async def choose(self, tab: str) -> Any:
        await self._require_sign_in()
        self.tab = tab if tab in TABS else ""
        self.sheet = bool(self.tab)
        match self.tab:
            case "versions":
                return EditorVersions.open_panel
            case "preview":
                return EditorPreview.open_panel
        return None

    @rx.event
    @reported
    async def show_step(self) -> None:
        """A step was opened."""
        await self._require_sign_in()
        self.tab, self.sheet = "step", True

    @rx.event
    @reported
    async def follow(self) -> None:
        """A step was selected: its form takes the place of lists, not of a preview."""
        await self._require_sign_in()
        if self.tab in ("check", "versions"):
            self.tab = "step"

    @rx.event
    @reported
    async def close(self) -> None:
        await self._require_sign_in()
        self.tab, self.sheet = "", False
