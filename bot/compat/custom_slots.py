"""Slot types of a project's own: classes by their dotted path in the domain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot import registry
from bot.compat.api.slots import Slot as RasaSlot
from bot.compat.hook import serving_rasa
from bot.compat.project_code import load_class, problem
from bot.slots import Slot


def register_slot_type(slot: Slot, root: Path) -> None:
    """Let slots of this type have the features that its class gives them. Raises ProjectError."""
    slot_class = load_class(slot.type, root, slot.where)
    if not issubclass(slot_class, RasaSlot):
        raise problem(f"'{slot.type}' is no subclass of rasa.shared.core.slots.Slot.", slot.where)

    class Type:
        @staticmethod
        def features(declared: Slot, value: Any) -> tuple[float, ...]:
            with serving_rasa():
                made = slot_class(
                    declared.name,
                    mappings=list(declared.mappings),
                    initial_value=declared.initial_value,
                    influence_conversation=declared.influence_conversation,
                    **_own_keys(declared),
                )
                made.value = value
                return tuple(float(number) for number in made.as_feature())

    Type.__qualname__ = slot.type
    registry.register("slot", slot.type)(Type)


def _own_keys(declared: Slot) -> dict[str, Any]:
    """The keys of the slot that only its own type knows, and `values` if it has them."""
    return {**({"values": list(declared.values)} if declared.values else {}), **declared.extra}
