"""Conversations that ask at the same time are predicted together, each as if it were alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from bot.domain import Domain
from bot.events import ActionExecuted, UserUttered
from bot.formats.domain import parse_domain
from bot.message import Message
from bot.policies.base import Prediction, scores
from bot.policies.ensemble import Ensemble
from bot.policies.options import PolicyConfig
from bot.policies.serving import ServedEnsemble
from bot.policies.states import RuleOnly
from bot.tracker import Tracker
from tests.policies.test_ted import DOMAIN, FRUITS, ORDERS, RULE, STORIES
from tests.talking import TalkingBot

NETWORKS = (
    "epochs: 60, max_history: 4, learning_rate: 0.005, encoding_dimension: 20, transformer_size: {dialogue: 32}, "
    "connection_density: 0.5"
)
CONFIG = (
    f"policies: [{{name: TEDPolicy, {NETWORKS}}}, {{name: UnexpecTEDIntentPolicy, {NETWORKS}}}, "
    "MemoizationPolicy, RulePolicy]\n"
)
TALKS = [*ORDERS, ("plum", "pear", "apple"), ("rule", "apple", "rule"), ("apple",), ("pear", "pear", "pear", "pear")]


def test_conversations_at_once_are_answered_as_one_after_the_other() -> None:
    bot = TalkingBot(DOMAIN, RULE + STORIES, config=CONFIG)
    alone = [bot.say(*(f"/{fruit}" for fruit in talk), sender=f"alone {n}") for n, talk in enumerate(TALKS)]

    async def talk(number: int, fruits: Sequence[str]) -> list[str | None]:
        said = []
        for fruit in fruits:
            said += await bot.assistant.handle(Message(f"/{fruit}", f"together {number}"))
        return [reply.text for reply in said]

    async def all_at_once() -> list[list[str | None]]:
        return await asyncio.gather(*(talk(number, fruits) for number, fruits in enumerate(TALKS)))

    together = asyncio.run(all_at_once())
    assert together == alone
    assert together[:3] == [[FRUITS[fruit] for fruit in order] for order in ORDERS[:3]]


class Policy:
    is_heavy = True
    yields_to_certainty = False

    def __init__(self) -> None:
        self.config = PolicyConfig()
        self.batches: list[int] = []
        self.go = threading.Event()

    def answer(self, trackers: Sequence[Tracker], domain: Domain) -> list[Prediction]:
        """Once all have asked."""
        self.go.wait(10)
        self.batches.append(len(trackers))
        said = [tracker.latest_message.intent_name for tracker in trackers]
        return [Prediction("Policy", scores(domain, {f"utter_{intent}": 1.0})) for intent in said]


class Together(Policy):
    def predict_batch(self, trackers: Sequence[Tracker], domain: Domain, rule_only: RuleOnly) -> list[Prediction]:
        return self.answer(trackers, domain)


class OneByOne(Policy):
    """As a project's own policy: it knows nothing of batches."""

    def predict(self, tracker: Tracker, domain: Domain, rule_only: RuleOnly) -> Prediction:
        return self.answer([tracker], domain)[0]


def decided(policy: Any) -> list[str]:
    """What is decided for conversations that ask at once, in each of which another fruit was named."""
    domain = parse_domain(DOMAIN)

    async def ask() -> list[Prediction]:
        served = ServedEnsemble(Ensemble([policy]))
        try:
            asked = [asyncio.create_task(served.decide(named(fruit, domain))) for fruit in FRUITS]
            await asyncio.sleep(0)
            policy.go.set()
            return await asyncio.gather(*asked)
        finally:
            served.close()

    return [prediction.action(domain) for prediction in asyncio.run(ask())]


def named(fruit: str, domain: Domain) -> Tracker:
    events = [ActionExecuted("action_listen"), UserUttered.of(f"/{fruit}", {"intent": {"name": fruit}})]
    return Tracker.from_events(fruit, events, domain)


@pytest.mark.parametrize("policy", [Together(), OneByOne()], ids=lambda policy: type(policy).__name__)
def test_everybody_gets_their_own_answer(policy: Policy) -> None:
    assert decided(policy) == [f"utter_{fruit}" for fruit in FRUITS]
    assert sum(policy.batches) == len(FRUITS)
    assert (len(policy.batches) < len(FRUITS)) == isinstance(policy, Together)
