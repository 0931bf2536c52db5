"""Which number format a trained model is served in: the fastest that understands as well."""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlu_models.examples import Example
from nlu_models.metrics import score

if TYPE_CHECKING:
    from nlu_models.predictor import JointPredictor

FLOAT32, INT8 = "float32", "int8"
TOLERANCE = 0.002
"""How much of the intent accuracy, and of the entity F1, a faster format may cost."""
WORTH = 1.2
"""How many times faster a format must be: less is within what a busy machine makes of the same work."""
MESSAGES = 500
"""So many are enough to tell formats apart, and are read in seconds."""


@dataclass(frozen=True)
class Trial:
    """A number format and how it did on messages of the project."""

    format: str
    intent_accuracy: float
    entity_f1: float
    messages_per_second: float

    def as_good_as(self, other: Trial) -> bool:
        """Whether it understands as well, within `TOLERANCE`."""
        intents = self.intent_accuracy >= other.intent_accuracy - TOLERANCE
        return intents and self.entity_f1 >= other.entity_f1 - TOLERANCE


def choose(predictor: JointPredictor, examples: Sequence[Example]) -> tuple[list[Trial], str]:
    """Every format's trial on at most `MESSAGES` of `examples`, and the best format. `predictor` is left as it was."""
    from nlu_models import int8

    examples = examples[:MESSAGES]
    trials: list[Trial] = []
    if predictor.number_format != FLOAT32:
        trials.append(_trial(predictor, predictor.number_format, examples))
    elif predictor.placement.device.type == "cpu" and int8.available():
        trials.append(_trial(_in_int8(predictor), INT8, examples))
    plain = _trial(predictor.in_float32(), FLOAT32, examples)
    worth = WORTH * plain.messages_per_second
    good = [each for each in trials if each.as_good_as(plain) and each.messages_per_second >= worth]
    best = max(good, key=lambda each: each.messages_per_second, default=plain)
    return [plain, *trials], best.format


def _in_int8(predictor: JointPredictor) -> JointPredictor:
    from nlu_models import int8
    from nlu_models.predictor import JointPredictor

    model = copy.deepcopy(predictor.model)
    int8.quantize(model.encoder)
    return JointPredictor(model, predictor.tokenizer, predictor.placement)


def _trial(predictor: JointPredictor, name: str, examples: Sequence[Example]) -> Trial:
    texts = [example.text for example in examples]
    predictor.predict(texts[:32])
    started = time.perf_counter()
    predictions = predictor.predict(texts)
    seconds = time.perf_counter() - started
    found = score(examples, predictions)
    return Trial(name, found.intent_accuracy, found.entity_f1, len(texts) / max(seconds, 1e-9))
