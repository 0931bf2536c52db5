"""Collecting problems while reading goes on: nothing stops at the first."""

from __future__ import annotations

from typing import Protocol

from bot.errors import Problem, Severity, Where

Related = tuple[tuple[str, Where], ...]


class Placed(Protocol):
    """Anything that stands somewhere in a file: a YAML node, a slot, a story."""

    @property
    def where(self) -> Where | None: ...


class ProblemList(list[Problem]):
    """Problems in the order in which they were found."""

    def error(self, code: str, message: str, at: Placed | Where | None, hint: str = "", related: Related = ()) -> None:
        self.append(Problem(code, message, _place(at), hint, Severity.ERROR, related))

    def warning(
        self, code: str, message: str, at: Placed | Where | None, hint: str = "", related: Related = ()
    ) -> None:
        self.append(Problem(code, message, _place(at), hint, Severity.WARNING, related))

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self if problem.severity is Severity.ERROR]


def _place(at: Placed | Where | None) -> Where | None:
    return at if at is None or isinstance(at, Where) else at.where


def missing_variable(name: str, *, where: Where, problems: ProblemList) -> None:
    problems.error(
        "environment",
        f"the environment variable {name} is not set.",
        where,
        f"Set {name}, or put the value in quotes if ${{{name}}} is meant literally.",
    )
