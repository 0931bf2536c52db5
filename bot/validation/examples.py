"""NLU examples against the domain: intents, entities, roles and groups, on both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from bot.domain import DEFAULT_INTENTS
from bot.errors import Problem, Severity
from bot.training_data import Example
from bot.validation.subject import Subject
from bot.validation.usage import Uses

_ENTITY_LEARNERS = ("BertIntentSlotClassifier", "DIETClassifier", "CRFEntityExtractor", "MitieEntityExtractor")


def check_example_names(project: Subject) -> Iterator[Problem]:
    """Intents, entities, roles and groups of examples that the domain does not declare."""
    domain = project.domain
    intents, entities = Uses(), Uses()
    labels: dict[tuple[str, str], Uses] = {}
    for example in project.training_data.examples:
        intents.add(example.base_intent, example.where)
        for entity in example.entities:
            entities.add(entity.entity, example.where)
            for what, label in (("role", entity.role), ("group", entity.group)):
                if label:
                    labels.setdefault((what, entity.entity), Uses()).add(str(label), example.where)
    yield from intents.unknown("intent", domain.all_intents, severity=Severity.WARNING, hint="Add it to the domain.")
    yield from entities.unknown("entity", domain.entities, severity=Severity.WARNING, hint="Add it to the domain.")
    for (what, name), uses in labels.items():
        declared = domain.entities.get(name)
        if declared is not None:
            known = declared.roles if what == "role" else declared.groups
            hint = f"Add it to the entity's {what}s in the domain."
            yield from uses.unknown(f"{what} of entity '{name}':", known, severity=Severity.WARNING, hint=hint)


def check_intents_have_examples(project: Subject) -> Iterator[Problem]:
    """Intents of the domain that NLU cannot learn, when there is NLU data at all."""
    learned = set(project.training_data.intents)
    for name, properties in project.domain.intents.items() if learned else ():
        if name not in learned and name not in DEFAULT_INTENTS:
            message = f"intent '{name}' has no examples in the NLU data."
            yield Problem("missing-key", message, properties.where, "", Severity.WARNING)


def check_intents_have_enough(project: Subject) -> Iterator[Problem]:
    """Intents with a single example: it is learned by heart, and nothing tells whether others are understood."""
    single: dict[str, Example | None] = {}
    for example in project.training_data.examples:
        if example.intent:
            single[example.intent] = None if example.intent in single else example
    for name, only in single.items():
        if only is not None and "/" not in name:
            message = f"intent '{name}' has only one example. Give it five or more, worded differently."
            yield Problem("few-examples", message, only.where, "", Severity.WARNING)


def check_patterns_can_be_read(project: Subject) -> Iterator[Problem]:
    """Regular expressions that Python cannot compile."""
    for pattern in project.training_data.patterns:
        try:
            re.compile(pattern.regex)
        except re.error as error:
            message = f"the regular expression of '{pattern.name}' is not valid: {error}."
            hint = "A character that means itself needs a \\ before it, such as \\( or \\[."
            yield Problem("yaml-type", message, pattern.where, hint)


def check_entities_do_not_overlap(project: Subject) -> Iterator[Problem]:
    """A model that learns entities gives each part of a text to one of them."""
    learner = next((spec for spec in project.config.pipeline if spec.name in _ENTITY_LEARNERS), None)
    for example in project.training_data.examples if learner else ():
        placed = [(e.start, e.end, e.entity) for e in example.entities if e.start is not None and e.end is not None]
        for (start, end, first), (following, _, second) in pairwise(sorted(placed)):
            if following < end:
                message = f"entities '{first}' and '{second}' overlap at '{example.text[start:end]}'."
                hint = f"{learner.name if learner else ''} learns one of them; keep one, and tell cases apart by roles."
                yield Problem("annotation", message, example.where, hint)


def check_entities_are_annotated(project: Subject) -> Iterator[Problem]:
    """Entities of the domain that no example, lookup table or pattern shows, and no slot takes."""
    data = project.training_data
    if not data.examples:
        return
    shown = {entity.entity for example in data.examples for entity in example.entities}
    shown |= {lookup.name for lookup in data.lookups} | {pattern.name for pattern in data.patterns}
    shown |= {mapping.entity for slot in project.domain.slots.values() for mapping in slot.mappings if mapping.entity}
    for name, properties in project.domain.entities.items():
        if name not in shown:
            message = f"entity '{name}' is annotated in no example."
            yield Problem("unused", message, properties.where, "", Severity.WARNING)
