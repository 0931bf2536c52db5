"""Train a dialogue network from examples: `train(parts, label_parts, labels, examples, config)`."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence

from nlu_models.dialogue import DialogueConfig, DialogueExample, DialoguePredictor, DialogueReport, Part, Turn
from nlu_models.errors import TrainingDataError

OnEpoch = Callable[[int, int], None]


def train(
    parts: Sequence[Part],
    label_parts: Sequence[Part],
    labels: Sequence[Turn],
    examples: Sequence[DialogueExample],
    config: DialogueConfig,
    *,
    on_epoch: OnEpoch = lambda done, epochs: None,
) -> tuple[DialoguePredictor, DialogueReport]:
    """Learn which labels are right after which turns; the same examples, config and machine give the same model.

    `parts` are the kinds of features that turns have, `label_parts` those of `labels`. Raises `TrainingDataError` when
    there is nothing to learn, or a width that cannot be divided among the attention heads.
    """
    import torch

    from nlu_models.dialogue_loss import loss_of
    from nlu_models.dialogue_network import DialogueNetwork, pack

    _check(parts, examples, config)
    started = time.monotonic()
    generator = random.Random(config.seed)
    mean = 0.0
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = DialogueNetwork(parts, label_parts, labels, config).train()
        optimiser = torch.optim.Adam(network.parameters(), lr=config.learning_rate, fused=True)
        packed = pack(parts, [example.turns for example in examples])
        targets = torch.zeros(len(examples), len(labels))
        for number, example in enumerate(examples):
            targets[number, list(example.labels)] = 1.0
        for epoch in range(config.epochs):
            losses = []
            for numbers in batches([example.labels for example in examples], config, epoch, generator):
                chosen = torch.tensor(numbers)
                loss = loss_of(network, packed.select(chosen), targets[chosen])
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                network.thin()
                losses.append(loss.detach())
            mean = float(torch.stack(losses).mean())
            on_epoch(epoch + 1, config.epochs)
    seconds = time.monotonic() - started
    return DialoguePredictor(network), DialogueReport(len(examples), config.epochs, seconds, mean)


def _check(parts: Sequence[Part], examples: Sequence[DialogueExample], config: DialogueConfig) -> None:
    if not examples:
        raise TrainingDataError("there is no dialogue to learn from")
    if not parts or not all(example.turns and example.labels for example in examples):
        raise TrainingDataError("each example needs a turn and a label, and turns need features")
    if config.units % config.heads:
        raise TrainingDataError(f"a transformer {config.units} wide cannot be divided among {config.heads} heads")


def batches(
    labels: Sequence[tuple[int, ...]], config: DialogueConfig, epoch: int, generator: random.Random
) -> list[list[int]]:
    """The numbers of the examples in each batch of an epoch, which is counted from 0.

    Batches grow from epoch to epoch (https://arxiv.org/abs/1711.00489). Balancing is for examples of one label each.
    """
    first, last = config.batch_sizes
    size = max(1, int(first + epoch * (last - first) / max(config.epochs - 1, 1)))
    order = list(range(len(labels)))
    generator.shuffle(order)
    if config.balanced and all(len(each) == 1 for each in labels):
        order = _balanced(order, labels, size, generator)
    return [order[start : start + size] for start in range(0, len(order), size)]


def _balanced(
    order: Sequence[int], labels: Sequence[tuple[int, ...]], size: int, generator: random.Random
) -> list[int]:
    """Every example at least once; those of rare labels again and again, in about every other batch.

    Source: `RasaModelData.balanced_data` of Rasa 3.6.21.
    """
    by_label: dict[int, list[int]] = defaultdict(list)
    for number in order:
        by_label[labels[number][0]].append(number)
    share = {label: int(len(numbers) / len(order) * size) + 1 for label, numbers in by_label.items()}
    start = dict.fromkeys(by_label, 0)
    waits = dict.fromkeys(by_label, False)
    unseen = set(by_label)
    balanced: list[int] = []
    while unseen:
        turn = list(by_label)
        generator.shuffle(turn)
        for label in turn:
            if label not in unseen and not waits[label]:
                waits[label] = True
                continue
            waits[label] = False
            balanced += by_label[label][start[label] : start[label] + share[label]]
            start[label] += share[label]
            if start[label] >= len(by_label[label]):
                unseen.discard(label)
                start[label] = 0
            if not unseen:
                break
    return balanced
