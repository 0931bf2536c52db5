"""What TEDPolicy and UnexpecTEDIntentPolicy share: a network that compares conversations with labels.

The network is `nlu_models.dialogue`, which knows nothing of bots; it and torch are imported when it is needed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain import Domain
from bot.policies.featurizer import ACTION_NAME, ACTION_TEXT, INTENT, PARTS, TEXT, Turn, TurnFeaturizer
from bot.policies.states import State
from bot.policies.ted_options import NetworkOptions

if TYPE_CHECKING:
    from nlu_models.dialogue import DialoguePredictor, Part

_FILE = "policy.json"
# What is added up: a message counts by its intent or its text, an action by its name or its text.
_GROUPS = {INTENT: "user", TEXT: "user", ACTION_NAME: "action", ACTION_TEXT: "action"}

Situation = tuple[State, ...]
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Labels:
    """What may be predicted. `parts` are the parts that describe a label, `texts` those that are texts of the bot."""

    names: tuple[str, ...]
    texts: frozenset[str] = frozenset()
    name_part: str = ACTION_NAME

    def parts(self) -> tuple[str, ...]:
        return (self.name_part, ACTION_TEXT) if self.texts else (self.name_part,)

    def turn(self, name: str, featurizer: TurnFeaturizer) -> Turn:
        part = ACTION_TEXT if name in self.texts else self.name_part
        return {part: featurizer.label(part, name)}


@dataclass(frozen=True)
class DialogueModel:
    """A trained network with its features and labels. `longest` is the number of turns of the longest situation it
    has learned from: it knows nothing of what happened longer ago."""

    featurizer: TurnFeaturizer
    labels: tuple[str, ...]
    longest: int
    used_parts: frozenset[str]
    predictor: DialoguePredictor

    @classmethod
    def learn(
        cls,
        examples: Sequence[tuple[Situation, Sequence[str]]],
        labels: Labels,
        domain: Domain,
        options: NetworkOptions,
        *,
        multi_label: bool = False,
        progress: Progress = lambda done: None,
    ) -> DialogueModel:
        """Learn which labels are right in which situations; parts that occur in none are left out of the network."""
        from nlu_models.dialogue import DialogueExample
        from nlu_models.dialogue_trainer import train

        states = dict.fromkeys(chain.from_iterable(situation for situation, _ in examples))
        featurizer = TurnFeaturizer.of(domain, states)
        indices = {name: index for index, name in enumerate(labels.names)}
        used = frozenset(chain.from_iterable(featurizer.turn(state) for state in states))
        predictor, _ = train(
            [_part(name, featurizer, options) for name in PARTS if name in used],
            [_part(name, featurizer, options, of_labels=True) for name in labels.parts()],
            [labels.turn(name, featurizer) for name in labels.names],
            [
                DialogueExample(tuple(map(featurizer.turn, turns)), tuple(indices[name] for name in right))
                for turns, right in examples
            ],
            options.network(multi_label=multi_label),
            on_epoch=lambda done, epochs: progress(done / epochs),
        )
        longest = max(len(situation) for situation, _ in examples)
        return cls(featurizer, labels.names, longest, used, predictor)

    def similarities(self, situations: Sequence[Situation]) -> list[dict[str, float]]:
        """How well each label fits in each situation, by its name."""
        dialogues = [[self.featurizer.turn(state) for state in states] for states in situations]
        found = self.predictor.similarities(dialogues)
        return [dict(zip(self.labels, values, strict=True)) for values in found]

    def save(self, folder: Path) -> None:
        self.predictor.save(folder)
        shape = {
            "names": self.featurizer.names,
            "labels": self.labels,
            "longest": self.longest,
            "used_parts": sorted(self.used_parts),
        }
        (folder / _FILE).write_text(json.dumps(shape, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> DialogueModel | None:
        """What `save` wrote; None when the stories held nothing to learn. Raises ModelError for a damaged folder."""
        if not (folder / _FILE).is_file():
            return None
        from nlu_models.dialogue import DialoguePredictor

        shape = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        featurizer, used = TurnFeaturizer(shape["names"]), frozenset(shape["used_parts"])
        return cls(featurizer, tuple(shape["labels"]), shape["longest"], used, DialoguePredictor.load(folder))


def _part(name: str, featurizer: TurnFeaturizer, options: NetworkOptions, *, of_labels: bool = False) -> Part:
    from nlu_models.dialogue import Part

    option = f"label_{name}" if of_labels else name
    return Part(
        name=name,
        columns=len(featurizer.names[name]),
        width=options.dense_dimension[option],
        group="label" if of_labels else _GROUPS.get(name),
        hidden=tuple(options.hidden_layers_sizes.get(option, ())),
    )
