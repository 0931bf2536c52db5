"""Cards go where they are drawn; everywhere else the same is said in words."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.message import Message
from tests.starter_talk import EMMA, WEI, StarterTalk


def say(shop: StarterTalk, text: str, *, channel: str = "websocket") -> list[dict[str, Any]]:
    """Send a message whose meaning has been told; the custom payloads of the replies."""
    shop.replies = list(asyncio.run(shop.assistant.handle(Message(text, shop.sender, input_channel=channel))))
    return [dict(reply.custom) for reply in shop.replies if reply.custom]


def test_products_are_cards_on_the_widget_and_buttons_elsewhere(shop: StarterTalk) -> None:
    shop.mean("show me linen dresses", "product_search", product="linen dresses")
    (card,) = say(shop, "show me linen dresses")
    names = [item["name"] for item in card["items"]]
    assert card["card"] == "products" and "Linen Midi Dress with Pockets" in names
    assert shop.buttons == [] and "1." not in str(shop.replies[0].text)
    assert say(shop, "show me linen dresses", channel="rest") == []
    assert shop.buttons == names and "1. " in str(shop.replies[0].text)


def test_a_cards_button_shows_its_product(shop: StarterTalk) -> None:
    shop.mean("有没有亚麻连衣裙", "product_search", product="亚麻连衣裙")
    (card,) = say(shop, "有没有亚麻连衣裙")
    item = card["items"][0]
    assert item["buttons"][0]["title"] == "看看这件"
    say(shop, item["buttons"][0]["payload"])
    assert item["name"] in str(shop.replies[0].text)


def test_each_parcel_has_its_way_and_what_went_wrong_shows(shop: StarterTalk) -> None:
    shop.say(WEI, "inform", email=WEI)
    shop.mean("K5920376到哪了", "track_order", order_number="K5920376")
    delivered, under_way = say(shop, "K5920376到哪了")
    assert [step["state"] for step in delivered["steps"]] == ["done"] * 6
    assert [step["state"] for step in under_way["steps"]] == ["done", "now", "next"]
    shop.mean("K1759842到哪了", "track_order", order_number="K1759842")
    (missed,) = say(shop, "K1759842到哪了")
    assert [step["state"] for step in missed["steps"]][-2:] == ["failed", "next"]
    assert missed["title"] == "包裹 YT5304429829064" and "预计" in missed["steps"][-1]["time"]


def test_an_order_without_a_parcel_has_a_way_of_its_own(shop: StarterTalk) -> None:
    shop.say(EMMA, "inform", email=EMMA)
    shop.mean("where is K2093674", "track_order", order_number="K2093674")
    (way,) = say(shop, "where is K2093674")
    assert way["title"] == "Order K2093674"
    assert [step["state"] for step in way["steps"]] == ["done", "done", "now", "next", "next"]
    assert say(shop, "where is K2093674", channel="rest") == []


def test_satisfaction_is_asked_for_and_noted(shop: StarterTalk) -> None:
    shop.mean("bye", "goodbye")
    (card,) = say(shop, "bye")
    assert (card["card"], card["entity"]) == ("rating", "satisfaction")
    assert "Thank you" in shop.say(f'/{card["intent"]}{{"satisfaction": "4"}}')
    assert shop.slot("satisfaction") == "4"


def test_a_hand_over_is_waited_for(shop: StarterTalk) -> None:
    shop.mean("转人工", "human_handoff")
    assert say(shop, "转人工") == [{"card": "handover", "state": "waiting"}]
