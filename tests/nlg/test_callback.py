"""Rasa's NLG server protocol, against a server that is scripted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import httpx
import pytest

from bot.domain import ResponseVariation
from bot.message import Fact, Reply
from bot.nlg.callback import CallbackSpeaker
from bot.nlg.speaker import ResponseSpeaker
from bot.speaking import ConversationView

RESPONSES = {"utter_x": (ResponseVariation(text="Hi {name}", id="v1"),)}


def say(handler: Callable[[httpx.Request], httpx.Response], **facts: Any) -> Reply | None:
    async def turn() -> Reply | None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
            speaker = CallbackSpeaker(
                client,
                "http://nlg/?shop=7",
                RESPONSES,
                fallback=ResponseSpeaker(RESPONSES, random=Random(0)),
                params={"token": "t"},
            )
            view = ConversationView(tracker_state=lambda: {"sender_id": "me", "events": []})
            return await speaker.say(
                "utter_x", slots={}, facts={"name": "李"} | facts, source="action_x", channel="rest", tracker_view=view
            )

    return asyncio.run(turn())


def test_the_request_and_the_reply_are_rasas() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"text": "您好", "buttons": [{"title": "a", "payload": "/b"}], "id": "v1"})

    reply = say(handler)
    assert json.loads(seen[0].content) == {
        "response": "utter_x",
        "id": "v1",
        "arguments": {"name": "李"},
        "tracker": {"sender_id": "me", "events": []},
        "channel": {"name": "rest"},
    }
    assert dict(seen[0].url.params) == {"shop": "7", "token": "t"}
    assert reply is not None and reply.act is not None
    assert (reply.text, reply.buttons) == ("您好", ({"title": "a", "payload": "/b"},))
    assert reply.metadata == {"utter_action": "utter_x", "id": "v1"}
    assert reply.act.facts == (Fact("name", "李", "action_x"),)


def test_an_empty_answer_says_nothing() -> None:
    reply = say(lambda request: httpx.Response(200))
    assert reply is not None and reply.text is None


@pytest.mark.parametrize(
    "answer", [httpx.Response(500), httpx.Response(200, text="<html>"), httpx.Response(200, json=[1])]
)
def test_a_failing_server_leads_to_the_domains_response(answer: httpx.Response) -> None:
    reply = say(lambda request: answer)
    assert reply is not None and reply.text == "Hi 李"
    assert reply.why.startswith("the NLG server failed")


def test_facts_may_be_prices_and_dates() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"text": "ok"})

    assert say(handler, price=Decimal("9.90"), day=date(2026, 1, 2)) is not None
    assert json.loads(seen[0].content)["arguments"] == {"name": "李", "price": "9.90", "day": "2026-01-02"}
