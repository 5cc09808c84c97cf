"""What goes with an object, what is let go, and what the database itself keeps true."""

import pytest
from sqlalchemy import func, select

from alpina_app.models import Bot, BotExecution, Message, Scenario, Step, TraceEvent


async def built(editor):
    """Two bots; the first with two scenarios, steps that point to each other, an execution."""

    async def post(kind, /, **values):
        answer = await editor.post(f"/api/{kind}/", json=values)
        assert answer.status_code == 201, answer.text

    await post("bots", name="one")
    await post("bots", name="two")
    await post("scenarios", name="main", bot=1)
    await post("scenarios", name="side", bot=1)
    await post("steps", name="a", scenario=1)
    await post("steps", name="b", scenario=1, next_step=1)
    await post("steps", name="c", scenario=2)
    await editor.patch("/api/steps/1/", json={"next_step": 2})
    await editor.patch("/api/scenarios/1/", json={"initial_step": 1})
    await editor.patch("/api/bots/1/", json={"start_scenario": 1})
    await post(
        "executions",
        bot=1,
        scenario=1,
        current_step=1,
        user_session="u",
        conversation_history=[{"role": "user", "content": "привет"}],
    )


def rows(app, model):
    table = model.__table__
    return app.call(
        lambda session: session.execute(select(func.count()).select_from(table))
    ).scalar()


async def one(client, path):
    return (await client.get(path)).json()


async def test_a_deleted_step_is_let_go_by_whatever_pointed_to_it(app, editor):
    await built(editor)
    assert (await editor.delete("/api/steps/1/")).status_code == 204
    assert (await one(editor, "/api/steps/2/"))["next_step"] is None
    assert (await one(editor, "/api/scenarios/1/"))["initial_step"] is None
    execution = await one(editor, "/api/executions/1/")
    assert (execution["current_step"], execution["scenario"]) == (None, 1)
    assert (await editor.get("/api/steps/1/")).status_code == 404


async def test_a_deleted_scenario_takes_its_steps_and_leaves_the_history(app, editor):
    await built(editor)
    assert (await editor.delete("/api/scenarios/1/")).status_code == 204
    execution = await one(editor, "/api/executions/1/")
    assert (execution["scenario"], execution["current_step"]) == (None, None)
    assert execution["conversation_history"] == [{"role": "user", "content": "привет"}]
    assert (await one(editor, "/api/bots/1/"))["start_scenario"] is None
    assert [step["id"] for step in (await one(editor, "/api/steps/"))["results"]] == [3]


async def test_a_deleted_bot_takes_everything_of_its_own(app, editor):
    await built(editor)
    app.add(TraceEvent(execution_id=1, seq=1))
    assert (await editor.delete("/api/bots/1/")).status_code == 204
    left = {model.__name__: rows(app, model) for model in (Scenario, Step, BotExecution, Message)}
    assert left == {"Scenario": 0, "Step": 0, "BotExecution": 0, "Message": 0}
    assert (rows(app, TraceEvent), rows(app, Bot)) == (0, 1)
    again = await editor.delete("/api/bots/1/")
    assert (again.status_code, again.json()) == (404, {"detail": "No Bot matches the given query."})


async def test_a_chain_of_steps_goes_with_its_scenario(app, editor):
    app.add(Bot(name="b", created_by_id=1), Scenario(name="s", bot_id=1))
    ids = app.add(*(Step(name=f"{n}", scenario_id=1) for n in range(200)))

    def link(session):
        for here, there in zip(ids, [*ids[1:], ids[0]], strict=True):
            session.get(Step, here).next_step_id = there
        session.get(Scenario, 1).initial_step_id = ids[0]
        session.get(Bot, 1).start_scenario_id = 1

    app.call(link)
    assert (await editor.delete("/api/bots/1/")).status_code == 204
    assert (rows(app, Step), rows(app, Scenario)) == (0, 0)


