"""The examples of the original's README, byte for byte, with credentials added."""

import pytest

from tests.support.app import make_app
from tests.support.openai_server import OpenAiServer, Text

JSON = {"Content-Type": "application/json"}
BOT = """{
    "name": "Бот-консультант",
    "description": "Бот для консультаций",
    "bot_type": "chat",
    "gpt_model": "gpt-3.5-turbo",
    "creativity_level": 0.7,
    "max_tokens": 1000,
    "system_prompt": "Ты полезный ассистент для консультаций.",
    "is_active": True,
    "created_by": 1
  }"""
CHAT = """{
    "message": "Привет! Расскажи о возможностях системы",
    "user_session": "user_123"
  }"""
SCENARIO = """{
    "name": "Сценарий приветствия",
    "description": "Базовый сценарий знакомства с пользователем",
    "bot": 1,
    "is_active": true
  }"""


@pytest.fixture
def model():
    with OpenAiServer() as server:
        yield server


@pytest.fixture
async def app(tmp_path, model):
    address = {"openai_base_url": model.url, "openai_api_key": "sk-test"}
    async with make_app(tmp_path, api_anonymous_read=True, **address) as running:
        yield running


async def test_the_bot_with_pythons_true_is_refused_at_its_place(app):
    answer = await app.client.post(
        "/api/bots/", content=BOT, headers=JSON, auth=app.basic("administrator")
    )
    place = BOT.index("True")
    said = f"JSON parse error - Expecting value: line 9 column 18 (char {place})"
    assert (answer.status_code, answer.json()) == (400, {"detail": said})
    assert (await app.client.get("/api/bots/")).json()["count"] == 0


async def test_the_others_work_one_after_the_other(app, model):
    administrator = app.basic("administrator")

    async def post(path, text, **how):
        return await app.client.post(path, content=text, headers=JSON, **how)

    made = await post("/api/bots/", BOT.replace("True", "true"), auth=administrator)
    assert (made.status_code, made.json()["id"], made.json()["created_by"]) == (201, 1, 1)
    model.enqueue(Text("Я умею отвечать."))
    told = await post("/api/bots/1/chat/", CHAT)
    assert (told.status_code, told.json()["response"]) == (200, "Я умею отвечать.")
    assert told.json()["user_session"] == "user_123"
    made = await post("/api/scenarios/", SCENARIO, auth=administrator)
    assert (made.status_code, made.json()["bot"], made.json()["is_active"]) == (201, 1, True)
    listed = (await app.client.get("/api/bots/")).json()
    assert [bot["name"] for bot in listed["results"]] == ["Бот-консультант"]


@pytest.mark.parametrize(("path", "text"), [("/api/bots/", BOT), ("/api/scenarios/", SCENARIO)])
async def test_without_credentials_nothing_is_written(app, path, text):
    answer = await app.client.post(path, content=text, headers=JSON)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="api"'
