"""The form of a step alone in Chromium, over the sources as they stand: no server, no state."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from alpina_app.bootstrap import pages, paths
from alpina_app.bootstrap.console import Console
from alpina_app.bootstrap.lock import exclusive
from alpina_app.ui.components.editor.step_form import form_texts

EDITOR = paths.ROOT / "alpina_app" / "ui" / "components" / "editor"
HARNESS = Path(__file__).parent / "step_form_harness.jsx"
STYLES = ("alpina.css", "forms.css", "step_form.css")
PARTS = "step_form.*", "form_*.js", "form_*.jsx"

STEPS = [
    {"id": 1, "name": "Привет", "step_type": "message"},
    {"id": 2, "name": "Роль", "step_type": "question"},
    {"id": 3, "name": "Проверка", "step_type": "condition"},
]
VARIABLES = [
    {"name": "role", "set_in": [2], "used_in": [1, 3]},
    {"name": "age", "set_in": [], "used_in": [3]},
]


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The form and its harness as one script."""
    modules = pages.WEB / "node_modules"
    if not modules.is_dir():
        with exclusive(paths.LOCK):
            pages.build(Console())
    folder = tmp_path_factory.mktemp("form")
    for pattern in PARTS:
        for part in EDITOR.glob(pattern):
            shutil.copy(part, folder)
    shutil.copy(HARNESS, folder)
    (folder / "node_modules").symlink_to(modules)
    bun = shutil.which("bun", path=str(Path(sys.executable).parent)) or "bun"
    bundled = folder / "bundled.js"
    define = 'process.env.NODE_ENV="production"'
    command = [bun, "build", HARNESS.name, "--outfile", bundled.name, "--define", define]
    command += ["--format", "iife"]  # React has a `dispatchEvent` of its own, not for the window
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    return bundled.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def style() -> str:
    themes = pages.WEB / "node_modules" / "@radix-ui" / "themes" / "styles.css"
    files = [themes, *(paths.ROOT / "assets" / name for name in STYLES)]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


Open = Callable[..., Page]


@pytest.fixture
def open_form(browser: Browser, script: str, style: str) -> Iterator[Open]:
    """`open_form("message", {"text": "Hi"}, findings=[...])`; the console must stay clean."""
    said: list[str] = []
    contexts = []

    def show(
        step_type: str,
        content: Any,
        *,
        lang: str = "ru",
        dark: bool = False,
        width: int = 480,
        **props: Any,
    ) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900})
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: said.append(m.text) if m.type != "log" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        theme = "dark" if dark else "light"
        page.set_content(
            f'<!doctype html><html lang="{lang}" class="{theme}"><title>Form</title>'
            f"<style>{style}</style><body><main class='radix-themes {theme}'"
            " data-accent-color='indigo' data-gray-color='slate' data-is-root-theme='true'>"
            "<h1 class='visually-hidden'>Form</h1><div id='root'></div></main></body></html>"
        )
        page.add_script_tag(content=script)
        step = {
            "id": 2,
            "name": "Роль",
            "step_type": step_type,
            "content": content,
            "next_step": None,
            "version": 1,
        }
        known = {
            "lang": lang,
            "texts": form_texts(),
            "step": step,
            "steps": STEPS,
            "variables": VARIABLES,
            "findings": [],
            "secrets": ["CRM"],
            "models": ["gpt-4o"],
            "readOnly": False,
            "testResult": {},
            "promptResult": {},
        }
        page.evaluate("props => show(props)", known | props)
        page.wait_for_selector(".sf")
        return page

    yield show
    for context in contexts:
        context.close()
    assert said == []


def changes(page: Page) -> list[Any]:
    """Every patch told so far, in order."""
    told = page.evaluate("events.filter(([name]) => name === 'onChange')")
    return [patch for _, _, patch in told]


