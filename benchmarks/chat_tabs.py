"""Chat tabs that stream at once from one server process.

    python -m benchmarks.chat_tabs [--tabs 100] [--tokens 100] [--pause-ms 30]

Each tab is a WebSocket of its own that sends one message; the model writes a token every
`--pause-ms`. Printed: the gaps between two pieces of an answer as a tab receives them (aim: p99
below 60 ms), how long the tokens took in all, and what a tab received in bytes. The pages must be
built (`python3 manage.py runserver` or `test` does that).
"""

import argparse
import asyncio
import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import simple_websocket

from alpina_app.bootstrap.paths import ROOT
from alpina_app.models import Bot
from tests.support.openai_server import OpenAiServer, Text
from tests.support.site import Site

EVENTS = "reflex___state____state.alpina_app___ui___states___chat____chat"


@dataclass
class Tab:
    """One WebSocket that speaks Socket.IO as the page does; `heard` are the times of the pieces."""

    url: str
    bot_id: int
    heard: list[float] = field(default_factory=list)
    size: int = 0
    sent_at: float = 0.0
    done_at: float = 0.0

    async def open(self) -> None:
        address = self.url.replace("http", "ws", 1)
        query = f"token={secrets.token_hex(16)}&EIO=4&transport=websocket"
        self._socket = await simple_websocket.AioClient.connect(
            f"{address}/_event/?{query}",
            headers={"Origin": self.url.rpartition(":")[0]},  # it names its host without the port
        )
        await self._socket.receive()
        await self._socket.send("40/_event,")
        await self._socket.receive()

    async def chat(self) -> None:
        payload = {
            "bot": str(self.bot_id),
            "token": secrets.token_urlsafe(32),
            "visit": "v",
            "language": "ru",
            "ref": "r",
            "text": "Говори",
        }
        router = {"pathname": f"/chat/{self.bot_id}", "asPath": f"/chat/{self.bot_id}"}
        event = {"name": f"{EVENTS}.send", "payload": payload, "router_data": router}
        self.sent_at = time.perf_counter()
        await self._socket.send("42/_event," + json.dumps(["event", event]))
        while not self.done_at:
            await self._take(await self._socket.receive())
        await self._socket.close()

    async def _take(self, frame: str) -> None:
        now = time.perf_counter()
        if frame == "2":
            await self._socket.send("3")
            return
        self.size += len(frame.encode())
        if '"fresh_rx_state_"' in frame:
            self.done_at = now
        elif '"live_rx_state_"' in frame and '"text":""' not in frame:
            self.heard.append(now)


async def measure(url: str, bot_id: int, count: int) -> list[Tab]:
    tabs = [Tab(url, bot_id) for _ in range(count)]
    for tab in tabs:
        await tab.open()
    await asyncio.gather(*(tab.chat() for tab in tabs))
    return tabs


def report(tabs: list[Tab], tokens: int, pause_ms: float) -> None:
    gaps = sorted(
        (after - before) * 1000
        for tab in tabs
        for before, after in zip(tab.heard, tab.heard[1:], strict=False)
    )
    took = sorted((tab.done_at - tab.sent_at) * 1000 for tab in tabs)
    print(f"{len(tabs)} tabs, {tokens} tokens each, one every {pause_ms:g} ms")
    print(f"gap: p50 {at(gaps, 50):.0f} ms, p99 {at(gaps, 99):.0f} ms, max {gaps[-1]:.0f} ms")
    print(
        f"an answer took p50 {at(took, 50):.0f} ms, p99 {at(took, 99):.0f} ms"
        f" (the model alone: {tokens * pause_ms:.0f} ms)"
    )
    print(f"received by a tab: {sum(tab.size for tab in tabs) / len(tabs) / 1024:.1f} KB")


def at(values: list[float], percent: int) -> float:
    return values[min(len(values) - 1, len(values) * percent // 100)]


@contextlib.contextmanager
def model(tokens: int, pause_ms: float) -> Iterator[str]:
    """A model server in a process of its own; its URL."""
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "benchmarks.chat_tabs", "--serve-model"),
            *(f"--tokens={tokens}", f"--pause-ms={pause_ms}"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def serve_model(tokens: int, pause_ms: float) -> None:
    pieces = tuple(f"слово{number} " for number in range(tokens))
    server = OpenAiServer(keep=10)
    server.reply_when(lambda _: True, Text("".join(pieces), pieces=pieces, pause_s=pause_ms / 1000))
    asyncio.run(server.serve(lambda port: print(f"http://127.0.0.1:{port}/v1", flush=True)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tabs", type=int, default=100)
    parser.add_argument("--tokens", type=int, default=100)
    parser.add_argument("--pause-ms", type=float, default=30)
    parser.add_argument("--serve-model", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve_model:
        serve_model(options.tokens, options.pause_ms)
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        model(options.tokens, options.pause_ms) as model_url,
        Site(Path(folder), model_url) as site,
    ):
        [bot_id] = site.add(Bot(name="Бот", created_by_id=1))
        tabs = asyncio.run(measure(site.url, bot_id, options.tabs))
    report(tabs, options.tokens, options.pause_ms)
    print(f"{os.cpu_count()} CPUs, shared by the server, the model and the tabs")


if __name__ == "__main__":
    main()
