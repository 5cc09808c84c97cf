"""Requests of an api_call: every value escaped for where it lands; scenario-format "Templates",
"Fine print"."""

import pytest

from alpina_app.domain.contents import parse_content
from alpina_app.domain.headers import CREDENTIAL_HEADERS
from alpina_app.domain.http_request import RequestRefused, build_request, plan_request
from alpina_app.domain.templates import Scope

VALUES = {
    "путь": 'a/б ?#&=%"\n',
    "точки": "..",
    "n": 5,
    "да": True,
    "ничего": None,
    "список": [1, "два"],
    "строка": "a\r\nX: 1\x00\x07b",
    "кавычка": 'я "сам"\\',
    "json": {"a": 1},
}
VALUE = "a%2F%D0%B1%20%3F%23%26%3D%25%22%0A"


def built(secrets=None, **content):
    parsed = parse_content("api_call", {"url": "https://example.com/", **content})
    assert parsed.content is not None, parsed.problems
    scope = Scope(VALUES, {"today": "2026-11-23"}, "ru", secrets or {})
    return build_request(plan_request(parsed.content), scope)


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://example.com", "https://example.com/"),
        (" HTTPS://Example.com:8443/a ", "HTTPS://Example.com:8443/a"),
        ("http://[::1]:80/a", "http://[::1]:80/a"),
        ("https://пример.рф/поиск", "https://пример.рф/%D0%BF%D0%BE%D0%B8%D1%81%D0%BA"),
        ("https://example.com/{{путь}}/x", f"https://example.com/{VALUE}/x"),
        ("https://example.com/a?q={{путь}}&r=1", f"https://example.com/a?q={VALUE}&r=1"),
        ("https://example.com?q={{n}}", "https://example.com/?q=5"),
        ("https://example.com/a#x{{n}}", "https://example.com/a"),
        ("https://example.com/a?b#x", "https://example.com/a?b"),
        ("https://example.com/a%20b c", "https://example.com/a%20b%20c"),
        ("https://example.com/{{да}}/{{ничего}}", "https://example.com/true/"),
        ('https://example.com/{{нет | default: "a?b#c"}}', "https://example.com/a%3Fb%23c"),
        ("https://example.com/{{путь | urlencode}}", f"https://example.com/{VALUE}"),
        ("https://example.com/{{путь", "https://example.com/%7B%7B%D0%BF%D1%83%D1%82%D1%8C"),
        ("https://example.com/a?next=/b?c=d", "https://example.com/a?next=/b?c=d"),
    ],
)
def test_values_in_a_url_are_percent_encoded(url, sent):
    assert built(url=url).url == sent


def test_a_value_cannot_climb_to_another_path():
    for url in (
        "https://example.com/a/{{точки}}/b",
        'https://example.com/a/.{{нет | default: "."}}',
    ):
        with pytest.raises(RequestRefused, match="bad_url"):
            built(url=url)
    assert built(url="https://example.com/a/../{{n}}").url == "https://example.com/a/../5"
    assert built(url="https://example.com/{{точки}}x").url == "https://example.com/..x"


def test_query_pairs_are_appended_and_encoded():
    query = [
        {"name": "a b", "value": "{{путь}}"},
        {"name": "c", "value": "50% & {{n}}"},
        {"name": "d", "value": 5},
        {"name": "e", "value": True},
        {"name": "f"},
        {"name": "g", "value": "{{список}}"},
        {"name": "h", "value": ["{{n}}", "я"]},
    ]
    asked = (
        f"a%20b={VALUE}&c=50%25%20%26%205&d=5&e=true&f=&g=1%2C%20%D0%B4%D0%B2%D0%B0&h=5%2C%20%D1%8F"
    )
    assert built(query=query).url == f"https://example.com/?{asked}"
    assert (
        built(url="https://example.com/?x=1", query=query).url
        == f"https://example.com/?x=1&{asked}"
    )


def test_headers_come_without_line_breaks_and_controls():
    headers = [
        {"name": "X-A", "value": " {{строка}}\r\nX-B: 1 "},
        {"name": "X-N", "value": 5},
        {"name": "X-Ж", "value": "1"},
        {"name": "X A", "value": "1"},
        {"name": "Host", "value": "evil.example"},
        {"name": "content-length", "value": "1"},
        {"value": "1"},
    ]
    scope = Scope(VALUES, {}, "ru", {})
    content = parse_content("api_call", {"url": "https://example.com/", "headers": headers}).content
    request = build_request(plan_request(content), scope)
    assert request.headers == (("X-A", "aX: 1bX-B: 1"), ("X-N", "5"))
    refused = [note.params["name"] for note in scope.warnings]
    assert refused == ["X-Ж", "X A", "Host", "content-length", ""]
    assert {note.code for note in scope.warnings} == {"header_refused"}


