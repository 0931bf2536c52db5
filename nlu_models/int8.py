"""An encoder's matrix products in 8-bit integers: about twice as fast on CPUs without units for bfloat16.

Weights have a scale for each output, inputs one for each product, fixed when the model is trained from the range that
its messages reach: what a message means then never depends on those that it is computed together with, as it would
with ranges taken from each batch. Jacob et al. 2018, https://arxiv.org/abs/1712.05877.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor

    from nlu_models.bert import BertEncoder

Ranges = dict[str, tuple[float, float]]
"""The lowest and highest input of each product, by the product's name in the encoder."""
LEVELS = 127
"""Of an input: seven bits, since products of eight overflow the 16-bit sums of older CPUs."""


class Int8Linear(nn.Module):
    """What a linear layer computes, approximately. Only for inference, on a CPU."""

    def __init__(self, linear: nn.Linear, low: float, high: float) -> None:
        super().__init__()
        low, high = min(low, 0.0), max(high, 0.0)
        self.scale = max(high - low, 1e-6) / LEVELS
        self.zero = round(-low / self.scale)
        weight = linear.weight.detach().float()
        scales = (weight.abs().amax(1).clamp(min=1e-8) / 127).double()
        with warnings.catch_warnings():  # torch means to replace these tensors, and has nothing as fast here yet
            warnings.simplefilter("ignore")
            steps = torch.quantize_per_channel(weight, scales, torch.zeros_like(scales).long(), 0, torch.qint8)
            self.packed = torch.ops.quantized.linear_prepack(steps, linear.bias.detach().float())

    def forward(self, features: Tensor) -> Tensor:
        """(..., inputs) to (..., outputs), float32."""
        product = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32
        found: Tensor = product(features, self.scale, self.zero, self.packed)
        return found


@cache
def available() -> bool:
    """Whether this torch and this CPU can."""
    try:
        return bool(torch.isfinite(Int8Linear(nn.Linear(4, 2), -1.0, 1.0)(torch.zeros(1, 4))).all())
    except (RuntimeError, AttributeError, NotImplementedError):
        return False


def observe(encoder: BertEncoder, run: Callable[[], object]) -> Ranges:
    """The ranges of every product's inputs while `run` has the encoder read messages."""
    ranges: Ranges = {}

    def note(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def hook(_: nn.Module, given: tuple[Tensor, ...]) -> None:
            low, high = (float(bound) for bound in torch.aminmax(given[0]))
            before = ranges.get(name, (low, high))
            ranges[name] = (min(low, before[0]), max(high, before[1]))

        return hook

    hooks = [linear.register_forward_pre_hook(note(name)) for name, linear in _products(encoder)]
    try:
        run()
    finally:
        for hook in hooks:
            hook.remove()
    return ranges


def quantize(encoder: BertEncoder, ranges: Ranges) -> None:
    """Let the encoder compute in integers from now on; the weights it had are given up."""
    for name, linear in list(_products(encoder)):
        owner, _, own = name.rpartition(".")
        setattr(encoder.get_submodule(owner), own, Int8Linear(linear, *ranges[name]))


def _products(encoder: BertEncoder) -> list[tuple[str, nn.Linear]]:
    return [(name, module) for name, module in encoder.named_modules() if isinstance(module, nn.Linear)]
