import argparse
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from alpina_app.bootstrap import arguments, pages, paths, stamp
from alpina_app.bootstrap.address import listen, shown
from alpina_app.bootstrap.console import Console, Stop, named_language
from alpina_app.bootstrap.environment import setting
from alpina_app.bootstrap.lock import exclusive
from tests.support.project import make_project

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
INSTALL = (
    "pip install --no-deps --no-compile --no-input --disable-pip-version-check "
    "--progress-bar off --retries 2 -r"
)
FIRST_START = [INSTALL, "pip done", "alpina_app.frontend_build", "build done"]


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path / "project")


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("8000", ("127.0.0.1", 8000)),
        ("0:8000", ("0.0.0.0", 8000)),
        ("localhost:9000", ("localhost", 9000)),
        ("192.168.0.5:80", ("192.168.0.5", 80)),
        ("[::1]:8000", ("::1", 8000)),
        ("[::]:0", ("::", 0)),
    ],
)
def test_addresses_are_read_as_django_reads_them(text, address):
    assert arguments.parse_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "abc", "8000:", "1.2.3.4:", ":8000", "::1:8000", "65536", "-1"]
)
def test_no_address(text):
    with pytest.raises(argparse.ArgumentTypeError):
        arguments.parse_address(text)


def test_pytest_gets_everything_behind_test():
    given = ["test", "-x", "tests/unit", "--", "-k", "a"]
    options = arguments.parse(arguments.make_parser(), given)
    assert (options.command, options.rest) == ("test", ["-x", "tests/unit", "--", "-k", "a"])


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("0.0.0.0", "http://127.0.0.1:8000/"),
        ("::", "http://[::1]:8000/"),
        ("::1", "http://[::1]:8000/"),
        ("localhost", "http://localhost:8000/"),
    ],
)
def test_the_address_shown_can_be_opened(host, url):
    assert shown(host, 8000) == url


def test_a_taken_port_is_a_stop_that_names_it():
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(Stop) as stopped:
            listen("127.0.0.1", port)
    assert (stopped.value.key, stopped.value.params["port"]) == ("port_taken", port)


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, None),
        ({}, None),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
    ],
)
def test_language_of_the_terminal(monkeypatch, variables, language):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert named_language() == language


def test_a_problem_is_one_line_in_both_languages_where_none_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("LC_ALL", "C")
    with (tmp_path / "out").open("w+", encoding="utf-8") as out:
        Console(out).fail(Stop("bad_redis", reason="no\nanswer"))
        out.seek(0)
        said = out.read()
    assert said == "Redis недоступен: no answer / Redis cannot be reached: no answer\n"


def test_the_environment_wins_over_the_env_file(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "ENV_FILE", tmp_path / ".env")
    (tmp_path / ".env").write_text(
        "DEBUG=True # said\nexport TIME_ZONE = 'Asia/Omsk'\n#LOG_LEVEL=x\n"
    )
    monkeypatch.delenv("DEBUG", raising=False)
    monkeypatch.delenv("LOG_LEVEL", raising=False)
    monkeypatch.setenv("TIME_ZONE", "Europe/Samara")
    read = [setting(name) for name in ("DEBUG", "TIME_ZONE", "LOG_LEVEL")]
    assert read == ["True", "Europe/Samara", ""]


def test_a_digest_changes_with_a_name_a_byte_and_a_setting(tmp_path):
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("2")
    files = [tmp_path / "a", tmp_path / "b"]
    first = stamp.digest(files, root=tmp_path, also=["x"])
    assert stamp.digest(reversed(files), root=tmp_path, also=["x"]) == first
    changed = [stamp.digest(files, root=tmp_path, also=["y"])]
    (tmp_path / "b").write_text("3")
    changed.append(stamp.digest(files, root=tmp_path, also=["x"]))
    (tmp_path / "b").rename(tmp_path / "c")
    changed.append(stamp.digest([files[0], tmp_path / "c"], root=tmp_path, also=["x"]))
    assert len({first, *changed}) == 4


