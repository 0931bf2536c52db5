"""Entries by several points each: what all sentences of a language share is taken away, and one lucky point is not enough."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from nlu_models.entry_index import EntryIndex, script_of

SHARED = {"en": 5.0, "zh": -5.0}


def vectors(*meanings: tuple[float, float, float], language: str = "en") -> NDArray[np.float32]:
    """Unit vectors of three axes of meaning, with a fourth that only says which language it is."""
    raw = np.array([[*meaning, SHARED[language]] for meaning in meanings], np.float32)
    unit: NDArray[np.float32] = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    return unit


def test_what_a_language_shares_does_not_count() -> None:
    known = vectors((1, 0, 0), (0, 1, 0), (0, 0, 1), (-1, 0, 0), (0, -1, 0), (0, 0, -1))
    asked = vectors((0.9, 0.1, 0))
    plain = asked @ known.T
    nearness = EntryIndex.of(np.tile(known, (8, 1)), [*range(6)] * 8, ["word"] * 48).search(asked, ["word"])
    assert plain.min() > 0.9
    assert nearness.argmax() == 0
    assert nearness[0, 0] > 0.8
    assert nearness[0, 3] < 0


def test_the_centre_is_of_each_script() -> None:
    english, chinese = vectors((1, 0, 0), (0, 1, 0)), vectors((1, 0, 0), (0, 1, 0), language="zh")
    points = np.concatenate([np.tile(english, (20, 1)), np.tile(chinese, (20, 1))])
    index = EntryIndex.of(points, [0, 1] * 40, [*["word"] * 40, *["字"] * 40])
    assert index.search(vectors((1, 0.1, 0), language="zh"), ["问"])[0].argmax() == 0
    assert index.search(vectors((0.1, 1, 0)), ["ask"])[0].argmax() == 1


def test_one_lucky_point_is_not_enough() -> None:
    lucky = [(1, 0, 0), (0, 0, 1), (0, 0, 1), (0, 0, 1)]
    steady = [(0.9, 0.4, 0), (0.8, 0.5, 0), (0.9, 0.3, 0), (0, 1, 0)]
    index = EntryIndex.of(vectors(*lucky, *steady), [0, 0, 0, 0, 1, 1, 1, 1], ["word"] * 8)
    assert index.search(vectors((1, 0, 0)), ["word"])[0].argmax() == 1


def test_an_entry_may_have_a_single_point_and_a_text_no_letter() -> None:
    index = EntryIndex.of(vectors((1, 0, 0), (0, 1, 0), (0, 1, 0)), [0, 1, 1], ["word", "word", "word"])
    assert len(index) == 2
    assert np.isfinite(index.search(vectors((1, 0, 0)), ["42"])).all()


def test_what_is_saved_finds_the_same(tmp_path: Path) -> None:
    index = EntryIndex.of(vectors((1, 0, 0), (0, 1, 0)), [0, 1], ["word", "字"])
    index.save(tmp_path)
    asked = vectors((0.5, 0.4, 0))
    assert np.array_equal(EntryIndex.load(tmp_path).search(asked, ["word"]), index.search(asked, ["word"]))


@pytest.mark.parametrize(
    ("text", "script"), [("我的order到了吗", "CJK"), ("where is 我", "LATIN"), ("где заказ", "CYRILLIC"), ("12 👍", "")]
)
def test_scripts(text: str, script: str) -> None:
    assert script_of(text) == script
