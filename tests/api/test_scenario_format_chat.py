"""scenario-format, "The chat endpoint and scenarios": whole conversations over REST."""

import asyncio
import json

import pytest

from tests.support.openai_server import OpenAiServer, Status, Text
from tests.support.transcripts import Talk, studio

GREETING = "Здравствуйте! Чем могу помочь?"
CANCELLED = "Хорошо, на этом остановимся. Если что-то понадобится, просто напишите."
NAME = ("question", {"text": "Имя?", "save_to": "name"}, "bye")
BYE = ("message", {"text": "Пока, {{name}}!", "end": True})


@pytest.fixture
def model():
    with OpenAiServer() as server:
        yield server


@pytest.fixture
async def made(tmp_path, model):
    async with studio(tmp_path, model, model_max_retries=0) as made:
        yield made


async def start_with(made, talk):
    await made.patch(f"/api/bots/{talk.bot}/", start_scenario=talk.scenario)


def without_ids(reply):
    return {key: value for key, value in reply.items() if key not in ("execution_id", "scenario")}


async def test_one_turn_says_everything_up_to_the_next_question(made):
    talk = await made.scenario(
        hello=("message", {"text": "Привет!"}, "silent"),
        silent=("message", {}, "ask"),
        ask=NAME,
        bye=BYE,
    )
    reply = await talk.begin()
    assert without_ids(reply) == {
        "response": "Привет!\n\nИмя?",
        "messages": [
            {"role": "assistant", "content": "Привет!", "step": talk.ids["hello"]},
            {"role": "assistant", "content": "Имя?", "step": talk.ids["ask"]},
        ],
        "user_session": talk.session,
        "current_step": talk.ids["ask"],
        "is_completed": False,
        "input": {
            "type": "text",
            "required": True,
            "options": [],
            "min": None,
            "max": None,
            "scale": None,
            "attempts_left": 3,
        },
        "usage": None,
    }
    last = await talk.say("Анна")
    assert (last["execution_id"], last["scenario"]) == (reply["execution_id"], talk.scenario)
    assert (last["is_completed"], last["current_step"], last["input"]) == (
        True,
        talk.ids["bye"],
        None,
    )
    after = await talk.say("Ещё")
    assert after["execution_id"] != reply["execution_id"]
    assert (after["scenario"], after["response"]) == (None, "echo: Ещё")


async def test_a_turn_without_texts_answers_with_nothing(made):
    talk = await made.scenario(only=("message", {}))
    reply = await talk.begin()
    assert (reply["response"], reply["messages"], reply["is_completed"]) == ("", [], True)


async def test_start_scenario_runs_once_a_session_whatever_its_end(made):
    talk = await made.scenario(ask=NAME, bye=BYE)
    await start_with(made, talk)
    for ending, said in (("Анна", "Пока, Анна!"), ("/cancel", CANCELLED)):
        one = talk.anew()
        assert (await one.say("Здравствуйте"))["response"] == "Имя?"
        assert (await one.say(ending))["response"] == said
        assert (await one.say("Ещё"))["scenario"] is None


async def test_a_failed_start_scenario_counts_as_finished_too(made):
    talk = await made.scenario(
        ask=("question", {"text": "?", "max_attempts": 1, "input": {"type": "number"}})
    )
    await start_with(made, talk)
    await talk.say("Здравствуйте")
    assert (await talk.say("пять"))["is_completed"] is True
    assert (await talk.say("Ещё"))["scenario"] is None


async def test_an_abandoned_start_scenario_starts_again(made):
    talk = await made.scenario(ask=NAME, bye=BYE)
    other = await made.scenario(talk.bot, only=("message", {"text": "Другой", "end": True}))
    await start_with(made, talk)
    first = await talk.say("Здравствуйте")
    await talk.say("Другое", scenario=other.scenario)
    assert (await talk.stored(first["execution_id"]))["is_completed"] is True
    assert (await talk.say("Ещё"))["response"] == "Имя?"


@pytest.mark.parametrize("fault", ["inactive", "errors"])
async def test_a_start_scenario_that_cannot_run_leaves_the_word_to_gpt(made, fault):
    talk = await made.scenario(ask=NAME, bye=BYE)
    await start_with(made, talk)
    await spoil(made, talk, fault)
    reply = await talk.say("Раз")
    assert (reply["scenario"], reply["response"]) == (None, "echo: Раз")


async def spoil(made, talk, fault):
    if fault == "inactive":
        await made.patch(f"/api/scenarios/{talk.scenario}/", is_active=False)
    else:
        await made.patch(f"/api/steps/{talk.ids['bye']}/", content={"text": "{{name"})


