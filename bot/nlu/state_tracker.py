"""BertStateTracker: which slots a message fills, learned from annotated conversations.

It reads the message together with what the assistant said before, so that "any" or 都行 fills the slot that was asked
for. Slots with the mapping `from_state` take what it finds. The model is `nlu_models.state_matcher`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import ProjectError, UsageError
from bot.formats.files import files_below
from bot.formats.problem_list import ProblemList
from bot.formats.stories import read_tests
from bot.message import Understanding
from bot.nlu.base import Component, ComponentConfig, Progress
from bot.nlu.bert import AUTO, MULTILINGUAL
from bot.nlu.bert import ENGLISH as ENGLISH_ENCODER
from bot.nlu.pipeline import SAID
from bot.registry import register
from bot.stories import ANY_VALUE, ActionStep, SlotStep, Story, UserStep
from bot.training_data import TrainingData
from nlu_models.state_turns import DONT_CARE, State, TrackedSlot, Turn, turns_of

if TYPE_CHECKING:
    from nlu_models.state_predictor import StatePredictor

STATE = "state"
"""Where an understanding holds what was found: values and confidences by slot."""

_HOW = """write some, such as
stories:
- story: a cheap lamp
  steps:
  - user: I need a lamp
  - slot_was_set:
    - product: lamp
  - bot: What may it cost?
  - user: it should be cheap
  - slot_was_set:
    - price_range: cheap"""


class BertStateTrackerConfig(ComponentConfig):
    """`conversations`: a file or folder of annotated conversations, as stories with `user:`, `bot:` and `slot_was_set`.
    `slots`: the slots to track and what each is about, in words; without any, those that the conversations set, by
    their names. `model`: a packaged encoder, a local folder or a Hugging Face name; `auto` takes the small English one
    where the project's language is English. `threshold`: what is less certain fills no slot. None leaves the default
    of `nlu_models.state_trainer.StateTrainingConfig`.
    """

    conversations: str = "dialogues"
    slots: Mapping[str, str] = {}
    model: str = AUTO
    threshold: float = 0.5
    epochs: int | None = None
    learning_rate: float | None = None
    batch_size: int | None = None
    trainable_layers: int | None = None
    seed: int | None = None
    device: str = "auto"


@register("nlu", "BertStateTracker")
class BertStateTracker(Component):
    """Trains a dialogue state tracker on conversations, and says of each message which slots it fills.

    A slot's values are those of the conversations and of the lookup table of its name; the synonyms of a value are
    other names of it. `dontcare` is the value of a slot for which the customer takes anything.
    """

    Config = BertStateTrackerConfig
    config: BertStateTrackerConfig
    provides = frozenset({"state"})
    trainable = True
    _predictor: StatePredictor

    def relevant(self, data: TrainingData) -> Any:
        dialogues = self._dialogues(data)
        return [dialogues, self._ontology(dialogues, data)]

    def train(self, data: TrainingData, progress: Progress) -> None:
        from nlu_models.errors import TrainingDataError
        from nlu_models.state_trainer import StateTrainingConfig, StateTrainingStep, train

        what = f"Training {type(self).__name__}"

        def on_step(step: StateTrainingStep) -> None:
            progress(what, step.step / step.steps)

        def on_weights(name: str, stage: str, fraction: float) -> None:
            progress(f"{stage.capitalize()} {name}", fraction)

        dialogues = self._dialogues(data)
        if not dialogues:
            raise UsageError(
                f"BertStateTracker finds no conversations in {self.root / self.config.conversations}: {_HOW}"
            )
        names = ("epochs", "learning_rate", "batch_size", "trainable_layers", "seed")
        asked = {name: value for name in names if (value := getattr(self.config, name)) is not None}
        config = StateTrainingConfig(encoder=self._encoder(), device=self.config.device, **asked)
        try:
            self._predictor = train(
                dialogues, self._ontology(dialogues, data), config, on_step=on_step, progress=on_weights
            )
        except TrainingDataError as error:
            raise UsageError(f"{self.root / self.config.conversations}: {error}") from error
        progress(what, 1.0)

    def process(self, batch: Sequence[Understanding]) -> list[Understanding]:
        found = self._predictor.predict([(str(each.notes.get(SAID, "")), each.text) for each in batch])
        return [
            replace(understanding, extra={**understanding.extra, STATE: state}) if state else understanding
            for understanding, stated in zip(batch, found, strict=True)
            for state in [
                {
                    slot: {"value": each.value, "confidence": each.confidence}
                    for slot, each in stated.items()
                    if each.confidence >= self.config.threshold
                }
            ]
        ]

    def save(self, folder: Path) -> None:
        self._predictor.save(folder)

    def load(self, folder: Path) -> None:
        from nlu_models.state_predictor import StatePredictor

        self._predictor = StatePredictor.load(folder, device=self.config.device)

    def _encoder(self) -> str:
        if self.config.model != AUTO:
            return self.config.model
        return ENGLISH_ENCODER if self.language.startswith("en") else MULTILINGUAL

    def _dialogues(self, data: TrainingData) -> list[list[Turn]]:
        """The conversations as turns. Raises ProjectError with every error in their files."""
        problems = ProblemList()
        stories = read_tests(files_below([self.root / self.config.conversations]), problems).stories
        if problems.errors:
            raise ProjectError(problems.errors)
        return [turns_of(_said(story, self.config.slots, data)) for story in stories]

    def _ontology(self, dialogues: Sequence[Sequence[Turn]], data: TrainingData) -> list[TrackedSlot]:
        states = [turn.after for dialogue in dialogues for turn in dialogue]
        described = self.config.slots or {slot: slot.replace("_", " ") for state in states for slot in state}
        return [
            TrackedSlot(slot, text, {value: _names(value, data) for value in _values(slot, states, data)})
            for slot, text in described.items()
        ]


def _values(slot: str, states: Sequence[State], data: TrainingData) -> list[str]:
    """Every value of a slot, in order of appearance."""
    listed = [value for lookup in data.lookups if lookup.name == slot for value in lookup.values]
    stated = [state[slot] for state in states if slot in state and state[slot] != DONT_CARE]
    return list(dict.fromkeys(data.synonyms.get(value, value) for value in (*listed, *stated)))


def _names(value: str, data: TrainingData) -> tuple[str, ...]:
    return (value, *(synonym for synonym, meant in data.synonyms.items() if meant == value and synonym != value))


def _said(story: Story, tracked: Mapping[str, str], data: TrainingData) -> Iterator[tuple[str, str, State]]:
    """(what the assistant said, what the customer answered, the state after it), turn by turn."""
    said: list[str] = []
    pending: tuple[str, str] | None = None
    state: dict[str, str] = {}
    for step in story.steps:
        if isinstance(step, UserStep):
            if pending is not None:
                yield (*pending, dict(state))
            pending, said = (" ".join(said), step.text or ""), []
        elif isinstance(step, ActionStep):
            said += [text] if (text := step.text or _text_of(step.name or "", data)) else []
        elif isinstance(step, SlotStep) and (not tracked or step.name in tracked) and step.value != ANY_VALUE:
            if step.value is None:
                state.pop(step.name, None)
            else:
                state[step.name] = data.synonyms.get(str(step.value), str(step.value))
    if pending is not None:
        yield (*pending, dict(state))


def _text_of(action: str, data: TrainingData) -> str:
    """The first wording of a response."""
    return next((variation.text for variation in data.responses.get(action, ()) if variation.text), "")
