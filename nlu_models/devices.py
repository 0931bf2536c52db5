"""Which device and number format a model runs in."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlu_models.errors import ModelError

if TYPE_CHECKING:
    import torch

_counting = threading.Lock()


@dataclass(frozen=True)
class Placement:
    """A torch device and the format matrix products are computed in."""

    device: torch.device
    dtype: torch.dtype

    def autocast(self) -> AbstractContextManager[object]:
        """Context in which matrix products run in `dtype`; does nothing for float32."""
        import torch

        if self.dtype == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=self.dtype)


def place(device: str = "auto", dtype: str = "auto") -> Placement:
    """Choose the device and format.

    `device`: "auto" (CUDA when there is one, else the CPU) or any torch device name. `dtype`: "auto" (bfloat16 or
    float16 on CUDA, bfloat16 on CPUs with units for it, else float32), "float32", "bfloat16" or "float16".
    Raises `ModelError` for a device or format that this machine does not have.
    """
    import torch

    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        chosen = torch.device(device)
    except RuntimeError as error:
        raise ModelError(f"device {device!r} is unknown; expected auto, cpu, cuda or cuda:N") from error
    if chosen.type == "cuda" and not torch.cuda.is_available():
        raise ModelError("device cuda was asked for, but torch sees no CUDA device; use device: auto")
    if dtype == "auto":
        return Placement(chosen, _best_dtype(chosen))
    formats = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
    if dtype not in formats:
        raise ModelError(f"dtype {dtype!r} is unknown; expected auto, {', '.join(formats)}")
    return Placement(chosen, formats[dtype])


def _best_dtype(device: torch.device) -> torch.dtype:
    import torch

    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    if device.type == "cpu" and has_bf16_units():
        return torch.bfloat16
    return torch.float32


def has_bf16_units() -> bool:
    """Whether this CPU multiplies bfloat16 in hardware (AVX-512 BF16 or AMX); elsewhere it is slower than float32."""
    import torch

    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, name, lambda: False)() for name in checks)


def use_threads_here(count: int) -> None:
    """Let torch use `count` CPU threads for what the calling thread does, and leave all other threads as they are.

    OpenMP keeps the number by thread, but torch also gives the last one set to threads that are new; another thread
    therefore sets it back.
    """
    import torch

    with _counting:
        before = torch.get_num_threads()
        torch.set_num_threads(count)
        restore = threading.Thread(target=torch.set_num_threads, args=(before,))
        restore.start()
        restore.join()
