"""Rules that have been learned, and finding those that apply.

A rule is a sequence of states and the action that follows. It applies when each of its states, compared backwards
from the current one, is contained in the conversation's state. Candidates are found by the features of the last
state, so that the number of rules does not matter. Source: `rasa/core/policies/rule_policy.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.conversation_state import SHOULD_NOT_BE_SET
from bot.policies.states import State, json_key


@dataclass(frozen=True)
class LearnedRule:
    """`key` is Rasa's text of the rule; the longest of all that apply wins. `source` names where it was learned."""

    states: tuple[State, ...]
    action: str
    key: str
    source: str = ""

    @property
    def weight(self) -> int:
        return len(self.key)


class RuleBook:
    """Rules, found by what the conversation looks like."""

    def __init__(self, rules: Iterable[LearnedRule] = ()) -> None:
        self.rules: dict[tuple[State, ...], LearnedRule] = {}
        self._index: dict[tuple[str | None, str | None], list[LearnedRule]] = defaultdict(list)
        self.longest = 0
        for rule in rules:
            self.add(rule)

    def add(self, rule: LearnedRule) -> None:
        self.rules[rule.states] = rule
        self._index[_index_key(rule.states[-1])].append(rule)
        self.longest = max(self.longest, len(rule.states))

    def remove(self, rule: LearnedRule) -> None:
        del self.rules[rule.states]
        self._index[_index_key(rule.states[-1])].remove(rule)

    def applicable(self, states: Sequence[State]) -> Iterator[LearnedRule]:
        """The rules that apply in a conversation whose last states these are."""
        if not states:
            return
        last = states[-1]
        inputs = [last.intent, _text_key(last.text) if last.text else None, None]
        for user_input in dict.fromkeys(inputs):
            for rule in self._index.get((last.previous_action, user_input), ()):
                if _applies(rule.states, states):
                    yield rule

    def best(self, states: Sequence[State]) -> LearnedRule | None:
        """The most specific rule that applies; of equals, the one that was written first."""
        return max(self.applicable(states), key=lambda rule: rule.weight, default=None)

    def __len__(self) -> int:
        return len(self.rules)


def learn(examples: Iterable[tuple[tuple[State, ...], str, str]]) -> RuleBook:
    """A book of (states, action, source); situations with two different actions are left out."""
    actions: dict[tuple[State, ...], tuple[str, str]] = {}
    ambiguous: set[tuple[State, ...]] = set()
    for states, action, source in examples:
        known = actions.get(states)
        if known is None and states not in ambiguous:
            actions[states] = (action, source)
        elif known is not None and known[0] != action:
            ambiguous.add(states)
            del actions[states]
    return RuleBook(
        LearnedRule(states, action, json_key(states), source) for states, (action, source) in actions.items()
    )


def without_snippet(states: Sequence[State]) -> tuple[State, ...]:
    """The states after the last `...`, which stands for anything that came before."""
    for index in range(len(states) - 1, -1, -1):
        if states[index].is_rule_snippet:
            return tuple(states[index + 1 :])
    return tuple(states)


def _index_key(state: State) -> tuple[str | None, str | None]:
    return (state.previous_action, state.intent or (_text_key(state.text) if state.text else None))


def _text_key(text: str) -> str:
    return "text: " + text


def _applies(rule: Sequence[State], conversation: Sequence[State]) -> bool:
    for distance, state in enumerate(reversed(rule), start=1):
        if distance > len(conversation):
            # The conversation is shorter than the rule: as in Rasa, what there is has matched, and that is enough.
            return True
        actual = conversation[-distance]
        if state.previous_action is None and actual.previous_action is None:
            continue
        if state.previous_action is None or actual.previous_action is None:
            return False
        if not _is_contained(state, actual):
            return False
    return True


def _is_contained(rule: State, actual: State) -> bool:
    """Whether all that a rule's state says is true of the actual one."""
    return (
        (rule.intent is None or rule.intent == actual.intent)
        and (rule.text is None or rule.text == actual.text)
        and (not rule.entities or rule.entities == actual.entities)
        and (rule.action is None or rule.action == actual.action)
        and (rule.action_text is None or rule.action_text == actual.action_text)
        and _value_holds(rule.loop, actual.loop)
        and _slots_hold(rule, actual)
    )


def _slots_hold(rule: State, actual: State) -> bool:
    if not rule.slots:
        return True
    values = dict(actual.slots)
    return all(_value_holds(value, values.get(name)) for name, value in rule.slots)


def _value_holds(wanted: object, actual: object) -> bool:
    if wanted is None:
        return True
    if wanted == SHOULD_NOT_BE_SET:
        return not actual or actual == SHOULD_NOT_BE_SET
    return wanted == actual
