"""The assistant: one message in, its replies out. `handle` is the whole turn, top to bottom."""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from bot.actions.base import CustomActions, NoCustomActions, Voice
from bot.actions.book import ActionBook
from bot.domain import ACTION_SESSION_START, Domain
from bot.dst.base import Linker
from bot.dst.slot_mappings import map_slots
from bot.events import (
    FULL_RETRIEVAL,
    ActionExecuted,
    BotUttered,
    Event,
    ReminderScheduled,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from bot.masking import about
from bot.message import Intent, Message, Reply, Understanding
from bot.policies.base import Prediction, certain
from bot.reminders import Reminders
from bot.slots import SESSION_STARTED_METADATA
from bot.speaking import Speaker
from bot.stores.base import ConversationChanged, LockStore, TrackerStore, keeping
from bot.stores.memory import MemoryLockStore, MemoryTrackerStore
from bot.trace import TurnTrace
from bot.tracker import Clock, EventVerbosity, Tracker
from bot.turn import MAX_PREDICTIONS, Decides, Turn

if TYPE_CHECKING:
    from bot.project import Project
    from bot.stores.publisher import Publisher

logger = logging.getLogger(__name__)

ATTEMPTS = 3
# Sends what was said without a message having asked for it: (sender, channel, replies).
Push = Callable[[str, str, Sequence[Reply]], Awaitable[None]]
# Opens the transaction of a turn, in which nobody else may write when it is called with True; what it yields (an
# SQLAlchemy session) is given to the tracker store that shares it.
UnitOfWork = Callable[[bool], AbstractContextManager[Any]]


class Understands(Protocol):
    """Who understands messages: the NLU pipeline, or another server. Many messages may be asked about at once."""

    async def parse(self, text: str) -> Understanding: ...


@runtime_checkable
class UnderstandsAnswers(Protocol):
    """Who understands messages as answers to what the assistant said before."""

    async def parse_answer(self, text: str, said: str) -> Understanding: ...


def _no_transaction(alone: bool) -> AbstractContextManager[Any]:
    return nullcontext()


def _no_conflict(error: BaseException) -> bool:
    return False


def _new_id() -> str:
    return uuid.uuid4().hex


@dataclass
class Assistant:
    """A loaded project that talks.

    `unit_of_work` makes each turn one transaction; `shares_database` says that the tracker store keeps its events in
    the same database, so that they are committed with it. `is_conflict` tells which errors of it mean that the turn
    should be done again. `push` sends the replies of reminders, `observe` is shown the
    trace of each message's turn. `publisher` hands the events of each turn on, once they
    are stored.
    """

    domain: Domain
    nlu: Understands
    policies: Decides
    speaker: Speaker
    custom_actions: CustomActions = field(default_factory=NoCustomActions)
    store: TrackerStore = field(default_factory=MemoryTrackerStore)
    locks: LockStore = field(default_factory=MemoryLockStore)
    linkers: Sequence[Linker] = ()
    publisher: Publisher | None = None
    unit_of_work: UnitOfWork = _no_transaction
    shares_database: bool = False
    is_conflict: Callable[[BaseException], bool] = _no_conflict
    event_metadata: Mapping[str, Any] = field(default_factory=dict)
    push: Push | None = None
    observe: Callable[[TurnTrace], None] | None = None
    max_predictions: int = MAX_PREDICTIONS
    clock: Clock = time.time
    new_id: Callable[[], str] = _new_id
    project: Project | None = None
    model: Path | None = None

    def __post_init__(self) -> None:
        # Turns that write alone wait here: in the database each would hold a thread, which the one that writes needs.
        self._one_at_a_time = asyncio.Lock()
        self.book = ActionBook(self.domain, self.custom_actions, map_slots)
        self.reminders = Reminders(self._fire, self.clock)

    @classmethod
    def load(cls, project: Project | Path | str, *, model: Path | None = None, **parts: Any) -> Assistant:
        """The assistant of a project, with a trained model; the newest one of `models/` when none is given.

        `parts` replace what the project says: `store`, `clock`, `speaker` and so on.
        """
        from bot.assembly import assemble

        return assemble(project, model=model, **parts)

    # -- the turn ------------------------------------------------------------------------------------------------

    async def handle(
        self, message: Message, *, trace: TurnTrace | None = None, output_channel: str | None = None
    ) -> list[Reply]:
        """Answer a message. A message id that was seen before gets the same replies again, and nothing else happens.

        `output_channel` is the name by which responses are picked, when it is not that of the input channel.
        """
        trace = trace or TurnTrace()
        trace.text = message.text
        message = message if message.message_id else replace(message, message_id=self.new_id())
        voice = Voice(self.speaker, output_channel or message.input_channel)
        async with self.locks.lock(message.sender_id):
            tracker = await self._load(message.sender_id)
            answered = tracker.replies_to(message.message_id)
            if answered is not None:
                trace.is_resent, trace.replies = True, answered
                self._observe(trace)
                return answered
            trace.slots_before = tracker.slots
            with trace.stage("understand"):
                understanding = await self.parse(message.text, said=_just_said(tracker))

            async def respond(turn: Turn) -> None:
                await self._begin_session(turn, message.metadata)
                with trace.stage("track"):
                    trace.understanding = self._link(understanding, turn.tracker)
                    turn.tracker.update(UserUttered.from_understanding(message, trace.understanding))
                    await turn.extract_slots()
                with trace.stage("decide and act"):
                    await turn.decide_and_act()

            turn = await self._in_transaction(tracker, voice, trace, respond)
            trace.slots_after, trace.active_loop = turn.tracker.slots, turn.tracker.active_loop_name
            trace.replies = turn.replies
            self._observe(trace)
            return list(turn.replies)

    async def parse(self, text: str, *, said: str = "") -> Understanding:
        """What NLU makes of a text, as an answer to what was `said` before it where NLU can tell."""
        if isinstance(self.nlu, UnderstandsAnswers):
            return _with_base_intent(await self.nlu.parse_answer(text, said))
        return _with_base_intent(await self.nlu.parse(text))

    async def _in_transaction(
        self, tracker: Tracker, voice: Voice, trace: TurnTrace, respond: Callable[[Turn], Awaitable[None]]
    ) -> Turn:
        """Do a turn's work and store it, all or nothing; again when somebody else was faster, and then alone.

        Otherwise two customers whose turns take a GPT's seconds would overtake each other until both give up.
        """
        for attempt in range(1, ATTEMPTS + 1):
            before = tracker.mark()
            turn = Turn(
                tracker, self.domain, self.book, self.policies, voice, trace, self.max_predictions, self.is_conflict
            )
            try:
                async with self._one_at_a_time if attempt > 1 else nullcontext():
                    with about(tracker), self.unit_of_work(attempt > 1) as session:
                        await respond(turn)
                        if self.shares_database:
                            await self._save(turn, session)
                if not self.shares_database:
                    await self._save(turn, None)
            except BaseException as error:
                tracker.roll_back(before)
                self.store.forget(tracker.sender_id)
                is_conflict = isinstance(error, ConversationChanged) or self.is_conflict(error)
                if not is_conflict or attempt == ATTEMPTS:
                    raise
                logger.info("Doing a turn of '%s' again after a conflict: %s", tracker.sender_id, error)
                trace.start_again()
                tracker = await self._load(tracker.sender_id)
            else:
                self.reminders.take_up(tracker.sender_id, turn.reminders)
                self._publish(tracker, before.length)
                return turn
        raise AssertionError("unreachable")

    async def _save(self, turn: Turn, session: Any) -> None:
        with turn.trace.stage("save"):
            await self.store.save(turn.tracker, session=session)
            keep = keeping.get()
            if keep is not None and session is not None:
                await keep(turn.replies, session)

    def _publish(self, tracker: Tracker, known: int) -> None:
        """Hand the events after the first `known` on to the event broker."""
        if self.publisher is not None:
            self.publisher.publish(tracker.sender_id, tracker.dicts_since(known))

    def _observe(self, trace: TurnTrace) -> None:
        if self.observe is not None:
            self.observe(trace)

    async def _load(self, sender_id: str) -> Tracker:
        return await self.store.load(sender_id, self._tracker_of)

    def _tracker_of(self, sender_id: str, events: Iterable[Event]) -> Tracker:
        metadata = self.event_metadata
        return Tracker.from_events(sender_id, events, self.domain, clock=self.clock, event_metadata=metadata)

    def _link(self, understanding: Understanding, tracker: Tracker) -> Understanding:
        for linker in self.linkers:
            understanding = linker.link(understanding, tracker.slots)
        return understanding

    async def _begin_session(self, turn: Turn, metadata: Mapping[str, Any] | None = None) -> None:
        """Start a session when nothing has happened yet, or too long ago."""
        tracker = turn.tracker
        if tracker.top is not None and not self._has_expired(tracker):
            return
        if metadata:
            tracker.update(SlotSet(SESSION_STARTED_METADATA, dict(metadata)))
        await turn.run(self.book.find(ACTION_SESSION_START), certain(self.domain, ACTION_SESSION_START, policy=None))

    def _has_expired(self, tracker: Tracker) -> bool:
        minutes = self.domain.session.expiration_minutes
        last = tracker.last_applied(UserUttered) if minutes > 0 else None
        return last is not None and self.clock() - (last.timestamp or 0.0) > minutes * 60

    # -- without a message ---------------------------------------------------------------------------------------

    async def trigger_intent(
        self, sender_id: str, intent: str, entities: Any = None, *, channel: str | None = None
    ) -> list[Reply]:
        """Act as if the customer had said `intent`; `entities` is a list of entities or a mapping of names to values."""
        async with self.locks.lock(sender_id):
            tracker = await self._load(sender_id)
            return await self._triggered(tracker, intent, entities, channel)

    async def _triggered(self, tracker: Tracker, intent: str, entities: Any, channel: str | None) -> list[Reply]:
        input_channel = tracker.latest_input_channel
        voice = Voice(self.speaker, channel or input_channel or "cmdline")

        async def respond(turn: Turn) -> None:
            await self._begin_session(turn)
            turn.tracker.update(UserUttered.external(intent, _entity_list(entities), input_channel=input_channel))
            await turn.extract_slots()
            await turn.decide_and_act()

        turn = await self._in_transaction(tracker, voice, TurnTrace(), respond)
        return list(turn.replies)

    async def _fire(self, sender_id: str, reminder: ReminderScheduled) -> None:
        """A reminder is due: act on it, unless the customer has written or the conversation has begun anew since."""
        async with self.locks.lock(sender_id):
            tracker = await self._load(sender_id)
            if not still_holds(reminder, tracker):
                return
            channel = tracker.latest_input_channel or "cmdline"
            replies = await self._triggered(tracker, reminder.intent, reminder.entities, channel)
        if replies and self.push:
            await self.push(sender_id, channel, replies)

    async def execute(
        self,
        sender_id: str,
        action: str,
        *,
        policy: str | None = None,
        confidence: float = 1.0,
        channel: str = "cmdline",
    ) -> list[Reply]:
        """Run one action, whatever the policies say. Raises UsageError when the domain has none of this name."""
        prediction = certain(self.domain, action, policy=policy, confidence=confidence)
        async with self.locks.lock(sender_id):
            tracker = await self._load(sender_id)

            async def respond(turn: Turn) -> None:
                await self._begin_session(turn)
                await turn.run(self.book.find(action), prediction)

            turn = await self._in_transaction(tracker, Voice(self.speaker, channel), TurnTrace(), respond)
            return list(turn.replies)

    async def predict_next(self, sender_id: str) -> dict[str, Any]:
        """What would be done next, in Rasa's shape: `scores`, `policy`, `confidence`, `tracker`."""
        async with self.locks.lock(sender_id):
            tracker = await self._load(sender_id)
            voice = Voice(self.speaker, "cmdline")
            found: list[Prediction] = []

            async def respond(turn: Turn) -> None:
                await self._begin_session(turn)
                found.append(await turn.predict())

            turn = await self._in_transaction(tracker, voice, TurnTrace(), respond)
            prediction = found[-1]
            scores = zip(self.domain.action_names, prediction.probabilities, strict=True)
            return {
                "scores": [{"action": action, "score": score} for action, score in scores],
                "policy": prediction.policy,
                "confidence": prediction.confidence,
                "tracker": turn.tracker.as_dict(EventVerbosity.AFTER_RESTART),
            }

    async def append_events(self, sender_id: str, events: Sequence[Event]) -> Tracker:
        """Add events to a conversation as they are; nothing is said or decided.

        A conversation that has not begun begins first, unless the events themselves say that it does.
        """
        async with self.locks.lock(sender_id):
            tracker = await self._load(sender_id)

            async def respond(turn: Turn) -> None:
                if turn.tracker.top is None and not _begins_session(events):
                    await self._begin_session(turn)
                turn.tracker.update_all(events)

            return (await self._in_transaction(tracker, Voice(self.speaker, "cmdline"), TurnTrace(), respond)).tracker

    async def log_message(self, sender_id: str, text: str, parse_data: Mapping[str, Any] | None = None) -> Tracker:
        """Add a customer's message, and the slots that it fills; nothing is said or decided.

        `parse_data`, in Rasa's shape, is what the message means; without it NLU says so.
        """
        message = Message(text, sender_id, self.new_id())
        if parse_data is None:
            said = _just_said(await self.tracker(sender_id))
            event = UserUttered.from_understanding(message, await self.parse(text, said=said))
        else:
            event = UserUttered.of(text, {"text": text, **parse_data}, message_id=message.message_id)
        async with self.locks.lock(sender_id):
            tracker = await self._load(sender_id)

            async def respond(turn: Turn) -> None:
                await self._begin_session(turn)
                turn.tracker.update(replace(event, input_channel=None))
                await turn.extract_slots()

            return (await self._in_transaction(tracker, Voice(self.speaker, "cmdline"), TurnTrace(), respond)).tracker

    async def replace_events(self, sender_id: str, events: Sequence[Event]) -> Tracker:
        """Make these the conversation's events."""
        async with self.locks.lock(sender_id):
            known = len(await self.store.event_dicts(sender_id)) if self.publisher else 0
            await self.store.delete(sender_id)
            tracker = await self._load(sender_id)
            tracker.update_all(events)
            await self.store.save(tracker)
            self._publish(tracker, known)
            return tracker

    async def tracker(self, sender_id: str) -> Tracker:
        """The conversation with all of its sessions; empty when there is none. For reading only."""
        return await self.store.load_full(sender_id, self._tracker_of)

    async def warm_up(self) -> None:
        """Load what is slow to load and not needed for the first answers: the GPT. Run it beside the conversation."""
        warm_up = getattr(self.speaker, "warm_up", None)
        if warm_up is not None:
            await warm_up()

    def take_over(self, other: Assistant) -> None:
        """Go on with the conversations, locks, reminders and events of another assistant, which is to be closed by
        `close_model` once its last turn has ended."""
        self.store, self.locks, self.publisher = other.store, other.locks, other.publisher
        self.push, self.reminders = other.push, other.reminders
        self.reminders.fire_through(self._fire)

    async def close_model(self) -> None:
        """Let go what belongs to this assistant and to no other that takes over."""
        for part in (self.speaker, self.nlu, self.policies, self.custom_actions):
            close = getattr(part, "close", None)
            closing = close() if close is not None else None
            if inspect.isawaitable(closing):
                await closing

    async def close(self) -> None:
        """Stop reminders and give connections back."""
        self.reminders.close()
        await self.close_model()
        if self.publisher is not None:
            await self.publisher.close()
        await self.store.close()
        await self.locks.close()


def still_holds(reminder: ReminderScheduled, tracker: Tracker) -> bool:
    """Whether a reminder that is due should be acted on."""
    if not any(step.event is reminder or _is_same(step.event, reminder) for step in tracker.steps_back()):
        return False
    if not reminder.kill_on_user_msg:
        return True
    for event in reversed(tracker.events):
        if _is_same(event, reminder):
            return True
        if isinstance(event, UserUttered) and event.text:
            return False
    return False


def _just_said(tracker: Tracker) -> str:
    """What the assistant has said since the customer's last message."""
    said = []
    for event in tracker.events_back():
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered) and event.text:
            said.append(event.text)
    return " ".join(reversed(said))


