"""`bot train`: learn from the project's data what has changed since the last model."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import options
from bot.cli.console import count, out, say, show_problems
from bot.errors import ProjectError, Severity

if TYPE_CHECKING:
    from bot.project import Project
    from bot.training import TrainResult


MOST_REMARKS = 20


class Part(StrEnum):
    """What may be trained alone."""

    NLU = "nlu"
    CORE = "core"
    NLG = "nlg"


def train(
    part: Annotated[Part | None, typer.Argument(help="Train this part only; everything without.")] = None,
    project: options.ProjectOption = options.HERE,
    config: options.ConfigOption = "config.yml",
    domain: options.DomainOption = "domain.yml",
    data: options.DataOption = "data",
    endpoints: options.EndpointsOption = "endpoints.yml",
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for models, relative to the project.")] = Path(
        "models"
    ),
    fixed_model_name: Annotated[str | None, typer.Option(help="Name of the model instead of the date.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Train everything, changed or not.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be trained.")] = False,
    skip_validation: Annotated[bool, typer.Option("--skip-validation", help="Do not report warnings first.")] = False,
    fail_on_validation_warnings: Annotated[bool, typer.Option(help="Do not train while there are warnings.")] = False,
    validation_max_history: Annotated[int | None, typer.Option(help="Turns that stories are compared over.")] = None,
    augmentation: Annotated[int, typer.Option(min=0, help="Stories that TEDPolicy continues with others.")] = 50,
    num_threads: Annotated[int | None, typer.Option(help="Threads for training.")] = None,
) -> None:
    """Train a model. Only what changed is trained again; without a change nothing happens."""
    loaded = options.load_project(project, config=config, domain=domain, data=data, endpoints=endpoints)
    if not skip_validation:
        check(loaded, fail_on_warnings=fail_on_validation_warnings, max_history=validation_max_history)
    if num_threads:
        _use_threads(num_threads)
    if part is Part.NLG:
        from bot.cli.train_nlg import train_nlg

        train_nlg(loaded)
        return
    if dry_run:
        from bot.training import stale

        raise typer.Exit(report_stale(stale(loaded, force=force, augmentation=augmentation)))
    result = train_with_progress(
        loaded, part, force=force, out_folder=out_folder, name=fixed_model_name, augmentation=augmentation
    )
    _show_remarks(result.remarks)
    say("Nothing changed: the model is up to date." if result.unchanged else _summary(result), style="bold green")
    out().print(str(result.model), markup=False, soft_wrap=True)


def check(project: Project, *, fail_on_warnings: bool = False, max_history: int | None = None) -> None:
    """Report every problem; raises ProjectError when training makes no sense with them."""
    problems = options.all_problems(project, max_history=max_history)
    failing = {Severity.ERROR, Severity.WARNING} if fail_on_warnings else {Severity.ERROR}
    if any(problem.severity in failing for problem in problems):
        raise ProjectError(problems)
    show_problems(problems)
    if problems:
        say(f"{count(problems)}; training goes on", style="yellow")


def train_with_progress(
    project: Project,
    part: Part | None = None,
    *,
    force: bool = False,
    out_folder: Path = Path("models"),
    name: str | None = None,
    augmentation: int = 50,
) -> TrainResult:
    """Train with a bar for each thing that learns, weights downloaded first where they are missing."""
    from bot.cli.progress import training_progress
    from bot.training import train as learn

    with training_progress() as progress:
        return learn(
            project,
            nlu=part in (None, Part.NLU),
            core=part in (None, Part.CORE),
            force=force,
            out=out_folder,
            name=name,
            progress=progress,
            augmentation=augmentation,
        )


def report_stale(parts: tuple[str, ...]) -> int:
    """What a dry run says, and its exit status: 0 when nothing would be trained, 1 otherwise."""
    say(f"Would be trained: {', '.join(parts)}" if parts else "Nothing changed: the model is up to date.")
    return 1 if parts else 0


def _summary(result: TrainResult) -> str:
    reused = f", unchanged: {', '.join(result.reused)}" if result.reused else ""
    return f"Trained: {', '.join(result.trained) or 'nothing to learn'}{reused}."


def _show_remarks(remarks: tuple[str, ...]) -> None:
    for remark in remarks[:MOST_REMARKS]:
        say(remark, style="yellow")
    if len(remarks) > MOST_REMARKS:
        say(f"... and {len(remarks) - MOST_REMARKS} more of the like", style="yellow")


def _use_threads(number: int) -> None:
    import os

    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(number)
