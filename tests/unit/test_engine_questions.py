"""question steps: asking, answers, attempts, `on_fail`, exits; scenario-format "Contents",
"Answers", "Fine print"."""

import pytest

from tests.support.pictures import message, question, step
from tests.support.play import play, played

NUMBER = {"type": "number", "min": 1, "max": 10}
COLOURS = {
    "type": "choice",
    "options": [
        {"label": "Красный", "id": "red", "value": {"код": 1}, "goto": 5},
        {"label": "Синий"},
        {"label": "Никакой", "goto": None},
    ],
}


def test_a_question_says_its_text_and_waits():
    game = played(question(1, "имя", 2), message(2, "Привет"))
    assert game.said == ["Как вас зовут?"]
    assert (game.run.position, game.run.status, game.ended) == (1, "running", None)
    assert game.events == [
        {
            "seq": 1,
            "step": 1,
            "step_type": "question",
            "output": {"said": ["Как вас зовут?"]},
            "exit": "wait",
        }
    ]


def test_an_accepted_answer_is_stored_and_the_run_goes_on():
    sets = [{"var": "дом", "value": "{{возраст | plus: 1}}, «{{last_answer}}»"}]
    game = played(question(1, "возраст", 2, input=NUMBER, set=sets), message(2, "Вам {{возраст}}"))
    assert game.write(" 5,0 ") == ["Вам 5"]
    assert game.run.variables == {"возраст": 5, "дом": "6, « 5,0 »"}
    assert game.run.last_answer == " 5,0 "
    assert (game.run.position, game.ended) == (2, "completed")
    assert game.events == [
        {
            "seq": 2,
            "step": 1,
            "step_type": "question",
            "input": " 5,0 ",
            "output": {"value": 5},
            "variables_set": {"возраст": 5, "дом": "6, « 5,0 »"},
            "exit": "next",
        },
        {
            "seq": 3,
            "step": 2,
            "step_type": "message",
            "output": {"said": ["Вам 5"]},
            "exit": "next",
        },
    ]


def test_the_message_that_starts_a_run_is_not_the_first_answer():
    game = play(question(1, "имя"))
    assert game.write("Анна") == ["Как вас зовут?"]
    assert (game.run.variables, game.run.last_answer) == ({}, None)


def test_an_answer_without_save_to_is_only_the_last_answer():
    game = played(question(1, None, 2), message(2, "{{last_answer}}"))
    assert game.write("Анна") == ["Анна"]
    assert game.run.variables == {}


def test_the_last_answer_stays_over_turns():
    game = played(question(1, "а", 2), question(2, "б", 3), message(3, "{{last_answer}}"))
    game.write("раз")
    assert game.run.last_answer == "раз"
    assert game.write("два") == ["два"]


def test_a_question_that_leads_nowhere_ends_the_run():
    game = played(question(1, "имя"))
    assert game.write("Анна") == []
    assert (game.ended, game.run.position, game.run.variables) == ("completed", 1, {"имя": "Анна"})


def test_an_invalid_answer_stays_counts_and_says_the_retry_text():
    game = played(question(1, "n", 2, input=NUMBER, retry_text="Не {{last_answer}}{{bot.name}}"))
    assert game.write("много") == ["Не Альпина"]
    assert (game.run.position, game.run.attempts, game.run.variables) == (1, 1, {})
    assert game.input["attempts_left"] == 2
    assert game.event == {
        "seq": 2,
        "step": 1,
        "step_type": "question",
        "input": "много",
        "output": {"said": ["Не Альпина"]},
        "exit": "retry",
        "warnings": [
            {"code": "answer_invalid", "params": {"reason": "not_number", "attempt": 1}},
            {"code": "variable_missing", "params": {"name": "last_answer"}},
        ],
    }
    assert game.run.turn.said[0].step == 1


def test_an_invalid_answer_is_not_the_last_answer():
    game = played(question(1, "а", 2), question(2, "n", 3, input=NUMBER), message(3, "ура"))
    game.write("раз")
    game.write("много")
    assert game.run.last_answer == "раз"


def test_the_last_attempt_says_no_retry_text_and_ends_by_default():
    game = played(question(1, "n", 2, input=NUMBER, retry_text="Ещё раз"), message(2, "Дальше"))
    assert game.write("а") == ["Ещё раз"]
    assert game.write("б") == ["Ещё раз"]
    assert game.write("в") == []
    assert (game.ended, game.run.status, game.run.position) == ("failed", "failed", 1)
    assert game.event["exit"] == "on_fail"


