from __future__ import annotations

import pytest
import torch

from nlu_models.devices import place
from nlu_models.errors import ModelError


def test_auto_is_a_device_that_works_in_a_format_it_multiplies() -> None:
    placement = place()
    with placement.autocast():
        product = torch.nn.functional.linear(
            torch.ones(2, 4, device=placement.device), torch.ones(3, 4, device=placement.device)
        )
    assert product.dtype == placement.dtype
    assert product.tolist() == [[4.0] * 3] * 2


def test_bfloat16_can_be_asked_for_on_any_cpu() -> None:
    placement = place("cpu", "bfloat16")
    with placement.autocast():
        assert torch.nn.functional.linear(torch.ones(1, 4), torch.ones(1, 4)).dtype == torch.bfloat16


@pytest.mark.parametrize(("device", "dtype", "said"), [("gpu", "auto", "'gpu'"), ("cpu", "int3", "'int3'")])
def test_unknown_names_are_refused_with_the_valid_ones(device: str, dtype: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        place(device, dtype)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has CUDA")
def test_cuda_without_cuda_is_an_error() -> None:
    with pytest.raises(ModelError, match="no CUDA device"):
        place("cuda")
