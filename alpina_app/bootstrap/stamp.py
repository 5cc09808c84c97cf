"""Stamps: a hash of what a result was made from, kept beside it, tells whether it is still good."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path


def digest(files: Iterable[Path], *, root: Path, also: Iterable[str] = ()) -> str:
    """SHA-256 (hex) of the names and bytes of `files` and of `also`, whatever their order."""
    total = hashlib.sha256()
    for path in sorted(set(files)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(root).as_posix()}\0{content}\n".encode())
    for text in sorted(also):
        total.update(f"\0{text}\n".encode())
    return total.hexdigest()


def read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return None


def write(path: Path, value: str) -> None:
    """Replaces the file at once: a reader sees the old value or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(value + "\n", encoding="utf-8")
    fresh.replace(path)
