"""Child processes that never outlive us: Ctrl-C, SIGTERM and every error end their whole group."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alpina_app.bootstrap import paths

STOP_S = 5.0


@dataclass
class Child:
    """A running command; its output goes line by line to `on_line`, the last lines are kept."""

    process: "subprocess.Popen[str]"
    reader: threading.Thread
    tail: "deque[str]" = field(default_factory=lambda: deque(maxlen=200))

    def wait(self, timeout_s: float | None = None) -> int | None:
        """The exit code; None: still running after `timeout_s`."""
        try:
            code = self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None
        self.reader.join(STOP_S)
        return code

    def stop(self) -> None:
        if self.process.poll() is None:
            _end_group(self.process)


@contextmanager
def started(
    command: Sequence[str | Path],
    on_line: Callable[[str], None] = lambda _line: None,
    env: Mapping[str, str] | None = None,
) -> Iterator[Child]:
    """Starts `command` in the project's folder; ends it, if it still runs, on the way out."""
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=paths.ROOT,
        env=dict(env or child_environment()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        **_own_group(),
    )
    tail: deque[str] = deque(maxlen=200)

    def read() -> None:
        with contextlib.suppress(ValueError, OSError):
            for line in process.stdout or ():
                tail.append(line.rstrip())
                on_line(line.rstrip())

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    child = Child(process, reader, tail)
    try:
        yield child
    finally:
        child.stop()
        reader.join(STOP_S)
        if not reader.is_alive() and process.stdout is not None:
            process.stdout.close()


def become(command: Sequence[str | Path]) -> int:
    """Goes on as `command`: the same process where the system can do that, else a child's code."""
    parts, env = [str(part) for part in command], child_environment()
    if sys.platform != "win32":
        os.execve(parts[0], parts, env)  # never returns
    with subprocess.Popen(parts, env=env) as process:
        while True:
            # Ctrl-C reaches the child as well, which ends by itself.
            with contextlib.suppress(KeyboardInterrupt):
                return process.wait()


def child_environment() -> dict[str, str]:
    """Our environment with the venv first on PATH, and no tool that calls home."""
    env = dict(os.environ)
    # A start may take three seconds: without .pyc files Python alone would need more.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env["PATH"] = os.pathsep.join(filter(None, (str(paths.BIN), env.get("PATH", ""))))
    env["VIRTUAL_ENV"] = str(paths.VENV)
    env["PYTHONUTF8"] = "1"
    env["REFLEX_TELEMETRY_ENABLED"] = "false"
    env["REFLEX_CHECK_LATEST_VERSION"] = "false"
    env.setdefault("REFLEX_DIR", str(paths.BUILD / "reflex"))
    return env


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM ends us like Ctrl-C does: through KeyboardInterrupt, so that children are ended."""

    def interrupt(_number: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _own_group() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _end_group(process: "subprocess.Popen[str]") -> None:
    if sys.platform == "win32":
        subprocess.run(
            ["taskkill", "/T", "/F", "/PID", str(process.pid)],
            capture_output=True,
            check=False,
        )
        process.wait()
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_S)
            break
    # Grandchildren that ignored SIGTERM: the group lives as long as one of them does.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
