"""Every field against every kind of wrong value, every path against every method, and the like.

Rows 1 to 6 of each resource are made by `seeds`; the values go into row 1 by PATCH and PUT and into
new rows by POST. Asked through a login session: the reference hashes a password for each Basic
request.
"""

import json
from collections.abc import Iterable
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

from tests.api.differential_cases import ADMIN, FORM, JSON, SESSION, Case, guest, raw

REQUIRED: dict[str, dict[str, Any]] = {
    "bots": {"name": "v"},
    "scenarios": {"name": "v", "bot": 1},
    "steps": {"name": "v", "scenario": 1},
    "executions": {"bot": 1, "user_session": "v"},
}
FIELDS: dict[str, tuple[str, ...]] = {
    "bots": (
        "id", "name", "description", "bot_type", "gpt_model", "creativity_level", "max_tokens",
        "system_prompt", "is_active", "created_by", "created_at", "updated_at",
    ),
    "scenarios": ("id", "name", "description", "bot", "initial_step", "is_active", "created_at"),
    "steps": ("id", "name", "step_type", "scenario", "content", "order", "next_step"),
    "executions": (
        "id", "bot", "scenario", "user_session", "current_step", "conversation_history",
        "is_completed",
    ),
}  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, 2, -1, 1.0, 1.5, 0.7, 2.0, 2.5, -0.0, 3, 9999, 2147483647, 2147483648,
    10**18, 1e16, 1e300, "", " ", "\t\r\n", "\u00a0", "\u2003\u3000", "\u200b", "\ufeff", "1",
    " 1 ", "\u00a01\u00a0", "+1", "01", "1.0", "1.00 ", "1.5", "-1", "-0", "1e0", "1_0", "0x1",
    "١",
    "½", "true", " true ", "TRUE", "tRuE", "y", "on", "off", "False", "null", "None", "undefined",
    "chat", "completion", "Chat", "message", "api_call", "Infinity", "-inf", "x", "<script>",
    "a\r\nb",
    "0" * 101, "я" * 100, "я" * 101, "я" * 200, "я" * 201, "😀" * 255, "😀" * 256, "9" * 1000,
    "9" * 1001,
    [], [1], ["a"], [[]], {}, {"a": 1}, {"id": 1}, {"pk": 1},
)  # fmt: skip
FORM_VALUES: tuple[str, ...] = (
    "", " ", "1", " 1 ", "1.0", "-1", "0", "2", "3", "9999", "x", "true", "false", "on", "null",
    "None",
    "chat", "question", "[]", "{}", '{"a": 1}', "[1, 2", '"t"', "я\u00a0", "a\r\nb", "0.5",
)  # fmt: skip


def cases() -> list[Case]:
    return [
        *more_seeds(),
        *methods(),
        *redirects(),
        *suffixes(),
        *accepted(),
        *credentials(),
        *sessions(),
        *content_types(),
        *multipart(),
        *queries(),
        *searches(),
        *orderings(),
        *pages(),
        *hosts(),
        *several_wrong(),
        *whole_changes(),
        *references(),
        *json_values(),
        *form_values(),
    ]


def member(method: str, path: str, value: Any = None, **headers: str) -> Case:
    """As the administrator, by a login session."""
    body = None if value is None else json.dumps(value).encode()
    return by_session(method, path, body, JSON if body is not None else "", **headers)


def by_session(
    method: str, path: str, body: bytes | None, content_type: str, **headers: str
) -> Case:
    sent = SESSION | ({"Content-Type": content_type} if content_type else {})
    return Case(method, path, body, sent | {n.replace("_", "-"): t for n, t in headers.items()})


def more_seeds() -> list[Case]:
    found = []
    for number in range(1, 4):
        found += [
            member("POST", "/api/bots/", {"name": f"Альпина {number}", "description": "Книги, да"}),
            member("POST", "/api/bots/", {"name": f'say "hello" {number}', "max_tokens": number}),
            member("POST", "/api/bots/", {"name": "it's a_b 50%", "creativity_level": number / 2}),
        ]
    return [*found, *(member("GET", path) for path in LISTS)]