@pytest.mark.parametrize("fault", ["inactive", "errors"])
@pytest.mark.parametrize("body", [{}, {"restart": True}])
async def test_a_scenario_that_cannot_run_is_refused_by_name(made, fault, body):
    talk = await made.scenario(ask=NAME, bye=BYE)
    await spoil(made, talk, fault)
    answer = await talk.post("Раз", scenario=talk.scenario, **body)
    assert (answer.status_code, list(answer.json())) == (400, ["scenario"])
    assert (await made.get("/api/executions/"))["count"] == 0


async def test_a_named_scenario_goes_on_where_it_runs_and_takes_over_from_another(made):
    talk = await made.scenario(ask=NAME, bye=BYE)
    other = await made.scenario(talk.bot, ask=("question", {"text": "Город?"}))
    first = await talk.begin()
    taken_over = await talk.say("Сменим", scenario=other.scenario)
    assert taken_over["execution_id"] != first["execution_id"]
    assert (taken_over["response"], taken_over["scenario"]) == ("Город?", other.scenario)
    abandoned = await talk.stored(first["execution_id"])
    assert (abandoned["is_completed"], abandoned["current_step"]) == (True, talk.ids["ask"])
    again = await talk.begin()
    answered = await talk.begin("Анна")
    assert (answered["execution_id"], answered["response"]) == (
        again["execution_id"],
        "Пока, Анна!",
    )


async def test_a_named_scenario_ends_a_talk_with_gpt(made):
    talk = await made.scenario(ask=NAME, bye=BYE)
    free = await talk.say("Раз")
    assert free["scenario"] is None
    assert (await talk.begin())["response"] == "Имя?"
    assert (await talk.stored(free["execution_id"]))["is_completed"] is True


async def test_a_start_scenario_set_while_gpt_talks_waits_for_the_next_execution(made):
    talk = await made.scenario(ask=NAME, bye=BYE)
    first = await talk.say("Раз")
    await start_with(made, talk)
    second = await talk.say("Два")
    assert (second["execution_id"], second["scenario"]) == (first["execution_id"], None)
    await made.patch(f"/api/executions/{first['execution_id']}/", is_completed=True)
    assert (await talk.say("Три"))["response"] == "Имя?"


async def test_the_message_that_starts_a_run_is_history_and_no_answer(made):
    talk = await made.scenario(ask=NAME, bye=BYE)
    await talk.begin("Пётр")
    assert await talk.variables() == {}
    assert (await talk.stored())["conversation_history"] == [
        {"role": "user", "content": "Пётр"},
        {"role": "assistant", "content": "Имя?"},
    ]


async def test_restart_prefers_the_named_then_the_abandoned_then_the_start_scenario(made):
    talk = await made.scenario(ask=NAME, bye=BYE)
    other = await made.scenario(talk.bot, ask=("question", {"text": "Город?"}))
    await start_with(made, other)
    first = await talk.begin()
    again = await talk.say("Сначала", restart=True)
    assert (again["response"], again["scenario"]) == ("Имя?", talk.scenario)
    assert again["execution_id"] != first["execution_id"]
    assert (await talk.stored(first["execution_id"]))["is_completed"] is True
    assert (await talk.stored())["conversation_history"][0]["content"] == "Сначала"
    named = await talk.say("Город", restart=True, scenario=other.scenario)
    assert (named["response"], named["scenario"]) == ("Город?", other.scenario)
    assert (await talk.say("Омск"))["is_completed"] is True
    finished = await talk.say("Ещё раз", restart=True)
    assert (finished["response"], finished["scenario"]) == ("Город?", other.scenario)


async def test_restart_of_the_same_scenario_by_name_begins_anew(made):
    talk = await made.scenario(ask=NAME, bye=BYE)
    first = await talk.begin()
    again = await talk.begin("Анна", restart=True)
    assert (again["response"], again["execution_id"] != first["execution_id"]) == ("Имя?", True)


async def test_restart_with_nothing_to_start_is_gpt_in_a_new_execution(made):
    talk = Talk(made, await made.bot(), 0, {})
    first = await talk.say("Раз")
    second = await talk.say("Два", restart=True)
    assert second["response"] == "echo: Два"
    assert second["execution_id"] != first["execution_id"]
    assert (await talk.stored(first["execution_id"]))["is_completed"] is True


