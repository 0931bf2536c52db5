"""EntitySynonymMapper: entity values replaced by what they stand for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.message import Entity, Understanding
from bot.nlu.base import Component, Progress
from bot.registry import register
from bot.training_data import TrainingData

_FILE = "synonyms.json"


@register("nlu", "EntitySynonymMapper")
class EntitySynonymMapper(Component):
    """Maps values as the training data says, ignoring case, and leaves its name in the entity's `processors`."""

    requires = frozenset({"entities"})
    trainable = True
    _synonyms: dict[str, str]

    def relevant(self, data: TrainingData) -> Any:
        return dict(data.synonyms)

    def train(self, data: TrainingData, progress: Progress) -> None:
        self._synonyms = {said.casefold(): meant for said, meant in data.synonyms.items()}

    def process(self, batch: Sequence[Understanding]) -> list[Understanding]:
        return [replace(u, entities=tuple(map(self._map, u.entities))) if u.entities else u for u in batch]

    def _map(self, entity: Entity) -> Entity:
        meant = self._synonyms.get(str(entity.value).casefold())
        if meant is None or meant == entity.value:
            return entity
        processors = [*entity.extra.get("processors", []), type(self).__name__]
        return replace(entity, value=meant, extra={**entity.extra, "processors": processors})

    def save(self, folder: Path) -> None:
        (folder / _FILE).write_text(json.dumps(self._synonyms, ensure_ascii=False), encoding="utf-8")

    def load(self, folder: Path) -> None:
        self._synonyms = json.loads((folder / _FILE).read_text(encoding="utf-8"))
