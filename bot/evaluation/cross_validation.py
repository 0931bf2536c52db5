"""Judging the understanding on examples that it was not trained on, by training once a fold."""

from __future__ import annotations

import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bot.compat.doors import build_components
from bot.errors import UsageError
from bot.evaluation.judged import Judged, judge
from bot.nlu import pipeline
from bot.nlu.base import Progress, silent
from bot.project import Project
from bot.training_data import Example, TrainingData


def cross_validate(project: Project, folds: int, *, seed: int = 0, progress: Progress = silent) -> list[Judged]:
    """Every example, judged by a pipeline that was trained on the other folds.

    Raises UsageError when there are fewer than two folds, or more than there are examples.
    """
    judged: list[Judged] = []
    for training, held_out in split_folds(project.training_data, folds, seed=seed):
        parse = trained(project, training, progress).parse_batch
        judged += judge(held_out, parse([example.text for example in held_out]))
    return judged


def split_folds(data: TrainingData, folds: int, *, seed: int = 0) -> Iterator[tuple[TrainingData, list[Example]]]:
    """Training data and held-out examples of each fold, each intent (with its response key) spread over all of them.

    Synonyms, patterns, lookups and examples without an intent are in the training data of every fold.
    """
    labelled = [example for example in data.examples if example.intent]
    if not 2 <= folds <= len(labelled):
        raise UsageError(
            f"{folds} folds cannot be made of {len(labelled)} examples with an intent: there are at least 2 folds, "
            "with an example each."
        )
    fold_of = _folds(labelled, folds, random.Random(seed))  # reproducible by design, not for secrets
    for fold in range(folds):
        training = tuple(example for example in data.examples if fold_of.get(id(example)) != fold)
        yield replace(data, examples=training), [example for example in labelled if fold_of[id(example)] == fold]


def _folds(examples: Sequence[Example], folds: int, chance: random.Random) -> dict[int, int]:
    """The fold of each example by its identity; dealt like cards, intent after intent, so that folds are even."""
    by_intent: dict[str | None, list[Example]] = defaultdict(list)
    for example in examples:
        by_intent[example.intent].append(example)
    dealt: dict[int, int] = {}
    for group in by_intent.values():
        for example in chance.sample(group, len(group)):
            dealt[id(example)] = len(dealt) % folds
    return dealt


def trained(project: Project, data: TrainingData, progress: Progress = silent) -> pipeline.Pipeline:
    """The project's pipeline, trained on `data` and loaded as from a model."""
    config = project.config
    components = build_components(config.pipeline, language=config.language, root=project.root)
    loaded = build_components(config.pipeline, language=config.language, root=project.root)
    with tempfile.TemporaryDirectory(prefix="kefu-fold-") as scratch:
        for index, (component, fresh) in enumerate(zip(components, loaded, strict=True)):
            folder = Path(scratch) / str(index)
            folder.mkdir()
            if component.trainable:
                component.train(data, progress)
                component.save(folder)
            fresh.load(folder)
            data = fresh.prepare(data)
    return pipeline.Pipeline(loaded, project.domain.all_intents)
