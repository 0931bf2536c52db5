"""Adapting a causal language model to prompt → answer pairs with LoRA (Hu et al. 2021)."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from nlu_models.errors import TrainingDataError

if TYPE_CHECKING:
    import torch

Progress = Callable[[str, float], None]
"""Told what is being done and the done fraction, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Pair:
    """`prompt` is given as it stands, special tokens and all; only `answer` (and the end after it) is learned."""

    prompt: str
    answer: str


@dataclass(frozen=True, slots=True)
class LoraSettings:
    """`first_layer` leaves the layers below it alone, which saves their backward pass. `max_seconds` 0 has no limit."""

    rank: int = 8
    alpha: int = 16
    first_layer: int = 0
    learning_rate: float = 1e-3
    batch_size: int = 8
    epochs: float = 1.0
    warmup: float = 0.1
    max_seconds: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class LoraRecord:
    """What a run did; losses are mean cross-entropy per answer token, in nats."""

    settings: LoraSettings
    pairs: int
    held_out: int
    steps: int
    seen: int
    seconds: float
    parameters: int
    train_loss: tuple[float, ...]
    held_out_loss_before: float
    held_out_loss: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def train_lora(
    model: Any,
    tokenizer: Any,
    pairs: Sequence[Pair],
    *,
    held_out: Sequence[Pair],
    adapter: Path,
    settings: LoraSettings,
    progress: Progress,
    start: Path | None = None,
    base_name: str = "",
) -> LoraRecord:
    """Train an adapter for `model` and save it as peft does, in bf16; `start` goes on from an earlier adapter.

    `base_name` is written down as the model that the adapter belongs to, rather than this machine's path of it.
    Raises `TrainingDataError` when there is nothing to learn from. `model` is left with the adapter inside.
    """
    import torch
    from peft import LoraConfig, PeftModel, get_peft_model

    if not pairs:
        raise TrainingDataError("no pairs of prompt and answer to adapt the model on")
    began = time.monotonic()
    torch.manual_seed(settings.seed)
    names, layers, pattern = _targets(model)
    if start is not None:
        wrapped: Any = PeftModel.from_pretrained(model, str(start), is_trainable=True)
    else:
        wrapped = get_peft_model(
            model,
            LoraConfig(
                r=settings.rank,
                lora_alpha=settings.alpha,
                target_modules=names,
                layers_to_transform=list(range(settings.first_layer, layers)),
                layers_pattern=pattern,
                fan_in_fan_out=type(model).__name__.startswith("GPT2"),
                task_type="CAUSAL_LM",
            ),
        )
    base = wrapped.get_base_model()
    weights = [parameter for parameter in wrapped.parameters() if parameter.requires_grad]
    encoded = [_encode(tokenizer, pair) for pair in pairs]
    check = [_encode(tokenizer, pair) for pair in held_out]
    progress("measuring", 0.0)
    before = _mean_loss(base, check, settings.batch_size)
    optimizer = torch.optim.AdamW(weights, lr=settings.learning_rate, weight_decay=0.0)
    planned = max(1, math.ceil(len(encoded) * settings.epochs / settings.batch_size))
    batches = _batches(encoded, settings.batch_size, Random(settings.seed))
    losses: list[float] = []
    seen = step = 0
    base.train()
    for step in range(1, planned + 1):
        # Against the clock when there is a limit, so that the rate still reaches zero when the machine is slow.
        spent = (time.monotonic() - began) / settings.max_seconds if settings.max_seconds else 0.0
        done = max((step - 1) / planned, spent)
        if done >= 1.0:
            step -= 1
            break
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * min(1.0, done / settings.warmup + 0.05, (1.0 - done) / 0.9)
        batch = next(batches)
        loss = _loss(base, batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        losses.append(round(loss.item(), 4))
        seen += len(batch)
        progress(f"adapting, loss {losses[-1]:.2f}", done)
    base.eval()
    after = _mean_loss(base, check, settings.batch_size)
    for weight in weights:
        weight.data = weight.data.to(torch.bfloat16)
    wrapped.peft_config["default"].base_model_name_or_path = base_name or None
    wrapped.save_pretrained(str(adapter))
    (adapter / "adapter_model.safetensors").chmod(0o644)
    (adapter / "README.md").unlink(missing_ok=True)  # peft's empty model card
    progress("adapted", 1.0)
    return LoraRecord(
        settings=settings,
        pairs=len(pairs),
        held_out=len(held_out),
        steps=step,
        seen=seen,
        seconds=round(time.monotonic() - began, 1),
        parameters=sum(weight.numel() for weight in weights),
        train_loss=tuple(losses),
        held_out_loss_before=round(before, 4),
        held_out_loss=round(after, 4),
    )


def _targets(model: Any) -> tuple[list[str], int, str]:
    """The names of the linear layers inside the blocks, the number of blocks, and what the list of blocks is called."""
    import torch
    from transformers.pytorch_utils import Conv1D

    names: set[str] = set()
    layers: set[int] = set()
    pattern = ""
    for name, module in model.named_modules():
        inside = re.search(r"(\w+)\.(\d+)\.(?:.*\.)?(\w+)$", name)
        if inside and isinstance(module, torch.nn.Linear | Conv1D):
            pattern, layer, leaf = inside[1], int(inside[2]), inside[3]
            names.add(leaf)
            layers.add(layer)
    if not names:
        raise TrainingDataError(f"{type(model).__name__} has no linear layers to adapt")
    return sorted(names), max(layers) + 1, pattern


def _encode(tokenizer: Any, pair: Pair) -> tuple[list[int], int]:
    """The token ids of prompt, answer and end, and where the answer begins."""
    prompt: list[int] = tokenizer(pair.prompt, add_special_tokens=False)["input_ids"]
    answer: list[int] = tokenizer(pair.answer, add_special_tokens=False)["input_ids"]
    return [*prompt, *answer, tokenizer.eos_token_id], len(prompt)


def _batches(
    encoded: Sequence[tuple[list[int], int]], size: int, random: Random
) -> Iterator[list[tuple[list[int], int]]]:
    """Endless batches; neighbours in length share one, so that little is computed on padding."""
    while True:
        order = sorted(random.sample(range(len(encoded)), len(encoded)), key=lambda i: len(encoded[i][0]) // 8)
        chunks = [order[start : start + size] for start in range(0, len(order), size)]
        random.shuffle(chunks)
        for chunk in chunks:
            yield [encoded[index] for index in chunk]


def _loss(model: Any, batch: Sequence[tuple[list[int], int]]) -> torch.Tensor:
    """Mean cross-entropy of the answers' tokens. The vocabulary is only scored where an answer's token is predicted."""
    import torch

    width = max(len(ids) for ids, _ in batch)
    device = model.device
    ids = torch.zeros(len(batch), width, dtype=torch.long)
    attention = torch.zeros(len(batch), width, dtype=torch.long)
    scored = torch.zeros(len(batch), width, dtype=torch.bool)
    for row, (tokens, start) in enumerate(batch):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        attention[row, : len(tokens)] = 1
        scored[row, start - 1 : len(tokens) - 1] = True
    ids, attention, scored = ids.to(device), attention.to(device), scored.to(device)
    hidden = model.get_decoder()(input_ids=ids, attention_mask=attention, use_cache=False).last_hidden_state
    logits = model.get_output_embeddings()(hidden[scored])
    return torch.nn.functional.cross_entropy(logits.float(), ids.roll(-1, dims=1)[scored])


def _mean_loss(model: Any, encoded: Sequence[tuple[list[int], int]], size: int) -> float:
    import torch

    if not encoded:
        return float("nan")
    total = 0.0
    with torch.inference_mode():
        for start in range(0, len(encoded), size):
            batch = encoded[start : start + size]
            total += float(_loss(model, batch)) * len(batch)
    return total / len(encoded)
