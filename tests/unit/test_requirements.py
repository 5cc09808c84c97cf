"""The pins are whole: `manage.py` installs them without their dependencies."""

import ast
import json
import os
import re
import subprocess
import sys
from importlib.metadata import distribution, packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from alpina_app.bootstrap.paths import ROOT

RUN = ROOT / "requirements.txt"
DEV = ROOT / "requirements-dev.txt"
LOCAL = ROOT / "requirements-local.txt"


def lines(path):
    texts = path.read_text(encoding="utf-8").splitlines()
    return [line for line in texts if line and not line.startswith(("#", "-r"))]


def pins(path):
    """{canonical name: version}, for this system."""
    found = [Requirement(line) for line in lines(path)]
    return {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin in found
        if pin.marker is None or pin.marker.evaluate()
    }


def third_party(folders):
    """Packages whose modules the Python files below `folders` import."""
    known = packages_distributions()
    found = set()
    for folder in folders:
        for path in [folder] if folder.is_file() else folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                    names = [node.module]
                tops = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names)
                found |= {canonicalize_name(known[top][0]) for top in tops if top in known}
    return found


@pytest.mark.parametrize("path", [RUN, DEV, LOCAL], ids=lambda path: path.name)
def test_every_line_is_an_exact_pin(path):
    pin = re.compile(r"[A-Za-z0-9][\w.-]*==\d[\w.+!]*( ; sys_platform [=!]= \"win32\")?")
    assert [line for line in lines(path) if not pin.fullmatch(line)] == []


@pytest.mark.parametrize("path", [RUN, DEV, LOCAL], ids=lambda path: path.name)
def test_no_registry_is_named(path):
    assert re.findall(r"https?://|--\w*index|find-links", path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", [RUN, DEV], ids=lambda path: path.name)
def test_what_is_installed_is_what_is_pinned(path):
    wrong = {
        name: (version, distribution(name).version)
        for name, version in pins(path).items()
        if distribution(name).version != version
    }
    assert wrong == {}


@pytest.mark.parametrize(("path", "have"), [(RUN, (RUN,)), (DEV, (RUN, DEV))], ids=["run", "dev"])
def test_what_a_pinned_package_needs_is_pinned_too(path, have):
    pinned = {name: version for part in have for name, version in pins(part).items()}
    missing = []
    for name in pins(path):
        for text in distribution(name).requires or ():
            needed = Requirement(text)
            if needed.marker and not needed.marker.evaluate({"extra": ""}):
                continue
            version = pinned.get(canonicalize_name(needed.name))
            if version is None or version not in needed.specifier:
                missing.append(f"{name} needs {text}")
    assert missing == []


def test_what_the_application_imports_is_pinned():
    imported = third_party([ROOT / "alpina_app", ROOT / "alembic", ROOT / "rxconfig.py"])
    assert imported - pins(RUN).keys() - pins(LOCAL).keys() == set()


def test_the_server_imports_without_the_packages_of_the_tests():
    """Some packages ask for others only when a part of theirs is used, and do not declare it."""
    dev = {canonicalize_name(name) for name in pins(DEV)}
    tops = [
        top
        for top, names in packages_distributions().items()
        if {canonicalize_name(name) for name in names} <= dev
    ]
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({tops!r}));"
        "import alpina_app.alpina_app, alpina_app.cli, alpina_app.server, alpina_app.serving"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "SECRET_KEY": "only-for-tests-0123456789"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr[-1000:]) == (0, "")


def test_what_the_tests_import_is_pinned():
    imported = third_party([ROOT / "tests", ROOT / "benchmarks"])
    assert imported - pins(RUN).keys() - pins(DEV).keys() - pins(LOCAL).keys() == set()


def test_frontend_versions_are_frozen_and_name_no_address():
    lock = (ROOT / "reflex.lock" / "bun.lock").read_text(encoding="utf-8")
    manifest = json.loads((ROOT / "reflex.lock" / "package.json").read_text(encoding="utf-8"))
    versions = {**manifest["dependencies"], **manifest["devDependencies"]}
    assert [name for name, version in versions.items() if not re.match(r"v?\d", version)] == []
    assert [name for name in versions if f'"{name}@' not in lock] == []
    assert re.findall(r"https?://|\.tgz", lock) == []