def test_one_attempt_gives_no_second_chance():
    game = played(
        question(1, "n", 2, input=NUMBER, max_attempts=1, on_fail={"text": "Увы, {{bot.name}}"})
    )
    assert game.write("а") == ["Увы, Альпина"]
    assert game.ended == "failed"


def test_on_fail_goto_says_its_text_first_and_sets_nothing():
    on_fail = {"action": "goto", "goto": 3, "text": "Ладно"}
    sets = [{"var": "готово", "value": True}]
    game = played(
        question(1, "n", 2, input=NUMBER, max_attempts=1, on_fail=on_fail, set=sets),
        message(2, "Число"),
        message(3, "Без числа"),
    )
    assert game.write("а") == ["Ладно", "Без числа"]
    assert (game.run.variables, game.ended) == ({}, "completed")
    assert game.path == [(1, "on_fail"), (3, "next")]


@pytest.mark.parametrize("goto", [None, 99])
def test_on_fail_goto_without_a_target_ends_the_run(goto):
    on_fail = {"action": "goto", "goto": goto}
    game = played(
        question(1, "n", 2, input=NUMBER, max_attempts=1, on_fail=on_fail), message(2, "?")
    )
    game.write("а")
    assert game.ended == "failed"


@pytest.mark.parametrize(
    ("default", "value"),
    [
        (0, 0),
        ("{{нет | default: 7}}", 7),
        ("n-{{bot.id}}", "n-7"),
        ([1, "{{bot.id}}"], [1, 7]),
        (None, None),
    ],
)
def test_on_fail_default_stores_the_value_and_takes_next_step(default, value):
    on_fail = {"action": "default", "default": default, "text": "Пусть будет так"}
    sets = [{"var": "m", "value": "{{n}}"}]
    game = played(
        question(1, "n", 2, input=NUMBER, max_attempts=1, on_fail=on_fail, set=sets),
        message(2, "Дальше"),
    )
    assert game.write("а") == ["Пусть будет так", "Дальше"]
    assert game.run.variables == {"n": value, "m": value}
    assert game.path == [(1, "default"), (2, "next")]
    assert game.run.last_answer is None


def test_a_default_takes_next_step_even_where_an_option_of_that_value_leads_elsewhere():
    spec = {"type": "choice", "options": [{"label": "да", "goto": 3}]}
    on_fail = {"action": "default", "default": "да"}
    game = played(
        question(1, "а", 2, input=spec, max_attempts=1, on_fail=on_fail),
        message(2, "Дальше"),
        message(3, "В сторону"),
    )
    assert game.write("нет") == ["Дальше"]


def test_attempts_count_anew_at_each_visit():
    game = played(
        question(1, "n", 2, input=NUMBER, max_attempts=2, retry_text="Ещё"),
        question(2, "к", 1),
    )
    assert game.write("а") == ["Ещё"]
    game.write("5")
    assert game.write("назад") == ["Как вас зовут?"]
    assert game.input["attempts_left"] == 2
    assert game.write("а") == ["Ещё"]
    game.write("б")
    assert game.ended == "failed"


def test_a_question_to_itself_asks_anew_with_all_attempts():
    game = played(question(1, "n", 1, input=NUMBER, max_attempts=2, retry_text="Ещё"))
    game.write("а")
    assert game.write("5") == ["Как вас зовут?"]
    assert game.input["attempts_left"] == 2
    assert game.path == [(1, "next"), (1, "wait")]


@pytest.mark.parametrize(
    ("text", "value", "said", "exit_"),
    [
        ("красный!", {"код": 1}, ["Красное"], "option:red"),
        ("RED", {"код": 1}, ["Красное"], "option:red"),
        ("2", "Синий", ["Дальше"], "next"),
        ("никакой", "Никакой", [], "option:Никакой"),
    ],
)
def test_an_option_leaves_by_its_goto_or_by_next_step(text, value, said, exit_):
    game = played(
        question(1, "цвет", 2, input=COLOURS), message(2, "Дальше"), message(5, "Красное")
    )
    assert game.write(text) == said
    assert game.run.variables == {"цвет": value}
    assert game.path[0] == (1, exit_)
    assert game.ended == "completed"


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("3 и 1", ["Синий", "Жёлтый"], ["Жёлтое"]),
        ("1", ["Синий"], ["Дальше"]),
        ("4, 1", ["Синий", "Зелёный"], []),
    ],
)
def test_a_multi_choice_leaves_by_the_first_chosen_option_with_a_goto(text, value, said):
    options = [
        {"label": "Синий"},
        {"label": "Красный", "goto": 2},
        {"label": "Жёлтый", "goto": 5},
        {"label": "Зелёный", "goto": None},
    ]
    spec = {"type": "multi_choice", "options": options}
    game = played(question(1, "ц", 2, input=spec), message(2, "Дальше"), message(5, "Жёлтое"))
    assert game.write(text) == said
    assert game.run.variables == {"ц": value}


