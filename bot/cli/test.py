"""`bot test`: replay the test conversations and judge the understanding."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import options
from bot.cli.console import err, out, say
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.evaluation.run import StoriesResult
    from bot.project import Project


class Language(StrEnum):
    EN = "en"
    ZH = "zh"


class Part(StrEnum):
    CORE = "core"
    NLU = "nlu"


def test(
    part: Annotated[
        Part | None, typer.Argument(help="`core` for conversations only, `nlu` for understanding only.")
    ] = None,
    project: options.ProjectOption = options.HERE,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="A model, or a folder whose newest is taken.")
    ] = None,
    stories: Annotated[
        Path | None, typer.Option("--stories", "-s", help="Test stories instead of the project's.")
    ] = None,
    nlu: Annotated[Path | None, typer.Option("--nlu", "-u", help="NLU data to judge on.")] = None,
    config: options.ConfigOption = "config.yml",
    domain: options.DomainOption = "domain.yml",
    data: options.DataOption = "data",
    endpoints: options.EndpointsOption = "endpoints.yml",
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for the results, relative to the project.")] = Path(
        "results"
    ),
    only: Annotated[str | None, typer.Option("--only", "-k", help="Only stories whose name contains this.")] = None,
    max_stories: Annotated[int | None, typer.Option(help="At most so many stories.")] = None,
    successes: Annotated[bool, typer.Option("--successes", help="Write what went well, too.")] = False,
    no_errors: Annotated[bool, typer.Option("--no-errors", help="Do not write what went wrong.")] = False,
    no_plot: Annotated[bool, typer.Option("--no-plot", help="Draw nothing.")] = False,
    no_warnings: Annotated[bool, typer.Option("--no-warnings", help="Do not write stories with warnings.")] = False,
    fail_on_prediction_errors: Annotated[bool, typer.Option(help="Accepted for Rasa's scripts; always so.")] = True,
    e2e: Annotated[bool, typer.Option("--e2e", help="Accepted for Rasa's scripts; always so.")] = True,
    cross_validation: Annotated[
        bool, typer.Option("--cross-validation", help="Train once a fold, and judge every training example.")
    ] = False,
    folds: Annotated[int, typer.Option("--folds", "-f", min=2, help="Of the cross-validation.")] = 5,
    percentages: Annotated[
        list[int] | None,
        typer.Option("--percentages", "-p", min=0, max=99, help="Leave so much of the data out; repeat it."),
    ] = None,
    runs: Annotated[int, typer.Option("--runs", "-r", min=1, help="Trainings for each percentage.")] = 1,
    customers: Annotated[
        Path | None, typer.Option("--customers", help="Tasks (JSON lines) of simulated customers, who talk instead.")
    ] = None,
    language: Annotated[
        list[Language] | None, typer.Option("--language", help="Of the customers; repeat it for both, as without it.")
    ] = None,
    phrasings: Annotated[
        Path | None, typer.Option(help="Folder with the customers' sentences; tests/customers of the project without.")
    ] = None,
    shop: Annotated[
        Path | None, typer.Option(help="Folder to import as the customers' shop; the project's own without.")
    ] = None,
    mapping: Annotated[str | None, typer.Option(help="Mapping of that folder, as for `bot kb import`.")] = None,
    max_customers: Annotated[int | None, typer.Option(help="At most so many customers in each language.")] = None,
    seed: Annotated[int, typer.Option(help="Of what the customers say.")] = 0,
) -> None:
    """Replay the test stories with the real models, actions and database; exit status 1 when one fails.

    Each conversation has a fresh copy of the database. What failed goes to results/failed_test_stories.yml.

    With --customers, simulated customers talk to the assistant until they have what they want or 20 turns have
    passed, and the table `operations` is compared with what should have been done.
    """
    loaded = options.load_project(project, config=config, domain=domain, data=data, endpoints=endpoints)
    folder = project / out_folder
    if customers is not None:
        from bot.cli.customers import run_customers

        languages = tuple(str(one) for one in language or Language)
        run_customers(
            loaded, model, customers, folder, shop=shop, mapping=mapping, languages=languages, phrasings=phrasings,
            most=max_customers, seed=seed,
        )  # fmt: skip
        return
    if cross_validation or percentages:
        if part is not Part.NLU:
            raise UsageError("Cross-validation and percentages are for the understanding: `bot test nlu ...`.")
        _retraining(
            loaded, folder, folds=folds if cross_validation else None, percentages=percentages or [], runs=runs,
            successes=successes, errors=not no_errors, plot=not no_plot,
        )  # fmt: skip
        return
    failed = False
    if part is not Part.NLU:
        failed = _conversations(
            loaded, model, stories, folder, only=only, most=max_stories, successes=successes, errors=not no_errors,
            warnings=not no_warnings, plot=not no_plot, required=part is Part.CORE,
        )  # fmt: skip
    if part is Part.NLU or (part is None and nlu is not None):
        _understanding(loaded, model, nlu, folder, successes=successes, errors=not no_errors, plot=not no_plot)
    if failed:
        raise typer.Exit(1)


def _conversations(
    project: Project,
    model: str | None,
    stories: Path | None,
    folder: Path,
    *,
    only: str | None,
    most: int | None,
    successes: bool,
    errors: bool,
    warnings: bool,
    plot: bool,
    required: bool,
) -> bool:
    """Whether a story failed."""
    from bot.cli.loading import model_of
    from bot.cli.progress import counting
    from bot.evaluation.reports import write_reports
    from bot.evaluation.run import select_stories, test_stories

    chosen = select_stories(project, stories, only=only, most=most)
    archive = model_of(project, model)
    with counting("Replaying conversations", len(chosen)) as advance:
        result = test_stories(project, archive, chosen, progress=lambda _: advance())
    write_reports(result.outcomes, folder, successes=successes, errors=errors, warnings=warnings, plot=plot)
    _show(result, folder)
    return not result.passed


def _show(result: StoriesResult, folder: Path) -> None:
    from rich.table import Table
    from rich.text import Text

    failed = [outcome for outcome in result.outcomes if not outcome.passed]
    if failed:
        table = Table(box=None, header_style="bold", title="Failed conversations", title_justify="left", pad_edge=False)
        for column in ("story", "where", "what", "expected", "came"):
            table.add_column(column, overflow="fold")
        for outcome in failed:
            for index, difference in enumerate(outcome.differences[:3]):
                name = outcome.story.name if index == 0 else ""
                cells = (name, str(difference.where or ""), difference.kind, difference.expected, difference.predicted)
                table.add_row(*(Text(cell[:300]) for cell in cells))
            if outcome.crash:
                table.add_row(Text(outcome.story.name), "", "crash", "", Text(outcome.crash[:300]))
        err().print(table)
    total, good = len(result.outcomes), len(result.outcomes) - len(failed)
    seconds = sum(outcome.seconds for outcome in result.outcomes)
    style = "bold red" if failed else "bold green"
    out().print(f"{good} of {total} conversations passed, in {seconds:.1f} s.", style=style)
    wordings = [wording for outcome in result.outcomes for wording in outcome.wordings]
    if wordings:
        own = sum(wording.own for wording in wordings)
        out().print(f"{own} of {len(wordings)} replies marked for the GPT are its own words and passed the check.")
    if result.emulated:
        say("The project's actions were not run, because nobody runs them here; the stories' slots stood in for them.")
    warned = sum(bool(outcome.warnings) for outcome in result.outcomes)
    if warned:
        say(f"{warned} of them have warnings (action_unlikely_intent).", style="yellow")
    if failed:
        say(f"What failed is in {folder / 'failed_test_stories.yml'}.")


def _retraining(
    project: Project,
    folder: Path,
    *,
    folds: int | None,
    percentages: list[int],
    runs: int,
    successes: bool,
    errors: bool,
    plot: bool,
) -> None:
    """Judge the understanding by training anew: once a fold, and once for each amount of data."""
    from bot.cli.progress import training_progress
    from bot.evaluation.cross_validation import cross_validate
    from bot.evaluation.learning_curve import by_amount, write_amounts
    from bot.evaluation.reliability import SURE
    from bot.evaluation.understanding import write_label_errors, write_understanding

    said: list[str] = []
    with training_progress() as progress:
        if folds is not None:
            judged = cross_validate(project, folds, progress=progress)
            said += write_understanding(judged, folder, successes=successes, errors=errors, plot=plot)
            said += write_label_errors(judged, folder, sure=SURE)
        if percentages:
            amounts = list(by_amount(project, sorted(set(percentages)), runs, progress))
            said += write_amounts(amounts, folder, plot=plot)
    for line in said:
        out().print(line, markup=False, soft_wrap=True)
    say(f"The reports are in {folder}.")


def _understanding(
    project: Project, model: str | None, nlu: Path | None, folder: Path, *, successes: bool, errors: bool, plot: bool
) -> None:
    from bot.cli.loading import model_of
    from bot.evaluation.run import test_understanding

    archive = model_of(project, model)
    with err().status("Judging the understanding …"):
        summary = test_understanding(project, archive, nlu, folder, successes=successes, errors=errors, plot=plot)
    for line in summary:
        out().print(line, markup=False, soft_wrap=True)
    say(f"The reports are in {folder}.")