def test_a_lock_lets_one_in_at_a_time(tmp_path):
    order, waiting = [], threading.Event()

    def second():
        with exclusive(tmp_path / "lock", waiting.set):
            order.append("second")

    with exclusive(tmp_path / "lock"):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(10)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


@pytest.mark.parametrize(
    "arguments_", [["nope"], ["runserver", "abc"], ["secret"], ["migrate", "-q"]]
)
def test_wrong_usage_says_so_and_prepares_nothing(project, arguments_):
    done = project.run(*arguments_)
    assert (done.returncode, done.stderr.split()[:2]) == (2, ["usage:", "manage.py"])
    assert not (project.root / "build").exists()
    assert project.calls == []


def test_help_names_every_command(project):
    done = project.run("help")
    named = ("runserver", "migrate", "makemigrations", "createsuperuser", "changepassword")
    named += ("create_test_data", "check", "test", "secret")
    assert (done.returncode, [name for name in named if f"\n    {name}" not in done.stdout]) == (
        0,
        [],
    )


def test_an_old_python_gets_a_sentence():
    """The check of the version stands before anything an old Python cannot read."""
    source = (paths.ROOT / "manage.py").read_text(encoding="utf-8")
    old = source.replace("sys.version_info", "(3, 8, 10)")
    done = subprocess.run([sys.executable, "-c", old], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "Нужен Python 3.11 или новее, а это 3.8.10. / Python 3.11 or newer is needed, "
        "this is 3.8.10."
    ]
    compile(source.partition("from alpina_app")[0], "manage.py", "exec", dont_inherit=True)


@posix_only
def test_a_first_start_installs_builds_and_serves(project, port):
    done = project.run("runserver", str(port))
    served = f"alpina_app.server runserver {port}"
    assert (done.returncode, project.calls) == (0, [*FIRST_START, served])


@posix_only
def test_a_second_start_only_serves(project, port):
    project.run("runserver", str(port))
    (project.root / "calls").unlink()
    done = project.run("runserver", str(port))
    assert (done.returncode, done.stderr) == (0, "")
    assert project.calls == [f"alpina_app.server runserver {port}"]


@posix_only
@pytest.mark.parametrize("name", ["alpina_app/i18n/en/cli.json", "rxconfig.py"])
def test_pages_are_built_again_when_a_source_changed(project, port, name):
    project.run("runserver", str(port))
    (project.root / "calls").unlink()
    with (project.root / name).open("a") as file:
        file.write("\n")
    project.run("runserver", str(port))
    assert project.calls[:2] == ["alpina_app.frontend_build", "build done"]


@posix_only
def test_pages_are_built_again_when_a_setting_changed(project, port):
    project.run("runserver", str(port))
    (project.root / "calls").unlink()
    project.run("runserver", str(port), TIME_ZONE="Asia/Omsk")
    assert project.calls[:2] == ["alpina_app.frontend_build", "build done"]


@posix_only
def test_pages_are_not_built_again_for_what_is_no_page(project, port):
    (project.root / "alpina_app" / "api").mkdir()
    project.run("runserver", str(port))
    (project.root / "calls").unlink()
    (project.root / "alpina_app" / "api" / "bots.py").write_text("x = 1\n")
    project.run("runserver", str(port))
    assert project.calls == [f"alpina_app.server runserver {port}"]


@posix_only
def test_packages_are_installed_again_when_the_pins_changed(project, port):
    project.run("migrate")
    (project.root / "requirements.txt").write_text("alembic==1.1\n")
    project.run("migrate")
    once = [INSTALL, "pip done", "alpina_app.cli migrate"]
    assert project.calls == [*once, *once]


@posix_only
def test_tests_install_their_own_packages_and_hand_over_to_pytest(project):
    done = project.run("test", "-x", "-k", "bots")
    assert (done.returncode, project.calls) == (0, [*FIRST_START, "pytest -x -k bots"])


@posix_only
def test_two_starts_at_once_prepare_once(project):
    starts = [project.start("runserver", "0", FAKE_PIP_S="1") for _ in range(2)]
    codes = [start.communicate(timeout=60) and start.returncode for start in starts]
    served = "alpina_app.server runserver 0"
    assert codes == [0, 0]
    assert project.calls == [*FIRST_START, served, served]


