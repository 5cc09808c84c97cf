"""The model's client against a real HTTP server on loopback."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import openai
import pytest

from alpina_app.clients import gpt_wire as wire
from alpina_app.clients.endpoint import Endpoint
from alpina_app.clients.gpt import BotSettings, Gpt, GptAnswer, GptRequest, bot_request
from alpina_app.domain.effects import AskGpt, GptResult, Usage
from alpina_app.errors import ModelError, ModelNotConfigured, ModelTimeout, ModelUnavailable
from tests.support.openai_server import (
    EMPTY_CHOICES,
    Drop,
    Held,
    OpenAiServer,
    Raw,
    Reply,
    Status,
    StreamError,
    Text,
    hang,
)

KEY = "sk-very-secret-key"
AT_ONCE = (("Retry-After", "0"),)
BUSY = Status(429, "slow down, sk-very-secret-key", headers=AT_ONCE)
DOWN = Status(500, headers=AT_ONCE)
SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the servers speak plain HTTP; quick to make


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    with OpenAiServer() as running:
        yield running


@pytest.fixture
async def gpt(server: OpenAiServer) -> AsyncIterator[Gpt]:
    async with open_gpt(server) as client:
        yield client


@asynccontextmanager
async def open_gpt(server: OpenAiServer, **options: Any) -> AsyncIterator[Gpt]:
    quick = {"timeout_s": 5.0, "first_backoff_s": 0.001, "verify": NO_TLS}
    client = Gpt(KEY, server.url, **{**quick, **options})
    try:
        yield client
    finally:
        await client.aclose()


def question(text: str = "Как дела?", **options: Any) -> GptRequest:
    bot = BotSettings(system_prompt="Ты вежлив.", creativity_level=0.3, max_tokens=50)
    made = bot_request(bot, [], text)
    return GptRequest(**{**fields(made), **options})


def fields(request: GptRequest) -> dict[str, Any]:
    return {name: getattr(request, name) for name in GptRequest.__slots__}


def sent(server: OpenAiServer, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(request.body.get(name) for name in names) for request in server.requests]


async def failure(gpt: Gpt, request: GptRequest, on_delta: Any = None) -> tuple[type, Any]:
    with pytest.raises(ModelError) as caught:
        await gpt.reply(request, on_delta)
    return caught.type, caught.value.params.get("reason")


async def test_chat_bot_sends_its_settings_and_gets_text_and_usage(
    gpt: Gpt, server: OpenAiServer
) -> None:
    server.enqueue(Text("Хорошо!", usage=(11, 7)))
    answer = await gpt.reply(question())

    assert answer == GptAnswer("Хорошо!", Usage(11, 7, 18), "stop", answer.duration_ms)
    assert server.requests[0].path == "/v1/chat/completions"
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert server.requests[0].body == {
        "model": "gpt-3.5-turbo",
        "messages": [
            {"role": "system", "content": "Ты вежлив."},
            {"role": "user", "content": "Как дела?"},
        ],
        "temperature": 0.3,
        "max_tokens": 50,
    }


async def test_every_question_is_sent_as_the_library_itself_would(
    gpt: Gpt, server: OpenAiServer
) -> None:
    texts = ["Раз?", "Два, и подлиннее?", "Три?"]
    for text in texts:
        await gpt.reply(question(text))
    plain = openai.AsyncOpenAI(base_url=server.url, api_key=KEY, max_retries=0)
    await plain.chat.completions.create(**server.requests[-1].body)
    await plain.close()

    *ours, library = server.requests
    assert [request.body["messages"][-1]["content"] for request in ours] == texts
    kept = library.headers.keys() - {"content-length", "x-stainless-read-timeout"}
    assert {"authorization", "content-type", "x-stainless-lang"} <= kept
    for request in ours:
        assert request.path == library.path
        assert {name: request.headers.get(name) for name in kept} == {
            name: library.headers[name] for name in kept
        }


async def test_blank_system_prompt_is_not_sent(gpt: Gpt, server: OpenAiServer) -> None:
    history = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    await gpt.reply(bot_request(BotSettings(system_prompt=" \n"), history, "c"))
    assert sent(server, "messages") == [([*history, {"role": "user", "content": "c"}],)]


async def test_completion_bot_sends_one_prompt_of_lines(gpt: Gpt, server: OpenAiServer) -> None:
    bot = BotSettings(bot_type="completion", gpt_model="m", system_prompt="Rules")
    history = [{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}]
    answer = await gpt.reply(bot_request(bot, history, "three"))

    assert answer.text == "echo: three"
    assert server.requests[0].path == "/v1/completions"
    assert server.requests[0].body == {
        "model": "m",
        "prompt": "Rules\none\ntwo\nthree",
        "temperature": 0.7,
        "max_tokens": 1000,
    }


@pytest.mark.parametrize("bot_type", ["chat", "completion"])
async def test_stream_tells_every_piece_and_returns_the_whole(
    gpt: Gpt, server: OpenAiServer, bot_type: Any
) -> None:
    server.enqueue(Text("раз два три", usage=(1, 3)))
    pieces: list[str] = []
    answer = await gpt.reply(question(bot_type=bot_type), pieces.append)

    assert pieces == ["раз ", "два ", "три"]
    assert answer == GptAnswer("раз два три", Usage(1, 3, 4), "stop", answer.duration_ms)
    assert sent(server, "stream", "stream_options") == [(True, {"include_usage": True})]


async def test_stream_may_be_told_to_an_async_function(gpt: Gpt) -> None:
    pieces: list[str] = []

    async def hear(piece: str) -> None:
        await asyncio.sleep(0)
        pieces.append(piece)

    await gpt.reply(question("a b"), hear)
    assert pieces == ["echo: ", "a ", "b"]


async def test_pieces_come_before_the_answer_is_whole(gpt: Gpt, server: OpenAiServer) -> None:
    server.enqueue(Text("first second", pause_s=60))
    first = asyncio.Event()
    task = asyncio.create_task(gpt.reply(question(), lambda _: first.set()))
    await asyncio.wait_for(first.wait(), 5)
    assert not task.done()
    task.cancel()


async def test_streamed_connections_are_used_again(gpt: Gpt, server: OpenAiServer) -> None:
    for _ in range(3):
        await gpt.reply(question(), lambda _: None)
    assert server.connections == 1


async def test_server_that_answers_a_stream_at_once_is_understood(
    gpt: Gpt, server: OpenAiServer
) -> None:
    server.enqueue(Raw(b'{"choices":[{"message":{"content":"whole"}}]}', "application/json"))
    pieces: list[str] = []
    answer = await gpt.reply(question(), pieces.append)
    assert (answer.text, answer.usage, pieces) == ("whole", None, ["whole"])


async def test_stream_without_finish_reason_but_done_is_whole(
    gpt: Gpt, server: OpenAiServer
) -> None:
    body = b'data: {"choices":[{"delta":{"content":"ok"}}]}\r\n\r\ndata: [DONE]\r\n\r\n'
    server.enqueue(Raw(body, "text/event-stream"))
    assert (await gpt.reply(question(), lambda _: None)).text == "ok"


async def test_line_separators_inside_a_piece_do_not_break_the_stream(
    gpt: Gpt, server: OpenAiServer
) -> None:
    server.enqueue(Text("a\u2028b\x85c", pieces=("a\u2028b\x85c",)))
    assert (await gpt.reply(question(), lambda _: None)).text == "a\u2028b\x85c"


async def test_events_are_read_from_chunks_cut_anywhere() -> None:
    stream = 'event: x\r\ndata: {"a":"é"}\r\n\r\n: ping\n\ndata:2\n\ndata: 3'.encode()

    async def bytewise() -> AsyncIterator[bytes]:
        for byte in stream:
            yield bytes([byte])

    found = [event async for event in wire.events(bytewise())]
    assert found == ['{"a":"é"}'.encode(), b"2", b"3"]


async def test_emoji_cut_into_surrogates_is_joined_and_nul_replaced(
    gpt: Gpt, server: OpenAiServer
) -> None:
    halves = [rb"a\ud83d", rb"\ude00", rb"\ud800b\u0000"]
    body = b"".join(b'data: {"choices":[{"delta":{"content":"%s"}}]}\n\n' % half for half in halves)
    server.enqueue(Raw(body + b"data: [DONE]\n\n", "text/event-stream"))
    pieces: list[str] = []
    answer = await gpt.reply(question(), pieces.append)
    assert answer.text == "".join(pieces) == "a\U0001f600\ufffdb\ufffd"


async def test_plain_answer_with_a_lone_surrogate_is_made_sound(
    gpt: Gpt, server: OpenAiServer
) -> None:
    body = rb'{"choices":[{"message":{"content":"x\ud800y"}}]}'
    server.enqueue(Raw(body, "application/json"))
    assert (await gpt.reply(question())).text == "x\ufffdy"


@pytest.mark.parametrize("on_delta", [None, lambda _: None])
@pytest.mark.parametrize("faults", [(BUSY,), (DOWN, BUSY), (Drop(after=0),), (Status(503),)])
async def test_passing_faults_are_tried_again(
    gpt: Gpt, server: OpenAiServer, faults: tuple[Reply, ...], on_delta: Any
) -> None:
    server.enqueue(*faults, "at last")
    assert (await gpt.reply(question(), on_delta)).text == "at last"
    assert len(server.requests) == len(faults) + 1


async def test_connection_refused_is_tried_again_then_unavailable() -> None:
    with OpenAiServer() as gone:
        pass
    async with open_gpt(gone, max_retries=1) as gpt:
        assert await failure(gpt, question()) == (ModelUnavailable, "unavailable")


@pytest.mark.parametrize(
    ("reply", "reason", "requests"),
    [
        (BUSY, "rate_limited", 3),
        (DOWN, "unavailable", 3),
        (Status(401, f"Incorrect API key provided: {KEY}"), "auth", 1),
        (Status(403), "auth", 1),
        (Status(404, "The model `x` does not exist"), "bad_request", 1),
        (Status(400, "max_tokens is too large", param="max_tokens"), "bad_request", 1),
        (Status(400, code="context_length_exceeded"), "too_long", 1),
        (Raw(), "bad_answer", 1),
        (Raw(b"{nonsense", "application/json"), "bad_answer", 1),
        (Raw(b"[]", "application/json"), "bad_answer", 1),
        (Raw(b'{"choices":[null]}', "application/json"), "bad_answer", 1),
        (Raw(b'{"choices":[{"message":{"content":7}}]}', "application/json"), "bad_answer", 1),
        (Raw(b'{"choices":[{"message":null}]}', "application/json"), "bad_answer", 1),
        (Raw(b"[" * 100_000, "application/json"), "bad_answer", 1),
        (Raw(b'{"error":{"message":"x","code":502}}', "application/json"), "unavailable", 3),
        (EMPTY_CHOICES, "bad_answer", 1),
        (Text(""), "bad_answer", 1),
        (Text(" \n"), "bad_answer", 1),
    ],
)
@pytest.mark.parametrize("on_delta", [None, lambda _: None])
async def test_fault_becomes_a_safe_reason(
    gpt: Gpt,
    server: OpenAiServer,
    caplog: pytest.LogCaptureFixture,
    reply: Reply,
    reason: str,
    requests: int,
    on_delta: Any,
) -> None:
    caplog.set_level(logging.DEBUG)
    server.reply_when(lambda _: True, reply)
    with pytest.raises(ModelUnavailable) as caught:
        await gpt.reply(question(), on_delta)

    assert caught.value.params == {"reason": reason}
    assert len(server.requests) == requests
    assert str(caught.value) == "model_unavailable"
    assert caught.value.__suppress_context__
    assert KEY not in caplog.text
    assert "does not exist" not in caplog.text


@pytest.mark.parametrize("broken", [Drop(after=2), Drop(after=2, clean=True), StreamError(after=2)])
async def test_stream_that_breaks_after_text_is_not_tried_again(
    gpt: Gpt, server: OpenAiServer, broken: Reply
) -> None:
    server.enqueue(broken, "never asked for")
    pieces: list[str] = []
    assert await failure(gpt, question(), pieces.append) == (ModelUnavailable, "unavailable")
    assert pieces == ["this ", "answer "]
    assert len(server.requests) == 1


async def test_error_at_the_start_of_a_stream_is_tried_again(
    gpt: Gpt, server: OpenAiServer
) -> None:
    server.enqueue(StreamError(after=0), "fine")
    assert (await gpt.reply(question(), lambda _: None)).text == "fine"


async def test_hanging_model_is_a_timeout_and_the_connection_is_dropped(
    gpt: Gpt, server: OpenAiServer
) -> None:
    server.enqueue(hang())
    assert await failure(gpt, question(timeout_s=0.2)) == (ModelTimeout, None)
    await asyncio.to_thread(server.wait_until, lambda: server.requests[0].disconnected)


async def test_time_limit_covers_the_whole_stream(gpt: Gpt, server: OpenAiServer) -> None:
    server.enqueue(Text("one two", pause_s=60))
    assert await failure(gpt, question(timeout_s=0.5), lambda _: None) == (ModelTimeout, None)


async def test_wait_that_would_pass_the_limit_is_not_waited_for(
    gpt: Gpt, server: OpenAiServer
) -> None:
    server.enqueue(Status(429, headers=(("Retry-After", "3600"),)))
    assert await failure(gpt, question()) == (ModelUnavailable, "rate_limited")
    assert len(server.requests) == 1


async def test_cancelling_closes_the_stream(gpt: Gpt, server: OpenAiServer) -> None:
    server.enqueue(Text("one two", pause_s=60))
    started = asyncio.Event()
    task = asyncio.create_task(gpt.reply(question(), lambda _: started.set()))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.to_thread(server.wait_until, lambda: server.requests[0].disconnected)


async def test_error_of_the_listener_is_passed_on_and_closes_the_stream(
    gpt: Gpt, server: OpenAiServer
) -> None:
    server.enqueue(Text("one two", pause_s=60))

    def leave(_: str) -> None:
        raise ConnectionResetError("the reader left")

    with pytest.raises(ConnectionResetError, match="the reader left"):
        await gpt.reply(question(), leave)
    await asyncio.to_thread(server.wait_until, lambda: server.requests[0].disconnected)


@pytest.mark.parametrize("on_delta", [None, lambda _: None])
async def test_reasoning_model_is_asked_as_it_wants_and_remembered(
    gpt: Gpt, server: OpenAiServer, on_delta: Any
) -> None:
    for _ in range(2):
        answer = await gpt.reply(question("hi", model="o3-mini"), on_delta)
        assert answer.text == "echo: hi"
    await gpt.reply(question(), on_delta)

    assert sent(server, "model", "temperature", "max_tokens", "max_completion_tokens") == [
        ("o3-mini", 0.3, 50, None),
        ("o3-mini", 0.3, None, 50),
        ("o3-mini", None, None, 50),
        ("o3-mini", None, None, 50),
        ("gpt-3.5-turbo", 0.3, 50, None),
    ]


async def test_twenty_first_questions_to_a_reasoning_model_all_succeed(
    gpt: Gpt, server: OpenAiServer
) -> None:
    asked = [gpt.reply(question(f"q{n}", model="gpt-5-mini")) for n in range(20)]
    assert [answer.text for answer in await asyncio.gather(*asked)] == [
        f"echo: q{n}" for n in range(20)
    ]


@pytest.mark.parametrize(
    "refusal",
    [
        Status(400, "`temperature` is deprecated for this model."),
        Status(422, "extra fields not permitted: temperature"),
        Status(400, "invalid temperature: only 1 is allowed for this model"),
        Status(400, "model does not support parameters: ['temperature']"),
    ],
)
async def test_refusals_are_read_from_the_text_where_no_parameter_is_named(
    gpt: Gpt, server: OpenAiServer, refusal: Status
) -> None:
    server.enqueue(refusal)
    assert (await gpt.reply(question("hi"))).text == "echo: hi"
    assert sent(server, "temperature", "max_tokens") == [(0.3, 50), (None, 50)]


async def test_server_that_refuses_stream_options_is_asked_without_for_all_models() -> None:
    with OpenAiServer(refuses=["stream_options"]) as server:
        async with open_gpt(server) as gpt:
            for model in ("one", "two"):
                await gpt.reply(question("hi", model=model), lambda _: None)
    assert sent(server, "model", "stream_options") == [
        ("one", {"include_usage": True}),
        ("one", None),
        ("two", None),
    ]


async def test_schema_is_asked_for_in_full(gpt: Gpt, server: OpenAiServer) -> None:
    answer = await gpt.reply(question(schema=SCHEMA))
    assert answer.text == '{"name": "echo"}'
    wanted = {"name": "answer", "schema": SCHEMA, "strict": False}
    assert sent(server, "response_format") == [({"type": "json_schema", "json_schema": wanted},)]


async def test_json_without_a_schema_is_a_json_object(gpt: Gpt, server: OpenAiServer) -> None:
    await gpt.reply(question(json_answer=True))
    assert sent(server, "response_format") == [({"type": "json_object"},)]


async def test_server_that_refuses_response_format_is_asked_without_and_remembered() -> None:
    with OpenAiServer(refuses=["response_format"]) as server:
        async with open_gpt(server) as gpt:
            for _ in range(2):
                assert (await gpt.reply(question("hi", schema=SCHEMA))).text == "echo: hi"
    kinds = [(form or {}).get("type") for (form,) in sent(server, "response_format")]
    assert kinds == ["json_schema", "json_object", None, None]


async def test_refused_schema_does_not_spoil_the_next_one(gpt: Gpt, server: OpenAiServer) -> None:
    server.enqueue(
        Status(
            400,
            "Invalid schema for response_format 'answer': In context=(), 'oneOf' is not permitted.",
            "response_format",
        )
    )
    await gpt.reply(question(schema={"type": "array"}))
    await gpt.reply(question(schema=SCHEMA))
    kinds = [form["type"] for (form,) in sent(server, "response_format")]
    assert kinds == ["json_schema", "json_object", "json_schema"]


async def test_history_over_the_budget_is_cut(server: OpenAiServer) -> None:
    history = [{"role": "user", "content": f"{n} " + "x" * 400} for n in range(50)]
    async with open_gpt(server, history_tokens=250) as gpt:
        await gpt.reply(bot_request(BotSettings(system_prompt="S"), history, "new"))
    ((messages,),) = sent(server, "messages")
    assert [message["content"][:3].strip() for message in messages] == ["S", "48", "49", "new"]


async def test_too_long_conversation_is_halved_until_it_fits(
    gpt: Gpt, server: OpenAiServer
) -> None:
    history = [{"role": "user", "content": f"{n} " + "x" * 398} for n in range(8)]
    server.enqueue(
        Status(400, code="context_length_exceeded"), Status(400, code="context_length_exceeded")
    )
    await gpt.reply(bot_request(BotSettings(system_prompt="S"), history, "new"))
    assert [len(messages) for (messages,) in sent(server, "messages")] == [10, 5, 3]


async def test_no_key_is_not_configured() -> None:
    gpt = Gpt(verify=NO_TLS)
    assert await failure(gpt, question()) == (ModelNotConfigured, None)
    with pytest.raises(ModelNotConfigured):
        await gpt.list_models()
    await gpt.aclose()


async def test_address_may_change_between_questions(server: OpenAiServer) -> None:
    with OpenAiServer() as other:
        endpoints = [Endpoint("k1", server.url), Endpoint("k2", other.url, history_tokens=10)]

        async def next_endpoint() -> Endpoint:
            return endpoints.pop(0)

        gpt = Gpt(source=next_endpoint, verify=NO_TLS)
        await gpt.reply(question("a"))
        await gpt.reply(bot_request(BotSettings(), [{"role": "user", "content": "x" * 99}], "b"))
        await gpt.aclose()
        assert server.requests[0].headers["authorization"] == "Bearer k1"
        assert other.requests[0].headers["authorization"] == "Bearer k2"
        assert sent(other, "messages") == [([{"role": "user", "content": "b"}],)]


async def test_twenty_sessions_pass_one_that_hangs(gpt: Gpt, server: OpenAiServer) -> None:
    slow = Held("finally")
    server.reply_when("slow", slow)
    hanging = asyncio.create_task(gpt.reply(question("slow")))
    await asyncio.to_thread(server.wait_for_requests, 1)

    quick = [gpt.reply(question(f"q{n}")) for n in range(20)]
    assert [answer.text for answer in await asyncio.gather(*quick)] == [
        f"echo: q{n}" for n in range(20)
    ]
    assert not hanging.done()
    slow.release()
    assert (await hanging).text == "finally"


async def test_models_are_listed_sorted_and_kept(gpt: Gpt, server: OpenAiServer) -> None:
    assert await gpt.list_models() == await gpt.list_models() == tuple(sorted(server.models))
    assert len(server.requests) == 1


async def test_models_that_cannot_be_listed_are_unavailable() -> None:
    with OpenAiServer(api_key="another") as server:
        async with open_gpt(server) as gpt:
            with pytest.raises(ModelUnavailable) as caught:
                await gpt.list_models()
    assert caught.value.params == {"reason": "auth"}


async def test_step_question_keeps_what_a_user_said_out_of_the_system_role(
    gpt: Gpt, server: OpenAiServer
) -> None:
    bot = BotSettings(system_prompt="Bot.", gpt_model="m", creativity_level=0.5, max_tokens=9)
    effect = AskGpt(step=1, purpose="message", prompt="said by user", instructions="Be brief.")
    history = [{"role": "user", "content": "before"}, {"role": "assistant", "content": "yes"}]
    result = await gpt.ask(effect, bot, history)

    assert result.text == "echo: said by user"
    assert result.failure is None
    assert server.requests[0].body == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Bot.\n\nBe brief."},
            *history,
            {"role": "user", "content": "said by user"},
        ],
        "temperature": 0.5,
        "max_tokens": 9,
    }


async def test_step_overrides_the_settings_of_its_bot(gpt: Gpt, server: OpenAiServer) -> None:
    effect = AskGpt(1, "message", "p", model="other", temperature=0.0, max_tokens=1)
    await gpt.ask(effect, BotSettings())
    assert sent(server, "model", "temperature", "max_tokens") == [("other", 0.0, 1)]


@pytest.mark.parametrize(
    ("schema", "json_answer", "form"),
    [(SCHEMA, False, "json_schema"), (True, True, "json_object"), (None, True, "json_object")],
)
async def test_extraction_asks_for_json(
    gpt: Gpt, server: OpenAiServer, schema: Any, json_answer: bool, form: str
) -> None:
    effect = AskGpt(1, "extract", "p", "Reply in JSON.", schema=schema, json_answer=json_answer)
    assert (await gpt.ask(effect, BotSettings())).failure is None
    ((messages, wanted),) = sent(server, "messages", "response_format")
    assert messages[0] == {"role": "system", "content": "Reply in JSON."}
    assert wanted["type"] == form


@pytest.mark.parametrize(
    ("reply", "failed"),
    [
        (Status(401), "refused"),
        (Status(400), "refused"),
        (Status(500, headers=AT_ONCE), "unavailable"),
        (BUSY, "unavailable"),
        (Raw(), "bad_answer"),
        (hang(), "timeout"),
    ],
)
async def test_failed_step_question_is_a_result_not_an_error(
    gpt: Gpt, server: OpenAiServer, reply: Reply, failed: Any
) -> None:
    server.reply_when(lambda _: True, reply)
    result = await gpt.ask(AskGpt(1, "classify", "p", timeout_s=0.4), BotSettings())
    assert result == GptResult(failure=failed, duration_ms=result.duration_ms)


async def test_step_question_without_a_model_is_not_configured() -> None:
    gpt = Gpt(verify=NO_TLS)
    result = await gpt.ask(AskGpt(1, "classify", "p"), BotSettings())
    await gpt.aclose()
    assert result.failure == "not_configured"


async def test_key_with_forbidden_characters_is_a_refusal_without_the_key(
    server: OpenAiServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    gpt = Gpt("sk-ключ\nb", server.url, max_retries=0, verify=NO_TLS)
    kind, reason = await failure(gpt, question())
    await gpt.aclose()
    assert (kind, reason) in [(ModelUnavailable, "bad_request"), (ModelUnavailable, "unavailable")]
    assert "sk-" not in caplog.text


async def test_loopback_is_reached_past_a_proxy(
    server: OpenAiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    async with open_gpt(server) as gpt:
        assert (await gpt.reply(question("hi"))).text == "echo: hi"
