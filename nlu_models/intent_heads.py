"""From a text's features to its intent, by angles to directions that begin at the means of the examples.

So a handful of examples an intent is a good classifier before the first step (Snell, Swersky and Zemel 2017,
https://arxiv.org/abs/1703.05175; Gidaris and Komodakis 2018, https://arxiv.org/abs/1804.09458), and no intent shouts:
a logit lies between minus and plus `SCALE`. Where examples are few, each may be remembered and vote for its intent
(Khandelwal et al. 2020, https://arxiv.org/abs/1911.00172): a rare wording is not lost in its intent's mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from nlu_models.labels import IGNORED, INTENT_SEPARATOR

if TYPE_CHECKING:
    from torch import Tensor

    from nlu_models.labels import Labels

SCALE = 20.0
NEIGHBOURS = 0.5
"""How much the votes of remembered examples count beside the directions."""


class IntentHead(nn.Module):
    """One decision among all intents. The direction of ``affirm+thanks`` is the sum of those of its parts."""

    parts: Tensor
    centre: Tensor
    memory: Tensor
    """(examples, width) features of remembered examples, of length one from the centre; none until `remember`."""
    remembered: Tensor
    """(examples,) int64: their intents."""

    def __init__(self, width: int, parts: Tensor) -> None:
        """`parts` (intents, parts) of zeros and ones: which parts make up each intent."""
        super().__init__()
        self.register_buffer("parts", parts, persistent=False)
        self.register_buffer("centre", torch.zeros(width))
        self.register_buffer("memory", torch.zeros(0, width))
        self.register_buffer("remembered", torch.zeros(0, dtype=torch.int64))
        self.weight = nn.Parameter(torch.empty(parts.shape[1], width).normal_(std=width**-0.5))

    def forward(self, features: Tensor) -> Tensor:
        """Features (b, width) to logits (b, intents), float32; log probabilities where examples are remembered."""
        logits = self._angles(features, self.parts @ self.weight)
        if not len(self.memory):
            return logits
        near = (SCALE * self._texts(features) @ self.memory.T).softmax(1)
        votes = torch.zeros_like(logits).index_add_(1, self.remembered, near)
        return logits.softmax(1).lerp(votes, NEIGHBOURS).log()

    def log_probabilities(self, logits: Tensor) -> Tensor:
        """Of every intent (b, intents)."""
        return logits.log_softmax(1)

    def loss(self, logits: Tensor, intents: Tensor, smoothing: float) -> Tensor:
        """Of each text (b,) with its intent (b,) int64; 0 where that is `IGNORED`."""
        return functional.cross_entropy(
            logits, intents, reduction="none", ignore_index=IGNORED, label_smoothing=smoothing
        )

    def unseen(self, logits: Tensor) -> list[tuple[str, float] | None]:
        """For each text an intent that no example has but that is likelier than all others, with its probability."""
        return [None] * len(logits)

    @torch.no_grad()
    def begin_at(self, features: Tensor, intents: Tensor) -> None:
        """Set the directions from the features (n, width) of examples whose intents are (n,) int64.

        Encoders put all texts into a narrow cone: angles are taken from its middle.
        """
        self.centre.copy_(features.mean(0))
        self.weight.copy_(functional.normalize(self.parts[intents].T @ self._texts(features), dim=1))

    @torch.no_grad()
    def remember(self, features: Tensor, intents: Tensor) -> None:
        """Let the examples of `begin_at`, with their features as trained, vote from now on."""
        self.memory, self.remembered = self._texts(features), intents

    def _texts(self, features: Tensor) -> Tensor:
        return functional.normalize(features.float() - self.centre, dim=-1)

    def _angles(self, features: Tensor, directions: Tensor) -> Tensor:
        return SCALE * functional.linear(self._texts(features), functional.normalize(directions, dim=1))


class PartwiseHead(IntentHead):
    """One decision for each part: where most combinations of parts are rare, unseen ones are to be expected."""

    def __init__(self, width: int, parts: Tensor, names: tuple[str, ...], separator: str) -> None:
        """`names` of the parts, in the order of their columns."""
        super().__init__(width, parts)
        self.threshold = nn.Parameter(torch.full((parts.shape[1],), SCALE / 2))
        self.names, self.separator = names, separator
        self._known = {tuple(row.nonzero()[:, 0].tolist()) for row in parts.cpu()} if not parts.is_meta else set()

    def forward(self, features: Tensor) -> Tensor:
        """Features (b, width) to logits (b, parts), float32."""
        return self._angles(features, self.weight) - self.threshold

    def log_probabilities(self, logits: Tensor) -> Tensor:
        """That exactly the parts of an intent are there, for every intent seen in training (b, intents)."""
        there, absent = functional.logsigmoid(logits), functional.logsigmoid(-logits)
        return absent.sum(1, keepdim=True) + (there - absent) @ self.parts.T

    def loss(self, logits: Tensor, intents: Tensor, smoothing: float) -> Tensor:
        return functional.nll_loss(self.log_probabilities(logits), intents, reduction="none", ignore_index=IGNORED)

    def unseen(self, logits: Tensor) -> list[tuple[str, float] | None]:
        found: list[tuple[str, float] | None] = []
        sure = functional.logsigmoid(logits.abs()).sum(1).exp()
        for row, probability in zip(logits, sure.tolist(), strict=True):
            chosen = tuple((row > 0).nonzero()[:, 0].tolist())
            new = bool(chosen) and chosen not in self._known
            found.append((self.separator.join(self.names[part] for part in chosen), probability) if new else None)
        return found


def intent_head(width: int, labels: Labels) -> IntentHead:
    """The head that suits `labels`."""
    if labels.partwise:
        return PartwiseHead(width, labels.intent_parts(), labels.part_names, INTENT_SEPARATOR)
    return IntentHead(width, labels.intent_parts())
