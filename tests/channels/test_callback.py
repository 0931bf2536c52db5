import asyncio
import http.server
import json
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

import httpx
import pytest

from bot.channels.callback import CallbackChannel
from bot.errors import UsageError
from bot.message import Reply
from bot.server.settings import Settings
from tests.channels.serving import Echo, Served, serve


class Client(http.server.BaseHTTPRequestHandler):
    received: ClassVar[list[Any]] = []
    headers_received: ClassVar[list[dict[str, str]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Client.received.append((self.path, json.loads(body)))
        Client.headers_received.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def client() -> Iterator[str]:
    Client.received, Client.headers_received = [], []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Client)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/in"
    server.shutdown()
    server.server_close()


@pytest.fixture
def with_callback(client: str) -> Iterator[Served]:
    yield from serve(Echo(), Settings(credentials={"callback": {"url": client}}))


def test_replies_are_posted_to_the_clients_url(with_callback: Served) -> None:
    answer = httpx.post(f"{with_callback.url}/webhooks/callback/webhook", json={"sender": "li", "message": "你好"})
    assert answer.text == "success"
    assert Client.received == [
        ("/in", {"recipient_id": "li", "text": "你好!"}),
        ("/in", {"recipient_id": "li", "text": "再见"}),
    ]


def test_credentials_are_those_of_an_endpoint(client: str) -> None:
    credentials = {"url": f"{client}?shop=7", "token": "t", "basic_auth": {"username": "u", "password": "p"}}
    channel = CallbackChannel.from_credentials(Echo().handle, credentials)

    async def run() -> None:
        await channel.push("li", [Reply(custom={"price": Decimal("9.90")})])
        await channel.close()

    asyncio.run(run())
    path, body = Client.received[0]
    assert (path, body) == ("/in?shop=7&token=t", {"recipient_id": "li", "custom": {"price": "9.90"}})
    assert Client.headers_received[0]["authorization"].startswith("Basic ")
    assert Client.headers_received[0]["content-type"] == "application/json"


def test_without_a_url_it_says_what_is_missing() -> None:
    with pytest.raises(UsageError, match="url"):
        CallbackChannel.from_credentials(Echo().handle, {})
