"""The starter shop without its models: its real domain, rules, responses, actions and demo data.

What a customer means is given with each message, so that what is checked is what the shop does with it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import create_engine, text

from bot.actions.local import LocalActions
from bot.assembly import transaction_of
from bot.assistant import Assistant
from bot.dst.references import ReferenceResolver
from bot.message import Entity, Intent, Message, Reply, Understanding
from bot.nlg.speaker import ResponseSpeaker
from bot.nlu.language import detect
from bot.nlu.payload import read_payload
from bot.policies.base import Policy
from bot.policies.ensemble import Ensemble
from bot.policies.serving import ServedEnsemble
from bot.policies.training import train
from bot.project import Project
from bot.tracker import Tracker

ROOT = Path(__file__).resolve().parents[1]
EMMA, WEI = "emma.clarke@example.com", "li.wei@example.cn"
DOUBT = "nlu_fallback"


@cache
def starter() -> tuple[Project, tuple[Policy, ...]]:
    """The starter and its trained rules; reading and training them takes about a second."""
    project = Project.load(ROOT)
    return project, tuple(train(project.stories, project.domain, project.config.policies))


class Meanings:
    """Understands payloads, and texts as they are told to be meant."""

    def __init__(self, intents: Any) -> None:
        self.intents = intents
        self.told: dict[str, Understanding] = {}

    async def parse(self, text: str) -> Understanding:
        return read_payload(text, self.intents) or self.told.get(text) or Understanding(text, language=detect(text))


@dataclass
class StarterTalk:
    """One customer's conversation with the shop whose database has this URL (KNOWLEDGE_BASE_URL names it, too)."""

    url: str
    sender: str = "me"
    replies: list[Reply] = field(default_factory=list)

    def __post_init__(self) -> None:
        project, policies = starter()
        actions = LocalActions.load(ROOT)
        assert actions is not None
        self.nlu = Meanings(project.domain.all_intents)
        self.assistant = Assistant(
            project.domain,
            self.nlu,
            ServedEnsemble(Ensemble(policies)),
            ResponseSpeaker(project.domain.responses, random=Random(7), language=project.config.language),
            custom_actions=actions,
            linkers=(ReferenceResolver(),),
            **transaction_of(project, actions),
        )

    def say(self, message: str, intent: str | None = None, *, doubted: tuple[str, ...] = (), **entities: Any) -> str:
        """The replies to a message, a line each; what it means is told as in `mean`."""
        if intent is not None:
            self.mean(message, intent, doubted=doubted, **entities)
        self.replies = asyncio.run(self.assistant.handle(Message(message, self.sender)))
        return "\n".join(reply.text or "" for reply in self.replies)

    def mean(self, message: str, intent: str, *, doubted: tuple[str, ...] = (), **entities: Any) -> None:
        """Tell what a message means.

        `entities` are those of the message by name, with a role as `colour__new`; a list gives several. `doubted` are
        the intents that a message which is not understood may have, the likeliest first.
        """
        ranking = tuple(Intent(name, 0.35 - 0.01 * place) for place, name in enumerate(doubted))
        self.nlu.told[message] = Understanding(
            message,
            Intent(intent, 0.4 if doubted else 0.95),
            entities=tuple(_entities(message, entities)),
            ranking=(Intent(intent, 0.4 if doubted else 0.95), *ranking),
            language=detect(message),
        )

    def press(self, title: str) -> str:
        """Press the button of this title among those just shown."""
        return self.say(next(b["payload"] for reply in self.replies for b in reply.buttons if b["title"] == title))

    @property
    def buttons(self) -> list[str]:
        return [button["title"] for reply in self.replies for button in reply.buttons]

    @property
    def tracker(self) -> Tracker:
        return asyncio.run(self.assistant.tracker(self.sender))

    @property
    def form(self) -> str | None:
        return self.tracker.active_loop_name

    def slot(self, name: str) -> Any:
        return self.tracker.get_slot(name)

    def value(self, query: str) -> Any:
        """The first value that a query on the shop's database gives."""
        with create_engine(self.url).connect() as connection:
            return connection.execute(text(query)).scalar()


def _entities(message: str, values: dict[str, Any]) -> list[Entity]:
    found = []
    for name, given in values.items():
        entity, _, role = name.partition("__")
        for value in given if isinstance(given, list) else [given]:
            start = message.find(str(value))
            end = start + len(str(value)) if start >= 0 else None
            found.append(Entity(entity, value, start if start >= 0 else None, end, role=role or None))
    return found
