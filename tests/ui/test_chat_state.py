"""The chat page's events as any socket client may send them."""

import asyncio

import pytest
from reflex_base.event.context import EventContext
from sqlalchemy import select

from alpina_app import ui
from alpina_app.models import Bot, BotExecution, ChatLink, Message
from alpina_app.ui.states.chat import Chat
from tests.support.openai_server import Held, OpenAiServer, Text
from tests.support.pictures import message, question
from tests.support.talks import talking

TOKEN = "T" * 43
OTHER_TOKEN = "U" * 43
HANDLERS = ("enter", "send", "stop", "load_older")


class Tab:
    """A browser tab: sends events, keeps what it is told, as the page's reducers do."""

    def __init__(self, token=TOKEN, name="tab", visit="v1", cookie="", address="10.0.0.1"):
        self.token, self.name, self.visit, self.cookie = token, name, visit, cookie
        self.address = address
        self.told = []
        self._heard = asyncio.Event()

    async def event(self, handler, **arguments):
        """Runs the handler to its end in this tab's context."""

        async def emit(_name, delta):
            [(state, values)] = delta.items()
            assert state == Chat.get_full_name()
            self.told.append(
                {key.removesuffix("_rx_state_"): value for key, value in values.items()}
            )
            self._heard.set()

        async def enqueue(*_):
            raise AssertionError("a chat event starts no other")

        headers = {"cookie": self.cookie, "asgi-scope-client": self.address}
        context = EventContext(
            token=self.name,
            state_manager=None,
            enqueue_impl=enqueue,
            emit_delta_impl=emit,
            router_data={"sid": "s", "headers": headers},
        )

        async def run():
            EventContext.set(context)
            await Chat.event_handlers[handler].fn(None, **arguments)

        await asyncio.create_task(run())

    async def enter(self, bot_id, **more):
        arguments = {"token": self.token, "visit": self.visit, "language": "ru"} | more
        await self.event("enter", bot=str(bot_id), **arguments)

    async def send(self, bot_id, text, ref="r1", **more):
        arguments = {"token": self.token, "visit": self.visit, "language": "ru"} | more
        await self.event("send", bot=str(bot_id), ref=ref, text=text, **arguments)

    async def hears(self, name, key):
        """Waits for a value of var `name` whose `key` is not blank."""
        async with asyncio.timeout(5):
            while not any(told.get(name, {}).get(key) for told in self.told):
                self._heard.clear()
                await self._heard.wait()

    def last(self, name):
        """The newest value of a var, without the visit."""
        value = next(told[name] for told in reversed(self.told) if name in told)
        assert value["visit"] == self.visit
        return {key: value[key] for key in value if key != "visit"}

    @property
    def everything(self):
        return str(self.told)


@pytest.fixture
def model():
    with OpenAiServer() as server:
        yield server


@pytest.fixture
async def talks(tmp_path, model):
    async with talking(tmp_path, model) as found:
        ui.open_pages(found.app.runtime)
        yield found
        ui.close_pages()


def rows(talks, query):
    return talks.app.call(lambda session: session.execute(query).all())


def said(lines):
    return [(line["role"], line["text"]) for line in lines]


async def test_a_message_is_answered_and_stored_under_a_hash(talks, model):
    bot_id = talks.bot()
    model.enqueue("Здравствуйте")
    tab = Tab()
    await tab.enter(bot_id)
    assert tab.last("card")["known"] is False
    await tab.send(bot_id, "  Привет ")
    fresh = tab.last("fresh")
    assert (fresh["after"], said(fresh["lines"])) == (
        0,
        [("user", "Привет"), ("assistant", "Здравствуйте")],
    )
    assert tab.last("turn") == {"phase": "done", "ref": "r1"}
    assert tab.last("standing") == {"status": "running", "input": None}
    [link] = rows(talks, select(ChatLink.token_hash, ChatLink.bot_id))
    assert link.bot_id == bot_id
    assert TOKEN not in link.token_hash

    again = Tab(name="later", visit="v2")
    await again.enter(bot_id)
    assert said(again.last("initial")["lines"]) == said(fresh["lines"])


async def test_nothing_of_a_conversation_is_kept_in_the_state(talks, model):
    bot_id = talks.bot(name="Бот Икс")
    state = Chat(_reflex_internal_init=True)
    tab = Tab()
    await tab.enter(bot_id)
    await tab.send(bot_id, "тайна")
    await tab.enter(bot_id)
    assert "тайна" in tab.everything
    assert set(map(str, state.dict()[Chat.get_full_name()].values())) == {"{}"}


