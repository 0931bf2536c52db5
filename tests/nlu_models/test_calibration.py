from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from nlu_models.calibration import expected_calibration_error, fit_temperature

log_softmax = partial(torch.log_softmax, dim=1)


def test_temperature_undoes_overconfidence() -> None:
    generator = torch.Generator().manual_seed(0)
    honest = torch.randn(4000, 5, generator=generator)
    targets = torch.multinomial(honest.softmax(1), 1, generator=generator)[:, 0]
    assert fit_temperature(honest, targets, log_softmax) == pytest.approx(1.0, abs=0.1)
    assert fit_temperature(honest * 3, targets, log_softmax) == pytest.approx(3.0, abs=0.3)


def test_temperature_without_data_is_one() -> None:
    assert fit_temperature(torch.zeros(0, 3), torch.zeros(0, dtype=torch.long), log_softmax) == 1.0


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    confidences = np.array([0.9, 0.9, 0.9, 0.9, 1.0])
    correct = np.array([True, False, True, False, True])
    assert expected_calibration_error(confidences, correct, bins=10) == pytest.approx(abs(0.92 - 0.6))
    assert expected_calibration_error(np.ones(3), np.ones(3, bool)) == 0.0
    assert expected_calibration_error(np.zeros(0), np.zeros(0, bool)) == 0.0
