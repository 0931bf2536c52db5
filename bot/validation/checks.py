"""All checks, in the order in which their findings are reported."""

from __future__ import annotations

from bot.errors import Problem
from bot.validation.subject import Subject


def validate(project: Subject) -> list[Problem]:
    """Everything that is wrong with a project: what reading it found, and what the checks find."""
    return [*project.problems, *project.test_problems]
