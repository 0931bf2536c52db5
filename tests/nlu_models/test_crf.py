"""The CRF against sums and maxima over every possible sequence."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
import torch
from torch import Tensor

from nlu_models.crf import ConditionalRandomField

TAGS = 3
LENGTHS = (4, 1, 3)


@pytest.fixture
def crf() -> ConditionalRandomField:
    """O, B, I: I only after B or I."""
    allowed = torch.tensor([[True, True, False], [True, True, True], [True, True, True]])
    crf = ConditionalRandomField(allowed, torch.tensor([True, True, False]))
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in crf.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return crf


@pytest.fixture
def emissions() -> Tensor:
    return torch.randn(3, 4, TAGS, generator=torch.Generator().manual_seed(4)) * 2


@pytest.fixture
def mask() -> Tensor:
    return torch.arange(4) < torch.tensor(LENGTHS)[:, None]


def scored(crf: ConditionalRandomField, emissions: Tensor) -> dict[tuple[int, ...], float]:
    """Every allowed sequence over one text's emissions (length, tags), with its score."""
    scores = {}
    for tags in product(range(TAGS), repeat=len(emissions)):
        steps = list(pairwise(tags))
        if not crf.starts[tags[0]] or not all(crf.allowed[a, b] for a, b in steps):
            continue
        total = crf.first[tags[0]] + crf.last[tags[-1]] + sum(emissions[i, tag] for i, tag in enumerate(tags))
        scores[tags] = (total + sum(crf.transitions[a, b] for a, b in steps)).item()
    return scores


def test_partition_sums_over_every_allowed_sequence(
    crf: ConditionalRandomField, emissions: Tensor, mask: Tensor
) -> None:
    for row, (length, got) in enumerate(zip(LENGTHS, crf.partition(emissions, mask), strict=True)):
        every = torch.tensor(list(scored(crf, emissions[row, :length]).values()))
        assert got.item() == pytest.approx(torch.logsumexp(every, 0).item(), abs=1e-4)


def test_loss_is_the_negative_log_probability(crf: ConditionalRandomField, emissions: Tensor, mask: Tensor) -> None:
    tags = torch.tensor([[1, 2, 0, 1], [0, 0, 0, 0], [1, 2, 2, 0]])
    for row, (length, got) in enumerate(zip(LENGTHS, crf.loss(emissions, tags, mask), strict=True)):
        scores = scored(crf, emissions[row, :length])
        total = torch.logsumexp(torch.tensor(list(scores.values())), 0).item()
        assert got.item() == pytest.approx(total - scores[tuple(tags[row, :length].tolist())], abs=1e-4)


def test_decode_finds_the_best_allowed_sequence(crf: ConditionalRandomField, emissions: Tensor, mask: Tensor) -> None:
    for row, (length, got) in enumerate(zip(LENGTHS, crf.decode(emissions, mask), strict=True)):
        scores = scored(crf, emissions[row, :length])
        assert tuple(got) == max(scores, key=lambda tags: scores[tags])


def test_decode_never_breaks_bio_however_strong_the_evidence(crf: ConditionalRandomField) -> None:
    emissions = torch.zeros(1, 3, TAGS)
    emissions[:, :, 2] = 50.0
    (tags,) = crf.decode(emissions, torch.ones(1, 3, dtype=torch.bool))
    assert tags == [1, 2, 2]


def test_marginals_are_shares_of_probability(crf: ConditionalRandomField, emissions: Tensor, mask: Tensor) -> None:
    got = crf.marginals(emissions, mask)
    for row, length in enumerate(LENGTHS):
        scores = scored(crf, emissions[row, :length])
        weights = torch.tensor(list(scores.values())).softmax(0)
        expected = torch.zeros(length, TAGS)
        for tags, weight in zip(scores, weights, strict=True):
            for place, tag in enumerate(tags):
                expected[place, tag] += weight
        assert torch.allclose(got[row, :length], expected, atol=1e-4)


def test_an_empty_sequence_costs_nothing_and_decodes_to_nothing(crf: ConditionalRandomField) -> None:
    emissions, mask = torch.randn(1, 1, TAGS), torch.zeros(1, 1, dtype=torch.bool)
    assert crf.loss(emissions, torch.zeros(1, 1, dtype=torch.long), mask).item() == 0.0
    assert crf.decode(emissions, mask) == [[]]


def test_gradients_stay_finite_with_extreme_scores(crf: ConditionalRandomField) -> None:
    emissions = torch.tensor([[[300.0, -300.0, -300.0], [-300.0, 300.0, -300.0]]], requires_grad=True)
    loss = crf.loss(emissions, torch.tensor([[1, 2]]), torch.ones(1, 2, dtype=torch.bool)).sum()
    torch.autograd.backward(loss)
    assert emissions.grad is not None and bool(torch.isfinite(emissions.grad).all())
