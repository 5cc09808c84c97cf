"""A scenario of 200 steps in the editor: `python -m benchmarks.editor [--steps 200] [--rounds 5]`.

In Chromium, over loopback. Printed, best and median of the rounds: milliseconds from the beginning
of the navigation until the steps are drawn (aim: below 1,500 for 200 steps), what the socket
carried for it, how many nodes stand in the page; then how long a key takes to be seen in the form
of a step, and the frames a second while the canvas is dragged along.
"""

import argparse
import shutil
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from benchmarks.checker import scenario
from tests.support.site import Site
from tests.support.talks import Talks

FRAMES = """
async () => {
    const times = [];
    const until = performance.now() + 1500;
    await new Promise((done) => {
        const step = (now) => {
            times.push(now);
            now < until ? requestAnimationFrame(step) : done();
        };
        requestAnimationFrame(step);
    });
    return times;
}
"""
KEY = """
async (field) => {
    const before = performance.now();
    document.execCommand("insertText", false, "x");
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return performance.now() - before;
}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Site(Path(folder)) as site:
        talks = Talks(site)  # type: ignore[arg-type]
        scenario_id = talks.scenario(talks.bot(), *scenario(asked.steps).steps)
        measure(site, f"{site.url}/scenarios/{scenario_id}", asked.rounds)


def measure(site: Site, url: str, rounds: int) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.add_cookies(site.login_cookies("editor"))  # type: ignore[arg-type]
        page = context.new_page()
        carried: list[int] = []
        page.on("websocket", lambda socket: _count(socket, carried))
        opened, sizes = [], []
        for _ in range(rounds + 1):
            carried.clear()
            page.goto(url, wait_until="commit")
            page.wait_for_selector(".react-flow__node .step-name")
            opened.append(page.evaluate("performance.now()"))
            page.wait_for_selector("[data-save=saved]")
            sizes.append(sum(carried))
        opened, sizes = opened[1:], sizes[1:]  # the first lays the steps out and stores where
        nodes = page.locator(".react-flow__node").count()
        print(f"opened: best {min(opened):.0f} ms, median {median(opened):.0f} ms")
        print(f"socket: {median(sizes) / 1024:.0f} KB; nodes in the page: {nodes}")
        page.locator(".react-flow__node").first.click()
        page.locator("#panel-step textarea").first.click()
        keys = [page.evaluate(KEY) for _ in range(50)]
        print(f"a key: median {median(keys):.0f} ms, slowest {max(keys):.0f} ms")
        print(f"dragged along: {_frames(page):.0f} frames a second")
        browser.close()


def _frames(page: Page) -> float:
    """While the mouse drags the canvas to and fro."""
    page.evaluate(f"window.measured = ({FRAMES})()")
    page.mouse.move(500, 700)
    page.mouse.down()
    for turn in range(12):
        page.mouse.move(200 if turn % 2 else 700, 650, steps=12)
    page.mouse.up()
    times = page.evaluate("window.measured")
    return 1000 * (len(times) - 1) / (times[-1] - times[0])


def _count(socket: object, carried: list[int]) -> None:
    def count(data: str | bytes) -> None:
        carried.append(len(data if isinstance(data, bytes) else data.encode()))

    socket.on("framesent", count)  # type: ignore[attr-defined]
    socket.on("framereceived", count)  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