def last_content(page: Page, wanted: Any) -> None:
    """Waits until the content told last is `wanted`."""
    page.locator(".sf h2").evaluate("() => document.activeElement?.blur()")
    page.wait_for_function(
        "wanted => JSON.stringify(events.findLast(([name]) => name === 'onChange')?.[2].content,"
        " (_, v) => v && typeof v === 'object' && !Array.isArray(v)"
        " ? Object.fromEntries(Object.entries(v).sort()) : v) === wanted",
        arg=json.dumps(wanted, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    )


def field(page: Page, label: str) -> Locator:
    return page.get_by_label(label, exact=True)


def test_typing_is_sent_once_after_the_pause(open_form: Open) -> None:
    page = open_form("message", {"text": "", "odd": {"kept": 1}})
    field(page, "Текст").press_sequentially("Привет, мир")
    page.wait_for_function("events.length > 0")
    assert changes(page) == [{"content": {"text": "Привет, мир", "odd": {"kept": 1}}}]


def test_leaving_the_form_sends_at_once_and_only_what_changed(open_form: Open) -> None:
    page = open_form("message", {"text": "Да"})
    page.clock.install()
    field(page, "Название").fill("Новое")
    assert changes(page) == []
    field(page, "Название").blur()
    assert changes(page) == [{"name": "Новое"}]


def test_a_change_from_outside_is_taken_where_nothing_is_edited(open_form: Open) -> None:
    page = open_form("message", {"text": "Старое"})
    page.evaluate("told({content: {text: 'Чужое'}, name: 'Их'})")
    expect(field(page, "Текст")).to_have_value("Чужое")
    expect(field(page, "Название")).to_have_value("Их")


def test_what_is_being_edited_stays_and_the_rest_is_taken(open_form: Open) -> None:
    page = open_form("question", {"text": "Кто вы?", "save_to": "role"})
    page.clock.install()
    field(page, "Что спросить").fill("Кто вы такой?")
    page.evaluate("told({content: {text: 'Их вопрос', save_to: 'their'}})")
    expect(field(page, "Записать в переменную")).to_have_value("their")
    expect(field(page, "Что спросить")).to_have_value("Кто вы такой?")
    field(page, "Что спросить").blur()
    assert changes(page) == [{"content": {"text": "Кто вы такой?", "save_to": "their"}}]


def test_an_undo_after_the_edit_was_sent_is_shown(open_form: Open) -> None:
    page = open_form("message", {"text": "До"})
    page.evaluate("window.silent = true")
    field(page, "Текст").fill("После")
    field(page, "Текст").blur()
    assert changes(page) == [{"content": {"text": "После"}}]
    page.evaluate("told({})")
    expect(field(page, "Текст")).to_have_value("До")


def test_an_old_value_told_while_typing_does_not_eat_the_text(open_form: Open) -> None:
    page = open_form("message", {"text": "А"})
    page.evaluate("window.silent = true")
    field(page, "Текст").fill("АБ")
    page.wait_for_function("events.length === 1")
    page.evaluate("told({name: 'Их имя'})")
    expect(field(page, "Название")).to_have_value("Их имя")
    expect(field(page, "Текст")).to_have_value("АБ")


def test_opening_another_step_sends_what_is_unsent_of_the_first(open_form: Open) -> None:
    page = open_form("message", {"text": ""})
    page.clock.install()
    field(page, "Текст").fill("Не потеряйся")
    other = {"id": 3, "name": "Другой", "step_type": "condition", "content": {}, "version": 1}
    page.evaluate("window.silent = true")
    page.evaluate("step => set({step})", other)
    expect(field(page, "Название")).to_have_value("Другой")
    assert page.evaluate("events") == [["onChange", 2, {"content": {"text": "Не потеряйся"}}]]


def test_a_new_step_keeps_the_focus_when_it_gets_its_lasting_id(open_form: Open) -> None:
    page = open_form("message", {"text": ""}, steps=[])
    fresh = {"id": -1, "name": "", "step_type": "message", "content": {}, "version": 1}
    page.evaluate("step => set({step})", fresh)
    page.wait_for_selector(".sf[data-step='-1']")
    field(page, "Название").fill("Имя")
    page.wait_for_function("events.length === 1")
    page.evaluate("step => set({step})", {**fresh, "id": 9, "name": "Имя", "version": 2})
    page.wait_for_selector(".sf[data-step='9']")
    expect(field(page, "Название")).to_be_focused()
    field(page, "Название").fill("Имя 2")
    page.wait_for_function("events.length === 2")
    assert page.evaluate("events[1]") == ["onChange", 9, {"name": "Имя 2"}]


def test_every_field_of_a_message(open_form: Open) -> None:
    page = open_form("message", {})
    field(page, "Текст").fill("Здравствуйте")
    page.get_by_role("switch", name="Ответ GPT").check()
    field(page, "Запрос к модели").fill("Совет для {{role}}")
    field(page, "Запомнить ответ в переменной").fill("tip")
    page.get_by_text("Дополнительно", exact=True).click()
    field(page, "Что сказать, если модель не ответила").fill("Увы")
    field(page, "Модель").fill("gpt-4o")
    field(page, "Творчество").fill("0,3")
    field(page, "Длина ответа, токенов").fill("200")
    field(page, "Помнить реплик").fill("4")
    field(page, "Ждать не дольше").fill("12,5")
    last_content(
        page,
        {
            "text": "Здравствуйте",
            "gpt": {
                "prompt": "Совет для {{role}}",
                "save_to": "tip",
                "fallback_text": "Увы",
                "model": "gpt-4o",
                "temperature": 0.3,
                "max_tokens": 200,
                "history_turns": 4,
                "timeout_s": 12.5,
            },
        },
    )


def test_switching_gpt_off_and_on_keeps_its_settings(open_form: Open) -> None:
    page = open_form("message", {"text": "А", "gpt": {"prompt": "П", "save_to": "s"}})
    page.get_by_role("switch", name="Ответ GPT").uncheck()
    last_content(page, {"text": "А"})
    page.get_by_role("switch", name="Ответ GPT").check()
    last_content(page, {"text": "А", "gpt": {"prompt": "П", "save_to": "s"}})


def test_options_by_keyboard_and_by_pasting_lines(open_form: Open) -> None:
    page = open_form("question", {"text": "?", "input": {"type": "choice"}})
    page.get_by_role("button", name="Добавить вариант", exact=True).click()
    page.keyboard.type("Да")
    page.keyboard.press("Enter")
    page.keyboard.type("Нет")
    page.keyboard.press("Alt+ArrowUp")
    page.get_by_role("button", name="Списком").click()
    field(page, "По одному варианту в строке").fill("Не знаю\n\n  Потом  ")
    page.get_by_role("button", name="Добавить 2 варианта").click()
    labels = [{"label": text} for text in ("Нет", "Да", "Не знаю", "Потом")]
    last_content(page, {"text": "?", "input": {"type": "choice", "options": labels}})


def test_an_options_value_id_and_exit(open_form: Open) -> None:
    page = open_form(
        "question", {"text": "?", "input": {"type": "choice", "options": [{"label": "Да"}]}}
    )
    page.get_by_role("button", name="Значение и идентификатор: Да").click()
    field(page, "Значение").fill("5")
    page.get_by_role("button", name="Как JSON: Значение").click()
    field(page, "Идентификатор").fill("yes")
    field(page, "Куда ведёт: Да").select_option("3")
    told = {"label": "Да", "value": 5, "id": "yes", "goto": 3}
    last_content(page, {"text": "?", "input": {"type": "choice", "options": [told]}})
    field(page, "Куда ведёт: Да").select_option("end")
    last_content(
        page, {"text": "?", "input": {"type": "choice", "options": [told | {"goto": None}]}}
    )
    field(page, "Куда ведёт: Да").select_option("unset")
    del told["goto"]
    last_content(page, {"text": "?", "input": {"type": "choice", "options": [told]}})


def test_a_new_step_is_asked_for_behind_its_exit_after_the_edits(open_form: Open) -> None:
    page = open_form(
        "question", {"text": "?", "input": {"type": "choice", "options": [{"label": "Да"}]}}
    )
    page.clock.install()
    field(page, "Вариант 1").or_(page.locator("[data-option-label]")).first.fill("Нет")
    field(page, "Куда ведёт: Нет").select_option("new:message")
    assert page.evaluate("events") == [
        [
            "onChange",
            2,
            {"content": {"text": "?", "input": {"type": "choice", "options": [{"label": "Нет"}]}}},
        ],
        ["onCreate", "message", {"step": 2, "exit": "option:0"}],
    ]


def test_the_limits_of_each_kind_of_answer(open_form: Open) -> None:
    page = open_form("question", {"text": "?"})
    kind = field(page, "Что ждём")
    kind.select_option("number")
    field(page, "Не меньше").fill("−1,5")
    field(page, "Не больше").fill("10")
    page.get_by_role("switch", name="Только целое число").check()
    page.get_by_role("switch", name="Ответ обязателен").uncheck()
    asked = {"type": "number", "min": -1.5, "max": 10, "integer": True, "required": False}
    last_content(page, {"text": "?", "input": asked})
    kind.select_option("date")
    page.get_by_role("combobox", name="Не раньше").select_option("today")
    del asked["max"]
    last_content(page, {"text": "?", "input": asked | {"type": "date", "min": "today"}})
    kind.select_option("rating")
    field(page, "Наибольшая оценка").fill("10")
    last_content(
        page, {"text": "?", "input": asked | {"type": "rating", "min": "today", "scale": 10}}
    )


def test_what_follows_wrong_answers(open_form: Open) -> None:
    page = open_form("question", {"text": "?"})
    field(page, "Сказать и спросить снова").fill("Ещё раз")
    field(page, "Попыток").fill("2")
    field(page, "Когда попытки кончились").select_option("goto")
    field(page, "К какому шагу").select_option("3")
    field(page, "Что сказать напоследок").fill("Жаль")
    page.get_by_text("Дополнительно", exact=True).click()
    page.get_by_role("switch", name="Не спрашивать, если уже известно").check()
    field(page, "Образец (регулярное выражение)").fill("[a-z]+")
    last_content(
        page,
        {
            "text": "?",
            "retry_text": "Ещё раз",
            "max_attempts": 2,
            "on_fail": {"action": "goto", "goto": 3, "text": "Жаль"},
            "skip_if_set": True,
            "input": {"pattern": "[a-z]+"},
        },
    )


def test_branches_of_rules(open_form: Open) -> None:
    page = open_form("condition", {"branches": []})
    page.get_by_role("button", name="Добавить ветвь", exact=True).click()
    field(page, "Название ветви").fill("взрослые")
    field(page, "Переменная").fill("age")
    field(page, "Переменная").press("Escape")
    field(page, "Сравнение").select_option("between")
    field(page, "от").fill("18")
    field(page, "до").fill("65")
    page.get_by_role("button", name="Добавить правило", exact=True).click()
    second = page.get_by_role("group", name="Правило 2", exact=True)
    second.get_by_label("Переменная", exact=True).fill("role")
    second.get_by_label("Переменная", exact=True).press("Escape")
    second.get_by_label("Сравнение", exact=True).select_option("is_set")
    field(page, "Должны выполняться").select_option("any")
    field(page, "Тогда перейти").select_option("1")
    branch = {
        "name": "взрослые",
        "match": "any",
        "rules": [
            {"var": "age", "op": "between", "value": ["18", "65"]},
            {"var": "role", "op": "is_set"},
        ],
        "goto": 1,
    }
    last_content(page, {"branches": [branch]})


def test_changing_who_decides_and_back_loses_nothing(open_form: Open) -> None:
    rules = {"branches": [{"rules": [{"var": "age", "op": "is_set"}], "goto": 1}], "odd": 1}
    page = open_form("condition", rules)
    page.get_by_role("button", name="Решает GPT").click()
    page.get_by_role("group", name="Класс 1", exact=True).get_by_label("Имя класса").fill("buy")
    gpt = {"mode": "gpt", "classes": [{"id": "buy", "description": ""}], "odd": 1}
    page.get_by_role("button", name="Удалить: Класс 2").click()
    last_content(page, gpt)
    page.get_by_role("button", name="Правила").click()
    last_content(page, rules)
    page.get_by_role("button", name="Решает GPT").click()
    last_content(page, gpt)


def test_every_field_of_a_call(open_form: Open) -> None:
    page = open_form("api_call", {"url": ""})
    field(page, "Адрес").fill("https://api.example.com/{{role}}")
    field(page, "Метод").select_option("POST")
    field(page, "Тело запроса").select_option("json")
    field(page, "Содержимое JSON").fill('{"n": "{{age}}"}')
    page.get_by_text("Параметры адреса").click()
    page.get_by_role("button", name="Добавить параметр", exact=True).click()
    row = page.get_by_role("group", name="Строка 1")
    row.get_by_label("Имя", exact=True).fill("q")
    row.get_by_label("Значение", exact=True).fill("{{role}}")
    page.get_by_text("Вход в сервис").click()
    field(page, "Способ").select_option("header")
    field(page, "Имя заголовка").fill("X-Key")
    field(page, "Секрет").select_option("CRM")
    page.get_by_text("Дополнительно", exact=True).click()
    field(page, "Ждать не дольше").fill("20")
    field(page, "Повторов").fill("2")
    page.get_by_role("combobox", name="Успехом считать").select_option("list")
    page.get_by_role("textbox", name="эти коды…").fill("200, 404")
    field(page, "Код ответа").fill("status")
    field(page, "Код ответа").press("Escape")
    field(page, "Ответ не больше").fill("64")
    field(page, "Если сервис не ответил как надо").select_option("own")
    field(page, "Что сказать").fill("Не вышло")
    field(page, "Куда перейти").select_option("1")
    last_content(
        page,
        {
            "url": "https://api.example.com/{{role}}",
            "method": "POST",
            "body": {"type": "json", "value": {"n": "{{age}}"}},
            "query": [{"name": "q", "value": "{{role}}"}],
            "auth": {"type": "header", "name": "X-Key", "secret": "CRM"},
            "timeout_s": 20,
            "retries": 2,
            "success": [200, 404],
            "save_status": "status",
            "max_response_kb": 64,
            "on_error": {"goto": 1, "text": "Не вышло"},
        },
    )


def test_a_click_into_the_answer_saves_that_value(open_form: Open) -> None:
    page = open_form("api_call", {"url": "https://a.example/{{role}}", "save": []})
    page.get_by_text("Отправить пробный запрос").click()
    field(page, "role").fill("автор")
    page.get_by_role("button", name="Отправить", exact=True).click()
    assert page.evaluate("events.at(-1)") == ["onTestRequest", 2, {"role": "автор"}]
    body = {"data": {"items": [{"id": 7}], "a.b": 1}}
    page.evaluate("body => set({testResult: {step: 2, status: 200, duration_ms: 12, body}})", body)
    page.get_by_role("button", name="Развернуть или свернуть: items").click()
    page.get_by_role("button", name="Развернуть или свернуть: 0").click()
    page.get_by_role("button", name="id 7").click()
    page.get_by_role("button", name="a.b 1").click(force=True)
    last_content(
        page,
        {"url": "https://a.example/{{role}}", "save": [{"path": "data.items[0].id", "var": "id"}]},
    )


def test_a_failed_request_says_why(open_form: Open) -> None:
    page = open_form("api_call", {"url": "https://a.example"})
    page.get_by_text("Отправить пробный запрос").click()
    failed = {"step": 2, "status": 0, "body": "", "duration_ms": 10000, "error": "timeout"}
    page.evaluate("testResult => set({testResult})", failed)
    expect(page.locator(".sf-result")).to_have_text("10000 мсОтвета не дождались: время вышло.")


def test_trying_a_prompt_shows_text_tokens_and_cost(open_form: Open) -> None:
    page = open_form("message", {"gpt": {"prompt": "{{age}} {{today}}"}})
    page.get_by_text("Проверить на модели").click()
    field(page, "age").fill("30")
    page.get_by_role("button", name="Спросить модель").click()
    assert page.evaluate("events.at(-1)") == ["onTestPrompt", 2, {"age": 30}]
    expect(page.get_by_role("button", name="Ждём ответа…")).to_be_visible()
    result = {"step": 2, "text": "<b>Ответ</b>", "tokens": 21, "ms": 300, "cost": 0.01}
    page.evaluate("promptResult => set({promptResult})", result)
    expect(page.locator(".sf-result")).to_have_text(
        "<b>Ответ</b>21 токен · 300 мс · стоимость 0,01 $"
    )


def test_a_variable_is_inserted_at_the_caret_by_keyboard(open_form: Open) -> None:
    page = open_form("message", {"text": "Вы — !"})
    area = field(page, "Текст")
    area.focus()
    area.evaluate("node => node.setSelectionRange(5, 5)")
    page.get_by_role("button", name="Вставить переменную: Текст").press("Enter")
    search = page.get_by_role("combobox", name="Найти переменную")
    expect(search).to_be_focused()
    expect(page.get_by_role("listbox").get_by_role("option").first).to_have_text(
        "roleзадаёт: Роль · нужна: Привет, Проверка"
    )
    search.fill("ol")
    search.press("Enter")
    expect(area).to_have_value("Вы — {{role}}!")
    expect(area).to_be_focused()
    page.get_by_role("button", name="Вставить переменную: Текст").click()
    page.keyboard.press("Escape")
    expect(area).to_be_focused()
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_secrets_are_offered_in_calls_only(open_form: Open) -> None:
    page = open_form("api_call", {"url": ""})
    page.get_by_role("button", name="Вставить переменную: Адрес").click()
    expect(page.get_by_role("option", name="secret.CRM")).to_be_visible()
    message = open_form("message", {})
    message.get_by_role("button", name="Вставить переменную: Текст").click()
    expect(message.get_by_role("option", name="today")).to_be_visible()
    expect(message.get_by_role("option", name="secret.CRM")).to_have_count(0)


def test_broken_braces_are_marked_while_typing(open_form: Open) -> None:
    page = open_form("message", {"text": "{{role}} и {{oops и {{x | nope}}"})
    assert page.locator("mark.good").all_text_contents() == ["{{role}}"]
    assert page.locator("mark.broken").all_text_contents() == ["{{", "{{x | nope}}"]
    expect(field(page, "Текст")).to_have_attribute("aria-invalid", "true")
    field(page, "Текст").fill("{{role}}")
    expect(field(page, "Текст")).not_to_have_attribute("aria-invalid", "true")


def test_a_variable_is_renamed_everywhere(open_form: Open) -> None:
    page = open_form("question", {"text": "?", "save_to": "role"})
    page.get_by_text("Переменные сценария").click()
    page.get_by_role("button", name="Переименовать переменную «role»").click()
    new = field(page, "Новое имя")
    new.fill("age")
    expect(page.get_by_text("Переменная с таким именем уже есть.")).to_be_visible()
    new.fill("роль")
    new.press("Enter")
    assert page.evaluate("events") == [["onRename", "role", "роль"]]
    page.get_by_role("button", name="Проверка").first.click()
    assert page.evaluate("events.at(-1)") == ["onPick", 3]


def finding(path: str, message: str, severity: str = "error") -> dict[str, str]:
    return {"path": path, "message": message, "severity": severity}


def test_findings_stand_at_their_fields_and_the_others_above(open_form: Open) -> None:
    page = open_form(
        "question",
        {"text": "", "odd": 1, "input": {"type": "choice", "options": [{"label": "", "goto": 9}]}},
        findings=[
            finding("content.text", "Нет текста"),
            finding("content.input.options[0].goto", "Нет шага"),
            finding("content.skip_if_set", "Не флаг"),
            finding("next_step", "Конец не отмечен", "warning"),
            finding("content.odd", "Лишнее", "warning"),
            finding("", "Не дойти", "warning"),
        ],
    )
    expect(field(page, "Что спросить")).to_have_accessible_description("Ошибка: Нет текста")
    exit_ = page.locator(".sf-option select")
    expect(exit_).to_have_accessible_description("Ошибка: Нет шага")
    expect(exit_).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("После ответа")).to_have_accessible_description(
        "Предупреждение: Конец не отмечен"
    )
    expect(page.get_by_role("switch", name="Не спрашивать")).to_be_visible()
    expect(page.locator(".sf-rest li")).to_have_text(
        ["Предупреждение: odd Лишнее", "Предупреждение: Не дойти"]
    )


