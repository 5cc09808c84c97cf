"""What a turn asks of the world, and what the world answers: plain data, no I/O.

The engine returns effects (`AskGpt`, `CallApi`), the chat service has a client perform them and
hands the results (`GptResult`, `HttpResult`) back to the engine.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

GptPurpose = Literal["message", "classify", "extract"]
GptFailure = Literal["not_configured", "timeout", "refused", "unavailable", "bad_answer"]
HttpFailure = Literal[
    "refused_address",  # a name or address that may not be called, at first or after a redirect
    "bad_url",
    "bad_request",  # a method, header name or header value that HTTP does not allow
    "too_many_redirects",
    "timeout",
    "connection",
    "tls",
    "too_large",
    "bad_response",
]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or several model calls, as the provider counted them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.total_tokens + other.total_tokens,
        )


@dataclass(frozen=True, slots=True)
class AskGpt:
    """A question for the model, made by a step of a running scenario.

    `prompt` goes in the user role; `instructions` is appended to the bot's own system prompt and
    holds nothing a user said. None for model, temperature, max_tokens: the bot's setting.
    `schema` is a JSON Schema 2020-12 the answer has to follow. `timeout_s`: total seconds,
    retries included.
    """

    step: int
    purpose: GptPurpose
    prompt: str
    instructions: str = ""
    model: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    history_turns: int = 0
    schema: dict[str, Any] | bool | None = None
    json_answer: bool = False
    timeout_s: float = 30.0


@dataclass(frozen=True, slots=True)
class GptResult:
    """The model's answer; `text` is None exactly when `failure` is set."""

    text: str | None = None
    failure: GptFailure | None = None
    usage: Usage | None = None
    duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class CallApi:
    """One HTTP request, rendered and escaped; secrets are already in place.

    `url` is absolute and carries the query. `headers` holds Content-Type and the credentials;
    `credential_headers` names those (lower case) that must not follow a redirect to another host
    or port. `timeout_s` covers the whole call with retries and body, `max_response_kb` counts
    unpacked KiB. `masked` lists the secret values to hide from every log and trace.
    """

    step: int
    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    credential_headers: frozenset[str] = frozenset({"authorization"})
    timeout_s: float = 10.0
    retries: int = 0
    max_response_kb: int = 256
    masked: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class HttpResult:
    """An HTTP answer. `status` is 0 where none arrived (`failure` says why); `body` is unpacked.

    Header names are lower case. Where the answer's head arrived but its body is too large or not
    to be unpacked, `status` is that head's and `failure` is set.
    """

    status: int = 0
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    failure: HttpFailure | None = None
    duration_ms: int = 0
