"""Files of React components that stand beside their Python modules."""

import sys
from pathlib import Path
from typing import Any

from reflex.assets import _link_shared_asset
from reflex_base.constants import Dirs
from reflex_base.environment import environment


def local_file(name: str, module: str) -> str:
    """Where the pages import the file `name` beside `module` (a `__name__`) from.

    What `rx.asset(name, shared=True).importable_path` gives; that one looks for its caller through
    the whole stack's source, which takes 70 ms a file. Raises FileNotFoundError.
    """
    folder = module.replace(".", "/")
    source = Path(_file_of(sys.modules[module])).parent / name
    if not source.exists():
        raise FileNotFoundError(f"no such file: {source}")
    if not environment.REFLEX_SKIP_COMPILE.get():
        linked = Path.cwd() / Dirs.APP_ASSETS / Dirs.EXTERNAL_APP_ASSETS / folder / name
        linked.parent.mkdir(parents=True, exist_ok=True)
        _link_shared_asset(linked, source)
    return f"$/public/{Dirs.EXTERNAL_APP_ASSETS}/{folder}/{name}"


def _file_of(module: Any) -> str:
    file: str = module.__file__
    return file
