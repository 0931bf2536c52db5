"""Channels written for Rasa are served inside our application."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import socketio
from starlette.testclient import TestClient

from bot.compat.custom_channel import CustomChannel
from bot.compat.doors import custom_channel
from bot.errors import ProjectError
from bot.message import Message, Reply
from bot.server.app import create_app
from bot.server.running import Running
from bot.server.settings import Settings
from tests.channels.serving import serve

MY_IO = '''
import inspect
from typing import Any, Awaitable, Callable, Dict, List, Optional, Text

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse


class MyIO(InputChannel):
    """A shop's own webhook."""

    @classmethod
    def name(cls) -> Text:
        return "myio"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> InputChannel:
        if not credentials:
            cls.raise_missing_credentials_exception()
        return cls(credentials["secret"])

    def __init__(self, secret: Text) -> None:
        self.secret = secret

    def get_metadata(self, request: Request) -> Optional[Dict[Text, Any]]:
        return {"agent": request.headers.get("user-agent"), "ip": request.ip, "shop": request.args.get("shop")}

    def get_output_channel(self) -> OutputChannel:
        return Loud()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[None]]) -> Blueprint:
        webhook = Blueprint("custom_webhook_{}".format(type(self).__name__), inspect.getmodule(self).__name__)

        @webhook.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @webhook.route("/<shop>/webhook", methods=["POST"])
        async def receive(request: Request, shop: Text) -> HTTPResponse:
            from rasa.shared.constants import DEFAULT_SENDER_ID

            if request.headers.get("X-Secret") != self.secret:
                return response.text("wrong secret", status=403)
            collector = CollectingOutputChannel()
            text = request.form.get("text") or request.json.get("text")
            message = UserMessage(text, collector, request.args.get("sender", DEFAULT_SENDER_ID),
                                  input_channel=self.name(), metadata={**self.get_metadata(request), "path": shop})
            await on_new_message(message)
            return response.json(collector.messages, headers={"X-Path": request.path}, ensure_ascii=False)

        @webhook.post("/loud")
        async def loud(request: Request) -> HTTPResponse:
            output = Loud()
            await on_new_message(UserMessage(request.body.decode(), output, "li"))
            return response.text("|".join(output.sent))

        return webhook


class Loud(OutputChannel):
    """Can send nothing but text."""

    sent: List[Text] = []

    def __init__(self) -> None:
        self.sent = type(self).sent = []

    @classmethod
    def name(cls) -> Text:
        return "loud"

    async def send_text_message(self, recipient_id: Text, text: Text, **kwargs: Any) -> None:
        self.sent.append(f"{recipient_id}: {text.upper()}")
'''
REST = """
from typing import Any, Dict, Optional, Text

from rasa.core.channels.rest import RestInput
from sanic.request import Request


class WithToken(RestInput):
    @classmethod
    def name(cls) -> Text:
        return "rest"

    def get_metadata(self, request: Request) -> Optional[Dict[Text, Any]]:
        return {"token": request.headers.get("Authorization")}
"""


class Shop:
    """Answers with what it heard, and keeps it."""

    def __init__(self) -> None:
        self.heard: list[tuple[Message, str | None]] = []

    async def handle(self, message: Message, *, output_channel: str | None = None) -> Sequence[Reply]:
        self.heard.append((message, output_channel))
        if message.text == "fail":
            raise RuntimeError("no luck")
        button = {"title": "好", "payload": "/affirm"}
        return [Reply(f"{message.text}!\n\n再见"), Reply("Sure?", buttons=(button,)), Reply(image="http://x/y.png")]

    async def close(self) -> None:
        pass


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "addons").mkdir()
    (tmp_path / "addons/myio.py").write_text(MY_IO, encoding="utf-8")
    (tmp_path / "addons/rest.py").write_text(REST, encoding="utf-8")
    return tmp_path


def client(shop: Any, root: Path, credentials: dict[str, Any]) -> TestClient:
    return TestClient(create_app(Running(shop), Settings(credentials=credentials, root=root)))


def test_a_channel_reads_requests_and_collects_replies(shop: Shop, root: Path) -> None:
    with client(shop, root, {"addons.myio.MyIO": {"secret": "geheim"}}) as app:
        assert app.get("/webhooks/myio/").json() == {"status": "ok"}
        url, headers = "/webhooks/myio/north/webhook?sender=li&shop=7", {"X-Secret": "geheim", "User-Agent": "curl"}
        answer = app.post(url, json={"text": " 你好 "}, headers=headers)
        assert app.post(url, data={"text": "form"}, headers=headers).json()[0]["text"] == "form!"
        assert app.post(url, json={"text": "x"}).status_code == 403
        assert app.get("/webhooks/myio/nothing/here").status_code == 404
    assert answer.headers["x-path"] == "/webhooks/myio/north/webhook"
    assert answer.json() == [
        {"recipient_id": "li", "text": "你好!"},
        {"recipient_id": "li", "text": "再见"},
        {"recipient_id": "li", "text": "Sure?", "buttons": [{"title": "好", "payload": "/affirm"}]},
        {"recipient_id": "li", "image": "http://x/y.png"},
    ]
    message, output = shop.heard[0]
    assert (message.text, message.sender_id, message.input_channel, output) == ("你好", "li", "myio", "collector")
    assert message.metadata == {"agent": "curl", "ip": "testclient", "shop": "7", "path": "north"}


def test_an_output_channel_of_the_projects_own_sends_all_as_it_can(shop: Shop, root: Path) -> None:
    with client(shop, root, {"addons.myio.MyIO": {"secret": "geheim"}}) as app:
        said = app.post("/webhooks/myio/loud", content="hello").text
    assert said.split("|") == [
        "li: HELLO!\n\n再见",
        "li: SURE?",
        "li: 1: 好 (/AFFIRM)",
        "li: IMAGE: HTTP://X/Y.PNG",
    ]
    assert shop.heard[0][1] == "loud"


def test_a_rest_channel_with_other_metadata_takes_the_place_of_ours(shop: Shop, root: Path) -> None:
    with client(shop, root, {"addons.rest.WithToken": {}}) as app:
        url, body = "/webhooks/rest/webhook", {"sender": "li", "message": "hi"}
        answer = app.post(url, json=body, headers={"Authorization": "Bearer x"})
        assert [message.get("text") for message in answer.json()] == ["hi!", "再见", "Sure?", None]
        streamed = app.post(url + "?stream=true", json=body).text.splitlines()
        assert [json.loads(line).get("text") for line in streamed] == ["hi!", "再见", "Sure?", None]
    assert shop.heard[0][0].metadata == {"token": "Bearer x"}


def test_a_turn_that_fails_leaves_the_rest_channel_up(shop: Shop, root: Path, caplog: pytest.LogCaptureFixture) -> None:
    with client(shop, root, {"addons.rest.WithToken": None}) as app, caplog.at_level(logging.ERROR):
        assert app.post("/webhooks/rest/webhook", json={"message": "fail"}).json() == []
        assert app.post("/webhooks/rest/webhook", json={"message": "hi"}).json()
    assert "no luck" in caplog.text


async def _nothing(message: Message, *, output_channel: str | None = None) -> Sequence[Reply]:
    return []


def test_a_channel_that_has_an_output_channel_can_speak_first(root: Path) -> None:
    channel = custom_channel(_nothing, "addons.myio.MyIO", {"secret": "x"}, root=root)
    assert isinstance(channel, CustomChannel) and channel.name == "myio"
    asyncio.run(channel.push("li", [Reply("Your parcel is here. 包裹到了。")]))
    output: Any = channel._channel.get_output_channel
    assert type(output()).__name__ == "Loud"


@pytest.mark.parametrize(
    ("dotted", "settings", "said"),
    [
        ("addons.myio.MyIO", None, "needs its settings in credentials.yml"),
        ("addons.myio.Loud", None, "is no subclass of rasa.core.channels.channel.InputChannel"),
        ("addons.myio.MyIo", None, "Did you mean 'MyIO'?"),
        ("addons.mine.MyIO", None, "there is no module 'addons.mine'"),
    ],
)
def test_what_is_no_channel_is_said(root: Path, dotted: str, settings: Any, said: str) -> None:
    with pytest.raises(ProjectError, match=said.replace("?", r"\?")):
        custom_channel(_nothing, dotted, settings, root=root)


SOCKETIO = '''
from typing import Any, Awaitable, Callable

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.socketio import SocketBlueprint, SocketIOInput, SocketIOOutput
from socketio import AsyncServer


