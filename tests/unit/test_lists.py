import pytest

from alpina_app.ui.lists import Asked, ListShape, PageLink, clean_search, page_links

SHAPE = ListShape(
    "/bots",
    filters={"is_active": ("true", "false"), "bot": None},
    orderings=("-created_at", "name"),
)


def test_an_address_and_what_is_read_from_it_are_the_same():
    asked = Asked("два слова", {"is_active": "true", "bot": "7"}, "name", 3)
    address = SHAPE.address(asked)
    assert (
        address == "/bots?search=%D0%B4%D0%B2%D0%B0+%D1%81%D0%BB%D0%BE%D0%B2%D0%B0"
        "&is_active=true&bot=7&ordering=name&page=3"
    )
    query = {"search": "два слова", "is_active": "true", "bot": "7", "ordering": "name"}
    assert SHAPE.read({**query, "page": "3"}) == asked


def test_what_a_list_does_not_know_is_left_out():
    query = {
        "is_active": "maybe",
        "bot": "٣",
        "owner": "1",
        "ordering": "-password",
        "page": "-1",
        "search": "a\x00b\n  c",
    }
    assert SHAPE.read(query) == Asked(search="ab c")


def test_the_usual_order_and_first_page_need_no_address():
    assert SHAPE.address(SHAPE.read({"ordering": "-created_at", "page": "1"})) == "/bots"


def test_a_list_is_asked_for_as_rest_is():
    asked = Asked("a", {"is_active": "true"}, "name", 2)
    assert asked.params() == {
        "search": "a",
        "is_active": "true",
        "ordering": "name",
        "page": "2",
        "page_size": "20",
    }
    assert asked.with_page(0).params()["page"] == "last"


def test_another_filter_begins_at_the_first_page():
    asked = Asked("a", {"is_active": "true"}, "name", 2)
    assert asked.with_filter("is_active", "false") == Asked("a", {"is_active": "false"}, "name")
    assert asked.with_filter("is_active", "") == Asked("a", {}, "name")
    assert asked.with_search("b") == Asked("b", {"is_active": "true"}, "name")
    assert asked.with_ordering("") == Asked("a", {"is_active": "true"})


@pytest.mark.parametrize(
    ("current", "pages", "numbers"),
    [
        (1, 1, []),
        (1, 2, [1, 2]),
        (1, 9, [1, 2, 3, 0, 9]),
        (5, 9, [1, 0, 3, 4, 5, 6, 7, 0, 9]),
        (4, 7, [1, 2, 3, 4, 5, 6, 7]),
        (9, 9, [1, 0, 7, 8, 9]),
    ],
)
def test_pages_about_the_current_one_are_linked(current, pages, numbers):
    links = page_links(SHAPE, Asked(page=current), current, pages)
    assert [link.number for link in links] == numbers
    assert [link.number for link in links if link.is_current] == ([current] if numbers else [])


def test_a_page_link_keeps_the_search():
    links = page_links(SHAPE, Asked("a"), 1, 2)
    assert links == [
        PageLink(1, "/bots?search=a", True),
        PageLink(2, "/bots?search=a&page=2", False),
    ]


def test_a_search_is_one_short_line():
    assert clean_search(7) == ""
    assert clean_search("  a\r\n b " + "x" * 300) == "a b " + "x" * 196