@pytest.mark.parametrize("fault", ["inactive", "errors", "deleted"])
@pytest.mark.parametrize("message", ["/start", "Сначала"])
async def test_restart_of_a_scenario_that_cannot_run_is_as_if_there_were_none(made, fault, message):
    talk = await made.scenario(ask=NAME, bye=BYE)
    first = await talk.begin()
    if fault == "deleted":
        await made.delete(f"/api/scenarios/{talk.scenario}/")
    else:
        await spoil(made, talk, fault)
    reply = await talk.say(message, restart=True, language="ru")
    assert reply["response"] == (GREETING if message == "/start" else "echo: Сначала")
    assert (reply["scenario"], reply["is_completed"]) == (None, False)
    assert (await talk.stored(first["execution_id"]))["is_completed"] is True


@pytest.mark.parametrize("command", ["/start", "/START", "  /Start  "])
async def test_slash_start_restarts(made, command):
    talk = await made.scenario(ask=NAME, bye=BYE)
    first = await talk.begin()
    again = await talk.say(command)
    assert (again["response"], again["scenario"]) == ("Имя?", talk.scenario)
    assert again["execution_id"] != first["execution_id"]
    assert (await talk.stored())["conversation_history"][0] == {
        "role": "user",
        "content": command.strip(),
    }


@pytest.mark.parametrize("text", ["/start сейчас", "start", "/starts", "//start"])
async def test_slash_start_is_the_whole_message(made, text):
    talk = await made.scenario(ask=NAME, bye=BYE)
    await talk.begin()
    assert (await talk.say(text))["response"] == f"Пока, {text}!"


async def test_slash_start_without_a_scenario_greets_in_a_new_open_execution(made):
    talk = Talk(made, await made.bot(), 0, {})
    first = await talk.say("Раз")
    greeted = await talk.say("/start")
    assert (greeted["response"], greeted["usage"], greeted["is_completed"]) == (
        GREETING,
        None,
        False,
    )
    assert greeted["messages"] == [{"role": "assistant", "content": GREETING, "step": None}]
    assert greeted["execution_id"] != first["execution_id"]
    after = await talk.say("Два")
    assert after["execution_id"] == greeted["execution_id"]
    assert [entry["content"] for entry in (await talk.stored())["conversation_history"]] == [
        "/start",
        GREETING,
        "Два",
        "echo: Два",
    ]


async def test_slash_start_runs_a_finished_start_scenario_again(made):
    talk = await made.scenario(ask=NAME, bye=BYE)
    await start_with(made, talk)
    await talk.say("Раз")
    await talk.say("Анна")
    assert (await talk.say("/start"))["response"] == "Имя?"


async def test_commands_are_looked_at_before_validation(made):
    talk = await made.scenario(
        ask=("question", {"text": "Сколько?", "max_attempts": 1, "input": {"type": "number"}})
    )
    await talk.begin()
    restarted = await talk.say("/start")
    assert (restarted["response"], restarted["input"]["attempts_left"]) == ("Сколько?", 1)
    cancelled = await talk.say("/Cancel")
    assert cancelled["messages"] == [{"role": "assistant", "content": CANCELLED, "step": None}]
    assert (cancelled["is_completed"], cancelled["current_step"], cancelled["input"]) == (
        True,
        talk.ids["ask"],
        None,
    )
    history = (await talk.stored())["conversation_history"]
    assert history[-2:] == [
        {"role": "user", "content": "/Cancel"},
        {"role": "assistant", "content": CANCELLED},
    ]


async def test_slash_cancel_without_a_run_is_ordinary_text(made):
    talk = Talk(made, await made.bot(), 0, {})
    assert (await talk.say("/cancel"))["response"] == "echo: /cancel"
    assert (await talk.say("/cancel"))["response"] == "echo: /cancel"


async def test_a_run_goes_on_with_the_scenario_as_it_was(made):
    talk = await made.scenario(ask=NAME, bye=BYE)
    await talk.begin()
    await made.patch(f"/api/steps/{talk.ids['ask']}/", content={}, next_step=None)
    await made.patch(f"/api/steps/{talk.ids['bye']}/", content={"text": "Иначе"})
    await made.patch(f"/api/scenarios/{talk.scenario}/", is_active=False)
    reply = await talk.say("Анна")
    assert (reply["response"], reply["scenario"]) == ("Пока, Анна!", talk.scenario)


