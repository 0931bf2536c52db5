"""A linear-chain conditional random field over tags, vectorised over the batch.

Lafferty, McCallum and Pereira 2001; notation as in Sutton and McCallum 2012, https://arxiv.org/abs/1011.4088.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor

FORBIDDEN = -1e4
TINY = 1e-30


class ConditionalRandomField(nn.Module):
    """Scores tag sequences as emissions + transitions; forbidden transitions keep probability zero.

    Shapes: emissions (batch, length, tags) float32; tags (batch, length) int64; mask (batch, length) bool, True for the
    first `n` positions of a sequence. A sequence may be empty (`n` = 0).
    """

    allowed: Tensor
    starts: Tensor

    def __init__(self, allowed: Tensor, starts: Tensor) -> None:
        """`allowed` (tags, tags) bool: row may be followed by column. `starts` (tags) bool: may be first."""
        super().__init__()
        self.register_buffer("allowed", allowed, persistent=False)
        self.register_buffer("starts", starts, persistent=False)
        count = len(starts)
        self.transitions = nn.Parameter(torch.zeros(count, count))
        self.first = nn.Parameter(torch.zeros(count))
        self.last = nn.Parameter(torch.zeros(count))

    def loss(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """Negative log likelihood of each sequence, (batch,)."""
        return self.partition(emissions, mask) - self.score(emissions, tags, mask)

    def score(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """Unnormalised log score of `tags`, (batch,)."""
        between, first = self._between(), self._first()
        own = emissions.gather(2, tags[..., None])[..., 0]
        total = (own * mask).sum(1)
        total = total + (between[tags[:, :-1], tags[:, 1:]] * mask[:, 1:]).sum(1)
        ends = tags.gather(1, (mask.sum(1) - 1).clamp(min=0)[:, None])[:, 0]
        return total + (first[tags[:, 0]] + self.last[ends]) * mask[:, 0]

    def partition(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """Log of the summed scores of all sequences, (batch,); 0 for an empty one."""
        forward = self._forward(emissions, mask)
        total = torch.logsumexp(forward[:, -1] + self.last, dim=1)
        return torch.where(mask[:, 0], total, torch.zeros_like(total))

    def decode(self, emissions: Tensor, mask: Tensor) -> list[list[int]]:
        """The likeliest allowed tag sequence of each (Viterbi)."""
        between = self._between()
        best = self._first() + emissions[:, 0]
        came_from = []
        for step in range(1, emissions.shape[1]):
            top, source = (best[:, :, None] + between).max(dim=1)
            going = mask[:, step, None]
            best = torch.where(going, top + emissions[:, step], best)
            came_from.append(torch.where(going, source, torch.arange(source.shape[1], device=source.device)))
        tag = (best + self.last).argmax(dim=1)
        path = [tag]
        for source in reversed(came_from):
            tag = source.gather(1, tag[:, None])[:, 0]
            path.append(tag)
        # Past a sequence's end `came_from` is the identity, so the last tag is repeated there and cut off here.
        rows = torch.stack(path[::-1], dim=1).tolist()
        return [row[:length] for row, length in zip(rows, mask.sum(1).tolist(), strict=True)]

    def marginals(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """Probability of each tag at each position, (batch, length, tags)."""
        into = self._between().exp().T
        forward = self._forward(emissions, mask)
        beyond = self.last.expand(len(emissions), -1)
        backward = [beyond]
        for step in range(emissions.shape[1] - 1, 0, -1):
            reached = _log_product(emissions[:, step] + beyond, into)
            beyond = torch.where(mask[:, step, None], reached, beyond)
            backward.append(beyond)
        return (forward + torch.stack(backward[::-1], dim=1)).softmax(dim=2)

    def _forward(self, emissions: Tensor, mask: Tensor) -> Tensor:
        onto = self._between().exp()
        reached = self._first() + emissions[:, 0]
        steps = [reached]
        for step in range(1, emissions.shape[1]):
            onward = _log_product(reached, onto) + emissions[:, step]
            reached = torch.where(mask[:, step, None], onward, reached)
            steps.append(reached)
        return torch.stack(steps, dim=1)

    def _between(self) -> Tensor:
        return self.transitions.masked_fill(~self.allowed, FORBIDDEN)

    def _first(self) -> Tensor:
        return self.first.masked_fill(~self.starts, FORBIDDEN)


def _log_product(scores: Tensor, factors: Tensor) -> Tensor:
    """log(exp(scores) @ factors) for scores (batch, tags) and factors (tags, tags) >= 0.

    One matrix product instead of a sum over (batch, tags, tags) logarithms. What is 1e-30 times less likely than the
    best is cut off there; it could not change a probability in float32.
    """
    top = scores.max(dim=1, keepdim=True).values.detach()
    return ((scores - top).exp() @ factors).clamp(min=TINY).log() + top
