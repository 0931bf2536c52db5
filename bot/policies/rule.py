"""RulePolicy: what the rules say, forms on their way, and the fallback when nothing else is known.

The order is Rasa's: default actions (`/restart`, `/back`, `/session_start`), the form that is active, rules by the
text of the message, rules by its intent, fallback. Source: `rasa/core/policies/rule_policy.py` of Rasa 3.6.21.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from bot.domain import (
    ACTION_BACK,
    ACTION_LISTEN,
    ACTION_RESTART,
    ACTION_SESSION_START,
    RULE_SNIPPET_ACTION,
    Domain,
)
from bot.events import LoopInterrupted
from bot.policies.base import Prediction, scores
from bot.policies.memoization import examples
from bot.policies.options import PolicyConfig, RuleConfig
from bot.policies.rule_checks import check_completeness, check_contradictions, check_restriction
from bot.policies.rules import LearnedRule, RuleBook, learn, without_snippet
from bot.policies.states import RuleOnly, State, featurise, recent_states
from bot.policies.training_trackers import TrainingTracker, rule_conversations, story_conversations
from bot.registry import register
from bot.tracker import Tracker

DEFAULT_ACTION_OF_INTENT = {
    "restart": ACTION_RESTART,
    "back": ACTION_BACK,
    "session_start": ACTION_SESSION_START,
}
# How the decisions that no written rule makes are called where decisions are compared.
DEFAULT_RULES = "predicting default action with intent "
LOOP_RULES = "handling active loops and forms - "

_INTERRUPTED = "loop_was_interrupted"
_NO_LOOP = "do_not_predict_loop_action"
# How many states of a story's past say anything about rules: the one before an action, and the one before that.
_LOOKED_AT = 2


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy decides, and why. `source` identifies the rule when rules and stories are compared."""

    action: str | None
    source: str | None
    why: str = ""
    is_no_user: bool = False
    is_end_to_end: bool = False
    returns_to_loop: bool = False