async def test_a_run_goes_on_without_its_deleted_step_and_scenario(made):
    talk = await made.scenario(ask=NAME, bye=BYE)
    await talk.begin()
    await made.delete(f"/api/steps/{talk.ids['ask']}/")
    assert (await talk.stored())["current_step"] is None
    await made.delete(f"/api/scenarios/{talk.scenario}/")
    reply = await talk.say("Анна")
    assert (reply["response"], reply["scenario"], reply["current_step"]) == (
        "Пока, Анна!",
        None,
        None,
    )
    assert [event["step"] for event in await talk.trace()] == [
        talk.ids["ask"],
        talk.ids["ask"],
        talk.ids["bye"],
    ]


async def test_a_new_run_takes_the_scenario_as_it_is_now(made):
    talk = await made.scenario(ask=NAME, bye=BYE)
    await talk.begin()
    await made.patch(f"/api/steps/{talk.ids['bye']}/", content={"text": "Иначе", "end": True})
    other = talk.anew()
    await other.begin()
    assert (await other.say("Анна"))["response"] == "Иначе"


async def test_an_inactive_bot_stops_and_an_active_one_continues(made):
    talk = await made.scenario(ask=NAME, bye=BYE)
    await talk.begin()
    await made.patch(f"/api/bots/{talk.bot}/", is_active=False)
    assert (await talk.post("Анна")).status_code == 400
    await made.patch(f"/api/bots/{talk.bot}/", is_active=True)
    assert (await talk.say("Анна"))["response"] == "Пока, Анна!"


async def test_the_name_of_the_bot_is_live(made):
    bot = await made.bot(name="Алиса")
    talk = await made.scenario(
        bot, ask=("question", {"text": "?"}, "bye"), bye=("message", {"text": "{{bot.name}}"})
    )
    await talk.begin()
    await made.patch(f"/api/bots/{bot}/", name="Борис")
    assert (await talk.say("да"))["response"] == "Борис"


async def test_an_execution_made_through_rest_gets_its_picture_at_its_first_turn(made):
    talk = await made.scenario(ask=NAME, bye=BYE)
    execution = await made.post(
        "/api/executions/",
        bot=talk.bot,
        scenario=talk.scenario,
        user_session=talk.session,
        variables={"name": "Олег"},
    )
    await made.patch(f"/api/steps/{talk.ids['ask']}/", content={"text": "Как зовут?"})
    first = await talk.say("Раз")
    assert (first["execution_id"], first["response"]) == (execution["id"], "Как зовут?")
    await made.patch(f"/api/steps/{talk.ids['bye']}/", content={"text": "Иначе"})
    assert (await talk.say("Анна"))["response"] == "Пока, Олег!"


async def test_a_live_execution_follows_patches(made):
    talk = await made.scenario(
        ask=NAME,
        city=("question", {"text": "Город?", "save_to": "city", "max_attempts": 2}, "bye"),
        bye=("message", {"text": "{{name}}, {{city}}", "end": True}),
    )
    await talk.begin()
    await made.patch(
        f"/api/executions/{talk.execution}/",
        current_step=talk.ids["city"],
        variables={"name": "Олег"},
    )
    assert (await talk.say("Омск"))["response"] == "Олег, Омск"


async def test_completed_stays_completed(made):
    talk = await made.scenario(ask=NAME, bye=BYE)
    first = await talk.begin()
    url = f"/api/executions/{first['execution_id']}/"
    await made.patch(url, is_completed=True)
    await made.patch(url, is_completed=False)
    second = await talk.say("Анна")
    assert (second["execution_id"] != first["execution_id"], second["scenario"]) == (True, None)


async def test_a_scenario_without_steps_leaves_the_talk_to_gpt(made):
    talk = await made.scenario()
    first = await talk.begin("Раз")
    assert (first["scenario"], first["response"], first["is_completed"]) == (
        talk.scenario,
        "echo: Раз",
        False,
    )
    assert (await talk.say("Два"))["execution_id"] == first["execution_id"]


@pytest.mark.parametrize(
    ("begun", "answer", "accepted", "language"),
    [
        ("Hello", "Bad answer", "ru", "ru"),
        ("Привет", "Плохо", "en", "en"),
        ("Привет", "Плохо", "de, en;q=0.5, ru;q=0.1", "en"),
        ("Hello", "Bad answer", "de", "en"),
        ("Hello", "Bad answer", None, "en"),
        ("Привет", "Плохо", None, "ru"),
        ("Hello", "5", None, "en"),
        ("5", "5", None, "ru"),
        ("Привет", "ivan@example", None, "ru"),
        ("Привет", "www.example", None, "ru"),
        ("/start", "5", None, "ru"),
    ],
)
async def test_built_in_sentences_are_in_the_language_of_the_conversation(
    made, begun, answer, accepted, language
):
    sentence = {
        "ru": "Нужен адрес электронной почты, например name@example.com.",
        "en": "Please give an e-mail address, for example name@example.com.",
    }
    talk = await made.scenario(ask=("question", {"text": "?", "input": {"type": "email"}}))
    await talk.say(begun, scenario=talk.scenario, language=accepted)
    assert (await talk.say(answer, language=accepted))["response"] == sentence[language]


