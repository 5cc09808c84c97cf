"""In CI a skipped browser or database test fails, and nothing else changes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SKIPS = """
import pytest

@pytest.mark.skip(reason="no browser here")
def test_a():
    pass
"""
MODULE_SKIPS = 'import pytest\npytest.skip("no server", allow_module_level=True)\n'


def outcome(folder, ci):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)],
        cwd=folder,
        env={"CI": ci, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("text", [SKIPS, MODULE_SKIPS])
@pytest.mark.parametrize("where", ["browser", "backends"])
def test_a_skip_that_must_not_be_is_a_failure_in_ci(tmp_path, where, text):
    make(tmp_path, where, text)
    code, said = outcome(tmp_path, "true")
    assert (code != 0, "skipped in CI: " in said) == (True, True)


@pytest.mark.parametrize(("where", "ci"), [("browser", ""), ("unit", "true")])
def test_other_skips_stay_skips(tmp_path, where, ci):
    make(tmp_path, where, SKIPS)
    code, said = outcome(tmp_path, ci)
    assert (code, "1 skipped" in said) == (0, True)


def make(folder, where, text):
    shutil.copy(Path(__file__).parents[1] / "conftest.py", folder / "conftest.py")
    (folder / where).mkdir()
    (folder / where / "test_it.py").write_text(text)
