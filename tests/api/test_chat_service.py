"""The chat turn below REST and the page: real database, real model server, no stand-ins."""

import asyncio

import pytest

from alpina_app.errors import Invalid, ModelTimeout, ModelUnavailable, NotFound
from alpina_app.models import Bot, BotExecution, Scenario, Step
from alpina_app.services.chat import BotInactive
from alpina_app.services.turns import Begun, Delta, Finished, Said
from tests.support.openai_server import OpenAiServer, Status, Text
from tests.support.pictures import message, question
from tests.support.talks import talking


@pytest.fixture
def model():
    with OpenAiServer() as server:
        yield server


@pytest.fixture
async def talks(tmp_path, model):
    async with talking(tmp_path, model, model_max_retries=0) as talks:
        yield talks


def greeting(talks, bot, **fields):
    return talks.scenario(
        bot,
        message(11, "Привет!", 12),
        question(12, "name", 13),
        message(13, "Рада знакомству, {{name}}!", end=True),
        **fields,
    )


async def test_gpt_answers_where_no_scenario_runs(talks, model):
    bot = talks.bot(system_prompt="Будь краток.", creativity_level=0.3, max_tokens=50)
    model.enqueue(Text("Здравствуйте!", usage=(7, 3)))
    reply = await talks.say(bot, "Привет")
    assert reply.to_json() == {
        "response": "Здравствуйте!",
        "messages": [{"role": "assistant", "content": "Здравствуйте!", "step": None}],
        "execution_id": reply.execution_id,
        "user_session": "s",
        "scenario": None,
        "current_step": None,
        "is_completed": False,
        "input": None,
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
    }
    assert model.requests[-1].body == {
        "model": "gpt-3.5-turbo",
        "messages": [
            {"role": "system", "content": "Будь краток."},
            {"role": "user", "content": "Привет"},
        ],
        "temperature": 0.3,
        "max_tokens": 50,
    }
    assert talks.history(reply.execution_id) == [
        ("user", "Привет"),
        ("assistant", "Здравствуйте!"),
    ]


async def test_gpt_is_given_the_history_of_the_execution(talks, model):
    bot = talks.bot()
    first = await talks.say(bot, "Раз")
    second = await talks.say(bot, "Два")
    assert second.execution_id == first.execution_id
    assert model.requests[-1].body["messages"] == [
        {"role": "user", "content": "Раз"},
        {"role": "assistant", "content": "echo: Раз"},
        {"role": "user", "content": "Два"},
    ]


async def test_a_failed_free_reply_leaves_everything_as_it_was_but_the_trace(talks, model):
    bot = talks.bot()
    first = await talks.say(bot, "Раз")
    model.enqueue(Status(500))
    with pytest.raises(ModelUnavailable):
        await talks.say(bot, "Два")
    assert talks.history(first.execution_id) == [("user", "Раз"), ("assistant", "echo: Раз")]
    assert [event.error for event in talks.trace(first.execution_id)] == [
        None,
        "model_unavailable",
    ]
    again = await talks.say(bot, "Два")
    assert again.execution_id == first.execution_id


async def test_a_failed_first_reply_stores_nothing(talks, model):
    bot = talks.bot()
    model.enqueue(Status(500))
    with pytest.raises(ModelUnavailable):
        await talks.say(bot, "Раз")
    assert talks.executions() == []


async def test_six_parallel_messages_are_answered_one_after_the_other(talks):
    bot = talks.bot()
    replies = await asyncio.gather(*(talks.say(bot, f"m{number}") for number in range(6)))
    assert {reply.execution_id for reply in replies} == {replies[0].execution_id}
    assert talks.history(replies[0].execution_id) == [
        line
        for number in range(6)
        for line in (("user", f"m{number}"), ("assistant", f"echo: m{number}"))
    ]


