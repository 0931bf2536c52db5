"""A domain from its file, its folder, or several of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from bot.domain import (
    ActionProperties,
    Domain,
    EntityProperties,
    Form,
    IntentProperties,
    ResponseVariation,
    SessionConfig,
)
from bot.errors import ProjectError, Severity, Where
from bot.formats import shapes
from bot.formats.domain_names import read_actions, read_entities, read_forms, read_intents
from bot.formats.domain_responses import read_responses
from bot.formats.domain_slots import read_slots
from bot.formats.files import DOMAIN_KEYS, files_below, is_domain, readable_version, top_level
from bot.formats.nodes import Mapping as MappingNode
from bot.formats.nodes import Node
from bot.formats.problem_list import Placed, ProblemList
from bot.formats.yaml_reader import read_file, read_text
from bot.slots import Slot

_Declared = TypeVar("_Declared", bound=Placed)
_TOP_KEYS = (*DOMAIN_KEYS, "version", "config")


def read_domain(paths: Iterable[Path], problems: ProblemList) -> Domain:
    """The domain of these files and folders, merged; what is wrong in them is added to `problems`."""
    domain = DomainParts(problems)
    for path in paths:
        if not path.exists():
            problems.error("file", "there is no such file or folder.", Where(str(path)))
            continue
        for file in files_below([path]):
            root = top_level(read_file(file, problems), file, problems)
            if root is not None and (path.is_file() or is_domain(root)) and readable_version(root, problems):
                domain.add_file(root)
    return domain.build()


def parse_domain(text: str, file: str = "domain.yml") -> Domain:
    """The domain written in `text`; raises ProjectError with all of its errors."""
    problems = ProblemList()
    root = top_level(read_text(text, file, problems), Path(file), problems)
    parts = DomainParts(problems)
    if root is not None:
        parts.add_file(root)
    domain = parts.build()
    if problems.errors:
        raise ProjectError(problems.errors)
    return domain


class DomainParts:
    """The sections of a domain while its files are being read; the first declaration of a name wins."""

    def __init__(self, problems: ProblemList) -> None:
        self.problems = problems
        self.intents: dict[str, IntentProperties] = {}
        self.entities: dict[str, EntityProperties] = {}
        self.slots: dict[str, Slot] = {}
        self.forms: dict[str, Form] = {}
        self.responses: dict[str, tuple[ResponseVariation, ...]] = {}
        self.response_places: dict[str, Where] = {}
        self.actions: dict[str, ActionProperties] = {}
        self.e2e_actions: list[str] = []
        self.session: SessionConfig | None = None
        self.store_entities_as_slots = True

    def add_file(self, root: MappingNode) -> None:
        problems = self.problems
        shapes.known_keys(root, _TOP_KEYS, "a domain", problems, severity=Severity.WARNING)
        for intent, intent_properties in read_intents(root.get("intents"), problems):
            self._declare("intent", self.intents, intent, intent_properties)
        for entity, entity_properties in read_entities(root.get("entities"), problems):
            self._declare("entity", self.entities, entity, entity_properties)
        for slot in read_slots(root.get("slots"), problems):
            self._declare("slot", self.slots, slot.name, slot)
        for form in read_forms(root.get("forms"), problems):
            self._declare("form", self.forms, form.name, form)
        for action, action_properties in read_actions(root.get("actions"), problems):
            self._declare("action", self.actions, action, action_properties)
        self.add_responses(root.get("responses"))
        self.e2e_actions += shapes.names(root.get("e2e_actions"), "`e2e_actions`", problems)
        self._add_session(root.get("session_config"))
        self._add_config(root.get("config"))

    def add_responses(self, node: Node | None) -> None:
        for name, (key, variations) in read_responses(node, self.problems).items():
            if name in self.responses:
                self._report_twice("response", name, key, self.response_places[name])
            else:
                self.responses[name] = variations
                self.response_places[name] = key.where

    def build(self) -> Domain:
        return Domain(
            intents=self.intents,
            entities=self.entities,
            slots=self.slots,
            forms=self.forms,
            responses=self.responses,
            actions=self.actions,
            e2e_actions=tuple(dict.fromkeys(self.e2e_actions)),
            session=self.session or SessionConfig(),
            store_entities_as_slots=self.store_entities_as_slots,
        )

    def _declare(self, what: str, section: dict[str, _Declared], name: str, declared: _Declared) -> None:
        if name not in section:
            section[name] = declared
            return
        first = section[name].where
        assert first is not None
        self._report_twice(what, name, declared, first)

    def _report_twice(self, what: str, name: str, again: Placed, first: Where) -> None:
        """Twice in one file is an error; in two files of a merged domain the first counts, as in Rasa."""
        assert again.where is not None
        if again.where.file == first.file:
            report, hint = self.problems.error, "Rename or remove one of them."
        else:
            report, hint = self.problems.warning, f"The one in {first.file} counts."
        report("duplicate-name", f"{what} '{name}' is declared twice.", again, hint, (("the first", first),))

    def _add_session(self, node: Node | None) -> None:
        body = shapes.mapping(node, "`session_config`", self.problems)
        if body is None:
            return
        known = ("session_expiration_time", "carry_over_slots_to_new_session")
        shapes.known_keys(body, known, "`session_config`", self.problems, severity=Severity.WARNING)
        minutes = shapes.number(body.get(known[0]), f"`{known[0]}`", self.problems, default=60.0)
        if minutes < 0:
            self.problems.error("yaml-type", f"`{known[0]}` cannot be negative.", body.get(known[0]), "0 is for ever.")
            minutes = 60.0
        carry_over = shapes.boolean(body.get(known[1]), f"`{known[1]}`", self.problems, default=True)
        found = SessionConfig(minutes, carry_over)
        if self.session in (None, SessionConfig()):
            self.session = found

    def _add_config(self, node: Node | None) -> None:
        body = shapes.mapping(node, "`config`", self.problems)
        if body is not None:
            key = "store_entities_as_slots"
            self.store_entities_as_slots = shapes.boolean(body.get(key), f"`{key}`", self.problems, default=True)
