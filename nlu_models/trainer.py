"""Train a joint model from examples: `train(examples, config)`.

The lower layers of the encoder stay as they were pretrained. They are run once and their output is kept, so an epoch
costs only the upper layers; on a CPU that is the difference between one pass over the data and several.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from nlu_models import metrics, weights
from nlu_models.calibration import fit_temperature
from nlu_models.devices import Placement, place
from nlu_models.encoder import PretrainedEncoder, load_encoder
from nlu_models.errors import TrainingDataError
from nlu_models.examples import Example, named
from nlu_models.labels import IGNORED, Labels, misfits
from nlu_models.number_formats import Trial, choose
from nlu_models.predictor import JointPredictor
from nlu_models.sampling import hold_out, random_batches, sorted_batches
from nlu_models.tokens import Encoded
from nlu_models.training import (
    DEFAULTS,
    Remark,
    TrainingConfig,
    TrainingReport,
    TrainingStep,
    epochs_for,
    layers_for,
    rate_for,
)

if TYPE_CHECKING:
    from torch import Tensor

    from nlu_models.joint import Batch, JointModel
    from nlu_models.shards import Shards

__all__ = ["OnStep", "TrainingConfig", "TrainingReport", "TrainingStep", "train", "train_on"]

OnStep = Callable[[TrainingStep], None]


def train(
    examples: Sequence[Example],
    config: TrainingConfig = DEFAULTS,
    *,
    on_step: OnStep = lambda step: None,
    progress: weights.Progress = weights.no_progress,
) -> tuple[JointPredictor, TrainingReport]:
    """Train on `examples`; the same examples, config and machine give the same model.

    Raises `TrainingDataError` when there is nothing to learn, `WeightsError` when the encoder cannot be had.
    """
    check(examples)
    encoder = load_encoder(
        config.encoder, texts=[each.text for each in examples], max_length=config.max_length, progress=progress
    )
    return train_on(encoder, examples, config, on_step=on_step)


def train_on(
    encoder: PretrainedEncoder,
    examples: Sequence[Example],
    config: TrainingConfig,
    *,
    on_step: OnStep = lambda step: None,
) -> tuple[JointPredictor, TrainingReport]:
    """`train` with an encoder already loaded, which is changed by it."""
    import torch

    started = time.monotonic()
    check(examples)
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        run = _Run(encoder, examples, config)
        curve = run.fit(on_step)
        run.remember()
        run.calibrate()
        trials = run.choose_number_format()
    return run.predictor, TrainingReport(
        examples=len(examples),
        held_out=len(run.held_out),
        epochs=run.epochs_run,
        seconds=time.monotonic() - started,
        temperature=float(run.model.temperature),
        scores=run.best,
        curve=tuple(curve),
        remarks=tuple(run.remarks()),
        number_format=run.predictor.served_in,
        trials=tuple(trials),
    )


def check(examples: Sequence[Example]) -> None:
    """Raise `TrainingDataError` where nothing can be learned, or where spans lie outside their text or overlap."""
    if not examples:
        raise TrainingDataError("there are no training examples; add some under data/nlu")
    for index, example in enumerate(examples):
        last = 0
        for span in sorted(example.entities, key=lambda each: each.start):
            if not 0 <= span.start < span.end <= len(example.text):
                raise TrainingDataError(
                    f"entity {span.entity} at {span.start}-{span.end} lies outside its text {example.text!r}", index
                )
            if span.start < last:
                raise TrainingDataError(f"entity {span.entity} overlaps another one in {example.text!r}", index)
            last = span.end
    if len({each.intent for each in examples if each.intent}) < 2 and not any(each.entities for each in examples):
        raise TrainingDataError(
            "the examples have fewer than two intents and no entities, so there is nothing to tell apart: add examples of "
            "another intent under data/nlu"
        )


class _Run:
    """One training run: its data as tensors, its model and optimiser."""

    def __init__(self, encoder: PretrainedEncoder, examples: Sequence[Example], config: TrainingConfig) -> None:
        import torch

        from nlu_models.joint import JointModel
        from nlu_models.shards import Dropout

        self.config = config
        self.given, self.examples = examples, [*examples, *named(examples, config.name_below)]
        self.placement: Placement = _training_placement(config)
        self.labels = Labels.of(examples)
        network = encoder.network.requires_grad_(False)
        trained = layers_for(network.depth) if config.trainable_layers is None else config.trainable_layers
        self.frozen = max(0, network.depth - trained)
        self.rate = config.learning_rate or rate_for(len(examples), whole=not self.frozen)
        for layer in network.layers[self.frozen :]:
            layer.requires_grad_(True)
            layer.dropout = Dropout(config.dropout)
        self.model: JointModel = JointModel(network, self.labels, dropout=config.dropout)
        self.predictor = JointPredictor(self.model, encoder.tokenizer, self.placement)
        self.encoded = encoder.tokenizer.encode([each.text for each in self.examples])
        classes = [each.intent or "" for each in self.examples]
        crowded = len(examples) >= config.holdout_from * max(1, len(self.labels.intents))
        share = config.holdout if crowded else 0.0
        self.training, self.held_out = hold_out(
            classes[: len(examples)], share, most=config.holdout_most, seed=config.seed
        )
        self.training += range(len(examples), len(self.examples))
        balance = 0.0 if self.labels.partwise else config.balance  # a rare combination has parts that are not
        self.example_weights = _balanced([classes[i] for i in self.training], balance)
        numbers = {name: number for number, name in enumerate(self.labels.intents)}
        self.intents = torch.tensor([numbers.get(name, IGNORED) for name in classes])
        self.tags = [
            self.labels.tags(each.units, example.entities)
            for each, example in zip(self.encoded, self.examples, strict=True)
        ]
        self.hidden = self._run_frozen()
        if self.model.intents is not None:
            self.model.intents.begin_at(*self._features())
        self.epochs = config.epochs or epochs_for(len(self.training), tagged=bool(self.labels.entities))
        self.best: metrics.Scores | None = None
        self.epochs_run = 0

    def fit(self, on_step: OnStep) -> list[metrics.Scores]:
        """All epochs; afterwards the model holds the weights that were best on the held-out part."""
        from nlu_models.shards import Shards

        with Shards(self._shard_count(), self.config.seed) as shards:
            return self._fit(shards, on_step)

    def _fit(self, shards: Shards, on_step: OnStep) -> list[metrics.Scores]:
        import torch

        config = self.config
        generator = random.Random(config.seed)
        lengths = [len(self.encoded[index].ids) for index in self.training]
        per_epoch = -(-len(lengths) // config.batch_size)
        steps = per_epoch * self.epochs
        optimiser = torch.optim.AdamW(self._groups(), weight_decay=config.weight_decay, fused=True)
        peaks = [group["lr"] for group in optimiser.param_groups]
        trained = [parameter for group in optimiser.param_groups for parameter in group["params"]]
        curve: list[metrics.Scores] = []
        kept: list[Tensor] = []
        since_best = step = 0
        for epoch in range(1, self.epochs + 1):
            self.model.train()
            total = 0.0
            batches = random_batches(lengths, config.batch_size, generator)
            for done, batch in enumerate(batches, start=1):
                rate = _schedule(step, steps, config.warmup)
                for group, peak in zip(optimiser.param_groups, peaks, strict=True):
                    group["lr"] = peak * rate
                total += self._descend(shards, batch, trained)
                torch.nn.utils.clip_grad_norm_(trained, 1.0)
                optimiser.step()
                step += 1
                if done < len(batches):
                    on_step(TrainingStep(epoch, self.epochs, step, steps, total / done))
            self.epochs_run = epoch
            scores = self._evaluate() if self.held_out else None
            on_step(TrainingStep(epoch, self.epochs, step, steps, total / len(batches), scores))
            if scores is None:
                continue
            curve.append(scores)
            better = self.best is None or _total(scores) > _total(self.best)
            since_best = 0 if better else since_best + 1
            if self.best is None or _total(scores) >= _total(self.best):  # of equals the later has the smaller steps
                self.best = scores
                kept = [parameter.detach().clone() for parameter in trained]
            if since_best >= config.patience and 2 * epoch >= self.epochs:
                break
        with torch.no_grad():
            for parameter, value in zip(trained, kept, strict=False):
                parameter.copy_(value)
        self.model.eval()
        return curve

    def remember(self) -> None:
        """Keep the examples themselves where each intent has few."""
        head = self.model.intents
        few = len(self.given) < self.config.remember_below * len(self.labels.intents)
        if head is not None and few and not self.labels.partwise:
            head.remember(*self._features())

    def calibrate(self) -> None:
        """Set the temperature from the held-out part."""
        import torch

        if not self.held_out or self.model.intents is None:
            return
        rows = [index for index in self.held_out if int(self.intents[index]) != IGNORED]
        logits, targets = [], []
        with torch.inference_mode():
            for members in sorted_batches([len(self.encoded[i].ids) for i in rows], 64):
                chosen = [rows[i] for i in members]
                hidden, batch = self._upper(chosen)
                logits.append(self.model.intent_logits(hidden, batch))
                targets.append(self.intents[chosen])
        if logits:
            targets_there = torch.cat(targets).to(self.placement.device)
            found = fit_temperature(torch.cat(logits), targets_there, self.model.intents.log_probabilities)
            self.model.temperature.fill_(found)

    def choose_number_format(self) -> list[Trial]:
        """Let the model be served in the fastest format that understands what it was trained on as well."""
        first = [*self.held_out, *self.training]
        examples = [self.examples[index] for index in first if index < len(self.given)]
        trials, self.predictor.served_in = choose(self.predictor, examples)
        return trials

    def remarks(self) -> list[Remark]:
        """What cannot be learned exactly, example by example."""
        found = []
        for index, (example, encoded) in enumerate(zip(self.given, self.encoded, strict=False)):
            end = encoded.units[-1][1] if encoded.units else 0
            if self.predictor.tokenizer.mostly_unknown(encoded):
                found.append(Remark(f"the encoder cannot read {example.text[:80]!r}; another `model` may", index))
            for span in misfits(encoded.units, example.entities):
                why = "lies beyond the model's length" if span.start >= end else "cuts through a word piece"
                piece = example.text[span.start : span.end]
                text = f"entity {span.entity} {piece!r} in {example.text[:80]!r} {why} and is learned inexactly"
                found.append(Remark(text, index))
        return found

    def _shard_count(self) -> int:
        """One for each core, but none of fewer than eight examples: the cost of an operation has a fixed part."""
        import torch

        if self.placement.device.type != "cpu":
            return 1
        return max(1, min(torch.get_num_threads(), self.config.batch_size // 8))

    def _groups(self) -> list[dict[str, object]]:
        config = self.config
        depth = self.model.encoder.depth
        groups: list[dict[str, object]] = []
        for head, factor in ((self.model.intents, config.intent_factor), (self.model.tagger, config.head_factor)):
            if head is not None:
                groups.append({"params": list(head.parameters()), "lr": self.rate * factor})
        for index in range(self.frozen, depth):
            rate = self.rate * config.layer_decay ** (depth - 1 - index)
            groups.append({"params": list(self.model.encoder.layers[index].parameters()), "lr": rate})
        return groups

    def _run_frozen(self) -> list[Tensor]:
        """The output of the frozen layers for each example, (pieces, width), on the model's device."""
        import torch

        from nlu_models.joint import collate

        outputs: list[Tensor] = [torch.empty(0)] * len(self.encoded)
        self.model.eval()
        with torch.no_grad(), self.placement.autocast():
            for members in sorted_batches([len(each.ids) for each in self.encoded], 64):
                encoded = [self.encoded[i] for i in members]
                batch = collate(encoded, pad=self.predictor.tokenizer.pad, device=self.placement.device)
                hidden = self.model.encoder.run(self.model.encoder.embed(batch.ids), batch.mask, 0, self.frozen)
                for row, index in enumerate(members):
                    outputs[index] = hidden[row, : len(self.encoded[index].ids)].clone()
        return outputs

    def _features(self) -> tuple[Tensor, Tensor]:
        """Of the training examples that have an intent: what the head sees (n, width), and the intents (n,)."""
        import torch

        from nlu_models.joint import mean_pool

        known = [index for index in self.training if int(self.intents[index]) != IGNORED]
        features, order = [], []
        with torch.no_grad():
            for members in sorted_batches([len(self.encoded[i].ids) for i in known], 64):
                chosen = [known[i] for i in members]
                hidden, batch = self._upper(chosen)
                features.append(mean_pool(hidden, batch.attended))
                order += chosen
        return torch.cat(features), self.intents[order].to(self.placement.device)

    def _upper(self, chosen: Sequence[int]) -> tuple[Tensor, Batch]:
        """Run the trained layers on the kept output of the frozen ones."""
        from torch.nn.utils.rnn import pad_sequence

        from nlu_models.joint import collate

        encoded: list[Encoded] = [self.encoded[i] for i in chosen]
        batch = collate(encoded, pad=self.predictor.tokenizer.pad, device=self.placement.device)
        below = pad_sequence([self.hidden[i] for i in chosen], batch_first=True)
        with self.placement.autocast():
            return self.model.encoder.run(below, batch.mask, self.frozen), batch

    def _descend(self, shards: Shards, batch: Sequence[int], trained: Sequence[Tensor]) -> float:
        """Set the gradients of `trained` for a batch of places in `training`; its loss."""
        import torch

        units = max(1, sum(len(self.encoded[self.training[place]].units) for place in batch))

        def gradients(part: Sequence[int]) -> tuple[float, tuple[Tensor | None, ...]]:
            loss = self._loss(part, examples=len(batch), units=units)
            return float(loss.detach()), torch.autograd.grad(loss, trained, allow_unused=True)

        found = shards.run(gradients, shards.cut(batch))
        for parameter, *each in zip(trained, *(own for _, own in found), strict=True):
            there = [gradient for gradient in each if gradient is not None]
            parameter.grad = torch.stack(there).sum(0) if len(there) > 1 else there[0] if there else None
        return sum(loss for loss, _ in found)

    def _loss(self, part: Sequence[int], *, examples: int, units: int) -> Tensor:
        """What a part of a batch with so many examples and units in all adds to the batch's loss."""
        import torch

        chosen = [self.training[place] for place in part]
        hidden, batch = self._upper(chosen)
        device = self.placement.device
        loss = torch.zeros((), device=device)
        if self.model.intents is not None:
            with self.placement.autocast():
                logits = self.model.intent_logits(hidden, batch)
            targets = self.intents[chosen].to(device)
            each = self.model.intents.loss(logits, targets, self.config.label_smoothing)
            example_weights = torch.tensor([self.example_weights[place] for place in part], device=device)
            loss = loss + (each * example_weights).sum() / examples
        if self.model.tagger is not None:
            with self.placement.autocast():
                emissions = self.model.emissions(hidden, batch)
            width = batch.present.shape[1]
            tags = torch.tensor([self.tags[i] + [0] * (width - len(self.tags[i])) for i in chosen], device=device)
            summed = self.model.tagger.crf.loss(emissions, tags, batch.present).sum()
            loss = loss + self.config.tag_weight * summed / units
        return loss

    def _evaluate(self) -> metrics.Scores:
        self.model.eval()
        held = [self.examples[index] for index in self.held_out]
        return metrics.score(held, self.predictor.predict([each.text for each in held]))


def _training_placement(config: TrainingConfig) -> Placement:
    import torch

    chosen = place(config.device, config.dtype)
    # Gradients in float16 vanish without loss scaling; where there is no bfloat16, float32 is the simple right way.
    return Placement(chosen.device, torch.float32) if chosen.dtype == torch.float16 else chosen


def _total(scores: metrics.Scores) -> float:
    return scores.intent_accuracy + scores.entity_f1


def _schedule(step: int, steps: int, warmup: float) -> float:
    rising = (step + 1) / max(1.0, warmup * steps)
    falling = (steps - step) / max(1.0, (1 - warmup) * steps)
    return min(1.0, rising, falling)


def _balanced(classes: Sequence[str], power: float) -> list[float]:
    counts = Counter(classes)
    raw = [counts[name] ** -power for name in classes]
    mean = sum(raw) / max(len(raw), 1)
    return [value / mean for value in raw]
