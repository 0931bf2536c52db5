"""Replaying test stories through the real assistant."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from bot.evaluation.compare import (
    action_differences,
    compare_actions,
    compare_replies,
    compare_state,
    compare_user,
)
from bot.evaluation.outcome import Difference, StoryOutcome, TurnOutcome, Wording
from bot.evaluation.turns import ExpectedTurn, expected_turns, said
from bot.events import ActionExecuted, Event, UserUttered
from bot.message import Message, Reply
from bot.stories import CheckStep, DatabaseCheck, Story

if TYPE_CHECKING:
    from bot.tracker import Tracker


class Replayed(Protocol):
    """What a replay needs of an assistant."""

    async def handle(self, message: Message) -> Sequence[Reply]: ...

    async def tracker(self, sender_id: str) -> Tracker: ...


class Database(Protocol):
    """The shop's database while stories are replayed."""

    def reset(self) -> None:
        """Bring back the state in which every story begins."""
        ...

    def problem(self, check: DatabaseCheck) -> str | None:
        """What is in the database instead of what `check` asks for; None when it holds."""
        ...


class NoDatabase:
    """For projects without one: a database check in their stories fails."""

    def reset(self) -> None:
        pass

    def problem(self, check: DatabaseCheck) -> str | None:
        return "the project has no knowledge base"


async def replay(
    assistant: Replayed,
    stories: Iterable[Story],
    *,
    database: Database | None = None,
    progress: Callable[[StoryOutcome], None] = lambda _: None,
    before_turn: Callable[[ExpectedTurn], None] = lambda _: None,
    clock: Callable[[], float] = time.perf_counter,
) -> list[StoryOutcome]:
    """Replay each story in a conversation and a database of its own, one after the other.

    `before_turn` is told what is expected of each turn before its message is sent.
    """
    outcomes = []
    shop = database or NoDatabase()
    for number, story in enumerate(stories):
        shop.reset()
        started = clock()
        turns, crash = await _replay_story(assistant, story, f"test-{number}", shop, before_turn)
        outcome = StoryOutcome(story, turns, clock() - started, crash)
        progress(outcome)
        outcomes.append(outcome)
    return outcomes


async def _replay_story(
    assistant: Replayed,
    story: Story,
    sender_id: str,
    database: Database,
    before_turn: Callable[[ExpectedTurn], None],
) -> tuple[tuple[TurnOutcome, ...], str | None]:
    outcomes: list[TurnOutcome] = []
    seen = 0
    opening: ExpectedTurn | None = None
    for turn in expected_turns(story):
        if not turn.user:  # the assistant begins as soon as the customer is there, that is with the first message
            opening = turn
            continue
        text = said(turn.user[0])
        before_turn(turn if opening is None else ExpectedTurn(turn.user, (*opening.steps, *turn.steps)))
        try:
            replies = await assistant.handle(Message(text, sender_id))
        except Exception as error:  # noqa: BLE001 - reported as the story's failure, the other stories go on
            return tuple(outcomes), f"{type(error).__name__}: {error} (at {turn.user[0].where or repr(text)})"
        tracker = await assistant.tracker(sender_id)
        events = tracker.events[seen:]
        seen = len(tracker.events)
        if opening is not None:
            before, events = _split_at_message(events)
            outcomes.append(_outcome(opening, "", before, tracker, (), database))
            opening = None
        outcomes.append(_outcome(turn, text, events, tracker, replies, database))
    return tuple(outcomes), None


def _outcome(
    turn: ExpectedTurn, text: str, events: list[Event], tracker: Tracker, replies: Sequence[Reply], database: Database
) -> TurnOutcome:
    texts = tuple(reply.text for reply in replies if reply.text)
    aligned, warnings = compare_actions(turn.steps, events)
    differences = [
        *(compare_user(turn.user, events) if turn.user else ()),
        *action_differences(aligned, turn, events),
        *compare_state(turn.steps, events, tracker.slots, tracker.active_loop_name),
        *compare_replies(turn.steps, texts),
        *_database_differences(turn, database),
    ]
    actions = tuple((step.name if step else None, predicted) for step, predicted in aligned)
    executed = tuple(event for event in events if isinstance(event, ActionExecuted))
    return TurnOutcome(text, texts, actions, tuple(differences), tuple(warnings), tuple(_wordings(replies)), executed)


def _wordings(replies: Sequence[Reply]) -> Iterator[Wording]:
    for reply in replies:
        marked = reply.metadata.get("metadata", {}).get("rephrase")
        if marked and reply.act is not None:
            yield Wording(reply.act.name, reply.text or "", reply.origin == "gpt", reply.why)


def _database_differences(turn: ExpectedTurn, database: Database) -> Iterator[Difference]:
    for step in turn.steps:
        if isinstance(step, CheckStep):
            for check in step.database:
                problem = database.problem(check)
                if problem is not None:
                    yield Difference(
                        "database", f"{check.table}: {dict(check.has) or check.count}", problem, step.where
                    )


def _split_at_message(events: list[Event]) -> tuple[list[Event], list[Event]]:
    index = next((i for i, event in enumerate(events) if isinstance(event, UserUttered)), len(events))
    return events[:index], events[index:]
