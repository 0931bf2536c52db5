"""Every problem that a user can see: what is wrong, where, and what instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a file. `line` and `column` count from 1; 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a project.

    `code` is stable and documented in `CODES`; `hint` says what to do instead; `related` are other places
    that belong to the problem, such as the rule that a story contradicts.
    """

    code: str
    message: str
    where: Where | None = None
    hint: str = ""
    severity: Severity = Severity.ERROR
    related: tuple[tuple[str, Where], ...] = ()

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{place}{self.severity} {self.code}: {self.message}{hint}"

    def render(self) -> str:
        """The problem with its source line and a caret below it, as compilers show it."""
        lines = [str(self)]
        source = _source_line(self.where) if self.where and self.where.line else None
        if self.where and source is not None:
            excerpt, before = _excerpt(source, max(self.where.column - 1, 0))
            lines.append(f"    {excerpt}")
            lines.append("    " + " " * _display_width(before) + "^")
        lines += [f"    see also {place}: {text}" for text, place in self.related]
        return "\n".join(lines)


class KefuError(Exception):
    """Base of all errors that are shown to a user without a traceback."""


class ProjectError(KefuError):
    """A project cannot be used as it is; holds all of its problems, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(KefuError):
    """A command or call that cannot be carried out as asked; the message says what to do."""


# What each code means. A code is never reused for something else.
CODES: dict[str, str] = {
    "yaml-syntax": "the file is not valid YAML",
    "yaml-duplicate-key": "the same key stands twice in one mapping",
    "yaml-type": "a value has another type than the format asks for",
    "unknown-key": "a key that the format does not know",
    "missing-key": "a required key is missing",
    "unknown-component": "no component is registered under this name",
    "config-option": "a component's option is unknown or has a value it cannot have",
    "unknown-name": "a name is used that the domain does not declare",
    "duplicate-name": "a name is declared twice",
    "unused": "something is declared or written that nothing uses",
    "few-examples": "an intent has too few examples to be learned from",
    "contradiction": "two stories or rules ask for different actions in the same situation",
    "annotation": "an entity annotation in an example cannot be read",
    "unsafe-write": "an action that writes can be reached without confirmation",
    "environment": "an environment variable that the file asks for is not set",
    "version": "the file was written for a newer format",
    "file": "a file is missing or cannot be read",
    "custom-code": "a class of the project's own cannot be loaded or used as it is",
}


_AROUND = 60
"""Characters that are shown before and behind a place in a line."""
_NEAR = 60.0  # of 100: how alike two names must be to be taken for each other


def did_you_mean(name: str, valid: Iterable[str], *, limit: int = 1) -> str:
    """`Did you mean 'x'?` for the nearest valid names, or an empty string when nothing is near."""
    near = nearest(name, valid, limit=limit)
    if not near:
        return ""
    return "Did you mean " + " or ".join(f"'{candidate}'" for candidate in near) + "?"


def nearest(name: str, valid: Iterable[str], *, limit: int = 1) -> Sequence[str]:
    """The valid names nearest to `name`, best first; ignores case."""
    from rapidfuzz import fuzz, process  # a project can have thousands of names, too many for difflib

    by_folded = {candidate.casefold(): candidate for candidate in valid}
    close = process.extract(name.casefold(), by_folded.keys(), scorer=fuzz.ratio, limit=limit, score_cutoff=_NEAR)
    return [by_folded[folded] for folded, _, _ in close]


def _source_line(where: Where) -> str | None:
    try:
        lines = Path(where.file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return lines[where.line - 1] if where.line <= len(lines) else None


def _excerpt(line: str, place: int) -> tuple[str, str]:
    """What is shown of a line, and its part before the place; of a long line (JSON is often one) only what is around it."""
    if len(line) <= 2 * _AROUND:
        return line, line[:place]
    start, end = max(0, place - _AROUND), place + _AROUND
    before = ("…" if start else "") + line[start:place]
    return before + line[place:end] + ("…" if end < len(line) else ""), before


def _display_width(text: str) -> int:
    """Columns that `text` takes in a terminal; Chinese characters take two."""
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
