"""`/bots`: the list of bots, and what can be done with a bot there."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar

import reflex as rx
from sqlmodel import Session as DatabaseSession

from alpina_app.errors import Invalid, NotSignedIn
from alpina_app.i18n import LANGUAGES, translate
from alpina_app.services import crud
from alpina_app.services.access import Caller, require_editor
from alpina_app.services.bot_pages import GoesWith, duplicate_bot, goes_with, list_bots
from alpina_app.services.bots import BOTS
from alpina_app.services.fields import decode_json
from alpina_app.services.resource import Resource
from alpina_app.services.transfer import export_bot, import_bot
from alpina_app.services.work_lists import Listing
from alpina_app.ui.arguments import known_id
from alpina_app.ui.forms import error_in_both, message_text
from alpina_app.ui.guards import reported
from alpina_app.ui.lists import Asked, ListShape
from alpina_app.ui.runtime import runtime
from alpina_app.ui.states.listed import Managed
from alpina_app.ui.texts import language_of

LONGEST_FILE = 900_000
_LONGEST_DESCRIPTION = 160
_ERRORS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class BotRow:
    id: int
    name: str
    description: str
    bot_type: str
    gpt_model: str
    is_active: bool
    scenarios: int
    updated_at: str


@dataclass(frozen=True, slots=True)
class FileError:
    """Where in a file what is wrong, in both languages."""

    path: str
    ru: str
    en: str


class Bots(Managed, rx.State):
    rows: list[BotRow] = []
    goes_with: GoesWith = GoesWith("", 0, 0, 0)
    importing: bool = False
    file_errors: list[FileError] = []

    _resource: ClassVar[Resource] = BOTS
    _deleted: ClassVar[str] = "bots.deleted"
    _shape: ClassVar[ListShape] = ListShape(
        "/bots",
        filters={"is_active": ("true", "false"), "bot_type": ("chat", "completion")},
        orderings=("-created_at", "created_at", "-updated_at", "name", "-name"),
    )

    @rx.event
    @reported
    async def duplicate(self, bot_id: int) -> Any:
        caller = await self._require_editor()
        language = await language_of(self)
        copy = await runtime().database.run(duplicate, caller, known_id(bot_id, BOTS), language)
        text = translate(language, "bots.duplicated")
        return [rx.redirect(f"/bots/{copy}"), rx.toast.success(text)]

    @rx.event
    @reported
    async def export(self, bot_id: int) -> Any:
        caller = await self._require_sign_in()
        return await download_of(caller, known_id(bot_id, BOTS))

    @rx.event
    @reported
    async def ask_delete(self, bot_id: int) -> None:
        caller = await self._require_editor()
        self.goes_with = await runtime().database.read(goes_with, caller, known_id(bot_id, BOTS))
        self.deleting, self.deleting_name = bot_id, self.goes_with.name

    @rx.event
    @reported
    async def open_import(self) -> None:
        await self._require_editor()
        self.file_errors = []
        self.importing = True

    @rx.event
    @reported
    async def close_import(self) -> None:
        await self._require_sign_in()
        self.importing = False
        self.file_errors = []

    @rx.event
    @reported
    async def refuse_file(self) -> None:
        """The browser would not send the file: it is too large for a page."""
        await self._require_editor()
        self.file_errors = [_too_large()]

    @rx.event
    @reported
    async def import_file(self, text: str) -> Any:
        """`text`: the content of a bot's file."""
        caller = await self._require_editor()
        if not isinstance(text, str) or len(text) > LONGEST_FILE:
            self.file_errors = [_too_large()]
            return None
        try:
            data = decode_json(text)
        except ValueError:
            self.file_errors = [FileError("", **error_in_both("bots.file_not_json"))]
            return None
        try:
            stored = await runtime().database.run(import_bot, caller, data)
        except Invalid as refused:
            self.file_errors = file_errors_of(refused)
            return None
        self.importing = False
        self.file_errors = []
        language = await language_of(self)
        return [rx.redirect(f"/bots/{stored.id}"), rx.toast.success(_imported(data, language))]

    async def _find(self, caller: Caller, asked: Asked) -> Listing:
        found, scenarios = await runtime().database.read(list_bots, caller, asked.params())
        self.rows = [_row(item, scenarios.get(item["id"], 0)) for item in found.items]
        return Listing(found.count, found.number, found.pages, tuple(self.rows))

    @staticmethod
    def _switch(session: DatabaseSession, caller: Caller, object_id: int, is_active: bool) -> None:
        crud.update(session, caller, BOTS, object_id, {"is_active": is_active}, partial=True)


def duplicate(session: DatabaseSession, caller: Caller, bot_id: int, language: str) -> int:
    """A copy under a name that says so."""
    require_editor(caller)
    name = goes_with(session, caller, bot_id).name
    return duplicate_bot(session, caller, bot_id, _copy_name(name, language))


async def download_of(caller: Caller, bot_id: int) -> Any:
    """The bot's file, for the browser to save."""
    if not caller.signed_in:
        raise NotSignedIn
    data = await runtime().database.read(export_bot, caller, bot_id)
    text = json.dumps(data, ensure_ascii=False, indent=2)
    return rx.download(data=text, filename=f"bot-{bot_id}.json")


def file_errors_of(refused: Invalid) -> list[FileError]:
    found = [
        FileError(
            "" if path == "non_field_errors" else path,
            *(message_text(message, language) for language in LANGUAGES),
        )
        for path, messages in refused.fields.items()
        for message in messages
    ]
    return found[:_ERRORS_SHOWN]


def _too_large() -> FileError:
    return FileError("", **error_in_both("bots.file_too_large"))


def _copy_name(name: str, language: str) -> str:
    return translate(language, "bots.copy_of", name=name)[:200]


def _imported(data: dict[str, Any], language: str) -> str:
    secrets = [name for name in data.get("secrets", []) if isinstance(name, str)]
    text = translate(language, "bots.imported", count=len(data.get("scenarios", [])))
    if secrets:
        text += " " + translate(language, "bots.imported_secrets", names=", ".join(secrets)[:300])
    return text


def _row(item: dict[str, Any], scenarios: int) -> BotRow:
    description = item["description"]
    if len(description) > _LONGEST_DESCRIPTION:
        description = description[:_LONGEST_DESCRIPTION].rstrip() + "…"
    return BotRow(
        id=item["id"],
        name=item["name"],
        description=description,
        bot_type=item["bot_type"],
        gpt_model=item["gpt_model"],
        is_active=item["is_active"],
        scenarios=scenarios,
        updated_at=item["updated_at"],
    )
