"""Conversations of simulated customers with the assistant, and what came of them in the table `operations`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from bot.evaluation.customers.customer import Customer
from bot.evaluation.customers.phrasings import Phrasings
from bot.evaluation.customers.tasks import Task, Wanted
from bot.evaluation.customers.wishes import self_of, wish_of
from bot.message import Message
from knowledge_base import UNSCOPED, KnowledgeBase

if TYPE_CHECKING:
    from bot.evaluation.replay import Database, Replayed

MAX_TURNS = 20
#: Operations that change nothing of an order; a customer who does not get on may be handed to a human.
HARMLESS = frozenset({"transfer_to_human", "open_ticket", "request_invoice"})


@dataclass(frozen=True)
class Outcome:
    """What came of one customer. `turns` are the customer's messages."""

    task: Task
    language: str
    done: tuple[Wanted, ...]
    expected: tuple[Wanted, ...]
    turns: int
    transcript: tuple[tuple[str, str], ...]
    seconds: float
    crash: str | None = None

    @property
    def wrong(self) -> tuple[Wanted, ...]:
        """Writes that nobody wanted."""
        left = list(self.expected)
        wrong: list[Wanted] = []
        for operation in self.done:
            match = next((one for one in left if is_same(one, operation)), None)
            if match is not None:
                left.remove(match)
            elif operation.name not in HARMLESS:
                wrong.append(operation)
        return tuple(wrong)

    @property
    def is_right(self) -> bool:
        """Whether exactly what should have been done was done."""
        missing = [one for one in self.expected if not any(is_same(one, operation) for operation in self.done)]
        return not missing and not self.wrong and self.crash is None


def is_same(wanted: Wanted, done: Wanted) -> bool:
    """Whether an operation is the wanted one: the same name, and the same value for every argument that is wanted.

    Items are compared as pairs of old and new, whatever their order.
    """
    if wanted.name != done.name or _pairs(wanted.arguments) != _pairs(done.arguments):
        return False
    others = {name: value for name, value in wanted.arguments.items() if name not in ("item_ids", "new_item_ids")}
    return all(str(done.arguments.get(name)) == str(value) for name, value in others.items())


def _pairs(arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    old = [str(item) for item in arguments.get("item_ids") or ()]
    new = [str(item) for item in arguments.get("new_item_ids") or old]
    return sorted(zip(old, new, strict=False))


@dataclass
class Talks:
    """Who talks with whom. `seed` and the task's id make a conversation the same each time."""

    assistant: Replayed
    database: Database
    knowledge_base: KnowledgeBase
    phrasings: Phrasings
    seed: int = 0
    progress: Callable[[Outcome], None] = field(default=lambda _: None)

    async def run(self, tasks: Sequence[Task]) -> list[Outcome]:
        """One conversation for each task, each in a fresh shop."""
        outcomes: list[Outcome] = []
        for task in tasks:
            self.database.reset()
            outcome = await self._talk(task)
            outcomes.append(outcome)
            self.progress(outcome)
        return outcomes

    async def _talk(self, task: Task) -> Outcome:
        random = Random(f"{self.seed}:{self.phrasings.language}:{task.id}")
        with self.knowledge_base.session() as session:
            who = self_of(session, task)
            wishes = [wish_of(session, task, wanted) for wanted in task.wanted]
            expected = self._allowed(task)
        customer = Customer(who, wishes, self.phrasings, random)
        sender = f"customer-{task.id}"
        transcript: list[tuple[str, str]] = []
        started, crash = time.perf_counter(), None
        message: str | None = customer.opens()
        done: tuple[Wanted, ...] = ()
        satisfied = 0
        while message is not None and len(transcript) < 2 * MAX_TURNS:
            transcript.append(("customer", message))
            try:
                replies = await self.assistant.handle(Message(message, sender))
            except Exception as error:  # noqa: BLE001  (this talk is lost, not the run)
                crash = f"{type(error).__name__}: {error}"
                break
            transcript.append(("bot", "\n".join(_shown(reply) for reply in replies)))
            done = self._done(sender)
            if len(done) > satisfied:
                satisfied = len(done)
                message = customer.next_wish()
            else:
                message = customer.answers(replies)
        turns = sum(speaker == "customer" for speaker, _ in transcript)
        seconds = time.perf_counter() - started
        return Outcome(task, self.phrasings.language, done, expected, turns, tuple(transcript), seconds, crash)

    def _allowed(self, task: Task) -> tuple[Wanted, ...]:
        """What of the task the shop's rules allow: that should have been done, the rest should have been refused."""
        from knowledge_base.scope import CustomerScope
        from knowledge_base.services import OperationRefused, propose

        allowed: list[Wanted] = []
        for wanted in task.wanted:
            with self.knowledge_base.session() as session:
                try:
                    propose(CustomerScope(session, task.customer_id), wanted.name, wanted.arguments)
                except OperationRefused:
                    continue
                allowed.append(wanted)
        return tuple(allowed)

    def _done(self, sender: str) -> tuple[Wanted, ...]:
        from sqlalchemy import select

        from knowledge_base.models import Operation

        with self.knowledge_base.session() as session:
            rows = session.scalars(
                select(Operation).where(Operation.conversation_id == sender).order_by(Operation.id),
                execution_options=UNSCOPED,
            )
            return tuple(Wanted(row.name, dict(row.arguments)) for row in rows)


def _shown(reply: Any) -> str:
    titles = [f"[{button['title']}]" for button in reply.buttons]
    return " ".join([reply.text or "", *titles])