async def test_an_id_is_never_given_twice(editor):
    await built(editor)
    await editor.delete("/api/bots/2/")
    assert (await editor.post("/api/bots/", json={"name": "new"})).json()["id"] == 3


async def test_a_step_that_moves_is_let_go_by_its_old_scenario(editor):
    await built(editor)
    refused = await editor.patch("/api/steps/1/", json={"scenario": 2})
    assert refused.json() == {"next_step": ["The step belongs to another scenario."]}
    moved = await editor.patch("/api/steps/1/", json={"scenario": 2, "next_step": None})
    assert moved.json()["scenario"] == 2
    assert (await one(editor, "/api/steps/2/"))["next_step"] is None
    assert (await one(editor, "/api/scenarios/1/"))["initial_step"] is None


async def test_a_scenario_that_moves_is_no_longer_the_start_of_its_old_bot(editor):
    await built(editor)
    moved = await editor.patch("/api/scenarios/1/", json={"bot": 2})
    assert (moved.status_code, moved.json()["initial_step"]) == (200, 1)
    assert (await one(editor, "/api/bots/1/"))["start_scenario"] is None


def revision(app, scenario):
    return app.call(lambda session: session.get(Scenario, scenario).revision)


@pytest.mark.parametrize(
    ("method", "path", "body", "grown"),
    [
        ("PATCH", "/api/scenarios/1/", {"name": "x"}, [1, 0]),
        ("PATCH", "/api/steps/2/", {"content": {"text": "x"}}, [1, 0]),
        ("POST", "/api/steps/", {"name": "d", "scenario": 2}, [0, 1]),
        ("DELETE", "/api/steps/3/", None, [0, 1]),
        ("PATCH", "/api/steps/2/", {"scenario": 2, "next_step": None}, [1, 1]),
        ("PATCH", "/api/bots/1/", {"name": "x"}, [0, 0]),
    ],
)
async def test_every_change_of_a_scenario_or_its_steps_is_a_new_revision(
    app, editor, method, path, body, grown
):
    await built(editor)
    before = [revision(app, number) for number in (1, 2)]
    await editor.request(method, path, json=body)
    after = [revision(app, number) for number in (1, 2)]
    assert [new - old for old, new in zip(before, after, strict=True)] == grown


async def test_a_conversation_ended_through_rest_is_completed_for_good(app, editor):
    await built(editor)

    def status():
        return app.call(lambda session: session.get(BotExecution, 1).status)

    assert status() == "running"
    ended = await editor.patch("/api/executions/1/", json={"is_completed": True})
    assert (ended.json()["is_completed"], status()) == (True, "completed")
    opened = await editor.patch("/api/executions/1/", json={"is_completed": False})
    assert (opened.json()["is_completed"], status()) == (False, "completed")


async def test_another_scenario_means_another_picture(app, editor):
    await built(editor)

    def set_run(session):
        session.get(BotExecution, 1).run_state = {"at": 1}

    app.call(set_run)
    await editor.patch("/api/executions/1/", json={"variables": {"a": 1}, "current_step": 2})
    assert app.call(lambda session: session.get(BotExecution, 1).run_state) == {"at": 1}
    await editor.patch("/api/executions/1/", json={"scenario": 2, "current_step": None})
    assert app.call(lambda session: session.get(BotExecution, 1).run_state) is None


async def test_messages_that_stay_keep_their_rows(app, editor):
    await built(editor)
    turns = [{"role": "user", "content": "привет"}, {"role": "assistant", "content": "да"}]
    await editor.patch("/api/executions/1/", json={"conversation_history": turns})
    await editor.patch("/api/executions/1/", json={"conversation_history": turns[:1]})
    await editor.patch("/api/executions/1/", json={"conversation_history": turns})
    found = app.call(
        lambda session: session.execute(
            select(Message.id, Message.position, Message.content).order_by(Message.position)
        ).all()
    )
    assert [tuple(row) for row in found] == [(1, 0, "привет"), (3, 1, "да")]
