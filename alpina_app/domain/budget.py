"""How much of a conversation a model is given."""

from collections.abc import Sequence

Message = dict[str, str]
"""{"role": "system" | "user" | "assistant", "content": text}"""

_BYTES_A_TOKEN = 4
_TOKENS_A_MESSAGE = 4


def estimate_tokens(text: str) -> int:
    """About how many tokens `text` takes, rounded up.

    A token of the usual vocabularies is about four bytes of UTF-8: four Latin letters, two
    Cyrillic ones, one emoji. An estimate; it needs no vocabulary and no network.
    """
    return -(-len(text.encode("utf-8", "surrogatepass")) // _BYTES_A_TOKEN)


def fit_history(messages: Sequence[Message], budget_tokens: int) -> list[Message]:
    """The newest of `messages` that fit in `budget_tokens`, in their order.

    Leading system messages and the newest user message always stay, even over the budget. What is
    kept of the rest is unbroken, and after a cut begins with a user message, so that no answer
    stands without its question. Reads only what it keeps.
    """
    first = 0
    while first < len(messages) and messages[first]["role"] == "system":
        first += 1
    newest = _newest_user(messages, first)
    left = budget_tokens - sum(_cost(message) for message in messages[:first])
    if newest is not None:
        left -= _cost(messages[newest])

    start = len(messages)
    while start > first:
        cost = 0 if start - 1 == newest else _cost(messages[start - 1])
        if cost > left:
            break
        left -= cost
        start -= 1

    kept = list(messages[start:])
    if newest is not None and newest < start:
        kept.insert(0, messages[newest])
    elif newest is not None and start > first:
        while messages[start]["role"] != "user":
            start += 1
        kept = list(messages[start:])
    return [*messages[:first], *kept]


def _newest_user(messages: Sequence[Message], first: int) -> int | None:
    for index in range(len(messages) - 1, first - 1, -1):
        if messages[index]["role"] == "user":
            return index
    return None


def _cost(message: Message) -> int:
    return estimate_tokens(message["content"]) + _TOKENS_A_MESSAGE
