"""Fixtures shared by the model tests; what they are made of is in `tiny`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nlu_models.encoder import PretrainedEncoder
from nlu_models.predictor import JointPredictor
from nlu_models.tokens import PieceTokenizer
from nlu_models.trainer import TrainingReport, train_on
from tests.nlu_models.tiny import CORPUS, TINY_TRAINING, make_encoder, make_tokenizer


@pytest.fixture(scope="session")
def tokenizer() -> PieceTokenizer:
    return make_tokenizer()


@pytest.fixture
def new_encoder() -> Callable[[], PretrainedEncoder]:
    return make_encoder


@pytest.fixture(scope="session")
def trained() -> tuple[JointPredictor, TrainingReport]:
    return train_on(make_encoder(), CORPUS * 2, TINY_TRAINING)


@pytest.fixture(scope="session")
def predictor(trained: tuple[JointPredictor, TrainingReport]) -> JointPredictor:
    return trained[0]
