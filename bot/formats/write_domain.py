"""A domain to YAML, and to the plain data that Rasa's files and protocols have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain import (
    ActionProperties,
    Domain,
    EntityProperties,
    Form,
    IntentProperties,
    ResponseVariation,
    SessionConfig,
)
from bot.formats.write_yaml import VERSION, Quoted, dump
from bot.slots import MappingCondition, Slot, SlotMapping


def write_domain(domain: Domain) -> str:
    """A domain.yml that reads back as the same domain."""
    return dump(domain_as_data(domain))


def domain_as_data(domain: Domain) -> dict[str, Any]:
    """The domain as the plain data of a domain.yml; sections that are empty are left out."""
    session = domain.session
    sections: dict[str, Any] = {
        "intents": [_named(name, _intent(properties)) for name, properties in domain.intents.items()],
        "entities": [_named(name, _entity(properties)) for name, properties in domain.entities.items()],
        "slots": {name: _slot(slot) for name, slot in domain.slots.items()},
        "forms": {name: _form(form) for name, form in domain.forms.items()},
        "responses": responses_as_data(domain.responses),
        "actions": [_named(name, _action(properties)) for name, properties in domain.actions.items()],
        "e2e_actions": list(domain.e2e_actions),
        "session_config": _session(session) if session != SessionConfig() else {},
        "config": {} if domain.store_entities_as_slots else {"store_entities_as_slots": False},
    }
    return {"version": Quoted(VERSION), **{name: section for name, section in sections.items() if section}}


def responses_as_data(responses: Mapping[str, tuple[ResponseVariation, ...]]) -> dict[str, Any]:
    """The `responses:` section of a domain or of a file of training data."""
    return {name: [_variation(variation) for variation in variations] for name, variations in responses.items()}


def _named(name: str, properties: dict[str, Any]) -> str | dict[str, Any]:
    return {name: properties} if properties else name


def _given(**options: Any) -> dict[str, Any]:
    """The options that have a value; tuples become lists."""
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in options.items()
        if value is not None and value != ()
    }


def _intent(properties: IntentProperties) -> dict[str, Any]:
    shape: dict[str, Any] = {}
    if properties.use_entities is not None:
        shape["use_entities"] = list(properties.use_entities)
    if properties.ignore_given or properties.ignore_entities:
        shape["ignore_entities"] = list(properties.ignore_entities)
    return shape


def _entity(properties: EntityProperties) -> dict[str, Any]:
    influences = None if properties.influence_conversation else False
    return _given(roles=properties.roles, groups=properties.groups, influence_conversation=influences)


def _slot(slot: Slot) -> dict[str, Any]:
    shape: dict[str, Any] = {"type": slot.type}
    shape |= _given(initial_value=slot.initial_value, values=slot.values)
    shape |= _given(
        min_value=slot.min_value if slot.min_value != 0.0 else None,
        max_value=slot.max_value if slot.max_value != 1.0 else None,
        influence_conversation=None if slot.influence_conversation else False,
    )
    return {**shape, **slot.extra, "mappings": [_mapping(mapping) for mapping in slot.mappings]}


def _mapping(mapping: SlotMapping) -> dict[str, Any]:
    return _given(
        type=mapping.type,
        entity=mapping.entity,
        role=mapping.role,
        group=mapping.group,
        intent=mapping.intents,
        not_intent=mapping.not_intents,
        value=mapping.value,
        action=mapping.action,
        conditions=tuple(_condition(condition) for condition in mapping.conditions),
    )


def _condition(condition: MappingCondition) -> dict[str, Any]:
    return {"active_loop": condition.active_loop, **_given(requested_slot=condition.requested_slot)}


def _form(form: Form) -> dict[str, Any]:
    return {"required_slots": list(form.required_slots), **_given(ignored_intents=form.ignored_intents)}


def _action(properties: ActionProperties) -> dict[str, Any]:
    return {**_given(send_domain=True if properties.send_domain else None), **properties.extra}


def _session(session: SessionConfig) -> dict[str, Any]:
    minutes = session.expiration_minutes
    return {
        "session_expiration_time": int(minutes) if float(minutes).is_integer() else minutes,
        "carry_over_slots_to_new_session": session.carry_over_slots,
    }


def _variation(variation: ResponseVariation) -> dict[str, Any]:
    conditions = tuple(
        {"type": "slot", "name": condition.slot, "value": condition.value} for condition in variation.conditions
    )
    return _given(
        condition=conditions,
        id=variation.id,
        channel=variation.channel,
        text=variation.text,
        list=None if variation.list_of is None else {"of": variation.list_of, "text": variation.list_text},
        image=variation.image,
        buttons=tuple(dict(button) for button in variation.buttons),
        quick_replies=tuple(dict(reply) for reply in variation.quick_replies),
        elements=tuple(dict(element) for element in variation.elements),
        attachment=variation.attachment,
        custom=None if variation.custom is None else dict(variation.custom),
        metadata=dict(variation.metadata) or None,
        **variation.extra,
    )
