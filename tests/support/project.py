"""A copy of what `manage.py` needs, with a stand-in for the venv's Python, for tests of starting.

The stand-in writes down what it is asked (`calls`), and does as the environment says: FAKE_PIP_S
(seconds pip takes), FAKE_PIP_CODE, FAKE_BUILD_S, FAKE_BUILD_CODE.
"""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from alpina_app.bootstrap import paths

COPIED = ("manage.py", ".env.example", "rxconfig.py", "alpina_app/__init__.py")
COPIED_FOLDERS = ("alpina_app/bootstrap", "alpina_app/i18n")
PYTHON = """#!/bin/sh
[ "$1" = -m ] && shift
echo "$*" >> calls
case "$1" in
pip)
    sleep "${FAKE_PIP_S:-0}"
    [ "${FAKE_PIP_CODE:-0}" = 0 ] || echo "ERROR: No matching distribution found for alembic"
    echo "pip done" >> calls
    exit "${FAKE_PIP_CODE:-0}" ;;
alpina_app.frontend_build)
    sleep "${FAKE_BUILD_S:-0}"
    mkdir -p .web/build/client
    echo page > .web/build/client/index.html
    [ "${FAKE_BUILD_CODE:-0}" = 0 ] || echo "Error: the page does not compile"
    echo "build done" >> calls
    exit "${FAKE_BUILD_CODE:-0}" ;;
esac
"""


@dataclass(frozen=True)
class Project:
    root: Path

    def run(self, *arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
        process = self.start(*arguments, **env)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def start(self, *arguments: str, **env: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, str(self.root / "manage.py"), *arguments],
            env={**environment(), **env},
            cwd=self.root.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_heed_interrupts,
        )

    @property
    def calls(self) -> list[str]:
        file = self.root / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        return [" ".join(word for word in line.split() if "/" not in word) for line in lines]


def environment() -> dict[str, str]:
    """Ours, with English texts and none of the settings that a developer may have set."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "LANG": "en_US.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "LOCAL_MODEL": "no"}


def make_project(root: Path) -> Project:
    for name in COPIED:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(paths.ROOT / name, root / name)
    for name in COPIED_FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(paths.ROOT / name, root / name, ignore=ignored)
    (root / "requirements.txt").write_text("alembic==1.0\nbabel==2.0\n")
    (root / "requirements-dev.txt").write_text("-r requirements.txt\npytest==9.0\n")
    python = root / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON)
    python.chmod(0o755)
    (root / ".venv" / "pyvenv.cfg").write_text("version = 3.11.7\n")
    return Project(root)


def _heed_interrupts() -> None:
    """Also where the tests themselves were started in the background, which ignores SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
