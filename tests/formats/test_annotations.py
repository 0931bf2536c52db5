"""Entity annotations in their four shapes, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formats.annotations import annotate, parse_annotations
from bot.message import Entity


def test_the_four_shapes() -> None:
    parsed = parse_annotations(
        '从[北京](city)到[SF]{"entity": "city", "role": "to", "value": "San Francisco"}, '
        '[two](number:2) [大](size)[杯][{"entity": "unit"}, {"entity": "cup", "group": "1"}]'
    )
    assert parsed.text == "从北京到SF, two 大杯"
    assert not parsed.faults
    assert [(e.entity, parsed.text[e.start : e.end], e.value, e.role, e.group) for e in parsed.entities] == [
        ("city", "北京", "北京", None, None),
        ("city", "SF", "San Francisco", "to", None),
        ("number", "two", "2", None, None),
        ("size", "大", "大", None, None),
        ("unit", "杯", "杯", None, None),
        ("cup", "杯", "杯", None, "1"),
    ]


def test_text_in_brackets_is_no_annotation() -> None:
    parsed = parse_annotations("数组[1]和 list[2] (two)")
    assert parsed.text == "数组[1]和 list[2] (two)"
    assert not parsed.entities


@pytest.mark.parametrize(
    ("sentence", "offset", "message", "hint"),
    [
        ('查[K1]{"entity": order}', 16, "cannot be read", "JSON"),
        ('查[K1]{"entiy": "order"}', 5, "does not name its entity", "'entity' instead of 'entiy'"),
        ('[K1]{"entity": "order", "rol": "a"}', 4, "'rol' is not a key", "'role'"),
        ("go to [ Paris](city)", 6, "begins or ends with a space", "[Paris](entity)"),
        ("去[[巴黎](city)](place)", 1, "inside one another", "[巴黎]"),
        ("去[巴黎] (city)", 1, "cannot be read as one", "[巴黎](entity)"),
        ("去[巴黎]()", 1, "cannot be read as one", "[巴黎](entity)"),
        ("[a][b]", 0, "holds no entity", "[a](entity)"),
    ],
)
def test_a_broken_annotation_is_reported_where_it_stands(sentence: str, offset: int, message: str, hint: str) -> None:
    faults = parse_annotations(sentence).faults
    assert faults
    assert faults[0].offset == offset
    assert message in faults[0].message
    assert hint in faults[0].hint


def test_entities_that_overlap_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="overlap"):
        annotate("红色连衣裙", (Entity("colour", "红色", 0, 2), Entity("product", "色连", 1, 3)))


NAMES = st.text("abcdefg_颜色", min_size=1, max_size=6)
TEXTS = st.text("ab 你好，。🙂()", min_size=1, max_size=8).filter(lambda text: text == text.strip())


@st.composite
def sentences(draw: st.DrawFn) -> tuple[str, tuple[Entity, ...]]:
    text, entities = "", []
    for part in draw(st.lists(TEXTS, min_size=1, max_size=5)):
        start, text = len(text), text + part
        for _ in range(draw(st.integers(0, 2))):
            value = draw(st.one_of(st.just(part), NAMES))
            role, group = draw(st.one_of(st.none(), NAMES)), draw(st.one_of(st.none(), NAMES))
            entities.append(Entity(draw(NAMES), value, start, len(text), role, group))
        text += " "
    return text, tuple(entities)


@given(sentences())
def test_what_is_annotated_reads_back(sentence: tuple[str, tuple[Entity, ...]]) -> None:
    text, entities = sentence
    parsed = parse_annotations(annotate(text, entities))
    assert parsed.text == text
    assert parsed.entities == entities
