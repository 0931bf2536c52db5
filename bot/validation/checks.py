"""All checks, in the order in which their findings are reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from bot.errors import Problem, Severity
from bot.validation import (
    components,
    consumers,
    contradictions,
    domain_names,
    duplicates,
    examples,
    forms,
    reachability,
    retrieval,
    slot_values,
    story_names,
    story_structure,
    unused,
)
from bot.validation.subject import Subject

Check = Callable[[Subject], Iterable[Problem]]

# Each check with the parts of a project it compares: without them it would only report what follows from an error.
CHECKS: tuple[tuple[Check, frozenset[str]], ...] = (
    (components.check_component_names, frozenset({"config"})),
    (components.check_component_options, frozenset({"config"})),
    (components.check_one_of_a_kind, frozenset({"config"})),
    (components.check_assistant_id, frozenset({"config"})),
    (consumers.check_consumers, frozenset({"config", "data"})),
    (components.check_spacy, frozenset({"config"})),
    (components.check_policies, frozenset({"config", "domain", "data"})),
    (domain_names.check_domain_names, frozenset({"domain"})),
    (domain_names.check_entity_labels, frozenset({"domain"})),
    (story_names.check_story_names, frozenset({"domain", "data"})),
    (slot_values.check_slot_values, frozenset({"domain"})),
    (slot_values.check_rule_conditions, frozenset({"domain"})),
    (story_structure.check_rule_turns, frozenset({"config"})),
    (story_structure.check_checkpoints, frozenset({"data"})),
    (contradictions.check_rules, frozenset({"config", "domain"})),
    (contradictions.check_same_rules, frozenset({"domain"})),
    (reachability.check_rules_are_complete, frozenset({"config", "domain"})),
    (reachability.check_rules_are_reached, frozenset({"domain", "data"})),
    (forms.check_forms_ask, frozenset({"domain", "data"})),
    (forms.check_forms_end, frozenset({"domain", "data"})),
    (forms.check_slots_are_set, frozenset({"domain", "data"})),
    (examples.check_example_names, frozenset({"domain"})),
    (examples.check_intents_have_examples, frozenset({"data"})),
    (examples.check_intents_have_enough, frozenset()),
    (examples.check_patterns_can_be_read, frozenset()),
    (examples.check_entities_do_not_overlap, frozenset({"config"})),
    (examples.check_entities_are_annotated, frozenset({"data"})),
    (retrieval.check_retrieval, frozenset({"domain", "data"})),
    (duplicates.check_story_titles, frozenset()),
    (duplicates.check_response_ids, frozenset()),
    (duplicates.check_response_files, frozenset()),
    (duplicates.check_examples, frozenset()),
    (unused.check_unused, frozenset({"config", "domain", "data"})),
    (story_names.check_test_names, frozenset({"domain", "data"})),
)


def validate(project: Subject, *, max_history: int | None = None) -> list[Problem]:
    """Everything that is wrong with a project: what reading it found, and what the checks find.

    A check is left out while a file of a part that it compares cannot be read. `max_history` is the number of turns
    over which stories are compared, instead of what the project's policies look at. What is wrong in tests is a
    warning, since it hinders nobody from training.
    """
    compare_stories: Check = partial(contradictions.check_stories, max_history=max_history)
    checks = [*CHECKS, (compare_stories, frozenset({"config", "domain"}))]
    found = [problem for check, parts in checks if not parts & project.incomplete for problem in check(project)]
    tests = [replace(problem, severity=Severity.WARNING) for problem in project.test_problems]
    return [*project.problems, *tests, *found]