LISTS = ("/api/bots/", "/api/scenarios/", "/api/steps/", "/api/executions/")
PATHS = (
    "/api/", "/api/root/", *LISTS, "/api/bots/2/", "/api/scenarios/2/", "/api/steps/2/",
    "/api/executions/2/", "/api/bots/777777/", "/api/scenarios/777777/", "/api/steps/777777/",
    "/api/executions/777777/", "/api/steps/x/", "/api/executions/x/", "/api/scenarios/2/steps/",
    "/api/scenarios/777777/steps/", "/api/scenarios/x/steps/", "/api/bots/777777/chat/",
)  # fmt: skip


def methods() -> Iterable[Case]:
    """No method here changes anything: bodies are wrong or rows are not there."""
    for path in PATHS:
        for method in ("GET", "HEAD", "OPTIONS"):
            yield guest(method, path)
            yield member(method, path)
        for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO", "LINK"):
            if method in ("POST", "PUT", "PATCH"):
                yield member(method, path, [])
                yield raw(method, path, b"{")
                yield raw(method, path, b"x", "text/plain")
            elif not (method == "DELETE" and path.endswith("/2/")):
                yield member(method, path)
            yield guest(method, path)


def redirects() -> Iterable[Case]:
    for path in ("/api", "/api/root", "/api/bots", "/api/bots/1", "/api/scenarios/1/steps",
                 "/api/executions", "/api/executions/1", "/api/bots/1/chat", "/api-auth/login",
                 "/api/bots/x"):  # fmt: skip
        for query in ("", "?", "?a=1&b=%D1%8F&c", "?next=//evil.example", "?x=%3Cb%3E&y=a+b",
                      "?%0d%0aX:1"):  # fmt: skip
            yield guest("GET", path + query)
        yield guest("HEAD", path)
        yield guest("OPTIONS", path)
        yield guest("DELETE", path)
        yield member("POST", path, {})
        yield member("PUT", path, {})
    for path in ("//api/bots", "/api//bots", "/api//bots/", "/api/bots//", "/api/bots/1//",
                 "/api/./bots/", "/api/bots/../bots/", "/api/%62ots/", "/api/bots%2F",
                 "/api/bots/1%2F",
                 "/api/bots/1;x/", "/api/bots/1%00/", "/api/bots/%201/", "/api/bots/1%0A/",
                 "/api/bots/1%20/", "/API/bots/", "/api/Bots/", "/api/bots/+1/", "/api/bots/1.0/",
                 "/api/bots/%D9%A1/", "/api/bots/1e0/", "/api/bots/0x1/",
                 "/api/bots/None/"):  # fmt: skip
        yield guest("GET", path)


def suffixes() -> Iterable[Case]:
    for path in ("/api/bots", "/api/bots/1", "/api/executions", "/api/scenarios/1", "/api/"):
        for suffix in (
            ".json",
            ".api",
            ".xml",
            ".JSON",
            ".html",
            ".",
            ".json?page=1",
            ".json.json",
        ):
            yield guest("GET", path + suffix)
            yield member("GET", path + suffix)
        yield member("OPTIONS", f"{path}.json")
        yield member("PATCH", f"{path}.json", [])
        for query in (
            "format=json", "format=api", "format=html", "format=JSON", "format=xml", "format",
            "format=json&format=api", "format=json&page=1", "FORMAT=json",
        ):  # fmt: skip
            yield guest("GET", f"{path.rstrip('/')}/?{query}")
            yield member("PATCH", f"{path.rstrip('/')}/?{query}", [])


def accepted() -> Iterable[Case]:
    for accept in (
        "text/html", "text/html;q=0.1, application/json;q=0.9", "application/json;q=0", "*/*;q=0",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", "text/*",
        "application/json, text/html", "text/html; charset=utf-8",
        "application/json; charset=utf-8",
        "application/json;version=1", "application/json; indent=2; q=1",
        "application/json; indent=0",
        "application/json; indent=-1", "application/json; indent=4.5", "application/json;indent=8",
        "text/event-stream", "application/json,", ",", " ", ";", "a", "/", "*", "*/json",
        "application/",
        "application/problem+json", "multipart/form-data", "text/plain, */*", "json", "text/xml",
    ):  # fmt: skip
        for path in ("/api/bots/1/", "/api/", "/api/bots/777777/", "/api/bots/"):
            yield guest("GET", path, Accept=accept)
        yield member("GET", "/api/executions/1/", Accept=accept)
        yield member("POST", "/api/bots/", {}, Accept=accept)
        yield member("OPTIONS", "/api/root/", Accept=accept)
        yield guest("DELETE", "/api/bots/777777/", Accept=accept)


