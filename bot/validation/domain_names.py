"""Names inside the domain that it does not declare itself: in mappings, forms, intents and response conditions."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain import Domain, Form, IntentProperties
from bot.errors import Problem, Severity
from bot.slots import Slot, SlotMapping
from bot.validation.subject import Subject
from bot.validation.usage import Uses


def check_domain_names(project: Subject) -> Iterator[Problem]:
    domain = project.domain
    intents, entities, slots, forms, actions = (Uses() for _ in range(5))
    for properties in domain.intents.values():
        _of_intent(properties, entities)
    for slot in domain.slots.values():
        for mapping in slot.mappings:
            _of_mapping(mapping, intents, entities, slots, forms)
            actions.add(mapping.action, mapping.where)
            yield from _not_required(slot, mapping, domain)
    for form in domain.forms.values():
        _of_form(form, intents, slots)
    for variations in domain.responses.values():
        for variation in variations:
            for condition in variation.conditions:
                slots.add(condition.slot, variation.where)
    yield from intents.unknown("intent", domain.all_intents, severity=Severity.WARNING)
    yield from entities.unknown("entity", domain.entities, severity=Severity.WARNING)
    yield from slots.unknown("slot", domain.all_slots)
    yield from forms.unknown("form", domain.forms)
    yield from actions.unknown("action", domain.action_names, hint="Add it to the domain's actions.")


def check_entity_labels(project: Subject) -> Iterator[Problem]:
    """Roles and groups of mappings that their entity does not declare."""
    entities = project.domain.entities
    for slot in project.domain.slots.values():
        for mapping in slot.mappings:
            declared = entities.get(mapping.entity or "")
            if declared is None:
                continue
            for what, label, known in (
                ("role", mapping.role, declared.roles),
                ("group", mapping.group, declared.groups),
            ):
                uses = Uses()
                uses.add(label, mapping.where)
                yield from uses.unknown(f"{what} of entity '{mapping.entity}':", known, severity=Severity.WARNING)


def _of_intent(properties: IntentProperties, entities: Uses) -> None:
    for entity in (*(properties.use_entities or ()), *properties.ignore_entities):
        entities.add(entity, properties.where)


def _of_mapping(mapping: SlotMapping, intents: Uses, entities: Uses, slots: Uses, forms: Uses) -> None:
    entities.add(mapping.entity, mapping.where)
    for intent in (*mapping.intents, *mapping.not_intents):
        intents.add(intent, mapping.where)
    for condition in mapping.conditions:
        forms.add(condition.active_loop, mapping.where)
        slots.add(condition.requested_slot, mapping.where)


def _of_form(form: Form, intents: Uses, slots: Uses) -> None:
    for slot in form.required_slots:
        slots.add(slot, form.where)
    for intent in form.ignored_intents:
        intents.add(intent, form.where)


def _not_required(slot: Slot, mapping: SlotMapping, domain: Domain) -> Iterator[Problem]:
    for condition in mapping.conditions:
        required = domain.required_slots(condition.active_loop or "")
        if {condition.active_loop, f"validate_{condition.active_loop}"} & domain.actions.keys():
            continue  # its action may require more
        if required and slot.name not in required and mapping.type != "from_trigger_intent":
            message = (
                f"a mapping of slot '{slot.name}' is for form '{condition.active_loop}', which does not require it."
            )
            hint = f"Add '{slot.name}' to the form's `required_slots`."
            yield Problem("unused", message, mapping.where, hint, Severity.WARNING)