def test_an_optional_question_takes_null():
    game = played(question(1, "n", 2, input={**NUMBER, "required": False}), message(2, "[{{n}}]"))
    assert game.write("пропустить") == ["[]"]
    assert game.run.variables == {"n": None}
    assert game.run.last_answer == "пропустить"


@pytest.mark.parametrize("value", ["Анна", 0, False, [], {}, [1]])
def test_skip_if_set_passes_a_question_whose_variable_has_a_value(value):
    game = played(
        question(1, "имя", 2, skip_if_set=True, set=[{"var": "дальше", "value": 1}]),
        message(2, "Готово"),
        variables={"имя": value},
    )
    assert game.said == ["Готово"]
    assert game.run.variables == {"имя": value, "дальше": 1}
    assert game.events[0] == {
        "seq": 1,
        "step": 1,
        "step_type": "question",
        "output": {"skipped": True},
        "variables_set": {"дальше": 1},
        "exit": "next",
    }


@pytest.mark.parametrize("variables", [{}, {"имя": ""}, {"имя": None}])
def test_skip_if_set_asks_where_there_is_no_value(variables):
    game = played(
        question(1, "имя", 2, skip_if_set=True), message(2, "Готово"), variables=variables
    )
    assert game.said == ["Как вас зовут?"]
    assert game.write("Анна") == ["Готово"]


def test_without_skip_if_set_a_set_variable_is_asked_for_again():
    game = played(question(1, "имя", 2), variables={"имя": "Анна"})
    assert game.said == ["Как вас зовут?"]


def test_the_raw_text_is_cleaned_of_what_cannot_be_stored():
    game = played(question(1, "а"))
    game.write("a\x00\ud800b")
    assert (game.run.last_answer, game.run.variables) == ("a\ufffd\ufffdb", {"а": "a\ufffd\ufffdb"})


def described(**fields):
    empty = {"required": True, "options": [], "min": None, "max": None, "scale": None}
    return {**empty, "attempts_left": 3, **fields}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, described(type="text")),
        ({"type": "text", "min_len": 3, "required": False}, described(type="text", required=False)),
        (NUMBER, described(type="number", min=1, max=10)),
        ({"type": "rating", "scale": 10}, described(type="rating", scale=10)),
        ({"type": "email", "min": 1}, described(type="email")),
        (
            {"type": "date", "min": "today", "max": "2027-01-01"},
            described(type="date", min="2026-11-23", max="2027-01-01"),
        ),
        (
            COLOURS,
            described(
                type="choice",
                options=[
                    {"id": "red", "label": "Красный"},
                    {"id": "Синий", "label": "Синий"},
                    {"id": "Никакой", "label": "Никакой"},
                ],
            ),
        ),
        (
            {"type": "multi_choice", "min": 1, "max": 2, "options": [{"label": "а"}]},
            described(type="multi_choice", min=1, max=2, options=[{"id": "а", "label": "а"}]),
        ),
    ],
)
def test_the_open_question_is_described(spec, expected):
    assert played(question(1, "а", input=spec)).input == expected


