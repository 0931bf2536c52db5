"""Coupons: whether a code is valid, which codes are, and what the rules say of them."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from actions import catalogue, spoken
from actions.turn import Turn, shop
from knowledge_base.models import Coupon
from knowledge_base.search.tokens import tokens
from knowledge_base.sessions import ShopSession

_ANY_COUPON = re.compile(
    r"coupon|voucher|discount|code|promo\w*|offer|deal|sale|avail\w*|valid|current|now|right|today"
    r"|优惠[券码]?|折扣码?|打折|满减|活动|促销|券|码|领取?|现在|最近|今天|目前|店里|優惠?[券碼]?|惠|碼|現在"
)


def asks_for_any(text: str) -> bool:
    """Whether a question about coupons is about nothing more particular: "any vouchers?", 有什么优惠."""
    said = (token.text for token in tokens(text) if token.weight == 1.0 or len(token.text) == 1)
    return all(_ANY_COUPON.fullmatch(word) for word in said)


class ActionAnswerCoupon(Action):  # type: ignore[misc]
    """Tells whether a code is valid, or which codes are, or what the rules say."""

    def name(self) -> str:
        return "action_answer_coupon"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        code = next((code for code in turn.values("coupon_code") if str(code).isascii()), None)
        with shop() as session:
            if code is not None:
                self._say_code(dispatcher, turn, session, str(code))
                return []
            article = None if asks_for_any(turn.text) else catalogue.find_article(session, turn.text, turn.intent)
            if article is not None:
                dispatcher.utter_message(response="utter_article", body=article.text("body", turn.language))
                return []
            valid = [c for c in session.scalars(select(Coupon).order_by(Coupon.code)) if c.is_valid(session.now)]
            rows = [{"code": c.code, "description": c.text("description", turn.language)} for c in valid]
        dispatcher.utter_message(response="utter_coupons", coupons=rows)
        return []

    def _say_code(self, dispatcher: CollectingDispatcher, turn: Turn, session: ShopSession, code: str) -> None:
        coupon = session.get(Coupon, code.strip().upper())
        if coupon is None:
            dispatcher.utter_message(response="utter_coupon_unknown", code=code)
            return
        if coupon.is_valid(session.now):
            response = "utter_coupon_valid"
        elif coupon.valid_from and coupon.valid_from > session.now:
            response = "utter_coupon_not_yet"
        else:
            response = "utter_coupon_expired"
        dispatcher.utter_message(
            response=response,
            code=coupon.code,
            valid_from=spoken.date(coupon.valid_from, turn.language),
            valid_until=spoken.date(coupon.valid_until, turn.language),
            description=coupon.text("description", turn.language),
        )
