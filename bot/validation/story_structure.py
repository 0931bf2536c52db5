"""Checkpoints that lead nowhere, and rules that span more than one turn."""

from __future__ import annotations

from collections.abc import Iterator

from bot.errors import Problem, Severity, Where, did_you_mean
from bot.stories import CheckpointStep, OrStep, Rule, Story, UserStep
from bot.validation.subject import Subject
from bot.validation.usage import blocks


def check_checkpoints(project: Subject) -> Iterator[Problem]:
    """A checkpoint at the end of a story continues with those that begin with it; one without the other is useless."""
    begun: dict[str, Where | None] = {}
    ended: dict[str, Where | None] = {}
    for block in blocks(project.stories):
        for name, where in _beginning(block):
            begun.setdefault(name, where)
        for name, where in _later(block):
            ended.setdefault(name, where)
    for name, where in begun.items():
        if name not in ended:
            hint = did_you_mean(name, ended) or "End a story with it."
            message = f"no story leads to checkpoint '{name}', so this one is never reached."
            yield Problem("unused", message, where, hint, Severity.WARNING)
    for name, where in ended.items():
        if name not in begun:
            hint = did_you_mean(name, begun) or "Begin a story with it."
            yield Problem("unused", f"no story begins with checkpoint '{name}'.", where, hint, Severity.WARNING)


def check_rule_turns(project: Subject) -> Iterator[Problem]:
    """RulePolicy takes rules of one user turn only, unless `restrict_rules: false` says otherwise."""
    policies = project.config.policies
    if any(spec.name == "RulePolicy" and spec.options.get("restrict_rules") is False for spec in policies):
        return
    for rule in project.stories.rules:
        turns = [step for step in rule.steps if isinstance(step, UserStep | OrStep) and _is_turn(step)]
        if len(turns) > 1:
            message = f"rule '{rule.name}' has {len(turns)} user turns; a rule may have one."
            hint = "Write it as a story, or split it into rules that each begin with what came before."
            yield Problem("yaml-type", message, turns[1].where, hint, Severity.ERROR)


def _is_turn(step: UserStep | OrStep) -> bool:
    return isinstance(step, UserStep) or isinstance(step.options[0], UserStep)


def _beginning(block: Story | Rule) -> Iterator[tuple[str, Where | None]]:
    for step in block.steps:
        if not isinstance(step, CheckpointStep):
            return
        yield step.name, step.where


def _later(block: Story | Rule) -> Iterator[tuple[str, Where | None]]:
    leading = len(list(_beginning(block)))
    for step in block.steps[leading:]:
        if isinstance(step, CheckpointStep):
            yield step.name, step.where
