"""How good predictions are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlu_models.examples import Example, Prediction


@dataclass(frozen=True)
class Scores:
    """Shares 0..1 over a set of examples; 1.0 where there was nothing to get wrong."""

    intent_accuracy: float
    entity_precision: float
    entity_recall: float
    sentence_accuracy: float
    """Examples whose intent and all of whose entities are right."""

    @property
    def entity_f1(self) -> float:
        """Harmonic mean of precision and recall over exact spans with label, role and group."""
        both = self.entity_precision + self.entity_recall
        return 2 * self.entity_precision * self.entity_recall / both if both else 0.0


def score(examples: Sequence[Example], predictions: Sequence[Prediction]) -> Scores:
    """Compare predictions with the annotation of the same texts."""
    right_intents = with_intent = found = expected = both = whole = 0
    for example, prediction in zip(examples, predictions, strict=True):
        gold = {(s.start, s.end, s.entity, s.role, s.group) for s in example.entities}
        said = {(s.start, s.end, s.entity, s.role, s.group) for s in prediction.entities}
        intent_right = True
        if example.intent is not None:
            with_intent += 1
            intent_right = prediction.intent is not None and prediction.intent.name == example.intent
            right_intents += intent_right
        found, expected, both = found + len(said), expected + len(gold), both + len(gold & said)
        whole += intent_right and gold == said
    return Scores(
        intent_accuracy=_share(right_intents, with_intent),
        entity_precision=_share(both, found),
        entity_recall=_share(both, expected),
        sentence_accuracy=_share(whole, len(examples)),
    )


def _share(part: int, total: int) -> float:
    return part / total if total else 1.0
