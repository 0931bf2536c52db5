"""Slots as custom code sees them: a name, a value, and what the domain says of it."""

from __future__ import annotations

from typing import Any

from bot.slots import Slot as DeclaredSlot


class Slot:
    """A slot with its value in one conversation."""

    def __init__(self, declared: DeclaredSlot, value: Any) -> None:
        self.declared = declared
        self.value = value

    @property
    def name(self) -> str:
        return self.declared.name

    @property
    def type_name(self) -> str:
        return self.declared.type

    @property
    def initial_value(self) -> Any:
        return self.declared.initial_value

    @property
    def influence_conversation(self) -> bool:
        return self.declared.influence_conversation

    def has_features(self) -> bool:
        return bool(self.as_feature())

    def as_feature(self) -> list[float]:
        return list(self.declared.features(self.value))

    def feature_dimensionality(self) -> int:
        return len(self.as_feature())

    def __repr__(self) -> str:
        return f"<{type(self).__name__}({self.name}: {self.value})>"


__all__ = ["Slot"]
