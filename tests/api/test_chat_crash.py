"""A server that is killed in the middle of a turn: the session goes on, nothing twice."""

import asyncio
import json
import urllib.request

import httpx

from alpina_app.db import Database
from alpina_app.models import Bot
from tests.support.openai_server import OpenAiServer, hang
from tests.support.pictures import message, question
from tests.support.server_process import run, running_server, settings
from tests.support.talks import Talks


class _App:
    """What `Talks` needs of an application: the database of a server that runs elsewhere."""

    def __init__(self, path):
        self.database = Database(f"sqlite:///{path}")

    def call(self, fn, /, *args, **kwargs):
        return self.database.call(fn, *args, **kwargs)

    def add(self, *rows):
        def store(session):
            for row in rows:
                session.add(row)
            session.flush()
            return [row.id for row in rows]

        return self.call(store)


def say(url, bot, text):
    request = urllib.request.Request(
        f"{url}api/bots/{bot}/chat/",
        json.dumps({"message": text, "user_session": "s"}).encode(),
        {"Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as answer:
        return json.load(answer)


def test_a_killed_server_loses_no_answered_turn_and_repeats_none(tmp_path):
    with OpenAiServer() as model:
        env = settings(tmp_path, OPENAI_API_KEY="sk-test", OPENAI_BASE_URL=model.url)
        env["DJANGO_SUPERUSER_PASSWORD"] = "admin-pass-1"
        assert run("migrate", env=env)[0] == 0
        given = ("--noinput", "--username", "admin", "--email", "a@example.com")
        assert run("createsuperuser", *given, env=env)[0] == 0
        talks = Talks(_App(tmp_path / "db.sqlite3"))
        gpt, guided = talks.bot(), talks.bot()
        scenario = talks.scenario(
            guided, question(12, "name", 13), message(13, "{{name}}", end=True)
        )
        talks.change(Bot, guided, start_scenario_id=scenario)
        with running_server(env) as first:
            answered = say(first.url, gpt, "Раз")
            assert say(first.url, guided, "Начнём")["current_step"] == 12
            model.enqueue(hang())
            asyncio.run(_kill_in_mid_turn(first, gpt, model))
        with running_server(env, str(first.port)) as second:
            again = say(second.url, gpt, "Два")
            assert again["execution_id"] == answered["execution_id"]
            assert say(second.url, guided, "Анна")["response"] == "Анна"
        assert talks.history(again["execution_id"]) == [
            ("user", "Раз"),
            ("assistant", "echo: Раз"),
            ("user", "Два"),
            ("assistant", "echo: Два"),
        ]
        assert [len(talks.history(one.id)) for one in talks.executions()] == [4, 4]
        talks.app.database.close()


async def _kill_in_mid_turn(server, bot, model):
    before = len(model.requests)
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        sending = asyncio.ensure_future(
            client.post(
                f"{server.url}api/bots/{bot}/chat/", json={"message": "Два", "user_session": "s"}
            )
        )
        await asyncio.to_thread(model.wait_for_requests, before + 1)
        server.process.kill()
        server.process.wait()
        await asyncio.gather(sending, return_exceptions=True)