def test_the_json_view_edits_and_names_faults_by_line(open_form: Open) -> None:
    page = open_form(
        "message", {"text": "А"}, findings=[finding("content.text", "Так себе", "warning")]
    )
    page.get_by_role("button", name="JSON").click()
    area = field(page, "Содержание шага в JSON")
    expect(page.get_by_role("button", name="content.text строка 2")).to_be_visible()
    area.fill('{\n  "text": "Б",\n  "gpt" null\n}')
    expect(page.get_by_text("Строка 3, знак 9: после имени нужно двоеточие.")).to_be_visible()
    page.get_by_role("button", name="Форма").click()
    expect(page.get_by_text("В JSON ошибка в строке 3.")).to_be_visible()
    expect(field(page, "Текст")).to_have_value("А")
    expect(field(page, "Текст")).to_be_disabled()
    page.get_by_role("button", name="Исправить JSON").click()
    expect(area).to_have_value('{\n  "text": "Б",\n  "gpt" null\n}')
    assert changes(page) == []
    area.fill('{"text": "Б", "new": [1]}')
    last_content(page, {"text": "Б", "new": [1]})
    page.get_by_role("button", name="Форма").click()
    expect(field(page, "Текст")).to_have_value("Б")


@pytest.mark.parametrize("content", [[], "text", 5, None])
def test_a_content_that_is_no_object_is_mended_as_json(open_form: Open, content: Any) -> None:
    page = open_form("message", content)
    if content is None:
        expect(field(page, "Текст")).to_have_value("")
    else:
        expect(page.get_by_text("Содержание шага — не объект JSON.")).to_be_visible()