async def test_unknown_bots_and_tokens_open_nothing(talks, model):
    bot_id, other = talks.bot(), talks.bot()
    await Tab().send(bot_id, "тайна")
    for token in (OTHER_TOKEN, "", "../../etc", "T" * 42, "T" * 300):
        tab = Tab(token)
        await tab.enter(bot_id)
        await tab.event("load_older", bot=str(bot_id), token=token, visit="v1", before=10**6)
        assert "тайна" not in tab.everything
    tab = Tab()
    await tab.enter(other)
    await tab.event("load_older", bot=str(other), token=TOKEN, visit="v1", before=10**6)
    assert "тайна" not in tab.everything
    for unknown in ("99999", "0", "-1", "1e3", "9" * 40, "", "١"):
        tab = Tab()
        await tab.enter(unknown)
        assert tab.last("card") == {"place": "unknown"}


async def test_a_token_of_one_bot_is_refused_by_another(talks, model):
    bot_id, other = talks.bot(), talks.bot()
    await Tab().send(bot_id, "первый")
    tab = Tab()
    await tab.send(other, "второй")
    assert tab.last("turn")["phase"] == "failed"
    assert rows(talks, select(Message.content).where(Message.content == "второй")) == []


async def test_a_session_of_rest_is_no_token(talks, model):
    bot_id = talks.bot()
    session = "web-" + "a" * 40
    await talks.say(bot_id, "тайна", session)
    tab = Tab(session)
    await tab.enter(bot_id)
    assert (tab.last("card")["known"], tab.last("initial")["lines"]) == (False, [])
    await tab.send(bot_id, "открой")
    assert "тайна" not in tab.everything


async def test_wrong_arguments_are_dropped(talks, model):
    bot_id = talks.bot()
    tab = Tab()
    wrong = [None, 5, [], {}, True, "x" * 60_000, b"x"]
    for value in wrong:
        for name in ("bot", "token", "visit", "language"):
            arguments = {"bot": str(bot_id), "token": TOKEN, "visit": "v1", "language": "ru"}
            await tab.event("enter", **(arguments | {name: value}))
            if name in ("bot", "token"):
                await tab.event("stop", bot=arguments["bot"], token=value)
        for name in ("ref", "text", "visit"):
            arguments = {"bot": str(bot_id), "token": TOKEN, "visit": "v1", "language": "ru"}
            arguments |= {"ref": "r", "text": "привет"}
            await tab.event("send", **(arguments | {name: value}))
    for before in (None, "1", 0, -1, 2**70, True, 1.5, []):
        await tab.event("load_older", bot=str(bot_id), token=TOKEN, visit="v1", before=before)
    assert (tab.told, rows(talks, select(Message.id)), model.requests) == (
        [],
        [],
        type(model.requests)(maxlen=10_000),
    )


@pytest.mark.parametrize("text", ["", "   \n", "x" * 10_001])
async def test_a_text_that_cannot_be_sent_says_so(talks, model, text):
    bot_id = talks.bot()
    tab = Tab()
    await tab.send(bot_id, text)
    assert tab.last("turn")["error"] == (
        "Такое сообщение отправить нельзя: напишите от 1 до 10000 знаков."
    )
    assert rows(talks, select(ChatLink.id)) == []


async def test_odd_characters_are_made_storable(talks, model):
    bot_id = talks.bot()
    tab = Tab()
    await tab.send(bot_id, "а\x00б\ud800в")
    assert said(tab.last("fresh")["lines"])[0] == ("user", "а\ufffdб\ufffdв")


async def test_the_longest_text_is_taken(talks, model):
    bot_id = talks.bot()
    model.enqueue("Длинно")
    tab = Tab()
    await tab.send(bot_id, "я" * 10_000)
    assert tab.last("turn")["phase"] == "done"


async def test_a_page_that_comes_back_follows_the_running_turn(talks, model):
    bot_id = talks.bot()
    held = Held(Text("раз два три", pieces=("раз ", "два ", "три")))
    model.enqueue(held)
    first, second = Tab(visit="v1"), Tab(visit="v2")
    sending = asyncio.create_task(first.send(bot_id, "Считай"))
    await asyncio.to_thread(model.wait_for_requests, 1)
    entering = asyncio.create_task(second.enter(bot_id))
    await second.hears("turn", "phase")
    assert second.last("turn") == {"phase": "running", "ref": "r1", "text": "Считай"}
    held.release()
    async with asyncio.timeout(5):
        await asyncio.gather(sending, entering)
    assert said(second.last("fresh")["lines"]) == [("user", "Считай"), ("assistant", "раз два три")]
    assert second.last("turn") == {"phase": "done", "ref": "r1"}
    assert all("fresh" not in told for told in first.told)
    assert len(model.requests) == 1


