"""BertIntentSlotClassifier: intent and entities by one joint BERT model."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict

from bot.errors import UsageError
from bot.message import Entity, Intent, Understanding
from bot.nlu.base import Component, ComponentConfig, Progress
from bot.nlu.fallback import FALLBACK_INTENT
from bot.registry import register
from bot.training_data import Example, TrainingData

if TYPE_CHECKING:
    from nlu_models.predictor import JointPredictor
    from nlu_models.trainer import TrainingReport

AUTO = "auto"
ENGLISH, MULTILINGUAL = "all-MiniLM-L6-v2", "multilingual-e5-small"

_UNREADABLE = re.compile(r"[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_FOREIGN = re.compile(r"[^\W\u0000-\u024f]")
"""A letter of another script than Latin."""
_ACCENTED = re.compile(r"[^\W\u0000-\u007f]")
ACCENTED_SHARE = 0.05
"""English has few words like café: with more, it is another language in Latin letters."""
_CHINESE, _HAN = "我的快递到哪里了", re.compile(r"[\u4e00-\u9fff]")
_SOMETHING = re.compile(r"[^\s\W_]|[\U0001f300-\U0001faff\u2600-\u27bf]")


class BertIntentSlotClassifierConfig(ComponentConfig):
    """`model`: a packaged encoder, a local folder or a Hugging Face name; `auto` takes the small English encoder where
    the project's language is English and all its examples are, and the multilingual one elsewhere. The training options are those of
    `nlu_models.trainer.TrainingConfig`; None leaves its default. `max_characters`: what is beyond is not read.
    """

    model: str = AUTO
    epochs: int | None = None
    learning_rate: float | None = None
    batch_size: int | None = None
    trainable_layers: int | None = None
    dropout: float | None = None
    seed: int | None = None
    ranking_length: int = 10
    device: str = "auto"
    max_characters: int = 1000


@register("nlu", "BertIntentSlotClassifier")
class BertIntentSlotClassifier(Component):
    """Trains a joint model on the examples, and reads messages with it."""

    Config = BertIntentSlotClassifierConfig
    config: BertIntentSlotClassifierConfig
    provides = frozenset({"intent", "entities"})
    trainable = True
    _predictor: JointPredictor
    _learned_unread: bool = True
    _reads_chinese: bool = False
    _report: TrainingReport

    def relevant(self, data: TrainingData) -> Any:
        return [_learnable(example) for example in data.examples]

    def train(self, data: TrainingData, progress: Progress) -> None:
        from nlu_models.errors import TrainingDataError
        from nlu_models.trainer import TrainingConfig, TrainingStep, train

        if not any(example.intent or example.entities for example in data.examples):
            raise UsageError("There is nothing to learn: data/ has no example with an intent or an entity.")
        what = f"Training {type(self).__name__}"

        def on_step(step: TrainingStep) -> None:
            progress(what, step.step / step.steps)

        def on_weights(name: str, stage: str, fraction: float) -> None:
            progress(f"{stage.capitalize()} {name}", fraction)

        examples = [_as_model_example(example) for example in data.examples]
        encoder = self.encoder_for([example.text for example in data.examples])
        config = TrainingConfig(encoder=encoder, device=self.config.device, **self._schedule())
        try:
            self._predictor, self._report = train(examples, config, on_step=on_step, progress=on_weights)
        except TrainingDataError as error:
            place = None if error.example is None else data.examples[error.example].where
            raise UsageError(f"{place}: {error}" if place else str(error)) from error
        read = self._predictor.tokenizer
        self._learned_unread = any(map(read.mostly_unknown, read.encode([example.text for example in data.examples])))
        self._reads_chinese = self._reads(_CHINESE)
        places = [data.examples[remark.example].where for remark in self._report.remarks]
        said = [
            f"{place}: {remark.text}" if place else remark.text
            for place, remark in zip(places, self._report.remarks, strict=True)
        ]
        said += [
            f"{example.where}: {example.text!r} has no letter, digit or emoji; messages like it are answered with "
            f"{FALLBACK_INTENT}"
            for example in data.examples
            if example.intent and not _SOMETHING.search(_UNREADABLE.sub(" ", example.text))
        ]
        self.remarks = (*said, _number_formats(self._report))
        progress(what, 1.0)

    def encoder_for(self, texts: Sequence[str]) -> str:
        """The encoder to train: the one asked for, or the one that suits these examples."""
        if self.config.model != AUTO:
            return self.config.model
        accented = sum(_ACCENTED.search(text) is not None for text in texts)
        english = self.language.startswith("en") and not any(map(_FOREIGN.search, texts))
        english = english and accented <= max(1, ACCENTED_SHARE * len(texts))
        return ENGLISH if english else MULTILINGUAL

    def _schedule(self) -> dict[str, Any]:
        names = ("epochs", "learning_rate", "batch_size", "trainable_layers", "dropout", "seed")
        return {name: value for name in names if (value := getattr(self.config, name)) is not None}

    def process(self, batch: Sequence[Understanding]) -> list[Understanding]:
        texts = [_UNREADABLE.sub(" ", u.text[: self.config.max_characters]) for u in batch]
        predictions = self._predictor.predict(texts)
        return [
            self._understand(u, prediction) if self._says_something(text) else _nothing(u)
            for u, text, prediction in zip(batch, texts, predictions, strict=True)
        ]

    def _says_something(self, text: str) -> bool:
        """Whether there is anything in it, in a script that the encoder reads or that the examples are in, too."""
        if not _SOMETHING.search(text):
            return False
        if text.isascii() or self._learned_unread or (self._reads_chinese and _HAN.search(text)):
            return True
        return self._reads(text)

    def _reads(self, text: str) -> bool:
        """Whether the encoder knows most of a text's pieces."""
        tokenizer = self._predictor.tokenizer
        return not any(map(tokenizer.mostly_unknown, tokenizer.encode([text])))

    def _understand(self, understanding: Understanding, prediction: Any) -> Understanding:
        ranking = tuple(Intent(ranked.name, ranked.confidence) for ranked in prediction.intents)
        found = tuple(
            Entity(
                entity=span.entity,
                value=understanding.text[span.start : span.end],
                start=span.start,
                end=span.end,
                role=span.role,
                group=span.group,
                extractor=type(self).__name__,
                confidence=span.confidence,
            )
            for span in prediction.entities
        )
        return replace(
            understanding,
            intent=ranking[0] if ranking else understanding.intent,
            ranking=ranking[: self.config.ranking_length] or understanding.ranking,
            entities=(*understanding.entities, *found),
        )

    def save(self, folder: Path) -> None:
        self._predictor.save(folder)
        report = {**asdict(self._report), "learned_unread": self._learned_unread}
        (folder / "training.json").write_text(json.dumps(report, indent=2), encoding="utf-8")

    def load(self, folder: Path) -> None:
        from nlu_models.predictor import JointPredictor

        self._predictor = JointPredictor.load(folder, device=self.config.device)
        report = json.loads((folder / "training.json").read_text(encoding="utf-8"))
        self._learned_unread = report.get("learned_unread", True)
        self._reads_chinese = self._reads(_CHINESE)