def credentials() -> Iterable[Case]:
    def sent(path: str, authorization: str, method: str = "GET", **more: str) -> Case:
        body = b"{}" if method in ("POST", "PATCH") else None
        kind = {"Content-Type": JSON} if body else {}
        return Case(method, path, body, {"Authorization": authorization, **kind, **more})

    for header in (
        "Basic", "basic", "Basic ", "Basic  YWRtaW46YWRtaW4tcGFzcy0x", "Basic bad", "Basic !!!!",
        "Basic YWRtaW4=", "Basic Og==", "Basic YWRtaW46", "Basic OmFkbWlu", "Basic a b c",
        "Basic YWRtaW46eA==", "Basic bm9ib2R5Ong=", "Basic /////w==", "Basic 0LDQtNC80LjQvTp4",
        "Basic YTpiOmM=", "BASIC YWRtaW46YWRtaW4tcGFzcy0x", "Basic YQBiOmM=", "Bearer x",
        "Digest a",
        "Basicx", "", " ", "YWRtaW46YWRtaW4tcGFzcy0x", "Basic YWRtaW46YWRtaW4tcGFzcy0x,",
    ):  # fmt: skip
        for path in ("/api/bots/1/", "/api/", "/api/bots/777777/", "/api/root/"):
            yield sent(path, header)
        yield sent("/api/bots/", header, "POST")
        yield sent("/api/bots/777777/", header, "PATCH")
        yield sent("/api/bots/777777/", header, "DELETE")
        yield sent("/api/bots/1/", header, "OPTIONS")
        yield sent("/api/bots/1/", header, "FOO")
        yield sent("/api/bots/777777/chat/", header, "POST")
        yield sent("/api/bots/1/chat/", header, "POST")
        yield sent("/api/bots", header)
        yield sent("/api/bots/1/", header, Accept="text/x")
    cookie = {"Cookie": "sessionid={session}; csrftoken={csrf}"}
    for path in ("/api/bots/1/", "/api/executions/1/"):
        yield sent(path, "Basic bad", **cookie)
        yield sent(path, "Bearer x", **cookie)
        yield sent(path, ADMIN, **cookie)
    yield sent("/api/bots/", ADMIN, "POST", **cookie)
    yield sent("/api/bots/", "Basic bad", "POST", **cookie)
    yield sent("/api/bots/", "Bearer x", "POST", **cookie)


def sessions() -> Iterable[Case]:
    whole = "sessionid={session}; csrftoken={csrf}"
    for cookie, token in (
        (whole, "{csrf}"), (whole, ""), (whole, "x"), (whole, "я" * 3), (whole, "a" * 32),
        (whole, "a" * 64),
        (whole, "-" * 32), ("sessionid={session}", "{csrf}"), ("sessionid={session}", ""),
        ("sessionid={session}; csrftoken=short", "short"), ("sessionid={session}; csrftoken=", ""),
        ("sessionid=wrong; csrftoken={csrf}", "{csrf}"),
        ("sessionid=; csrftoken={csrf}", "{csrf}"),
        ("sessionid=wrong", ""), ("csrftoken={csrf}", "{csrf}"), ('sessionid="{session}"', ""),
        ("sessionid=wrong; sessionid={session}", ""), ("sessionid={session}; sessionid=wrong", ""),
        ("SESSIONID={session}", ""), ("sessionid={session};csrftoken={csrf}", "{csrf}"),
        ("garbage", ""),
        ("sessionid={session}; csrftoken=" + "-" * 32, "-" * 32),
    ):  # fmt: skip
        headers = {"Cookie": cookie} | ({"X-CSRFToken": token} if token else {})
        sent = {name: text.encode().decode("latin-1") for name, text in headers.items()}
        yield Case("POST", "/api/bots/", b"{}", {**sent, "Content-Type": JSON})
        yield Case("DELETE", "/api/bots/777777/", None, sent)
        yield Case("GET", "/api/bots/777777/", None, sent)
        yield Case("OPTIONS", "/api/bots/", None, sent)
        yield Case("TRACE", "/api/bots/", None, sent)
        yield Case("FOO", "/api/bots/", None, sent)
        yield Case("POST", "/api/bots/777777/chat/", b"{}", {**sent, "Content-Type": JSON})
    for origin in (
        "{base}", "http://evil.example", "null", "", "https://127.0.0.1", "http://127.0.0.1", "x",
        "{base}/", "http://[", "http://localhost",
    ):  # fmt: skip
        yield member("POST", "/api/bots/", {}, Origin=origin)
        yield member("GET", "/api/bots/777777/", Origin=origin)
        yield Case("POST", "/api/bots/", b"{}", {"Authorization": ADMIN, "Origin": origin})
    for referer in ("http://evil.example/", "{base}/x", ""):
        yield member("POST", "/api/bots/", {}, Referer=referer)
    for text in ("csrfmiddlewaretoken={csrf}", "csrfmiddlewaretoken=x", "csrfmiddlewaretoken="):
        for token in ("", "{csrf}", "x"):
            headers = {"Cookie": whole, "Content-Type": FORM}
            yield Case(
                "POST",
                "/api/bots/",
                text.encode(),
                headers | ({"X-CSRFToken": token} if token else {}),
            )


