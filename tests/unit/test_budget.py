"""What part of a conversation a model is given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpina_app.domain.budget import Message, estimate_tokens, fit_history

MESSAGES = st.lists(
    st.builds(
        lambda role, size: {"role": role, "content": "ж" * size},
        st.sampled_from(["user", "assistant"]),
        st.integers(0, 60),
    ),
    max_size=12,
)


def said(role: str, content: str) -> Message:
    return {"role": role, "content": content}


SYSTEM = said("system", "s" * 40)  # 10 tokens and 4 for the message
TALK = [said("user", f"q{n}" * 10) for n in range(3)]  # 5 + 4 each


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2), ("абвг", 2), ("абвгд", 3), ("🙂", 1)],
)
def test_a_token_is_four_latin_letters_or_two_cyrillic_ones(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


def test_a_lone_surrogate_does_not_break_the_estimate() -> None:
    assert estimate_tokens("\ud800") == 1


def test_a_history_within_the_budget_stays_whole() -> None:
    assert fit_history([SYSTEM, *TALK], 14 + 3 * 9) == [SYSTEM, *TALK]


def test_one_token_less_drops_the_oldest_message() -> None:
    assert fit_history([SYSTEM, *TALK], 14 + 3 * 9 - 1) == [SYSTEM, TALK[1], TALK[2]]


def test_system_prompt_and_newest_user_message_stay_over_any_budget() -> None:
    assert fit_history([SYSTEM, *TALK], 1) == [SYSTEM, TALK[2]]


def test_newest_user_message_stays_behind_long_answers() -> None:
    question = said("user", "q")
    answers = [said("assistant", "a" * 400), said("assistant", "short")]
    assert fit_history([SYSTEM, *TALK, question, *answers], 40) == [SYSTEM, question, answers[1]]


def test_a_big_message_ends_what_is_kept_though_older_ones_would_fit() -> None:
    big = said("user", "x" * 4000)
    assert fit_history([TALK[0], big, TALK[1], TALK[2]], 100) == [TALK[1], TALK[2]]


def test_a_cut_history_does_not_begin_with_an_answer() -> None:
    old, answer, new = said("user", "o" * 400), said("assistant", "a"), said("user", "n")
    assert fit_history([old, answer, new], 50) == [new]


def test_an_uncut_history_may_begin_with_an_answer() -> None:
    greeting, question = said("assistant", "hello"), said("user", "hi")
    assert fit_history([greeting, question], 50) == [greeting, question]


def test_every_leading_system_message_stays() -> None:
    rules = said("system", "rules")
    assert fit_history([SYSTEM, rules, *TALK], 1) == [SYSTEM, rules, TALK[2]]


@pytest.mark.parametrize("messages", [[], [SYSTEM]])
def test_nothing_said_needs_nothing_cut(messages: list[Message]) -> None:
    assert fit_history(messages, 1) == messages


@given(MESSAGES, st.integers(0, 200))
def test_the_result_is_a_tail_within_the_budget(messages: list[Message], budget: int) -> None:
    whole = [SYSTEM, *messages]
    kept = fit_history(whole, budget)
    asked = [message for message in messages if message["role"] == "user"]

    assert kept[0] == SYSTEM
    assert [m for m in kept if m["role"] == "user"][-1:] == asked[-1:]
    rest = [m for m in kept[1:] if not (asked and m is asked[-1])]
    spare = budget - 14 - (cost(asked[-1]) if asked else 0)
    assert sum(cost(m) for m in rest) <= max(0, spare)


@given(MESSAGES, st.integers(0, 200))
def test_a_bigger_budget_keeps_at_least_as_much(messages: list[Message], budget: int) -> None:
    assert len(fit_history(messages, budget)) <= len(fit_history(messages, budget + 10))


def cost(message: Message) -> int:
    return estimate_tokens(message["content"]) + 4
