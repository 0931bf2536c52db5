"""Things that should be there once: story names, response ids, examples, responses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.errors import Problem, Severity, Where
from bot.stories import Rule, Story
from bot.validation.subject import Subject


def check_story_titles(project: Subject) -> Iterator[Problem]:
    """Two stories or two rules of one name cannot be told apart in reports."""
    yield from _titles("story", project.stories.stories)
    yield from _titles("rule", project.stories.rules)
    yield from _titles("test story", project.tests.stories)


def check_response_ids(project: Subject) -> Iterator[Problem]:
    """Rasa asks for ids that are unique over all responses."""
    first: dict[str, Where | None] = {}
    for variations in project.domain.responses.values():
        for variation in variations:
            if variation.id is None:
                continue
            if variation.id in first:
                yield _twice(f"response id '{variation.id}'", variation.where, first[variation.id], Severity.WARNING)
            first.setdefault(variation.id, variation.where)


def check_response_files(project: Subject) -> Iterator[Problem]:
    """A response of training data that the domain has too is not used."""
    for name, variations in project.training_data.responses.items():
        declared = project.domain.responses.get(name)
        if declared and variations and declared[0].where != variations[0].where:
            what, hint = f"response '{name}'", "The one in the domain counts."
            yield _twice(what, variations[0].where, declared[0].where, Severity.WARNING, hint)


def check_examples(project: Subject) -> Iterator[Problem]:
    """The same words under two intents teach nothing; twice under one intent of a file is a slip, and harmless."""
    first: dict[str, tuple[str | None, Where | None]] = {}
    for example in project.training_data.examples:
        if example.text not in first:
            first[example.text] = (example.intent, example.where)
            continue
        intent, where = first[example.text]
        related = (("the first", where),) if where else ()
        if intent != example.intent:
            message = f"'{example.text}' is an example of '{example.intent}' here and of '{intent}' elsewhere."
            hint = "Keep it under one intent."
            yield Problem("duplicate-name", message, example.where, hint, Severity.WARNING, related)
        elif where and example.where and where.file == example.where.file:
            message, hint = f"'{example.text}' stands twice under intent '{intent}'.", "Remove one of them."
            yield Problem("duplicate-name", message, example.where, hint, Severity.INFO, related)


def _titles(what: str, found: Iterable[Story | Rule]) -> Iterator[Problem]:
    first: dict[str, Where | None] = {}
    for block in found:
        if block.name in first:
            yield _twice(f"{what} '{block.name}'", block.where, first[block.name], Severity.WARNING)
        first.setdefault(block.name, block.where)


def _twice(
    what: str, where: Where | None, first: Where | None, severity: Severity, hint: str = "Rename or remove one of them."
) -> Problem:
    related = (("the first", first),) if first else ()
    return Problem("duplicate-name", f"{what} is there twice.", where, hint, severity, related)
