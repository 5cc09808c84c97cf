"""The editor's services: drafts saved as one, versions published, compared with what runs."""

import pytest

from alpina_app.errors import Conflict, Invalid, NotAllowed, NotFound, Outdated
from alpina_app.models import BotExecution, Scenario, Step
from alpina_app.services import editing, versions
from alpina_app.services.access import Caller
from tests.support.openai_server import OpenAiServer
from tests.support.pictures import message, question
from tests.support.talks import talking

EDITOR = Caller(2, "editor", "editor")
VIEWER = Caller(3, "viewer", "viewer")


@pytest.fixture
async def talks(tmp_path):
    with OpenAiServer() as model:
        async with talking(tmp_path, model) as talks:
            yield talks


@pytest.fixture
async def bot(talks):
    return talks.bot()


@pytest.fixture
async def scenario(talks, bot):
    return talks.scenario(
        bot,
        message(11, "Привет!", 12),
        question(12, "name", 13),
        message(13, "Рада знакомству, {{name}}!", end=True),
    )


def load(talks, scenario):
    return talks.app.call(editing.load_draft, EDITOR, scenario)


def save(talks, scenario, caller=EDITOR, **changes):
    revision = changes.pop("revision", None) or load(talks, scenario).revision
    return talks.app.call(editing.save_draft, caller, scenario, revision, **changes)


def put(id, text="Новый", next_step=None, **more):
    content = {"text": text}
    return {"id": id, "name": f"Шаг {id}", "content": content, "next_step": next_step, **more}


async def test_new_steps_get_ids_and_keep_their_exits(talks, scenario):
    options = [{"label": "Да", "goto": -2}, {"label": "Нет", "goto": 11}]
    asked = {
        "id": -1,
        "name": "Вопрос",
        "step_type": "question",
        "content": {"text": "Да?", "input": {"type": "choice", "options": options}},
        "next_step": -2,
        "x": 10,
        "y": 20.5,
    }
    saved = save(talks, scenario, puts=[asked, put(-2, next_step=-1)])
    steps = {step.id: step for step in load(talks, scenario).steps}
    first, second = steps[saved.ids[-1]], steps[saved.ids[-2]]
    assert (first.next_step, second.next_step) == (second.id, first.id)
    assert [one["goto"] for one in first.content["input"]["options"]] == [second.id, 11]
    assert (first.x, first.y) == (10.0, 20.5)


async def test_the_second_of_two_savers_is_told(talks, scenario):
    before = load(talks, scenario).revision
    save(talks, scenario, puts=[put(11, "Первый", 12)])
    with pytest.raises(Outdated):
        save(talks, scenario, revision=before, puts=[put(11, "Второй", 12)])
    [step] = [step for step in load(talks, scenario).steps if step.id == 11]
    assert step.content == {"text": "Первый"}


async def test_wrong_steps_are_named_and_nothing_is_stored(talks, scenario):
    before = load(talks, scenario)
    with pytest.raises(Invalid) as refused:
        save(talks, scenario, puts=[put(11, "Новый"), {"id": 12, "name": "", "step_type": "ode"}])
    assert sorted(refused.value.fields) == ["steps[12].name", "steps[12].step_type"]
    assert load(talks, scenario) == before


async def test_a_deleted_step_can_be_put_back_under_its_id(talks, scenario):
    save(talks, scenario, deletes=[13])
    assert [step.id for step in load(talks, scenario).steps] == [11, 12]
    save(talks, scenario, puts=[put(13), put(12, next_step=13)])
    steps = {step.id: step for step in load(talks, scenario).steps}
    assert steps[12].next_step == 13


async def test_ids_that_never_belonged_here_are_refused(talks, bot, scenario):
    other = talks.scenario(bot, message(31, "Чужой"))
    for step_id in (31, 999):
        with pytest.raises(Invalid):
            save(talks, scenario, puts=[put(step_id)])
    assert load(talks, other).steps[0].content == {"text": "Чужой"}


