"""The output of `bot test --customers`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.cli.console import out, say

if TYPE_CHECKING:
    from bot.project import Project


def run_customers(
    project: Project,
    model: str | None,
    tasks_file: Path,
    folder: Path,
    *,
    shop: Path | None,
    mapping: str | None,
    languages: Sequence[str],
    phrasings: Path | None,
    most: int | None,
    seed: int,
) -> None:
    """Run the customers and show what came of them; exit status 1 when one did not get exactly what they wanted."""
    from bot.cli.loading import model_of
    from bot.cli.progress import counting
    from bot.evaluation.customers.report import by_operation, figures, write_report
    from bot.evaluation.customers.run import Shop, talk_with_customers
    from bot.evaluation.customers.tasks import read_tasks

    tasks = read_tasks(tasks_file)[:most]
    archive = model_of(project, model)
    with counting("Talking to customers", len(tasks) * len(languages)) as advance:
        outcomes = talk_with_customers(
            project, archive, tasks, shop=Shop(shop, mapping), languages=languages, phrasings=phrasings, seed=seed,
            progress=lambda _: advance(),
        )  # fmt: skip
    for language, name, right, whole in by_operation(outcomes):
        out().print(f"{language}  {right:>4} of {whole:<4} {name}", markup=False)
    path = write_report(outcomes, folder)
    found = figures(outcomes)
    right = sum(outcome.is_right for outcome in outcomes)
    shares = ", ".join(f"{language} {found[language]} %" for language in languages)
    style = "bold green" if right == len(outcomes) else "bold red"
    out().print(
        f"{right} of {len(outcomes)} customers got exactly what they wanted ({shares}); {found['wrong_writes']} wrong "
        f"writes; {found['median_turns']:g} messages in the median, {sum(o.seconds for o in outcomes):.1f} s.",
        style=style,
    )
    if right < len(outcomes):
        say(f"The other conversations are in {path}.")
        raise typer.Exit(1)
