"""How wrong the vectors of dialogues are: the losses of Rasa 3.6's `SingleLabelDotProductLoss` and
`MultiLabelDotProductLoss` (rasa/utils/tensorflow/layers.py), after StarSpace (https://arxiv.org/abs/1709.03856).

A dialogue is told apart from all wrong labels: to compare it with all of them costs nothing, and confusions that are
rarely drawn would stay. For the other comparisons `negatives` labels and dialogues are drawn at random, as Rasa draws
all of them; what is drawn although it is right is taken out again by a similarity of minus infinity, or nearly.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from nlu_models.dialogue_network import DialogueNetwork, Packed

_NEVER = -1e9


def loss_of(network: DialogueNetwork, batch: Packed, targets: Tensor) -> Tensor:
    """The mean loss of a batch. `targets` (b, labels) is 1 where a label is right; exactly one is, unless the loss is
    `multi_label`. Weights are kept small by the sum of their squares."""
    dialogues, labels = network(batch), network.embed_labels()
    if network.config.loss == "multi_label":
        loss = _multi_label(network, dialogues, labels, targets)
    else:
        loss = _single_label(network, dialogues, labels, targets.argmax(1))
    small = torch.stack([weight.square().sum() for weight in network.regularised()]).sum()
    return loss + network.config.regularisation * small


def _single_label(network: DialogueNetwork, dialogues: Tensor, labels: Tensor, right: Tensor) -> Tensor:
    """`dialogues` (b, e), `labels` (l, e), `right` (b)."""
    config, similarity = network.config, network.similarity
    count = len(right)
    other_labels = torch.randint(len(labels), (count, config.negatives))
    other_dialogues = torch.randint(count, (count, config.negatives))
    same_label = torch.where(other_labels == right[:, None], _NEVER, 0.0)
    same_dialogue = torch.where(right[other_dialogues] == right[:, None], _NEVER, 0.0)
    to_labels = similarity(dialogues, labels)
    between_labels = similarity(labels, labels)[right]
    positive = to_labels.gather(1, right[:, None])
    wrong_labels = to_labels.scatter(1, right[:, None], _NEVER)
    label_to_labels = between_labels.gather(1, other_labels) + same_label
    to_dialogues = similarity(dialogues, dialogues).gather(1, other_dialogues) + same_dialogue
    label_to_dialogues = to_labels[:, right].T.gather(1, other_dialogues) + same_dialogue
    if config.loss == "margin":
        others = (label_to_labels, to_dialogues, label_to_dialogues)
        return _margin(network, positive[:, 0], wrong_labels, others)
    beside = [wrong_labels, label_to_dialogues]
    apart = [to_dialogues, label_to_labels]
    logits = torch.cat([positive, *beside, *([] if config.constrain else apart)], dim=1)
    loss = functional.cross_entropy(logits, torch.zeros(count, dtype=torch.long), reduction="none")
    if config.constrain:
        every = torch.cat([positive, *beside, *apart], dim=1)
        wanted = torch.zeros_like(every)
        wanted[:, 0] = 1.0
        loss = loss + functional.binary_cross_entropy_with_logits(every, wanted, reduction="none").mean(1)
    return (loss * _weight(loss) if config.scale else loss).mean()


def _margin(network: DialogueNetwork, positive: Tensor, wrong: Tensor, others: tuple[Tensor, ...]) -> Tensor:
    config = network.config
    loss = (config.positive_margin - positive).clamp(min=0)
    if config.hardest_only:
        loss = loss + (config.negative_margin + wrong.amax(1)).clamp(min=0)
    else:
        loss = loss + (config.negative_margin + wrong).clamp(min=0).sum(1)
    for each in others:
        loss = loss + config.margin_scale * (config.negative_margin + each.amax(1)).clamp(min=0)
    return loss.mean()


def _multi_label(network: DialogueNetwork, dialogues: Tensor, labels: Tensor, targets: Tensor) -> Tensor:
    """Each right label, and each label that is drawn as often as it is, counts by itself."""
    config = network.config
    drawn = torch.randint(len(labels), (len(targets), config.negatives))
    counts = targets + torch.zeros_like(targets).scatter_add_(1, drawn, torch.ones_like(drawn, dtype=targets.dtype))
    logits = network.similarity(dialogues, labels)
    loss = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    if config.scale:
        loss = loss * _weight(loss)
    return ((loss * counts).sum(1) / counts.sum(1)).mean()


def _weight(loss: Tensor) -> Tensor:
    """Less for what is known well, once something is."""
    chance = torch.exp(-loss.detach())
    if chance.max() <= 0.5:
        return torch.ones_like(chance)
    return ((1 - chance) / 0.5) ** 4
