"""`bot init`: a new project, made from the starter shop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import say


def init(
    folder: Annotated[Path | None, typer.Argument(help="Where to; it must be empty or not exist yet.")] = None,
    init_dir: Annotated[Path | None, typer.Option("--init-dir", help="Rasa's way to give the folder.")] = None,
    no_prompt: Annotated[bool, typer.Option("--no-prompt", help="Accepted for Rasa's scripts; it never asks.")] = False,
) -> None:
    """Make a project: the bilingual starter shop with its data, actions, demo catalogue and test conversations."""
    from bot.cli.starter import copy_starter
    from bot.errors import UsageError

    target = folder or init_dir
    if target is None:
        raise UsageError("say where: `bot init DIR` (`bot init .` for this folder).")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is there already and not an empty folder; nothing was changed.")
    number = copy_starter(target)
    say(f"The starter shop is in {target} ({number} files). What now:", style="bold green")
    say(
        f"  cd {target}\n  bot shell        talk to it (trains first)\n  bot test         replay its test conversations"
    )
