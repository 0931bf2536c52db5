"""What the assistant offers of itself: a plain yes takes it up, just as its button does."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, EventType, SlotSet, UserUttered
from rasa_sdk.executor import CollectingDispatcher

from actions import spoken
from actions.turn import LISTED, NOT_UNDERSTOOD, Turn, intent_of, messages_back, was_in_doubt

OFFERED = "offered"
HUMAN = "human_handoff"
MEANING = "meaning"
ANSWERS = frozenset({"affirm", "deny"})


def offer(
    dispatcher: CollectingDispatcher,
    turn: Turn,
    intent: str,
    *,
    order_id: str | None = None,
    response: str | None = None,
    **facts: Any,
) -> list[EventType]:
    """Offer what an intent begins, for an order or not. Says `utter_offer_INTENT` unless another response asks."""
    taken = payload(intent, **({"order_number": order_id} if order_id else {}))
    buttons = [
        {"title": spoken.meanings()[intent][turn.language], "payload": taken},
        {"title": spoken.settings()["decline"][turn.language], "payload": "/deny"},
    ]
    said = response or f"utter_offer_{intent}"
    dispatcher.utter_message(response=said, buttons=buttons, **({"order_id": order_id} if order_id else {}), **facts)
    return [SlotSet(OFFERED, taken)]


def not_understood(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType]:
    """Say so; and when it was said of the message before as well, offer a human."""
    if was_in_doubt(turn.tracker):
        return offer(dispatcher, turn, HUMAN, response="utter_still_not_understood")
    dispatcher.utter_message(response="utter_ask_rephrase")
    return []


def ask_which_is_meant(dispatcher: CollectingDispatcher, turn: Turn, intents: Sequence[str]) -> list[EventType]:
    """Offer what a message may mean, the likeliest first: by a button, by a yes to it, or by "the second one"."""
    titles = [spoken.meanings()[intent][turn.language] for intent in intents]
    buttons = [{"title": title, "payload": payload(intent)} for title, intent in zip(titles, intents, strict=True)]
    if len(intents) == 1:
        dispatcher.utter_message(response="utter_did_you_mean_this", meaning=titles[0], buttons=buttons)
    else:
        dispatcher.utter_message(response="utter_did_you_mean", buttons=buttons)
    shown = [
        {"entity": MEANING, "value": intent, "names": [title]} for title, intent in zip(titles, intents, strict=True)
    ]
    return [SlotSet(OFFERED, payload(intents[0])), SlotSet(LISTED, shown)]


def payload(intent: str, **entities: str) -> str:
    """What a button sends to say this."""
    return f"/{intent}" + (json.dumps(entities, ensure_ascii=False) if entities else "")


def taken_up(turn: Turn, offered: str) -> list[EventType]:
    """Events that go on as if the customer had said what was offered, in the words that were not understood before."""
    intent, brace, rest = offered.removeprefix("/").partition("{")
    given = json.loads(brace + rest) if brace else {}
    entities: list[dict[str, Any]] = [{"entity": name, "value": value} for name, value in given.items()]
    before = next(itertools.islice(messages_back(turn.tracker), 1, None), None)
    doubted = before if before and not given and intent_of(before) == NOT_UNDERSTOOD else None
    if doubted is not None:
        entities += doubted.get("parse_data", {}).get("entities") or []
    text = str(doubted.get("text")) if doubted else offered
    said = UserUttered(text, {"text": text, "intent": {"name": intent, "confidence": 1.0}, "entities": entities})
    return [SlotSet(OFFERED, None), ActionExecuted("action_listen"), said | {"message_id": turn.message_id}]


class ActionTakeUpOffer(Action):  # type: ignore[misc]
    """The customer says yes to what was offered."""

    def name(self) -> str:
        return "action_take_up_offer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        offered = turn.slot(OFFERED)
        return taken_up(turn, str(offered)) if offered else []


class ActionClearOffer(Action):  # type: ignore[misc]
    """Takes back an offer that the customer does not want."""

    def name(self) -> str:
        return "action_clear_offer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        return [SlotSet(OFFERED, None)]
