"""Where things stand in the project's folder."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if sys.platform == "win32" else "bin")
PYTHON = BIN / ("python.exe" if sys.platform == "win32" else "python")
ENV_FILE = ROOT / ".env"
ENV_EXAMPLE = ROOT / ".env.example"
BUILD = ROOT / "build"
LOCK = BUILD / "manage.lock"
PAGES = BUILD / "pages"
