"""Training data that no component of the pipeline uses."""

from __future__ import annotations

from collections.abc import Iterator

from bot.errors import Problem, Severity, Where
from bot.validation.subject import Subject

_PATTERN_READERS = ("RegexEntityExtractor", "RegexFeaturizer")


def check_consumers(project: Subject) -> Iterator[Problem]:
    """Patterns, lookup tables, synonyms and retrieval intents that would be written in vain."""
    names = {spec.name for spec in project.config.pipeline}
    if not names or any("." in name for name in names):  # a component of the project's own may use anything
        return
    data = project.training_data
    if not names & {*_PATTERN_READERS}:
        if data.patterns:
            yield _in_vain("regular expressions", data.patterns[0].where, _PATTERN_READERS[0])
        if data.lookups:
            yield _in_vain("lookup tables", data.lookups[0].where, _PATTERN_READERS[0])
    if data.synonyms and "EntitySynonymMapper" not in names:
        yield _in_vain("synonyms", project.config.where, "EntitySynonymMapper")
    retrieval = next((example for example in data.examples if example.intent and "/" in example.intent), None)
    if retrieval is not None and "ResponseSelector" not in names:
        yield _in_vain("retrieval intents", retrieval.where, "ResponseSelector")


def _in_vain(what: str, where: Where | None, component: str) -> Problem:
    message = f"no component of the pipeline uses the {what} of the training data."
    return Problem("unused", message, where, f"Add `- name: {component}` to `pipeline`.", Severity.WARNING)