@register("policy", "RulePolicy")
class RulePolicy:
    """Decides by rules. `rule_only` are the slots and loops that stories never mention."""

    Config: ClassVar[type[PolicyConfig]] = RuleConfig
    learns_from_rules: ClassVar[bool] = True
    is_heavy: ClassVar[bool] = False
    yields_to_certainty: ClassVar[bool] = False

    def __init__(self, config: RuleConfig) -> None:
        self.config = config
        self.rules = RuleBook()
        self.rule_only = RuleOnly()
        self._unhappy = RuleBook()
        self._not_in_stories: frozenset[str] = frozenset()

    # -- learning ------------------------------------------------------------------------------------------------

    def train(self, trackers: Sequence[TrainingTracker], domain: Domain) -> None:
        """Learn the rules. Raises ProjectError with all rules that are incomplete or contradict each other or stories."""
        domain.action_index(self.config.core_fallback_action_name)
        rules, stories = rule_conversations(trackers), story_conversations(trackers)
        if self.config.restrict_rules:
            check_restriction(rules)
        if self.config.check_for_contradictions:
            check_completeness(rules, domain)
        rule_examples = [example for rule in rules for example in _rule_examples(rule, domain)]
        story_examples = [(states, action) for story in stories for states, action in examples(story, _LOOKED_AT)]
        self.rules = learn(_learnable(rule_examples))
        for rule in [rule for rule in self.rules.rules.values() if rule.action == RULE_SNIPPET_ACTION]:
            self.rules.remove(rule)
        self._unhappy = _unhappy_paths([(states, action) for states, action, _ in rule_examples] + story_examples)
        self._not_in_stories = frozenset()
        if self.config.check_for_contradictions:
            self.rule_only = _rule_only([e[0] for e in rule_examples], [e[0] for e in story_examples])
            self._not_in_stories = check_contradictions(self, rules, stories, domain)

    # -- deciding ------------------------------------------------------------------------------------------------

    def predict(self, tracker: Tracker, domain: Domain, rule_only: RuleOnly | None = None) -> Prediction:
        decision = self.decide(tracker)
        return Prediction(
            type(self).__name__,
            self.probabilities(decision, tracker, domain),
            self.config.priority,
            events=(LoopInterrupted(is_interrupted=True),) if decision.returns_to_loop else (),
            is_end_to_end=decision.is_end_to_end,
            is_no_user_prediction=decision.is_no_user,
            hide_rule_turn=decision.source in self._not_in_stories,
            why=decision.why or ("no rule applies" if decision.action is None else ""),
        )

    def probabilities(self, decision: Decision, tracker: Tracker, domain: Domain) -> tuple[float, ...]:
        """The decided action with certainty; the fallback, with its threshold, below it."""
        config = self.config
        values = (
            {config.core_fallback_action_name: config.core_fallback_threshold}
            if config.enable_fallback_prediction
            else {}
        )
        if decision.action is not None and domain.has_action(decision.action):
            confidence = tracker.latest_message.intent.get("confidence", 1.0)
            values[decision.action] = confidence if config.use_nlu_confidence_as_score else 1.0
        return scores(domain, values)

    def decide(self, tracker: Tracker) -> Decision:
        """The decision, in Rasa's order of precedence."""
        by_text = self._by_rules(tracker, use_text=True)
        default = _default_action(tracker)
        if default and not by_text.action:
            return default
        loop = _loop_on_its_way(tracker)
        if loop:
            return loop
        if by_text.action:
            return by_text
        by_intent = self._by_rules(tracker, use_text=False)
        returns = by_text.returns_to_loop or by_intent.returns_to_loop
        return Decision(by_intent.action, by_intent.source, by_intent.why, returns_to_loop=returns)

    def _by_rules(self, tracker: Tracker, *, use_text: bool) -> Decision:
        if use_text and tracker.latest_action_name != ACTION_LISTEN:
            return Decision(None, None)
        length = max(self.rules.longest, self._unhappy.longest, 1)
        states = recent_states(tracker, length, use_text=use_text)
        rule = self.rules.best(states)
        action, why = (rule.action, rule.source) if rule else (None, "")
        source = rule.key if rule else None
        loop = tracker.active_loop_name
        returns = False
        if loop:
            unhappy = {found.action for found in self._unhappy.applicable(states)}
            if rule and action == ACTION_LISTEN and not rule.states[-1].active_loop:
                # A general rule would wait for the customer in the middle of a form: the form goes on instead.
                if _NO_LOOP not in unhappy:
                    return Decision(loop, source, f"{why}, then form '{loop}' goes on", is_end_to_end=use_text)
                action = None
            returns = _INTERRUPTED in unhappy
        return Decision(action, source, why, is_end_to_end=use_text, returns_to_loop=returns)

    # -- keeping -------------------------------------------------------------------------------------------------

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        shape = {
            "rules": [_rule_dict(rule) for rule in self.rules.rules.values()],
            "rules_for_loop_unhappy_path": [_rule_dict(rule) for rule in self._unhappy.rules.values()],
            "rules_not_in_stories": sorted(self._not_in_stories),
            "rule_only_slots": sorted(self.rule_only.slots),
            "rule_only_loops": sorted(self.rule_only.loops),
        }
        (folder / "rule_policy.json").write_text(json.dumps(shape, ensure_ascii=False), encoding="utf-8")

    def load(self, folder: Path, domain: Domain) -> None:
        shape = json.loads((folder / "rule_policy.json").read_text(encoding="utf-8"))
        self.rules = RuleBook(_rule_of_dict(rule) for rule in shape["rules"])
        self._unhappy = RuleBook(_rule_of_dict(rule) for rule in shape["rules_for_loop_unhappy_path"])
        self._not_in_stories = frozenset(shape["rules_not_in_stories"])
        self.rule_only = RuleOnly(frozenset(shape["rule_only_slots"]), frozenset(shape["rule_only_loops"]))


