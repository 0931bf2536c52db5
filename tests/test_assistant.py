"""Whole turns: sessions, restarts, fallbacks, failures, resent messages, one transaction a turn."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.events import ActionExecuted, SlotSet, UserUttered
from bot.message import Entity, Intent, Message, Understanding
from bot.stores.base import ConversationChanged
from tests.talking import TalkingBot

SHOP = """
intents: [greet, bye, pause, ask, order]
entities: [city]
slots:
  city: {type: text, mappings: [{type: from_entity, entity: city}]}
  language: {type: text, influence_conversation: false, mappings: [{type: from_language}]}
responses:
  utter_greet: [{text: 你好}]
  utter_bye: [{text: Bye}]
  utter_default: [{text: 没听懂}]
actions: [action_order, action_pause]
session_config: {session_expiration_time: 60, carry_over_slots_to_new_session: true}
"""
RULES = """
rules:
- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
- {rule: bye, steps: [{intent: bye}, {action: utter_bye}]}
- {rule: pause, steps: [{intent: pause}, {action: action_pause}]}
- {rule: order, steps: [{intent: order}, {action: action_order}]}
"""


def events(bot: TalkingBot) -> list[str]:
    return [e.name or "" if isinstance(e, ActionExecuted | SlotSet) else e.type_name for e in bot.tracker().events]


def test_the_first_message_starts_a_session() -> None:
    bot = TalkingBot(SHOP, RULES)
    assert bot.say("/greet") == ["你好"]
    assert events(bot) == [
        "action_session_start", "session_started", "action_listen", "user", "user_featurization",
        "utter_greet", "bot", "action_listen",
    ]  # fmt: skip


def test_a_session_that_has_expired_is_followed_by_another_with_its_slots() -> None:
    bot = TalkingBot(SHOP, RULES)
    bot.say('/greet{"city": "上海"}')
    bot.now += 59 * 60
    bot.say("/greet")
    assert events(bot).count("session_started") == 1
    bot.now += 61 * 60
    bot.say("/greet")
    assert events(bot).count("session_started") == 2
    assert bot.tracker().get_slot("city") == "上海"


def test_metadata_of_the_first_message_starts_the_session() -> None:
    bot = TalkingBot(SHOP, RULES)
    asyncio.run(bot.assistant.handle(Message("/greet", "me", metadata={"page": "/cart"})))
    assert bot.tracker().get_slot("session_started_metadata") == {"page": "/cart"}


def test_what_no_rule_knows_is_taken_back() -> None:
    bot = TalkingBot(SHOP, RULES)
    assert bot.say("/ask", "/greet") == ["没听懂", "你好"]
    bot.say("/restart")
    assert bot.tracker().get_slot("city") is None


def test_back_takes_the_turn_before_back() -> None:
    bot = TalkingBot(SHOP, RULES)
    bot.say('/greet{"city": "上海"}', "/back")
    assert bot.tracker().get_slot("city") is None


def test_a_message_in_no_language_keeps_the_language() -> None:
    understood = {
        "M码": Understanding("M码", Intent("greet"), language="zh"),
        "M": Understanding("M", Intent("greet"), language=None),
    }
    bot = TalkingBot(SHOP, RULES, understood=understood)
    bot.say("M码", "M")
    assert bot.tracker().get_slot("language") == "zh"


def test_a_paused_conversation_hears_only_a_restart() -> None:
    pauses = {"events": [{"event": "pause"}, {"event": "action", "name": "action_listen"}]}
    bot = TalkingBot(SHOP, RULES, actions={"action_pause": lambda _: pauses})
    assert bot.say("/pause", "/greet") == []
    assert isinstance(bot.tracker().events[-1], UserUttered)
    bot.say("/restart")
    assert bot.say("/greet") == ["你好"]


def test_a_followup_action_goes_before_the_rules() -> None:
    follow = {"event": "followup", "name": "utter_bye"}
    bot = TalkingBot(SHOP, RULES, actions={"action_order": lambda _: {"events": [follow]}})
    trace = bot.trace("/order")
    assert [(d.action, d.policy) for d in trace.decisions[1:3]] == [
        ("action_order", "RulePolicy"),
        ("utter_bye", "followup_action"),
    ]


def test_actions_that_never_stop_are_stopped() -> None:
    follow = {"event": "followup", "name": "action_order"}
    bot = TalkingBot(SHOP, RULES, actions={"action_order": lambda _: {"events": [follow]}})
    bot.say("/order")
    assert bot.actions.called == ["action_order"] * 10


def test_a_failing_action_costs_its_events_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    def fails(tracker: Any) -> Any:
        raise RuntimeError("the database is gone")

    domain = SHOP.replace("responses:", "responses:\n  utter_action_failed: [{text: 抱歉}]")
    bot = TalkingBot(domain, RULES, actions={"action_order": fails})
    assert bot.say('/order{"city": "北京"}', "/greet") == ["抱歉", "你好"]
    assert bot.tracker().get_slot("city") == "北京"
    assert [r.message for r in caplog.records if r.exc_info] == [
        "The action 'action_order' failed; none of its events count."
    ]


def test_a_resent_message_gets_the_same_replies_and_nothing_happens_again() -> None:
    bot = TalkingBot(SHOP, RULES, actions={"action_order": lambda _: {"responses": [{"text": "好的"}]}})
    assert bot.say("/order", message_id="m1") == ["好的"]
    assert bot.say("/order", message_id="m1") == ["好的"]
    assert bot.actions.called == ["action_order"]
    assert bot.say("/order", message_id="m2") == ["好的"]
    assert bot.actions.called == ["action_order"] * 2


def test_messages_of_one_conversation_are_answered_one_after_the_other() -> None:
    bot = TalkingBot(SHOP, RULES)

    async def at_once() -> None:
        await asyncio.gather(*(bot.assistant.handle(Message("/greet", "me")) for _ in range(5)))

    asyncio.run(at_once())
    assert events(bot)[3:] == ["user", "user_featurization", "utter_greet", "bot", "action_listen"] * 5


def test_the_trace_says_who_decided_and_why() -> None:
    bot = TalkingBot(SHOP, RULES)
    trace = bot.trace('/greet{"city": "上海"}')
    assert trace.understanding and trace.understanding.intent.name == "greet"
    assert trace.changed_slots == {"city": (None, "上海")}
    decided = next(d for d in trace.decisions if d.action == "utter_greet")
    assert (decided.policy, decided.confidence) == ("RulePolicy", 1.0)
    assert decided.why.startswith("rule 'greet' (stories.yml:3:")
    assert {"understand", "track", "decide and act", "save"} <= trace.timings.keys()
    assert [reply.text for reply in trace.replies] == ["你好"]


def test_what_linkers_find_fills_slots() -> None:
    class Here:
        def link(self, understanding: Understanding, slots: Any) -> Understanding:
            return Understanding(understanding.text, understanding.intent, (Entity("city", "here"),))

    bot = TalkingBot(SHOP, RULES, linkers=(Here(),))
    bot.say("/greet")
    assert bot.tracker().get_slot("city") == "here"


class Transactions:
    """A unit of work that keeps count, and conflicts as often as it is told."""

    def __init__(self, conflicts: int) -> None:
        self.conflicts = conflicts
        self.ended: list[str] = []
        self.alone: list[bool] = []

    @contextmanager
    def __call__(self, alone: bool) -> Iterator[None]:
        self.alone.append(alone)
        try:
            yield
            if self.conflicts:
                self.conflicts -= 1
                raise ConversationChanged("somebody was faster")
        except BaseException:
            self.ended.append("rolled back")
            raise
        self.ended.append("committed")


def test_a_turn_that_loses_a_race_is_done_again_as_a_whole() -> None:
    work = Transactions(conflicts=1)
    bot = TalkingBot(SHOP, RULES, unit_of_work=work)
    assert bot.say("/greet") == ["你好"]
    assert work.ended == ["rolled back", "committed"]
    assert work.alone == [False, True]  # the second time nobody can be faster
    assert events(bot).count("user") == 1


def test_an_action_that_meets_a_lock_has_not_failed_and_the_turn_is_done_again() -> None:
    locked = [RuntimeError("database is locked")]

    def order(tracker: Any) -> Any:
        if locked:
            raise locked.pop()
        return {"responses": [{"text": "ordered"}]}

    work = Transactions(conflicts=0)
    bot = TalkingBot(
        SHOP,
        RULES,
        actions={"action_order": order},
        unit_of_work=work,
        is_conflict=lambda error: "locked" in str(error),
    )
    assert "ordered" in bot.say("/order")
    assert work.ended == ["rolled back", "committed"]


def test_a_turn_that_cannot_be_committed_never_happened() -> None:
    bot = TalkingBot(SHOP, RULES, unit_of_work=Transactions(conflicts=3))
    with pytest.raises(ConversationChanged):
        bot.say("/greet")
    assert events(bot) == []


def test_an_intent_can_be_triggered_from_outside() -> None:
    bot = TalkingBot(SHOP, RULES)
    bot.say("/greet")
    replies = asyncio.run(bot.assistant.trigger_intent("me", "bye", {"city": "广州"}))
    assert [reply.text for reply in replies] == ["Bye"]
    external = bot.tracker().latest_message
    assert (external.text, external.metadata["is_external"]) == ("EXTERNAL: bye", True)
    assert bot.tracker().get_slot("city") == "广州"


def test_a_reminder_fires_unless_the_customer_writes_first() -> None:
    def remind(tracker: Any) -> Any:
        return {"events": [{"event": "reminder", "intent": "bye", "date_time": "1970-01-12T13:46:40.05", "name": "r"}]}

    pushed: list[str | None] = []

    async def push(sender: str, channel: str, replies: Any) -> None:
        pushed.extend(reply.text for reply in replies)

    async def talk(*texts: str) -> None:
        bot = TalkingBot(SHOP, RULES, actions={"action_order": remind}, push=push)
        for text in texts:
            await bot.assistant.handle(Message(text, "me"))
        await asyncio.sleep(0.3)
        await bot.assistant.close()

    asyncio.run(talk("/order"))
    assert pushed == ["Bye"]
    asyncio.run(talk("/order", "/greet"))
    assert pushed == ["Bye"]


def test_what_comes_next_can_be_asked() -> None:
    bot = TalkingBot(SHOP, RULES)
    bot.say("/greet")
    asyncio.run(bot.assistant.append_events("me", [UserUttered.of("/bye", {"intent": {"name": "bye"}})]))
    found = asyncio.run(bot.assistant.predict_next("me"))
    assert max(found["scores"], key=lambda s: s["score"]) == {"action": "utter_bye", "score": 1.0}
    assert found["policy"] == "RulePolicy"


def test_retrieval_responses_are_said_by_the_selectors_choice_or_the_payloads() -> None:
    domain = "intents: [faq]\nresponses:\n  utter_faq/hours: [{text: 9-18}]\n  utter_faq/returns: [{text: 7天无理由}]\nactions: [utter_faq]\n"
    rules = "rules: [{rule: faq, steps: [{intent: faq}, {action: utter_faq}]}]"
    chosen = {"faq": {"response": {"utter_action": "utter_faq/returns", "intent_response_key": "faq/returns"}}}
    understood = {"能退吗": Understanding("能退吗", Intent("faq"), extra={"response_selector": chosen})}
    bot = TalkingBot(domain, rules, understood=understood)
    assert bot.say("能退吗", "/faq/hours") == ["7天无理由", "9-18"]
