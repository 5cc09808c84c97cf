"""Requests per second of REST, beside a reference server in the same run.

    python -m benchmarks.rest_vs_peer http://127.0.0.1:8000 [--peer http://127.0.0.1:18001]
        [--connections 16] [--seconds 5] [--rounds 3] [--user admin] [--password admin-pass-1]
        [--chat] [--only NAME]

Both servers need that administrator. Each signs in by its HTML form, gets 50 bots where it has
fewer, and is then asked by session: the list of 50 bots, one bot, POST of a bot; with --chat, a
message in a new chat session, too (the servers then need a model that answers at once, the same
for both: `python -m tests.support.openai_server --port 18080`). The servers take turns, round by
round, so that a busy machine is busy for both. Printed: the median of the rounds' requests per
second, p50 and p99 of one round in milliseconds, and the ratio.
"""

import argparse
import asyncio
import json
import secrets
import statistics
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http.cookiejar import CookieJar
from urllib.parse import urlsplit

BOT = {
    "name": "Бот-консультант",
    "description": "Бот для консультаций",
    "system_prompt": "Ты полезный ассистент для консультаций.",
}
BOTS = 50
LIST, ONE, POST = "list of 50 bots", "one bot", "POST a bot"
CHAT = "chat in a new session"

MakeRequest = Callable[[], bytes]


@dataclass
class Result:
    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    failed: int = 0

    def __str__(self) -> str:
        ordered = sorted(self.seconds)
        p50, p99 = (ordered[int((len(ordered) - 1) * part)] * 1000 for part in (0.5, 0.99))
        failed = f", {self.failed} FAILED" if self.failed else ""
        return f"{self.rate:7.0f} req/s  p50 {p50:6.1f}  p99 {p99:6.1f}{failed}"

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)


class Server:
    """A signed-in browser's view of one server."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url.rstrip("/")
        self.host = urlsplit(self.url).netloc
        self._jar = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))
        self._sign_in(user, password)
        self.bot_id = self._fill()

    def requests(self) -> dict[str, MakeRequest]:
        chat = f"/api/bots/{self.bot_id}/chat/"

        def message() -> bytes:
            turn = {"message": "Здравствуйте!", "user_session": secrets.token_hex(8)}
            return self._raw("POST", chat, json.dumps(turn).encode())

        fixed = {
            LIST: self._raw("GET", f"/api/bots/?page_size={BOTS}"),
            ONE: self._raw("GET", f"/api/bots/{self.bot_id}/"),
            POST: self._raw("POST", "/api/bots/", json.dumps(BOT).encode()),
        }
        return {name: partial(bytes, raw) for name, raw in fixed.items()} | {CHAT: message}

    def _sign_in(self, user: str, password: str) -> None:
        page = f"{self.url}/admin/login/"
        self._opener.open(page).read()
        form = {
            "username": user,
            "password": password,
            "csrfmiddlewaretoken": self._cookie("csrftoken"),
            "next": "/api/",
        }
        request = urllib.request.Request(
            page,
            urllib.parse.urlencode(form).encode(),
            {"Referer": page, "Origin": self.url},
        )
        self._opener.open(request).read()
        if not self._cookie("sessionid"):
            sys.exit(f"{self.url}: could not sign in as {user}")

    def _fill(self) -> int:
        found = self._ask("GET", f"/api/bots/?page_size={BOTS}")
        for _ in range(BOTS - found["count"]):
            self._ask("POST", "/api/bots/", json.dumps(BOT).encode())
        return int(self._ask("GET", "/api/bots/?page_size=1")["results"][0]["id"])

    def _ask(self, method: str, path: str, body: bytes | None = None) -> dict:
        headers = {"X-CSRFToken": self._cookie("csrftoken"), "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        return json.load(self._opener.open(request))

    def _cookie(self, name: str) -> str:
        return next((str(cookie.value) for cookie in self._jar if cookie.name == name), "")

    def _raw(self, method: str, path: str, body: bytes = b"") -> bytes:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\nCookie: {cookies}\r\n"
            f"X-CSRFToken: {self._cookie('csrftoken')}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


async def measure(host: str, request: MakeRequest, connections: int, seconds: float) -> Result:
    """One round: every connection asks again as soon as it has its answer."""
    name, _, port = host.partition(":")
    result = Result()
    until = time.perf_counter() + seconds

    async def client() -> None:
        reader = writer = None
        while (began := time.perf_counter()) < until:
            if writer is None:
                reader, writer = await asyncio.open_connection(name, int(port or 80))
            writer.write(request())
            status, keep = await answer(reader)
            result.seconds.append(time.perf_counter() - began)
            result.failed += status not in (200, 201)
            if not keep:
                writer.close()
                writer = None
        if writer is not None:
            writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(connections)))
    result.rates.append(len(result.seconds) / (time.perf_counter() - began))
    return result


async def answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Reads one answer; its status, and whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    lines = head.split(b"\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
    await reader.readexactly(length)
    return int(lines[0].split()[1]), b"connection: close" not in head


def rounds(servers: list[Server], options: argparse.Namespace) -> dict[str, list[Result]]:
    names = [options.only] if options.only else [LIST, ONE, POST, *([CHAT] if options.chat else [])]
    found = {name: [Result() for _ in servers] for name in names}
    for number in range(options.rounds):
        for name, results in found.items():
            order = list(zip(servers, results, strict=True))
            for server, result in order if number % 2 == 0 else order[::-1]:
                request = server.requests()[name]
                one = asyncio.run(
                    measure(server.host, request, options.connections, options.seconds)
                )
                result.rates += one.rates
                result.seconds = one.seconds
                result.failed += one.failed
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url")
    parser.add_argument("--peer")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chat", action="store_true")
    parser.add_argument("--only", choices=[LIST, ONE, POST, CHAT])
    parser.add_argument("--user", default="admin")
    parser.add_argument("--password", default="admin-pass-1")
    options = parser.parse_args()
    urls = [options.url, *([options.peer] if options.peer else [])]
    found = rounds([Server(url, options.user, options.password) for url in urls], options)
    for name, results in found.items():
        print(name)
        for label, result in zip(("ours", "peer"), results, strict=False):
            print(f"  {label}  {result}")
        if len(results) == 2:
            print(f"  ratio {results[0].rate / results[1].rate:.1f}")
    return 1 if any(result.failed for results in found.values() for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
