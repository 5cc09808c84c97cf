"""Scenarios made over REST and talked with over REST, as a program does it.

    async with studio(tmp_path, model) as made:
        talk = await made.scenario(
            ask=("question", {"text": "Имя?", "save_to": "name"}, "bye"),
            bye=("message", {"text": "Пока, {{name}}!", "end": True}),
        )
        assert (await talk.begin())["response"] == "Имя?"
        assert (await talk.say("Анна"))["response"] == "Пока, Анна!"
        assert await talk.variables() == {"name": "Анна"}

A step is (type, content) or (type, content, next step); the steps' order is that of the arguments.
Steps go by their key: `"goto": "bye"` becomes the id.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from alpina_app.domain.references import map_gotos
from tests.support.app import TestApp, make_app, new_session_name
from tests.support.openai_server import OpenAiServer

Steps = Mapping[str, tuple[Any, ...]]


@dataclass
class Talk:
    """One conversation of one `user_session` with a bot, started on a scenario."""

    studio: "Studio"
    bot: int
    scenario: int
    ids: dict[str, int]
    session: str = field(default_factory=new_session_name)
    execution: int = 0

    async def begin(self, text: str = "Начнём", **body: Any) -> dict[str, Any]:
        return await self.say(text, scenario=self.scenario, **body)

    async def say(self, text: str, *, language: str | None = None, **body: Any) -> dict[str, Any]:
        answer = await self.post(text, language=language, **body)
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        self.execution = reply["execution_id"]
        return reply

    async def post(
        self, text: str, *, language: str | None = None, headers: Any = None, **body: Any
    ) -> httpx.Response:
        asked = {"Accept-Language": language} if language else {}
        return await self.studio.app.client.post(
            f"/api/bots/{self.bot}/chat/",
            json={"message": text, "user_session": self.session, **body},
            headers={**asked, **(headers or {})},
        )

    def anew(self) -> "Talk":
        """The same scenario in another session."""
        return Talk(self.studio, self.bot, self.scenario, self.ids)

    async def stored(self, execution: int | None = None) -> dict[str, Any]:
        return await self.studio.get(f"/api/executions/{execution or self.execution}/")

    async def variables(self) -> dict[str, Any]:
        return (await self.stored())["variables"]  # type: ignore[no-any-return]

    async def trace(self, execution: int | None = None) -> list[dict[str, Any]]:
        events = await self.studio.get(f"/api/executions/{execution or self.execution}/trace/")
        return events  # type: ignore[return-value]

    async def last_event(self) -> dict[str, Any]:
        return (await self.trace())[-1]


@dataclass
class Studio:
    app: TestApp
    editor: httpx.AsyncClient

    async def get(self, path: str, **headers: str) -> Any:
        answer = await self.editor.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, **data: Any) -> dict[str, Any]:
        answer = await self.editor.post(path, json=data)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def patch(self, path: str, **data: Any) -> dict[str, Any]:
        answer = await self.editor.patch(path, json=data)
        assert answer.status_code == 200, answer.text
        changed: dict[str, Any] = answer.json()
        return changed

    async def delete(self, path: str) -> None:
        answer = await self.editor.delete(path)
        assert answer.status_code == 204, answer.text

    async def bot(self, **fields: Any) -> int:
        made = await self.post("/api/bots/", **{"name": "Бот", **fields})
        return int(made["id"])

    async def scenario(
        self, bot: int | None = None, scenario_fields: Any = None, **steps: tuple[Any, ...]
    ) -> Talk:
        """Makes the steps, then tells them of each other, as a program has to."""
        bot_id = await self.bot() if bot is None else bot
        made = await self.post(
            "/api/scenarios/", **{"name": "Сценарий", "bot": bot_id, **(scenario_fields or {})}
        )
        ids: dict[str, int] = {}
        for order, (key, (step_type, *_)) in enumerate(steps.items()):
            step = await self.post(
                "/api/steps/", name=key, step_type=step_type, scenario=made["id"], order=order
            )
            ids[key] = step["id"]
        for key, (step_type, content, *following) in steps.items():
            content = map_gotos(step_type, content, lambda key, _place: ids.get(str(key), key))
            next_step = ids[following[0]] if following and following[0] else None
            await self.patch(f"/api/steps/{ids[key]}/", content=content, next_step=next_step)
        return Talk(self, bot_id, made["id"], ids)

    async def check(self, scenario: int, language: str = "ru") -> dict[str, Any]:
        found: dict[str, Any] = await self.get(
            f"/api/scenarios/{scenario}/check/", **{"Accept-Language": language}
        )
        return found


@contextlib.asynccontextmanager
async def studio(
    tmp_path: Path, model: OpenAiServer | None = None, **settings: Any
) -> AsyncIterator[Studio]:
    if model is not None:
        settings = {"openai_api_key": "sk-test", "openai_base_url": model.url, **settings}
    async with make_app(tmp_path, **settings) as app:
        yield Studio(app, app.signed_in("editor"))


def texts(reply: Mapping[str, Any]) -> list[str]:
    """What the bot said in one turn."""
    return [message["content"] for message in reply["messages"]]
