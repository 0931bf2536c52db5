"""The GPT's wordings go out when they are grounded, and the template when they are not, are late, or fail."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import httpx
import pytest

from bot.domain import ResponseCondition, ResponseVariation
from bot.message import Reply
from bot.nlg.generators import Decoding, GeneratorError, OpenAIGenerator, Order
from bot.nlg.gpt import GptLimits, GptPhraser
from bot.nlg.speaker import ResponseSpeaker
from bot.speaking import ConversationView

TEMPLATE = "Order {order_id} is {status}."
FACTS = {"order_id": "K1048213", "status": "shipped"}
REPHRASED = ResponseVariation(text=TEMPLATE, metadata={"rephrase": True})


class Scripted:
    """A generator that says what it is told to, and remembers what it was asked."""

    def __init__(self, wordings: Sequence[str], *, wait: float = 0.0, broken: str = "", fails: str = "") -> None:
        self.wordings, self.wait, self.broken, self.fails = wordings, wait, broken, fails
        self.orders: list[Order] = []
        self.threads: set[str] = set()
        self.said = 0

    def load(self) -> None:
        if self.broken:
            raise GeneratorError(self.broken)

    def generate(self, order: Order, *, count: int, deadline: float) -> Iterator[str]:
        self.orders.append(order)
        self.threads.add(threading.current_thread().name)
        if self.fails:
            raise GeneratorError(self.fails)
        for wording in self.wordings[:count]:
            time.sleep(self.wait)
            self.said += 1
            yield wording


def say(
    generator: Scripted,
    *,
    variation: ResponseVariation = REPHRASED,
    language: str | None = "en",
    limits: GptLimits | None = None,
    facts: dict[str, Any] | None = None,
    seed: int = 0,
    text: str = "where is k1048213",
) -> Reply:
    phraser = GptPhraser(generator, limits or GptLimits())
    speaker = ResponseSpeaker({"utter_x": (variation,)}, random=Random(seed), phraser=phraser)
    view = ConversationView(language=language, user_text=text, turns=(("user", text),))
    reply = asyncio.run(
        speaker.say("utter_x", slots={}, facts=facts or FACTS, source="action_x", channel="rest", tracker_view=view)
    )
    phraser.close()
    assert reply is not None
    return reply


def test_a_grounded_wording_goes_out() -> None:
    generator = Scripted(["Your order [order_id] is [status]."])
    reply = say(generator)
    assert (reply.text, reply.origin) == ("Your order K1048213 is shipped.", "gpt")
    assert "every value comes from the facts" in reply.why
    assert reply.act is not None and [fact.value for fact in reply.act.facts] == ["K1048213", "shipped"]


def test_the_model_sees_slots_and_never_values() -> None:
    generator = Scripted(["Your order [order_id] is [status]."])
    say(generator)
    assert generator.orders[0].template == "Order [order_id] is [status]."
    assert generator.orders[0].user_text == "where is [order_id]"
    assert "K1048213" not in str(generator.orders[0]).upper().replace("ORDER_ID", "")


def test_the_first_grounded_candidate_wins_and_no_more_are_drawn() -> None:
    generator = Scripted(
        ["Order [order_id] is lost.", "Your order [order_id] is [status].", "Order [order_id]: [status]."]
    )
    assert say(generator).text == "Your order K1048213 is shipped."
    assert generator.said == 2


@pytest.mark.parametrize(
    ("wording", "reason"),
    [
        ("Order [order_id] is [status] and free.", "'free'"),
        ("Order [order_id] is not [status].", "not 'fact:status'"),
        ("Order [order_id] is here.", "missing status"),
        ("Order [order_id] is [status], [name].", "unknown slot [name]"),
        ("Order K7 is [status].", "'K7'"),
        ("Order [order_id] is [status]", "a copy of the template"),
        ("", "missing text"),
    ],
)
def test_what_is_not_grounded_or_not_its_own_is_replaced_by_the_template(wording: str, reason: str) -> None:
    reply = say(Scripted([wording]))
    assert (reply.text, reply.origin) == ("Order K1048213 is shipped.", "template")
    assert reason in reply.why


def test_verbatim_responses_never_reach_the_model() -> None:
    generator = Scripted(["Hello!"])
    reply = say(generator, variation=ResponseVariation(text=TEMPLATE))
    assert (reply.origin, reply.why) == ("template", "verbatim response")
    assert generator.orders == []


def test_a_language_that_the_model_does_not_speak_gets_the_template() -> None:
    generator = Scripted(["您的订单 [order_id] 状态：[status]。"])
    zh = ResponseVariation(text="订单 {order_id} {status}。", metadata={"rephrase": True})
    reply = say(generator, variation=zh, language="zh", facts={"order_id": "K1", "status": "已发货"})
    assert (reply.text, reply.why) == ("订单 K1 已发货。", "the GPT does not speak zh")
    assert say(generator, language=None).why == "the GPT does not speak an unknown language"


def test_a_model_that_speaks_chinese_words_chinese() -> None:
    generator = Scripted(["您的订单 [order_id] 现在是[status]状态。"])
    zh = ResponseVariation(text="订单 {order_id} 当前状态：{status}。", metadata={"rephrase": True})
    facts = {"order_id": "K1", "status": "已发货"}
    reply = say(generator, variation=zh, language="zh-CN", facts=facts, limits=GptLimits(languages=("zh",)))
    assert (reply.text, reply.origin) == ("您的订单 K1 现在是已发货状态。", "gpt")


def test_a_slow_model_is_not_waited_for_and_does_not_block_the_loop() -> None:
    generator = Scripted(["Your order [order_id] is [status]."], wait=0.8)
    ticks = 0

    async def turn() -> Reply | None:
        nonlocal ticks
        phraser = GptPhraser(generator, GptLimits(seconds=0.1))
        speaker = ResponseSpeaker({"utter_x": (REPHRASED,)}, random=Random(0), phraser=phraser)
        talking = asyncio.create_task(
            speaker.say(
                "utter_x", slots={}, facts=FACTS, source="a", channel="c", tracker_view=ConversationView(language="en")
            )
        )
        while not talking.done():
            await asyncio.sleep(0.01)
            ticks += 1
        return talking.result()

    reply = asyncio.run(turn())
    assert reply is not None and reply.origin == "template"
    assert reply.why == "the GPT took more than 0.1 s"
    assert ticks > 5
    assert all(name.startswith("gpt") for name in generator.threads)


def test_a_model_that_cannot_be_loaded_is_named_in_every_reply() -> None:
    reply = say(Scripted([], broken="no such model"))
    assert (reply.text, reply.origin) == ("Order K1048213 is shipped.", "template")
    assert reply.why == "the GPT cannot be used: no such model"


def test_a_failing_model_costs_nothing_but_the_wording() -> None:
    assert say(Scripted([], fails="connection refused")).why == "the GPT failed: connection refused"


def test_only_the_head_of_a_list_is_reworded() -> None:
    variation = ResponseVariation(
        text="Here are your {count} latest orders:",
        list_of="orders",
        list_text="{index}. {id}",
        metadata={"rephrase": True},
        buttons=({"title": "More", "payload": "/more"},),
        conditions=(ResponseCondition("language", None),),
    )
    facts = {"count": 2, "orders": [{"id": "K1"}, {"id": "K2"}]}
    reply = say(Scripted(["These are your [count] latest orders:"]), variation=variation, facts=facts)
    assert reply.text == "These are your 2 latest orders:\n1. K1\n2. K2"
    assert reply.buttons == ({"title": "More", "payload": "/more"},)


def test_facts_may_be_marked_as_optional() -> None:
    variation = ResponseVariation(text=TEMPLATE, metadata={"rephrase": {"optional": ["order_id"]}})
    assert say(Scripted(["It is [status]."]), variation=variation).text == "It is shipped."


def test_the_seed_comes_from_the_injected_random() -> None:
    generators = [Scripted(["Your order [order_id] is [status]."]) for _ in range(3)]
    for generator, seed in zip(generators, (1, 1, 2), strict=True):
        say(generator, seed=seed)
    seeds = [generator.orders[0].seed for generator in generators]
    assert seeds[0] == seeds[1] != seeds[2]


def test_an_openai_compatible_server_is_asked_once() -> None:
    asked: list[Any] = []

    def post(url: str, **sent: Any) -> httpx.Response:
        asked.append((url, sent["json"], sent["headers"]))
        choices = [{"message": {"content": '"Your order [order_id] is [status]."'}}]
        return httpx.Response(200, json={"choices": choices}, request=httpx.Request("POST", url))

    generator = OpenAIGenerator("qwen", url="http://host/v1/", api_key="key", decoding=Decoding(), post=post)
    phraser = GptPhraser(generator, GptLimits())
    speaker = ResponseSpeaker({"utter_x": (REPHRASED,)}, random=Random(0), phraser=phraser)
    view = ConversationView(language="en", turns=(("user", "where is K1048213"), ("bot", "One moment")))
    reply = asyncio.run(speaker.say("utter_x", slots={}, facts=FACTS, source="a", channel="c", tracker_view=view))
    assert reply is not None and reply.text == "Your order K1048213 is shipped."
    (url, body, headers), *more = asked
    assert (url, headers, more) == ("http://host/v1/chat/completions", {"Authorization": "Bearer key"}, [])
    assert (body["model"], body["n"]) == ("qwen", 3)
    prompt = body["messages"][-1]["content"]
    assert "Order [order_id] is [status]." in prompt and "Shop: One moment" in prompt and "K1048213" not in prompt


@pytest.mark.parametrize(
    "answer", [httpx.Response(500), httpx.Response(200, text="oops"), httpx.Response(200, json={})]
)
def test_a_server_that_answers_nonsense_leads_to_the_template(answer: httpx.Response) -> None:
    def post(url: str, **sent: Any) -> httpx.Response:
        answer.request = httpx.Request("POST", url)
        return answer

    generator = OpenAIGenerator("m", url="http://host/v1", api_key=None, decoding=Decoding(), post=post)
    with pytest.raises(GeneratorError, match="gave no wording"):
        list(generator.generate(Order("a", "t", "u", "en"), count=1, deadline=time.monotonic() + 1))
