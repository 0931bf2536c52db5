import asyncio
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from bot.server.timeouts import ResponseTimeout

given_up: list[str] = []


async def _quick(_: Request) -> Response:
    return PlainTextResponse("好")


async def _slow(_: Request) -> Response:
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError:
        given_up.append("slow")
        raise
    return PlainTextResponse("late")


async def _streamed(_: Request) -> Response:
    async def parts() -> AsyncIterator[str]:
        yield "a"
        await asyncio.sleep(0.2)
        yield "b"

    return StreamingResponse(parts())


async def _news(_: Request) -> Response:
    await asyncio.sleep(0.2)
    return PlainTextResponse("news")


async def _own_timeout(_: Request) -> Response:
    raise TimeoutError("of the action")


APP = Starlette(routes=[Route(f"/{f.__name__[1:]}", f) for f in (_quick, _slow, _streamed, _news, _own_timeout)])


def client(seconds: float) -> TestClient:
    return TestClient(ResponseTimeout(APP, seconds=seconds), raise_server_exceptions=False)


def test_an_answer_in_time_is_given() -> None:
    assert client(0.1).get("/quick").text == "好"


def test_what_takes_too_long_is_given_up() -> None:
    given_up.clear()
    answer = client(0.1).get("/slow")
    assert (answer.status_code, answer.json()["reason"]) == (503, "ServiceUnavailable")
    assert given_up == ["slow"]


def test_an_answer_that_has_begun_may_take_its_time() -> None:
    assert client(0.1).get("/streamed").text == "ab"


def test_a_client_that_waits_for_news_is_left_waiting() -> None:
    assert client(0.1).get("/news?EIO=4&transport=polling").text == "news"


def test_a_timeout_of_something_else_is_not_ours() -> None:
    assert client(5).get("/own_timeout").status_code == 500
