"""What is wrong with rules: too long, incomplete, or in contradiction with each other or with stories.

Source: `_check_for_incomplete_rules` and `_analyze_rules` of `rasa/core/policies/rule_policy.py`, and
`rasa/core/training/training.py`. All problems are reported at once, each with the places it concerns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.conversation_state import SHOULD_NOT_BE_SET
from bot.domain import ACTION_LISTEN, RULE_SNIPPET_ACTION, Domain
from bot.errors import Problem, ProjectError, Where
from bot.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, SlotSet, UserUttered
from bot.policies.rules import LearnedRule, without_snippet
from bot.policies.states import json_key, recent_states
from bot.policies.training_trackers import TrainingTracker
from bot.tracker import Tracker

if TYPE_CHECKING:
    from bot.policies.rule import Decision, RulePolicy

_WHOLE = 1_000_000


def check_restriction(rules: Sequence[TrainingTracker]) -> None:
    """Raises ProjectError when a rule holds more than one message of the user."""
    too_long = [rule for rule in rules if sum(isinstance(e, UserUttered) for e in rule.tracker.events) > 1]
    if too_long:
        raise ProjectError(
            Problem(
                "contradiction",
                f"the rule '{rule.name}' holds more than one user message.",
                rule.where,
                "Rules are not a state machine: write a story for this.",
            )
            for rule in too_long
        )


# -- completeness ------------------------------------------------------------------------------------------------------


@dataclass
class _Fingerprint:
    """What follows an action in some rule."""

    slots: set[str] = field(default_factory=set)
    loops: set[str | None] = field(default_factory=set)


def check_completeness(rules: Sequence[TrainingTracker], domain: Domain) -> None:
    """Raises ProjectError when an action sets a slot or form in one rule and a rule that runs it does not say so."""
    fingerprints = _fingerprints(rules, domain)
    problems: list[Problem] = []
    for rule in rules:
        states = rule.raw_states
        for index, state in enumerate(states):
            next_action = states[index + 1].action if index + 1 < len(states) else ACTION_LISTEN
            action = state.action
            if not action or action not in fingerprints or RULE_SNIPPET_ACTION in (action, next_action):
                continue
            expected = fingerprints[action]
            missing = expected.slots - {name for name, _ in state.slots}
            if missing:
                problems.append(_missing_slots(rule, action, missing))
            if expected.loops and state.loop not in expected.loops:
                problems.append(_missing_loop(rule, action, expected.loops))
    if problems:
        raise ProjectError(problems)


def _fingerprints(rules: Sequence[TrainingTracker], domain: Domain) -> dict[str, _Fingerprint]:
    featurised = {slot.name for slot in domain.featurised_slots}
    found: dict[str, _Fingerprint] = defaultdict(_Fingerprint)
    for rule in rules:
        action: str | None = None
        for event in rule.tracker.events:
            match event:
                case ActionExecuted():
                    action = event.name_or_text
                case UserUttered():
                    action = None  # what entities set is not the doing of action_listen
                case SlotSet(name=name) if action and name in featurised:
                    found[action].slots.add(name)
                case ActiveLoop(name=name) if action:
                    found[action].loops.add(name)
    return found


def _missing_slots(rule: TrainingTracker, action: str, slots: set[str]) -> Problem:
    names = ", ".join(sorted(slots))
    return Problem(
        "contradiction",
        f"the action '{action}' in rule '{rule.name}' does not set slots that it sets in other rules: {names}.",
        rule.where,
        "Add `slot_was_set` after it (`null` where it must not be set), or end the rule with "
        "`wait_for_user_input: false` when it is the last action.",
    )


def _missing_loop(rule: TrainingTracker, action: str, loops: set[str | None]) -> Problem:
    names = ", ".join(sorted("null" if name in (SHOULD_NOT_BE_SET, None) else str(name) for name in {*loops, action}))
    return Problem(
        "contradiction",
        f"the form '{action}' in rule '{rule.name}' does not set the `active_loop` that it sets in other rules: {names}.",
        rule.where,
        "Add `active_loop` after it, or end the rule with `wait_for_user_input: false` when it is the last action.",
    )


# -- contradictions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Said:
    """A rule that says what to do in some situation."""

    name: str
    action: str
    where: Where | None


def check_contradictions(
    policy: RulePolicy, rules: Sequence[TrainingTracker], stories: Sequence[TrainingTracker], domain: Domain
) -> frozenset[str]:
    """Replay all rules and stories, and compare what the rules decide with what is written.

    Returns the sources of decisions that occur in no story. Raises ProjectError with all contradictions.
    """
    said: dict[str, list[_Said]] = defaultdict(list)
    for rule in rules:
        for running, gold in _predictable_actions(rule, domain):
            decided, decision = _decide(policy, running, gold, rule.is_rule, domain)
            if decision.source:
                said[decision.source].append(_what_is_said(rule, decided, gold, decision))
    problems: list[Problem] = []
    used: set[str] = set()
    for tracker in (*stories, *rules):
        for running, gold in _predictable_actions(tracker, domain):
            decided, decision = _decide(policy, running, gold, tracker.is_rule, domain)
            if decided == gold and not tracker.is_rule and decision.source:
                used.add(decision.source)
            if decided is None or decided == gold or not decision.source:
                continue
            if _is_superseded(policy, tracker, decided, decision.source):
                continue
            against = [rule for rule in said[decision.source] if rule.action != gold]
            if against:
                problems.append(_contradiction(policy, tracker, gold, decided, against))
    if problems:
        raise ProjectError(problems)
    return frozenset((said.keys() | _built_in_sources(domain)) - used)


def _predictable_actions(tracker: TrainingTracker, domain: Domain) -> Iterator[tuple[Tracker, str]]:
    """The situations before each action that rules may decide, and the action that is written there.

    It is one tracker, which goes on with the conversation: a form that has refused has refused for the next step too.
    """
    running = Tracker(tracker.name, domain, clock=lambda: 0.0)
    is_first = True
    for event in tracker.tracker.applied_events():
        if isinstance(event, ActionExecuted):
            if event.name == RULE_SNIPPET_ACTION:
                is_first = True
            elif is_first or event.unpredictable:
                is_first = False
            else:
                yield running, event.name_or_text
        running.update(event)


def _decide(
    policy: RulePolicy, running: Tracker, gold: str, is_rule: bool, domain: Domain
) -> tuple[str | None, Decision]:
    decided, decision = _decide_once(policy, running, is_rule, domain)
    if running.active_loop_name and decided != gold and decided == running.active_loop_name:
        # The form comes first; what is written here happens after it has refused.
        running.update(ActionExecutionRejected(running.active_loop_name))
        decided, decision = _decide_once(policy, running, is_rule, domain)
    return decided, decision


def _decide_once(policy: RulePolicy, running: Tracker, is_rule: bool, domain: Domain) -> tuple[str | None, Decision]:
    decision = policy.decide(running)
    decided = decision.action
    if decision.source is None and is_rule:
        key = json_key(without_snippet(recent_states(running, _WHOLE)))
        decision = replace(decision, source=key)
    if decided is None and is_rule:
        probabilities = policy.probabilities(decision, running, domain)
        decided = domain.action_names[probabilities.index(max(probabilities))]
    return decided, decision


def _what_is_said(rule: TrainingTracker, decided: str | None, gold: str, decision: Decision) -> _Said:
    source = decision.source or ""
    if source.startswith(_BUILT_IN):
        return _Said(source, decided or gold, None)
    return _Said(rule.name, gold, rule.where)


_BUILT_IN = ("predicting default action with intent ", "handling active loops and forms - ")


def _built_in_sources(domain: Domain) -> set[str]:
    defaults = {f"{_BUILT_IN[0]}{intent}" for intent in ("restart", "back", "session_start")}
    forms = {f"{_BUILT_IN[1]}{form}{end}" for form in domain.forms for end in ("", f" - {ACTION_LISTEN}")}
    return defaults | forms


def _is_superseded(policy: RulePolicy, tracker: TrainingTracker, decided: str, source: str) -> bool:
    """A rule that only waits after an action gives way to a story when another rule begins in the same way."""
    if tracker.is_rule or decided != ACTION_LISTEN or source.count("prev_action") > 1:
        return False
    rules = policy.rules.rules.values()
    if not any(rule.key.startswith(source[:-2]) and rule.key != source for rule in rules):
        return False
    waiting: LearnedRule | None = next((rule for rule in rules if rule.key == source), None)
    if waiting:
        policy.rules.remove(waiting)
    return True


def _contradiction(
    policy: RulePolicy, tracker: TrainingTracker, gold: str, decided: str, against: list[_Said]
) -> Problem:
    kind = "rule" if tracker.is_rule else "story"
    names = ", ".join(dict.fromkeys(f"'{rule.name}'" for rule in against))
    # That "the fallback was decided" would only confuse: it means that the rules cancel one another out.
    outcome = f", which predicts '{decided}'" if decided != policy.config.core_fallback_action_name else ""
    return Problem(
        "contradiction",
        f"the action '{gold}' in {kind} '{tracker.name}' contradicts rule {names}{outcome}.",
        tracker.where,
        related=tuple((f"rule '{rule.name}'", rule.where) for rule in against if rule.where),
    )
