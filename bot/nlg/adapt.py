"""Adapting the GPT to a shop's replies: `bot train nlg`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bot.nlg.pairs import WordingPair, draw_pairs, read_acts
from bot.nlg.prompts import adapted

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class AdaptSettings:
    """`held_out` names acts that are only measured on. `max_seconds` bounds the run, 0 does not."""

    model: str = "SmolLM2-135M-Instruct"
    rounds: int = 3
    rank: int = 8
    first_layer: int = 6
    learning_rate: float = 1.5e-3
    batch_size: int = 8
    max_seconds: float = 0.0
    held_out: tuple[str, ...] = ()
    seed: int = 1


def adapt(
    pairs_file: Path, adapter: Path, *, settings: AdaptSettings, progress: Progress, start: Path | None = None
) -> dict[str, Any]:
    """Train an adapter from a pairs file (see `bot.nlg.pairs`) into a folder; returns its training record.

    The record is written beside the weights as `training.json`. `start` goes on from an earlier adapter.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from nlu_models.devices import place
    from nlu_models.lora import LoraSettings, train_lora
    from nlu_models.weights import resolve

    acts = read_acts(pairs_file)
    random = Random(settings.seed)
    learned = draw_pairs(
        [act for act in acts if act.name not in settings.held_out], rounds=settings.rounds, random=random
    )
    measured = draw_pairs([act for act in acts if act.name in settings.held_out], rounds=1, random=random)
    progress("loading the model", 0.0)
    folder = resolve(settings.model)
    placement = place()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=placement.dtype)
    model.to(placement.device)
    record = train_lora(
        model,
        tokenizer,
        _prompted(learned, tokenizer),
        held_out=_prompted(measured[:24], tokenizer),
        adapter=adapter,
        settings=LoraSettings(
            rank=settings.rank,
            alpha=2 * settings.rank,
            first_layer=settings.first_layer,
            learning_rate=settings.learning_rate,
            batch_size=settings.batch_size,
            max_seconds=settings.max_seconds,
            seed=settings.seed,
        ),
        progress=progress,
        start=start,
        base_name=settings.model,
    ).as_dict()
    record |= {
        "started_from": _history(start),
        "model": settings.model,
        "acts": len(acts),
        "held_out_acts": list(settings.held_out),
        "dtype": str(placement.dtype).removeprefix("torch."),
    }
    (adapter / "training.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record


def _history(start: Path | None) -> list[Any]:
    """The records of the runs that made the adapter that this one goes on from, oldest first, without their curves."""
    record = start / "training.json" if start is not None else None
    if record is None or not record.is_file():
        return []
    before = json.loads(record.read_text(encoding="utf-8"))
    return [*before.pop("started_from", []), {k: v for k, v in before.items() if k != "train_loss"}]


def _prompted(pairs: Sequence[WordingPair], tokenizer: Any) -> list[Any]:
    from nlu_models.lora import Pair

    return [
        Pair(
            tokenizer.apply_chat_template(adapted(p.user, p.template), tokenize=False, add_generation_prompt=True),
            p.wording,
        )
        for p in pairs
    ]
