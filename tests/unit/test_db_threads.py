"""Work on the database's threads: its answer, and callers that are cancelled meanwhile."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from alpina_app.db_threads import Threads


@pytest.fixture
def threads() -> Iterator[Threads]:
    threads = Threads(1, "test")
    yield threads
    threads.close()


async def test_an_answer_and_an_error_reach_the_caller(threads: Threads) -> None:
    assert await threads.do(lambda: 6 * 7) == 42
    with pytest.raises(ZeroDivisionError):
        await threads.do(lambda: 1 // 0)


async def test_a_cancelled_caller_waits_for_the_end(threads: Threads) -> None:
    gate, ended = threading.Event(), []
    caller = asyncio.create_task(threads.do(lambda: ended.append(gate.wait(10))))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.sleep(0)
    assert not caller.done()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(caller, 10)
    assert ended == [True]


async def test_a_caller_cancelled_as_the_answer_comes_does_not_wait_for_another(
    threads: Threads,
) -> None:
    worked = threading.Event()
    caller = asyncio.create_task(threads.do(worked.set))
    await asyncio.sleep(0)
    worked.wait(10)
    time.sleep(0.1)  # noqa: ASYNC251 - the loop must not turn before the answer stands in its queue
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asyncio.shield(caller), 10)
