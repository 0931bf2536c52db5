"""Train a dialogue state tracker from turns whose states are known: `train(dialogues, slots, config)`."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlu_models import weights
from nlu_models.devices import place
from nlu_models.encoder import PretrainedEncoder, load_encoder
from nlu_models.errors import TrainingDataError
from nlu_models.sampling import random_batches, sorted_batches
from nlu_models.sentence_encoder import prefix_of
from nlu_models.state_predictor import StatePredictor, TurnReader
from nlu_models.state_turns import DONT_CARE, TrackedSlot, Turn

if TYPE_CHECKING:
    from torch import Tensor

    from nlu_models.state_matcher import StateMatcher

UNKNOWN = -2
"""What a turn says about a slot that lost its value: that is learned from no turn."""
UNSTATED = -1


@dataclass(frozen=True)
class StateTrainingConfig:
    """How to train. The defaults are for some hundred to some thousand turns on two CPU cores."""

    encoder: str = "multilingual-e5-small"
    epochs: int | None = None
    """How often each turn is seen; None means enough to see about 20,000 in all, from 8 to 40 times each."""
    batch_size: int = 16
    learning_rate: float = 2e-4
    """Peak rate of the encoder; rises over `warmup` of all steps, then falls to zero."""
    head_factor: float = 5.0
    """How many times faster the newly made parts learn."""
    trainable_layers: int | None = None
    """How many of the upper encoder layers are trained; None means the upper six."""
    warmup: float = 0.1
    weight_decay: float = 0.01
    dropout: float = 0.1
    max_length: int = 128
    seed: int = 0
    device: str = "auto"
    dtype: str = "auto"


DEFAULTS = StateTrainingConfig()


@dataclass(frozen=True)
class StateTrainingStep:
    """Where training is."""

    epoch: int
    """From 1."""
    step: int
    """From 1, over all epochs."""
    steps: int
    loss: float
    """Running mean over the epoch."""
    predictor: StatePredictor | None = None
    """The tracker as it is now, at the end of an epoch. Only to be used before the next step."""


OnStep = Callable[[StateTrainingStep], None]


def train(
    dialogues: Sequence[Sequence[Turn]],
    slots: Sequence[TrackedSlot],
    config: StateTrainingConfig = DEFAULTS,
    *,
    on_step: OnStep = lambda step: None,
    progress: weights.Progress = weights.no_progress,
) -> StatePredictor:
    """A tracker of `slots`; the same dialogues, slots, config and machine give the same one.

    Raises `TrainingDataError` when there is nothing to learn or a value is not in the ontology, `WeightsError` when the
    encoder cannot be had.
    """
    texts = [text for dialogue in dialogues for turn in dialogue for text in (turn.system, turn.user)]
    texts += [text for slot in slots for text in (slot.description, *(name for name, _ in slot.names()))]
    encoder = load_encoder(config.encoder, texts=texts, max_length=config.max_length, progress=progress)
    return train_on(encoder, dialogues, slots, config, on_step=on_step)


def train_on(
    encoder: PretrainedEncoder,
    dialogues: Sequence[Sequence[Turn]],
    slots: Sequence[TrackedSlot],
    config: StateTrainingConfig,
    *,
    on_step: OnStep = lambda step: None,
) -> StatePredictor:
    """`train` with an encoder already loaded, which is changed by it."""
    import torch

    turns = [turn for dialogue in dialogues for turn in dialogue]
    targets = targets_of(turns, slots)
    if not (targets[..., 0] >= 0).any():
        raise TrainingDataError("no turn gives a slot a value, so there is nothing to track: say the state after turns")
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        return _fit(encoder, turns, targets, slots, config, on_step)


def targets_of(turns: Sequence[Turn], slots: Sequence[TrackedSlot]) -> Tensor:
    """What each turn says about each slot, (turns, slots, 2) int64: the value after it and whether it was so before.

    The first number is the value's place, that of "any" after all values, `UNSTATED` for none, `UNKNOWN` where a value
    was taken back; the second is 1 where nothing changed. Raises `TrainingDataError` for values not in the ontology.
    """
    import torch

    places = [{value: place for place, value in enumerate((*slot.values, DONT_CARE))} for slot in slots]
    rows = []
    for number, turn in enumerate(turns):
        row = []
        for slot, known in zip(slots, places, strict=True):
            before, after = turn.before.get(slot.name), turn.after.get(slot.name)
            if after is not None and after not in known:
                raise TrainingDataError(
                    f"{after!r} is no value of slot {slot.name!r} (after {turn.user!r}); it has {', '.join(known)}",
                    number,
                )
            lost = after is None and before is not None
            row.append([UNKNOWN if lost else UNSTATED if after is None else known[after], int(before == after)])
        rows.append(row)
    return torch.tensor(rows, dtype=torch.int64).reshape(len(turns), len(slots), 2)


def build(encoder: PretrainedEncoder, slots: Sequence[TrackedSlot], *, frozen: int = 0) -> StateMatcher:
    """The network before training: slots and values encoded by the encoder as it was pretrained."""
    import torch

    from nlu_models.joint import collate, mean_pool
    from nlu_models.state_matcher import StateMatcher, centred

    prefix = prefix_of(encoder.name)
    owners = [number for number, slot in enumerate(slots) for _ in slot.names()]
    names = [name for slot in slots for name, _ in slot.names()]
    encoded = encoder.tokenizer.encode([prefix + text for text in (*(slot.description for slot in slots), *names)])
    vectors = torch.zeros(len(encoded), encoder.network.shape.width)
    with torch.no_grad():
        for members in sorted_batches([len(each.ids) for each in encoded], 64):
            batch = collate([encoded[i] for i in members], pad=encoder.tokenizer.pad, device=torch.device("cpu"))
            vectors[members] = mean_pool(encoder.network(batch.ids, batch.mask), batch.attended)
    return StateMatcher(
        encoder.network, vectors[: len(slots)], centred(vectors[len(slots) :], owners), owners, frozen=frozen
    )


def _fit(
    encoder: PretrainedEncoder,
    turns: Sequence[Turn],
    targets: Tensor,
    slots: Sequence[TrackedSlot],
    config: StateTrainingConfig,
    on_step: OnStep,
) -> StatePredictor:
    import torch

    from nlu_models.shards import Dropout, Shards

    placement = place(config.device, config.dtype)
    network = encoder.network.requires_grad_(False)
    frozen = network.depth - min(network.depth, 6 if config.trainable_layers is None else config.trainable_layers)
    for layer in network.layers[frozen:]:
        layer.requires_grad_(True)
        layer.dropout = Dropout(config.dropout)
    model = build(encoder, slots, frozen=frozen)
    predictor = StatePredictor(model, encoder.tokenizer, slots, placement)
    reader = TurnReader(encoder.tokenizer, slots)
    rows = reader.read([(turn.system, turn.user) for turn in turns])
    lower = [p for p in network.parameters() if p.requires_grad]
    known = {id(parameter) for parameter in network.parameters()}
    heads = [parameter for parameter in model.parameters() if id(parameter) not in known]
    peaks = (config.learning_rate, config.learning_rate * config.head_factor)
    optimiser = torch.optim.AdamW([{"params": lower}, {"params": heads}], lr=0.0, weight_decay=config.weight_decay)
    trained = [*lower, *heads]
    lengths = [len(ids) for ids, _, _ in rows]
    epochs = config.epochs or min(40, max(8, -(-20_000 // len(rows))))
    steps = epochs * -(-len(rows) // config.batch_size)
    generator = random.Random(config.seed)
    loss_of = StateLoss(slots, model)
    step = 0
    count = max(1, min(torch.get_num_threads(), config.batch_size // 8)) if placement.device.type == "cpu" else 1
    with Shards(count, config.seed) as shards:
        for epoch in range(1, epochs + 1):
            model.train()
            total = 0.0
            batches = random_batches(lengths, config.batch_size, generator)
            for done, batch in enumerate(batches, start=1):

                def gradients(part: Sequence[int], size: int = len(batch)) -> tuple[float, tuple[Tensor | None, ...]]:
                    with placement.autocast():
                        gate, names = model(reader.collate([rows[i] for i in part], placement.device))
                    loss = loss_of(gate, names, targets[list(part)].to(placement.device)) / size
                    return float(loss.detach()), torch.autograd.grad(loss, trained, allow_unused=True)

                for group, peak in zip(optimiser.param_groups, peaks, strict=True):
                    group["lr"] = peak * _schedule(step, steps, config.warmup)
                found = shards.run(gradients, shards.cut(batch))
                for parameter, *each in zip(trained, *(own for _, own in found), strict=True):
                    there = [gradient for gradient in each if gradient is not None]
                    parameter.grad = torch.stack(there).sum(0) if there else None
                torch.nn.utils.clip_grad_norm_(trained, 1.0)
                optimiser.step()
                step += 1
                total += sum(loss for loss, _ in found)
                if done < len(batches):
                    on_step(StateTrainingStep(epoch, step, steps, total / done))
            model.eval()
            on_step(StateTrainingStep(epoch, step, steps, total / len(batches), predictor))
    return predictor


class StateLoss:
    """How unlikely a model finds the states after turns, given those before: summed over turns and slots.

    A slot that keeps its value may have been left alone or stated again, which states do not tell: either is right.
    """

    def __init__(self, slots: Sequence[TrackedSlot], model: StateMatcher) -> None:
        import torch

        self.values = [len(slot.values) for slot in slots]
        self.own = [(model.owners == number).nonzero()[:, 0] for number in range(len(slots))]
        self.places = [torch.tensor([place for _, place in slot.names()], dtype=torch.int64) for slot in slots]

    def __call__(self, gate: Tensor, names: Tensor, targets: Tensor) -> Tensor:
        """`gate` (b, s, 3), `names` (b, n), `targets` (b, s, 2) as `targets_of` makes them."""
        import torch

        from nlu_models.state_matcher import ANY, CARRIED, STATED

        decided = gate.log_softmax(2)
        total = gate.new_zeros(())
        for number, count in enumerate(self.values):
            value, kept = targets[:, number].unbind(1)
            any_, stated, carried = (decided[:, number, what] for what in (ANY, STATED, CARRIED))
            own = names[:, self.own[number]].log_softmax(1) + stated[:, None]
            is_it = self.places[number].to(value.device)[None] == value[:, None]
            said = torch.cat(
                [own.masked_fill(~is_it, -1e4), any_[:, None].masked_fill((value != count)[:, None], -1e4)], 1
            )
            said = torch.cat([said, carried[:, None].masked_fill((kept == 0)[:, None], -1e4)], 1)
            total = total - torch.where(value == UNKNOWN, 0.0, said.logsumexp(1)).sum()
        return total


def _schedule(step: int, steps: int, warmup: float) -> float:
    rising = (step + 1) / max(1.0, warmup * steps)
    falling = (steps - step) / max(1.0, (1 - warmup) * steps)
    return min(1.0, rising, falling)
