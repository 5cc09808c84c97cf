"""`/bots`: the list of bots, and what can be done with a bot there."""

import json
from dataclasses import dataclass
from typing import Any

import reflex as rx
from sqlmodel import Session as DatabaseSession

from alpina_app.errors import Invalid, NotFound, NotSignedIn
from alpina_app.i18n import LANGUAGES, translate
from alpina_app.services import crud
from alpina_app.services.access import Caller, require_editor
from alpina_app.services.bot_pages import GoesWith, duplicate_bot, goes_with, list_bots
from alpina_app.services.bots import BOTS
from alpina_app.services.fields import decode_json
from alpina_app.services.transfer import export_bot, import_bot
from alpina_app.ui.forms import error_in_both, message_text
from alpina_app.ui.guards import Guarded, reported, sign_in_redirect
from alpina_app.ui.lists import Asked, ListShape, PageLink, clean_search, page_links
from alpina_app.ui.runtime import runtime
from alpina_app.ui.texts import language_of

SHAPE = ListShape(
    "/bots",
    filters={"is_active": ("true", "false"), "bot_type": ("chat", "completion")},
    orderings=("-created_at", "created_at", "-updated_at", "name", "-name"),
)
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


class Bots(Guarded, rx.State):
    """`search_key` changes when the search box has to show another text than was typed."""

    ready: bool = False
    rows: list[BotRow] = []
    count: int = 0
    links: list[PageLink] = []
    search: str = ""
    search_key: int = 0
    is_active: str = ""
    bot_type: str = ""
    ordering: str = SHAPE.orderings[0]
    is_narrowed: bool = False

    deleting: int = 0
    goes_with: GoesWith = GoesWith("", 0, 0, 0)
    importing: bool = False
    file_errors: list[FileError] = []

    _typed: list[str] = []

    @rx.event
    @reported
    async def load(self) -> Any:
        caller = await self._caller()
        if not caller.signed_in:
            return sign_in_redirect(self)
        await self._fill(caller)
        return None

    @rx.event
    @reported
    async def type_search(self, text: str) -> Any:
        await self._require_sign_in()
        return self._search(text, replace=True)

    @rx.event
    @reported
    async def submit_search(self, form: dict[str, Any]) -> Any:
        await self._require_sign_in()
        return self._search(form.get("search") if isinstance(form, dict) else "")

    @rx.event
    @reported
    async def choose_active(self, value: str) -> Any:
        return await self._choose("is_active", value)

    @rx.event
    @reported
    async def choose_type(self, value: str) -> Any:
        return await self._choose("bot_type", value)

    @rx.event
    @reported
    async def choose_ordering(self, value: str) -> Any:
        await self._require_sign_in()
        if value not in SHAPE.orderings:
            return None
        ordering = "" if value == SHAPE.orderings[0] else value
        return self._go(self._asked().with_ordering(ordering))

    @rx.event
    @reported
    async def set_active(self, bot_id: int, is_active: bool) -> Any:
        caller = await self._require_editor()
        data = {"is_active": is_active is True}
        try:
            await runtime().database.run(
                crud.update, caller, BOTS, known_id(bot_id), data, partial=True
            )
        finally:
            await self._fill(caller)

    @rx.event
    @reported
    async def duplicate(self, bot_id: int) -> Any:
        caller = await self._require_editor()
        language = await language_of(self)
        copy = await runtime().database.run(duplicate, caller, known_id(bot_id), language)
        return rx.redirect(f"/bots/{copy}")

    @rx.event
    @reported
    async def export(self, bot_id: int) -> Any:
        caller = await self._require_sign_in()
        return await download_of(caller, known_id(bot_id))

    @rx.event
    @reported
    async def ask_delete(self, bot_id: int) -> None:
        caller = await self._require_editor()
        self.goes_with = await runtime().database.read(goes_with, caller, known_id(bot_id))
        self.deleting = bot_id

    @rx.event
    @reported
    async def keep(self) -> None:
        await self._require_sign_in()
        self.deleting = 0

    @rx.event
    @reported
    async def delete(self) -> Any:
        caller = await self._require_editor()
        bot_id, self.deleting = self.deleting, 0
        try:
            await runtime().database.run(crud.remove, caller, BOTS, known_id(bot_id))
        finally:
            await self._fill(caller)
        text = translate(await language_of(self), "bots.deleted", name=self.goes_with.name)
        return rx.toast.success(text)

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

    async def _choose(self, name: str, value: str) -> Any:
        await self._require_sign_in()
        if not isinstance(value, str) or (value and not SHAPE.allows(name, value)):
            return None
        return self._go(self._asked().with_filter(name, value))

    def _search(self, raw: Any, *, replace: bool = False) -> Any:
        text = clean_search(raw)
        self._typed = [*self._typed[-20:], text]
        return self._go(self._asked().with_search(text), replace=replace)

    def _asked(self) -> Asked:
        return SHAPE.read(self.router.url.query_parameters)

    def _go(self, asked: Asked, *, replace: bool = False) -> Any:
        return rx.redirect(SHAPE.address(asked), replace=replace)

    async def _fill(self, caller: Caller) -> None:
        asked = self._asked()
        try:
            page, scenarios = await runtime().database.read(list_bots, caller, asked.params())
        except NotFound:
            asked = asked.with_page(0)
            page, scenarios = await runtime().database.read(list_bots, caller, asked.params())
        self.rows = [_row(item, scenarios.get(item["id"], 0)) for item in page.items]
        self.count = page.count
        self.links = page_links(SHAPE, asked, page.number, page.pages)
        self._show_search(asked.search)
        self.is_active = asked.filters.get("is_active", "")
        self.bot_type = asked.filters.get("bot_type", "")
        self.ordering = asked.ordering or SHAPE.orderings[0]
        self.is_narrowed = asked.is_narrowed
        self.ready = True

    def _show_search(self, text: str) -> None:
        """What was typed stands in the box already, and more may have been typed meanwhile."""
        if text in self._typed:
            self._typed = self._typed[self._typed.index(text) + 1 :]
        elif text != self.search:
            self._typed = []
            self.search_key += 1
        self.search = text


def known_id(raw: Any) -> int:
    """Raises NotFound for what cannot be an id."""
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw < 2**63:
        raise NotFound(what=BOTS.title)
    return raw


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