class Rooms(SocketIOInput):
    """Sessions have the names that clients give them."""

    @classmethod
    def name(cls):
        return "rooms"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]):
        sio = AsyncServer(async_mode="sanic", cors_allowed_origins="*")
        webhook = SocketBlueprint(sio, self.socketio_path, "rooms_webhook", __name__)
        self.sio = sio

        @sio.on("session_request", namespace=self.namespace)
        async def session_request(sid, data):
            await sio.enter_room(sid, data["name"])
            await sio.emit("session_confirm", data["name"], room=sid)

        @sio.on(self.user_message_evt, namespace=self.namespace)
        async def handle_message(sid, data):
            output = SocketIOOutput(sio, self.bot_message_evt)
            await on_new_message(UserMessage(data["message"], output, data["name"], input_channel=self.name()))

        return webhook


class Named(SocketIOInput):
    @classmethod
    def name(cls):
        return "named"
'''


async def chat(url: str, path: str, requested: dict[str, Any], said: dict[str, Any]) -> list[tuple[str, Any]]:
    """What a real client gets: the confirmed session, and three messages."""
    got: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
    client = socketio.AsyncClient(reconnection=False)
    for event in ("session_confirm", "bot_uttered"):
        client.on(event, lambda data, event=event: got.put_nowait((event, data)))
    await client.connect(url, socketio_path=path)
    await client.emit("session_request", requested)
    heard = [await asyncio.wait_for(got.get(), 10)]
    await client.emit("user_uttered", said)
    heard += [await asyncio.wait_for(got.get(), 10) for _ in range(4)]
    await client.disconnect()
    return heard


@pytest.mark.parametrize(
    ("channel", "requested", "said"),
    [
        ("Rooms", {"name": "li"}, {"message": "hi", "name": "li"}),
        ("Named", {"session_id": "li"}, {"message": "hi", "session_id": "li"}),
    ],
)
def test_socket_io_channels_of_the_projects_own_serve_real_clients(
    shop: Shop, root: Path, channel: str, requested: dict[str, Any], said: dict[str, Any]
) -> None:
    (root / "addons/rooms.py").write_text(SOCKETIO, encoding="utf-8")
    credentials = {f"addons.rooms.{channel}": {"socketio_path": "/chat", "session_persistence": True}}
    for served in serve(shop, Settings(credentials=credentials, root=root)):
        heard = asyncio.run(chat(served.url, "chat", requested, said))
    assert heard[0] == ("session_confirm", "li")
    assert [data.get("text") for _, data in heard[1:]] == ["hi!", "再见", "Sure?", None]
    assert heard[3][1]["quick_replies"] == [{"content_type": "text", "title": "好", "payload": "/affirm"}]
    assert heard[4][1] == {"attachment": {"type": "image", "payload": {"src": "http://x/y.png"}}}
    message, output = shop.heard[0]
    assert (message.sender_id, message.input_channel, output) == ("li", channel.lower(), "socketio")
