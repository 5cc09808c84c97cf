"""What is asked of the model: requests made from a bot's settings and a step's question."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alpina_app.clients.gpt_wire import BotType
from alpina_app.domain.budget import Message
from alpina_app.domain.effects import AskGpt, Usage


@dataclass(frozen=True, slots=True)
class BotSettings:
    """What a bot says about its model; the names are those of the bot's fields."""

    bot_type: BotType = "chat"
    gpt_model: str = "gpt-3.5-turbo"
    creativity_level: float | None = 0.7
    max_tokens: int | None = 1000
    system_prompt: str = ""


@dataclass(frozen=True, slots=True)
class GptRequest:
    """One question. `messages`: system first, the newest last. `timeout_s`: total seconds, retries
    included; None is the client's own. `json_answer` asks for JSON, `schema` for JSON of a shape
    (JSON Schema 2020-12): servers differ in how well they obey, so the answer has to be checked."""

    model: str
    messages: list[Message]
    bot_type: BotType = "chat"
    temperature: float | None = None
    max_tokens: int | None = None
    json_answer: bool = False
    schema: dict[str, Any] | bool | None = None
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class GptAnswer:
    """`text` is never blank. `usage` is None where the server counted nothing; `finish_reason`
    None where it did not say why it stopped ("length": the token limit cut the text)."""

    text: str
    usage: Usage | None = None
    finish_reason: str | None = None
    duration_ms: int = 0


def bot_request(bot: BotSettings, history: Sequence[Message], prompt: str) -> GptRequest:
    """A bot's free reply: its system prompt unless blank, `history`, `prompt` as the user's."""
    return GptRequest(
        model=bot.gpt_model,
        messages=_conversation([bot.system_prompt], history, prompt),
        bot_type=bot.bot_type,
        temperature=bot.creativity_level,
        max_tokens=bot.max_tokens,
    )


def step_request(effect: AskGpt, bot: BotSettings, history: Sequence[Message]) -> GptRequest:
    """What a step asks. The system role holds the bot's prompt and the step's instructions (which
    also say in words what JSON is wanted), never anything a user said."""
    return GptRequest(
        model=effect.model or bot.gpt_model,
        messages=_conversation([bot.system_prompt, effect.instructions], history, effect.prompt),
        bot_type=bot.bot_type,
        temperature=bot.creativity_level if effect.temperature is None else effect.temperature,
        max_tokens=bot.max_tokens if effect.max_tokens is None else effect.max_tokens,
        json_answer=effect.json_answer or effect.schema is not None,
        schema=effect.schema,
        timeout_s=effect.timeout_s,
    )


def _conversation(rules: list[str], history: Sequence[Message], prompt: str) -> list[Message]:
    system = "\n\n".join(rule for rule in rules if rule.strip())
    first = [{"role": "system", "content": system}] if system else []
    return [*first, *history, {"role": "user", "content": prompt}]