def _begins_session(events: Sequence[Event]) -> bool:
    """Whether the first two events are those by which a session begins."""
    return (
        len(events) > 1
        and isinstance(events[0], ActionExecuted)
        and events[0].name == ACTION_SESSION_START
        and isinstance(events[1], SessionStarted)
    )


def _is_same(event: Event, reminder: ReminderScheduled) -> bool:
    return isinstance(event, ReminderScheduled) and event.name == reminder.name


def _entity_list(entities: Any) -> list[Mapping[str, Any]]:
    if isinstance(entities, Mapping):
        return [{"entity": name, "value": value} for name, value in entities.items()]
    return list(entities or ())


def _with_base_intent(understanding: Understanding) -> Understanding:
    """The understanding with the intent `faq` for `faq/ask_hours`, and the whole name beside it.

    The whole name comes from the response selector, or from a payload that says it itself.
    """
    name = understanding.intent.name
    if not name:
        return understanding
    if "/" in name:
        base = Intent(name.split("/", 1)[0], understanding.intent.confidence)
        ranking = tuple(base if intent.name == name else intent for intent in understanding.ranking)
        return replace(understanding, intent=base, ranking=ranking, extra={**understanding.extra, FULL_RETRIEVAL: name})
    selected = (understanding.extra.get("response_selector") or {}).get(name) or {}
    full = (selected.get("response") or {}).get("intent_response_key")
    return replace(understanding, extra={**understanding.extra, FULL_RETRIEVAL: full}) if full else understanding
