"""What is declared and used by nothing: intents, responses, actions, slots, forms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain import DEFAULT_ACTIONS, DEFAULT_INTENTS, Domain, ResponseVariation
from bot.errors import Problem, Severity, Where
from bot.formats.payloads import parse_payload
from bot.stories import ActionStep, LoopStep, SlotStep, UserStep
from bot.validation.subject import Subject
from bot.validation.usage import blocks, own_code, steps

# Responses that default actions speak, and forms ask with, without any story naming them.
_SPOKEN_BY_DEFAULT = (
    "utter_restart",
    "utter_default",
    "utter_back",
    "utter_ask_rephrase",
    "utter_ask_affirmation",
    "utter_session_start",
    "utter_action_failed",
)


# The fixed beginning of a name that code puts together, such as f"utter_refused_{reason}".
_COMPOSED = re.compile(r"utter_\w*_(?=[{\"'%])")


def check_unused(project: Subject) -> Iterator[Problem]:
    if not (project.stories.stories or project.stories.rules):
        return
    used = _Used(project)
    domain = project.domain
    for name, properties in domain.intents.items():
        if name not in used.intents and name not in DEFAULT_INTENTS:
            yield _unused(f"intent '{name}' is used in no story or rule.", properties.where)
    for name, variations in domain.responses.items():
        if not used.speaks(name, domain):
            yield _unused(f"response '{name}' is used in no story, rule or form.", _first(variations))
    for name, action in domain.actions.items():
        if name not in used.actions and not _runs_by_itself(name):
            yield _unused(f"action '{name}' is used in no story, rule or mapping.", action.where)
    for name, form in domain.forms.items():
        if name not in used.actions:
            yield _unused(f"form '{name}' is started by no story or rule.", form.where)
    for name, slot in domain.slots.items():
        if slot.influence_conversation and slot.type != "any" and name not in used.slots:
            hint = "Add `influence_conversation: false` if only actions and responses read it."
            message = f"slot '{name}' influences the conversation, but no story, rule or form uses it."
            yield _unused(message, slot.where, hint)


class _Used:
    """The names that stories, rules, forms, mappings and responses use."""

    def __init__(self, project: Subject) -> None:
        domain = project.domain
        self.intents: set[str] = set()
        self.actions: set[str] = set()
        self.slots: set[str] = set()
        for block in blocks(project.stories):
            for step in steps(block):
                match step:
                    case UserStep(intent=str(intent)):
                        self.intents.add(intent)
                        entities = [entity.as_dict() for entity in step.entities]
                        self.slots |= set(domain.slots_for_entities(entities))
                    case ActionStep(name=str(name)) | LoopStep(name=str(name)):
                        self.actions.add(name)
                    case SlotStep(name=name):
                        self.slots.add(name)
        for slot in domain.slots.values():
            for mapping in slot.mappings:
                self.intents |= {*mapping.intents}
                self.actions |= {mapping.action} if mapping.action else set()
        for form in domain.forms.values():
            self.slots |= {*form.required_slots}
            self.intents |= {*form.ignored_intents}
        for variations in domain.responses.values():
            self.slots |= {condition.slot for variation in variations for condition in variation.conditions}
            self.intents |= set(_payload_intents(variations))
        options = (option for spec in project.config.policies for option in spec.options.items())
        self.actions |= {value for key, value in options if "action" in key and isinstance(value, str)}
        self.code = own_code(project.root) if domain.actions else ""
        self.composed = tuple(set(_COMPOSED.findall(self.code)))
        forms = domain.forms.values()
        self.questions = {f"utter_ask_{form.name}_{slot}" for form in forms for slot in form.required_slots}

    def speaks(self, name: str, domain: Domain) -> bool:
        """Whether a response is used; what an action server says cannot be seen, so then everything counts as used."""
        base = name.partition("/")[0]
        if name in self.actions or base in self.actions or name in _SPOKEN_BY_DEFAULT or name in self.code:
            return True
        if base.removeprefix("utter_ask_") in self.slots or (domain.actions and not self.code):
            return True
        if self.composed and name.startswith(self.composed):
            return True
        return name in self.questions


def _payload_intents(variations: tuple[ResponseVariation, ...]) -> Iterator[str]:
    for variation in variations:
        for button in (*variation.buttons, *variation.quick_replies):
            payload = parse_payload(str(button.get("payload") or ""))
            if payload is not None:
                yield payload.intent


def _runs_by_itself(name: str) -> bool:
    hooks = ("validate_", "action_ask_", "action_validate_slot_mappings")
    return name in DEFAULT_ACTIONS or name.startswith(hooks)


def _first(variations: tuple[ResponseVariation, ...]) -> Where | None:
    return variations[0].where if variations else None


def _unused(message: str, where: Where | None, hint: str = "") -> Problem:
    return Problem("unused", message, where, hint, Severity.WARNING)
