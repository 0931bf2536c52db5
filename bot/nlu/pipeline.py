"""The components of config.yml, in order: text in, Understanding out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from bot.errors import Problem, ProjectError, did_you_mean
from bot.formats.config import ComponentSpec
from bot.message import Understanding
from bot.nlu.base import Component
from bot.nlu.payload import read_payload
from bot.registry import get, names

SAID = "said"
"""The note with what the assistant said before a message."""
_NONE: Mapping[int, type[Component]] = {}


class Pipeline:
    """A trained pipeline. Components keep no state between calls; `bot.nlu.serving` answers many callers with it."""

    def __init__(self, components: Sequence[Component], intents: Collection[str]) -> None:
        self.components = tuple(components)
        self.intents = frozenset(intents)

    def parse_batch(self, texts: Sequence[str], said: Sequence[str] = ()) -> list[Understanding]:
        """Understandings in the order of `texts`; one forward pass of each model for all of them.

        `said` is what the assistant said before each of them, for components that read a message as an answer. Payloads such as `/greet` are read without any model.
        """
        results = [read_payload(text, self.intents) for text in texts]
        asked = [index for index, result in enumerate(results) if result is None]
        batch = [Understanding(texts[index], notes={SAID: said[index]} if said else {}) for index in asked]
        for component in self.components if batch else ():
            batch = component.process(batch)
        for index, understanding in zip(asked, batch, strict=True):
            results[index] = understanding
        return [result for result in results if result is not None]


def build(
    specs: Sequence[ComponentSpec], *, language: str, root: Path, own: Mapping[int, type[Component]] = _NONE
) -> list[Component]:
    """Light components for a config's `pipeline`; raises ProjectError with every problem of names and order.

    `own` are the classes of entries that are the project's own, by their place.
    """
    problems: list[Problem] = []
    components: list[Component] = []
    provided: set[str] = set()
    for index, spec in enumerate(specs):
        try:
            component_class = own.get(index) or get("nlu", spec.name)
        except KeyError:
            hint = did_you_mean(spec.name, names("nlu"))
            problems.append(
                Problem("unknown-component", f"No NLU component is called '{spec.name}'.", spec.where, hint)
            )
            continue
        missing = component_class.requires - provided
        if missing:
            text = f"'{spec.name}' needs {', '.join(sorted(missing))}, which no component before it provides."
            problems.append(Problem("config-option", text, spec.where, "Put it after one that does."))
        provided |= component_class.provides
        options = component_class.Config.model_validate(dict(spec.options))
        components.append(component_class(options, language=language, root=root))
    if problems:
        raise ProjectError(problems)
    return components
