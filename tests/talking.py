"""A small bot made from YAML, with its own actions as plain functions, to talk to in tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from bot.actions.base import ActionFailedError, ActionRejected, CustomAnswer
from bot.assistant import Assistant
from bot.domain import Domain
from bot.formats.config import parse_config
from bot.formats.domain import parse_domain
from bot.formats.stories import parse_stories
from bot.message import Message, Understanding
from bot.nlg.speaker import ResponseSpeaker
from bot.nlu.payload import read_payload
from bot.policies.ensemble import Ensemble
from bot.policies.serving import ServedEnsemble
from bot.policies.training import train
from bot.trace import TurnTrace
from bot.tracker import Tracker

RULES_ONLY = "policies: [RulePolicy]\n"

# What a scripted action answers: events and responses as an action server would send them.
Script = Callable[[Tracker], Mapping[str, Any]]


class ScriptedActions:
    """The project's actions. A script may raise; `refuse` in its place refuses to run."""

    def __init__(self, scripts: Mapping[str, Script]) -> None:
        self.scripts = dict(scripts)
        self.called: list[str] = []

    async def run(self, name: str, tracker: Tracker, domain: Domain) -> CustomAnswer:
        self.called.append(name)
        if name not in self.scripts:
            raise ActionFailedError(f"no action '{name}'")
        answer = self.scripts[name](tracker)
        return CustomAnswer(answer.get("events", ()), answer.get("responses", ()))

    async def close(self) -> None:
        return None


def refuse(tracker: Tracker) -> Mapping[str, Any]:
    raise ActionRejected("refused")


class Payloads:
    """Understands payloads such as `/greet{"name": "Li"}`; the rest as `understood` says."""

    def __init__(self, domain: Domain, understood: Mapping[str, Understanding]) -> None:
        self.domain = domain
        self.understood = understood

    async def parse(self, text: str) -> Understanding:
        payload = read_payload(text, self.domain.all_intents)
        return self.understood.get(text) or payload or Understanding(text)


class TalkingBot:
    """An assistant with rules, stories and scripted actions, and the conversation `me` with it."""

    def __init__(
        self,
        domain: str,
        stories: str = "",
        *,
        config: str = RULES_ONLY,
        actions: Mapping[str, Script] | None = None,
        understood: Mapping[str, Understanding] | None = None,
        **parts: Any,
    ) -> None:
        self.now = 1_000_000.0
        self.domain = parse_domain(domain)
        self.actions = ScriptedActions(actions or {})
        policies = train(parse_stories(stories), self.domain, parse_config(config).policies)
        speaker = ResponseSpeaker(self.domain.responses, random=Random(7))
        nlu = Payloads(self.domain, understood or {})
        given: dict[str, Any] = {"custom_actions": self.actions, "clock": lambda: self.now, **parts}
        self.assistant = Assistant(self.domain, nlu, ServedEnsemble(Ensemble(policies)), speaker, **given)

    def say(self, *texts: str, sender: str = "me", message_id: str = "") -> list[str | None]:
        """The texts of the replies to all of these messages."""
        said: list[str | None] = []
        for text in texts:
            replies = asyncio.run(self.assistant.handle(Message(text, sender, message_id=message_id)))
            said += [reply.text for reply in replies]
        return said

    def trace(self, text: str, sender: str = "me") -> TurnTrace:
        trace = TurnTrace()
        asyncio.run(self.assistant.handle(Message(text, sender), trace=trace))
        return trace

    def tracker(self, sender: str = "me") -> Tracker:
        return asyncio.run(self.assistant.tracker(sender))

    def actions_of(self, text: str) -> list[str]:
        """What a message leads to, without listening; a refusal is marked with `!`."""
        decisions = self.trace(text).decisions
        return [("!" if d.is_rejected else "") + d.action for d in decisions if d.action != "action_listen"]
