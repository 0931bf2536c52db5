from __future__ import annotations

import torch

from nlu_models.examples import Example, Span
from nlu_models.labels import EntityLabel, Labels, misfits

LABELS = Labels.of(
    [
        Example("", "affirm+thanks", (Span(0, 1, "colour", "old"), Span(1, 2, "colour", "new"))),
        Example("", "affirm", (Span(0, 1, "size", "old", "1"), Span(2, 3, "product"))),
    ]
)


def test_labels_are_sorted_and_complete() -> None:
    assert LABELS.intents == ("affirm", "affirm+thanks")
    assert LABELS.entities == (
        EntityLabel("colour", "new"),
        EntityLabel("colour", "old"),
        EntityLabel("product"),
        EntityLabel("size", "old", "1"),
    )


def test_spans_come_back_from_their_tags() -> None:
    units = [(0, 1), (1, 2), (2, 4), (5, 6), (6, 7)]
    spans = (Span(0, 2, "colour", "old"), Span(2, 4, "colour", "new"), Span(5, 7, "size", "old", "1"))
    tags = LABELS.tags(units, spans)
    assert [(units[a][0], units[b][1], label.entity, label.role) for a, b, label in LABELS.spans(units, tags)] == [
        (0, 2, "colour", "old"),
        (2, 4, "colour", "new"),
        (5, 7, "size", "old"),
    ]


def test_adjacent_spans_of_one_label_stay_two() -> None:
    units = [(0, 1), (1, 2)]
    tags = LABELS.tags(units, (Span(0, 1, "product"), Span(1, 2, "product")))
    assert len(LABELS.spans(units, tags)) == 2


def test_inside_follows_only_its_own_begin() -> None:
    allowed, starts = LABELS.transitions()
    assert starts.tolist() == [True, *[True, False] * 4]
    assert allowed[1, 2] and allowed[2, 2]
    assert not allowed[0, 2] and not allowed[1, 4] and not allowed[4, 2]


def test_tags_with_one_role_share_its_part() -> None:
    parts = LABELS.tag_parts()
    colour_old, size_old, product = parts[3], parts[7], parts[5]
    assert torch.dot(colour_old, size_old) == 1  # "B role old"
    assert torch.dot(colour_old, product) == 0
    assert torch.linalg.matrix_rank(parts) == LABELS.tag_count


def test_joined_intents_share_the_single_ones_part() -> None:
    single, joined = LABELS.intent_parts()
    assert torch.dot(single, joined) == 1
    assert joined.sum() == 3


def test_a_span_that_cuts_a_unit_is_reported() -> None:
    good, bad = Span(0, 2, "product"), Span(2, 3, "product")
    assert misfits([(0, 1), (1, 2), (2, 4)], [good, bad]) == [bad]
