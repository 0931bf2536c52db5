"""A wording is shown as it grows, a sentence at a time, and never what the facts do not bear."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from random import Random

from bot.domain import ResponseVariation
from bot.nlg.generators import Order
from bot.nlg.gpt import GptLimits, GptPhraser
from bot.nlg.speaker import ResponseSpeaker
from bot.speaking import ConversationView, listening


class Growing:
    """Says its wordings a character at a time, as a model does."""

    def __init__(self, *wordings: str) -> None:
        self.wordings = wordings
        self.was_watched = False

    def load(self) -> None:
        pass

    def generate(self, order: Order, *, count: int, deadline: float) -> Iterator[str]:
        for wording in self.wordings:
            self.was_watched = order.progress is not None
            for end in range(len(wording) + 1) if order.progress else ():
                assert order.progress is not None
                order.progress(wording[:end])
            yield wording


def drafts(template: str, generator: Growing, *, language: str = "en", is_heard: bool = True) -> tuple[list[str], str]:
    """What was shown on the way, and what went out."""
    shown: list[str] = []
    phraser = GptPhraser(generator, GptLimits(languages=("*",)))
    variation = ResponseVariation(text=template, metadata={"rephrase": True})
    speaker = ResponseSpeaker({"utter_x": (variation,)}, random=Random(0), phraser=phraser)

    async def say() -> str:
        if is_heard:
            listening.set(shown.append)
        reply = await speaker.say(
            "utter_x",
            slots={},
            facts={"order_id": "K1048213", "status": "shipped", "day": "Friday"},
            source="action_x",
            channel="websocket",
            tracker_view=ConversationView(language=language, user_text="?"),
        )
        assert reply is not None and reply.text is not None
        return reply.text

    said = asyncio.run(say())
    phraser.close()
    return shown, said


def test_sentences_are_shown_as_they_come_with_their_values() -> None:
    wording = "Your order [order_id] is [status]. It arrives on [day]."
    shown, said = drafts("Order {order_id} is {status}. It arrives on {day}.", Growing(wording))
    assert shown == ["Your order K1048213 is shipped."]
    assert said == "Your order K1048213 is shipped. It arrives on Friday."


def test_chinese_sentences_end_without_a_space() -> None:
    template = "订单{order_id}已发货。预计{day}送达。"
    shown, _ = drafts(template, Growing("您的订单[order_id]已发货。预计[day]送达。"), language="zh")
    assert shown and shown[0].startswith("您的订单K1048213已发货。")


def test_what_no_fact_bears_is_never_shown() -> None:
    invented = Growing("Your order [order_id] is lost. It arrives on [day].", "Order 99 is [status]. Bye.")
    shown, said = drafts("Order {order_id} is {status}. It arrives on {day}.", invented)
    assert shown == [] and said == "Order K1048213 is shipped. It arrives on Friday."


def test_a_not_that_would_come_later_is_waited_for() -> None:
    template = "Order {order_id} cannot be cancelled. It is {status}."
    shown, _ = drafts(template, Growing("Order [order_id] can be cancelled. Not really."))
    assert shown == []


def test_a_draft_that_comes_to_nothing_is_taken_back() -> None:
    wording = "Your order [order_id] is [status]. You get a refund of 20 dollars."
    shown, said = drafts("Order {order_id} is {status}. It arrives on {day}.", Growing(wording))
    assert shown == ["Your order K1048213 is shipped.", ""]
    assert said == "Order K1048213 is shipped. It arrives on Friday."


def test_nobody_listening_costs_nothing() -> None:
    generator = Growing("Your order [order_id] is [status].")
    assert drafts("Order {order_id} is {status}.", generator, is_heard=False)[0] == []
    assert not generator.was_watched