@pytest.mark.parametrize("step_type", ["message", "question", "condition", "api_call"])
def test_values_of_wrong_types_are_shown_and_break_nothing(open_form: Open, step_type: str) -> None:
    keys = (
        *("text", "save_to", "retry_text", "max_attempts", "input", "on_fail", "branches", "set"),
        *("url", "method", "query", "headers", "body", "auth", "save", "success", "on_error"),
        *("end", "gpt", "timeout_s", "skip_if_set"),
    )
    content: dict[str, Any] = {key: [3, "x", {"a": None}] for key in keys}
    page = open_form(step_type, content)
    expect(field(page, "Название")).to_be_visible()
    page = open_form(step_type, dict.fromkeys(content, 7) | {"input": {"type": 5, "options": [1]}})
    expect(field(page, "Название")).to_be_visible()


def test_changing_the_type_and_back_loses_nothing(open_form: Open) -> None:
    content = {"text": "Кто?", "save_to": "role", "set": [{"var": "x", "value": 1}], "odd": 1}
    page = open_form("question", content)
    field(page, "Вид шага").select_option("message")
    page.wait_for_function("events.length === 1")
    assert changes(page) == [
        {
            "step_type": "message",
            "content": {"text": "Кто?", "set": [{"var": "x", "value": 1}], "odd": 1},
        }
    ]
    field(page, "Вид шага").select_option("question")
    page.wait_for_function("events.length === 2")
    assert changes(page)[1] == {"step_type": "question", "content": content}