OPTIONS = [{"label": "чай"}, {"label": "кофе"}]
RETRIES = [
    ({"type": "text", "max_len": 2}, "много", "Нужен текст не длиннее 2 символов.",
     "Please write a text of at most 2 characters."),
    ({"type": "text", "max_len": 21, "min_len": 9}, "мало",
     "Нужен текст длиной от 9 до 21 символа.",
     "Please write a text of 9 to 21 characters."),
    ({"type": "text", "pattern": "[0-9]+"}, "много",
     "Ответ не подходит по форме. Проверьте его и напишите ещё раз.",
     "The answer does not have the expected form. Please check it and write it again."),
    ({"type": "number"}, "много", "Нужно число, например 12,5.",
     "Please give a number, for example 12.5."),
    ({"type": "number", "min": 1.5}, "много", "Нужно число не меньше 1,5.",
     "Please give a number not less than 1.5."),
    ({"type": "number", "max": 5}, "много", "Нужно число не больше 5.",
     "Please give a number not greater than 5."),
    ({"type": "number", "integer": True, "min": 1, "max": 5}, "2,5", "Нужно целое число от 1 до 5.",
     "Please give a whole number from 1 to 5."),
    ({"type": "email"}, "много", "Нужен адрес электронной почты, например name@example.com.",
     "Please give an e-mail address, for example name@example.com."),
    ({"type": "phone"}, "много", "Нужен номер телефона, например +7 912 345-67-89.",
     "Please give a phone number, for example +7 912 345-67-89."),
    ({"type": "url"}, "много", "Нужна ссылка, например https://example.com.",
     "Please give a link, for example https://example.com."),
    ({"type": "date"}, "много", "Нужна дата, например 23.11.2026 или «завтра».",
     "Please give a date, for example Nov 23, 2026 or “tomorrow”."),
    ({"type": "date", "min": "today"}, "вчера", "Нужна дата не раньше 23.11.2026.",
     "Please give a date not before Nov 23, 2026."),
    ({"type": "date", "min": "2026-01-01", "max": "2026-12-31"}, "5.5.2030",
     "Нужна дата с 01.01.2026 по 31.12.2026.",
     "Please give a date from Jan 1, 2026 to Dec 31, 2026."),
    ({"type": "time"}, "много", "Нужно время, например 14:30.",
     "Please give a time, for example 14:30."),
    ({"type": "yes_no"}, "да нет", "Ответьте, пожалуйста, «да» или «нет».",
     "Please answer “yes” or “no”."),
    ({"type": "choice", "options": OPTIONS}, "сок", "Выберите один из вариантов: чай, кофе.",
     "Please choose one of these: чай, кофе."),
    ({"type": "multi_choice", "options": OPTIONS}, "сок",
     "Выберите один или несколько вариантов через запятую: чай, кофе.",
     "Please choose one or several, separated by commas: чай, кофе."),
    ({"type": "multi_choice", "options": OPTIONS, "min": 2}, "чай",
     "Выберите через запятую не меньше 2 вариантов: чай, кофе.",
     "Please choose at least 2 options, separated by commas: чай, кофе."),
    ({"type": "multi_choice", "options": OPTIONS, "max": 1}, "чай, кофе",
     "Выберите через запятую не больше 1 варианта: чай, кофе.",
     "Please choose at most 1 option, separated by commas: чай, кофе."),
    ({"type": "multi_choice", "options": OPTIONS, "min": 1, "max": 2}, "сок",
     "Выберите через запятую от 1 до 2 вариантов: чай, кофе.",
     "Please choose 1 to 2 options, separated by commas: чай, кофе."),
    ({"type": "multi_choice", "options": OPTIONS, "min": 2, "max": 2}, "чай",
     "Выберите через запятую ровно 2 варианта: чай, кофе.",
     "Please choose exactly 2 options, separated by commas: чай, кофе."),
    ({"type": "rating", "scale": 7}, "9", "Поставьте оценку от 1 до 7.",
     "Please give a rating from 1 to 7."),
    ({"type": "rating", "required": False}, "9",
     "Поставьте оценку от 1 до 5. Чтобы пропустить вопрос, напишите «пропустить».",
     "Please give a rating from 1 to 5. To skip this question, write “skip”."),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "text", "russian", "english"), RETRIES)
def test_a_blank_retry_text_is_a_built_in_sentence_that_says_what_is_expected(
    spec, text, russian, english
):
    for language, sentence in [("ru", russian), ("en", english)]:
        game = played(question(1, "а", input=spec, retry_text="  "), language=language)
        assert game.write(text) == [(sentence, None)]


def test_a_retry_text_that_renders_blank_is_the_built_in_sentence():
    game = played(question(1, "а", input={"type": "yes_no"}, retry_text="{{нет}}"))
    assert game.write("?") == [("Ответьте, пожалуйста, «да» или «нет».", None)]


def test_a_blank_question_waits_without_saying_anything():
    game = played(step(1, "question", {"text": " "}, 2), message(2, "Дальше"))
    assert (game.said, game.run.position) == ([], 1)
    assert game.write("да") == ["Дальше"]