def content_types() -> Iterable[Case]:
    for content_type in (
        "application/json", "application/json;", "application/json; charset=utf-8",
        'application/json; charset="utf-8"', "application/json; version=1", "text/json",
        "application/vnd.api+json", "application/ld+json", "application/x-json", "text/plain",
        "text/html",
        "application/xml", "*/*", "application/*", "multipart/*", "json", "/", ";",
        "application/json, text/plain",
        " application/json ", "application/JSON; Charset=UTF-8",
        "application/x-www-form-urlencoded; charset=utf-8",
        "image/png", "application/octet-stream", "application/x-www-form-urlencoded;x",
        "multipart/form-data",
        "multipart/form-data; boundary=", "multipart/form-data; boundary=B",
        'multipart/form-data; boundary="a b"', "application/json\t", "<b>/x",
    ):  # fmt: skip
        for body in (b'{"name": ""}', b"", b"name=", b"{", b"[]"):
            yield by_session("POST", "/api/bots/", body, content_type)
        yield by_session("PATCH", "/api/bots/777777/", b'{"name": ""}', content_type)
        yield by_session("DELETE", "/api/bots/777777/", b'{"name": ""}', content_type)
        yield by_session("GET", "/api/bots/777777/", b'{"name": ""}', content_type)
        yield raw("POST", "/api/bots/777777/chat/", b'{"name": ""}', content_type)
        yield by_session("POST", "/api/bots/1/chat/", b'{"message": ""}', content_type)
    for body in (
        b"{", b"}", b"[", b"nul", b"tru",
        b"'", b'"', b"{]", b"[1,]", b'{"a"}', b'{"a":}', b'{"a":1,}', b"{a:1}",
        b'{"name": "\t"}', b'{"name": "\\x"}', b'{"name": "\\u12"}', b"01", b"+1", b".5", b"1.",
        b"--1",
        b"-", b"1e", b'{"name": "" "b": 1}', b'{"name":""}{}', b"\xef\xbb\xbf{}", b"\x00",
        b"{}\x00", b"\xff",
        b'{"name": "\xd1"}', b"\n\n  {\n", b'{"name": ""', b"[[", b"// x", b"#", b"\xc2\xa0{}",
        b"{}\n\n", b"\t{}\r\n",
        b'{"name": "", "name": ""}', b'{"": 1}', b'{"name": "\\ud83d\\ude00", "bot_type": "z"}',
    ):  # fmt: skip
        yield by_session("POST", "/api/bots/", body, JSON)
        yield by_session("PUT", "/api/scenarios/1/", body, JSON)
        yield by_session("POST", "/api/bots/1/chat/", body, JSON)
    for body in (
        b"", b"&", b"=", b"&&", b"name", b"name=&name=", b"=x", b"name=%", b"name=%zz",
        b"%6eame=", b"name=;x=1",
        b"name+=x", b" name=x", b"name[]=x", b"name=\xff&bot_type=z", b"a=b=c", b"?name=",
    ):  # fmt: skip
        yield by_session("POST", "/api/bots/", body + b"&bot_type=z", FORM)


