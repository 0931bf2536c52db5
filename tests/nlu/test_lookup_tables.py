"""Lookup tables: what a regular expression of all values would match, and what is nearly one of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.message import Entity
from bot.nlu.base import silent
from bot.nlu.fuzzy_lookup import FuzzyTable
from bot.nlu.lookup_tables import LookupTables
from bot.nlu.patterns import RegexEntityExtractor, RegexEntityExtractorConfig
from bot.training_data import Example, Lookup, TrainingData

LETTERS = st.text("ab_ -京市", min_size=1, max_size=3)


@given(st.lists(LETTERS, min_size=1, max_size=6), st.text("abAB_ -京市", max_size=14), st.booleans(), st.booleans())
def test_tables_match_what_rasas_regular_expression_matches(
    values: list[str], text: str, case_sensitive: bool, word_boundaries: bool
) -> None:
    body = "|".join(re.escape(value) for value in sorted(values, key=len, reverse=True))
    regex = rf"\b(?:{body})\b" if word_boundaries else f"(?:{body})"
    expected = [match.span() for match in re.finditer(regex, text, 0 if case_sensitive else re.IGNORECASE)]
    tables = LookupTables([values], case_sensitive=case_sensitive, word_boundaries=word_boundaries)
    assert [(match.start, match.end) for match in tables.find(text)] == expected


def test_each_table_is_matched_for_itself() -> None:
    tables = LookupTables([["大衣", "red"], ["红色大衣", "red coat"]], case_sensitive=False, word_boundaries=False)
    found = [(m.table, m.start, m.end) for m in tables.find("Red coat 红色大衣")]
    assert found == [(0, 0, 3), (0, 11, 13), (1, 0, 8), (1, 9, 13)]


def test_a_letter_that_grows_in_lower_case_moves_no_offset() -> None:
    tables = LookupTables([["york"]], case_sensitive=False, word_boundaries=True)
    (match,) = tables.find("İİ YORK")
    assert (match.start, match.end) == (3, 7)


def test_no_table_and_an_empty_value_match_nothing() -> None:
    assert LookupTables([], case_sensitive=False, word_boundaries=True).find("anything") == []
    assert LookupTables([["", " "]], case_sensitive=False, word_boundaries=True).find("ab") == []


ENGLISH = ("hoodie", "sneakers", "cardigan", "waterproof jacket", "tie", "Manchester")
CHINESE = ("上海", "冲锋衣", "羽绒服", "重庆", "石家庄市")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a hoddie please", [("hoddie", "hoodie")]),
        ("a hodie please", [("hodie", "hoodie")]),
        ("a hoodiee please", [("hoodiee", "hoodie")]),
        ("a hooide please", [("hooide", "hoodie")]),
        ("a ohodie please", [("ohodie", "hoodie")]),
        ("the snaekers", [("snaekers", "sneakers")]),
        ("a CARDGIAN", [("CARDGIAN", "cardigan")]),
        ("my waterprof jackett", [("waterprof jackett", "waterproof jacket")]),
        ("to Manchestr, please", [("Manchestr", "Manchester")]),
        ("a hoodie please", []),
        ("a hddie please", []),
        ("hdde", []),
        ("a die and a toe", []),
        ("card", []),
    ],
)
def test_english_typos(text: str, expected: list[tuple[str, str]]) -> None:
    found = FuzzyTable(ENGLISH).find(text)
    assert [(text[match.start : match.end], match.value) for match in found] == expected
    assert all(0.7 < match.similarity < 1 for match in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我想买充锋衣", [("充锋衣", "冲锋衣")]),
        ("有没有雨绒服呀", [("雨绒服", "羽绒服")]),
        ("寄到石佳装市", [("石佳装市", "石家庄市")]),
        ("寄到上孩", []),
        ("受到伤害", []),
        ("寄到虫庆", [("虫庆", "重庆")]),
        ("寄到上海", []),
        ("冲锋衣", []),
    ],
)
def test_chinese_homophones(text: str, expected: list[tuple[str, str]]) -> None:
    found = FuzzyTable(CHINESE).find(text)
    assert [(text[match.start : match.end], match.value) for match in found] == expected


@given(st.text(max_size=40))
def test_any_text_can_be_searched(text: str) -> None:
    for match in FuzzyTable((*ENGLISH, *CHINESE)).find(text):
        assert 0 <= match.start < match.end <= len(text)


def extractor(fuzzy: bool) -> RegexEntityExtractor:
    config = RegexEntityExtractorConfig(fuzzy=fuzzy, use_word_boundaries=False)
    component = RegexEntityExtractor(config, language="zh", root=Path())
    examples = (Example("x", "inform", (Entity("product", "x"),)),)
    component.train(TrainingData(examples=examples, lookups=(Lookup("product", ENGLISH + CHINESE),)), silent)
    return component


def test_the_extractor_gives_near_misses_the_tables_value_when_asked_to(tmp_path: Path) -> None:
    text = "hoodie, snekers 和充锋衣"
    assert [entity.value for entity in extractor(fuzzy=False)._find(text)] == ["hoodie"]
    found = extractor(fuzzy=True)._find(text)
    assert [(entity.value, text[entity.start : entity.end]) for entity in found] == [
        ("hoodie", "hoodie"),
        ("sneakers", "snekers"),
        ("冲锋衣", "充锋衣"),
    ]
    assert [entity.confidence for entity in found] == [None, 0.875, 1.0]


def test_lookup_tables_are_the_same_after_saving_and_old_models_still_load(tmp_path: Path) -> None:
    extractor(fuzzy=False).save(tmp_path)
    again = extractor(fuzzy=True)
    again.load(tmp_path)
    assert [entity.value for entity in again._find("a hoodie")] == ["hoodie"]
    (tmp_path / "patterns.json").write_text('[["product", "(?:hoodie|tie)"]]', encoding="utf-8")
    again.load(tmp_path)
    assert [entity.value for entity in again._find("a tie")] == ["tie"]
