"""Rules that can never apply, and rules that leave out what an action does in others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.domain import ACTION_LISTEN, DEFAULT_ACTIONS, RULE_SNIPPET_ACTION
from bot.errors import Problem, Severity, Where
from bot.stories import ActionStep, LoopStep, Rule, SlotStep, UserStep
from bot.validation.contradictions import rules_are_checked
from bot.validation.states import NOT_SET, Walker
from bot.validation.subject import Subject
from bot.validation.usage import blocks, flat, own_code


@dataclass
class _Effects:
    """What stands after an action in some rule: the slots and forms, each with its first place."""

    slots: dict[str, Where | None] = field(default_factory=dict)
    loops: dict[str, Where | None] = field(default_factory=dict)


def check_rules_are_reached(project: Subject) -> Iterator[Problem]:
    """A condition on a form that nothing starts, two values of one slot, a beginning that nothing leads to."""
    started, done_by = _runs(project)
    code = own_code(project.root) if project.domain.actions else ""
    for rule in project.stories.rules:
        yield from _conditions_that_exclude_one_another(rule)
        for condition in rule.condition:
            form = condition.name if isinstance(condition, LoopStep) else None
            if form in project.domain.forms and form not in started and str(form) not in code:
                message = f"rule '{rule.name}' is for form '{form}', which no story or rule starts."
                hint = f"Add a rule with `action: {form}` and `active_loop: {form}`."
                yield Problem("unused", message, condition.where, hint, Severity.WARNING)
        first = rule.steps[0] if rule.steps and not rule.conversation_start else None
        if isinstance(first, ActionStep) and first.name and first.name not in (*project.domain.forms, *DEFAULT_ACTIONS):
            others = done_by.get(first.name, set()) - {id(rule)}
            if not others and first.name not in code and (code or not project.domain.actions):
                message = f"rule '{rule.name}' begins with '{first.name}', which no other rule or story does."
                yield Problem("unused", message, first.where, "Begin it with an intent.", Severity.WARNING)


def check_rules_are_complete(project: Subject) -> Iterator[Problem]:
    """RulePolicy refuses a rule that leaves out a slot or form that the same action sets in another rule."""
    if not rules_are_checked(project):
        return
    walker = Walker(project.domain, initial_slots=False)
    effects = _effects(project, walker)
    for rule in project.stories.rules:
        reported: set[str] = set()
        for decision in walker.rule(rule):
            now = dict(decision.history.state)
            action = now.get(("previous", "action"))
            if action not in effects or RULE_SNIPPET_ACTION in (action, decision.action):
                continue
            known = effects[str(action)]
            missing = [name for name in known.slots if ("slots", name) not in now]
            if missing and f"{action} slots" not in reported:
                reported.add(f"{action} slots")
                names = ", ".join(f"'{name}'" for name in missing)
                yield _incomplete(rule, str(action), f"slot {names}", "slot_was_set", known.slots[missing[0]])
            loop = now.get(("loop", "name"))
            if known.loops and loop not in known.loops and f"{action} loop" not in reported:
                reported.add(f"{action} loop")
                name, where = next(iter(known.loops.items()))
                shown = "`active_loop: null`" if name == NOT_SET else f"`active_loop: {name}`"
                yield _incomplete(rule, str(action), shown, "active_loop", where)


def _runs(project: Subject) -> tuple[set[str], dict[str, set[int]]]:
    """The actions that are run outside of the form of that name, and the blocks that run each action."""
    started: set[str] = set()
    done_by: dict[str, set[int]] = {}
    for block in blocks(project.stories):
        inside = {c.name for c in block.condition if isinstance(c, LoopStep)} if isinstance(block, Rule) else set()
        for step in block.steps:
            if isinstance(step, ActionStep) and step.name:
                done_by.setdefault(step.name, set()).add(id(block))
                started |= {step.name} - {name for name in inside if name}
            elif isinstance(step, LoopStep) and step.name:
                started |= {step.name} - {name for name in inside if name}
    return started, done_by


def _conditions_that_exclude_one_another(rule: Rule) -> Iterator[Problem]:
    first: dict[str, SlotStep | LoopStep] = {}
    for condition in rule.condition:
        name = condition.name if isinstance(condition, SlotStep) else ""
        known = first.setdefault(name or "", condition)
        values = [c.value if isinstance(c, SlotStep) else c.name for c in (known, condition)]
        if known is not condition and values[0] != values[1]:
            what = f"slot '{name}'" if name else "`active_loop`"
            message = f"rule '{rule.name}' never applies: its conditions ask for two values of {what}."
            related = (("the first", known.where),) if known.where else ()
            yield Problem("unused", message, condition.where, "Remove one of them.", Severity.WARNING, related)


def _effects(project: Subject, walker: Walker) -> dict[str, _Effects]:
    found: dict[str, _Effects] = {}
    for rule in project.stories.rules:
        action: str | None = None
        for step in flat(rule.steps):
            match step:
                case ActionStep():
                    action = step.name or step.text
                case UserStep():
                    action = None  # what entities set is not the doing of action_listen
                case SlotStep(name=name) if action and name in walker.featurised:
                    found.setdefault(action, _Effects()).slots.setdefault(name, step.where)
                case LoopStep(name=loop) if action:
                    found.setdefault(action, _Effects()).loops.setdefault(loop or NOT_SET, step.where)
    found.pop(ACTION_LISTEN, None)
    return found


def _incomplete(rule: Rule, action: str, what: str, step: str, where: Where | None) -> Problem:
    message = f"rule '{rule.name}' leaves out {what} after '{action}', which stands after it in another rule."
    hint = (
        f"Add `{step}` after it (`null` where it must not be set), or end the rule with `wait_for_user_input: false` "
        "when it is the last action."
    )
    place = next((found.where for found in rule.steps if isinstance(found, ActionStep) and found.name == action), None)
    related = (("here", where),) if where else ()
    return Problem("contradiction", message, place or rule.where, hint, Severity.ERROR, related)
