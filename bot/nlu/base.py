"""What an NLU component is: a registered class with a typed Config and one or two methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from bot.message import Understanding
from bot.training_data import TrainingData

# Called while training: what is being done, and the done fraction in [0, 1].
Progress = Callable[[str, float], None]


def silent(what: str, fraction: float) -> None:
    """A Progress that shows nothing."""


class ComponentConfig(BaseModel):
    """Options of a component. Its fields and their defaults are the documentation; unknown options are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Component:
    """One step of understanding. Subclasses override what they need.

    The constructor is light; models are loaded in `load`. `requires` and `provides` name the parts of an
    Understanding (`intent`, `entities`, `language`, `responses`), so that the order of a pipeline is checked
    before anything is trained.
    """

    Config: ClassVar[type[ComponentConfig]] = ComponentConfig
    requires: ClassVar[frozenset[str]] = frozenset()
    provides: ClassVar[frozenset[str]] = frozenset()
    trainable: ClassVar[bool] = False
    prepares: ClassVar[bool] = False
    """Whether `prepare` may change what later components are trained on."""

    def __init__(self, config: ComponentConfig, *, language: str, root: Path) -> None:
        self.config = config
        self.language = language
        self.root = root
        self.remarks: tuple[str, ...] = ()
        """What a person should know of what `train` has learned from, one line each."""

    def relevant(self, data: TrainingData) -> Any:
        """The JSON-like part of the training data on which the trained state depends; retrained when it changes."""
        return None

    def train(self, data: TrainingData, progress: Progress) -> None:
        """Learn from the data. Only called when `trainable`."""

    def prepare(self, data: TrainingData) -> TrainingData:
        """What the components after this one are trained on. Called after `load`; most change nothing."""
        return data

    def process(self, batch: Sequence[Understanding]) -> list[Understanding]:
        """What is understood now, in the order of `batch`. Never changes its input."""
        return list(batch)

    def save(self, folder: Path) -> None:
        """Write what `train` learned into an existing, empty folder."""

    def load(self, folder: Path) -> None:
        """Restore what `save` wrote."""
