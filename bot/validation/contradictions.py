"""Stories and rules that ask for different actions in the same situation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, takewhile

from bot.domain import ACTION_LISTEN, RULE_SNIPPET_ACTION
from bot.errors import Problem, Severity, Where
from bot.stories import Rule, Story
from bot.validation.states import Decision, Feature, History, State, Walker, matches
from bot.validation.subject import Subject

_PREVIOUS: Feature = ("previous", "action")
_LOOP: Feature = ("loop", "name")
_INTENT: Feature = ("user", "intent")
_ANSWERED_BY_DEFAULT = frozenset({"restart", "back", "session_start"})


@dataclass(frozen=True, slots=True)
class _Enforced:
    """What a rule enforces: the states that must have been met, the present one first, and the action."""

    states: tuple[State, ...]
    action: str
    rule: Rule
    where: Where | None


def check_stories(project: Subject, *, max_history: int | None = None) -> Iterator[Problem]:
    """Stories that differ after the same last `max_history` turns; by default as many as MemoizationPolicy looks at."""
    window = max_history or _memoized_turns(project)
    first: dict[object, Decision] = {}
    reported: set[tuple[str, str, str, str]] = set()
    walker = Walker(project.domain)
    for decision in walker.stories(project.stories.stories):
        if decision.history.before is None:  # every conversation begins by listening, whatever a story begins with
            continue
        key = tuple(islice(decision.history, window)) if window else decision.history
        known = first.setdefault(key, decision)
        between = (known.block.name, known.action, decision.block.name, decision.action)
        if known.action != decision.action and between not in reported:
            reported.add(between)
            yield _contradiction(known, decision.action, decision.block, decision.where, Severity.WARNING)
    for story, checkpoint in walker.unmet:
        message = (
            f"story '{story.name}' is never told: its conditions are not met where '{checkpoint.name}' is reached."
        )
        hint = "Add `slot_was_set` to the stories that lead to it, or remove the condition."
        yield Problem("unused", message, checkpoint.where, hint, Severity.WARNING)


def check_rules(project: Subject) -> Iterator[Problem]:
    """Rules against rules, and stories against rules, wherever no form is active."""
    if not rules_are_checked(project):
        return
    walker = Walker(project.domain, initial_slots=False)
    rules = [(rule, walker.rule(rule)) for rule in project.stories.rules]
    enforced = [kept for rule, decisions in rules for decision in decisions if (kept := _enforced(rule, decision))]
    yield from _rules_against_rules(enforced)
    yield from _stories_against_rules(walker.stories(project.stories.stories), enforced)


def check_same_rules(project: Subject) -> Iterator[Problem]:
    """A rule that does just what another one does is never needed."""
    walker = Walker(project.domain, initial_slots=False)
    first: dict[tuple[object, ...], Rule] = {}
    for rule in project.stories.rules:
        key = tuple((kept.states, kept.action) for one in walker.rule(rule) if (kept := _enforced(rule, one)))
        known = first.setdefault(key, rule)
        if known is not rule and key:
            related = ((f"rule '{known.name}'", known.where),) if known.where else ()
            message = f"rule '{rule.name}' does what rule '{known.name}' does."
            yield Problem("unused", message, rule.where, "Remove one of them.", Severity.WARNING, related)


def _rules_against_rules(enforced: list[_Enforced]) -> Iterator[Problem]:
    first: dict[tuple[State, ...], _Enforced] = {}
    reported: set[tuple[int, int]] = set()
    for one in enforced:
        known = first.setdefault(one.states, one)
        pair = (id(known.rule), id(one.rule))
        if known.action != one.action and known.rule is not one.rule and pair not in reported:
            reported.add(pair)
            decision = Decision(History(known.states[0]), known.action, known.where, known.rule)
            yield _contradiction(decision, one.action, one.rule, one.where, Severity.ERROR)


def _stories_against_rules(decisions: list[Decision], enforced: list[_Enforced]) -> Iterator[Problem]:
    by_present: dict[tuple[object, object], list[_Enforced]] = {}
    for one in enforced:
        present = dict(one.states[0])
        by_present.setdefault((present.get(_PREVIOUS), present.get(_INTENT)), []).append(one)
    reported: set[tuple[str, str, str]] = set()
    for decision in decisions:
        now = dict(decision.history.state)
        previous, intent = now.get(_PREVIOUS), now.get(_INTENT)
        if _LOOP in now or intent in _ANSWERED_BY_DEFAULT:
            continue
        candidates = by_present.get((previous, intent), []) + (by_present.get((previous, None), []) if intent else [])
        applicable = [one for one in candidates if _applies(one, decision.history)]
        if not applicable or any(one.action == decision.action for one in applicable):
            continue
        strongest = max(applicable, key=lambda one: (len(one.states), sum(map(len, one.states))))
        between = (decision.block.name, decision.action, strongest.rule.name)
        if between not in reported:
            reported.add(between)
            rule = Decision(decision.history, strongest.action, strongest.where, strongest.rule)
            yield _contradiction(rule, decision.action, decision.block, decision.where, Severity.ERROR)


def _enforced(rule: Rule, decision: Decision) -> _Enforced | None:
    """What remains of a rule's states is what comes after its beginning, which stands for anything."""
    states = tuple(takewhile(lambda state: dict(state).get(_PREVIOUS) != RULE_SNIPPET_ACTION, decision.history))
    if not states or decision.action == RULE_SNIPPET_ACTION:
        return None
    return _Enforced(states, decision.action, rule, decision.where)


def _applies(one: _Enforced, history: History) -> bool:
    """Whether a rule's states are found, turn by turn, at the end of a conversation."""
    for wanted, found in zip(one.states, history, strict=False):
        begins, began = _PREVIOUS not in dict(wanted), _PREVIOUS not in dict(found)
        if begins and began:
            continue
        if begins or began or not matches(wanted, dict(found)):
            return False
    return True


def _contradiction(
    known: Decision, action: str, block: Story | Rule, where: Where | None, severity: Severity
) -> Problem:
    one, other = _name(known.block), _name(block)
    situation = _situation(known.history.state)
    message = f"{situation}, {other} goes on with '{action}', but {one} goes on with '{known.action}'."
    related = ((f"{one} goes on with '{known.action}'", known.where),) if known.where else ()
    hint = "Tell them apart by what comes before, by a slot or by a condition, or make them agree."
    return Problem("contradiction", message, where, hint, severity, related)


def _name(block: Story | Rule) -> str:
    return f"{'rule' if isinstance(block, Rule) else 'story'} '{block.name}'"


def _situation(state: State) -> str:
    """The last state in words: what the user said, or what was done since."""
    now = dict(state)
    previous, intent = now.get(_PREVIOUS), now.get(_INTENT)
    if previous == ACTION_LISTEN:
        return f"after intent '{intent}'" if intent else "after the same words"
    return "at the start" if previous is None else f"after action '{previous}'"


def _memoized_turns(project: Subject) -> int | None:
    """The fewest turns that a memoization policy looks at; None for all of them."""
    policies = [spec for spec in project.config.policies if spec.name.endswith("MemoizationPolicy")]
    turns = [spec.options.get("max_history") for spec in policies]
    return min((turn for turn in turns if isinstance(turn, int) and turn > 0), default=None)


def rules_are_checked(project: Subject) -> bool:
    for spec in project.config.policies:
        if spec.name == "RulePolicy":
            return spec.options.get("check_for_contradictions", True) is not False
    return False
