"""Slots: those of a conversation, and the base of a project's own slot types."""

from __future__ import annotations

from typing import Any

from bot.slots import Slot as DeclaredSlot


class Slot:
    """A slot with its value. A type of a project's own says in `_as_feature` what policies see of it."""

    type_name: str = ""

    def __init__(
        self,
        name: str,
        mappings: Any = (),
        initial_value: Any = None,
        value_reset_delay: int | None = None,
        influence_conversation: bool = True,
        **kwargs: Any,
    ) -> None:
        """`kwargs` are other keys of the slot in the domain."""
        self.name = name
        self.mappings = mappings
        self.initial_value = initial_value
        self.influence_conversation = influence_conversation
        self.value = initial_value

    def feature_dimensionality(self) -> int:
        """How many features there are."""
        return self._feature_dimensionality() if self.influence_conversation else 0

    def _feature_dimensionality(self) -> int:
        return 1

    def has_features(self) -> bool:
        return self.feature_dimensionality() != 0

    def as_feature(self) -> list[float]:
        return self._as_feature() if self.influence_conversation else []

    def _as_feature(self) -> list[float]:
        raise NotImplementedError(f"The slot type {type(self).__name__} has no `_as_feature`.")

    def reset(self) -> None:
        self.value = self.initial_value

    def __repr__(self) -> str:
        return f"<{type(self).__name__}({self.name}: {self.value})>"


class DomainSlot(Slot):
    """A slot of the domain, in one conversation."""

    def __init__(self, declared: DeclaredSlot, value: Any) -> None:
        super().__init__(
            declared.name,
            initial_value=declared.initial_value,
            influence_conversation=declared.influence_conversation,
        )
        self.declared = declared
        self.type_name = declared.type
        self.value = value

    def _feature_dimensionality(self) -> int:
        return len(self._as_feature())

    def _as_feature(self) -> list[float]:
        return list(self.declared.features(self.value))


__all__ = ["Slot"]
