"""A small OpenAI-compatible server on loopback: real HTTP, plain and streamed, with faults.

    with OpenAiServer() as server:
        client = AsyncOpenAI(base_url=server.url, api_key="any")
        server.enqueue("first answer", Status(429), Held("later"))
        ...
        server.requests[-1].body["messages"]

Answers, in this order: what `reply_when` matches, what was enqueued, else an echo of the last
user message ("echo: ..."; where JSON was asked for, a sample of the schema or {"echo": ...}).
It runs in a thread of its own; every method may be called from any thread.

As a program, for load: `python -m tests.support.openai_server --port 9000 [--delay-ms 20]`.
"""

import argparse
import asyncio
import contextlib
import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import orjson

Json = Any
REASONING_MODELS = ("o1", "o3", "o4", "gpt-5")
MODELS = ("gpt-3.5-turbo", "gpt-3.5-turbo-instruct", "gpt-4o-mini", "gpt-5-mini", "o3-mini")


@dataclass(frozen=True)
class Text:
    """An ordinary answer; streamed, it comes in `pieces` (default: words), `pause_s` between them.

    `delay_s` passes before the first byte. `usage`: (prompt, completion) tokens; default: words.
    """

    text: str
    pieces: tuple[str, ...] | None = None
    pause_s: float = 0.0
    delay_s: float = 0.0
    usage: tuple[int, int] | None = None
    finish_reason: str = "stop"


@dataclass(frozen=True)
class Status:
    """An HTTP error, shaped as OpenAI does."""

    status: int
    message: str = "The server had an error while processing your request."
    param: str | None = None
    code: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Raw:
    """Any body under any status: HTML of a proxy, JSON of another kind, bytes."""

    body: bytes = b"<html><body>It works!</body></html>"
    content_type: str = "text/html"
    status: int = 200


@dataclass(frozen=True)
class Drop:
    """The connection breaks after `after` pieces of the stream (plain: in mid-body).

    `clean`: the stream ends as if it were whole, but with no finish reason and no [DONE].
    """

    text: str = "this answer never reaches its end"
    after: int = 2
    clean: bool = False


@dataclass(frozen=True)
class StreamError:
    """An error object inside the stream, after `after` pieces, as providers send it."""

    text: str = "this answer never reaches its end"
    after: int = 2
    message: str = "The server had an error while processing your request."


@dataclass(frozen=True)
class Held:
    """`then`, but not before `release()`; without it the request hangs."""

    then: "Reply" = "released"
    _gate: "Future[None]" = field(default_factory=Future, repr=False, compare=False)

    def release(self) -> None:
        if not self._gate.done():
            self._gate.set_result(None)

    async def wait(self) -> None:
        await asyncio.shield(asyncio.wrap_future(self._gate))


Answer = Text | Status | Raw | Drop | StreamError | Held
Reply = Answer | str | int | dict[str, Any] | list[Any]
Rule = Callable[[dict[str, Any]], bool]

EMPTY_CHOICES = Raw(b'{"id":"x","object":"chat.completion","choices":[]}', "application/json")


def hang() -> Held:
    """A request that is never answered (until the client goes away or the server stops)."""
    return Held()


