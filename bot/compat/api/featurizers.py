"""Bases of featurizers. What they add stays with the message, for a project's own components further on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bot.compat.api.constants import (
    FEATURE_TYPE_SENTENCE,
    FEATURE_TYPE_SEQUENCE,
    FEATURIZER_CLASS_ALIAS,
    MAX_POOLING,
    MEAN_POOLING,
)
from bot.compat.api.exceptions import InvalidConfigException
from bot.compat.api.features import Features
from bot.compat.api.message import Message

if TYPE_CHECKING:
    import numpy

_Matrix = TypeVar("_Matrix")


class Featurizer(Generic[_Matrix], ABC):
    """Adds features to messages under its option `alias`, or else its name."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {FEATURIZER_CLASS_ALIAS: None}

    def __init__(self, name: str, config: dict[str, Any]) -> None:
        super().__init__()
        self.validate_config(config)
        self._config = config
        self._identifier = config[FEATURIZER_CLASS_ALIAS] or name

    @classmethod
    @abstractmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raises InvalidConfigException for options that cannot be."""

    def add_features_to_message(
        self, sequence: _Matrix | None, sentence: _Matrix | None, attribute: str, message: Message
    ) -> None:
        """`sequence` has a row for each token, `sentence` has one."""
        for kind, features in ((FEATURE_TYPE_SEQUENCE, sequence), (FEATURE_TYPE_SENTENCE, sentence)):
            if features is not None:
                message.add_features(Features(features, kind, attribute, self._identifier))


class DenseFeaturizer(Featurizer[Any], ABC):
    """Adds numpy arrays."""

    @staticmethod
    def aggregate_sequence_features(
        dense_sequence_features: numpy.ndarray[Any, Any],
        pooling_operation: str,
        only_non_zero_vectors: bool = True,
    ) -> numpy.ndarray[Any, Any]:
        """One row of many, by `mean` or `max`: (tokens, width) → (1, width)."""
        import numpy

        matrix = dense_sequence_features
        if matrix.ndim != 2 or 0 in matrix.shape:
            raise ValueError(f"Expected a matrix with a row for each token, not one of shape {matrix.shape}.")
        rows = matrix[matrix.any(axis=1)] if only_non_zero_vectors else matrix
        rows = rows if len(rows) else numpy.zeros_like(matrix[:1])
        if pooling_operation == MEAN_POOLING:
            return numpy.asarray(numpy.mean(rows, axis=0, keepdims=True))
        if pooling_operation == MAX_POOLING:
            return numpy.asarray(numpy.max(rows, axis=0, keepdims=True))
        raise InvalidConfigException(f"Features are pooled by 'mean' or 'max', not by '{pooling_operation}'.")


class SparseFeaturizer(Featurizer[Any], ABC):
    """Adds scipy sparse matrices."""


__all__ = ["DenseFeaturizer", "Featurizer", "SparseFeaturizer"]