class DIETClassifierConfig(BertIntentSlotClassifierConfig):
    """DIET's options are accepted; those that shape DIET's own network change nothing here."""

    model_config = ConfigDict(extra="allow", frozen=True)


@register("nlu", "DIETClassifier")
class DIETClassifier(BertIntentSlotClassifier):
    """What a Rasa project calls DIETClassifier: our joint model, with our training schedule."""

    Config = DIETClassifierConfig

    def _schedule(self) -> dict[str, Any]:
        return {}


def _number_formats(report: TrainingReport) -> str:
    trials = "; ".join(
        f"{trial.format}: {trial.messages_per_second:.0f} messages/s, {trial.intent_accuracy:.1%} of the intents right"
        f", entity F1 {trial.entity_f1:.3f}"
        for trial in report.trials
    )
    return f"The model is served in {report.number_format} ({trials})."


def _learnable(example: Example) -> Any:
    spans = [[e.start, e.end, e.entity, e.role, e.group] for e in example.entities]
    return [example.text, example.base_intent, spans]


def _as_model_example(example: Example) -> Any:
    from nlu_models.examples import Example as ModelExample
    from nlu_models.examples import Span

    spans = tuple(
        Span(e.start, e.end, e.entity, e.role, e.group)
        for e in example.entities
        if e.start is not None and e.end is not None
    )
    return ModelExample(example.text, example.base_intent, spans)


def _nothing(understanding: Understanding) -> Understanding:
    """A message without a letter, a digit or an emoji says nothing, and no model is asked what it means."""
    nothing = Intent(FALLBACK_INTENT, 1.0)
    return replace(understanding, intent=nothing, ranking=(nothing,))
