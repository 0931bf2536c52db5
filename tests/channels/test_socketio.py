"""The official python-socketio client talks to a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import jwt
import pytest
import socketio
import uvicorn
from socketio.exceptions import ConnectionError as Refused
from starlette.applications import Starlette

from bot.channels.socketio import SocketIoChannel
from bot.errors import UsageError
from bot.message import Message, Reply
from bot.server.settings import Settings
from tests.channels.serving import Echo, Served, serve

SECRET = "a secret that is long enough for HS256"


@contextmanager
def server(**credentials: Any) -> Iterator[Served]:
    yield from serve(Echo(), Settings(credentials={"socketio": credentials}))


class Client:
    """A chat widget: what it got, event by event."""

    def __init__(self, url: str, *, namespace: str = "/", path: str = "socket.io") -> None:
        self.url, self.namespace, self.path = url, namespace, path
        self.got: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self.io = socketio.AsyncClient(reconnection=False)
        for event in ("session_confirm", "bot_uttered", "said"):
            self.io.on(event, self._keep(event), namespace=namespace)

    def _keep(self, event: str) -> Callable[[Any], Awaitable[None]]:
        async def keep(data: Any) -> None:
            await self.got.put((event, data))

        return keep

    async def connect(self, auth: Any = None, transports: list[str] | None = None) -> None:
        await self.io.connect(
            self.url, auth=auth, namespaces=[self.namespace], socketio_path=self.path, transports=transports
        )

    async def emit(self, event: str, data: Any = None) -> None:
        await self.io.emit(event, data, namespace=self.namespace)

    async def next(self) -> tuple[str, Any]:
        return await asyncio.wait_for(self.got.get(), 5)

    @property
    def sid(self) -> str:
        return str(self.io.get_sid(self.namespace))


def talk(client: Client, scenario: Callable[[Client], Awaitable[None]], **connect: Any) -> None:
    async def run() -> None:
        await client.connect(**connect)
        try:
            await scenario(client)
        finally:
            await client.io.disconnect()

    asyncio.run(asyncio.wait_for(run(), 20))


@pytest.mark.parametrize("transports", [["websocket"], ["polling", "websocket"]])
def test_a_session_is_confirmed_by_its_bare_id_and_a_message_is_answered(transports: list[str]) -> None:
    async def scenario(client: Client) -> None:
        await client.emit("session_request", {"session_id": "li"})
        assert await client.next() == ("session_confirm", "li")
        await client.emit("session_request")
        event, made = await client.next()
        assert (event, len(made)) == ("session_confirm", 32)
        await client.emit("user_uttered", {"message": "你好", "session_id": made, "metadata": {"page": "/shop"}})
        assert [await client.next() for _ in range(2)] == [
            ("bot_uttered", {"text": "你好!"}),
            ("bot_uttered", {"text": "再见"}),
        ]
        (message,) = served.assistant.heard
        assert (message.sender_id, message.input_channel) == (client.sid, "socketio")
        assert message.metadata == {"page": "/shop"}

    with server() as served:
        talk(Client(served.url), scenario, transports=transports)


def test_with_session_persistence_every_connection_of_a_session_hears_it() -> None:
    async def scenario(client: Client) -> None:
        other = Client(served.url)
        await other.connect()
        for each in (client, other):
            await each.emit("session_request", {"session_id": "王"})
            await each.next()
        await client.emit("user_uttered", {"message": "buttons", "session_id": "王"})
        expected = {
            "text": "选一个",
            "quick_replies": [{"content_type": "text", "title": "好", "payload": "/affirm"}],
        }
        assert await client.next() == await other.next() == ("bot_uttered", expected)
        await other.io.disconnect()
        assert served.assistant.heard[0].sender_id == "王"

    with server(session_persistence=True) as served:
        talk(Client(served.url), scenario)


def test_with_session_persistence_a_message_without_a_session_is_ignored() -> None:
    async def scenario(client: Client) -> None:
        await client.emit("user_uttered", {"message": "lost"})
        await client.emit("user_uttered", "no object")
        await client.emit("user_uttered", {"message": "here", "session_id": "li"})
        assert await client.next() == ("bot_uttered", {"text": "here!"})
        assert [message.text for message in served.assistant.heard] == ["here"]

    with server(session_persistence=True) as served:
        talk(Client(served.url), scenario)


def test_events_path_namespace_and_metadata_have_the_names_of_the_credentials() -> None:
    async def scenario(client: Client) -> None:
        await client.emit("session_request", {"session_id": None})
        assert (await client.next())[0] == "session_confirm"
        await client.emit("ask", {"message": "hi", "customData": '{"language": "en"}'})
        assert await client.next() == ("said", {"text": "hi!"})
        assert served.assistant.heard[0].metadata == {"language": "en"}

    names = {"user_message_evt": "ask", "bot_message_evt": "said", "namespace": "/shop", "metadata_key": "customData"}
    with server(**names, socketio_path="/chat/io") as served:
        talk(Client(served.url, namespace="/shop", path="chat/io"), scenario)


def test_who_connects_shows_a_token_where_a_key_is_set() -> None:
    async def scenario(client: Client) -> None:
        await client.emit("user_uttered", {"message": "hi"})
        assert await client.next() == ("bot_uttered", {"text": "hi!"})

    with server(jwt_key=SECRET) as served:
        for auth in (None, {"token": "nonsense"}, {"token": jwt.encode({}, SECRET + "?", algorithm="HS256")}, "x"):
            with pytest.raises(Refused):
                talk(Client(served.url), scenario, auth=auth)
        good = jwt.encode({"user": "li"}, SECRET, algorithm="HS256")
        talk(Client(served.url), scenario, auth={"token": good})
        talk(Client(served.url), scenario, auth={"token": f"Bearer {good}"})


def test_a_turn_that_fails_is_apologised_for_and_the_next_is_answered() -> None:
    async def scenario(client: Client) -> None:
        await client.emit("user_uttered", {"message": "fail"})
        assert "Sorry" in (await client.next())[1]["text"]
        await client.emit("user_uttered", {"message": "hi", "metadata": "{no json"})
        assert await client.next() == ("bot_uttered", {"text": "hi!"})

    with server() as served:
        talk(Client(served.url), scenario)


def test_messages_of_one_client_are_handled_in_their_order() -> None:
    async def scenario(client: Client) -> None:
        for number in range(5):
            await client.emit("user_uttered", {"message": f"{number}"})
        said = [(await client.next())[1]["text"] for _ in range(10)]
        assert said[::2] == ["0!", "1!", "2!", "3!", "4!"]

    with server() as served:
        talk(Client(served.url), scenario)


def test_a_reply_to_no_message_reaches_the_connection() -> None:
    async def handle(message: Message, *, output_channel: str | None = None) -> list[Reply]:
        await channel.push(message.sender_id, [Reply("提醒", custom={"price": 5})])
        return []

    channel: SocketIoChannel

    async def scenario() -> None:
        ready = asyncio.Event()

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            asyncio.get_running_loop().call_later(0.05, ready.set)
            yield

        app = Starlette(routes=list(channel.routes()), lifespan=lifespan)
        served = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
        running = asyncio.create_task(served.serve())
        await ready.wait()
        client = Client(f"http://127.0.0.1:{served.servers[0].sockets[0].getsockname()[1]}")
        await client.connect()
        await client.emit("user_uttered", {"message": "remind me"})
        assert [await client.next() for _ in range(2)] == [
            ("bot_uttered", {"text": "提醒"}),
            ("bot_uttered", {"price": 5}),
        ]
        await client.io.disconnect()
        await channel.close()
        served.should_exit = True
        await running

    channel = SocketIoChannel.from_credentials(handle, None)
    asyncio.run(asyncio.wait_for(scenario(), 20))


def test_health_and_the_other_channels_are_served_beside_it() -> None:
    with server() as served:
        assert httpx.get(f"{served.url}/webhooks/socketio/").json() == {"status": "ok"}
        answer = httpx.post(f"{served.url}/webhooks/rest/webhook", json={"message": "hi"})
        assert answer.json()[0]["text"] == "hi!"


@pytest.mark.parametrize("credentials", [{"session_persistence": "perhaps"}, {"socketio_path": "/"}])
def test_options_that_cannot_be_are_refused(credentials: Mapping[str, Any]) -> None:
    with pytest.raises(UsageError, match="socketio"):
        SocketIoChannel.from_credentials(Echo().handle, credentials)


def test_an_option_that_does_not_exist_is_named(caplog: pytest.LogCaptureFixture) -> None:
    SocketIoChannel.from_credentials(Echo().handle, {"session_persistance": True})
    assert "'session_persistance'. Did you mean 'session_persistence'?" in caplog.text
