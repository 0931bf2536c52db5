"""Make confidences mean what they say, and measure whether they do. Guo et al. 2017, https://arxiv.org/abs/1706.04599."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

RANGE = (0.2, 10.0)


def fit_temperature(logits: Tensor, targets: Tensor, log_probabilities: Callable[[Tensor], Tensor]) -> float:
    """The temperature that minimises the negative log likelihood of held-out `targets`.

    `logits` (n, ...) float32, `targets` (n,) int64; `log_probabilities` makes (n, classes) of logits. A golden-section search over its logarithm: the loss has one
    minimum there. Answers 1.0 for no data.
    """
    import math

    from torch.nn import functional

    if len(targets) == 0:
        return 1.0

    def loss(log_temperature: float) -> float:
        return float(functional.nll_loss(log_probabilities(logits / math.exp(log_temperature)), targets))

    low, high = math.log(RANGE[0]), math.log(RANGE[1])
    ratio = (math.sqrt(5) - 1) / 2
    for _ in range(40):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return math.exp((low + high) / 2)


def expected_calibration_error(
    confidences: NDArray[np.floating], correct: NDArray[np.bool_], *, bins: int = 15
) -> float:
    """Mean gap between confidence and accuracy over equal-width bins, weighted by how many fall into each; 0..1."""
    import numpy as np

    if len(confidences) == 0:
        return 0.0
    places = np.minimum((np.asarray(confidences) * bins).astype(int), bins - 1)
    gap = 0.0
    for place in range(bins):
        chosen = places == place
        if chosen.any():
            gap += chosen.mean() * abs(float(np.mean(confidences[chosen])) - float(np.mean(correct[chosen])))
    return float(gap)
