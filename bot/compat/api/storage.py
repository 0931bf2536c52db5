"""Where a component keeps what it has learnt: a folder of the model for each resource."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Resource:
    """The name under which a component stores itself. `output_fingerprint` is new for each training."""

    name: str
    output_fingerprint: str = field(default_factory=lambda: uuid.uuid4().hex, compare=False)

    def fingerprint(self) -> str:
        return self.output_fingerprint


class ModelStorage(ABC):
    """Gives components folders to write to and to read from."""

    @abstractmethod
    def write_to(self, resource: Resource) -> AbstractContextManager[Path]:
        """A folder for what belongs to the resource; it may hold files already."""

    @abstractmethod
    def read_from(self, resource: Resource) -> AbstractContextManager[Path]:
        """The folder that was written; raises ValueError when nothing was."""


class LocalModelStorage(ModelStorage):
    """Folders below `storage_path`."""

    def __init__(self, storage_path: Path) -> None:
        self._storage_path = Path(storage_path)

    @classmethod
    def create(cls, storage_path: Path) -> LocalModelStorage:
        return cls(storage_path)

    @contextmanager
    def write_to(self, resource: Resource) -> Iterator[Path]:
        folder = self._storage_path / resource.name
        folder.mkdir(parents=True, exist_ok=True)
        yield folder

    @contextmanager
    def read_from(self, resource: Resource) -> Iterator[Path]:
        folder = self._storage_path / resource.name
        if not folder.is_dir():
            raise ValueError(
                f"Resource '{resource.name}' does not exist: the component has not persisted anything while it was trained."
            )
        yield folder


__all__ = ["LocalModelStorage", "ModelStorage", "Resource"]
