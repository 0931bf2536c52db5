"""Two-stage fallback: "did you mean …?", then "please rephrase", then giving up.

Source: `rasa/core/actions/two_stage_fallback.py` of Rasa 3.6.21.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions.base import Voice
from bot.actions.default import NLU_FALLBACK, OUT_OF_SCOPE
from bot.actions.forms import FindsActions
from bot.actions.loops import run_loop
from bot.domain import (
    ACTION_DEFAULT_ASK_AFFIRMATION,
    ACTION_DEFAULT_ASK_REPHRASE,
    ACTION_DEFAULT_FALLBACK,
    ACTION_LISTEN,
    ACTION_TWO_STAGE_FALLBACK,
    Domain,
)
from bot.events import ActionExecuted, ActiveLoop, Event, UserUtteranceReverted, UserUttered, with_certain_intent
from bot.tracker import Tracker


@dataclass(frozen=True, slots=True)
class TwoStageFallback:
    """A loop that ends when the customer has made clear what is meant, or was not understood twice."""

    actions: FindsActions
    name: str = ACTION_TWO_STAGE_FALLBACK

    async def run(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        return await run_loop(self, tracker, domain, voice)

    async def activate(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        return []

    async def do(self, tracker: Tracker, domain: Domain, voice: Voice, so_far: list[Event]) -> list[Event]:
        has_begun = any(isinstance(event, ActiveLoop) for event in so_far)
        affirms = has_begun or tracker.latest_message.intent_name == NLU_FALLBACK
        name = ACTION_DEFAULT_ASK_AFFIRMATION if affirms else ACTION_DEFAULT_ASK_REPHRASE
        return await self.actions.find(name).run(tracker, domain, voice)

    def is_done(self, tracker: Tracker, so_far: list[Event]) -> bool:
        has_clarified = tracker.latest_message.intent_name not in (NLU_FALLBACK, OUT_OF_SCOPE)
        return has_clarified or _has_failed(tracker)

    async def deactivate(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        if _has_failed(tracker):
            return await self.actions.find(ACTION_DEFAULT_FALLBACK).run(tracker, domain, voice)
        clarified = with_certain_intent(tracker.latest_message)
        return [UserUtteranceReverted(), ActionExecuted(ACTION_LISTEN), clarified]


def _has_failed(tracker: Tracker) -> bool:
    two_in_a_row = _last_intents(tracker, 2) == [NLU_FALLBACK, NLU_FALLBACK]
    return two_in_a_row or _last_intents(tracker, 3) == [OUT_OF_SCOPE, NLU_FALLBACK, OUT_OF_SCOPE]


def _last_intents(tracker: Tracker, number: int) -> list[str | None]:
    """The intents of the last messages, newest first; taking one back counts as one without an intent."""
    intents: list[str | None] = []
    seen = 0
    for event in tracker.events_back():
        if isinstance(event, UserUttered | UserUtteranceReverted):
            seen += 1
            if isinstance(event, UserUttered):
                intents.append(event.intent_name)
        if seen == number:
            break
    return intents
