import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import httpx
import pytest

from bot.channels.callback import CallbackChannel
from bot.errors import UsageError
from bot.server.settings import Settings
from tests.channels.serving import Echo, Served, serve


class Client(http.server.BaseHTTPRequestHandler):
    received: ClassVar[list[Any]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Client.received.append((self.path, json.loads(body)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def client() -> Iterator[str]:
    Client.received = []
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


def test_without_a_url_it_says_what_is_missing() -> None:
    with pytest.raises(UsageError, match="url"):
        CallbackChannel.from_credentials(Echo().handle, {})
