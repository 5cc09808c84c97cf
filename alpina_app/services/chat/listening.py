"""Asking the model so that a follower hears it write, and may stop it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from alpina_app.services.turns import Delta, LiveTurn

T = TypeVar("T")
OnDelta = Callable[[str], None]


async def told(
    turn: LiveTurn,
    ask: Callable[[OnDelta | None], Awaitable[T]],
    cut_short: Callable[[str], T],
) -> T:
    """What `ask` brings; its pieces become deltas of the turn where somebody follows it.

    Where the turn is stopped while the model writes, `cut_short` makes the result of what was
    written so far. A stop before the first piece has to wait for it.
    """
    if not turn.streams:
        return await ask(None)
    pieces: list[str] = []
    first = asyncio.Event()

    def on_delta(text: str) -> None:
        pieces.append(text)
        first.set()
        turn.publish(Delta(text))

    async def stopped() -> None:
        await turn.stopped.wait()
        await first.wait()

    asking = asyncio.ensure_future(ask(on_delta))
    stopping = asyncio.ensure_future(stopped())
    try:
        await asyncio.wait((asking, stopping), return_when=asyncio.FIRST_COMPLETED)
        return await asking if asking.done() else cut_short("".join(pieces))
    finally:
        stopping.cancel()
        asking.cancel()
