from __future__ import annotations

import random

from nlu_models.sampling import hold_out, random_batches, sorted_batches


def test_hold_out_takes_its_share_of_every_class_and_leaves_small_ones_whole() -> None:
    classes = ["big"] * 40 + ["middle"] * 20 + ["small"] * 2
    training, held = hold_out(classes, 0.1, most=100, seed=1)
    assert sorted(training + held) == list(range(62))
    assert sorted(classes[i] for i in held) == ["big"] * 4 + ["middle"] * 2


def test_hold_out_follows_its_seed_and_its_limit() -> None:
    classes = ["a", "b"] * 100
    assert hold_out(classes, 0.2, most=100, seed=1) == hold_out(classes, 0.2, most=100, seed=1)
    assert hold_out(classes, 0.2, most=100, seed=1) != hold_out(classes, 0.2, most=100, seed=2)
    assert len(hold_out(classes, 0.2, most=10, seed=1)[1]) == 10


def test_random_batches_hold_everything_once_with_similar_lengths_together() -> None:
    lengths = [index % 50 for index in range(330)]
    batches = random_batches(lengths, 16, random.Random(0))
    assert sorted(index for batch in batches for index in batch) == list(range(330))
    assert max(map(len, batches)) == 16
    spread = [max(lengths[i] for i in b) - min(lengths[i] for i in b) for b in batches]
    assert sum(spread) / len(spread) < 10


def test_sorted_batches_go_from_short_to_long() -> None:
    assert sorted_batches([5, 1, 3], 2) == [[1, 2], [0]]
