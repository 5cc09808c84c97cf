"""What a chat turn is asked and what it answers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alpina_app.clients.gpt import BotSettings
from alpina_app.domain.effects import Usage
from alpina_app.domain.picture import Picture
from alpina_app.errors import AlpinaError
from alpina_app.services.pictures import Key, Prepared

Speech = dict[str, Any]  # {"role", "content", "step"}


class BotInactive(AlpinaError):
    code = "bot_inactive"


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One message of a user.

    `message` is trimmed and not blank. `languages`: the Accept-Language header, or a language;
    "" = go by the user's words.
    """

    bot_id: int
    message: str
    user_session: str
    scenario: int | None = None
    restart: bool = False
    languages: str = ""


@dataclass(frozen=True, slots=True)
class ChatReply:
    """The chat endpoint's answer, see rest-contract "Chat"."""

    messages: list[Speech]
    execution_id: int
    user_session: str
    scenario: int | None
    current_step: int | None
    is_completed: bool
    input: dict[str, Any] | None
    usage: Usage | None

    @property
    def response(self) -> str:
        return "\n\n".join(message["content"] for message in self.messages)

    def to_json(self) -> dict[str, Any]:
        usage = self.usage
        return {
            "response": self.response,
            "messages": self.messages,
            "execution_id": self.execution_id,
            "user_session": self.user_session,
            "scenario": self.scenario,
            "current_step": self.current_step,
            "is_completed": self.is_completed,
            "input": self.input,
            "usage": None
            if usage is None
            else {
                "prompt_tokens": usage.prompt_tokens,
                "completion_tokens": usage.completion_tokens,
                "total_tokens": usage.total_tokens,
            },
        }


@dataclass(frozen=True, slots=True)
class BotFacts:
    """The bot's own settings, live: never part of a scenario's picture."""

    id: int
    name: str
    gpt: BotSettings


@dataclass(frozen=True, slots=True)
class OpenExecution:
    """The newest unfinished execution of the conversation, as stored.

    `next_position`: where its next message goes.
    """

    id: int
    scenario_id: int | None
    current_step_id: int | None
    version_id: int | None
    variables: dict[str, Any]
    run_state: dict[str, Any] | None
    next_position: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A scenario that may run: compiled already (`prepared`), or its picture to be compiled.

    `scenario_id` is None where the scenario is gone and an execution goes on with its version.
    """

    scenario_id: int | None
    is_active: bool
    key: Key
    prepared: Prepared | None
    picture: Picture | None
    version_id: int | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything the database knows that decides what a message means.

    `named`: the scenario of the request; `running`: that of the open execution, as it keeps it;
    `again`: the open execution's scenario as it is now, for a restart; `start`: the bot's
    start_scenario. `history`: the open execution's (role, content), oldest first, where GPT talks.
    """

    bot: BotFacts
    open: OpenExecution | None
    named: Candidate | None
    running: Candidate | None
    again: Candidate | None
    start: Candidate | None
    start_was_finished: bool
    secret_names: frozenset[str]
    history: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Outcome:
    """What a turn came to: stored in one transaction.

    `execution` is the one that goes on, None = a new one; `abandon` the id of one that ends with
    this turn. `prepared`: the scenario that runs, None = GPT talks. `current_step` is the question
    waited on, or the last step executed.
    """

    request: ChatRequest
    received_at: datetime
    execution: OpenExecution | None = None
    abandon: int | None = None
    scenario_id: int | None = None
    prepared: Prepared | None = None
    said: list[Speech] = field(default_factory=list)
    trace: list[dict[str, Any]] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    run_state: dict[str, Any] | None = None
    current_step: int | None = None
    status: str = "running"
    input: dict[str, Any] | None = None
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the turn stands; references are None where their rows are gone."""

    execution_id: int
    scenario_id: int | None
    current_step_id: int | None
    version_id: int | None
