"""The domain as custom code reads it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from bot.actions.domain_json import domain_json
from bot.compat.api.exceptions import RasaException
from bot.compat.api.slots import DomainSlot
from bot.domain import Domain as OwnDomain
from bot.errors import ProjectError, UsageError
from bot.formats.domain import parse_domain, read_domain
from bot.formats.problem_list import ProblemList

State = dict[str, dict[str, Any]]


class InvalidDomain(RasaException):
    """A domain cannot be read; the message says what is wrong where."""


class ActionNotFoundException(ValueError, RasaException):
    """The domain has no action of this name."""


class Domain:
    """Read-only. An action's place in `action_names_or_texts` is its index in predictions."""

    def __init__(self, own: OwnDomain) -> None:
        self.own = own

    @classmethod
    def empty(cls) -> Domain:
        return cls(OwnDomain())

    @classmethod
    def load(cls, paths: str | Path | list[str | Path]) -> Domain:
        """The domain of files or folders; raises InvalidDomain."""
        problems = ProblemList()
        own = read_domain([Path(path) for path in (paths if isinstance(paths, list) else [paths])], problems)
        if problems.errors:
            raise InvalidDomain("\n".join(map(str, problems.errors)))
        return cls(own)

    from_path = load
    from_file = load

    @classmethod
    def from_yaml(cls, yaml: str, original_filename: str = "domain.yml") -> Domain:
        try:
            return cls(parse_domain(yaml, original_filename or "domain.yml"))
        except ProjectError as error:
            raise InvalidDomain(str(error)) from error

    # -- actions -------------------------------------------------------------------------------------------------------

    @property
    def action_names_or_texts(self) -> list[str]:
        return list(self.own.action_names)

    @property
    def num_actions(self) -> int:
        return len(self.own.action_names)

    def index_for_action(self, action_name: str) -> int:
        try:
            return self.own.action_index(action_name)
        except UsageError as error:
            raise ActionNotFoundException(str(error)) from error

    @property
    def user_actions(self) -> list[str]:
        return list(self.own.user_actions)

    @property
    def user_actions_and_forms(self) -> list[str]:
        return list(dict.fromkeys([*self.own.user_actions, *self.own.forms]))

    @property
    def action_texts(self) -> list[str]:
        return list(self.own.e2e_actions)

    # -- the rest ------------------------------------------------------------------------------------------------------

    @property
    def intents(self) -> list[str]:
        return sorted(self.own.all_intents)

    @property
    def retrieval_intents(self) -> list[str]:
        return sorted(self.own.retrieval_intents)

    @property
    def entities(self) -> list[str]:
        return sorted(self.own.entities)

    @cached_property
    def slots(self) -> list[DomainSlot]:
        """All slots, with their initial values."""
        return [DomainSlot(declared, declared.initial_value) for declared in self.own.all_slots.values()]

    @property
    def responses(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = self.as_dict()["responses"]
        return found

    @property
    def forms(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.as_dict()["forms"]
        return found

    @property
    def form_names(self) -> list[str]:
        return list(self.own.forms)

    def required_slots_for_form(self, form_name: str) -> list[str]:
        return list(self.own.required_slots(form_name))

    def is_empty(self) -> bool:
        return self.own == OwnDomain()

    def as_dict(self) -> dict[str, Any]:
        """What domain.yml says, complete."""
        return domain_json(self.own)


__all__ = ["ActionNotFoundException", "Domain", "InvalidDomain", "State"]