@dataclass
class Request:
    """One recorded request; `disconnected` becomes true when the client left before the end."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    at: float
    finished: bool = False
    disconnected: bool = False

    @property
    def last_user_message(self) -> str:
        return last_user_message(self.body)


class OpenAiServer:
    """See the module. `refuses` names body keys answered with 400 ("stream_options",
    "response_format"); `reasoning` are prefixes of models that refuse temperature and max_tokens.
    With `api_key`, any other key is answered with 401. `delay_s` is added to every answer."""

    def __init__(
        self,
        *,
        port: int = 0,
        api_key: str | None = None,
        models: Iterable[str] = MODELS,
        reasoning: tuple[str, ...] = REASONING_MODELS,
        refuses: Iterable[str] = (),
        delay_s: float = 0.0,
        keep: int = 10_000,
    ) -> None:
        self.requests: deque[Request] = deque(maxlen=keep)
        self.models = tuple(models)
        self.reasoning = reasoning
        self.refuses = frozenset(refuses)
        self.api_key = api_key
        self.delay_s = delay_s
        self.connections = 0
        self._port = port
        self._queue: deque[Reply] = deque()
        self._rules: list[tuple[Rule, Reply]] = []
        self._changed = threading.Condition()
        self._loop: asyncio.AbstractEventLoop
        self._thread: threading.Thread | None = None

    def enqueue(self, *replies: Reply) -> None:
        """One reply for each of the next requests: a text, a status number, JSON, or an answer."""
        self._queue.extend(replies)

    def reply_when(self, rule: Rule | str, reply: Reply) -> None:
        """`reply` to every request whose body `rule` accepts; a str: in the last user message."""
        test = rule if callable(rule) else _mentions(rule)
        self._rules.insert(0, (test, reply))

    def reset(self) -> None:
        """Forget the requests, the queue and the rules."""
        self.requests.clear()
        self._queue.clear()
        self._rules.clear()

    def wait_until(self, test: Callable[[], object], timeout_s: float = 5.0) -> None:
        """Block until `test()` holds; it is looked at after each request and each disconnect."""
        with self._changed:
            if not self._changed.wait_for(test, timeout_s):
                raise AssertionError(f"not reached in {timeout_s} s; requests: {self.requests}")

    def wait_for_requests(self, count: int, timeout_s: float = 5.0) -> None:
        self.wait_until(lambda: len(self.requests) >= count, timeout_s)

    @property
    def url(self) -> str:
        """The base URL a client needs, with /v1."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def port(self) -> int:
        return self._port

    def __enter__(self) -> "OpenAiServer":
        ready: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        self._port = ready.result(10)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)

    def _run(self, ready: "Future[int]") -> None:
        try:
            asyncio.run(self.serve(ready.set_result))
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error)
            raise

    async def serve(self, on_ready: Callable[[int], object]) -> None:
        """Serve until stopped; `on_ready` gets the port."""
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        open_connections: set[_Connection] = set()
        server = await self._loop.create_server(
            lambda: _Connection(self, open_connections), "127.0.0.1", self._port, backlog=512
        )
        on_ready(server.sockets[0].getsockname()[1])
        await self._stopped.wait()
        server.close()
        for connection in list(open_connections):
            connection.transport.abort()
        await asyncio.sleep(0)
        await asyncio.gather(*[c.task for c in open_connections if c.task], return_exceptions=True)

    def note_change(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def answer(self, request: Request) -> Answer:
        """What this request gets; takes it from the queue."""
        body = request.body
        given = request.headers.get("authorization", "")
        if self.api_key is not None and given != f"Bearer {self.api_key}":
            key = given.removeprefix("Bearer ")
            return Status(401, f"Incorrect API key provided: {key}.", code="invalid_api_key")
        if request.method == "GET" and request.path.rstrip("/").endswith("/models"):
            return Raw(_models(self.models), "application/json")
        if not request.path.endswith("/completions"):
            return Status(404, f"Invalid URL ({request.method} {request.path})")
        if refusal := self._refusal(body):
            return refusal
        for test, reply in self._rules:
            if test(body):
                return as_answer(reply)
        if self._queue:
            return as_answer(self._queue.popleft())
        return Text(echo(body))

    def _refusal(self, body: dict[str, Any]) -> Status | None:
        for name in self.refuses & body.keys():
            return Status(400, f"Unrecognized request argument supplied: {name}", param=name)
        if not str(body.get("model", "")).startswith(self.reasoning):
            return None
        if "max_tokens" in body:
            return Status(
                400,
                "Unsupported parameter: 'max_tokens' is not supported with this model. "
                "Use 'max_completion_tokens' instead.",
                param="max_tokens",
                code="unsupported_parameter",
            )
        if body.get("temperature", 1) != 1:
            return Status(
                400,
                f"Unsupported value: 'temperature' does not support {body['temperature']} with "
                "this model. Only the default (1) value is supported.",
                param="temperature",
                code="unsupported_value",
            )
        return None


def as_answer(reply: Reply) -> Answer:
    match reply:
        case str():
            return Text(reply)
        case int():
            return Status(reply)
        case dict() | list():
            return Text(json.dumps(reply, ensure_ascii=False))
        case _:
            return reply


def echo(body: dict[str, Any]) -> str:
    """The answer to a request nothing was prepared for."""
    said = last_user_message(body)
    form = body.get("response_format") or {}
    match form.get("type"):
        case "json_schema":
            return json.dumps(sample(form["json_schema"].get("schema", {})), ensure_ascii=False)
        case "json_object":
            return json.dumps({"echo": said}, ensure_ascii=False)
        case _:
            return f"echo: {said}"


def last_user_message(body: dict[str, Any]) -> str:
    """Of a chat request its last user message, of a completion request its prompt's last line."""
    for message in reversed(body.get("messages", [])):
        if message.get("role") == "user":
            content = message.get("content", "")
            if isinstance(content, str):
                return content
            return "".join(part.get("text", "") for part in content)
    return str(body.get("prompt", "")).rsplit("\n", 1)[-1]


def sample(schema: Json) -> Json:
    """A small value of a plain JSON schema (type, properties, items, enum, const, minimum)."""
    if not isinstance(schema, dict):
        return {}
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type", "object")
    match kind[0] if isinstance(kind, list) else kind:
        case "object":
            return {name: sample(part) for name, part in schema.get("properties", {}).items()}
        case "array":
            return [sample(schema.get("items", {})) for _ in range(schema.get("minItems", 1))]
        case "string":
            return "echo"
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case _:
            return None


def _mentions(text: str) -> Rule:
    return lambda body: text in last_user_message(body)


class _Connection(asyncio.Protocol):
    """One kept-alive connection; requests are answered one after another."""

    transport: asyncio.Transport

    def __init__(self, server: OpenAiServer, everyone: "set[_Connection]") -> None:
        self.server = server
        self.everyone = everyone
        self.buffer = b""
        self.current: Request | None = None
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.everyone.add(self)
        self.server.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self.everyone.discard(self)
        if self.task is not None:
            self.task.cancel()
        if self.current is not None:
            self.current.disconnected = True
            self.server.note_change()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self.next_request()

    def next_request(self) -> None:
        while self.current is None and (request := self.parse()) is not None:
            self.current = request
            answer = self.server.answer(request)
            self.server.requests.append(request)
            self.server.note_change()
            delay_s = self.server.delay_s
            if delay_s or isinstance(answer, Held) or (isinstance(answer, Text) and slow(answer)):
                self.task = asyncio.get_running_loop().create_task(self.answer_slowly(answer))
                return
            self.transport.write(b"".join(parts(request, answer)))
            self.finish(answer)

    def parse(self) -> Request | None:
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        first, *lines = self.buffer[:end].decode("latin-1").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        size = end + 4 + int(headers.get("content-length", 0))
        if len(self.buffer) < size:
            return None
        raw, self.buffer = self.buffer[end + 4 : size], self.buffer[size:]
        method, target, _ = first.split(" ", 2)
        body = orjson.loads(raw) if raw else {}
        return Request(method, target.partition("?")[0], headers, body, time.monotonic())

    async def answer_slowly(self, answer: Answer) -> None:
        request = self.current
        assert request is not None
        await asyncio.sleep(self.server.delay_s)
        while isinstance(answer, Held):
            await answer.wait()
            answer = as_answer(answer.then)
        pause_s = 0.0
        if isinstance(answer, Text):
            await asyncio.sleep(answer.delay_s)
            pause_s = answer.pause_s
        for number, part in enumerate(parts(request, answer)):
            if pause_s and number > 1 and b'"finish_reason":null' in part:
                await asyncio.sleep(pause_s)
            self.transport.write(part)
        self.task = None
        self.finish(answer)
        self.next_request()

    def finish(self, answer: Answer) -> None:
        assert self.current is not None
        self.current.finished = True
        self.current = None
        if isinstance(answer, Drop) and not answer.clean:
            self.transport.close()
        self.server.note_change()


def slow(answer: Text) -> bool:
    return bool(answer.delay_s or answer.pause_s)


def parts(request: Request, answer: Answer) -> Iterable[bytes]:
    """The bytes of the HTTP answer, part by part; a broken one lacks its end."""
    streamed = bool(request.body.get("stream"))
    match answer:
        case Status():
            error = {
                "message": answer.message,
                "type": "invalid_request_error" if answer.status < 500 else "server_error",
                "param": answer.param,
                "code": answer.code,
            }
            yield head(answer.status, "application/json", orjson.dumps({"error": error}), answer)
        case Raw():
            yield head(answer.status, answer.content_type, answer.body)
        case Text() if streamed:
            yield from stream(request, answer.text, answer)
        case Drop() | StreamError() if streamed:
            yield from stream(request, answer.text, answer)
        case Text():
            yield head(200, "application/json", whole(request, answer))
        case StreamError():
            yield from parts(request, Status(500, answer.message))
        case Drop():
            yield head(200, "application/json", whole(request, Text(answer.text)))[:-20]
        case Held():
            raise AssertionError("a held answer is opened before")


def head(status: int, content_type: str, body: bytes, answer: Status | None = None) -> bytes:
    extra = "".join(f"{name}: {value}\r\n" for name, value in (answer.headers if answer else ()))
    return (
        f"HTTP/1.1 {status} Any\r\ncontent-type: {content_type}\r\n{extra}"
        f"content-length: {len(body)}\r\n\r\n"
    ).encode() + body


def whole(request: Request, answer: Text) -> bytes:
    choice: dict[str, Any] = {"index": 0, "finish_reason": answer.finish_reason, "logprobs": None}
    if is_chat(request):
        choice["message"] = {"role": "assistant", "content": answer.text, "refusal": None}
    else:
        choice["text"] = answer.text
    return orjson.dumps(
        {
            "id": "cmpl-1",
            "object": "chat.completion" if is_chat(request) else "text_completion",
            "created": 1_700_000_000,
            "model": request.body.get("model"),
            "choices": [choice],
            "usage": count(request, answer),
        }
    )


def stream(request: Request, text: str, answer: Text | Drop | StreamError) -> Iterable[bytes]:
    yield (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
        b"cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    wanted = answer.pieces if isinstance(answer, Text) else None
    pieces = wanted or tuple(re.findall(r"\S*\s*", text)[:-1])
    if not isinstance(answer, Text):
        pieces = pieces[: answer.after]
    for number, piece in enumerate(pieces):
        yield event(chunk(request, piece, first=number == 0))
    match answer:
        case Text():
            yield event(chunk(request, None, reason=answer.finish_reason))
            if (request.body.get("stream_options") or {}).get("include_usage"):
                yield event(chunk(request, usage=count(request, answer)))
            yield frame(b"data: [DONE]\n\n") + b"0\r\n\r\n"
        case StreamError():
            yield event({"error": {"message": answer.message, "type": "server_error"}})
            yield b"0\r\n\r\n"
        case Drop(clean=True):
            yield b"0\r\n\r\n"


def chunk(
    request: Request,
    text: str | None = "",
    *,
    first: bool = False,
    reason: str | None = None,
    usage: dict[str, int] | None = None,
) -> dict[str, Any]:
    chat = is_chat(request)
    choice: dict[str, Any] = {"index": 0, "finish_reason": reason}
    if chat:
        role = {"role": "assistant"} if first else {}
        choice["delta"] = role if text is None else {**role, "content": text}
    else:
        choice["text"] = text or ""
    return {
        "id": "cmpl-1",
        "object": "chat.completion.chunk" if chat else "text_completion",
        "created": 1_700_000_000,
        "model": request.body.get("model"),
        "choices": [] if usage else [choice],
        "usage": usage,
    }


def event(value: Json) -> bytes:
    return frame(b"data: " + orjson.dumps(value) + b"\n\n")


def frame(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def is_chat(request: Request) -> bool:
    return request.path.endswith("/chat/completions")


def count(request: Request, answer: Text) -> dict[str, int]:
    """Tokens: as the answer says, else words."""
    body = request.body
    asked = " ".join(str(m.get("content")) for m in body.get("messages", []))
    words = len(f"{asked} {body.get('prompt', '')}".split())
    prompt, completion = answer.usage or (words, len(answer.text.split()))
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _models(names: Iterable[str]) -> bytes:
    data = [
        {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "test"}
        for name in names
    ]
    return orjson.dumps({"object": "list", "data": data})


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay-ms", type=float, default=0.0, help="before each answer")
    options = parser.parse_args()
    server = OpenAiServer(port=options.port, delay_s=options.delay_ms / 1000, keep=100)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(
            server.serve(lambda port: print(f"http://127.0.0.1:{port}/v1", flush=True)),
        )


if __name__ == "__main__":
    main()
