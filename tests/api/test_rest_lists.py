"""Lists: pages, filters, search, ordering."""

import pytest

from alpina_app.models import Bot, BotExecution, Scenario, Step, utc_now
from alpina_app.services.search_words import split_words


def bots(app, *names, **values):
    rows = [Bot(name=name, created_by_id=1, **values) for name in names]
    return app.add(*rows)


async def names(client, path):
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["results"]]


async def test_the_newest_come_first_twenty_a_page(app):
    bots(app, *(f"b{n}" for n in range(25)))
    page = (await app.client.get("/api/bots/")).json()
    assert list(page) == ["count", "next", "previous", "results"]
    assert (page["count"], page["next"], page["previous"]) == (
        25,
        "http://localhost/api/bots/?page=2",
        None,
    )
    assert [bot["name"] for bot in page["results"]] == [f"b{n}" for n in range(24, 4, -1)]
    assert await names(app.client, page["next"]) == ["b4", "b3", "b2", "b1", "b0"]


async def test_rows_of_the_same_moment_come_by_id_downwards(app):
    now = utc_now()
    bots(app, "a", "b", "c", created_at=now, updated_at=now)
    assert await names(app.client, "/api/bots/") == ["c", "b", "a"]


async def test_links_keep_the_query_sorted_and_the_first_page_has_no_number(app):
    bots(app, *(f"b{n}" for n in range(5)))
    path = "/api/bots/?z=%D1%8F&page_size=2&page=2&a=1&a=2&blank="
    page = (await app.client.get(path)).json()
    assert page["next"] == ("http://localhost/api/bots/?a=1&a=2&blank=&page=3&page_size=2&z=%D1%8F")
    assert page["previous"] == "http://localhost/api/bots/?a=1&a=2&blank=&page_size=2&z=%D1%8F"
    suffixed = (await app.client.get("/api/bots.json?page_size=2")).json()
    assert suffixed["next"] == "http://localhost/api/bots.json?page=2&page_size=2"


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("page_size=2", 2),
        ("page_size=0", 3),
        ("page_size=-1", 3),
        ("page_size=x", 3),
        ("page_size=", 3),
        ("page_size=1000", 3),
        ("page=1", 3),
        ("page=+1", 3),
        ("page=", 3),
        ("page=last&page_size=2", 1),
        ("page=2&page_size=2", 1),
    ],
)
async def test_sizes_and_pages(app, query, shown):
    bots(app, "a", "b", "c")
    answer = await app.client.get(f"/api/bots/?{query}")
    assert (answer.status_code, len(answer.json()["results"])) == (200, shown)


async def test_a_page_holds_a_hundred_at_most(app):
    bots(app, *(f"b{n}" for n in range(101)))
    page = (await app.client.get("/api/bots/?page_size=1000")).json()
    assert (len(page["results"]), page["count"]) == (100, 101)


@pytest.mark.parametrize(
    "page", ["0", "-1", "2", "1.0", "x", "first", "9" * 30, "9" * 5000, "%D1%8F"]
)
async def test_a_page_out_of_range_is_not_found(app, page):
    bots(app, "a")
    answer = await app.client.get(f"/api/bots/?page={page}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid page."})


async def test_an_empty_list_has_one_empty_page(app):
    empty = {"count": 0, "next": None, "previous": None, "results": []}
    for query in ("", "?page=1", "?page=last"):
        assert (await app.client.get(f"/api/bots/{query}")).json() == empty


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("is_active=true", ["on"]),
        ("is_active=False", ["off"]),
        ("is_active=0", ["off"]),
        ("is_active=maybe", ["off", "on"]),
        ("bot_type=completion", ["off"]),
        ("bot_type=", ["off", "on"]),
        ("bot_type=chat&bot_type=completion", ["off"]),
        ("is_active=true&bot_type=completion", []),
        ("unknown=1", ["off", "on"]),
    ],
)
async def test_filters_of_bots(app, query, found):
    bots(app, "on")
    bots(app, "off", is_active=False, bot_type="completion")
    assert await names(app.client, f"/api/bots/?{query}") == found


def two_bots_with_scenarios(app):
    first, second = bots(app, "one", "two")
    app.add(
        Scenario(name="a", bot_id=first),
        Scenario(name="b", bot_id=first, is_active=False),
        Scenario(name="c", bot_id=second),
        Step(name="x", scenario_id=1, order=2),
        Step(name="y", scenario_id=1, order=1, step_type="question"),
        Step(name="z", scenario_id=3, order=0),
    )


async def test_filters_of_scenarios_and_steps(app):
    two_bots_with_scenarios(app)
    assert await names(app.client, "/api/scenarios/?bot=1") == ["b", "a"]
    assert await names(app.client, "/api/scenarios/?bot=1&is_active=1") == ["a"]
    assert await names(app.client, "/api/steps/?scenario=1") == ["y", "x"]
    assert await names(app.client, "/api/steps/?step_type=question") == ["y"]


async def test_steps_come_by_scenario_order_and_id(app):
    two_bots_with_scenarios(app)
    assert await names(app.client, "/api/steps/") == ["y", "x", "z"]
    assert await names(app.client, "/api/steps/?ordering=-order") == ["x", "y", "z"]


