"""`/history`: conversations, and `/history/[id]`: one with its trace."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar

import reflex as rx

from alpina_app.errors import NotFound
from alpina_app.i18n import LANGUAGES
from alpina_app.services.access import Caller
from alpina_app.services.traces import error_text, warning_text
from alpina_app.services.work_lists import Listing, TalkLine, list_talks, read_talk
from alpina_app.ui.arguments import id_of_path
from alpina_app.ui.guards import Fresh, reported, sign_in_redirect
from alpina_app.ui.lists import Asked, ListShape
from alpina_app.ui.runtime import runtime
from alpina_app.ui.states.editor_preview import exit_words
from alpina_app.ui.states.listed import Listed

LONGEST_VALUE = 2_000


class History(Listed, rx.State):
    rows: list[TalkLine] = []

    _shape: ClassVar[ListShape] = ListShape(
        "/history",
        filters={"bot": None, "is_completed": ("true", "false")},
        orderings=("-created_at", "created_at", "-updated_at"),
    )

    async def _find(self, caller: Caller, asked: Asked) -> Listing:
        found = await runtime().database.read(list_talks, caller, asked.params())
        self.rows = list(found.lines)
        return found


@dataclass(frozen=True, slots=True)
class MessageRow:
    id: int
    role: str
    content: str
    created_at: str


@dataclass(frozen=True, slots=True)
class VariableRow:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """`step`: 0 where there is none any more. `details`: what the event took and gave, as JSON.

    `exit`, `error` and each of `warnings` are sentences by language.
    """

    seq: int
    step: int
    name: str
    step_type: str
    exit: dict[str, str]
    error: dict[str, str]
    warnings: list[dict[str, str]]
    duration_ms: int
    tokens: int
    details: str


class TalkPage(Fresh, rx.State):
    ready: bool = False
    missing: bool = False
    number: int = 0
    bot_id: int = 0
    bot: str = ""
    scenario_id: int = 0
    scenario: str = ""
    user_session: str = ""
    status: str = ""
    created_at: str = ""
    left_out: int = 0
    messages: list[MessageRow] = []
    variables: list[VariableRow] = []
    trace: list[EventRow] = []

    @rx.event
    @reported
    async def load(self) -> Any:
        caller = await self._caller()
        if not caller.signed_in:
            return sign_in_redirect(self)
        number = id_of_path(self.router.url.path)
        self.ready, self.missing, self.number = False, False, number
        try:
            talk = await runtime().database.read(read_talk, caller, number)
        except NotFound:
            self.missing, self.ready = True, True
            return None
        values = talk.values
        self.bot_id, self.bot = values["bot"], talk.bot
        self.scenario_id, self.scenario = values["scenario"] or 0, talk.scenario
        self.user_session, self.status = values["user_session"], talk.status
        self.created_at, self.left_out = values["created_at"], talk.left_out
        self.messages = [MessageRow(**one) for one in talk.messages]
        self.variables = [
            VariableRow(name, _shown(value)) for name, value in values["variables"].items()
        ]
        self.trace = [_event(one, talk.steps) for one in talk.trace]
        self.ready = True
        return None


def _event(one: dict[str, Any], names: dict[int, str]) -> EventRow:
    kept = ("input", "output", "variables_set")
    details = {name: one[name] for name in kept if one[name] not in (None, [], {})}
    step = one["step"] if one["step"] in names else 0
    exit_, error, tokens = one["exit"], one["error"], one["tokens"]
    return EventRow(
        seq=one["seq"],
        step=step,
        name=names.get(step, ""),
        step_type=one["step_type"] or "",
        exit=exit_words(exit_, error) if exit_ else {},
        error={language: error_text(error, language) for language in LANGUAGES} if error else {},
        warnings=[
            {language: warning_text(found, language) for language in LANGUAGES}
            for found in one["warnings"] or []
        ],
        duration_ms=one["duration_ms"],
        tokens=tokens or 0,
        details=json.dumps(details, ensure_ascii=False, indent=2)[: LONGEST_VALUE * 4]
        if details
        else "",
    )


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:LONGEST_VALUE]