def _default_action(tracker: Tracker) -> Decision | None:
    """The action of `/restart`, `/back` and `/session_start`, directly after the message."""
    intent = tracker.latest_message.intent_name
    action = DEFAULT_ACTION_OF_INTENT.get(intent or "")
    if action is None or tracker.latest_action_name != ACTION_LISTEN:
        return None
    return Decision(action, f"{DEFAULT_RULES}{intent}", f"default action of intent '{intent}'")


def _loop_on_its_way(tracker: Tracker) -> Decision | None:
    """The active form after each message, and waiting for the customer after the form, unless it refused."""
    loop = tracker.active_loop_name
    if loop is None or tracker.state.is_loop_rejected:
        return None
    if tracker.latest_action_name == loop:
        return Decision(ACTION_LISTEN, f"{LOOP_RULES}{loop} - {ACTION_LISTEN}", f"form '{loop}' waits", is_no_user=True)
    if tracker.latest_action_name is None:
        return None
    return Decision(loop, f"{LOOP_RULES}{loop}", f"form '{loop}' is active", is_no_user=True)


def _rule_examples(rule: TrainingTracker, domain: Domain) -> list[tuple[tuple[State, ...], str, str]]:
    """The states before each action of a rule, from the start; unset slots are left out."""
    source = f"rule '{rule.name}'" + (f" ({rule.where})" if rule.where else "")
    states: list[State] = []
    found = []
    before = rule.tracker.initial_state
    for step in reversed(list(rule.tracker.steps_back())):
        event = step.event
        if event.type_name == "action":
            states.append(featurise(before, domain, omit_unset_slots=True))
            if not getattr(event, "unpredictable", False):
                found.append((tuple(states), event.name_or_text, source))  # type: ignore[attr-defined]
        before = step.state
    return found


def _learnable(
    found: Sequence[tuple[tuple[State, ...], str, str]],
) -> list[tuple[tuple[State, ...], str, str]]:
    cut = [(without_snippet(states), action, source) for states, action, source in found]
    return [(states, action, source) for states, action, source in cut if states]


def _unhappy_paths(found: Sequence[tuple[tuple[State, ...], str]]) -> RuleBook:
    """What rules and stories inside a form say about the way back into it.

    They are consulted with the last action before listening and the current state only.
    """
    paths: dict[tuple[State, ...], str] = {}
    for states, action in found:
        last = states[-1]
        loop = last.active_loop
        if not loop:
            continue
        if len(states) > 1 and states[-2].previous_action:
            pair: Sequence[State] = (State(action=states[-2].action, action_text=states[-2].action_text), last)
        else:
            pair = (last,)
        key = without_snippet(pair)
        if not key:
            continue
        if last.is_after_listen and action == loop:
            paths[key] = _INTERRUPTED
        elif not last.is_after_listen and action != loop:
            paths[key] = _NO_LOOP
    return RuleBook(LearnedRule(states, action, "") for states, action in paths.items())


def _rule_only(rules: Sequence[tuple[State, ...]], stories: Sequence[tuple[State, ...]]) -> RuleOnly:
    slots = [{name for states in found for name, _ in states[-1].slots} for found in (rules, stories)]
    loops = [{states[-1].active_loop for states in found} for found in (rules, stories)]
    return RuleOnly(frozenset(slots[0] - slots[1]), frozenset(name for name in loops[0] - loops[1] if name))


def _rule_dict(rule: LearnedRule) -> dict[str, object]:
    return {"states": [s.as_dict() for s in rule.states], "action": rule.action, "key": rule.key, "source": rule.source}


def _rule_of_dict(shape: dict[str, str]) -> LearnedRule:
    states = tuple(State.from_dict(state) for state in shape["states"])  # type: ignore[arg-type]
    return LearnedRule(states, shape["action"], shape["key"], shape["source"])
