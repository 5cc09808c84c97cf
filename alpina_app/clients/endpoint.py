"""Where a language model answers. Standard library only: the model's child process reads it too."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

OPENAI_URL = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible server.

    `history_tokens` caps a conversation (by `domain.budget`'s estimate) where the model takes less
    than the settings allow.
    """

    api_key: str = field(repr=False)
    base_url: str = OPENAI_URL
    history_tokens: int | None = None


FindEndpoint = Callable[[], Awaitable[Endpoint]]
"""Raises ModelNotConfigured where there is no model to ask; may wait for one that is starting."""
