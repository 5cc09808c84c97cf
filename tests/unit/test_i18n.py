import string

import pytest

from alpina_app.i18n import catalogue, plural_category, translate


def places(text):
    forms = text.values() if isinstance(text, dict) else [text]
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}


def test_both_languages_have_the_same_texts():
    assert catalogue()["ru"].keys() == catalogue()["en"].keys()


def test_both_languages_name_the_same_places():
    ru, en = catalogue()["ru"], catalogue()["en"]
    differing = {key for key in ru if places(ru[key]) - {"count"} != places(en[key]) - {"count"}}
    assert differing == set()


def test_plural_texts_have_every_form_of_their_language():
    wanted = {"ru": {"one", "few", "many", "other"}, "en": {"one", "other"}}
    for language, texts in catalogue().items():
        for key, text in texts.items():
            if isinstance(text, dict):
                assert wanted[language] <= text.keys(), key


@pytest.mark.parametrize(
    ("count", "category"),
    [(0, "many"), (1, "one"), (2, "few"), (5, "many"), (11, "many"), (12, "many"), (14, "many"),
     (21, "one"), (22, "few"), (25, "many"), (101, "one"), (111, "many"), (1.5, "other")],
)  # fmt: skip
def test_russian_plural_category(count, category):
    assert plural_category("ru", count) == category


def test_unknown_language_gets_russian():
    assert translate("de", "errors.not_found") == translate("ru", "errors.not_found")


def test_unknown_key_is_an_error():
    with pytest.raises(KeyError):
        translate("ru", "errors.no_such_text")
