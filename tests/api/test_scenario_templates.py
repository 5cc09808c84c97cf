"""The ready scenarios: sound in both languages, and usable as they are."""

import pytest

from alpina_app.domain.checker import check
from alpina_app.domain.sketch import Sketch
from alpina_app.errors import NotAllowed
from alpina_app.i18n import LANGUAGES
from alpina_app.services import editing, versions
from alpina_app.services.access import Caller
from alpina_app.services.scenario_templates import (
    create_from_template,
    list_templates,
    template_steps,
)
from tests.support.openai_server import OpenAiServer
from tests.support.talks import talking

EDITOR = Caller(2, "editor", "editor")
KEYS = ["greeting", "faq", "lead", "courses", "survey", "support"]


def test_there_are_six():
    assert [one.key for one in list_templates()] == KEYS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_a_template_has_no_findings(key, language):
    steps = {step.id: step for step in template_steps(key, language)}
    assert check(Sketch(1, "С", steps=steps).picture()) == []


def test_an_unknown_template_is_none():
    assert template_steps("other", "ru") is None


@pytest.fixture
async def talks(tmp_path):
    with OpenAiServer() as model:
        async with talking(tmp_path, model) as talks:
            yield talks


@pytest.mark.parametrize("key", KEYS)
async def test_a_scenario_made_of_a_template_is_a_draft_until_it_is_published(talks, key):
    bot = talks.bot()
    scenario = talks.app.call(create_from_template, EDITOR, bot, key, "ru")
    draft = talks.app.call(editing.load_draft, EDITOR, scenario)
    assert (draft.draft_mode, draft.published_version) == (True, None)
    assert [step.name for step in draft.steps] == [step.name for step in template_steps(key, "ru")]
    assert talks.app.call(versions.publish, EDITOR, scenario) == 1
    reply = await talks.say(bot, "Начнём", scenario=scenario)
    assert reply.input is not None


async def test_viewers_make_no_scenarios(talks):
    with pytest.raises(NotAllowed):
        talks.app.call(
            create_from_template, Caller(3, "viewer", "viewer"), talks.bot(), "faq", "ru"
        )
