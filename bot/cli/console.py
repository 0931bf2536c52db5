"""Where the commands print, and how problems look there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

from bot.errors import KefuError, Problem, ProjectError, Severity

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


@cache
def out() -> Console:
    """Standard output."""
    from rich.console import Console

    return Console(highlight=False)


@cache
def err() -> Console:
    """Standard error: problems, progress and everything else that is not the answer."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def say(text: str, *, style: str | None = None) -> None:
    """One line about what is going on, on standard error; never read as markup."""
    err().print(text, style=style, markup=False, soft_wrap=True)


def show_problems(problems: Iterable[Problem]) -> None:
    """Every problem with its line and caret, errors last, where the eye is when a long list has scrolled by."""
    from rich.text import Text

    order = (Severity.INFO, Severity.WARNING, Severity.ERROR)
    for problem in sorted(problems, key=lambda each: order.index(each.severity)):
        head, *rest = problem.render().split("\n")
        text = Text(head)
        text.highlight_words([f"{problem.severity} {problem.code}"], style=_STYLES[problem.severity])
        err().print(text, soft_wrap=True)
        for line in rest:
            err().print(Text(line, style="dim"), soft_wrap=True)


def reporting(work: Callable[[], None]) -> None:
    """Do work in a process of its own, whose errors look like those of a command. Raises SystemExit."""
    try:
        work()
    except KefuError as error:
        show_error(error)
        raise SystemExit(1) from error


def show_error(error: KefuError) -> None:
    """An error that ends a command: its problems where it has them, its message where not."""
    if isinstance(error, ProjectError):
        show_problems(error.problems)
        say(count(error.problems), style="bold red")
    else:
        say(f"Error: {error}", style="bold red")


def count(problems: Iterable[Problem]) -> str:
    """`2 errors, 1 warning`."""
    found = list(problems)
    parts = []
    for severity, name in ((Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "note")):
        number = sum(problem.severity is severity for problem in found)
        if number:
            parts.append(f"{number} {name}{'s' if number > 1 else ''}")
    return ", ".join(parts) or "no problems"
