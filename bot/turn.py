"""Deciding and acting: what happens between a message and waiting for the next one.

Source: `_run_prediction_loop` and `_run_action` of `rasa/core/processor.py` in Rasa 3.6.21.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.actions.base import Action, ActionRejected, Voice
from bot.actions.book import ActionBook
from bot.actions.custom import Custom
from bot.actions.local import LocalActions
from bot.actions.responses import SayText
from bot.domain import ACTION_LISTEN, ACTION_SESSION_START, Domain
from bot.events import (
    ActionExecuted,
    ActionExecutionRejected,
    BotUttered,
    Event,
    ReminderCancelled,
    ReminderScheduled,
    UserUttered,
)
from bot.message import Reply
from bot.policies.base import Prediction, certain
from bot.trace import Decided, TurnTrace
from bot.tracker import Tracker

logger = logging.getLogger(__name__)

MAX_PREDICTIONS = int(os.environ.get("MAX_NUMBER_OF_PREDICTIONS", "10"))
ACTION_FAILED = "utter_action_failed"
_APOLOGIES = {
    "zh": "抱歉,刚才出了点问题,这一步没有完成。请稍后再试一次。",
    "en": "Sorry, something went wrong just now and this was not done. Please try again in a moment.",
}
_WAITING = (ACTION_LISTEN, ACTION_SESSION_START)


class Decides(Protocol):
    """Who decides: the ensemble of policies. Many conversations may be asked about at once."""

    async def decide(self, tracker: Tracker) -> Prediction: ...


@dataclass
class Turn:
    """One turn of one conversation. What is said and which reminders are set is collected in `replies`, `reminders`.

    `is_conflict` tells which errors of an action are no failure of it: the whole turn is done again.
    """

    tracker: Tracker
    domain: Domain
    book: ActionBook
    policies: Decides
    voice: Voice
    trace: TurnTrace
    max_predictions: int = MAX_PREDICTIONS
    is_conflict: Callable[[BaseException], bool] = lambda error: False
    replies: list[Reply] = field(default_factory=list)
    reminders: list[ReminderScheduled | ReminderCancelled] = field(default_factory=list)

    async def extract_slots(self) -> None:
        """Fill slots from the last message."""
        events = await self.book.extract_slots().run(self.tracker, self.domain, self.voice)
        self.tracker.update_all(events, now=True)
        self._deliver(events)

    async def decide_and_act(self) -> None:
        """Run the actions that the policies decide, until one of them waits for the customer."""
        goes_on = True
        steps = 0
        while goes_on and self._is_heard():
            steps += 1
            if self._has_run_away() or steps > 5 * self.max_predictions:
                logger.warning(
                    "More than %d actions in one turn of '%s': stopped.", self.max_predictions, self.tracker.sender_id
                )
                break
            prediction = await self.predict()
            if prediction.is_end_to_end:
                await self.extract_slots()
            goes_on = await self.run(self.book.find(prediction.action(self.domain)), prediction)

    async def predict(self) -> Prediction:
        """What to do next: the follow-up action that was asked for, or what the policies say."""
        tracker = self.tracker
        followup = tracker.followup_action
        if followup:
            tracker.clear_followup_action()
            if self.domain.has_action(followup):
                return certain(self.domain, followup, policy="followup_action", why="follow-up action")
            logger.error("There is no action '%s' to follow up with; the policies decide instead.", followup)
        return await self.policies.decide(tracker)

    async def run(self, action: Action, prediction: Prediction) -> bool:
        """Run an action and log what follows from it; whether another action may come after it."""
        tracker, name = self.tracker, action.name
        before = tracker.mark()
        tracker.update_all(prediction.events, now=True)
        error = ""
        try:
            events = await action.run(tracker, self.domain, self.voice)
        except ActionRejected:
            tracker.roll_back(before)
            tracker.update(ActionExecutionRejected(name, prediction.policy, prediction.confidence))
            self._note(name, prediction, is_rejected=True)
            return name not in _WAITING
        except Exception as failure:
            if self.is_conflict(failure):
                raise
            # Whatever goes wrong in an action, the customer hears of it and the conversation goes on without its events.
            logger.exception("The action '%s' failed; none of its events count.", name)
            error = f"{type(failure).__name__}: {failure}"
            events = await self._apology(action)
        if any(isinstance(event, ActionExecutionRejected) for event in events):
            tracker.roll_back(before)
        else:
            tracker.update(_executed(action, prediction), now=True)
        self._note(name, prediction, error=error)
        tracker.update_all(events, now=True)
        if any(isinstance(event, UserUttered) for event in events):
            await self.extract_slots()
        self._deliver(events)
        return name not in _WAITING

    def _is_heard(self) -> bool:
        """A paused conversation hears nothing but a restart."""
        return not self.tracker.is_paused or self.tracker.latest_message.intent_name == "restart"

    def _has_run_away(self) -> bool:
        actions = 0
        for event in self.tracker.events_back():
            if isinstance(event, ActionExecuted):
                if event.name in _WAITING:
                    break
                actions += 1
                if actions >= self.max_predictions:
                    return self.tracker.latest_action_name not in _WAITING
        return False

    def _note(self, action: str, prediction: Prediction, *, is_rejected: bool = False, error: str = "") -> None:
        why, confidence = prediction.why, prediction.confidence
        self.trace.decisions.append(Decided(action, prediction.policy, confidence, why, is_rejected, error))

    def _deliver(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, BotUttered):
                self.replies.append(event.as_reply())
            elif isinstance(event, ReminderScheduled | ReminderCancelled):
                self.reminders.append(event)

    async def _apology(self, action: Action) -> list[Event]:
        """Only for actions of the project. On an action server, a project that has no response for it gets Rasa's
        silence: the server's own clients know what to make of that."""
        if ACTION_FAILED in self.domain.responses:
            said = await self.voice.say(ACTION_FAILED, self.tracker, source=action.name)
            return [said] if said else []
        if not isinstance(action, Custom) or not isinstance(action.actions, LocalActions):
            return []
        language: Any = self.tracker.get_slot("language") or self.tracker.latest_message.parse_data.get("language")
        text = _APOLOGIES.get(str(language), _APOLOGIES["en"])
        return [BotUttered.of_reply(Reply(text=text, why=f"{action.name} failed"), utter_action=ACTION_FAILED)]


def _executed(action: Action, prediction: Prediction) -> ActionExecuted:
    is_text = isinstance(action, SayText)
    return ActionExecuted(
        None if is_text else action.name,
        prediction.policy,
        prediction.confidence,
        action_text=action.name if is_text else None,
        hide_rule_turn=prediction.hide_rule_turn,
        metadata=prediction.metadata,
    )
