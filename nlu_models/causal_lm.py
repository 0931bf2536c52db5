"""A causal language model on this machine: loaded with its LoRA adapter merged, and sampled with a private generator."""

from __future__ import annotations

import inspect
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlu_models.errors import ModelFormatError
from nlu_models.hugging_face import hugging_face

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
        self._read: list[int] = []
        self._cache: Any = None
        parameters = inspect.signature(model.forward).parameters
        self._cache_name = "cache" if "cache" in parameters else "past_key_values"  # transformers renamed it in 5.24

    @classmethod
    def load(cls, folder: Path, *, adapter: Path | None = None, device: str = "auto") -> CausalLM:
        """Open a Hugging Face folder; `adapter` is a LoRA folder as peft saves it, merged into the weights.

        Runs in bf16 where the device has units for it, else in float32 (emulated bf16 is many times slower).
        Raises `ModelFormatError` when the folder or the adapter cannot be used.
        """
        import torch

        from nlu_models.devices import place

        auto = hugging_face()
        auto.utils.logging.disable_progress_bar()
        placement = place(device)
        try:
            tokenizer = auto.AutoTokenizer.from_pretrained(folder)
            model: Any = auto.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        except (OSError, ValueError) as error:
            raise ModelFormatError(f"{folder} does not hold a causal language model: {error}") from error
        if adapter is not None:
            merge_lora(model, adapter)
        return cls(model.to(device=placement.device, dtype=placement.dtype), tokenizer)

    def prompt(self, messages: Sequence[Mapping[str, str]]) -> str:
        """Chat messages ({"role", "content"}) as the model's own template writes them, ready for the answer."""
        if self.tokenizer.chat_template is None:
            return "\n".join(message["content"] for message in messages) + "\n"
        return str(self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))

    def complete(
        self,
        prompt: str,
        *,
        sampling: Sampling,
        deadline: float | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> Completion:
        """An answer to a prompt. Stops at `deadline` (on this object's clock) with what is there.

        `progress` is called with the answer so far after each step.

        Several tokens are read a step where the answer repeats what stands before (prompt lookup decoding, Saxena 2023):
        a guess is kept as far as the tokens drawn at its places are the same, so the distribution is the model's own.
        """
        import torch

        tokens: list[int] = self.tokenizer(prompt, add_special_tokens=False)["input_ids"]
        start, finished = len(tokens), False
        generator = torch.Generator(device=self.model.device).manual_seed(sampling.seed)
        with torch.inference_mode():
            while len(tokens) - start < sampling.max_new_tokens and not finished:
                if deadline is not None and self._clock() > deadline:
                    break
                guess = _lookup(tokens)[: sampling.max_new_tokens - (len(tokens) - start) - 1]
                drawn = _draw(self._logits([*tokens, *guess], len(guess) + 1), sampling, generator)
                kept = next((place for place, token in enumerate(guess) if token != drawn[place]), len(guess))
                for token in drawn[: kept + 1]:
                    if finished := token in self._ends:
                        break
                    tokens.append(token)
                if progress is not None:
                    progress(self.tokenizer.decode(tokens[start:], skip_special_tokens=True).strip())
        answer = tokens[start:]
        return Completion(self.tokenizer.decode(answer, skip_special_tokens=True).strip(), len(answer), finished)

    def _logits(self, tokens: list[int], places: int) -> torch.Tensor:
        """Scores (places, vocabulary) for what follows each of the last `places` of `tokens`.

        What is the same as last time is not read again: a conversation's prompts begin alike, and so do all tries for one.
        """
        import torch

        same = next((i for i, (a, b) in enumerate(zip(tokens, self._read, strict=False)) if a != b), None)
        same = min(len(tokens), len(self._read)) if same is None else same
        same = min(same, len(tokens) - places)
        if self._cache is not None and len(self._read) > same:
            self._cache.crop(same - len(self._read))
        ids = torch.tensor([tokens[same:]], device=self.model.device)
        cache, self._read, self._cache = self._cache, [], None  # nothing is kept if the model fails half way
        output = self.model(ids, **{self._cache_name: cache}, use_cache=True, logits_to_keep=places)
        self._read, self._cache = list(tokens), output.past_key_values
        scores: torch.Tensor = output.logits[0].float()
        return scores


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


def _lookup(tokens: Sequence[int], *, most: int = 8) -> list[int]:
    """What followed the last two tokens when they stood together before; [] when they never did."""
    for place in range(len(tokens) - 3, -1, -1):
        if tokens[place] == tokens[-2] and tokens[place + 1] == tokens[-1]:
            return list(tokens[place + 2 : place + 2 + most])
    return []


def _draw(logits: torch.Tensor, sampling: Sampling, generator: torch.Generator) -> list[int]:
    """A token for each place from logits (places, vocabulary): greedy, or nucleus sampling (Holtzman et al. 2020)."""
    import torch

    if sampling.temperature <= 0:
        greedy: list[int] = logits.argmax(dim=-1).tolist()
        return greedy
    # The nucleus of a sharp distribution is small; sorting 50,000 tokens a step would take longer than the model's head.
    top, tokens = logits.topk(min(64, logits.shape[-1]), dim=-1)
    probabilities = torch.softmax(top / sampling.temperature, dim=-1)
    before = probabilities.cumsum(dim=-1) - probabilities
    probabilities = probabilities.masked_fill(before >= sampling.top_p, 0.0)
    drawn: list[int] = tokens.gather(1, torch.multinomial(probabilities, 1, generator=generator))[:, 0].tolist()
    return drawn


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    ends: set[int] = set()
    for holder in (getattr(model, "generation_config", None), model.config, tokenizer):
        end = getattr(holder, "eos_token_id", None)
        ends |= set(end) if isinstance(end, list | tuple) else {end} if end is not None else set()
    return frozenset(ends)
