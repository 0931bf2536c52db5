"""Every documented form, read as Rasa 3.6.21 reads it (see `read_with_rasa.py`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.formats.write_domain import domain_as_data
from bot.project import Project
from tests.formats.read_with_rasa import VALUES

FOLDER = Path(__file__).parent / "documented"
READ: dict[str, Any] = json.loads((FOLDER / "read.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def project() -> Project:
    return Project.load(FOLDER)


def plain(value: Any) -> Any:
    """As it would be read from JSON."""
    return json.loads(json.dumps(value))


def test_the_entities_that_count_with_each_intent(project: Project) -> None:
    domain = project.domain
    everything = [{"entity": name} for name in domain.entities]
    everything += [{"entity": "city", "role": role} for role in ("from", "to")] + [{"entity": "city", "group": "x"}]
    found = {name: sorted(domain.entity_features(name, everything)) for name in domain.all_intents}
    assert found == READ["used_entities"]


def test_what_policies_see_of_slots(project: Project) -> None:
    slots = project.domain.all_slots
    assert {name: slot.initial_value for name, slot in slots.items()} == READ["initial_values"]
    assert {name: [list(slot.features(v)) for v in VALUES] for name, slot in slots.items()} == READ["features"]


def test_actions_in_their_order_and_responses(project: Project) -> None:
    assert list(project.domain.action_names) == READ["actions"]
    assert plain(domain_as_data(project.domain)["responses"]) == READ["responses"]


def test_sessions(project: Project) -> None:
    session = project.domain.session
    assert [session.expiration_minutes, session.carry_over_slots] == READ["session"]


def test_examples_with_their_entities(project: Project) -> None:
    kept = ("start", "end", "value", "entity", "role", "group")
    found = {
        example.text: [{key: e.as_dict()[key] for key in kept if key in e.as_dict()} for e in example.entities]
        for example in project.training_data.examples
    }
    told = READ["examples"]  # Rasa's hold the texts of stories too
    assert found == {text: told[text] for text in found}


def test_synonyms_patterns_and_lookup_tables(project: Project) -> None:
    data = project.training_data
    assert data.synonyms == READ["synonyms"]
    assert sorted(pattern.regex for pattern in data.patterns) == READ["patterns"]
    assert {table.name: list(table.values) for table in data.lookups} == READ["lookups"]
