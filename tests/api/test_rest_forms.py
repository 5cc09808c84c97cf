"""Form and multipart bodies, which say some things differently from JSON."""

import pytest


async def test_a_form_makes_a_bot_and_an_absent_check_box_says_no(editor):
    answer = await editor.post("/api/bots/", data={"name": "Бот", "max_tokens": "5"})
    assert answer.status_code == 201
    bot = answer.json()
    assert (bot["name"], bot["max_tokens"], bot["is_active"]) == ("Бот", 5, False)


async def test_empty_inputs_of_a_form_stand_for_the_defaults(editor):
    fields = {"name": "x", "is_active": "on", "max_tokens": "", "creativity_level": "",
              "bot_type": "", "gpt_model": "", "created_by": ""}  # fmt: skip
    bot = (await editor.post("/api/bots/", data=fields)).json()
    assert (bot["max_tokens"], bot["creativity_level"], bot["bot_type"]) == (1000, 0.7, "chat")
    assert (bot["gpt_model"], bot["is_active"]) == ("gpt-3.5-turbo", True)


async def test_a_partial_form_leaves_the_check_box_alone(editor):
    await editor.post("/api/bots/", json={"name": "x"})
    bot = (await editor.patch("/api/bots/1/", data={"description": "d"})).json()
    assert (bot["description"], bot["is_active"]) == ("d", True)


async def test_json_inside_a_form_is_read(editor):
    await editor.post("/api/bots/", json={"name": "b"})
    await editor.post("/api/scenarios/", json={"name": "s", "bot": 1})
    form = {"name": "x", "scenario": "1", "content": '{"a": [1.0]}', "next_step": ""}
    step = (await editor.post("/api/steps/", data=form)).json()
    assert (step["content"], step["next_step"]) == ({"a": [1.0]}, None)
    for text in ("", "zz", "{"):
        wrong = await editor.post("/api/steps/", data={**form, "content": text})
        assert wrong.json() == {"content": ["Value must be valid JSON."]}


async def test_the_last_of_equal_keys_counts(editor):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await editor.post("/api/bots/", content="name=a&name=b", headers=headers)
    assert answer.json()["name"] == "b"


async def test_multipart_is_read_and_files_are_no_values(editor):
    answer = await editor.post("/api/bots/", data={"name": "мульти"}, files={"x": b"file"})
    assert (answer.status_code, answer.json()["name"]) == (201, "мульти")
    answer = await editor.post("/api/bots/", files={"name": ("f.txt", b"file")})
    assert (answer.status_code, answer.json()) == (400, {"name": ["Not a valid string."]})


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"--B\r\n", "multipart/form-data"),
        (b"--B\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nx",
         "multipart/form-data; boundary=B"),
        (b"nonsense", "multipart/form-data; boundary=B"),
        (b"--B\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n\xff\r\n--B--\r\n",
         "multipart/form-data; boundary=B"),
        (b"name=%FF", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(1001)), "application/x-www-form-urlencoded"),
    ],
    ids=["no-boundary", "cut", "nonsense", "not-utf8", "not-utf8-form", "too-many"],
)  # fmt: skip
async def test_a_broken_form_is_refused(editor, body, content_type):
    answer = await editor.post("/api/bots/", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 400
    assert list(answer.json()) == ["detail"]
    assert (await editor.get("/api/bots/")).json()["count"] == 0
