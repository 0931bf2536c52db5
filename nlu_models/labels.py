"""The label sets of a joint model, and how composite labels share their parts.

A tag such as ``B-colour/old`` and an intent such as ``affirm+thanks`` are single classes (one decision, nothing to
reconcile afterwards) whose weights are the sum of those of their parts: "colour", "old" and the pair. So a role seen
with ten colours is half known for sizes, which separate classes would have to learn again and separate role and group
taggers could contradict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlu_models.examples import Example, Span

if TYPE_CHECKING:
    from torch import Tensor

OUTSIDE = 0
"""Index of the tag O."""
IGNORED = -100
"""Number of no intent: what torch's losses leave out."""
INTENT_SEPARATOR = "+"
COMBINATIONS = 20
"""With this many intents made of several parts, most of them rare, each part is decided on its own."""


@dataclass(frozen=True, order=True)
class EntityLabel:
    """What a span can be."""

    entity: str
    role: str = ""
    group: str = ""


@dataclass(frozen=True)
class Labels:
    """All intents and entity labels of a project, each sorted; an index into them is a class number."""

    intents: tuple[str, ...]
    entities: tuple[EntityLabel, ...]
    partwise: bool = False
    """Whether any combination of the intents' parts may be answered, also one that no example has."""

    @classmethod
    def of(cls, examples: Iterable[Example]) -> Labels:
        """Collect the labels used by `examples`."""
        intents: Counter[str] = Counter()
        entities: set[EntityLabel] = set()
        for example in examples:
            if example.intent:
                intents[example.intent] += 1
            entities |= {label_of(span) for span in example.entities}
        combined = [count for name, count in intents.items() if INTENT_SEPARATOR in name]
        partwise = len(combined) >= COMBINATIONS and 2 * sum(count < 3 for count in combined) > len(combined)
        return cls(tuple(sorted(intents)), tuple(sorted(entities)), partwise)

    @property
    def tag_count(self) -> int:
        """O, and B and I of each entity label."""
        return 1 + 2 * len(self.entities)

    @property
    def part_names(self) -> tuple[str, ...]:
        """What intents are made of, in the order of the columns of `intent_parts`."""
        return _names(self._parts())

    def intent_parts(self) -> Tensor:
        """Membership (intents, parts) float32: which parts make up each intent."""
        return _membership(self._parts())

    def _parts(self) -> list[list[str]]:
        """Of each intent; decided as a whole, a pair of parts counts as a part of its own."""
        split = [intent.split(INTENT_SEPARATOR) for intent in self.intents]
        if self.partwise:
            return split
        return [
            [*parts, intent] if len(parts) > 1 else parts for parts, intent in zip(split, self.intents, strict=True)
        ]

    def tag_parts(self) -> Tensor:
        """Membership (tags, parts) float32: which parts make up each tag."""
        tags: list[list[str]] = [["O"]]
        for label in self.entities:
            for edge in "BI":
                parts = [f"{edge} entity {label.entity}"]
                parts += [f"{edge} role {label.role}"] * bool(label.role)
                parts += [f"{edge} group {label.group}"] * bool(label.group)
                parts += [f"{edge} {label}"] * (len(parts) > 1)
                tags.append(parts)
        return _membership(tags)

    def transitions(self) -> tuple[Tensor, Tensor]:
        """BIO's law: (tags, tags) which may follow which, and (tags,) which may be first."""
        import torch

        count = self.tag_count
        inside = torch.arange(count) % 2 == 0
        inside[OUTSIDE] = False
        allowed = torch.ones(count, count, dtype=torch.bool)
        allowed[:, inside] = False
        for tag in range(2, count, 2):
            allowed[tag - 1, tag] = allowed[tag, tag] = True
        return allowed, ~inside

    def tags(self, units: Sequence[tuple[int, int]], spans: Sequence[Span]) -> list[int]:
        """The tag of each unit. A unit belongs to the span it overlaps; `misfits` tells where that is not exact."""
        numbers = {label: 1 + 2 * index for index, label in enumerate(self.entities)}
        tags = [OUTSIDE] * len(units)
        for span in spans:
            begun = False
            for index, (start, end) in enumerate(units):
                if start < span.end and end > span.start and tags[index] == OUTSIDE:
                    tags[index] = numbers[label_of(span)] + begun
                    begun = True
        return tags

    def spans(self, units: Sequence[tuple[int, int]], tags: Sequence[int]) -> list[tuple[int, int, EntityLabel]]:
        """First and last (inclusive) unit of each tagged span, and its label. The inverse of `tags`."""
        found: list[tuple[int, int, EntityLabel]] = []
        for index, tag in enumerate(tags[: len(units)]):
            if tag == OUTSIDE:
                continue
            if tag % 2 == 1:
                found.append((index, index, self.entities[(tag - 1) // 2]))
            elif found:
                first, _, label = found[-1]
                found[-1] = (first, index, label)
        return found


def misfits(units: Sequence[tuple[int, int]], spans: Sequence[Span]) -> list[Span]:
    """The spans whose edges are not edges of units: the tagger cannot give exactly these back."""
    starts, ends = {start for start, _ in units}, {end for _, end in units}
    return [span for span in spans if span.start not in starts or span.end not in ends]


def label_of(span: Span) -> EntityLabel:
    """The class of an annotated span."""
    return EntityLabel(span.entity, span.role or "", span.group or "")


def _names(composites: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(sorted({part for parts in composites for part in parts}))


def _membership(composites: Sequence[Sequence[str]]) -> Tensor:
    import torch

    names = _names(composites)
    numbers = {name: index for index, name in enumerate(names)}
    matrix = torch.zeros(len(composites), max(len(names), 1))
    for row, parts in enumerate(composites):
        for part in parts:
            matrix[row, numbers[part]] = 1.0
    return matrix
