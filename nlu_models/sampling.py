"""Which examples go where: the held-out part, and batches of similar length. Everything follows from the seed."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

POOL_BATCHES = 16
"""How many batches' worth of shuffled examples are sorted by length together: enough to waste little on padding, few
enough to keep batches random."""


def hold_out(classes: Sequence[str], share: float, *, most: int, seed: int) -> tuple[list[int], list[int]]:
    """Indices to train on and to hold out: about `share` of each class, at most `most` in all.

    Classes with so few examples that none would be left out stay whole in training.
    """
    share = min(share, most / max(len(classes), 1))
    by_class: dict[str, list[int]] = defaultdict(list)
    for index, name in enumerate(classes):
        by_class[name].append(index)
    generator = random.Random(seed)
    held: set[int] = set()
    for name in sorted(by_class):
        members = by_class[name]
        held.update(generator.sample(members, round(len(members) * share)))
    return [index for index in range(len(classes)) if index not in held], sorted(held)


def random_batches(lengths: Sequence[int], size: int, generator: random.Random) -> list[list[int]]:
    """Indices of `lengths` in shuffled batches of at most `size` whose members have similar lengths."""
    order = list(range(len(lengths)))
    generator.shuffle(order)
    batches: list[list[int]] = []
    for pool in _chunks(order, size * POOL_BATCHES):
        batches += _chunks(sorted(pool, key=lambda index: lengths[index]), size)
    generator.shuffle(batches)
    return batches


def sorted_batches(lengths: Sequence[int], size: int) -> list[list[int]]:
    """Indices in batches of at most `size`, the shortest first: least padding, for inference."""
    return _chunks(sorted(range(len(lengths)), key=lambda index: lengths[index]), size)


def _chunks(items: Sequence[T], size: int) -> list[list[T]]:
    return [list(items[start : start + size]) for start in range(0, len(items), size)]