def multipart() -> Iterable[Case]:
    kind = "multipart/form-data; boundary=B"
    for path, parts in (
        ("/api/bots/", ('name="name"\r\n\r\n',)),
        ("/api/bots/", ('name="name"\r\nContent-Type: text/plain\r\n\r\n',)),
        ("/api/bots/", ('name="name"\r\n\r\n', 'name="is_active"\r\n\r\nmaybe')),
        ("/api/bots/", ('name="bot_type"; filename="a.txt"\r\n\r\nchat',)),
        ("/api/bots/", ('name="is_active"; filename=""\r\n\r\nchat',)),
        ("/api/bots/", ("name=name\r\n\r\n",)),
        ("/api/bots/", ('name=""\r\n\r\nx',)),
        ("/api/scenarios/", ('name="name"\r\n\r\n \r\n', 'name="bot"\r\n\r\n')),
        ("/api/scenarios/", ('name="bot"; filename="b"\r\n\r\n1',)),
        ("/api/steps/", ('name="content"\r\n\r\n{"a": 1}', 'name="scenario"\r\n\r\n1')),
        ("/api/steps/", ('name="content"\r\n\r\n{', 'name="scenario"\r\n\r\n1')),
        ("/api/steps/", ('name="name"\r\n\r\n', 'name="content"; filename="c.json"\r\n\r\n{}')),
        ("/api/executions/", ('name="bot"\r\n\r\n1', 'name="conversation_history"\r\n\r\n[1]')),
    ):  # fmt: skip
        text = "".join(f"--B\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
        yield by_session("POST", path, (text + "--B--\r\n").encode(), kind)


def queries() -> Iterable[Case]:
    wrong = (
        "", "+", "x", "0", "-1", "1", "1.0", "+1", "01", "%201%20", "1e0", "true", "True",
        "TRUE", "false", "t",
        "no", "2", "null", "None", "777777", "1,2", "%D9%A1", "%F0%9F%98%80", "1%00", "chat",
        "completion", "CHAT",
        "message", "api_call", "u-1", "%22u-1%22", "%25", "%3Cscript%3E", "a%27--",
        "9223372036854775807",
        "9223372036854775808", "1_0",
    )  # fmt: skip
    for path, names in (
        ("/api/bots/", ("is_active", "bot_type")),
        ("/api/scenarios/", ("bot", "is_active")),
        ("/api/steps/", ("scenario", "step_type")),
        ("/api/executions/", ("bot", "scenario", "user_session", "is_completed")),
    ):
        for name, value in product(names, wrong):
            yield member("GET", f"{path}?{name}={value}&page_size=2&ordering=id")
        yield member("GET", f"{path}?{'&'.join(f'{name}=zz' for name in names)}")
        for name in names:
            yield member("GET", f"{path}?{name}")
            yield member("GET", f"{path}?{name}=1&{name}=zz")
            yield member("GET", f"{path}?{name}=zz&{name}=")
            yield member("GET", f"{path}?{name}__in=1&{name}__gt=0&{name.upper()}=1&page_size=1")
        yield member("GET", f"{path}?created_by=1&name=x&page_size=1")
        yield member("GET", f"{path}?;&=&&%&page_size=1")
        yield member("GET", f"{path}?page_size=1&x=%FF")


def searches() -> Iterable[Case]:
    words = (
        "Альпина", "альпина", "АЛЬПИНА 2", "альпина книги", "книги,да", "книги, да",
        "альпина,zzz", "50%", "a_b",
        "a_b 50%", "_", "%", "%%", "\\",
        "'", '"', '"say', 'say "hello" 1', '"say \\"hello\\""', "\"hello 1\"", "it's",
        "'a_b 50%'", "\"it's a_b\"", ",,", " , ", "a,,b", '""', "''", '" "',
        "'\"'", "  quiet  ", "quiet\tcompletion",
        "бот\u00a01", "бот\u30001", "<script>", "; drop table", "null", "0", "x" * 300, "ё", "Ё",
        "İ", "ß", "ﬁ",
        "e\u0301", "bot completion", "completion_bot bot", 'a"b"c', "a'b c'd", '"a" "b"', '"a"b',
        "\\'", '\\"', "/",
        "//", "/%", "[", "(", "*", "бот 1", "1 бот", "\x01", "\x7f", "\u2028", "\ufeff",
    )  # fmt: skip
    for word in words:
        yield member("GET", "/api/bots/?" + urlencode({"search": word, "ordering": "id"}))
        for path in ("/api/scenarios/", "/api/steps/", "/api/executions/"):
            yield member("GET", f"{path}?" + urlencode({"search": word}))
    yield member("GET", "/api/bots/?search=quiet&search=hello&ordering=id")
    yield member("GET", "/api/bots/?search")
    yield member("GET", "/api/bots/?search=%D1&ordering=id")


def orderings() -> Iterable[Case]:
    terms = (
        "id", "name", "created_at", "updated_at", "description", "order", "creativity_level",
        "max_tokens",
        "user_session", "bot", "scenario", "is_active", "created_by", "created_by__username",
        "pk", "?", "bot__name",
        "content", "conversation_history", "start_scenario", "variables", "password",
    )  # fmt: skip
    for path, term in product(LISTS, terms):
        yield member("GET", f"{path}?ordering={quote(term)}&page_size=100")
        yield member("GET", f"{path}?ordering=-{quote(term)}&page_size=100")
    for path, text in product(LISTS, (
        "name,id", "name,-id", "-name,id", "id,name", "name , -id", " name,id", ",name,id,",
        "name,name,id", "name,-name,id",
        "-id,id", "foo,bar", "foo,-id", "NAME", "--id", "- id", "-", ",", "id;name", "id name",
        "created_at,-id",
        "name,id&ordering=-id",
    )):  # fmt: skip
        yield member("GET", f"{path}?ordering={text.replace(' ', '+')}&page_size=100")


def pages() -> Iterable[Case]:
    for path in LISTS:
        for page, size in product(
            ("1", "2", "3", "0", "-1", "last", "LAST", "1.0", "1.5", " 2 ", "+2", "02",
             "x", "", "٢", "1e1", "9" * 25),
            ("", "1", "2", "0"),
        ):  # fmt: skip
            values = {"page": page, "ordering": "id"} | ({"page_size": size} if size else {})
            yield member("GET", f"{path}?{urlencode(values)}")
        for size in (
            "100",
            "101",
            "99999",
            "-5",
            "x",
            "1.0",
            " 3 ",
            "+3",
            "03",
            "",
            "٣",
            "1_0",
            "9" * 25,
        ):
            yield member("GET", f"{path}?{urlencode({'page_size': size, 'ordering': 'id'})}")
        for query in (
            "page=2&page_size=1&b=2&a=1", "page_size=1&a=1&a=2&b", "page_size=1&я=ж",
            "page_size=1&a=%2B+%26%3D",
            "page_size=1&a=b%20c", "page_size=1&a[]=1", "page_size=1&page=1&page=2",
            "page_size=1&x=<&y=%22",
            "page_size=1&format=json", "page=1&page_size=1", "page_size=1&search=&ordering=",
            "page_size=1&a=%00",
        ):  # fmt: skip
            yield member("GET", f"{path}?{quote(query, safe='=&%+[]')}")
            yield member("HEAD", f"{path}?{quote(query, safe='=&%+[]')}")


def hosts() -> Iterable[Case]:
    for host in ("localhost", "LOCALHOST:1", "127.0.0.1:80", "[::1]", "[::1]:7", "localhost."):
        yield guest("GET", "/api/", Host=host)
        yield guest("GET", "/api/bots/?page_size=1", Host=host)
    for name in ("X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-For", "Forwarded"):
        yield guest("GET", "/api/", **{name: "evil.example"})


def several_wrong() -> Iterable[Case]:
    for resource, names in FIELDS.items():
        for value in ("", None, [], "zz", -1):
            every = dict.fromkeys(names, value)
            yield member("POST", f"/api/{resource}/", every)
            yield member("PUT", f"/api/{resource}/1/", every)
            yield member("PATCH", f"/api/{resource}/1/", every)
        yield member("POST", f"/api/{resource}/", {})
        yield member("PUT", f"/api/{resource}/1/", {})
        yield member("PATCH", f"/api/{resource}/1/", {})
        yield by_session("PUT", f"/api/{resource}/1/", b"", FORM)
        yield by_session("POST", f"/api/{resource}/", b"", FORM)


def whole_changes() -> Iterable[Case]:
    full: dict[str, dict[str, Any]] = {
        "bots": {"name": "все", "description": "d", "bot_type": "completion", "gpt_model": "m",
                 "creativity_level": 0, "max_tokens": 5, "system_prompt": "s", "is_active": False,
                 "created_by": 1},
        "scenarios": {"name": "n", "description": "d", "bot": 1, "initial_step": None,
        "is_active": False},
        "steps": {"name": "n", "step_type": "api_call", "scenario": 1, "content": {"я": [1, None]},
                  "order": 7, "next_step": None},
        "executions": {"bot": 1, "scenario": 1, "user_session": "s", "current_step": None,
                       "conversation_history": [{"role": "system", "content": "я"}],
                       "is_completed": True},
    }  # fmt: skip
    for resource, values in full.items():
        yield member("POST", f"/api/{resource}/", values)
        yield member("PUT", f"/api/{resource}/1/", values)
        yield member("GET", f"/api/{resource}/1/")
        yield member("PUT", f"/api/{resource}/1/", REQUIRED[resource])
        yield member("GET", f"/api/{resource}/1/")
        yield member("PUT", f"/api/{resource}/1/", {**values, "id": 99, "created_at": None, "x": 1})
        yield by_session("PUT", f"/api/{resource}/1/", urlencode(REQUIRED[resource]).encode(), FORM)
        yield member("GET", f"/api/{resource}/1/")
        for name, value in values.items():
            yield member("PATCH", f"/api/{resource}/1/", {name: value})


def references() -> Iterable[Case]:
    """Scenario 3 belongs to bot 2, step 3 to scenario 3, step 777777 to nobody."""
    for bot, scenario, step in product(
        (1, 2, None, 777777), (1, 3, None, 777777), (1, 3, None, 777777)
    ):
        values = {"bot": bot, "scenario": scenario, "current_step": step, "user_session": "r"}
        yield member("PUT", "/api/executions/1/", values)
        yield member("PATCH", "/api/executions/1/", {"scenario": scenario, "current_step": step})
    for scenario, step in product((1, 3, None, 777777), (1, 3, None, 777777)):
        yield member("PUT", "/api/steps/2/", {"name": "r", "scenario": scenario, "next_step": step})
        yield member("PATCH", "/api/steps/2/", {"next_step": step})
    yield member("PATCH", "/api/steps/2/", {"scenario": 1, "next_step": None})
    for bot, step in product((1, 2, None, 777777), (1, 3, None, 777777)):
        yield member("PUT", "/api/scenarios/1/", {"name": "r", "bot": bot, "initial_step": step})
        yield member("PATCH", "/api/scenarios/1/", {"initial_step": step})
    yield member("PUT", "/api/scenarios/1/", {"name": "r", "bot": 1, "initial_step": None})


def json_values() -> Iterable[Case]:
    for resource, names in FIELDS.items():
        yield member("PATCH", "/api/scenarios/1/", {"initial_step": None})
        for name, value in product(names, VALUES):
            yield member("PATCH", f"/api/{resource}/1/", {name: value})
            if value in ("", None, True, 1.5, "1.0", "zz") or value == []:
                yield member("PUT", f"/api/{resource}/1/", {**REQUIRED[resource], name: value})
                yield member("POST", f"/api/{resource}/", {**REQUIRED[resource], name: value})


def form_values() -> Iterable[Case]:
    for resource, names in FIELDS.items():
        for name, value in product(names, FORM_VALUES):
            pair = urlencode({**REQUIRED[resource], name: value}).encode()
            yield by_session("PUT", f"/api/{resource}/1/", pair, FORM)
            yield by_session(
                "PATCH", f"/api/{resource}/1/", urlencode({name: value}).encode(), FORM
            )
            if value in ("", " ", "x", "true", "[]"):
                yield by_session("POST", f"/api/{resource}/", pair, FORM)
