"""Features: a matrix that a featurizer adds to a message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.compat.api.io import deep_container_fingerprint


class Features:
    """`features` is a numpy array or a scipy sparse matrix: (tokens, width) for a sequence, (1, width) for a sentence."""

    def __init__(self, features: Any, feature_type: str, attribute: str, origin: str | list[str]) -> None:
        """`feature_type` is `sequence` or `sentence`, `attribute` such as `text`, `origin` the featurizer's name."""
        self.features = features
        self.type = feature_type
        self.attribute = attribute
        self.origin = origin

    def __repr__(self) -> str:
        kind = "sparse" if self.is_sparse() else "dense"
        return f"Features({kind} {self.type} {self.features.shape} of {self.attribute} from {self.origin})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Features) and self.fingerprint() == other.fingerprint()

    def __hash__(self) -> int:
        return int(self.fingerprint(), 16)

    def is_sparse(self) -> bool:
        import scipy.sparse

        return bool(scipy.sparse.issparse(self.features))

    def is_dense(self) -> bool:
        return not self.is_sparse()

    def combine_with_features(self, additional_features: Features | None) -> None:
        """Put the columns of another beside one's own; raises ValueError when they do not fit."""
        if additional_features is not None:
            self.features = Features.combine([self, additional_features]).features

    def fingerprint(self) -> str:
        dense = self.features.toarray() if self.is_sparse() else self.features
        return deep_container_fingerprint([self.type, self.origin, self.attribute, dense.tobytes()])

    @staticmethod
    def filter(
        features_list: list[Features],
        attributes: Iterable[str] | None = None,
        type: str | None = None,
        origin: list[str] | None = None,
        is_sparse: bool | None = None,
    ) -> list[Features]:
        """Those that have all the given properties; None is not asked for."""
        wanted = None if attributes is None else set(attributes)
        return [
            features
            for features in features_list
            if (wanted is None or features.attribute in wanted)
            and (type is None or features.type == type)
            and (origin is None or _names(features.origin) == origin)
            and (is_sparse is None or features.is_sparse() == is_sparse)
        ]

    @staticmethod
    def combine(features_list: list[Features], expected_origins: list[str] | None = None) -> Features:
        """One of several that describe the same, column by column; raises ValueError when they do not fit."""
        if not features_list:
            raise ValueError("Expected a non-empty list of Features.")
        if len(features_list) == 1:
            return features_list[0]
        origins = [name for features in features_list for name in _names(features.origin)]
        if expected_origins is not None and origins != expected_origins:
            raise ValueError(f"Expected features from {expected_origins} but found {origins}.")
        kinds = {(f.is_sparse(), f.type, f.attribute, f.features.shape[:-1]) for f in features_list}
        if len(kinds) > 1:
            raise ValueError(f"Cannot combine features that differ in kind, attribute or length: {features_list}.")
        import numpy
        import scipy.sparse

        first = features_list[0]
        parts = [features.features for features in features_list]
        matrix = scipy.sparse.hstack(parts).tocsr() if first.is_sparse() else numpy.concatenate(parts, axis=-1)
        return Features(matrix, first.type, first.attribute, origins)


def _names(origin: str | list[str]) -> list[str]:
    return [origin] if isinstance(origin, str) else list(origin)


__all__ = ["Features"]
