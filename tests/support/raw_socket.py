"""A client of the pages' event socket that is no browser."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import simple_websocket

STATE = "reflex___state____state"
_FIRST_S, _MORE_S = 20.0, 2.0


def heard(
    url: str,
    tab: str,
    path: str,
    events: Sequence[dict[str, Any]],
    cookies: str = "",
    then: Callable[[], object] = lambda: None,
) -> str:
    """All that the server tells a client that connects with a tab's id and sends `events`.

    `events` have `name` and may have `payload`; `path` is the page they are said to come from.
    `then` is called once they are sent.
    """
    headers = {"Origin": "http://127.0.0.1"}  # this client names its host without the port
    if cookies:
        headers["Cookie"] = cookies
    socket = simple_websocket.Client.connect(
        f"{url.replace('http', 'ws', 1)}/_event/?token={tab}&EIO=4&transport=websocket",
        headers=headers,
    )
    # Not awaited: a greeting that comes with the handshake is given out with the frame after it.
    socket.send("40/_event,")
    router = {"pathname": path, "asPath": path}
    for event in events:
        socket.send("42/_event," + json.dumps(["event", {**event, "router_data": router}]))
    then()
    frames: list[str] = []
    wait_s = _FIRST_S
    while (frame := socket.receive(wait_s)) is not None:
        frames.append(frame)
        if "is_hydrated" in frame:
            wait_s = _MORE_S
    socket.close()
    return "\n".join(frames)
