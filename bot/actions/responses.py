"""Actions that only say something. Source: `ActionBotResponse` and its kin in `rasa/core/actions/action.py`."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.actions.base import Voice
from bot.domain import UTTER_PREFIX, Domain
from bot.events import FULL_RETRIEVAL, BotUttered, Event
from bot.message import DialogueAct, Fact, Reply
from bot.tracker import Tracker

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Utter:
    """Says a response of the domain under the same name."""

    name: str

    async def run(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        said = await voice.say(self.name, tracker)
        if said is None:
            logger.error("No variation of the response '%s' fits; nothing is said.", self.name)
        return [said] if said else []


@dataclass(frozen=True, slots=True)
class UtterRetrieved:
    """`utter_faq`: says the response `utter_faq/KEY` that the response selector has picked for the last message."""

    name: str

    async def run(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        selected = self._selected(tracker)
        said = await voice.say(selected, tracker) if selected else None
        if said is None:
            logger.error("The action '%s' has no response to say: %s", self.name, selected or "none was selected")
        return [said] if said else []

    def _selected(self, tracker: Tracker) -> str | None:
        selectors = tracker.latest_message.parse_data.get("response_selector") or {}
        intent = self.name.removeprefix(UTTER_PREFIX)
        chosen = selectors.get(intent) or selectors.get("default")
        if chosen:
            return str(chosen["response"]["utter_action"])
        # A payload such as `/faq/ask_hours` names the response itself.
        full = tracker.latest_message.intent.get(FULL_RETRIEVAL)
        return f"{UTTER_PREFIX}{full}" if full and str(full).startswith(f"{intent}/") else None


@dataclass(frozen=True, slots=True)
class SayText:
    """Says the bot's text of an end-to-end story."""

    name: str

    async def run(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        act = DialogueAct("end_to_end", (Fact("text", self.name, "story"),))
        return [BotUttered.of_reply(Reply(text=self.name, act=act, origin="template", why="text of a story"))]
