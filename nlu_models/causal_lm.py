"""A causal language model on this machine: loaded with its LoRA adapter merged, and sampled with a private generator."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlu_models.errors import ModelFormatError

if TYPE_CHECKING:
    import torch

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn. `temperature` 0 is greedy; `max_new_tokens` bounds the answer."""

    temperature: float = 0.7
    top_p: float = 0.9
    max_new_tokens: int = 96
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer. `finished` is False when the token limit or the deadline cut it off."""

    text: str
    tokens: int
    finished: bool


class CausalLM:
    """A decoder with its tokenizer, in evaluation mode. Not thread-safe: use it from one worker thread."""

    def __init__(self, model: Any, tokenizer: Any, *, clock: Clock = time.monotonic) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        self._clock = clock
        self._ends = _end_tokens(model, tokenizer)

    @classmethod
    def load(cls, folder: Path, *, adapter: Path | None = None, device: str = "auto") -> CausalLM:
        """Open a Hugging Face folder; `adapter` is a LoRA folder as peft saves it, merged into the weights.

        Runs in bf16 where the device has units for it, else in float32 (emulated bf16 is many times slower).
        Raises `ModelFormatError` when the folder or the adapter cannot be used.
        """
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging as transformers_logging

        from nlu_models.devices import place

        transformers_logging.disable_progress_bar()
        placement = place(device)
        dtype = placement.dtype if placement.dtype is not None else torch.float32
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder)
            model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        except (OSError, ValueError) as error:
            raise ModelFormatError(f"{folder} does not hold a causal language model: {error}") from error
        if adapter is not None:
            merge_lora(model, adapter)
        return cls(model.to(device=placement.device, dtype=dtype), tokenizer)

    def prompt(self, messages: Sequence[Mapping[str, str]]) -> str:
        """Chat messages ({"role", "content"}) as the model's own template writes them, ready for the answer."""
        if self.tokenizer.chat_template is None:
            return "\n".join(message["content"] for message in messages) + "\n"
        return str(self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))

    def complete(
        self, prompt: str, *, count: int = 1, sampling: Sampling, deadline: float | None = None
    ) -> list[Completion]:
        """`count` answers to one prompt, drawn together. Stops at `deadline` (on this object's clock) with what is there."""
        import torch

        encoded = self.tokenizer(prompt, return_tensors="pt", add_special_tokens=False)
        ids: torch.Tensor = encoded["input_ids"].to(self.model.device).expand(count, -1)
        generator = torch.Generator(device=ids.device).manual_seed(sampling.seed)
        answers: list[list[int]] = [[] for _ in range(count)]
        open_rows = set(range(count))
        cache: Any = None
        with torch.inference_mode():
            for _ in range(sampling.max_new_tokens):
                if not open_rows or (deadline is not None and self._clock() > deadline):
                    break
                # The prompt is read once and its cache widened, which costs `count` times less than reading it per row.
                output = self.model(ids[:1] if cache is None else ids, past_key_values=cache, use_cache=True)
                logits = output.logits[:, -1].float()
                if cache is None and count > 1:
                    output.past_key_values.batch_repeat_interleave(count)
                    logits = logits.expand(count, -1)
                cache = output.past_key_values
                ids = _draw(logits, sampling, generator)
                for row in list(open_rows):
                    token = int(ids[row, 0])
                    if token in self._ends:
                        open_rows.discard(row)
                    else:
                        answers[row].append(token)
        return [
            Completion(
                self.tokenizer.decode(answer, skip_special_tokens=True).strip(), len(answer), row not in open_rows
            )
            for row, answer in enumerate(answers)
        ]


def merge_lora(model: Any, adapter: Path) -> None:
    """Add a LoRA adapter's product to the weights it was trained beside: W += B·A·alpha/r (Hu et al. 2021).

    Reads peft's files itself: merging is one addition a matrix, and importing peft takes longer than all of it.
    Raises `ModelFormatError` for adapters of other kinds or other models.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
        tensors = load_file(adapter / "adapter_model.safetensors")
    except (OSError, ValueError, SafetensorError) as error:
        raise ModelFormatError(f"{adapter} does not hold a LoRA adapter: {error}") from error
    if config.get("peft_type") != "LORA" or config.get("use_dora") or config.get("rank_pattern"):
        raise ModelFormatError(f"{adapter} is not a plain LoRA adapter")
    scale = config["lora_alpha"] / (config["r"] ** 0.5 if config.get("use_rslora") else config["r"])
    modules = dict(model.named_modules())
    with torch.no_grad():
        for name, down in tensors.items():
            if not name.endswith(".lora_A.weight"):
                continue
            target = name.removeprefix("base_model.model.").removesuffix(".lora_A.weight")
            up = tensors.get(name.replace(".lora_A.", ".lora_B."))
            module = modules.get(target)
            if up is None or module is None:
                raise ModelFormatError(f"{adapter} was trained for another model: it has no layer '{target}'")
            delta = (up.float() @ down.float()) * scale
            if config.get("fan_in_fan_out"):
                delta = delta.T
            if delta.shape != module.weight.shape:
                raise ModelFormatError(
                    f"{adapter} was trained for another model: '{target}' is {tuple(module.weight.shape)}, "
                    f"the adapter's {tuple(delta.shape)}"
                )
            module.weight += delta.to(module.weight.dtype)


def _draw(logits: torch.Tensor, sampling: Sampling, generator: torch.Generator) -> torch.Tensor:
    """Next tokens (rows, 1) from logits (rows, vocabulary): greedy, or nucleus sampling (Holtzman et al. 2020)."""
    import torch

    if sampling.temperature <= 0:
        return logits.argmax(dim=-1, keepdim=True)
    # The nucleus of a sharp distribution is small; sorting 50,000 tokens a step would take longer than the model's head.
    top, tokens = logits.topk(min(64, logits.shape[-1]), dim=-1)
    probabilities = torch.softmax(top / sampling.temperature, dim=-1)
    before = probabilities.cumsum(dim=-1) - probabilities
    probabilities = probabilities.masked_fill(before >= sampling.top_p, 0.0)
    return tokens.gather(1, torch.multinomial(probabilities, 1, generator=generator))


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    ends: set[int] = set()
    for holder in (getattr(model, "generation_config", None), model.config, tokenizer):
        end = getattr(holder, "eos_token_id", None)
        ends |= set(end) if isinstance(end, list | tuple) else {end} if end is not None else set()
    return frozenset(ends)
