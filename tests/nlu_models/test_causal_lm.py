"""Sampling and adapting tiny random decoders: the mechanics, not the quality."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from nlu_models.causal_lm import CausalLM, Sampling
from nlu_models.devices import use_threads_here
from nlu_models.errors import ModelFormatError, TrainingDataError
from nlu_models.lora import LoraSettings, Pair, train_lora

ALPHABET = "abcdefghij []_.,"


def tokenizer() -> Any:
    """One token a character, with an end token."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    fast: Any = PreTrainedTokenizerFast
    vocabulary = {token: index for index, token in enumerate(["<end>", "<unk>", *ALPHABET])}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    inner.decoder = decoders.Fuse()
    return fast(tokenizer_object=inner, eos_token="<end>", unk_token="<unk>")


def decoder(kind: str) -> Any:
    import torch
    from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig

    auto: Any = AutoModelForCausalLM
    torch.manual_seed(0)
    size = len(ALPHABET) + 2
    common: dict[str, Any] = {"vocab_size": size, "bos_token_id": 0, "eos_token_id": 0, "initializer_range": 0.3}
    config: Any = (
        LlamaConfig(
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=256,
            **common,
        )
        if kind == "llama"
        else GPT2Config(n_embd=32, n_layer=2, n_head=4, n_positions=256, **common)
    )
    return auto.from_config(config)


@pytest.fixture(params=["llama", "gpt2"])
def model(request: pytest.FixtureRequest) -> CausalLM:
    return CausalLM(decoder(request.param), tokenizer())


def plainly(lm: CausalLM, prompt: str, *, tokens: int) -> str:
    """Greedy decoding as simple as it gets, to compare with."""
    import torch

    ids: list[int] = lm.tokenizer(prompt)["input_ids"]
    start = len(ids)
    for _ in range(tokens):
        with torch.inference_mode():
            token = int(lm.model(torch.tensor([ids])).logits[0, -1].argmax())
        if token == 0:
            break
        ids.append(token)
    return str(lm.tokenizer.decode(ids[start:], skip_special_tokens=True)).strip()


def test_guessing_ahead_and_the_kept_cache_change_nothing(model: CausalLM) -> None:
    greedy = Sampling(temperature=0.0, max_new_tokens=24)
    for prompt in ("abcabcabc", "abcabd", "abcabd", "j", "ababababab"):
        assert model.complete(prompt, sampling=greedy).text == plainly(model, prompt, tokens=24)


def test_the_seed_decides_what_is_drawn(model: CausalLM) -> None:
    def draw(seed: int) -> str:
        return model.complete("abc", sampling=Sampling(temperature=1.5, top_p=1.0, max_new_tokens=20, seed=seed)).text

    assert draw(1) == draw(1)
    assert len({draw(seed) for seed in range(6)}) > 1


def test_a_tiny_nucleus_is_greedy(model: CausalLM) -> None:
    nucleus = model.complete("abc", sampling=Sampling(temperature=1.0, top_p=1e-6, max_new_tokens=12, seed=9))
    assert nucleus.text == model.complete("abc", sampling=Sampling(temperature=0.0, max_new_tokens=12)).text


def test_limits_cut_an_answer_off() -> None:
    times = iter(range(100))
    lm = CausalLM(decoder("llama"), tokenizer(), clock=lambda: float(next(times)))
    lm._ends = frozenset()
    cut = lm.complete("abc", sampling=Sampling(temperature=1.0, top_p=1.0, max_new_tokens=50, seed=1), deadline=3.5)
    assert not cut.finished and 0 < cut.tokens < 50
    full = lm.complete("abc", sampling=Sampling(temperature=1.0, top_p=1.0, max_new_tokens=7, seed=1))
    assert (full.tokens, full.finished) == (7, False)


def test_an_answer_is_seen_as_it_grows(model: CausalLM) -> None:
    seen: list[str] = []
    sampling = Sampling(temperature=0.0, max_new_tokens=12)
    answer = model.complete("abc", sampling=sampling, progress=seen.append).text
    assert seen[-1] == answer and all(answer.startswith(text) for text in seen)


def test_the_number_of_threads_is_this_threads_alone() -> None:
    import torch

    before = torch.get_num_threads()
    with ThreadPoolExecutor(1) as worker, ThreadPoolExecutor(1) as another:
        worker.submit(use_threads_here, before + 1).result()
        assert worker.submit(torch.get_num_threads).result() == before + 1
        assert another.submit(torch.get_num_threads).result() == before
    assert torch.get_num_threads() == before


def test_a_folder_that_holds_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelFormatError, match="does not hold a causal language model"):
        CausalLM.load(tmp_path)


@pytest.mark.parametrize("kind", ["llama", "gpt2"])
def test_an_adapter_is_learned_saved_and_merged(kind: str, tmp_path: Path) -> None:
    pairs = [Pair("abc", "[a_b]"), Pair("def", "[d_e]"), Pair("gh", "[g]")]
    base = tmp_path / "base"
    decoder(kind).save_pretrained(base)
    tokenizer().save_pretrained(base)
    told: list[float] = []
    settings = LoraSettings(rank=8, alpha=32, learning_rate=1e-2, batch_size=3, epochs=100, seed=1)
    record = train_lora(
        decoder(kind),
        tokenizer(),
        pairs,
        held_out=pairs,
        adapter=tmp_path / "adapter",
        settings=settings,
        progress=lambda what, done: told.append(done),
    )
    assert record.held_out_loss < 0.5 * record.held_out_loss_before
    assert (record.steps, record.seen) == (100, 300)
    assert told == sorted(told) and told[-1] == 1.0
    json.dumps(record.as_dict())
    adapted = CausalLM.load(base, adapter=tmp_path / "adapter", device="cpu")
    greedy = Sampling(temperature=0.0, max_new_tokens=8)
    assert [adapted.complete(pair.prompt, sampling=greedy).text for pair in pairs] == [pair.answer for pair in pairs]
    with pytest.raises(ModelFormatError, match="trained for another model"):
        CausalLM.load(_other(kind, tmp_path), adapter=tmp_path / "adapter")


def _other(kind: str, folder: Path) -> Path:
    decoder("gpt2" if kind == "llama" else "llama").save_pretrained(folder / "other")
    tokenizer().save_pretrained(folder / "other")
    return folder / "other"


def test_a_run_can_go_on_and_stops_at_its_time(tmp_path: Path) -> None:
    pairs = [Pair("abc", "[a]")] * 4
    first = tmp_path / "first"

    def run(adapter: Path, start: Path | None, seconds: float) -> Any:
        settings = LoraSettings(batch_size=2, epochs=10_000 if seconds else 2, max_seconds=seconds, first_layer=1)
        return train_lora(
            decoder("llama"),
            tokenizer(),
            pairs,
            held_out=pairs,
            adapter=adapter,
            settings=settings,
            progress=lambda what, done: None,
            start=start,
        )

    made = run(first, None, 0.0)
    resumed = run(tmp_path / "second", first, 0.5)
    assert resumed.held_out_loss_before == pytest.approx(made.held_out_loss, abs=0.02)
    assert resumed.steps < 20_000 and resumed.seconds < 30


def test_no_pairs_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match="no pairs"):
        train_lora(
            decoder("llama"),
            tokenizer(),
            [],
            held_out=[],
            adapter=tmp_path,
            settings=LoraSettings(),
            progress=lambda what, done: None,
        )
