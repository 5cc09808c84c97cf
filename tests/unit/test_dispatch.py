import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from alpina_app.edge import Dispatch


async def _own_address(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(request.url_for("inside", name="a")))


async def _page(request: Request) -> PlainTextResponse:
    return PlainTextResponse("page")


async def _get(path: str) -> str:
    part = Starlette(
        routes=[
            Route("/part/", _own_address),
            Route("/part/{name}", _own_address, name="inside"),
        ]
    )
    pages = Starlette(routes=[Route("/{path:path}", _page)])
    # As Reflex has it: the dispatch stands inside another application.
    outer = Starlette(routes=[Mount("/", Dispatch(pages, lambda: {"/part": part}))])
    transport = httpx.ASGITransport(app=outer)
    async with httpx.AsyncClient(transport=transport, base_url="http://site") as client:
        return (await client.get(path)).text


async def test_a_part_makes_addresses_by_its_own_routes():
    assert await _get("/part/") == "http://site/part/a"


async def test_every_other_path_is_a_page():
    assert await _get("/parting") == "page"
    assert await _get("/") == "page"
