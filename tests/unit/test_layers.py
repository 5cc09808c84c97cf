"""The import rule of the architecture: left never imports right, `domain` stays pure, Reflex stays
in the pages and the root."""

import ast
import sys

import pytest

from alpina_app.bootstrap.paths import ROOT

# A module belongs to the entry with the longest name that it begins with.
LAYERS = {
    "settings": 0,
    "errors": 0,
    "i18n": 0,
    "bootstrap": 0,
    "domain": 1,
    "db": 2,
    "db_threads": 2,
    "models": 2,
    "columns": 2,
    "migrations": 2,
    "clients": 2,
    "services": 3,
    "edge": 3,
    "web": 3,
    "api": 4,
    "admin": 4,
    "ui": 4,
    "cli": 4,
    "commands": 4,
    "operations": 4,
    "startup": 5,
    "alpina_app": 6,
    "asgi": 6,
    "frontend_build": 6,
    "server": 6,
    "serving": 6,
}
ROOT_OF_ALL = 6
# Edges of the same layer know nothing of each other.
APART = {"api", "admin", "ui", "cli"}
WITH_REFLEX = {"ui", "alpina_app", "asgi", "frontend_build"}
PURE = {
    *("annotated_types", "babel", "dateparser", "dateutil", "email_validator", "jsonschema"),
    *(
        "jsonschema_specifications",
        "orjson",
        "phonenumbers",
        "pydantic",
        "pydantic_core",
        "re2",
        "referencing",
    ),
    "typing_extensions",
}
IMPURE_STANDARD = {
    *("asyncio", "concurrent", "ftplib", "http", "logging", "multiprocessing", "os", "pathlib"),
    *("random", "secrets", "shutil", "signal", "smtplib", "socket", "sqlite3", "ssl"),
    *("subprocess", "sys", "tempfile", "threading", "time", "urllib.request"),
}


def modules():
    """{"services.chat.turn": path}, of the package."""
    package = ROOT / "alpina_app"
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name:
            found[name] = path
    return found


MODULES = modules()


def imports(name):
    """Full names of what the module imports, wherever in it; `if TYPE_CHECKING` too."""
    path = MODULES[name]
    package = ("alpina_app." + name).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{source}.{alias.name}".removeprefix("alpina_app.")
                yield f"{source}.{alias.name}" if inner in MODULES else source


def ours(name):
    return {
        imported.removeprefix("alpina_app.")
        for imported in imports(name)
        if imported.startswith("alpina_app.")
    }


def part(name):
    return name.split(".")[0]


@pytest.mark.parametrize("name", MODULES)
def test_left_never_imports_right(name):
    own = LAYERS[part(name)]
    wrong = {other for other in ours(name) if LAYERS[part(other)] > own}
    assert wrong == set()


@pytest.mark.parametrize("name", [name for name in MODULES if part(name) in APART])
def test_edges_do_not_import_each_other(name):
    assert {other for other in ours(name) if part(other) in APART - {part(name)}} == set()


@pytest.mark.parametrize("name", [name for name in MODULES if part(name) == "domain"])
def test_domain_is_pure(name):
    outside = {imported for imported in imports(name) if not imported.startswith("alpina_app.")}
    tops = {imported.split(".")[0] for imported in outside}
    wrong = {top for top in tops if top not in sys.stdlib_module_names | PURE}
    wrong |= (outside | tops) & IMPURE_STANDARD
    assert wrong == set()
    assert {part(other) for other in ours(name)} - {"domain", "errors", "i18n"} == set()


@pytest.mark.parametrize("name", [name for name in MODULES if part(name) not in WITH_REFLEX])
def test_reflex_lives_in_the_pages_and_the_root_only(name):
    wrong = {imported for imported in imports(name) if imported.split(".")[0].startswith("reflex")}
    assert wrong == set()


@pytest.mark.parametrize("name", [name for name in MODULES if part(name) == "bootstrap"])
def test_bootstrap_needs_the_standard_library_only(name):
    outside = {imported.split(".")[0] for imported in imports(name)}
    assert outside - set(sys.stdlib_module_names) - {"alpina_app"} == set()
    assert {other for other in ours(name) if part(other) not in ("bootstrap", "i18n")} == set()


def test_every_part_has_its_layer():
    assert {part(name) for name in MODULES} - LAYERS.keys() == set()


def test_the_tests_find_what_they_forbid(tmp_path, monkeypatch):
    planted = tmp_path / "planted.py"
    planted.write_text(
        "def f():\n    from alpina_app.services import bots\n    import reflex.app\n"
    )
    monkeypatch.setitem(MODULES, "domain.planted", planted)
    monkeypatch.setitem(MODULES, "services.bots", planted)
    assert set(imports("domain.planted")) == {"alpina_app.services.bots", "reflex.app"}
    for test in (test_left_never_imports_right, test_domain_is_pure):
        with pytest.raises(AssertionError):
            test("domain.planted")
