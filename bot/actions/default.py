"""The actions that every assistant has. Source: `rasa/core/actions/action.py` of Rasa 3.6.21."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.actions.base import Action, Voice
from bot.domain import (
    ACTION_BACK,
    ACTION_DEACTIVATE_LOOP,
    ACTION_DEFAULT_ASK_AFFIRMATION,
    ACTION_DEFAULT_ASK_REPHRASE,
    ACTION_DEFAULT_FALLBACK,
    ACTION_LISTEN,
    ACTION_RESTART,
    ACTION_REVERT_FALLBACK_EVENTS,
    ACTION_SESSION_START,
    ACTION_UNLIKELY_INTENT,
    Domain,
)
from bot.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
    with_certain_intent,
)
from bot.message import DialogueAct, Fact, Reply
from bot.slots import REQUESTED_SLOT
from bot.tracker import Tracker

NLU_FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class SayThenDo:
    """Says a response if the domain has it, then returns events that do not depend on the conversation."""

    name: str
    response: str | None = None
    events: tuple[Event, ...] = ()

    async def run(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        said = await voice.say(self.response, tracker) if self.response else None
        return [*([said] if said else []), *self.events]


@dataclass(frozen=True, slots=True)
class Compute:
    """Returns events that are computed from the conversation."""

    name: str
    compute: Callable[[Tracker, Domain], Sequence[Event]]

    async def run(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        return list(self.compute(tracker, domain))


def _session_start(tracker: Tracker, domain: Domain) -> list[Event]:
    carried: list[Event] = []
    if domain.session.carry_over_slots:
        set_before = [event for event in tracker.applied_events() if isinstance(event, SlotSet)]
        carried = [SlotSet(event.name, event.value, metadata=event.metadata) for event in set_before]
    return [SessionStarted(), *carried, ActionExecuted(ACTION_LISTEN)]


def _ask_affirmation(tracker: Tracker, domain: Domain) -> list[Event]:
    message = tracker.latest_message
    intent = message.intent_name
    ranking = message.parse_data.get("intent_ranking") or []
    if intent == NLU_FALLBACK and len(ranking) > 1:
        intent = ranking[1].get("name")
    reply = Reply(
        text=f"Did you mean '{intent}'?",
        buttons=({"title": "Yes", "payload": f"/{intent}"}, {"title": "No", "payload": f"/{OUT_OF_SCOPE}"}),
        act=DialogueAct(ACTION_DEFAULT_ASK_AFFIRMATION, (Fact("intent", intent, "the message's ranking"),)),
        why="default action",
    )
    return [BotUttered.of_reply(reply, utter_action=ACTION_DEFAULT_ASK_AFFIRMATION)]


def _revert_fallback(tracker: Tracker, domain: Domain) -> list[Event]:
    """After the customer has confirmed or rephrased: as if the doubt had never been. From Rasa 1, still accepted."""
    recent = [
        e for e in reversed(tracker.applied_events()) if isinstance(e, ActionExecuted) and e.name != ACTION_LISTEN
    ]
    names = [event.name for event in recent[:2]]
    last = tracker.last_applied(UserUttered)
    if not isinstance(last, UserUttered) or not names:
        return []
    rephrased: list[Event] = [UserUtteranceReverted()] * 3 + [ActionExecuted(ACTION_LISTEN)]
    if names[0] == ACTION_DEFAULT_ASK_REPHRASE:
        return [*rephrased, with_certain_intent(last)]
    if names[0] == ACTION_DEFAULT_ASK_AFFIRMATION:
        affirmed: list[Event] = [UserUtteranceReverted()] * 2 + [ActionExecuted(ACTION_LISTEN)]
        again = rephrased if names[1:] == [ACTION_DEFAULT_ASK_REPHRASE] else []
        return [*affirmed, *again, with_certain_intent(last)]
    return []


DEFAULT_ACTIONS_BY_NAME: dict[str, Action] = {
    action.name: action
    for action in (
        SayThenDo(ACTION_LISTEN),
        SayThenDo(ACTION_RESTART, "utter_restart", (Restarted(),)),
        Compute(ACTION_SESSION_START, _session_start),
        SayThenDo(ACTION_DEFAULT_FALLBACK, "utter_default", (UserUtteranceReverted(),)),
        SayThenDo(ACTION_DEACTIVATE_LOOP, events=(ActiveLoop(None), SlotSet(REQUESTED_SLOT, None))),
        Compute(ACTION_REVERT_FALLBACK_EVENTS, _revert_fallback),
        Compute(ACTION_DEFAULT_ASK_AFFIRMATION, _ask_affirmation),
        SayThenDo(ACTION_DEFAULT_ASK_REPHRASE, "utter_ask_rephrase"),
        SayThenDo(ACTION_UNLIKELY_INTENT),
        SayThenDo(ACTION_BACK, "utter_back", (UserUtteranceReverted(), UserUtteranceReverted())),
    )
}