async def test_an_exit_to_another_scenario_is_no_exit(talks, bot, scenario):
    talks.scenario(bot, message(31, "Чужой"))
    save(talks, scenario, puts=[put(11, next_step=31)])
    assert load(talks, scenario).steps[0].next_step is None


async def test_viewers_may_look_but_not_save(talks, scenario):
    assert talks.app.call(editing.load_draft, VIEWER, scenario).id == scenario
    with pytest.raises(NotAllowed):
        save(talks, scenario, caller=VIEWER, puts=[put(11)])
    with pytest.raises(NotFound):
        talks.app.call(editing.load_draft, VIEWER, 999)


async def test_moving_nodes_is_no_new_revision(talks, scenario):
    before = load(talks, scenario).revision
    talks.app.call(editing.move_steps, EDITOR, scenario, {11: (5, 6), 999: (1, 1)})
    after = load(talks, scenario)
    assert (after.revision, after.steps[0].x, after.steps[0].y) == (before, 5.0, 6.0)


async def test_the_editor_leaves_what_is_live_until_it_is_published(talks, bot, scenario):
    save(talks, scenario, puts=[put(11, "Добрый день!", 12)])
    first = await talks.say(bot, "Начнём", session="a", scenario=scenario)
    assert first.messages[0]["content"] == "Привет!"
    assert talks.app.call(versions.publish, EDITOR, scenario, "Вежливее") == 2
    second = await talks.say(bot, "Начнём", session="b", scenario=scenario)
    assert second.messages[0]["content"] == "Добрый день!"
    still = await talks.say(bot, "Анна", session="a")
    assert still.response == "Рада знакомству, Анна!"


async def test_writes_beside_the_editor_are_live_at_once(talks, bot, scenario):
    talks.change(Step, 11, content={"text": "Сразу"})
    reply = await talks.say(bot, "Начнём", scenario=scenario)
    assert reply.messages[0]["content"] == "Сразу"


async def test_a_scenario_with_errors_is_not_published(talks, scenario):
    save(talks, scenario, puts=[{"id": 12, "name": "В", "step_type": "question", "content": {}}])
    with pytest.raises(Conflict) as refused:
        talks.app.call(versions.publish, EDITOR, scenario)
    assert refused.value.error_code == "scenario_has_errors"


async def test_a_stale_publication_is_refused(talks, scenario):
    before = load(talks, scenario).revision
    save(talks, scenario, puts=[put(11, "Другой", 12)])
    with pytest.raises(Conflict):
        talks.app.call(versions.publish, EDITOR, scenario, revision=before)


async def test_restoring_brings_steps_back_with_their_ids(talks, scenario):
    before = load(talks, scenario).steps
    save(talks, scenario, deletes=[13], puts=[put(11, "Иначе", 12), put(-1)])
    [version] = talks.app.call(versions.list_versions, EDITOR, scenario)
    talks.app.call(versions.restore, EDITOR, scenario, version.id)
    assert load(talks, scenario).steps == before


async def test_versions_are_listed_the_newest_first(talks, scenario):
    save(talks, scenario, puts=[put(11, "Иначе", 12)])
    talks.app.call(versions.publish, EDITOR, scenario, "Вторая")
    found = talks.app.call(versions.list_versions, EDITOR, scenario)
    assert [(one.number, one.note, one.author, one.is_live) for one in found] == [
        (2, "Вторая", "editor", True),
        (1, "", "editor", False),
    ]


async def test_leaving_draft_mode_makes_the_rows_live(talks, bot, scenario):
    save(talks, scenario, puts=[put(11, "Иначе", 12)])
    talks.app.call(versions.leave_draft, EDITOR, scenario)
    reply = await talks.say(bot, "Начнём", scenario=scenario)
    assert reply.messages[0]["content"] == "Иначе"
    assert talks.app.call(lambda session: session.get(Scenario, scenario).draft_mode) is False
    assert talks.execution(reply.execution_id).__class__ is BotExecution
