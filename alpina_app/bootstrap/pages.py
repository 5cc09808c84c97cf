"""The built pages: made again only when something they are made from changed.

Each build stands in a folder of its own, `build/pages/<hash>`, and appears there at once when it is
complete: a running server keeps its folder, two starts at once cannot spoil each other's.
"""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from alpina_app.bootstrap import environment, paths, stamp
from alpina_app.bootstrap.children import child_environment, started
from alpina_app.bootstrap.console import Console, Stop

# Reflex's working folder, and what of it a server reads.
WEB = paths.ROOT / ".web"
SERVED = ("build/client", "backend", "routes.json")
# What cannot change a page.
NOT_PAGES = frozenset(
    (
        *("admin", "api", "asgi.py", "bootstrap", "cli.py", "clients", "commands.py", "db.py"),
        *("migrations.py", "server.py", "serving.py"),
    )
)
SETTINGS = ("DEBUG", "DEFAULT_MODEL", "TIME_ZONE")
KEPT = 3
# The exit code of `alpina_app.frontend_build` whose last line names the wrong settings.
WRONG_SETTINGS = 2
_HANDED_OVER = "ALPINA_PAGES"
_ORNAMENT = re.compile(r"[\u2500-\u259f]+|\x1b\[[\d;]*m")


def folder() -> Path:
    """Where the pages of the present sources, packages and settings stand once built."""
    return paths.PAGES / _fingerprint()[:16]


def folder_to_serve() -> Path:
    """The folder that `manage.py` handed over, else that of the present sources."""
    return Path(os.environ[_HANDED_OVER]) if _HANDED_OVER in os.environ else folder()


def hand_over(where: Path) -> None:
    """What the process goes on as serves these pages, whatever is edited in between."""
    os.environ[_HANDED_OVER] = str(where)


def is_built(where: Path) -> bool:
    return (where / "build" / "client" / "index.html").exists()


def build(console: Console) -> Path:
    """Builds the pages; their folder. Raises Stop with the cause if that fails."""
    with console.step("step_pages") as progress:
        command = (paths.PYTHON, "-m", "alpina_app.frontend_build")
        with started(command, lambda line: progress(_shown(line)), child_environment()) as child:
            code = child.wait()
        said = [line.strip() for line in child.tail if line.strip()]
        if code == WRONG_SETTINGS:
            raise Stop("bad_settings", 2, problems=said[-1])
        if code:
            log = paths.BUILD / "pages.log"
            log.write_text("\n".join(said) + "\n", encoding="utf-8")
            raise Stop("no_pages", reason=_cause(said), log=str(log))
        # Only now: the build writes down the versions it took, in `reflex.lock`.
        where = folder()
        _publish(where)
    _forget_old(where)
    return where


def _publish(where: Path) -> None:
    fresh = where.with_name(f"{where.name}.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    for name in SERVED:
        source, target = WEB / name, fresh / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        elif source.exists():
            shutil.copy2(source, target)
    if where.exists():
        shutil.rmtree(where)
    fresh.replace(where)


def _forget_old(where: Path) -> None:
    """Servers that still run may serve from a folder before the last: keep a few."""
    others = [path for path in paths.PAGES.iterdir() if path != where]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


def _fingerprint() -> str:
    settings = {name: environment.setting(name) for name in SETTINGS}
    also = (json.dumps(settings, sort_keys=True), f"{sys.platform}")
    return stamp.digest(_sources(), root=paths.ROOT, also=also)


def _sources() -> Iterator[Path]:
    root = paths.ROOT
    yield from (root / "rxconfig.py", environment.RUN)
    application = root / "alpina_app"
    for entry in application.iterdir():
        if entry.name not in NOT_PAGES:
            yield from _files(entry)
    for name in ("assets", "reflex.lock"):
        yield from _files(root / name)


def _files(entry: Path) -> Iterator[Path]:
    if entry.is_file():
        yield entry
    elif entry.is_dir():
        for path in sorted(entry.rglob("*")):
            if path.is_file() and not {"__pycache__", "external"} & set(path.parts):
                yield path


def _shown(line: str) -> str:
    """A line of the compiler without colours and bars, short enough to stand behind the step."""
    return _ORNAMENT.sub(" ", line).strip()[:60]


def _cause(said: list[str]) -> str:
    """What went wrong: a traceback's last line, else the first that speaks of an error."""
    errors = [line for line in said if "rror" in line]
    if any(line.startswith("Traceback") for line in said):
        errors.reverse()
    return _ORNAMENT.sub(" ", (errors or said[-1:] or ["?"])[0]).strip()[:300]