async def test_two_devices_hear_the_same_turn(talks, model):
    bot_id = talks.bot()
    held = Held("Слышно обоим")
    model.enqueue(held)
    phone, desk = Tab(name="phone"), Tab(name="desk")
    sending = asyncio.create_task(phone.send(bot_id, "Алло"))
    await asyncio.to_thread(model.wait_for_requests, 1)
    entering = asyncio.create_task(desk.enter(bot_id))
    await desk.hears("turn", "phase")
    held.release()
    async with asyncio.timeout(5):
        await asyncio.gather(sending, entering)
    assert said(phone.last("fresh")["lines"]) == said(desk.last("fresh")["lines"])


async def test_a_second_message_while_the_bot_answers_is_refused(talks, model):
    bot_id = talks.bot()
    held = Held("Готово")
    model.enqueue(held)
    tab = Tab()
    sending = asyncio.create_task(tab.send(bot_id, "Раз", "r1"))
    await asyncio.to_thread(model.wait_for_requests, 1)
    eager = Tab(name="eager")
    await eager.send(bot_id, "Два", "r2")
    assert eager.last("turn") == {
        "phase": "failed",
        "ref": "r2",
        "text": "Два",
        "error": "Бот ещё отвечает на предыдущее сообщение. Повторите чуть позже.",
    }
    held.release()
    await sending
    assert rows(talks, select(Message.content).where(Message.role == "user")) == [("Раз",)]


async def test_a_message_that_came_through_is_not_sent_twice(talks, model):
    bot_id = talks.bot()
    tab = Tab()
    await tab.send(bot_id, "Один раз", "r1")
    await tab.send(bot_id, "Один раз", "r2", again=True)
    assert len(model.requests) == 1
    assert said(tab.last("initial")["lines"]) == [
        ("user", "Один раз"),
        ("assistant", "echo: Один раз"),
    ]
    await tab.send(bot_id, "Один раз", "r3")
    assert len(model.requests) == 2


async def test_the_same_message_sent_twice_at_once_runs_once(talks, model):
    bot_id = talks.bot()
    held = Held("Один ответ")
    model.enqueue(held)
    tab = Tab()
    first = asyncio.create_task(tab.send(bot_id, "Вопрос", "r1"))
    await asyncio.to_thread(model.wait_for_requests, 1)
    second = asyncio.create_task(tab.send(bot_id, "Вопрос", "r1", again=True))
    await asyncio.sleep(0)
    held.release()
    async with asyncio.timeout(5):
        await asyncio.gather(first, second)
    assert len(model.requests) == 1
    assert rows(talks, select(Message.content)) == [("Вопрос",), ("Один ответ",)]


async def test_stop_ends_the_answer_early(talks, model):
    bot_id = talks.bot()
    pieces = tuple(f"слово{number} " for number in range(500))
    model.enqueue(Text("".join(pieces), pieces=pieces, pause_s=0.02))
    tab = Tab()
    sending = asyncio.create_task(tab.send(bot_id, "Говори"))
    await tab.hears("live", "text")
    await Tab(OTHER_TOKEN).event("stop", bot=str(bot_id), token=OTHER_TOKEN)
    await tab.event("stop", bot=str(bot_id), token=TOKEN)
    async with asyncio.timeout(5):
        await sending
    answer = tab.last("fresh")["lines"][-1]["text"]
    assert answer.startswith("слово0 ")
    assert "слово499" not in answer


async def test_an_open_question_is_told_with_its_input(talks, model):
    bot_id = talks.bot()
    asking = question(1, "age", 2, input={"type": "number", "min": 1, "max": 9})
    scenario_id = talks.scenario(bot_id, asking, message(2, "Спасибо", end=True))
    talks.change(Bot, bot_id, start_scenario_id=scenario_id)
    tab = Tab()
    await tab.enter(bot_id)
    assert tab.last("card")["starts"] is True
    await tab.send(bot_id, "/start")
    asked = {
        "type": "number",
        "required": True,
        "options": [],
        "min": 1,
        "max": 9,
        "scale": None,
        "attempts_left": 3,
    }
    assert tab.last("standing") == {"status": "running", "input": asked}
    await tab.send(bot_id, "сто", "r2")
    assert tab.last("standing")["input"] == asked | {"attempts_left": 2}
    later = Tab(visit="v2")
    await later.enter(bot_id)
    assert later.last("standing")["input"] == asked | {"attempts_left": 2}
    await later.send(bot_id, "5", "r3")
    assert later.last("standing") == {"status": "completed", "input": None}
    await later.send(bot_id, "", "r4", restart=True)
    assert later.last("standing") == {"status": "running", "input": asked}
    assert said(later.last("fresh")["lines"])[0] == ("user", "/start")