@posix_only
def test_a_taken_port_is_said_before_anything_is_prepared(project):
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        done = project.run("runserver", str(port))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"Port {port} is taken: another program listens on 127.0.0.1:{port}. Free it or choose "
        f"another port: python3 manage.py runserver {port + 1}"
    ]
    assert project.calls == []


@posix_only
def test_a_missing_registry_is_one_line(project):
    done = project.run("migrate", FAKE_PIP_CODE="1")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "Cannot install the packages: No matching distribution found for alembic "
        "(check the network and pip's settings, then run the command again)"
    )
    assert "Traceback" not in done.stderr


@posix_only
def test_pages_that_do_not_build_are_one_line_and_serve_nothing(project, port):
    done = project.run("runserver", str(port), FAKE_BUILD_CODE="1")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "Cannot build the pages: Error: the page does not compile "
        f"(details: {project.root / 'build' / 'pages.log'})"
    )
    assert project.calls == FIRST_START
    assert not (project.root / "build" / "pages").exists()


@posix_only
def test_a_folder_that_cannot_be_written_is_one_line(project):
    (project.root / "build").write_text("a file where a folder should be")
    done = project.run("migrate")
    assert (done.returncode, project.calls) == (1, [])
    assert done.stderr.startswith(f"Cannot write {project.root / 'build'}: ")
    assert done.stderr.count("\n") == 1


@posix_only
def test_the_env_file_gets_a_fresh_key_that_only_its_owner_reads(project, tmp_path):
    project.run("migrate")
    file = project.root / ".env"
    example = (project.root / ".env.example").read_text(encoding="utf-8").splitlines()
    written = file.read_text(encoding="utf-8").splitlines()
    differing = [(old, new) for old, new in zip(example, written, strict=True) if old != new]
    (((old, new)),) = differing
    assert old == "SECRET_KEY="
    assert len(new) > len("SECRET_KEY=") + 60
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    other = make_project(tmp_path / "other")
    other.run("migrate")
    assert new not in (other.root / ".env").read_text(encoding="utf-8")


@posix_only
def test_an_env_file_is_never_overwritten(project):
    (project.root / ".env").write_text("SECRET_KEY=mine\n")
    project.run("migrate")
    assert (project.root / ".env").read_text() == "SECRET_KEY=mine\n"


@posix_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_packages_are_installed_leaves_no_process(project, number):
    start = project.start("migrate", FAKE_PIP_S="1000")
    said = iter(start.stderr.readline, "")
    assert any("Installing packages" in line for line in said)
    wait_for(lambda: project.calls == [INSTALL])
    children = processes_of(project.root)
    assert len(children) >= 2  # the stand-in and its sleep
    start.send_signal(number)
    start.communicate(timeout=30)
    assert start.returncode == 130
    assert [pid for pid in children if alive(pid)] == []


@posix_only
def test_an_install_that_was_cut_off_is_begun_anew(project):
    (project.root / ".venv" / ".installing").touch()
    project.run("migrate", PIP_NO_INDEX="1")
    assert (project.root / ".venv" / "bin" / "pip").exists()  # a real venv, made from nothing


def wait_for(condition, seconds=30):
    pause = threading.Event()
    for _ in range(seconds * 20):
        if condition():
            return
        pause.wait(0.05)
    raise AssertionError("waited in vain")


def processes_of(folder):
    """Processes that work in `folder` (Linux), but for manage.py itself."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").resolve() == folder and b"manage.py" not in (
                entry / "cmdline"
            ).read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (["Traceback (most recent call last):", "  raise", "KeyError: 'x'"], "KeyError: 'x'"),
        (
            ["✗ Build failed", "error: Build failed with 3 errors:", "at build", "script failed"],
            "error: Build failed with 3 errors:",
        ),
        (["\x1b[31mParse error\x1b[0m in a.jsx", "error: script exited"], "Parse error  in a.jsx"),
        (["nothing said so"], "nothing said so"),
        ([], "?"),
    ],
)
def test_the_cause_of_a_failed_build(said, cause):
    assert pages._cause(said) == cause
