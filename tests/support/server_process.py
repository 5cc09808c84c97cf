"""`manage.py runserver` of this very tree as a process of its own, on a free port."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from alpina_app.bootstrap.paths import ROOT

STOP_S = 30


@dataclass
class ServerProcess:
    """`said` are its lines so far; `url` ends with a slash."""

    process: "subprocess.Popen[str]"
    url: str
    said: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.url.rstrip("/").rpartition(":")[2])

    def stop(self, number: int = signal.SIGINT) -> int:
        """The exit code."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=STOP_S)
        self.said += rest.splitlines()
        return self.process.returncode


def settings(folder: Path, **changed: str) -> dict[str, str]:
    """An environment with English texts and a database of its own; `changed` names win."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "LANG": "en_US.UTF-8",
        "SECRET_KEY": "only-for-tests-0123456789",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "CSRF_TRUSTED_ORIGINS": "",
        "LOCAL_MODEL": "no",
        "OPENAI_API_KEY": "",
        "OPENAI_BASE_URL": "",
        "REDIS_URL": "",
        **changed,
    }


def start(*arguments: str, env: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(*arguments: str, env: dict[str, str]) -> tuple[int, str]:
    """Exit code and all that was said."""
    process = start(*arguments, env=env)
    said, _ = process.communicate(timeout=300)
    return process.returncode, said


@contextlib.contextmanager
def running_server(env: dict[str, str], address: str = "0") -> Iterator[ServerProcess]:
    """Gives the server once it answers; kills it in the end if it still runs."""
    process = start("runserver", address, env=env)
    said: list[str] = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line.rstrip())
            if found := re.search(r"is running: (http://\S+/) ", line):
                yield ServerProcess(process, found[1], said)
                break
        else:
            raise AssertionError("the server did not start:\n" + "\n".join(said))
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
