"""Splitting examples into a training and a test part."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace

from bot.training_data import Example, TrainingData


def split_examples(data: TrainingData, *, fraction: float, seed: int) -> tuple[TrainingData, TrainingData]:
    """Training and test part of the examples, in their order; synonyms, patterns and lookups stay with the first.

    Stratified by intent (with its response key): each keeps `fraction` of its examples for training, rounded, and at
    least one there; one with two or more also has at least one in the test part.
    """
    chance = random.Random(seed)  # reproducible by design, not for secrets
    by_intent: dict[str | None, list[Example]] = defaultdict(list)
    for example in data.examples:
        by_intent[example.intent].append(example)
    held_out: set[int] = set()
    for examples in by_intent.values():
        kept = min(max(round(len(examples) * fraction), 1), max(len(examples) - 1, 1))
        held_out.update(id(example) for example in chance.sample(examples, len(examples) - kept))
    training = tuple(example for example in data.examples if id(example) not in held_out)
    test = tuple(example for example in data.examples if id(example) in held_out)
    return replace(data, examples=training), TrainingData(examples=test, responses=data.responses)
