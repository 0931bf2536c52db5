"""An assistant by script for the widget's tests: one of each thing that it can draw, and things that go wrong."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.message import Message, Reply
from bot.speaking import listening

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
PRODUCTS = {
    "card": "products",
    "items": [
        {"name": "Linen Dress", "price": "¥299.00", "buttons": [{"title": "Show me", "payload": "/dress"}]},
        {"name": "羊毛衫", "price": "¥459.00", "note": "缺货", "url": "/shop"},
    ],
}
TIMELINE = {
    "card": "timeline",
    "title": "Parcel SF100",
    "steps": [
        {"label": "picked up", "time": "1 May", "state": "done"},
        {"label": "in transit", "time": "2 May", "state": "now"},
        {"label": "delivered", "state": "next"},
    ],
}
FORM = {
    "card": "form",
    "title": "New address",
    "text": "{street}, {city}, {zip}",
    "fields": [
        {"name": "street", "label": "Street", "autocomplete": "street-address"},
        {"name": "city", "label": "City"},
        {"name": "zip", "label": "Postcode", "required": False},
    ],
}
RATING = {"card": "rating", "question": "Were you content?", "intent": "inform", "entity": "satisfaction"}
ANSWERS: dict[str, list[Reply]] = {
    "products": [Reply("Here they are:", custom=PRODUCTS)],
    "parcel": [Reply("It is on its way.", custom=TIMELINE)],
    "address": [Reply("Where to?", custom=FORM)],
    "bye": [Reply("Goodbye!", custom=RATING)],
    "human": [Reply("One moment.", custom={"card": "handover", "state": "waiting"})],
    "joined": [Reply("Hello, Li here.", custom={"card": "handover", "state": "joined", "name": "Li"})],
    "unknown": [Reply("Something else:", custom={"weather": "sunny"})],
    "image": [Reply("Look:", image="/missing.png"), Reply("See https://kefu.example/a?b=1, please.")],
    "choose": [
        Reply("选一个 / pick one", buttons=({"title": "好", "payload": "/affirm"}, {"title": "不", "payload": "/deny"}))
    ],
}


@dataclass
class Desk:
    """Says back what it does not know; `slow …` and `draft` wait for `release`, `fail` raises the first time."""

    heard: list[Message] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    fails: int = 1

    async def handle(self, message: Message, *, output_channel: str | None = None) -> Sequence[Reply]:
        self.heard.append(message)
        if message.text.startswith("slow"):
            await asyncio.to_thread(self.release.wait, 60)  # it is set from the test's thread
        if message.text == "draft" and (tell := listening.get()):
            tell("This is what there is.")
            await asyncio.to_thread(self.release.wait, 60)
        if message.text == "fail" and self.fails:
            self.fails -= 1
            raise RuntimeError("no luck")
        return ANSWERS.get(message.text) or [Reply(f"You said {message.text}")]

    def texts(self) -> list[str]:
        return [message.text for message in self.heard]

    async def close(self) -> None:
        pass
