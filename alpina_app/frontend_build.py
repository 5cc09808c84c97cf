"""Builds the pages with Reflex: `python -m alpina_app.frontend_build`, started by `manage.py`."""

import re
import sys
from pathlib import Path
from typing import Any

from reflex_base.plugins.base import Plugin

from alpina_app.bootstrap.pages import WRONG_SETTINGS
from alpina_app.errors import SettingsError
from alpina_app.settings import load_settings

_CHUNK = "assets/reflex-env-*.js"
_ADDRESS = re.compile(r"""(["'`])(http|ws)://[^/"'`]+(/[^"'`]*)\1""")


class OwnOrigin(Plugin):
    """Makes one build work on every host and port.

    Reflex bakes `ws://localhost:8000/_event` and its like into one chunk; they become addresses on
    the page's own origin.
    """

    def post_build(self, **context: Any) -> None:
        """Raises RuntimeError where the chunk is not what it was in Reflex 0.10."""
        static_dir = Path(context["static_dir"])
        chunks = list(static_dir.glob(_CHUNK))
        if len(chunks) != 1:
            raise RuntimeError(f"{len(chunks)} chunks match {_CHUNK}; one was expected")
        text = chunks[0].read_text(encoding="utf-8")
        rewritten = to_own_origin(text)
        if "ws://" in rewritten or "http://" in rewritten or rewritten == text:
            raise RuntimeError(f"the addresses in {chunks[0].name} could not be rewritten")
        chunks[0].write_text(rewritten, encoding="utf-8")


def to_own_origin(script: str) -> str:
    """JavaScript whose baked addresses are made from `location.origin` when it runs."""

    def own(found: re.Match[str]) -> str:
        origin = {
            "http": "location.origin",
            "ws": "location.origin.replace(/^http/,`ws`)",
        }[found[2]]
        return f"{origin}+`{found[3]}`"

    return _ADDRESS.sub(own, script)


def main() -> int:
    try:
        load_settings()
    except SettingsError as error:
        print("; ".join(error.problems))
        return WRONG_SETTINGS
    from reflex.utils import export, prerequisites
    from reflex_base import constants
    from reflex_base.environment import environment

    environment.REFLEX_COMPILE_CONTEXT.set(constants.CompileContext.EXPORT)
    if prerequisites.needs_reinit():
        # What `reflex init` does, less its changes to .gitignore and the like.
        prerequisites.initialize_reflex_user_directory()  # type: ignore[no-untyped-call]
        prerequisites.initialize_frontend_dependencies()  # type: ignore[no-untyped-call]
    export.export(zipping=False, backend=False, prerender_routes=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
