"""Offsets are those of the customer's own characters, whatever was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu_models.tokens import PieceTokenizer, prune, script_of, split_units
from tests.nlu_models.tiny import make_tokenizer

TOKENIZER = make_tokenizer(max_length=40)


def texts_of(tokenizer: PieceTokenizer, text: str) -> list[str]:
    (encoded,) = tokenizer.encode([text])
    return [text[start:end] for start, end in encoded.units]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("where is my order", [*"where", "is", "m", "y", "order"]),
        ("我的快递到哪了", list("我的快递到哪了")),
        ("两个都要退", list("两个都要退")),
        ("200元", ["200", "元"]),
        ("order 快递😀!", ["order", "快", "递", "😀", "!"]),
        ("  K1048213  ", ["K", "104", "821", "3"]),
        ("", []),
        ("   ", []),
    ],
)
def test_units_cover_the_text_in_both_languages(tokenizer: PieceTokenizer, text: str, units: list[str]) -> None:
    assert texts_of(tokenizer, text) == units


def test_a_chinese_piece_is_cut_into_characters_that_remember_their_piece(tokenizer: PieceTokenizer) -> None:
    (encoded,) = tokenizer.encode(["两个都要退"])
    assert len(set(encoded.pieces[:4])) == 1
    assert encoded.places == (0, 1, 2, 3, 0)
    assert len(set(encoded.parts)) == 5


def test_one_character_that_becomes_several_pieces_is_one_unit(tokenizer: PieceTokenizer) -> None:
    assert texts_of(tokenizer, "3½元") == ["3", "½", "元"]


def test_text_is_cut_at_the_maximum_length_and_keeps_its_end_mark() -> None:
    (encoded,) = TOKENIZER.encode(["快" * 10_000])
    assert len(encoded.ids) == 40
    assert encoded.ids[-1] == 2
    assert encoded.units[-1] == (36, 37)


def test_lone_surrogates_are_unknown_rather_than_an_error() -> None:
    (encoded,) = TOKENIZER.encode(["快\ud800递"])
    assert encoded.units[0] == (0, 1)
    assert encoded.units[-1] == (2, 3)


@given(st.text(max_size=60))
def test_units_are_ordered_disjoint_and_inside_any_text(text: str) -> None:
    (encoded,) = TOKENIZER.encode([text])
    last = 0
    for (start, end), piece in zip(encoded.units, encoded.pieces, strict=True):
        assert last <= start < end <= len(text)
        assert 0 < piece < len(encoded.ids) - 1
        assert text[start:end].strip() == text[start:end]
        last = end
    assert len(encoded.units) == len(encoded.parts) == len(encoded.places)


def test_letters_digits_and_signs_are_told_apart() -> None:
    text = "$50红色ab1"
    assert [text[a:b] for a, b in split_units(text, 0, len(text))] == ["$", "50", "红", "色", "ab", "1"]


def test_pruning_drops_unused_scripts_and_segments_the_rest_as_before(tokenizer: PieceTokenizer) -> None:
    pruned, kept = prune(tokenizer, ["where is it", "快"])
    assert pruned.vocabulary_size == len(kept) < tokenizer.vocabulary_size
    for text in ["我的快递到哪了 K104821", "return the order 😀"]:
        (before,), (after,) = tokenizer.encode([text]), pruned.encode([text])
        assert [kept[index] for index in after.ids] == list(before.ids)
        assert after.units == before.units
    (russian,) = pruned.encode(["ия"])
    assert pruned.unknown in russian.ids


def test_scripts_are_known_by_unicode_name() -> None:
    assert [script_of(c) for c in "a快яé😀1"] == [None, "CJK", "CYRILLIC", "LATIN", None, None]
