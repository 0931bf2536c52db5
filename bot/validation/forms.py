"""Forms that cannot ask, cannot end, or wait for slots that nothing fills."""

from __future__ import annotations

from collections.abc import Iterator

from bot.errors import Problem, Severity
from bot.stories import ActionStep, LoopStep, SlotStep
from bot.validation.subject import Subject
from bot.validation.usage import blocks, own_code, steps


def check_forms_ask(project: Subject) -> Iterator[Problem]:
    """Each required slot needs a question, unless the form's own action decides what is asked."""
    domain = project.domain
    for form in domain.forms.values():
        if form.name in domain.actions or f"validate_{form.name}" in domain.actions:
            continue
        for slot in form.required_slots:
            names = (f"{form.name}_{slot}", slot)
            asked = any(
                f"utter_ask_{name}" in domain.responses or f"action_ask_{name}" in domain.actions for name in names
            )
            if not asked:
                message = f"form '{form.name}' has no question for slot '{slot}'."
                hint = f"Add the response 'utter_ask_{form.name}_{slot}' or 'utter_ask_{slot}'."
                yield Problem("missing-key", message, form.where, hint, Severity.WARNING)


def check_forms_end(project: Subject) -> Iterator[Problem]:
    """Each form that is started needs a story or rule that says what comes when it is done."""
    started, ended = set(), set()
    for block in blocks(project.stories):
        found = list(steps(block))
        names = {step.name for step in found if isinstance(step, ActionStep | LoopStep) and step.name}
        started |= names
        if any(isinstance(step, LoopStep) and step.name is None for step in found):
            ended |= names
    for form in project.domain.forms.values():
        if form.name in started and form.name not in ended:
            message = f"no story or rule says what comes when form '{form.name}' is done."
            hint = f"Add one with `action: {form.name}`, then `active_loop: null`."
            yield Problem("missing-key", message, form.where, hint, Severity.WARNING)


def check_slots_are_set(project: Subject) -> Iterator[Problem]:
    """A slot that no mapping and no action of the project's own sets; a form that requires it waits for ever."""
    domain = project.domain
    code = own_code(project.root) if domain.actions else ""
    if domain.actions and not code:  # actions elsewhere, any of which may set any slot
        return
    required = {slot: form for form in domain.forms.values() for slot in form.required_slots}
    tested = {step.name for block in blocks(project.stories) for step in steps(block) if isinstance(step, SlotStep)}
    for slot in domain.slots.values():
        if any(mapping.type != "custom" or mapping.action for mapping in slot.mappings) or slot.name in code:
            continue
        if slot.name in required:
            message = f"form '{required[slot.name].name}' requires slot '{slot.name}', which nothing sets."
        elif slot.name in tested and slot.initial_value is None:
            message = f"stories or rules test slot '{slot.name}', which nothing sets."
        else:
            continue
        yield Problem("missing-key", message, slot.where, "Add a mapping, or an action.", Severity.WARNING)
