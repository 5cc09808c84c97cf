"""Where page states find what the server owns.

Reflex makes the states itself and hands them nothing, so the composition root leaves the runtime
here when the server's lifespan begins. Nothing else is kept in this module.
"""

from alpina_app.services.runtime import Runtime


class _Place:
    runtime: Runtime | None = None


def open_pages(runtime: Runtime) -> None:
    _Place.runtime = runtime


def close_pages() -> None:
    _Place.runtime = None


def runtime() -> Runtime:
    """Raises RuntimeError outside a running server (while pages are being built)."""
    if _Place.runtime is None:
        raise RuntimeError("the server is not running")
    return _Place.runtime
