"""`bot data`: check and split a project's data, without touching a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import options
from bot.cli.console import count, err, say, show_problems

if TYPE_CHECKING:
    from bot.formats.config import Config

app = typer.Typer(help="Check and split the project's data.", no_args_is_help=True)


@app.command("validate")
def validate(
    what: Annotated[str | None, typer.Argument(help="`stories` checks stories and rules only.")] = None,
    project: options.ProjectOption = options.HERE,
    config: options.ConfigOption = "config.yml",
    domain: options.DomainOption = "domain.yml",
    data: options.DataOption = "data",
    fail_on_warnings: Annotated[bool, typer.Option(help="Count warnings as failures.")] = False,
    max_history: Annotated[int | None, typer.Option(help="How many turns stories are compared over.")] = None,
    write_defaults: Annotated[
        bool, typer.Option("--write-defaults", help="Write the defaults that stand in for an empty config into it.")
    ] = False,
) -> None:
    """Report every problem of the project at once, with file:line:column and a suggestion."""
    from bot.errors import ProjectError, Severity, UsageError

    if what not in (None, "stories"):
        raise UsageError(f"`bot data validate {what}` is unknown; did you mean `bot data validate stories`?")
    try:
        loaded = options.load_project(project, config=config, domain=domain, data=data)
        problems = options.all_problems(loaded, max_history=max_history)
    except ProjectError as error:
        problems = list(error.problems)
    else:
        if write_defaults:
            _write_defaults(project / config, loaded.config)
    show_problems(problems)
    failing = {Severity.ERROR, Severity.WARNING} if fail_on_warnings else {Severity.ERROR}
    failed = any(problem.severity in failing for problem in problems)
    say(f"{count(problems)} in {project.resolve()}", style="bold red" if failed else "bold green")
    if failed:
        raise typer.Exit(1)


def _write_defaults(path: Path, config: Config) -> None:
    """As comments, so that they can be read and changed; what is written there already stays."""
    from bot.formats.write_settings import with_defaults

    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    after = with_defaults(before, config)
    if after != before:
        path.write_text(after, encoding="utf-8")
        say(f"The defaults are written into {path}.")


@app.command("split")
def split(
    what: Annotated[str, typer.Argument(help="`nlu`.")] = "nlu",
    project: options.ProjectOption = options.HERE,
    data: Annotated[str, typer.Option("--nlu", "-u", "--data", help="The training data.")] = "data",
    training_fraction: Annotated[float, typer.Option(min=0.05, max=0.95, help="Share of the training part.")] = 0.8,
    random_seed: Annotated[int, typer.Option(help="The same seed gives the same split.")] = 42,
    out: Annotated[Path, typer.Option(help="Folder for training_data.yml and test_data.yml.")] = Path(
        "train_test_split"
    ),
) -> None:
    """Split the NLU examples into a training and a test part; every intent keeps its share of both."""
    from bot.errors import UsageError
    from bot.evaluation.split import split_examples
    from bot.formats.write_nlu import write_nlu

    if what != "nlu":
        raise UsageError(f"`bot data split {what}` is unknown; `bot data split nlu` splits the NLU examples.")
    loaded = options.load_project(project, data=data)
    training, test = split_examples(loaded.training_data, fraction=training_fraction, seed=random_seed)
    folder = project / out
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in (("training_data.yml", training), ("test_data.yml", test)):
        (folder / name).write_text(write_nlu(part), encoding="utf-8")
        err().print(f"{len(part.examples)} examples in {folder / name}", markup=False, soft_wrap=True)
