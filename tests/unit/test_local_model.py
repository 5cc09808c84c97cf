"""The embedded model: its child process, and (where it is installed) its answers."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import get_args

import httpx2
import pytest

from alpina_app.clients import local_model
from alpina_app.clients.gpt import BotSettings, Gpt, bot_request
from alpina_app.clients.gpt_wire import Reason
from alpina_app.clients.local_model import MODEL_NAME, LocalModel, Problem, State, find_weights
from alpina_app.errors import ModelNotConfigured
from alpina_app.i18n import translate

ROOT = Path(__file__).resolve().parents[2]
READY = "port = 9; print(json.dumps({'port': port}), flush=True); sys.stdin.read()"

needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
needs_model = pytest.mark.skipif(
    find_spec("xllamacpp") is None or find_weights() is None,
    reason="requirements-local.txt is not installed",
)


@asynccontextmanager
async def running(folder: Path, after_hello: str) -> AsyncIterator[LocalModel]:
    """A child that notes its process id and key, then does `after_hello`."""
    program = (
        "import json, os, sys, time\n"
        "hello = json.loads(sys.stdin.readline())\n"
        f"open({str(folder / 'born')!r}, 'a').write(f'{{os.getpid()}} {{hello[\"api_key\"]}}\\n')\n"
        f"{after_hello}\n"
    )
    weights = folder / "model.gguf"
    weights.touch()
    command = (sys.executable, "-c", program)
    model = LocalModel(weights=weights, command=command, first_wait_s=0.001)
    await model.start()
    try:
        yield model
    finally:
        await model.stop()


def born(folder: Path) -> list[tuple[int, str]]:
    """(process id, key) of every child so far."""
    path = folder / "born"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(int(pid), key) for pid, key in (line.split() for line in lines)]


async def until(test: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not test():  # noqa: ASYNC110 - files and processes have no event
            await asyncio.sleep(0.005)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def reason(asked: Awaitable[object]) -> object:
    with pytest.raises(ModelNotConfigured) as caught:
        await asked
    return caught.value.params["reason"]


async def test_endpoint_waits_for_the_child_and_knows_its_key(tmp_path: Path) -> None:
    async with running(tmp_path, READY) as model:
        assert (model.state, model.base_url, model.api_key) == ("starting", None, None)
        endpoint = await model.endpoint()
        ((_, key),) = born(tmp_path)
        assert (endpoint.api_key, endpoint.base_url) == (key, "http://127.0.0.1:9/v1")
        assert (model.state, model.base_url, model.api_key) == ("ready", endpoint.base_url, key)
        assert len(key) >= 32
        assert key not in repr(endpoint)
    assert (model.state, model.base_url, model.api_key) == ("stopped", None, None)
    assert await reason(model.endpoint()) == "stopped"


async def test_second_start_makes_no_second_child(tmp_path: Path) -> None:
    async with running(tmp_path, READY) as model:
        await model.start()
        await model.endpoint()
        assert len(born(tmp_path)) == 1


async def test_stop_ends_the_child(tmp_path: Path) -> None:
    async with running(tmp_path, READY) as model:
        await model.endpoint()
    ((pid, _),) = born(tmp_path)
    assert not alive(pid)


async def test_stop_ends_a_child_that_is_still_starting(tmp_path: Path) -> None:
    async with running(tmp_path, "sys.stdin.read()"):
        await until(lambda: born(tmp_path))
    ((pid, _),) = born(tmp_path)
    assert not alive(pid)


async def test_stop_kills_a_child_that_does_not_listen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_model, "_STOP_LIMIT_S", 0.05)
    async with running(tmp_path, "print('{\"port\": 9}', flush=True); time.sleep(600)") as model:
        await model.endpoint()
    ((pid, _),) = born(tmp_path)
    assert not alive(pid)


async def test_dead_child_is_replaced_with_a_new_key(tmp_path: Path) -> None:
    async with running(tmp_path, READY) as model:
        first = await model.endpoint()
        os.kill(born(tmp_path)[0][0], signal.SIGKILL)
        await until(lambda: model.state == "starting")
        second = await model.endpoint()
        assert [key for _, key in born(tmp_path)] == [first.api_key, second.api_key]
        assert first.api_key != second.api_key


async def test_child_that_was_ready_once_is_restarted_for_ever(tmp_path: Path) -> None:
    async with running(tmp_path, "print('{\"port\": 9}', flush=True)"):
        await until(lambda: len(born(tmp_path)) > 6)


@pytest.mark.parametrize(
    "fate", ["sys.exit(1)", "print('hello', flush=True)", "print('{}', flush=True)"]
)
async def test_child_that_never_comes_up_is_given_up(tmp_path: Path, fate: str) -> None:
    async with running(tmp_path, fate) as model:
        assert await reason(model.endpoint()) == "does_not_start"
        assert (model.state, model.problem) == ("unavailable", "does_not_start")
        assert len(born(tmp_path)) == 5


async def test_program_that_cannot_be_run_is_given_up(tmp_path: Path) -> None:
    weights = tmp_path / "model.gguf"
    weights.touch()
    model = LocalModel(weights=weights, command=(str(tmp_path / "none"),), first_wait_s=0.001)
    await model.start()
    assert await reason(model.endpoint()) == "does_not_start"
    await model.stop()


async def test_missing_package_is_said_and_starts_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(local_model, "find_spec", lambda name: None)
    model = LocalModel(weights=Path(__file__))
    await model.start()
    assert (model.state, model.problem) == ("unavailable", "not_installed")
    assert await reason(model.endpoint()) == "not_installed"
    await model.stop()


async def test_missing_weights_are_said(tmp_path: Path) -> None:
    model = LocalModel(weights=tmp_path / "none.gguf", command=("never",))
    await model.start()
    assert (model.state, model.problem) == ("unavailable", "no_weights")
    await model.stop()


async def test_model_installed_later_is_found_without_a_restart(tmp_path: Path) -> None:
    late = tmp_path / "late.gguf"
    program = f"import json, sys; sys.stdin.readline(); {READY}"
    model = LocalModel(weights=late, command=(sys.executable, "-c", program))
    await model.start()
    assert await reason(model.endpoint()) == "no_weights"
    late.touch()
    assert (await model.endpoint()).base_url == "http://127.0.0.1:9/v1"
    await model.stop()


@needs_proc
async def test_key_is_not_to_be_seen_from_outside(tmp_path: Path) -> None:
    async with running(tmp_path, READY) as model:
        await model.endpoint()
        ((pid, key),) = born(tmp_path)
        process = Path(f"/proc/{pid}")
        assert key.encode() not in (process / "cmdline").read_bytes()
        assert key.encode() not in (process / "environ").read_bytes()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_state_problem_and_reason_has_its_words(language: str) -> None:
    keys = [f"state_{state}" for state in get_args(State)]
    keys += [f"problem_{problem}" for problem in (*get_args(Problem), "stopped")]
    keys += [f"reason_{reason}" for reason in (*get_args(Reason), "timeout")]
    for key in keys:
        assert translate(language, f"model.{key}")
    assert MODEL_NAME in translate(language, "model.demo_notice", name=MODEL_NAME)


@needs_model
async def test_the_real_model_answers_whatever_model_a_bot_names() -> None:
    model = LocalModel()
    gpt = Gpt(source=model.endpoint, timeout_s=120)
    await model.start()
    try:
        bot = BotSettings(gpt_model="gpt-3.5-turbo", max_tokens=8)
        whole = await gpt.reply(bot_request(bot, [], "Hello!"))
        pieces: list[str] = []
        streamed = await gpt.reply(bot_request(bot, [], "Hello!"), pieces.append)
        completion = BotSettings(bot_type="completion", gpt_model="davinci", max_tokens=8)
        continued = await gpt.reply(bot_request(completion, [], "The capital of France is"))

        assert whole.usage is not None
        assert 0 < whole.usage.completion_tokens <= 8
        assert streamed.text == "".join(pieces)
        assert len(pieces) > 1
        assert streamed.usage is not None
        assert continued.text.strip()
        assert await gpt.list_models() == (MODEL_NAME,)
    finally:
        await gpt.aclose()
        await model.stop()


@needs_model
async def test_the_real_model_forgets_what_it_cannot_hold() -> None:
    model = LocalModel()
    gpt = Gpt(source=model.endpoint, timeout_s=120, history_tokens=100_000)
    await model.start()
    try:
        talk = [{"role": "user", "content": "books and courses " * 60}] * 30
        answer = await gpt.reply(bot_request(BotSettings(max_tokens=4), talk, "Hello!"))
        assert answer.usage is not None
        assert 100 < answer.usage.prompt_tokens < 500
    finally:
        await gpt.aclose()
        await model.stop()


@needs_model
async def test_the_real_model_wants_its_key_and_serves_no_page_to_browsers() -> None:
    model = LocalModel()
    await model.start()
    try:
        endpoint = await model.endpoint()
        origin = endpoint.base_url.removesuffix("/v1")
        async with httpx2.AsyncClient(headers={"Origin": "http://evil.example"}) as browser:
            asked = {"model": "m", "prompt": "x", "max_tokens": 1}
            for path in ("/v1/completions", "/completion"):
                assert (await browser.post(origin + path, json=asked)).status_code == 401
            page = await browser.get(origin)
            allowed = page.headers.get("access-control-allow-origin", "")
        assert page.status_code == 404
        assert allowed == ""
    finally:
        await model.stop()


@needs_model
@needs_proc
async def test_the_real_model_answers_again_after_it_was_killed() -> None:
    model = LocalModel(first_wait_s=0.001)
    gpt = Gpt(source=model.endpoint, timeout_s=120)
    await model.start()
    try:
        request = bot_request(BotSettings(max_tokens=4), [], "Hello!")
        await gpt.reply(request)
        before = model.base_url, model.api_key
        for pid in children(os.getpid()):
            os.kill(pid, signal.SIGKILL)
        assert (await gpt.reply(request)).text
        assert (model.base_url, model.api_key) != before
    finally:
        await gpt.aclose()
        await model.stop()


@needs_model
@needs_proc
async def test_the_real_model_does_not_outlive_a_killed_server() -> None:
    program = (
        "import asyncio\n"
        "from alpina_app.clients.local_model import LocalModel\n"
        "async def main():\n"
        "    model = LocalModel()\n"
        "    await model.start()\n"
        "    await model.endpoint()\n"
        "    print('ready', flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert server.stdout is not None
    assert await server.stdout.readline() == b"ready\n"
    (child,) = children(server.pid)
    server.kill()
    await server.wait()
    await until(lambda: not running_process(child))


def children(parent: int) -> list[int]:
    """Process ids of `parent`'s children that run the model."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state = (folder / "stat").read_text().rpartition(")")[2].split()
            named = b"local_model" in (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if named and int(state[1]) == parent:
            found.append(int(folder.name))
    return found


def running_process(pid: int) -> bool:
    """Whether it runs: one that ended and was not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
