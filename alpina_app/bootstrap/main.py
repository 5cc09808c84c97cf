"""`manage.py`: makes what a command needs, then goes on in the venv as `alpina_app.cli`."""

import argparse
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from alpina_app.bootstrap import arguments, environment, pages, paths
from alpina_app.bootstrap.address import check_free
from alpina_app.bootstrap.children import Child, become, interruptible
from alpina_app.bootstrap.console import Console, Stop, prepare_streams
from alpina_app.bootstrap.lock import exclusive

LOCAL_MODEL_WAIT_S = 60.0
NO = ("0", "false", "f", "no", "n", "off")  # as pydantic reads them
# These need the built pages: the server shows them, the browser tests look at them.
WITH_PAGES = ("runserver", "test")


def main(argv: Sequence[str]) -> int:
    """Runs one command; returns its exit code: 2 for wrong usage, 130 after Ctrl-C."""
    prepare_streams()
    os.chdir(paths.ROOT)
    console = Console()
    parser = arguments.make_parser()
    options = arguments.parse(parser, argv)
    if options.command in (None, "help"):
        parser.print_help()
        return 0
    try:
        with interruptible():
            _prepare(console, options)
    except Stop as problem:
        console.fail(problem)
        return problem.exit_code
    except OSError as error:
        place = error.filename or paths.ROOT
        console.fail(Stop("unwritable", path=place, reason=error.strerror or error))
        return 1
    except KeyboardInterrupt:
        return 130
    if options.command == "test":
        return become([paths.PYTHON, "-m", "pytest", *options.rest])
    module = "server" if options.command == "runserver" else "cli"
    return become([paths.PYTHON, "-m", f"alpina_app.{module}", *argv])


def _prepare(console: Console, options: argparse.Namespace) -> None:
    if options.command == "runserver":
        check_free(*options.address)
    requirements = environment.DEV if options.command == "test" else environment.RUN
    with_pages = options.command in WITH_PAGES
    if _stands(requirements, with_pages):
        return
    with exclusive(paths.LOCK, lambda: console.say("waiting")):
        environment.prepare(console, requirements)
        environment.write_env_file(console)
        if with_pages and not _pages_stand():
            with _local_model_wanted() as child:
                pages.hand_over(pages.build(console))
                _await_local_model(console, child)


def _stands(requirements: Path, with_pages: bool) -> bool:
    """Whether nothing is left to prepare: then no lock is taken and nothing is written."""
    return (
        environment.is_ready(requirements)
        and (paths.ENV_FILE.exists() or bool(os.environ.get("SECRET_KEY")))
        and (not with_pages or _pages_stand())
    )


def _pages_stand() -> bool:
    where = pages.folder()
    if not pages.is_built(where):
        return False
    pages.hand_over(where)
    return True


def _local_model_wanted() -> AbstractContextManager[Child | None]:
    """Without a key the demo model answers: its packages come while the pages are built.

    Nothing is wrong where they cannot be had: the server goes on trying by itself.
    """
    if any(environment.setting(name) for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL")):
        return nullcontext()
    if environment.setting("LOCAL_MODEL").lower() in NO:
        return nullcontext()
    return environment.installing_local_model()


def _await_local_model(console: Console, child: Child | None) -> None:
    if child is None:
        return
    with console.step("step_local_model"):
        code = child.wait(LOCAL_MODEL_WAIT_S)
    if code == 0:
        environment.local_model_installed()
    else:
        console.say("no_local_model")
