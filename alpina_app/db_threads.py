"""Threads that do the database's work for the event loop, as cheaply as Python allows.

`ThreadPoolExecutor` with `shield` costs twice as much for each call.
"""

import asyncio
import contextlib
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

R = TypeVar("R")


class _Job:
    """One piece of work; `answer` is awaited, `ended` by a caller who was cancelled meanwhile.

    `is_over`: nothing will be delivered any more, a caller who is only then cancelled included.
    """

    __slots__ = ("_loop", "_work", "answer", "ended", "is_over")

    def __init__(self, loop: asyncio.AbstractEventLoop, work: Callable[[], Any]) -> None:
        self._loop = loop
        self._work = work
        self.answer: asyncio.Future[Any] = loop.create_future()
        self.ended: asyncio.Future[None] | None = None
        self.is_over = False

    def run(self) -> None:
        result: Any = None
        problem: BaseException | None = None
        try:
            result = self._work()
        except BaseException as error:
            problem = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._deliver, result, problem)

    def _deliver(self, result: Any, problem: BaseException | None) -> None:
        self.is_over = True
        if self.ended is not None:
            self.ended.set_result(None)
        elif not self.answer.cancelled():
            if problem is None:
                self.answer.set_result(result)
            else:
                self.answer.set_exception(problem)


class Threads:
    """`count` threads, started when they are first needed."""

    def __init__(self, count: int, name: str) -> None:
        self._count = count
        self._name = name
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._started: list[Thread] = []
        self._lock = Lock()
        self._closed = False

    async def do(self, work: Callable[[], R]) -> R:
        """What `work()` returns or raises. A cancelled caller waits for its end all the same."""
        job = _Job(asyncio.get_running_loop(), work)
        if len(self._started) < self._count or self._closed:
            self._start_one()
        self._jobs.put(job)
        try:
            result: R = await job.answer
            return result
        except asyncio.CancelledError:
            if job.answer.cancelled():
                await self._until_ended(job)
            raise

    def close(self) -> None:
        """Waits for the work that was handed in."""
        with self._lock:
            self._closed = True
            for _ in self._started:
                self._jobs.put(None)
        for thread in self._started:
            thread.join()

    async def _until_ended(self, job: _Job) -> None:
        if job.is_over:
            return
        job.ended = asyncio.get_running_loop().create_future()
        while not job.ended.done():
            try:
                await asyncio.shield(job.ended)
            except asyncio.CancelledError:
                continue  # the caller of this is being cancelled already

    def _start_one(self) -> None:
        with self._lock:
            if self._closed:
                raise RuntimeError("the database is closed")
            if len(self._started) < self._count:
                name = f"{self._name}-{len(self._started) + 1}"
                thread = Thread(target=self._run, name=name, daemon=True)
                self._started.append(thread)
                thread.start()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job.run()
            del job  # or the last answer would live until the next question
