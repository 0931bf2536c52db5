"""Finding the action behind a name. Source: `action_for_name_or_text` of `rasa/core/actions/action.py`."""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions.base import Action, CustomActions
from bot.actions.custom import Custom
from bot.actions.default import DEFAULT_ACTIONS_BY_NAME
from bot.actions.extract_slots import ExtractSlots, SlotMapper
from bot.actions.forms import Form
from bot.actions.responses import SayText, Utter, UtterRetrieved
from bot.actions.two_stage_fallback import TwoStageFallback
from bot.domain import ACTION_EXTRACT_SLOTS, ACTION_TWO_STAGE_FALLBACK, UTTER_PREFIX, Domain


@dataclass(frozen=True, slots=True)
class ActionBook:
    """The actions of a domain. The project's own go first, then responses, texts of stories, forms."""

    domain: Domain
    custom_actions: CustomActions
    map_slots: SlotMapper

    def find(self, name: str) -> Action:
        """The action; raises UsageError when the domain has none of this name."""
        self.domain.action_index(name)
        if not self.domain.overrides_default(name):
            if name == ACTION_TWO_STAGE_FALLBACK:
                return TwoStageFallback(self)
            if name == ACTION_EXTRACT_SLOTS:
                return self.extract_slots()
            if name in DEFAULT_ACTIONS_BY_NAME:
                return DEFAULT_ACTIONS_BY_NAME[name]
        if name.startswith(UTTER_PREFIX) and name.removeprefix(UTTER_PREFIX) in self.domain.retrieval_intents:
            return UtterRetrieved(name)
        if name in self.domain.e2e_actions:
            return SayText(name)
        if name.startswith(UTTER_PREFIX):
            return Utter(name)
        if name in self.domain.forms and name not in self.domain.actions:
            return Form(name, self)
        return self.custom(name)

    def extract_slots(self) -> Action:
        if ACTION_EXTRACT_SLOTS in self.domain.actions:
            return self.custom(ACTION_EXTRACT_SLOTS)
        return ExtractSlots(self.map_slots, self)

    def custom(self, name: str) -> Action:
        return Custom(name, self.custom_actions)