@pytest.mark.parametrize(
    ("query", "messages"),
    [
        (
            "bots/?bot_type=bad",
            {"bot_type": ["Select a valid choice. bad is not one of the available choices."]},
        ),
        (
            "scenarios/?bot=99",
            {"bot": ["Select a valid choice. That choice is not one of the available choices."]},
        ),
        (
            "steps/?scenario=x&step_type=bad",
            {
                "scenario": [
                    "Select a valid choice. That choice is not one of the available choices."
                ],
                "step_type": ["Select a valid choice. bad is not one of the available choices."],
            },
        ),
        (
            f"scenarios/?bot={10**30}",
            {"bot": ["Select a valid choice. That choice is not one of the available choices."]},
        ),
        ("bots/?search=%00", {"search": ["Null characters are not allowed."]}),
    ],
)
async def test_a_filter_that_cannot_match_is_refused(app, query, messages):
    answer = await app.client.get(f"/api/{query}")
    assert (answer.status_code, answer.json()) == (400, messages)


async def test_filters_of_executions(app, editor):
    bots(app, "one", "two")
    app.add(
        BotExecution(bot_id=1, user_session="u-1"),
        BotExecution(bot_id=1, user_session="U-1", is_completed=True, status="completed"),
        BotExecution(bot_id=2, user_session="u 2"),
    )

    async def ids(query):
        answer = await editor.get(f"/api/executions/?{query}")
        return [item["id"] for item in answer.json()["results"]]

    assert await ids("bot=1") == [2, 1]
    assert await ids("user_session=u-1") == [1]
    assert await ids("user_session=+u+2+") == [3]
    assert await ids("is_completed=true") == [2]
    assert await ids("search=U-1") == [2, 1]
    assert await ids("ordering=created_at") == [1, 2, 3]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("бот", ["Бот 100%", "бот_2"]),
        ("БОТ", ["Бот 100%", "бот_2"]),
        ("бот 100", ["Бот 100%"]),
        ("%25", ["Бот 100%"]),
        ("_", ["бот_2"]),
        ("a%5Cb", ["other"]),
        ("курсы бот", ["бот_2"]),
        ("%22помощник по%22", ["бот_2"]),
        ("бот,курсам", ["бот_2"]),
        ("бот zzz", []),
        (",", ["Бот 100%", "other", "бот_2"]),
        (" ", ["Бот 100%", "other", "бот_2"]),
        ("/", ["other"]),
    ],
)
async def test_every_word_must_match_in_any_case(app, search, found):
    app.add(
        Bot(name="Бот 100%", created_by_id=1),
        Bot(name="бот_2", description="Помощник по курсам: курсы", created_by_id=1),
        Bot(name="other", description=r"a\b and a/b", created_by_id=1),
    )
    shown = await names(app.client, f"/api/bots/?search={search}&ordering=name")
    assert sorted(shown) == sorted(found)


async def test_a_search_has_a_bounded_number_of_words(app):
    answer = await app.client.get("/api/bots/?search=" + "+".join("x" * 51))
    assert (answer.status_code, list(answer.json())) == (400, ["search"])
    assert (await app.client.get("/api/bots/?search=" + "+".join("x" * 50))).status_code == 200


@pytest.mark.parametrize(
    ("ordering", "found"),
    [
        ("name", ["a", "b", "c"]),
        ("-name", ["c", "b", "a"]),
        ("max_tokens,-name", ["c", "a", "b"]),
        ("foo,name", ["a", "b", "c"]),
        ("gpt_model", ["c", "b", "a"]),
        ("--name", ["c", "b", "a"]),
        ("", ["c", "b", "a"]),
        (" id , name", ["a", "b", "c"]),
    ],
)
async def test_unknown_parts_of_an_ordering_are_ignored(app, ordering, found):
    app.add(
        Bot(name="a", created_by_id=1, max_tokens=1),
        Bot(name="b", created_by_id=1, max_tokens=2),
        Bot(name="c", created_by_id=1, max_tokens=1),
    )
    assert await names(app.client, f"/api/bots/?ordering={ordering}") == found


async def test_pages_of_equal_values_neither_repeat_nor_miss(app):
    bots(app, *(["same"] * 25))
    seen = []
    for page in (1, 2, 3):
        answer = await app.client.get(f"/api/bots/?ordering=name&page_size=10&page={page}")
        seen += [item["id"] for item in answer.json()["results"]]
    assert sorted(seen) == list(range(1, 26))


async def test_the_steps_of_a_scenario_are_a_bare_list_by_order_and_id(app):
    two_bots_with_scenarios(app)
    answer = await app.client.get("/api/scenarios/1/steps/?page_size=1")
    assert [(step["name"], step["order"]) for step in answer.json()] == [("y", 1), ("x", 2)]
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert (await app.client.get("/api/scenarios/2/steps/")).json() == []
    missing = await app.client.get("/api/scenarios/9/steps/")
    assert (missing.status_code, missing.json()) == (
        404,
        {"detail": "No Scenario matches the given query."},
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("a  b", ["a", "b"]),
        ("a,b,,c", ["a", "b", "c"]),
        ('"a b" c', ["a b", "c"]),
        ("'a b'", ["a b"]),
        ('"a', ['"a']),
        (r'"a \"b\" c"', ['a "b" c']),
        ("it's", ["it's"]),
        ('""', []),
    ],
)
def test_words_of_a_search(text, words):
    assert split_words(text) == words
