"""Slots in stories and rules with values that they cannot have, or that change nothing."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain import Domain
from bot.errors import Problem, Severity, did_you_mean
from bot.slots import OTHER
from bot.stories import ANY_VALUE, CheckpointStep, Rule, SlotStep
from bot.validation.subject import Subject
from bot.validation.usage import blocks, steps


def check_slot_values(project: Subject) -> Iterator[Problem]:
    for block in blocks(project.stories):
        for step in steps(block):
            if isinstance(step, SlotStep):
                yield from _check(step, project.domain)
            elif isinstance(step, CheckpointStep):
                for condition in step.conditions:
                    yield from _check(condition, project.domain)


def check_rule_conditions(project: Subject) -> Iterator[Problem]:
    """A condition on a slot that does not influence the conversation is always met."""
    for rule in project.stories.rules:
        yield from _without_effect(rule, project.domain)


def _check(step: SlotStep, domain: Domain) -> Iterator[Problem]:
    slot = domain.slots.get(step.name)
    if slot is None or step.value is None:
        return
    if slot.type == "categorical" and step.value != ANY_VALUE:
        value = str(step.value).lower()
        if value not in slot.values and value != OTHER:
            hint = did_you_mean(value, slot.values) or f"Its values are {', '.join(slot.values)}."
            message = f"'{step.value}' is not a value of slot '{step.name}'."
            yield Problem("unknown-name", message, step.where, hint, Severity.WARNING)
    if slot.type == "bool" and step.value != ANY_VALUE and not isinstance(step.value, bool):
        message = f"'{step.value}' is not a value of slot '{step.name}', which is true or false."
        yield Problem("unknown-name", message, step.where, "Write true or false.", Severity.WARNING)
    if slot.type not in ("text", "list") and step.value == ANY_VALUE and slot.influence_conversation:
        message = f"slot '{step.name}' stands without a value, which a slot of type {slot.type} needs."
        yield Problem("missing-key", message, step.where, f"Write `- {step.name}: VALUE`.", Severity.WARNING)


def _without_effect(rule: Rule, domain: Domain) -> Iterator[Problem]:
    for condition in rule.condition:
        if not isinstance(condition, SlotStep) or condition.name == "requested_slot":
            continue
        slot = domain.slots.get(condition.name)
        if slot is not None and not slot.influence_conversation:
            message = f"slot '{condition.name}' does not influence the conversation, so this condition is always met."
            hint = "Set `influence_conversation: true` in the domain, or remove the condition."
            yield Problem("unused", message, condition.where, hint, Severity.WARNING)
