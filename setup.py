"""Everything is in pyproject.toml; this only packs the starter project, which is the repository itself, into wheels."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent


class BuildWithStarter(build_py):
    """Copies the starter shop to bot/starter of the built package, where `bot init` finds it."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return  # `bot init` then copies from the checkout
        target = Path(self.build_lib) / "bot" / "starter"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        left_out = shutil.ignore_patterns("__pycache__", "*.pyc", "*.db", "*.db-*", ".*")
        for name in ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml"):
            if (ROOT / name).is_file():
                shutil.copyfile(ROOT / name, target / name)
        for name in ("domain", "data", "actions", "tests/conversations", "tests/customers"):
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, target / name, ignore=left_out)


setup(cmdclass={"build_py": BuildWithStarter})
