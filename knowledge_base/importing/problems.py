"""What was wrong with a row, and what came of an import."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """One row that was not imported (`row_kept` False) or something odd about one that was."""

    file: Path
    line: int
    message: str
    row_kept: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass
class ImportReport:
    """What an import did: rows by table, and every problem."""

    added: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        """How many rows of the files were not imported."""
        return len({(problem.file, problem.line) for problem in self.problems if not problem.row_kept})

    def count(self, table: str, *, added: int, updated: int) -> None:
        """Note rows written to a table."""
        self.added[table] = self.added.get(table, 0) + added
        self.updated[table] = self.updated.get(table, 0) + updated

    def __str__(self) -> str:
        tables = ", ".join(f"{name}: {self.added[name]} new, {self.updated[name]} updated" for name in self.added)
        return f"{tables or 'nothing imported'}; {self.rejected} rows rejected"
