"""The starter project that comes with the distribution."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.errors import UsageError

FILES = ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml")
FOLDERS = ("domain", "data", "actions", "tests/conversations", "tests/customers")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "*.db", "*.db-*", ".*")


def starter_folder() -> Path:
    """Inside the package when installed from a wheel, the repository's root in a checkout."""
    package = Path(__file__).resolve().parents[1]
    for candidate in (package / "starter", package.parent):
        if (candidate / "config.yml").is_file() and (candidate / "data").is_dir():
            return candidate
    raise UsageError("this installation has no starter project in it; install Kefu again from a full distribution.")


def copy_starter(target: Path) -> int:
    """Copy the starter project into `target`, made where needed; the number of files copied."""
    source = starter_folder()
    target.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)
    for name in FOLDERS:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, ignore=_LEFT_OUT)
    return sum(path.is_file() for path in target.rglob("*"))
