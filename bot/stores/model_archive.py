"""Models on disk: `models/NAME.tar.gz` with a metadata.json, the domain, and one folder for each thing that was learnt.

A model is unpacked once into the project's cache and opened from there, so that a second start is fast. It is packed
without much compression, since weights hardly shrink.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bot.errors import UsageError

FORMAT = 1
METADATA = "metadata.json"
DOMAIN = "domain.yml"
SUFFIX = ".tar.gz"
CACHE = Path(".kefu")
PULLED = CACHE / "pulled"
"""Where the archives of a model server are kept, below the project's folder."""


@dataclass(frozen=True, slots=True)
class Part:
    """One trained component or policy of a model: its name and options in config.yml, and its folder in the archive."""

    name: str
    options: Mapping[str, Any]
    folder: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a model says of itself. `fingerprint` is that of everything it was trained from."""

    model_id: str
    assistant_id: str
    trained_at: str
    language: str | None
    fingerprint: str
    kefu_version: str
    nlu: tuple[Part, ...] = ()
    policies: tuple[Part, ...] = ()
    format: int = FORMAT
    extra: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=2, default=str)

    @classmethod
    def from_json(cls, text: str) -> Metadata:
        shape: dict[str, Any] = json.loads(text)
        shape |= {kind: tuple(Part(**part) for part in shape[kind]) for kind in ("nlu", "policies")}
        return cls(**shape)


@dataclass(frozen=True, slots=True)
class Model:
    """A model that lies unpacked in `folder`."""

    archive: Path
    folder: Path
    metadata: Metadata

    @property
    def domain_file(self) -> Path:
        """The domain that the model was trained with, responses included; models of before have none."""
        return self.folder / DOMAIN

    def part_folder(self, part: Part) -> Path:
        return self.folder / part.folder


def newest(folder: Path) -> Path | None:
    """The archive that was written last, None when there is none."""
    archives = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    return archives[-1] if archives else None


def read_metadata(archive: Path) -> Metadata:
    """The metadata alone, without unpacking; raises UsageError when the file is no model of ours."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            member = tar.next()  # metadata.json is packed first, so that this reads only the beginning
            if member is None or member.name != METADATA:
                raise KeyError(METADATA)
            source = tar.extractfile(member)
            assert source is not None
            return Metadata.from_json(source.read().decode())
    except (tarfile.TarError, KeyError, OSError, TypeError, ValueError) as error:
        raise UsageError(f"{archive} is not a model of this version ({error}); `bot train` makes one.") from error


def pack(folder: Path, archive: Path) -> Path:
    """Write a folder that holds a metadata.json as an archive, whole or not at all."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=archive.parent, prefix=".packing-")
    os.close(handle)
    try:
        with tarfile.open(temporary, "w:gz", compresslevel=1) as tar:
            tar.add(folder / METADATA, arcname=METADATA)
            for path in sorted(folder.iterdir()):
                if path.name != METADATA:
                    tar.add(path, arcname=path.name)
        Path(temporary).replace(archive)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return archive


def open_model(archive: Path, cache: Path) -> Model:
    """Unpack a model into the cache, unless it is there already, and say where it lies.

    Two processes may do this at once: each unpacks into its own folder, and the first to finish wins.
    """
    stat = archive.stat()
    key = hashlib.sha256(f"{archive.resolve()}:{stat.st_size}:{stat.st_mtime_ns}".encode()).hexdigest()[:16]
    folder = cache / "models" / key
    if not (folder / METADATA).is_file():
        metadata = read_metadata(archive)
        folder.parent.mkdir(parents=True, exist_ok=True)
        unpacked = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{metadata.model_id[:8]}-"))
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(unpacked, filter="data")
        try:
            unpacked.rename(folder)
        except OSError:
            shutil.rmtree(unpacked)
            if not folder.is_dir():
                raise
        _forget_others(folder.parent, keep=folder)
    return Model(archive, folder, Metadata.from_json((folder / METADATA).read_text(encoding="utf-8")))


def _forget_others(folder: Path, *, keep: Path, at_most: int = 3) -> None:
    """Delete all but the newest few unpacked models."""
    others = sorted((p for p in folder.iterdir() if p != keep), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in others[at_most - 1 :]:
        shutil.rmtree(old, ignore_errors=True)