async def test_a_hanging_model_call_does_not_hold_up_other_conversations(talks, model):
    bot = talks.bot()
    model.reply_when("висни", Text("поздно", delay_s=30))
    slow = talks.follow(bot, "висни", session="slow")
    replies = await asyncio.wait_for(
        asyncio.gather(*(talks.say(bot, "ок", session=f"s{number}") for number in range(20))), 20
    )
    assert [reply.response for reply in replies] == ["echo: ок"] * 20
    assert talks.app.runtime.turns.live(slow.key) is slow


async def test_a_model_that_is_too_slow_is_a_time_out(tmp_path, model):
    async with talking(tmp_path, model, model_timeout_s=0.2) as talks:
        model.enqueue(Text("поздно", delay_s=10))
        with pytest.raises(ModelTimeout):
            await talks.say(talks.bot(), "Раз")


async def test_unknown_bot(talks):
    with pytest.raises(NotFound):
        await talks.say(404, "Раз")


async def test_inactive_bot(talks):
    bot = talks.bot(is_active=False)
    with pytest.raises(BotInactive):
        await talks.say(bot, "Раз")


async def test_a_named_scenario_runs_to_its_question_and_to_its_end(talks):
    bot = talks.bot()
    scenario = greeting(talks, bot)
    first = await talks.say(bot, "Начнём", scenario=scenario)
    assert first.to_json() == {
        "response": "Привет!\n\nКак вас зовут?",
        "messages": [
            {"role": "assistant", "content": "Привет!", "step": 11},
            {"role": "assistant", "content": "Как вас зовут?", "step": 12},
        ],
        "execution_id": first.execution_id,
        "user_session": "s",
        "scenario": scenario,
        "current_step": 12,
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
    second = await talks.say(bot, "Анна")
    assert second.response == "Рада знакомству, Анна!"
    assert (second.is_completed, second.current_step, second.input) == (True, 13, None)
    execution = talks.execution(first.execution_id)
    assert (execution.status, execution.variables) == ("completed", {"name": "Анна"})
    third = await talks.say(bot, "Ещё")
    assert (third.execution_id != first.execution_id, third.scenario) == (True, None)


async def test_a_scenario_of_another_bot_is_refused(talks):
    scenario = greeting(talks, talks.bot())
    with pytest.raises(Invalid) as refused:
        await talks.say(talks.bot(), "Начнём", scenario=scenario)
    assert refused.value.fields == {"scenario": ["The scenario belongs to another bot."]}


async def test_an_inactive_or_broken_scenario_cannot_be_named(talks):
    bot = talks.bot()
    inactive = greeting(talks, bot, is_active=False)
    broken = talks.scenario(bot, question(21, text=""))
    for scenario in (inactive, broken):
        with pytest.raises(Invalid) as refused:
            await talks.say(bot, "Начнём", scenario=scenario)
        assert list(refused.value.fields) == ["scenario"]


async def test_start_scenario_runs_once_in_a_session(talks):
    bot = talks.bot()
    scenario = greeting(talks, bot)
    talks.change(Bot, bot, start_scenario_id=scenario)
    first = await talks.say(bot, "Здравствуйте")
    assert (first.scenario, first.current_step) == (scenario, 12)
    await talks.say(bot, "Анна")
    third = await talks.say(bot, "Ещё")
    assert (third.scenario, third.response) == (None, "echo: Ещё")
    other = await talks.say(bot, "Здравствуйте", session="other")
    assert other.scenario == scenario


async def test_a_start_scenario_with_errors_is_passed_over(talks):
    bot = talks.bot()
    scenario = talks.scenario(bot, question(21, text=""))
    talks.change(Bot, bot, start_scenario_id=scenario)
    assert (await talks.say(bot, "Раз")).scenario is None


async def test_an_abandoned_start_scenario_may_run_again(talks):
    bot = talks.bot()
    scenario, other = greeting(talks, bot), talks.scenario(bot, message(21, "Другой", end=True))
    talks.change(Bot, bot, start_scenario_id=scenario)
    first = await talks.say(bot, "Раз")
    await talks.say(bot, "Два", scenario=other)
    assert talks.execution(first.execution_id).status == "abandoned"
    assert (await talks.say(bot, "Три")).scenario == scenario


async def test_a_running_scenario_named_again_goes_on(talks):
    bot = talks.bot()
    scenario = greeting(talks, bot)
    first = await talks.say(bot, "Начнём", scenario=scenario)
    second = await talks.say(bot, "Анна", scenario=scenario)
    assert (second.execution_id, second.is_completed) == (first.execution_id, True)


async def test_restart_begins_anew_with_the_abandoned_scenario(talks):
    bot = talks.bot()
    scenario = greeting(talks, bot)
    first = await talks.say(bot, "Начнём", scenario=scenario)
    second = await talks.say(bot, "Сначала", restart=True)
    assert (second.scenario, second.current_step) == (scenario, 12)
    assert second.execution_id != first.execution_id
    assert talks.execution(first.execution_id).is_completed
    assert talks.history(second.execution_id)[0] == ("user", "Сначала")


async def test_restart_runs_a_finished_start_scenario_again(talks):
    bot = talks.bot()
    scenario = greeting(talks, bot)
    talks.change(Bot, bot, start_scenario_id=scenario)
    await talks.say(bot, "Раз")
    await talks.say(bot, "Анна")
    assert (await talks.say(bot, "Ещё", restart=True)).scenario == scenario


async def test_slash_start_without_a_scenario_greets_in_an_open_execution(talks):
    bot = talks.bot()
    first = await talks.say(bot, "Раз")
    greeted = await talks.say(bot, " /START ".strip(), languages="ru")
    assert greeted.response == "Здравствуйте! Чем могу помочь?"
    assert (greeted.is_completed, greeted.scenario) == (False, None)
    assert talks.execution(first.execution_id).status == "abandoned"
    after = await talks.say(bot, "Два")
    assert after.execution_id == greeted.execution_id


async def test_slash_cancel_ends_a_run_and_is_plain_text_elsewhere(talks):
    bot = talks.bot()
    scenario = greeting(talks, bot)
    first = await talks.say(bot, "Начнём", scenario=scenario)
    cancelled = await talks.say(bot, "/cancel", languages="en")
    assert (cancelled.is_completed, cancelled.current_step) == (True, 12)
    assert talks.execution(first.execution_id).status == "cancelled"
    assert talks.history(first.execution_id)[-2] == ("user", "/cancel")
    assert cancelled.messages[0]["step"] is None
    assert (await talks.say(bot, "/cancel")).response == "echo: /cancel"


async def test_a_run_goes_on_with_the_scenario_as_it_was(talks):
    bot = talks.bot()
    scenario = greeting(talks, bot)
    first = await talks.say(bot, "Начнём", scenario=scenario)
    talks.change(Step, 13, content={"text": "Другой текст"})
    talks.change(Scenario, scenario, is_active=False)
    talks.app.runtime.programs._kept.clear()
    second = await talks.say(bot, "Анна")
    assert (second.execution_id, second.response) == (first.execution_id, "Рада знакомству, Анна!")


async def test_deleted_steps_do_not_stop_a_run(talks):
    bot = talks.bot()
    scenario = greeting(talks, bot)
    first = await talks.say(bot, "Начнём", scenario=scenario)
    talks.delete(Step, 12)
    talks.delete(Step, 13)
    assert talks.execution(first.execution_id).current_step_id is None
    second = await talks.say(bot, "Анна")
    assert (second.response, second.is_completed) == ("Рада знакомству, Анна!", True)
    assert second.current_step is None


async def test_a_deleted_scenario_does_not_stop_a_run(talks):
    bot = talks.bot()
    scenario = greeting(talks, bot)
    await talks.say(bot, "Начнём", scenario=scenario)
    talks.delete(Scenario, scenario)
    second = await talks.say(bot, "Анна")
    assert (second.response, second.scenario) == ("Рада знакомству, Анна!", None)


async def test_an_inactive_bot_stops_its_runs_until_it_is_active_again(talks):
    bot = talks.bot()
    await talks.say(bot, "Начнём", scenario=greeting(talks, bot))
    talks.change(Bot, bot, is_active=False)
    with pytest.raises(BotInactive):
        await talks.say(bot, "Анна")
    talks.change(Bot, bot, is_active=True)
    assert (await talks.say(bot, "Анна")).is_completed


async def test_an_execution_made_through_rest_starts_at_its_first_turn(talks):
    bot = talks.bot()
    scenario = greeting(talks, bot)
    [made] = talks.app.add(
        BotExecution(bot_id=bot, scenario_id=scenario, user_session="s", variables={"name": "Олег"})
    )
    reply = await talks.say(bot, "Начнём")
    assert (reply.execution_id, reply.current_step) == (made, 12)


async def test_a_step_and_variables_set_through_rest_are_followed(talks):
    bot = talks.bot()
    scenario = talks.scenario(
        bot,
        question(12, "name", 13),
        question(13, "city", 14, text="Город?"),
        message(14, "{{name}}, {{city}}", end=True),
    )
    first = await talks.say(bot, "Начнём", scenario=scenario)
    talks.change(BotExecution, first.execution_id, current_step_id=13, variables={"name": "Олег"})
    assert (await talks.say(bot, "Омск")).response == "Олег, Омск"


async def test_an_empty_scenario_leaves_the_talk_to_gpt(talks):
    bot = talks.bot()
    scenario = talks.scenario(bot)
    first = await talks.say(bot, "Раз", scenario=scenario)
    assert (first.scenario, first.is_completed, first.response) == (scenario, False, "echo: Раз")
    second = await talks.say(bot, "Два", scenario=scenario)
    assert second.execution_id == first.execution_id


async def test_built_in_sentences_follow_the_users_words(talks):
    bot = talks.bot()
    await talks.say(bot, "Good morning")
    assert (await talks.say(bot, "/start")).response == "Hello! How can I help you?"


async def test_a_followed_turn_tells_its_pieces_and_its_messages(talks, model):
    bot = talks.bot()
    model.enqueue(Text("раз два", pieces=("раз", " два")))
    turn = talks.follow(bot, "Считай")
    events = [event async for event in turn.follow()]
    assert events[:-1] == [Begun(), Delta("раз"), Delta(" два"), Said("assistant", "раз два", None)]
    assert isinstance(events[-1], Finished)
    assert [event async for event in turn.follow()] == events


async def test_a_stopped_turn_keeps_what_was_written(talks, model):
    bot = talks.bot()
    model.enqueue(Text("раз два три", pieces=("раз", " два три"), pause_s=20))
    turn = talks.follow(bot, "Считай")
    async for event in turn.follow():
        if event == Delta("раз"):
            turn.stop()
    reply = await turn.result()
    assert reply.response == "раз"
    assert talks.history(reply.execution_id)[-1] == ("assistant", "раз")


async def test_one_write_transaction_for_a_turn_of_many_steps(talks):
    bot = talks.bot()
    steps = [message(number, f"{number}", number + 1) for number in range(100, 199)]
    scenario = talks.scenario(bot, *steps, message(199, "199", end=True))
    writes = []
    database = talks.app.runtime.database
    run = database.run

    async def counted(fn, *args, **kwargs):
        writes.append(fn.__name__)
        return await run(fn, *args, **kwargs)

    database.run = counted
    reply = await talks.say(bot, "Начнём", scenario=scenario)
    assert (len(reply.messages), reply.is_completed, writes) == (100, True, ["store_turn"])
    assert len(talks.trace(reply.execution_id)) == 100
