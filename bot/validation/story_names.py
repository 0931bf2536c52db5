"""Names in stories, rules and tests that the domain does not declare."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain import Domain
from bot.errors import Problem, Severity
from bot.stories import ActionStep, CheckpointStep, LoopStep, SlotStep, StoryData, UserStep
from bot.validation.subject import Subject
from bot.validation.usage import Uses, blocks, steps


def check_story_names(project: Subject) -> Iterator[Problem]:
    """Unknown actions and forms are errors; Rasa trains with unknown intents, entities and slots: they are warnings."""
    yield from _check(project.stories, project.domain, Severity.ERROR)


def check_test_names(project: Subject) -> Iterator[Problem]:
    """A test that uses unknown names cannot pass, but hinders nobody from training."""
    yield from _check(project.tests, project.domain, Severity.WARNING)


def _check(data: StoryData, domain: Domain, severity: Severity) -> Iterator[Problem]:
    intents, entities, actions, loops, slots = (Uses() for _ in range(5))
    for block in blocks(data):
        for step in steps(block):
            match step:
                case UserStep():
                    intents.add(step.intent.partition("/")[0] if step.intent else None, step.where)
                    for entity in step.entities:
                        entities.add(entity.entity, step.where)
                case ActionStep():
                    actions.add(step.name, step.where)
                case LoopStep():
                    loops.add(step.name, step.where)
                case SlotStep():
                    slots.add(step.name, step.where)
                case CheckpointStep():
                    for condition in step.conditions:
                        slots.add(condition.name, condition.where)
    declared = {*domain.action_names, *domain.responses}
    yield from intents.unknown("intent", domain.all_intents, severity=Severity.WARNING, hint=_add("intents"))
    yield from entities.unknown("entity", domain.entities, severity=Severity.WARNING, hint=_add("entities"))
    yield from slots.unknown("slot", domain.all_slots, severity=Severity.WARNING, hint=_add("slots"))
    yield from actions.unknown("action", declared, severity=severity, hint=_add("actions, responses or forms"))
    yield from loops.unknown("form", {*domain.forms, *domain.action_names}, severity=severity, hint=_add("forms"))
    yield from _without_words(actions, domain)


def _without_words(actions: Uses, domain: Domain) -> Iterator[Problem]:
    spoken = {name.partition("/")[0] for name in domain.responses}
    for name, places in actions.places.items():
        if name.startswith("utter_") and name in domain.actions and name not in spoken:
            message = f"action '{name}' has no response, so it says nothing."
            yield Problem("missing-key", message, places[0], f"Add '{name}' to `responses`.", Severity.WARNING)


def _add(section: str) -> str:
    return f"Add it to the domain's {section}."