def test_a_reader_can_look_but_not_change(open_form: Open) -> None:
    page = open_form("message", {"text": "А", "gpt": {"prompt": "П"}}, readOnly=True)
    expect(field(page, "Текст")).to_be_disabled()
    expect(field(page, "Название")).not_to_be_editable()
    expect(page.get_by_role("button", name="Вставить переменную: Текст")).to_have_count(0)
    page.get_by_role("button", name="JSON").click()
    expect(field(page, "Содержание шага в JSON")).not_to_be_editable()


CONTENTS = {
    "message": {"text": "{{role}} {{", "gpt": {"prompt": "П"}},
    "question": {"text": "?", "input": {"type": "choice", "options": [{"label": "A", "id": "a"}]}},
    "condition": {"branches": [{"rules": [{"var": "age", "op": "between", "value": [1, 2]}]}]},
    "api_call": {"url": "https://a.b", "method": "POST", "body": {"type": "json", "value": {}}},
}


@pytest.mark.parametrize(("lang", "dark"), [("ru", False), ("en", True)])
@pytest.mark.parametrize("step_type", list(CONTENTS))
def test_axe_finds_nothing_and_a_phone_scrolls_one_way(
    open_form: Open, serious_findings: Any, step_type: str, lang: str, dark: bool
) -> None:
    page = open_form(step_type, CONTENTS[step_type], lang=lang, dark=dark, width=360)
    page.evaluate(
        "document.querySelectorAll('.sf-more').forEach((details) => { details.open = true; })"
    )
    assert serious_findings(page) == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
