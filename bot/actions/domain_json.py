"""The domain in Rasa's JSON shape, as action servers get it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from bot.domain import Domain, EntityProperties, IntentProperties, ResponseVariation
from bot.slots import Slot, SlotMapping

VERSION = "3.1"


def domain_json(domain: Domain) -> dict[str, Any]:
    """The domain as `domain.yml` would say it, complete with what training data added; computed once a domain."""
    return _computed(_ById(domain))


class _ById:
    """A domain that is looked up by its identity: its mappings cannot be hashed."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain

    def __hash__(self) -> int:
        return id(self.domain)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.domain is self.domain


@lru_cache(maxsize=4)
def _computed(key: _ById) -> dict[str, Any]:
    domain = key.domain
    actions = [{name: {"send_domain": True}} if p.send_domain else name for name, p in domain.actions.items()]
    return {
        "version": VERSION,
        "config": {"store_entities_as_slots": domain.store_entities_as_slots},
        "session_config": {
            "session_expiration_time": domain.session.expiration_minutes,
            "carry_over_slots_to_new_session": domain.session.carry_over_slots,
        },
        "intents": [_intent(name, properties, domain) for name, properties in domain.intents.items()],
        "entities": [_entity(name, properties) for name, properties in domain.entities.items()],
        "slots": {name: _slot(slot) for name, slot in domain.slots.items()},
        "responses": {name: [_variation(v) for v in variations] for name, variations in domain.responses.items()},
        "actions": actions,
        "forms": {name: _form(form.required_slots, form.ignored_intents) for name, form in domain.forms.items()},
        "e2e_actions": list(domain.e2e_actions),
    }


def _intent(name: str, properties: IntentProperties, domain: Domain) -> Any:
    shape: dict[str, Any] = {}
    if properties.use_entities is not None:
        shape["use_entities"] = list(properties.use_entities)
    if properties.ignore_entities:
        shape["ignore_entities"] = list(properties.ignore_entities)
    if name in domain.retrieval_intents:
        shape["is_retrieval_intent"] = True
    return {name: {"use_entities": True, **shape}} if shape else name


def _entity(name: str, properties: EntityProperties) -> Any:
    shape: dict[str, Any] = {}
    if properties.roles:
        shape["roles"] = list(properties.roles)
    if properties.groups:
        shape["groups"] = list(properties.groups)
    if not properties.influence_conversation:
        shape["influence_conversation"] = False
    return {name: shape} if shape else name


def _slot(slot: Slot) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "type": slot.type,
        "initial_value": slot.initial_value,
        "influence_conversation": slot.influence_conversation,
        "mappings": [_mapping(mapping) for mapping in slot.mappings],
    }
    if slot.values:
        shape["values"] = list(slot.values)
    if slot.type == "float":
        shape |= {"min_value": slot.min_value, "max_value": slot.max_value}
    return shape | dict(slot.extra)


def _mapping(mapping: SlotMapping) -> dict[str, Any]:
    shape = {
        "type": mapping.type,
        "entity": mapping.entity,
        "role": mapping.role,
        "group": mapping.group,
        "value": mapping.value,
        "action": mapping.action,
        "intent": list(mapping.intents),
        "not_intent": list(mapping.not_intents),
        "conditions": [
            {"active_loop": c.active_loop} | ({"requested_slot": c.requested_slot} if c.requested_slot else {})
            for c in mapping.conditions
        ],
    }
    return {key: value for key, value in shape.items() if value not in (None, [])}


def _form(required: tuple[str, ...], ignored: tuple[str, ...]) -> dict[str, Any]:
    return {"required_slots": list(required)} | ({"ignored_intents": list(ignored)} if ignored else {})


def _variation(variation: ResponseVariation) -> dict[str, Any]:
    shape: Mapping[str, Any] = {
        "text": variation.text,
        "id": variation.id,
        "channel": variation.channel,
        "condition": [{"type": "slot", "name": c.slot, "value": c.value} for c in variation.conditions],
        "buttons": [dict(button) for button in variation.buttons],
        "quick_replies": [dict(reply) for reply in variation.quick_replies],
        "elements": [dict(element) for element in variation.elements],
        "image": variation.image,
        "attachment": variation.attachment,
        "custom": variation.custom,
        "metadata": dict(variation.metadata),
        **variation.extra,
    }
    return {key: value for key, value in shape.items() if value not in (None, [], {})}
