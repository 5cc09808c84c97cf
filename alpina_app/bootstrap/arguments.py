"""The commands and their arguments, read alike by `manage.py` and by `cli.py` in the venv."""

import argparse
import re
from collections.abc import Sequence
from typing import Any

from alpina_app.bootstrap.console import console_language
from alpina_app.i18n import translate

DEFAULT_ADDRESS = ("127.0.0.1", 8000)
_ADDRESS = re.compile(r"(?:(?P<host>\[[0-9a-fA-F:.%]+\]|[^\[\]:/\s]+):)?(?P<port>\d{1,5})")


def make_parser() -> argparse.ArgumentParser:
    """Wrong arguments: argparse's usage on stderr and exit code 2."""
    main = argparse.ArgumentParser(
        prog="manage.py", description=_text("about"), formatter_class=argparse.RawTextHelpFormatter
    )
    commands = main.add_subparsers(dest="command", metavar="COMMAND", title=_text("commands"))

    def command(name: str) -> argparse.ArgumentParser:
        text = _text(f"help_{name}")
        return commands.add_parser(name, help=text, description=text)

    command("runserver").add_argument(
        "address",
        nargs="?",
        type=parse_address,
        default=DEFAULT_ADDRESS,
        metavar="[HOST:]PORT",
        help=_text("help_address"),
    )
    command("migrate").add_argument("revision", nargs="?", default="head")
    command("makemigrations").add_argument("-m", "--message", "-n", "--name", default="changes")
    _user_arguments(command("createsuperuser"))
    command("changepassword").add_argument("username", nargs="?")
    command("create_test_data")
    command("check")
    command("test").add_argument("rest", nargs="*", metavar="PYTEST_ARGUMENT")
    secret = command("secret").add_subparsers(dest="act", metavar="set", required=True)
    secret.add_parser("set", help=_text("help_secret")).add_argument("name", metavar="NAME")
    command("help")
    return main


def parse(parser: argparse.ArgumentParser, argv: Sequence[str]) -> argparse.Namespace:
    """`test` hands everything behind it to pytest, options too."""
    if argv[:1] == ["test"] and argv[1:2] not in (["-h"], ["--help"]):
        return argparse.Namespace(command="test", rest=list(argv[1:]))
    return parser.parse_args(argv)


def parse_address(text: str) -> tuple[str, int]:
    """Host and port as Django reads them: `8000`, `0:8000` (every address), `[::1]:8000`, ..."""
    found = _ADDRESS.fullmatch(text.strip())
    if not found or int(found["port"]) > 65535:
        raise argparse.ArgumentTypeError(_text("bad_address", address=text))
    host = (found["host"] or DEFAULT_ADDRESS[0]).strip("[]")
    return ("0.0.0.0" if host == "0" else host), int(found["port"])


def _user_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--username")
    command.add_argument("--email")
    command.add_argument("--noinput", "--no-input", action="store_true", dest="noinput")


def _text(key: str, **params: Any) -> str:
    return translate(console_language(), f"cli.{key}", **params).replace("%", "%%")
