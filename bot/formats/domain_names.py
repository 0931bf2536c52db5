"""The sections of a domain that are lists of names: intents, entities, actions; and forms."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain import ActionProperties, EntityProperties, Form, IntentProperties
from bot.errors import Severity
from bot.formats import shapes
from bot.formats.nodes import Mapping, Node, Scalar
from bot.formats.problem_list import ProblemList


def read_intents(node: Node | None, problems: ProblemList) -> Iterator[tuple[str, IntentProperties]]:
    nodes = shapes.items(node, "`intents`", problems)
    for name, key, body in shapes.named_mappings(nodes, "intent", problems):
        if body is None:
            yield name, IntentProperties(where=key.where)
            continue
        known = ("use_entities", "ignore_entities")
        shapes.known_keys(body, known, f"intent '{name}'", problems, severity=Severity.WARNING)
        ignored = _entities(body.get("ignore_entities"), "`ignore_entities`", problems)
        yield (
            name,
            IntentProperties(
                use_entities=_used_entities(body, problems),
                ignore_entities=ignored,
                ignore_given="ignore_entities" in body,
                where=key.where,
            ),
        )


def _used_entities(body: Mapping, problems: ProblemList) -> tuple[str, ...] | None:
    """None for all, which is also the default; false, null and [] mean none."""
    node = body.get("use_entities")
    if node is None or (isinstance(node, Scalar) and node.value is True):
        return None
    return _entities(node, "`use_entities`", problems)


def _entities(node: Node | None, what: str, problems: ProblemList) -> tuple[str, ...]:
    if isinstance(node, Scalar) and (node.value is None or node.value is False):
        return ()
    return shapes.names(node, what, problems)


def read_entities(node: Node | None, problems: ProblemList) -> Iterator[tuple[str, EntityProperties]]:
    nodes = shapes.items(node, "`entities`", problems)
    for name, key, body in shapes.named_mappings(nodes, "entity", problems):
        if body is None:
            yield name, EntityProperties(where=key.where)
            continue
        known = ("roles", "groups", "influence_conversation")
        shapes.known_keys(body, known, f"entity '{name}'", problems, severity=Severity.WARNING)
        influences = body.get("influence_conversation")
        yield (
            name,
            EntityProperties(
                roles=shapes.names(body.get("roles"), "`roles`", problems),
                groups=shapes.names(body.get("groups"), "`groups`", problems),
                influence_conversation=shapes.boolean(influences, "`influence_conversation`", problems, default=True),
                where=key.where,
            ),
        )


def read_actions(node: Node | None, problems: ProblemList) -> Iterator[tuple[str, ActionProperties]]:
    nodes = shapes.items(node, "`actions`", problems)
    for name, key, body in shapes.named_mappings(nodes, "action", problems):
        if body is None:
            yield name, ActionProperties(where=key.where)
            continue
        send_domain = shapes.boolean(body.get("send_domain"), "`send_domain`", problems, default=False)
        extra = {entry.text: value.plain() for entry, value in body.items() if entry.text != "send_domain"}
        yield name, ActionProperties(send_domain=send_domain, extra=extra, where=key.where)


def read_forms(node: Node | None, problems: ProblemList) -> Iterator[Form]:
    section = shapes.mapping(node, "`forms`", problems)
    for key, value in section.items() if section else ():
        body = shapes.mapping(value, f"form '{key.text}'", problems)
        if body is None:
            yield Form(key.text, where=key.where)
            continue
        if len(body) and "required_slots" not in body:
            problems.error(
                "missing-key",
                f"form '{key.text}' has no `required_slots`.",
                key,
                "List the slots' names there; how they are filled stands under `slots`.",
            )
        shapes.known_keys(body, ("required_slots", "ignored_intents"), f"form '{key.text}'", problems)
        required = body.get("required_slots")
        if isinstance(required, Mapping):
            problems.error(
                "yaml-type",
                f"the `required_slots` of form '{key.text}' must be a list of names.",
                required,
                "Move their mappings to `slots`; `conditions: [{active_loop: FORM}]` keeps them to this form.",
            )
            slots = tuple(required)
        else:
            slots = shapes.names(required, "`required_slots`", problems)
        yield Form(
            key.text,
            required_slots=slots,
            ignored_intents=shapes.names(body.get("ignored_intents"), "`ignored_intents`", problems),
            where=key.where,
        )