JSON = (("Content-Type", "application/json"),)


@pytest.mark.parametrize(
    ("value", "body"),
    [
        ({"a": "{{n}}", "b": ["{{да}}", "{{n}}!", None, 1.5], "{{n}}": 1},
         '{"a":5,"b":[true,"5!",null,1.5],"{{n}}":1}'),
        ("{{json}}", '{"a":1}'),
        ("{{кавычка}}", '"я \\"сам\\"\\\\"'),
        ("{{нет}}", '""'),
        ("{{json | json}}", '{"a":1}'),
        ('{"a": "{{кавычка}}", "b": {{n}}, "c": {{json}}, "d": {{кавычка}}}',
         '{"a": "я \\"сам\\"\\\\", "b": 5, "c": {"a":1}, "d": "я \\"сам\\"\\\\"}'),
        ('{"a": {{json | json}}}', '{"a": {"a":1}}'),
        (None, "null"),
        (5, "5"),
        ([], "[]"),
        (12345678901234567890123, "12345678901234567890123"),
    ],
)  # fmt: skip
def test_a_json_body_escapes_its_values(value, body):
    request = built(method="POST", body={"type": "json", "value": value})
    assert (request.body.decode(), request.headers) == (body, JSON)


@pytest.mark.parametrize("value", ["просто текст", "", "{{n}} {{n}}", '{"a": NaN}', '{"a": {{n}}'])
def test_a_text_that_renders_to_no_json_is_refused(value):
    with pytest.raises(RequestRefused, match="bad_body"):
        built(method="POST", body={"type": "json", "value": value})


def test_a_form_is_encoded():
    value = [
        {"name": "имя", "value": "{{путь}}"},
        {"name": "b", "value": "1+1 = 2"},
        {"name": "c", "value": False},
    ]
    request = built(method="POST", body={"type": "form", "value": value})
    assert request.body.decode() == f"%D0%B8%D0%BC%D1%8F={VALUE}&b=1%2B1%20%3D%202&c=false"
    assert request.headers == (("Content-Type", "application/x-www-form-urlencoded"),)


def test_a_raw_body_is_plain_text_unless_a_header_says_otherwise():
    body = {"type": "raw", "value": "Да: {{да}}\n"}
    request = built(method="PUT", body=body)
    assert request.body.decode() == "Да: да\n"
    assert request.headers == (("Content-Type", "text/plain; charset=utf-8"),)
    own = [{"name": "content-type", "value": "text/csv"}]
    assert built(method="PUT", body=body, headers=own).headers == (("content-type", "text/csv"),)


def test_no_body_is_no_body():
    assert (built(body={"type": "none", "value": 1}).body, built().body) == (None, None)


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        ({"type": "basic", "secret": "U"}, ("Authorization", "Basic YW5uYTpwdw==")),
        ({"type": "bearer", "secret": "T"}, ("Authorization", "Bearer tok")),
        ({"type": "header", "name": "X-Api-Key", "secret": "T"}, ("X-Api-Key", "tok")),
    ],
)
def test_credentials_stand_in_their_header_once(auth, header):
    own = [{"name": "authorization", "value": "Basic x"}, {"name": "x-api-key", "value": "y"}]
    request = built(auth=auth, headers=own, secrets={"U": "anna:pw", "T": "tok\r\n"})
    named = [one for one in request.headers if one[0].lower() == header[0].lower()]
    assert named == [header]
    assert request.credentials == CREDENTIAL_HEADERS | {header[0].lower()}


def test_a_header_that_holds_a_secret_is_a_credential():
    headers = [{"name": "X-Sig", "value": "v {{secret.T}}"}, {"name": "X-Id", "value": "{{n}}"}]
    request = built(headers=headers, secrets={"T": "tok"})
    assert request.headers == (("X-Sig", "v tok"), ("X-Id", "5"))
    assert request.credentials == CREDENTIAL_HEADERS | {"x-sig"}


@pytest.mark.parametrize("name", [None, "", "Host", "a b"])
def test_credentials_need_a_header_that_may_be_sent(name):
    with pytest.raises(RequestRefused, match="bad_header"):
        built(auth={"type": "header", "name": name, "secret": "T"}, secrets={"T": "tok"})
