"""How to train a joint model, and what training tells while it runs and when it is done."""

from __future__ import annotations

from dataclasses import dataclass

from nlu_models.metrics import Scores
from nlu_models.number_formats import Trial


@dataclass(frozen=True)
class TrainingConfig:
    """How to train. The defaults are for a bilingual shop with tens of examples an intent on two CPU cores."""

    encoder: str = "multilingual-e5-small"
    epochs: int | None = None
    """How often each example is seen; None means often for few examples and seldom for many (see `epochs_for`)."""
    batch_size: int = 16
    learning_rate: float | None = None
    """Peak rate of the encoder's uppermost layer; rises over `warmup` of all steps, then falls to zero. None means
    small where every layer is trained, and smaller still on few examples (see `rate_for`)."""
    head_factor: float = 20.0
    """How many times faster the newly made tagger learns."""
    intent_factor: float = 5.0
    """How many times faster the intents' directions learn, which begin at the means of their examples."""
    layer_decay: float = 1.0
    """Each layer down learns this much slower than the one above."""
    trainable_layers: int | None = None
    """How many of the upper encoder layers are trained; the others stay as pretrained. 0 trains the heads alone. None
    means all of a small encoder and the upper six of a deep one (see `layers_for`)."""
    warmup: float = 0.1
    weight_decay: float = 0.01
    dropout: float = 0.1
    """In the trained layers and the heads. A handful of examples needs it; thousands, seen a few times, do without, and
    train a tenth faster."""
    label_smoothing: float = 0.0
    balance: float = 0.5
    """Weight of an example is its intent's size to minus this power: 0 ignores imbalance, 1 evens it out."""
    tag_weight: float = 1.0
    """Weight of the tagging loss beside the intent loss."""
    name_below: int = 20
    """An intent with fewer examples than this learns from its own name too."""
    remember_below: int = 100
    """With fewer examples an intent than this, on average, each is remembered and votes for its intent."""
    holdout: float = 0.05
    """Share held out for early stopping and calibration, when there are at least `holdout_from` examples an intent: of
    fewer none can be spared, and so few would not tell when to stop."""
    holdout_from: int = 15
    holdout_most: int = 1000
    patience: int = 3
    """Stop after this many epochs without a better score on the held-out part; never in the first half, where the rate
    is still high and scores jump."""
    max_length: int = 128
    seed: int = 0
    device: str = "auto"
    dtype: str = "auto"


DEFAULTS = TrainingConfig()


@dataclass(frozen=True)
class TrainingStep:
    """Where training is, for a progress bar."""

    epoch: int
    """From 1."""
    epochs: int
    step: int
    """From 1, over all epochs."""
    steps: int
    loss: float
    """Running mean over the epoch."""
    scores: Scores | None = None
    """On the held-out part, at the end of an epoch."""


@dataclass(frozen=True)
class Remark:
    """What a person should know about the training data."""

    text: str
    example: int
    """Its place among the examples."""


@dataclass(frozen=True)
class TrainingReport:
    """What happened."""

    examples: int
    held_out: int
    epochs: int
    """Epochs run; fewer than asked for when it stopped early."""
    seconds: float
    temperature: float
    scores: Scores | None
    """On the held-out part, by the weights kept."""
    curve: tuple[Scores, ...] = ()
    """Held-out scores after each epoch."""
    remarks: tuple[Remark, ...] = ()
    number_format: str = "float32"
    """What the model will be served in."""
    trials: tuple[Trial, ...] = ()
    """How each number format did."""


def epochs_for(examples: int, *, tagged: bool = False) -> int:
    """How many epochs `examples` need: enough to see about 12,000 of them in all, from 5 to 30 times each.

    Twice as many when entities are `tagged`: where a span begins and ends is learned more slowly than what is wanted.
    """
    seen = 24_000 if tagged else 12_000
    return min(30, max(5, -(-seen // max(examples, 1))))


def layers_for(depth: int) -> int:
    """How many of an encoder's `depth` layers are worth training on a CPU."""
    return min(depth, 6)


def rate_for(examples: int, *, whole: bool) -> float:
    """The learning rate for so many `examples`; `whole` when no layer below stays as it was pretrained."""
    if not whole:
        return 5e-4
    return 1e-4 if examples < 5_000 else 2e-4
