"""Requests for `tests.api.differential`, by what they ask about."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

ADMIN = "Basic " + base64.b64encode(b"admin:admin-pass-1").decode()
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
SESSION = {"Cookie": "sessionid={session}; csrftoken={csrf}", "X-CSRFToken": "{csrf}"}
"""The words in braces are filled in for each of the two sites."""


@dataclass
class Case:
    method: str
    path: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        sent = "" if self.body is None else " " + self.body[:120].decode(errors="replace")
        extra = {k: v for k, v in self.headers.items() if v != ADMIN and v != SESSION["Cookie"]}
        who = "admin" if self.headers.get("Authorization") == ADMIN else "guest"
        who = "member" if self.headers.get("Cookie") == SESSION["Cookie"] else who
        return f"{who} {self.method} {self.path}{sent} {extra or ''}"


def admin(method: str, path: str, value: Any = None, **headers: str) -> Case:
    body = None if value is None else json.dumps(value).encode()
    kind = {"Content-Type": JSON} if body is not None else {}
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Case(method, path, body, {"Authorization": ADMIN, **kind, **named})


def raw(method: str, path: str, body: bytes, content_type: str | None = JSON) -> Case:
    headers = {"Authorization": ADMIN}
    if content_type is not None:
        headers["Content-Type"] = content_type
    return Case(method, path, body, headers)


def guest(method: str, path: str, **headers: str) -> Case:
    return Case(method, path, None, {n.replace("_", "-"): text for n, text in headers.items()})


def cases() -> list[Case]:
    return [
        *seeds(),
        *paths_and_methods(),
        *negotiation(),
        *bodies(),
        *bot_values(),
        *forms(),
        *lists(),
        *references(),
        *changes(),
        *executions(),
    ]


def seeds() -> list[Case]:
    bots = [
        admin("POST", "/api/bots/", {"name": f"Бот {n}", "description": f"Описание {n % 3} 100%"})
        for n in range(1, 26)
    ]
    return [
        *bots,
        admin("POST", "/api/bots/", {"name": "completion_bot", "bot_type": "completion"}),
        admin("POST", "/api/bots/", {"name": "quiet", "is_active": False}),
        admin("POST", "/api/scenarios/", {"name": "first", "bot": 1}),
        admin("POST", "/api/scenarios/", {"name": "second", "bot": 1, "is_active": False}),
        admin("POST", "/api/scenarios/", {"name": "other", "bot": 2}),
        admin("POST", "/api/steps/", {"name": "a", "scenario": 1, "order": 2}),
        admin("POST", "/api/steps/", {"name": "b", "scenario": 1, "order": 1, "next_step": 1}),
        admin("POST", "/api/steps/", {"name": "c", "scenario": 3, "step_type": "question"}),
        admin("PATCH", "/api/scenarios/1/", {"initial_step": 2}),
        admin(
            "POST",
            "/api/executions/",
            {
                "bot": 1,
                "scenario": 1,
                "current_step": 2,
                "user_session": "u-1",
                "conversation_history": [{"role": "user", "content": "привет"}],
            },
        ),
    ]


def paths_and_methods() -> list[Case]:
    found = []
    for path in (
        "/api/",
        "/api/root/",
        "/api/bots/",
        "/api/bots/1/",
        "/api/bots/9999/",
        "/api/bots/abc/",
        "/api/bots/-1/",
        "/api/bots/0/",
        "/api/bots/01/",
        "/api/bots/1_0/",
        "/api/bots/%D1%8F/",
        "/api/bots/99999999999999999999/",
        "/api/scenarios/1/",
        "/api/scenarios/1/steps/",
        "/api/scenarios/9999/steps/",
        "/api/scenarios/abc/steps/",
        "/api/steps/1/",
        "/api/executions/",
        "/api/executions/1/",
        "/api/bots/1/chat/",
    ):
        for method in ("GET", "HEAD", "OPTIONS"):
            found += [guest(method, path), admin(method, path)]
        if path != "/api/bots/1/chat/":
            found += [guest(m, path) for m in ("POST", "PUT", "PATCH", "DELETE", "FOO", "TRACE")]
        else:
            found += [guest(m, path) for m in ("PUT", "PATCH", "DELETE", "FOO")]
    found += [admin(m, "/api/bots/") for m in ("PUT", "PATCH", "DELETE", "FOO", "TRACE")]
    found += [admin(m, "/api/bots/1/") for m in ("POST", "FOO", "TRACE")]
    found += [admin(m, "/api/") for m in ("POST", "PUT", "DELETE")]
    found += [admin(m, "/api/root/") for m in ("POST", "PUT", "DELETE")]
    found += [admin(m, "/api/scenarios/1/steps/") for m in ("POST", "PUT", "DELETE")]
    found += [admin(m, "/api/bots/9999/", {}) for m in ("PUT", "PATCH", "DELETE")]
    for path in (
        "/api",
        "/api/bots",
        "/api/bots?x=1&y=%D1%8F",
        "/api/bots/1",
        "/api/root",
        "/api/scenarios/1/steps",
        "/api/bots/1/chat",
        "/api/nosuch",
        "/api/nosuch/",
        "/api/bots/1/2/",
        "/api/bots/1/nosuch/",
        "/api/.json",
        "/api/bots.json",
        "/api/bots.json/",
        "/api/bots.json?page_size=1&page=2",
        "/api/bots/1.json",
        "/api/bots/1.api",
        "/api/bots/1.xml",
        "/api/scenarios/1/steps.json",
        "/api/bots/?format=json",
        "/api/bots/?format=xml",
        "/api/bots/?format=",
        "/api/bots/1.json?format=api",
    ):
        found += [guest("GET", path), guest("POST", path)]
    found.append(Case("GET", "/api/", None, {"Authorization": "Basic bad"}))
    found.append(Case("GET", "/api/", None, {"Authorization": "Basic"}))
    found.append(Case("GET", "/api/", None, {"Authorization": "Basic a b"}))
    found.append(Case("GET", "/api/bots/1/", None, {"Authorization": "Basic YTpi"}))
    found.append(
        Case("GET", "/api/bots/1/", None, {"Authorization": "Basic YTpi", "Accept": "a/b"})
    )
    found.append(Case("GET", "/api/", None, {"Authorization": "Digest x"}))
    found.append(Case("POST", "/api/bots/", b"{}", {"X-HTTP-Method-Override": "GET"}))
    return found


def negotiation() -> list[Case]:
    return [
        guest("GET", "/api/bots/1/", Accept=accept)
        for accept in (
            "*/*",
            "application/*",
            "application/json",
            "APPLICATION/JSON",
            "application/json; indent=4",
            "application/json; indent=99",
            "application/json; indent=x",
            "application/json;q=0.1, text/plain",
            "text/plain",
            "image/png",
            "",
            "nonsense",
            "*/*; indent=2",
            "text/html, application/json",
            "application/xml, */*;q=0.1",
            "application/vnd.api+json",
        )
    ] + [
        guest("GET", "/api/bots/1/?format=json", Accept="text/html"),
        guest("GET", "/api/bots/1/?format=api", Accept="application/json"),
        guest("DELETE", "/api/bots/1/", Accept="image/png"),
        admin("POST", "/api/bots/", {}, Accept="image/png"),
    ]


def bodies() -> list[Case]:
    name = b'{"name": "x"}'
    return [
        raw("POST", "/api/bots/", b"{"),
        raw("POST", "/api/bots/", b'{"name": True}'),
        raw("POST", "/api/bots/", b"{'name': 'x'}"),
        raw("POST", "/api/bots/", b'{"name": "x",}'),
        raw("POST", "/api/bots/", b'{"name": NaN}'),
        raw("POST", "/api/bots/", b'{"name": "a\nb"}'),
        raw("POST", "/api/bots/", b""),
        raw("POST", "/api/bots/", b" "),
        raw("POST", "/api/bots/", b"[]"),
        raw("POST", "/api/bots/", b"[1]"),
        raw("POST", "/api/bots/", b'"text"'),
        raw("POST", "/api/bots/", b"5"),
        raw("POST", "/api/bots/", b"1.5"),
        raw("POST", "/api/bots/", b"true"),
        raw("POST", "/api/bots/", b"null"),
        raw("POST", "/api/bots/", b"{} x"),
        raw("POST", "/api/bots/", b'\xef\xbb\xbf{"name": "bom"}'),
        raw("POST", "/api/bots/", b'{"name": "\xff"}'),
        raw("POST", "/api/bots/", b"[" * 100000),
        raw("POST", "/api/bots/", name, "text/plain"),
        raw("POST", "/api/bots/", name, None),
        raw("POST", "/api/bots/", name, ""),
        raw("POST", "/api/bots/", name, "application/json; charset=utf-8"),
        raw("POST", "/api/bots/", name, "application/json; charset=UTF8"),
        raw("POST", "/api/bots/", b'{"name": ""}', "application/json; charset=windows-1251"),
        raw("POST", "/api/bots/", b'{"name": ""}', "application/json; charset=nonsense"),
        raw("POST", "/api/bots/", name, "APPLICATION/JSON"),
        raw("POST", "/api/bots/", name, "application/*"),
        raw("POST", "/api/bots/", b"", "text/plain"),
        raw("PUT", "/api/bots/9999/", b"{"),
        raw("PUT", "/api/bots/9999/", name, "text/plain"),
        raw("PUT", "/api/bots/1/", b"{"),
        raw("PATCH", "/api/bots/1/", b"[]"),
        raw("PATCH", "/api/bots/1/", b""),
        raw("PUT", "/api/bots/1/", b""),
        raw("DELETE", "/api/bots/9999/", b"{", "text/plain"),
        admin("POST", "/api/bots/", {"name": "one", "Name": "two", "extra": 1, "id": 777}),
        raw("POST", "/api/bots/", b'{"name": "one", "name": "two"}'),
    ]


TEXTS: list[Any] = [
    "x", "  x  ", "", "   ", "\t\n", "я" * 200, "я" * 201, "😀" * 200, None, True, False, 5, -1.5,
    10**30, [], ["a"], {}, {"a": 1}, "a\nb", "<b>", "a\u2028b", "\u00a0x\u00a0", "\u200b", 0, 1e16,
]  # fmt: skip
NUMBERS: list[Any] = [
    1, 0, -1, 2, 2147483647, 2147483648, "5", " 5 ", "5.0", "5.00", "5.5", 5.0, 5.5, "5e2", 5e2,
    1e20, "", " ", None, True, False, "abc", "1_000", "٣", "+5", "0x10", [], [1], {}, "9" * 30,
    "9" * 1001, 10**18,
]  # fmt: skip
FLOATS: list[Any] = [
    0, 2, 0.7, 1.23456789012345678, 2.0000001, -0.0, -0.1, "0.5", " 0.5 ", "0,5", "1e-3", "", None,
    True, False, "inf", "-inf", [], {}, "x", "1_0.5", 10**400, 1e-320, 5e-324, 0.1 + 0.2,
]  # fmt: skip
FLAGS: list[Any] = [
    True, False, "true", "True", "TRUE", "t", "y", "yes", "on", "1", 1, 1.0, "f", "n", "no", "off",
    "0", 0, 0.0, "", " ", None, "null", 2, -1, "maybe", [], {}, "да",
]  # fmt: skip
KINDS: list[Any] = ["chat", "completion", "CHAT", " chat", "", None, 5, True, [], {}, "bad", 1.5]


def bot_values() -> list[Case]:
    def post(**values: Any) -> Case:
        return admin("POST", "/api/bots/", {"name": "v", **values})

    return [
        *(post(name=value) for value in TEXTS),
        *(post(description=value) for value in TEXTS),
        *(post(gpt_model=value) for value in TEXTS),
        *(post(max_tokens=value) for value in NUMBERS),
        *(post(creativity_level=value) for value in FLOATS),
        *(post(is_active=value) for value in FLAGS),
        *(post(bot_type=value) for value in KINDS),
        *(post(created_by=value) for value in [1, "1", " 1 ", 99, "x", 1.0, 1.5, "1.0", True, None,
                                               "", [], {}, -1, 0, 10**30, "1_0"]),
        post(name="", max_tokens=0, creativity_level=9, bot_type="z", is_active="z"),
        raw("POST", "/api/bots/", b'{"name": "a\\u0000b", "system_prompt": "\\ud800"}'),
        raw("POST", "/api/bots/", b'{"name": "x", "creativity_level": 1e400}'),
        raw("POST", "/api/bots/", b'{"name": "x", "creativity_level": "nan"}'),
        admin("PUT", "/api/bots/3/", {"name": "put"}),
        admin("PUT", "/api/bots/3/", {"description": "no name"}),
        admin("PATCH", "/api/bots/3/", {"description": "  patched  "}),
        admin("PATCH", "/api/bots/3/", {"name": None}),
        admin("PATCH", "/api/bots/3/", {"id": 5, "created_at": "2000-01-01T00:00:00Z"}),
        admin("GET", "/api/bots/3/"),
    ]  # fmt: skip


def forms() -> list[Case]:
    def form(path: str, text: str, method: str = "POST") -> Case:
        return raw(method, path, text.encode(), FORM)

    def multipart(path: str, *parts: str, method: str = "POST") -> Case:
        text = "".join(f"--B\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
        return raw(method, path, (text + "--B--\r\n").encode(), "multipart/form-data; boundary=B")

    return [
        form("/api/bots/", "name=x"),
        form("/api/bots/", "name=x&is_active="),
        form("/api/bots/", "name=x&is_active=on&max_tokens=&creativity_level=&bot_type="),
        form("/api/bots/", "name=+&description=+&gpt_model="),
        form("/api/bots/", "name=a&name=b"),
        form("/api/bots/", "name=%D1%8F&created_by="),
        form("/api/bots/", ""),
        form("/api/bots/", "name"),
        form("/api/bots/", "name=&description=%FF"),
        form("/api/bots/4/", "name=put", "PUT"),
        form("/api/bots/4/", "description=patch", "PATCH"),
        form("/api/bots/4/", "", "PATCH"),
        form("/api/scenarios/", "name=s&bot=1&initial_step="),
        form("/api/scenarios/", "name=s&bot=&description="),
        form("/api/steps/", "name=a&scenario=1&content=%7B%22a%22%3A1%7D"),
        form("/api/steps/", "name=a&scenario=1&content=&next_step="),
        form("/api/steps/", "name=a&scenario=1&content=zz"),
        form("/api/steps/", "name=a&scenario=1&content=5&order="),
        form("/api/executions/", "bot=1&user_session=f&conversation_history=%5B%5D"),
        form("/api/executions/", "bot=1&user_session=f&conversation_history=x&scenario="),
        multipart("/api/bots/", 'name="name"\r\n\r\nмульти'),
        multipart("/api/bots/", 'name="name"\r\n\r\n', 'name="max_tokens"\r\n\r\nx'),
        multipart("/api/bots/", 'name="name"; filename="f.txt"\r\n\r\nfile'),
        multipart("/api/bots/5/", 'name="name"\r\n\r\nput', method="PUT"),
        raw("POST", "/api/bots/", b"--B\r\n", "multipart/form-data"),
        raw("POST", "/api/bots/", b"nonsense", "multipart/form-data; boundary=B"),
    ]


def lists() -> list[Case]:
    queries = [
        "", "page=1", "page=2", "page=99", "page=0", "page=-1", "page=1.0", "page=", "page=abc",
        "page=+1", "page=last", "page=first", "page=99999999999999999999999", "page=1_0",
        "page_size=5", "page_size=0", "page_size=-1", "page_size=1000", "page_size=abc",
        "page_size=", "page_size=5&page=2&x=%D1%8F&a=1&a=2", "page_size=5&page=3", "page=2&page=1",
        "is_active=true", "is_active=False", "is_active=1", "is_active=0", "is_active=foo",
        "is_active=", "is_active=on", "bot_type=chat", "bot_type=completion", "bot_type=bad",
        "bot_type=", "bot_type=CHAT", "bot_type=chat&bot_type=completion", "bot_type=+chat",
        "bot_type=%3Cb%3E", "bot_type=bad&page=99", "unknown=1",
        "ordering=name", "ordering=-name", "ordering=id", "ordering=-id", "ordering=foo",
        "ordering=-max_tokens,id", "ordering=foo,-id", "ordering=", "ordering=creativity_level,id",
        "ordering=+id", "ordering=%2Bid", "ordering=--id", "ordering=id,id", "ordering=gpt_model",
        "search=quiet", "search=QUIET", "search=qui+et", "search=%25", "search=_", "search=100%25",
        "search=%22completion_bot%22", "search=%22quiet", "search=quiet,et", "search=,", "search=+",
        "search=%27quiet%27", "search=%22%22", "search=%22", "search=%00", "search=zzz",
        "search=quiet&is_active=true", "search=a%5Cb", "search=%D0%91%D0%BE%D1%82+1",
    ]  # fmt: skip
    found = [guest("GET", f"/api/bots/?{query}&ordering=id".replace("?&", "?"))
             for query in queries if "ordering" not in query]  # fmt: skip
    found += [guest("GET", f"/api/bots/?{query}") for query in queries if "ordering" in query]
    found += [guest("HEAD", "/api/bots/?page=2")]
    found += [
        guest("GET", f"/api/scenarios/?{query}")
        for query in ("bot=1", "bot=999", "bot=abc", "bot=", "bot=+1", "bot=1.0", "bot=-1",
                      "bot=99999999999999999999", "is_active=false", "bot=1&is_active=true",
                      "bot=1&bot=2", "bot=abc&is_active=true", "bot=null", "search=fir",
                      "ordering=name")
    ]  # fmt: skip
    found += [
        guest("GET", f"/api/steps/?{query}")
        for query in ("", "scenario=1", "scenario=9", "step_type=question", "step_type=bad",
                      "scenario=x&step_type=bad", "search=a", "ordering=-order",
                      "ordering=scenario")
    ]  # fmt: skip
    found += [
        admin("GET", f"/api/executions/?{query}")
        for query in ("", "bot=1", "scenario=1", "scenario=null", "user_session=u-1",
                      "user_session=+u-1+", "user_session=U-1", "user_session=", "user_session=%00",
                      "is_completed=false", "is_completed=true", "search=U", "search=zz",
                      "ordering=user_session", "bot=99999999999999999999")
    ]  # fmt: skip
    return found


def references() -> list[Case]:
    return [
        admin("POST", "/api/scenarios/", {"name": "s", "bot": 1, "initial_step": 1}),
        admin("POST", "/api/scenarios/", {"name": "s", "bot": 1, "initial_step": 999}),
        admin("POST", "/api/scenarios/", {"bot": 999, "initial_step": 1}),
        admin("POST", "/api/scenarios/", {"name": "s"}),
        admin("PATCH", "/api/scenarios/1/", {"initial_step": 3}),
        admin("PATCH", "/api/scenarios/1/", {"initial_step": 1, "name": ""}),
        admin("PATCH", "/api/scenarios/1/", {"initial_step": 3, "name": ""}),
        admin("PATCH", "/api/scenarios/1/", {"initial_step": 1}),
        admin("PATCH", "/api/scenarios/1/", {"initial_step": ""}),
        admin("PUT", "/api/scenarios/1/", {"name": "first", "bot": 1}),
        admin("POST", "/api/steps/", {"name": "s", "scenario": 1, "next_step": 3}),
        admin("POST", "/api/steps/", {"name": "s", "scenario": 1, "next_step": 1, "order": "7"}),
        admin("POST", "/api/steps/", {"name": "s", "next_step": 3, "step_type": "x", "order": -1}),
        admin("PATCH", "/api/steps/1/", {"next_step": 3}),
        admin("PATCH", "/api/steps/1/", {"next_step": 1}),
        admin("PATCH", "/api/steps/1/", {"next_step": None}),
        admin("PATCH", "/api/steps/2/", {"scenario": 3}),
        admin("PATCH", "/api/steps/2/", {"scenario": 3, "next_step": None, "name": "moved"}),
        admin("PATCH", "/api/steps/2/", {"scenario": 1}),
        *(
            admin("PATCH", "/api/steps/1/", {"content": value})
            for value in (None, [], {}, "text", "", 5, 1.0, True, {"a": [1.0, 1e5, 10**30, None]},
                          {"b": 1, "a": 2}, "я😀", 1e16, -0.0)
        ),
        raw("PATCH", "/api/steps/1/", b'{"content": 1e400}'),
        raw("PATCH", "/api/steps/1/", b'{"content": {"\\ud800": "\\u0000"}}'),
        admin("PATCH", "/api/steps/1/", {"content": {"text": "Здравствуйте"}}),
        *(admin("PATCH", "/api/steps/1/", {"order": value}) for value in NUMBERS),
    ]  # fmt: skip


def changes() -> list[Case]:
    return [
        admin("PATCH", "/api/scenarios/2/", {"bot": 2}),
        admin("GET", "/api/scenarios/2/"),
        admin("PATCH", "/api/scenarios/2/", {"bot": 1}),
        admin("PUT", "/api/scenarios/2/", {"name": "only name"}),
        admin("PUT", "/api/steps/3/", {"name": "q", "scenario": 3}),
        admin("PUT", "/api/steps/3/", {"name": "q"}),
        guest("GET", "/api/scenarios/1/steps/"),
        guest("GET", "/api/scenarios/3/steps/?page_size=1"),
    ]


def executions() -> list[Case]:
    turn = {"role": "user", "content": "a"}
    histories: list[Any] = [
        None, [], {}, "x", [turn], [turn, {"role": "assistant", "content": ""}], [{"role": "user"}],
        [1], [None], [{"role": 1, "content": "a"}], [{**turn, "x": 1}], [[turn]], "[]", 5, True,
        [{"role": "", "content": ""}],
    ]  # fmt: skip
    return [
        *(
            admin(
                "POST",
                "/api/executions/",
                {"bot": 1, "user_session": "h", "conversation_history": value},
            )
            for value in histories
        ),
        *(
            admin("POST", "/api/executions/", {"bot": 1, "user_session": value})
            for value in ("x" * 255, "x" * 256, "", " ", None, 5, "я 1")
        ),
        admin("POST", "/api/executions/", {}),
        admin("POST", "/api/executions/", {"bot": 2, "user_session": "u", "scenario": 1}),
        admin("POST", "/api/executions/", {"bot": 1, "user_session": "u", "current_step": 1}),
        admin(
            "POST",
            "/api/executions/",
            {"bot": 1, "user_session": "u", "scenario": 1, "current_step": 3},
        ),
        admin(
            "POST",
            "/api/executions/",
            {"bot": 2, "user_session": "u", "scenario": 1, "current_step": 3},
        ),
        admin("PATCH", "/api/executions/1/", {"is_completed": True}),
        admin("PATCH", "/api/executions/1/", {"is_completed": False}),
        admin("PATCH", "/api/executions/1/", {"bot": 2}),
        admin("PATCH", "/api/executions/1/", {"scenario": None}),
        admin("PATCH", "/api/executions/1/", {"scenario": None, "current_step": None}),
        admin("PATCH", "/api/executions/1/", {"conversation_history": [turn]}),
        admin("PUT", "/api/executions/1/", {"bot": 1, "user_session": "put"}),
        admin("PUT", "/api/executions/1/", {"bot": 1}),
        admin("GET", "/api/executions/1/"),
    ]


def deletions() -> list[Case]:
    return [
        admin("PATCH", "/api/scenarios/1/", {"initial_step": 1}),
        admin("PATCH", "/api/executions/1/", {"scenario": 1, "current_step": 1}),
        admin("DELETE", "/api/steps/1/"),
        admin("GET", "/api/steps/?page_size=100"),
        admin("GET", "/api/scenarios/1/"),
        admin("GET", "/api/executions/1/"),
        admin("DELETE", "/api/scenarios/1/"),
        admin("GET", "/api/executions/1/"),
        admin("GET", "/api/steps/?page_size=100"),
        admin("DELETE", "/api/bots/1/"),
        admin("GET", "/api/executions/?page_size=100"),
        admin("GET", "/api/scenarios/?page_size=100"),
        admin("DELETE", "/api/bots/1/"),
        admin("GET", "/api/bots/1/"),
    ]
