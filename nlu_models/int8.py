"""An encoder's matrix products in 8-bit integers: faster on CPUs without units for bfloat16.

Weights have a scale for each output, inputs one for each word piece: what a message means then never depends on those
that it is computed together with. Dettmers et al. 2022, https://arxiv.org/abs/2208.07339, section 2.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor

    from nlu_models.bert import BertEncoder

LEVELS = 63
"""Of an input, to either side of zero: products of eight bits overflow the 16-bit sums of older CPUs."""


class Int8Linear(nn.Module):
    """What a linear layer computes, approximately. Only for inference, on a CPU."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.bias = linear.bias.detach()
        weight = linear.weight.detach().float()
        scales = (weight.abs().amax(1).clamp(min=1e-8) / 127).double()
        with warnings.catch_warnings():  # torch means to replace these tensors, and has nothing as fast here yet
            warnings.simplefilter("ignore")
            steps = torch.quantize_per_channel(weight, scales, torch.zeros_like(scales).long(), 0, torch.qint8)
            self.packed = torch.ops.quantized.linear_prepack(steps, None)

    def forward(self, features: Tensor) -> Tensor:
        """(..., inputs) to (..., outputs), float32."""
        largest = features.abs().amax(-1, keepdim=True).clamp_(min=1e-6)
        product = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32
        found = product(features / largest, 1 / LEVELS, LEVELS + 1, self.packed)
        return torch.addcmul(self.bias, found, largest)


@cache
def available() -> bool:
    """Whether this torch and this CPU can."""
    try:
        return bool(torch.isfinite(Int8Linear(nn.Linear(4, 2))(torch.zeros(1, 4))).all())
    except (RuntimeError, AttributeError, NotImplementedError):
        return False


def quantize(encoder: BertEncoder) -> None:
    """Let the encoder compute in integers from now on; the weights it had are given up."""
    for name, module in list(encoder.named_modules()):
        if isinstance(module, nn.Linear):
            owner, _, own = name.rpartition(".")
            setattr(encoder.get_submodule(owner), own, Int8Linear(module))
