"""Customers whom the shop has signed in: its token says whose conversation it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from bot.server.settings import Settings
from tests.channels.serving import Served, serve
from tests.widget.browsing import messages, say, wait_for
from tests.widget.desk import Desk

pytestmark = pytest.mark.slow
KEY = "a-secret-that-is-long-enough-for-hs256"


@pytest.fixture
def guarded() -> Iterator[Served]:
    yield from serve(Desk(), Settings(credentials={"websocket": {"token_key": KEY}}))


def sign_in(page: Any, guarded: Served, customer: str) -> None:
    """The shop's page, as it writes it for this customer."""
    token = jwt.encode({"sub": customer, "customer_id": customer, "exp": time.time() + 60}, KEY)
    body = (
        f'<html lang="en"><script src="/bot-chat.js" defer></script><bot-chat open token="{token}"></bot-chat></html>'
    )
    page.unroute_all()
    page.route("**/account", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(f"{guarded.url}/account")


def test_customers_who_share_a_browser_have_conversations_of_their_own(page: Any, guarded: Served) -> None:
    sign_in(page, guarded, "li")
    say(page, "hello")
    wait_for(page, "You said hello")
    sign_in(page, guarded, "wang")
    say(page, "你好")
    wait_for(page, "You said 你好")
    assert messages(page) == ["你好", "You said 你好"]
    sign_in(page, guarded, "li")
    wait_for(page, "You said hello")
    assert [(each.sender_id, each.metadata["claims"]["customer_id"]) for each in guarded.assistant.heard] == [
        ("li", "li"),
        ("wang", "wang"),
    ]
