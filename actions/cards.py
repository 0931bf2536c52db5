"""Lists and parcels as cards, for the channel that draws them; docs/widget.md describes the payloads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import spoken
from actions.turn import Turn
from knowledge_base import labels
from knowledge_base.models import Order, OrderStatus, Shipment

_DRAWING_CHANNEL = "websocket"
_TITLE = {"en": ("Order {}", "Parcel {}"), "zh": ("订单 {}", "包裹 {}")}
_PLACED = {"en": "placed", "zh": "已下单"}
_EXPECTED = {"en": "expected {}", "zh": "预计 {}"}
_MISHAPS = frozenset({"failed_attempt", "exception"})
_WAY = (OrderStatus.PENDING, OrderStatus.PROCESSED, OrderStatus.SHIPPED, OrderStatus.DELIVERED)
"""What an order goes through when all goes well; the other states have no place on a line."""


def are_drawn(turn: Turn) -> bool:
    """Whether the customer sees cards; everybody else gets the same in words."""
    return bool(turn.tracker.get_latest_input_channel() == _DRAWING_CHANNEL)


def products(rows: Sequence[Mapping[str, Any]], buttons: Sequence[Mapping[str, str]], language: str) -> dict[str, Any]:
    """Products, each with its button."""
    title = "看看这件" if language == "zh" else "Show me this"
    items = [
        {
            "name": row["name"],
            "price": row["price"],
            "note": row["note"].strip(" ()（）–"),
            "image": row.get("image"),
            "buttons": [{**button, "title": title}],
        }
        for row, button in zip(rows, buttons, strict=True)
    ]
    return {"card": "products", "items": items}


def draw_way(dispatcher: CollectingDispatcher, turn: Turn, order: Order, parcels: Sequence[Shipment]) -> None:
    """The way of each parcel; of the order while it has none."""
    if not are_drawn(turn):
        return
    for parcel in parcels:
        dispatcher.utter_message(json_message=_parcel(parcel, turn.language))
    if not parcels and (drawn := _order(order, turn.language)):
        dispatcher.utter_message(json_message=drawn)


def _parcel(parcel: Shipment, language: str) -> dict[str, Any]:
    steps = []
    for event in parcel.events:
        what = event.text("note", language) or labels.label("shipment_event", event.kind, language)
        place = event.text("place", language)
        steps.append(
            {
                "label": f"{place} · {what}" if place else what,
                "time": spoken.time(event.at, language),
                "state": "failed" if event.kind in _MISHAPS else "done",
            }
        )
    if not parcel.delivered_at:
        if steps and steps[-1]["state"] == "done":
            steps[-1]["state"] = "now"
        expected = _EXPECTED[language].format(spoken.date(parcel.estimated_at, language)) if parcel.estimated_at else ""
        steps.append(
            {"label": labels.label("shipment_event", "delivered", language), "time": expected, "state": "next"}
        )
    return {"card": "timeline", "title": _TITLE[language][1].format(parcel.tracking_number), "steps": steps}


def _order(order: Order, language: str) -> dict[str, Any] | None:
    status = OrderStatus.PENDING if order.status == OrderStatus.PENDING_MODIFIED else order.status
    if status not in _WAY:
        return None
    here = _WAY.index(status)
    steps: list[dict[str, str]] = [
        {"label": _PLACED[language], "time": spoken.date(order.placed_at, language), "state": "done"}
    ]
    for place, step in enumerate(_WAY):
        state = "done" if place < here else "now" if place == here else "next"
        steps.append({"label": spoken.status(step, language), "state": state})
    return {"card": "timeline", "title": _TITLE[language][0].format(order.id), "steps": steps}
