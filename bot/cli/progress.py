"""Progress bars for what takes long: downloads and training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.cli.console import err

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from nlu_models.weights import Progress


@contextmanager
def training_progress() -> Iterator[Callable[[str, float], None]]:
    """A bar for each thing that is trained or loaded; told what is being done and the done fraction in [0, 1]."""
    with _bars() as bars:
        tasks: dict[str, TaskID] = {}

        def progress(what: str, fraction: float) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=1.0)
            bars.update(tasks[what], completed=fraction)

        yield progress


@contextmanager
def weights_progress() -> Iterator[Progress]:
    """The same for weights, which are downloaded and then converted."""
    verbs = {"download": "Downloading", "convert": "Converting"}
    with training_progress() as progress:

        def report(name: str, stage: str, fraction: float) -> None:
            progress(f"{verbs.get(stage, stage)} {name}", fraction)

        yield report


@contextmanager
def counting(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar for `total` equal steps; call what it gives after each of them."""
    with _bars() as bars:
        task = bars.add_task(what, total=total)
        yield lambda: bars.advance(task)


@contextmanager
def _bars() -> Iterator[Bars]:
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err()) as bars:
        yield bars
