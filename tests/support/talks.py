"""A bot, its scenarios and a conversation with it, in a few words, for tests of the chat.

    with OpenAiServer() as model:
        async with talking(tmp_path, model) as talks:
            bot = talks.bot()
            scenario = talks.scenario(bot, message(1, "Привет", 2), question(2, "name"))
            reply = await talks.say(bot, "Начнём", scenario=scenario)

Step ids in pictures are those of the database: a scenario's steps get the ids they name.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from alpina_app.domain.picture import StepPicture
from alpina_app.models import Bot, BotExecution, Message, Scenario, Step, TraceEvent
from alpina_app.services.chat import ChatReply, ChatRequest, chat, start_turn
from alpina_app.services.turns import LiveTurn
from tests.support.app import TestApp, make_app
from tests.support.openai_server import OpenAiServer


@dataclass
class Talks:
    app: TestApp

    def bot(self, **fields: Any) -> int:
        [bot_id] = self.app.add(Bot(**{"name": "Бот", "created_by_id": 1, **fields}))
        return bot_id

    def scenario(self, bot_id: int, *steps: StepPicture, **fields: Any) -> int:
        [scenario_id] = self.app.add(Scenario(**{"name": "Сценарий", "bot_id": bot_id, **fields}))

        def store(session: Session) -> None:
            for step in steps:
                session.add(
                    Step(
                        id=step.id,
                        name=step.name,
                        step_type=step.step_type,
                        content=step.content,
                        order=step.order,
                        scenario_id=scenario_id,
                    )
                )
            session.flush()
            for step in steps:
                session.execute(
                    update(Step).where(Step.id == step.id).values(next_step_id=step.next_step)
                )

        self.app.call(store)
        return scenario_id

    def change(self, model: Any, row_id: int, **values: Any) -> None:
        """Sets columns; a scenario's or step's change raises the revision, as the services do."""

        def store(session: Session) -> None:
            session.execute(update(model).where(model.id == row_id).values(**values))
            if model is Scenario:
                _raise_revision(session, row_id)
            if model is Step:
                _raise_revision(session, session.get(Step, row_id).scenario_id)

        self.app.call(store)

    def delete(self, model: Any, row_id: int) -> None:
        def remove(session: Session) -> None:
            row = session.get(model, row_id)
            if model is Step:
                _raise_revision(session, row.scenario_id)
            session.delete(row)

        self.app.call(remove)

    async def say(self, bot_id: int, text: str, session: str = "s", **fields: Any) -> ChatReply:
        return await chat(self.app.runtime, ChatRequest(bot_id, text, session, **fields))

    def follow(self, bot_id: int, text: str, session: str = "s", **fields: Any) -> LiveTurn:
        request = ChatRequest(bot_id, text, session, **fields)
        return start_turn(self.app.runtime, request, streams=True)

    def history(self, execution_id: int) -> list[tuple[str, str]]:
        def read(session: Session) -> list[tuple[str, str]]:
            rows = session.execute(
                select(Message.role, Message.content)
                .where(Message.execution_id == execution_id)
                .order_by(Message.position)
            )
            return [(role, content) for role, content in rows]

        return self.app.call(read)

    def execution(self, execution_id: int) -> BotExecution:
        return self.app.call(lambda session: session.get(BotExecution, execution_id))

    def executions(self) -> list[BotExecution]:
        return self.app.call(
            lambda session: list(
                session.execute(select(BotExecution).order_by(BotExecution.id)).scalars()
            )
        )

    def trace(self, execution_id: int) -> list[TraceEvent]:
        return self.app.call(
            lambda session: list(
                session.execute(
                    select(TraceEvent)
                    .where(TraceEvent.execution_id == execution_id)
                    .order_by(TraceEvent.seq)
                ).scalars()
            )
        )


@contextlib.asynccontextmanager
async def talking(
    tmp_path: Path, model: OpenAiServer | None = None, **settings: Any
) -> AsyncIterator[Talks]:
    if model is not None:
        settings = {"openai_api_key": "sk-test", "openai_base_url": model.url, **settings}
    async with make_app(tmp_path, **settings) as app:
        yield Talks(app)


def _raise_revision(session: Session, scenario_id: int) -> None:
    session.execute(
        update(Scenario).where(Scenario.id == scenario_id).values(revision=Scenario.revision + 1)
    )
