"""NLU components of a project's own: classes written for Rasa's graph, in this framework's pipeline.

They are created, trained, loaded and called with the arguments and in the order of Rasa's default recipe. Source:
`rasa/engine/recipes/default_recipe.py` of Rasa 3.6.21.
"""

from __future__ import annotations

import inspect
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ConfigDict

from bot.compat.api.common import override_defaults
from bot.compat.api.graph import ExecutionContext
from bot.compat.api.recipe import ComponentType, RegisteredComponent
from bot.compat.api.storage import LocalModelStorage, Resource
from bot.compat.conversion import message_of, own_training_data, rasa_training_data, understanding_of
from bot.compat.hook import serving_rasa
from bot.compat.project_code import failure, source_of
from bot.formats.config import ComponentSpec
from bot.message import Understanding
from bot.nlu.base import Component, ComponentConfig, Progress
from bot.training_data import TrainingData

PREPARING = {ComponentType.MESSAGE_TOKENIZER, ComponentType.MESSAGE_FEATURIZER}
RUNNING = {*PREPARING, ComponentType.INTENT_CLASSIFIER, ComponentType.ENTITY_EXTRACTOR}


@dataclass(frozen=True)
class CustomClass:
    """A class of the project's own and its entry in the pipeline, the `index`-th.

    `model_from` is the component whose `provide()` gives the argument `model`.
    """

    spec: ComponentSpec
    index: int
    root: Path
    registered: RegisteredComponent
    model_from: CustomClass | None = None

    @property
    def types(self) -> set[Any]:
        return self.registered.types

    def options(self) -> dict[str, Any]:
        """The default config with what config.yml says."""
        with serving_rasa():
            return override_defaults(self.registered.clazz.get_default_config(), dict(self.spec.options))

    def make(self, constructor: str, folder: Path) -> Any:
        """An instance by `create` or `load`, whose model storage is `folder`."""
        purpose = "train" if constructor == "create" else "run"
        with serving_rasa():
            return self.guarded(
                getattr(self.registered.clazz, constructor),
                config=self.options(),
                model_storage=LocalModelStorage(folder),
                resource=Resource(f"train_{self.spec.name}"),
                execution_context=ExecutionContext(node_name=f"{purpose}_{self.spec.name}{self.index}"),
            )

    def guarded(self, function: Callable[..., Any], **arguments: Any) -> Any:
        """Call the project's code while it is trained or loaded; what it raises is said with its place."""
        try:
            with serving_rasa():
                return function(**arguments)
        except Exception as error:
            what = f"'{self.spec.name}' has failed in {getattr(function, '__name__', function)}"
            raise failure(what, error, self.root, self.spec.where) from error

    def wants_model(self, function: Callable[..., Any]) -> bool:
        return self.model_from is not None and "model" in inspect.signature(function).parameters


class CustomConfig(ComponentConfig):
    """The options of a custom component are its own affair."""

    model_config = ConfigDict(extra="allow", frozen=True)


class CustomComponent(Component):
    """Runs an instance of `custom`. Its code is called by one thread at a time, as in Rasa, message by message."""

    Config = CustomConfig
    provides = frozenset({"intent", "entities", "language", "responses"})  # it may set anything
    custom: ClassVar[CustomClass]

    def __init__(self, config: ComponentConfig, *, language: str, root: Path) -> None:
        super().__init__(config, language=language, root=root)
        self._lock = threading.Lock()
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._instance: Any = None
        self._provider: Any = None

    @property
    def runs(self) -> bool:
        """Whether messages go through it; a model loader only provides."""
        return bool(self.custom.types & RUNNING)

    def relevant(self, data: TrainingData) -> Any:
        custom = self.custom
        with serving_rasa():
            addon = custom.registered.clazz.fingerprint_addon(custom.options())
        learns_from = [data.examples, data.synonyms, data.patterns, data.lookups, data.responses]
        return [source_of(custom.spec.name, custom.root), addon, *(learns_from if self.trainable else [])]

    def train(self, data: TrainingData, progress: Progress) -> None:
        """Let it learn and persist itself."""
        what = f"Training {self.custom.spec.name}"
        progress(what, 0.0)
        self._scratch = tempfile.TemporaryDirectory(prefix="kefu-")
        folder = Path(self._scratch.name)
        learner = self.custom.make("create", folder)
        self.custom.guarded(learner.train, training_data=rasa_training_data(data), **self._model(learner.train))
        self._instance = None
        progress(what, 1.0)

    def save(self, folder: Path) -> None:
        if self._scratch is not None:
            shutil.copytree(self._scratch.name, folder, dirs_exist_ok=True)

    def load(self, folder: Path) -> None:
        self._instance = self.custom.make("load", folder)

    def prepare(self, data: TrainingData) -> TrainingData:
        process = getattr(self._loaded(), "process_training_data", None)
        if process is None:
            return data
        with self._lock:
            changed = self.custom.guarded(process, training_data=rasa_training_data(data), **self._model(process))
        return own_training_data(changed, data)

    def process(self, batch: Sequence[Understanding]) -> list[Understanding]:
        if not self.runs:
            return list(batch)
        with self._lock, serving_rasa():
            return [self._understand(understanding) for understanding in batch]

    def _understand(self, understanding: Understanding) -> Understanding:
        process = self._loaded().process
        messages = process(messages=[message_of(understanding)], **self._model(process))
        return understanding_of(messages[0], understanding)

    def _loaded(self) -> Any:
        """The instance; one that has just learnt is loaded from what it has persisted."""
        if self._instance is None:
            assert self._scratch is not None, "neither trained nor loaded"
            self.load(Path(self._scratch.name))
        return self._instance

    def _model(self, function: Callable[..., Any]) -> dict[str, Any]:
        """The argument `model`, for functions that take it."""
        source = self.custom.model_from
        if source is None or not self.custom.wants_model(function):
            return {}
        if self._provider is None:
            self._provider = source.make("load", Path(tempfile.gettempdir()))
        return {"model": source.guarded(self._provider.provide)}


class TrainedCustomComponent(CustomComponent):
    """One that learns."""

    trainable = True


def component_class(custom: CustomClass) -> type[CustomComponent]:
    """A component class for a class of the project's own."""
    base = TrainedCustomComponent if custom.registered.is_trainable else CustomComponent
    members = {"custom": custom, "prepares": bool(custom.types & PREPARING)}
    made: type[CustomComponent] = type(custom.registered.clazz.__name__, (base,), members)
    return made
