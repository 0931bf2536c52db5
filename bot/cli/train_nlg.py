"""`bot train nlg`: adapt the GPT of endpoints.yml to the shop's own replies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.console import out, say
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.project import Project

PAIRS = Path("data/nlg/pairs.jsonl")


def train_nlg(project: Project) -> None:
    """Learn data/nlg/pairs.jsonl into the folder that `nlg: {adapter: …}` names; raises UsageError without either."""
    pairs = project.root / PAIRS
    endpoint = project.endpoints.nlg
    adapter = endpoint.get("adapter") if endpoint is not None else None
    if endpoint is None or endpoint.type != "gpt" or not adapter:
        raise UsageError("endpoints.yml names nothing to adapt: `nlg: {type: gpt, model: …, adapter: FOLDER}` does.")
    if not pairs.is_file():
        raise UsageError(f"there is no {pairs}: it holds acts and how they are said, one a line.")
    from bot.cli.progress import training_progress
    from bot.nlg.adapt import AdaptSettings, adapt

    model = endpoint.get("model")
    settings = AdaptSettings(model=model) if model else AdaptSettings()
    folder = project.root / str(adapter)
    with training_progress() as progress:
        adapt(pairs, folder, settings=settings, progress=progress)
    say(f"{settings.model} is adapted.", style="bold green")
    out().print(str(folder), markup=False, soft_wrap=True)