async def test_a_stream_tells_the_messages_and_then_the_reply(made, model):
    model.enqueue(Text("раз два", pieces=("раз", " два"), usage=(4, 2)))
    talk = await made.scenario(
        hello=("message", {"text": "Привет!", "gpt": {"prompt": "Считай"}}, "ask"),
        ask=NAME,
        bye=BYE,
    )
    answer = await talk.post(
        "Начнём", scenario=talk.scenario, headers={"Accept": "text/event-stream"}
    )
    events = events_of(answer.text)
    said = [
        {"role": "assistant", "content": "Привет!", "step": talk.ids["hello"]},
        {"role": "assistant", "content": "раз два", "step": talk.ids["hello"]},
        {"role": "assistant", "content": "Имя?", "step": talk.ids["ask"]},
    ]
    assert events[:-1] == [
        ("message", said[0]),
        ("delta", {"text": "раз"}),
        ("delta", {"text": " два"}),
        ("message", said[1]),
        ("message", said[2]),
    ]
    name, reply = events[-1]
    assert (name, reply["messages"], reply["response"]) == (
        "done",
        said,
        "Привет!\n\nраз два\n\nИмя?",
    )
    assert reply["usage"] == {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6}


async def test_a_stream_ends_with_the_error_of_the_free_reply(made, model):
    model.enqueue(Status(500))
    talk = Talk(made, await made.bot(), 0, {})
    answer = await talk.post("Раз", headers={"Accept": "text/event-stream"})
    [(name, data)] = events_of(answer.text)
    assert (name, list(data)) == ("error", ["detail"])


def events_of(text):
    found = []
    for frame in text.split("\n\n"):
        lines = [line for line in frame.split("\n") if line and not line.startswith(":")]
        if lines:
            name, data = lines
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def test_messages_sent_at_once_are_answered_one_after_the_other(made):
    talk = await made.scenario(
        ask=("question", {"text": "?", "max_attempts": 100, "input": {"type": "number"}})
    )
    await talk.begin()
    replies = await asyncio.gather(*(talk.say("нет") for _ in range(6)))
    assert sorted(reply["input"]["attempts_left"] for reply in replies) == list(range(94, 100))


async def test_a_patch_to_a_step_made_since_is_followed_too(made):
    talk = await made.scenario(ask=NAME, bye=BYE)
    await talk.begin()
    new = await made.post(
        "/api/steps/",
        name="new",
        step_type="question",
        scenario=talk.scenario,
        content={"text": "Город?", "save_to": "city"},
        next_step=talk.ids["bye"],
    )
    await made.patch(f"/api/steps/{talk.ids['bye']}/", content={"text": "{{city}}", "end": True})
    await made.patch(f"/api/executions/{talk.execution}/", current_step=new["id"])
    reply = await talk.say("Омск")
    assert (reply["response"], reply["is_completed"]) == ("Омск", True)


async def test_the_trace_needs_a_sign_in_where_all_else_is_open(tmp_path, model):
    async with studio(tmp_path, model, api_anonymous_read=True) as made:
        talk = await made.scenario(ask=NAME, bye=BYE)
        await talk.begin()
        guest = made.app.client
        check = await guest.get(f"/api/scenarios/{talk.scenario}/check/")
        trace = await guest.get(f"/api/executions/{talk.execution}/trace/")
        assert (check.status_code, trace.status_code) == (200, 401)


async def test_a_scenario_named_while_it_runs_goes_on_even_when_it_could_not_start(made):
    talk = await made.scenario(ask=NAME, bye=BYE)
    first = await talk.begin()
    await spoil(made, talk, "inactive")
    reply = await talk.begin("Анна")
    assert (reply["execution_id"], reply["response"]) == (first["execution_id"], "Пока, Анна!")


async def test_a_failed_free_reply_abandons_nothing(made, model):
    talk = await made.scenario(ask=NAME, bye=BYE)
    first = await talk.begin()
    await spoil(made, talk, "inactive")
    model.enqueue(Status(500))
    assert (await talk.post("Сначала", restart=True)).status_code == 502
    assert (await talk.stored(first["execution_id"]))["is_completed"] is False
    assert (await talk.say("Анна"))["response"] == "Пока, Анна!"