async def test_older_lines_come_thirty_at_a_time(talks, model):
    bot_id = talks.bot()
    tab = Tab()
    await tab.send(bot_id, "Привет")
    [(execution_id,)] = rows(talks, select(BotExecution.id))
    talks.app.add(
        *(
            Message(execution_id=execution_id, position=number, role="user", content=str(number))
            for number in range(2, 70)
        )
    )
    await tab.enter(bot_id)
    window = tab.last("initial")
    assert ([line["text"] for line in window["lines"]], window["more"]) == (
        [str(number) for number in range(40, 70)],
        True,
    )
    before = window["lines"][0]["id"]
    await tab.event("load_older", bot=str(bot_id), token=TOKEN, visit="v1", before=before)
    older = tab.last("older")
    assert (older["before"], [line["text"] for line in older["lines"]], older["more"]) == (
        before,
        [str(number) for number in range(10, 40)],
        True,
    )
    before = older["lines"][0]["id"]
    await tab.event("load_older", bot=str(bot_id), token=TOKEN, visit="v1", before=before)
    assert (len(tab.last("older")["lines"]), tab.last("older")["more"]) == (10, False)


async def test_failures_are_explained_by_who_asks(talks, model):
    bot_id = talks.bot()
    guest = Tab()
    model.enqueue(401)
    await guest.send(bot_id, "Привет")
    assert guest.last("turn")["error"] == (
        "Языковая модель сейчас не отвечает. Отправьте сообщение ещё раз."
    )
    session = talks.app.signed_in("editor").cookies["sessionid"]
    editor = Tab(OTHER_TOKEN, cookie=f"sessionid={session}")
    model.enqueue(401)
    await editor.send(bot_id, "Привет")
    assert editor.last("turn")["error"] == (
        "Поставщик модели отклонил ключ. Проверьте OPENAI_API_KEY."
    )
    await editor.send(bot_id, "Hello", language="en")
    assert editor.last("turn")["phase"] == "done"


async def test_an_unforeseen_failure_is_named_by_an_id_only(talks, model, monkeypatch, caplog):
    def break_down(*_args, **_named):
        raise RuntimeError("тайная причина")

    monkeypatch.setattr("alpina_app.ui.states.chat_talk.start_turn", break_down)
    tab = Tab()
    await tab.send(talks.bot(), "Привет")
    assert tab.last("turn")["error"].startswith("Что-то пошло не так. Код ошибки: ")
    assert "тайная" not in tab.everything
    assert "тайная причина" in caplog.text


async def test_an_inactive_bot_takes_nothing_and_shows_itself_to_those_who_know_it(talks, model):
    bot_id = talks.bot(name="Секрет")
    friend = Tab()
    await friend.send(bot_id, "Привет")
    talks.change(Bot, bot_id, is_active=False)
    await friend.send(bot_id, "Ещё", "r2")
    assert friend.last("card") == {"place": "inactive"}
    assert friend.last("turn")["error"] == "Этот бот сейчас выключен."
    await friend.enter(bot_id)
    assert (friend.last("card")["name"], len(friend.last("initial")["lines"])) == ("Секрет", 2)
    stranger = Tab(OTHER_TOKEN)
    await stranger.enter(bot_id)
    await stranger.send(bot_id, "Привет")
    assert "Секрет" not in stranger.everything
    assert len(rows(talks, select(ChatLink.id))) == 1


async def test_what_a_bot_is_told_to_be_is_not_revealed(talks, model):
    bot_id = talks.bot(system_prompt="тайная роль", gpt_model="secret-model")
    tab = Tab()
    await tab.enter(bot_id)
    await tab.send(bot_id, "Кто ты?")
    assert "тайная роль" not in tab.everything
    assert "secret-model" not in tab.everything


async def test_messages_of_an_address_are_counted(tmp_path, model):
    async with talking(tmp_path, model, chat_per_minute=1, trusted_proxies=("10.0.0.1",)) as talks:
        ui.open_pages(talks.app.runtime)
        bot_id = talks.bot()
        first = Tab()
        await first.send(bot_id, "Раз")
        await first.send(bot_id, "Два", "r2")
        assert "Слишком много попыток" in first.last("turn")["error"]
        other = Tab(OTHER_TOKEN, address="10.0.0.2")
        await other.send(bot_id, "Раз")
        assert other.last("turn")["phase"] == "done"
        ui.close_pages()


def test_every_event_is_one_of_these():
    """`setvar` is Reflex's own: it sets what the server never reads."""
    assert set(Chat.event_handlers) - {"setvar"} == set(HANDLERS)
