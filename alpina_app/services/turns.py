"""The turns that run in this process: one at a time per conversation, followed by any number.

A turn is a task of its own: a client that goes away does not end it, a page that reloads follows it
anew from its beginning. Across processes the `turn_lease` table does the same (`chat.claim`).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from alpina_app.errors import AlpinaError, Busy

log = logging.getLogger(__name__)
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Begun:
    """The request was found right; from now on only the world can make the turn fail."""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a text that the model is still writing."""

    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A whole text of the bot. It replaces the deltas that came since the last one."""

    role: str
    content: str
    step: int | None

    def to_json(self) -> dict[str, Any]:
        return {"role": self.role, "content": self.content, "step": self.step}


@dataclass(frozen=True, slots=True)
class Finished:
    """The turn is stored; `reply` is the chat's answer."""

    reply: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The turn came to nothing; nothing of it stands in the history."""

    error: Exception


Event = Begun | Delta | Said | Finished | Failed


class LiveTurn:
    """A turn at work. `message` is what the user wrote.

    `ref`: what the client calls it, to know it again. `watchers`: for followers that give way to a
    newer one of the same place: {place: its newest visit}.
    """

    def __init__(self, key: Key, message: str, *, streams: bool) -> None:
        self.key = key
        self.message = message
        self.streams = streams
        self.stopped = asyncio.Event()
        self.ref = ""
        self.watchers: dict[str, str] = {}
        self._events: list[Event] = []
        self._changed = asyncio.Event()
        self._over = False

    def publish(self, event: Event) -> None:
        self._events.append(event)
        self._over = self._over or isinstance(event, Finished | Failed)
        self._changed.set()
        self._changed = asyncio.Event()

    def stop(self) -> None:
        """Asks the model to write no further; what it wrote so far is kept as its answer."""
        self.stopped.set()

    async def follow(self) -> AsyncIterator[Event]:
        """Every event from the first on; ends with `Finished` or `Failed`."""
        seen = 0
        while events := await self.since(seen):
            for event in events:
                yield event
            seen += len(events)

    async def since(self, seen: int) -> list[Event]:
        """The events behind the first `seen` ones; waits for one. Empty at the end of the turn."""
        while len(self._events) == seen and not self._over:
            await self._changed.wait()
        return self._events[seen:]

    async def result(self) -> Any:
        """The reply; raises what made the turn fail."""
        while not self._over:
            await self._changed.wait()
        match self._events[-1]:
            case Finished(reply):
                return reply
            case Failed(error):
                raise error
        raise AssertionError("a turn ends with Finished or Failed")


class Turns:
    """The registry. Build one per process."""

    def __init__(self, wait_s: float) -> None:
        self._wait_s = wait_s
        self._locks: dict[Key, asyncio.Lock] = {}
        self._users: dict[Key, int] = {}
        self._live: dict[Key, LiveTurn] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, turn: LiveTurn, work: Callable[[LiveTurn], Awaitable[Any]]) -> None:
        """Queues the turn behind the others of its conversation, in order of arrival.

        `work(turn)` returns the reply. A turn that waits longer than `wait_s` seconds fails
        with Busy.
        """
        task = asyncio.create_task(self._run(turn, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def live(self, key: Key) -> LiveTurn | None:
        """The turn of this conversation that runs now."""
        return self._live.get(key)

    def is_busy(self, key: Key) -> bool:
        """Whether a turn of this conversation runs or waits."""
        return key in self._users

    @property
    def count(self) -> int:
        """Turns at work or waiting."""
        return len(self._tasks)

    async def close(self, grace_s: float = 5.0) -> None:
        """Lets running turns end, then cancels them: a cancelled turn stores nothing."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    async def _run(self, turn: LiveTurn, work: Callable[[LiveTurn], Awaitable[Any]]) -> None:
        lock = self._locks.setdefault(turn.key, asyncio.Lock())
        self._users[turn.key] = self._users.get(turn.key, 0) + 1
        held = False
        try:
            try:
                async with asyncio.timeout(self._wait_s):
                    await lock.acquire()
            except TimeoutError:
                raise Busy from None
            held = True
            self._live[turn.key] = turn
            turn.publish(Finished(await work(turn)))
        except asyncio.CancelledError:
            turn.publish(Failed(Busy("stopping")))
            raise
        except Exception as error:
            if not isinstance(error, AlpinaError):
                log.exception("A chat turn failed")
            turn.publish(Failed(error))
        finally:
            if held:
                self._live.pop(turn.key, None)
                lock.release()
            self._users[turn.key] -= 1
            if not self._users[turn.key]:
                del self._users[turn.key], self._locks[turn.key]
