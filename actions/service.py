"""Answers from the shop's articles, complaints, hand-overs to a human, and asking what was meant."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import catalogue, coupons, offers, products, spoken
from actions.operations import left, started_by
from actions.turn import Turn, intent_of, messages_back, own, shop, was_in_doubt
from actions.writing import resume
from knowledge_base.services import idempotency_key, perform

LONG = 2000
_SUMMARY_TURNS = 8
_PLAUSIBLE = 0.08


class ActionAnswerQuestion(Action):  # type: ignore[misc]
    """Answers with what the product being talked about states of it, else with the article that fits the question."""

    def name(self) -> str:
        return "action_answer_question"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        if products.states(turn):
            return list(await products.ActionAnswerAttribute().run(dispatcher, tracker, domain))
        with shop() as session:
            article = catalogue.find_article(session, turn.text, turn.intent)
            body = article.text("body", turn.language) if article else None
        if body is None:
            offered = offers.offer(dispatcher, turn, offers.HUMAN, response="utter_no_article")
            return [*offered, *resume(turn)]
        dispatcher.utter_message(response="utter_article", body=body)
        return resume(turn)


class ActionFileComplaint(Action):  # type: ignore[misc]
    """Records a complaint in the customer's own words, and offers a human."""

    def name(self) -> str:
        return "action_file_complaint"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        arguments = {"kind": "complaint", "summary": turn.text or "complaint"}
        ticket = _ticket(turn, "open_ticket", arguments)
        offered = offers.offer(dispatcher, turn, offers.HUMAN, response="utter_complaint_filed", ticket_id=ticket)
        return [*left(turn.form), *offered]


class ActionHandOver(Action):  # type: ignore[misc]
    """Hands the conversation over to a human, with what they need to know."""

    def name(self) -> str:
        return "action_hand_over"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        ticket = _ticket(turn, "transfer_to_human", {"summary": summary(turn)})
        dispatcher.utter_message(response="utter_handoff", ticket_id=ticket, hours=spoken.hours(turn.language))
        return [*left(turn.form), SlotSet(offers.OFFERED, None)]


class ActionSayGoodbye(Action):  # type: ignore[misc]
    """Says goodbye; whatever was under way is dropped, since nobody is there to confirm it."""

    def name(self) -> str:
        return "action_say_goodbye"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        dispatcher.utter_message(response="utter_goodbye")
        return left(Turn(tracker).form)


def _ticket(turn: Turn, service: str, arguments: Mapping[str, Any]) -> str:
    """Do it once for this message, and give the ticket's number."""
    sender = turn.tracker.sender_id
    key = idempotency_key(sender, service, arguments, turn.message_id)
    with shop() as session:
        result = perform(own(session, turn), service, arguments, idempotency_key=key, conversation_id=sender)
    return str(result.created["ticket_id"])


def summary(turn: Turn) -> str:
    """Who it is, what it is about, and the last things that were said."""
    lines = [
        f"customer: {turn.customer_id or 'not verified'}",
        f"order: {turn.slot('order_id') or '-'}",
        f"language: {turn.language}",
    ]
    said = [
        (event["event"], event.get("text"))
        for event in turn.tracker.events
        if event.get("event") in ("user", "bot") and event.get("text")
    ]
    lines += [f"{who}: {text}" for who, text in said[-_SUMMARY_TURNS:]]
    return "\n".join(lines)


class ActionAskWhatWasMeant(Action):  # type: ignore[misc]
    """Offers the two most likely meanings; offers a human when that happens twice in a row."""

    def name(self) -> str:
        return "action_ask_what_was_meant"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        if len(turn.text) > LONG:
            dispatcher.utter_message(response="utter_message_too_long")
            return []
        if was_in_doubt(tracker):
            return offers.not_understood(dispatcher, turn)
        ranking = turn.tracker.latest_message.get("intent_ranking") or []
        meant = [r["name"] for r in ranking if r["name"] in spoken.meanings() and r["confidence"] >= _PLAUSIBLE][:2]
        if not meant or turn.form:  # in a form its own question follows, and one question at a time is enough
            return offers.not_understood(dispatcher, turn)
        return offers.ask_which_is_meant(dispatcher, turn, meant)


# Questions that a bare "and in blue?" or "and K1048213?" asks again, and what answers them.
_PRODUCT_QUESTIONS: Mapping[str, type[products.ActionAboutProduct]] = {
    "price_question": products.ActionAnswerPrice,
    "stock_question": products.ActionAnswerStock,
    "product_attribute_question": products.ActionAnswerAttribute,
}
_ORDER_QUESTIONS = ("track_order", "order_details", "refund_status")


class ActionOfferOptions(Action):  # type: ignore[misc]
    """Something was told without saying what for: asks the last question again with it, else offers what can be done."""

    def name(self) -> str:
        return "action_offer_options"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, titles = Turn(tracker), spoken.meanings()
        if turn.said(offers.MEANING):
            return offers.taken_up(turn, offers.payload(str(turn.value(offers.MEANING))))
        asked = _last_question(turn)
        if turn.said("satisfaction"):
            dispatcher.utter_message(response="utter_rated")
            return []
        if turn.said("coupon_code"):
            return list(await coupons.ActionAnswerCoupon().run(dispatcher, tracker, domain))
        if products.narrows_search(turn):
            return list(await products.ActionSearchProducts().run(dispatcher, tracker, domain))
        named = turn.said("product_id", "variant_id", "product")
        if named or (turn.slot("product_id") and turn.said("colour", "size", "attribute")):
            if asked not in _PRODUCT_QUESTIONS and named:
                return catalogue.show_product(dispatcher, turn)
            answer = _PRODUCT_QUESTIONS.get(asked or "", products.ActionAnswerAttribute)
            return list(await answer().run(dispatcher, tracker, domain))
        if turn.said("order_number"):
            if asked in _ORDER_QUESTIONS and turn.customer_id:
                return [FollowupAction(started_by(asked))]
            intents = ("track_order", "order_details", "cancel_order", "return_item")
            buttons = [{"title": titles[intent][turn.language], "payload": f"/{intent}"} for intent in intents]
            dispatcher.utter_message(response="utter_what_about_order", order_id=turn.slot("order_id"), buttons=buttons)
            return []
        unknown = turn.said("email", "phone") and not turn.customer_id
        dispatcher.utter_message(response="utter_customer_not_found" if unknown else "utter_what_about_it")
        return []


def _last_question(turn: Turn) -> str | None:
    """The intent of the last message that asked for something, before what has been told since."""
    before = itertools.islice(messages_back(turn.tracker), 1, None)
    return next((intent for message in before if (intent := intent_of(message)) != "inform"), None)
