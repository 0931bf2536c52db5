"""The `slots:` section of a domain."""

from __future__ import annotations

from bot.errors import Severity, did_you_mean
from bot.formats import shapes
from bot.formats.nodes import Mapping, Node, Scalar
from bot.formats.problem_list import ProblemList
from bot.slots import MAPPING_TYPES, TYPES, MappingCondition, Slot, SlotMapping

_SLOT_KEYS = ("type", "initial_value", "influence_conversation", "mappings", "values", "min_value", "max_value")
_IGNORED_SLOT_KEYS = ("value_reset_delay", "auto_fill")
_MAPPING_KEYS = ("type", "entity", "role", "group", "intent", "not_intent", "value", "action", "conditions")
_RASA_CLASSES = {f"rasa.shared.core.slots.{name}Slot": kind for name, kind in (
    ("Text", "text"), ("Boolean", "bool"), ("Float", "float"), ("Categorical", "categorical"), ("List", "list"),
    ("Any", "any"),
)}  # fmt: skip
_NEEDED = {"from_entity": "entity", "from_intent": "value", "from_trigger_intent": "value"}


def read_slots(node: Node | None, problems: ProblemList) -> list[Slot]:
    section = shapes.mapping(node, "`slots`", problems)
    return [_slot(key, value, problems) for key, value in section.items()] if section else []


def _slot(key: Scalar, node: Node, problems: ProblemList) -> Slot:
    name = key.text
    what = f"slot '{name}'"
    body = shapes.mapping(node, what, problems)
    if body is None:
        if shapes.is_null(node):
            problems.error("missing-key", f"{what} has no type.", key, "Write, for example, `type: text`.")
        return Slot(name, where=key.where)
    if not _has_own_class(body):
        shapes.known_keys(body, (*_SLOT_KEYS, *_IGNORED_SLOT_KEYS), what, problems)
    initial = body.get("initial_value")
    kind = _type(body, what, problems)
    return Slot(
        name=name,
        type=kind,
        initial_value=initial.plain() if initial is not None else None,
        influence_conversation=shapes.boolean(
            body.get("influence_conversation"), "`influence_conversation`", problems, default=kind != "any"
        ),
        mappings=_mappings(body, what, key, problems),
        values=_values(body, what, problems),
        min_value=shapes.number(body.get("min_value"), "`min_value`", problems, default=0.0),
        max_value=shapes.number(body.get("max_value"), "`max_value`", problems, default=1.0),
        extra={entry.text: value.plain() for entry, value in body.items() if entry.text not in _SLOT_KEYS},
        where=key.where,
    )


def _has_own_class(body: Mapping) -> bool:
    """A slot class of the project's own, a dotted path, may take options that are unknown here."""
    written = body.get("type")
    return isinstance(written, Scalar) and "." in written.text


def _type(body: Mapping, what: str, problems: ProblemList) -> str:
    node = body.get("type")
    if node is None:
        problems.error("missing-key", f"{what} has no type.", body, f"Types are {', '.join(TYPES)}.")
        return "text"
    found = shapes.name(node, f"the type of {what}", problems)
    if found is None:
        return "text"
    found = _RASA_CLASSES.get(found, found)
    if found not in TYPES and "." not in found:
        hint = did_you_mean(found, TYPES) or f"Types are {', '.join(TYPES)}."
        problems.error("unknown-name", f"'{found}' is not a type of slot.", node, hint)
        return "any"
    influences = body.get("influence_conversation")
    if found == "any" and isinstance(influences, Scalar) and influences.value is True:
        problems.error(
            "yaml-type", f"{what} is of type any, which cannot influence the conversation.", influences, "Remove it."
        )
    return found


def _values(body: Mapping, what: str, problems: ProblemList) -> tuple[str, ...]:
    values = []
    for item in shapes.items(body.get("values"), "`values`", problems):
        if shapes.is_null(item):
            problems.warning(
                "yaml-type", f"null is no value of {what}; it stands for an empty slot.", item, "Remove it."
            )
        else:
            values.append(str(item.plain()).lower())
    return tuple(values)


def _mappings(body: Mapping, what: str, key: Scalar, problems: ProblemList) -> tuple[SlotMapping, ...]:
    node = body.get("mappings")
    if node is None or shapes.is_null(node):
        problems.error(
            "missing-key",
            f"{what} has no `mappings`.",
            key,
            "Say how it is filled; `mappings: [{type: custom}]` if only actions set it.",
        )
        return ()
    found = (_mapping(item, what, problems) for item in shapes.items(node, f"the mappings of {what}", problems))
    return tuple(mapping for mapping in found if mapping is not None)


def _mapping(node: Node, what: str, problems: ProblemList) -> SlotMapping | None:
    body = shapes.mapping(node, f"each mapping of {what}", problems)
    if body is None:
        if shapes.is_null(node):
            problems.error("missing-key", f"a mapping of {what} is empty.", node)
        return None
    kind_node = body.get("type")
    kind = shapes.name(kind_node, f"the type of a mapping of {what}", problems)
    if kind_node is None:
        problems.error("missing-key", f"a mapping of {what} has no type.", body, f"Types: {', '.join(MAPPING_TYPES)}.")
        return None
    if kind not in MAPPING_TYPES:
        if kind is not None:
            hint = did_you_mean(kind, MAPPING_TYPES) or f"Types are {', '.join(MAPPING_TYPES)}."
            problems.error("unknown-name", f"'{kind}' is not a type of mapping.", kind_node, hint)
        return None
    needed = _NEEDED.get(kind)
    if needed and shapes.is_null(body.get(needed)):
        problems.error("missing-key", f"a {kind} mapping of {what} needs `{needed}`.", body)
        return None
    shapes.known_keys(body, _MAPPING_KEYS, f"a mapping of {what}", problems, severity=Severity.WARNING)
    value = body.get("value")
    return SlotMapping(
        type=kind,
        entity=shapes.text(body.get("entity"), "`entity`", problems),
        role=shapes.text(body.get("role"), "`role`", problems),
        group=shapes.text(body.get("group"), "`group`", problems),
        intents=shapes.names(body.get("intent"), "`intent`", problems),
        not_intents=shapes.names(body.get("not_intent"), "`not_intent`", problems),
        value=value.plain() if value is not None else None,
        action=shapes.text(body.get("action"), "`action`", problems),
        conditions=_conditions(body.get("conditions"), problems),
        where=body.where,
    )


def _conditions(node: Node | None, problems: ProblemList) -> tuple[MappingCondition, ...]:
    conditions = []
    single = [node] if isinstance(node, Mapping) else None
    if single:
        problems.error("yaml-type", "`conditions` must be a list.", node, "Begin each condition with '- '.")
    for item in single or shapes.items(node, "`conditions`", problems):
        body = shapes.mapping(item, "a condition", problems)
        if body is None:
            continue
        shapes.known_keys(body, ("active_loop", "requested_slot"), "a condition", problems)
        loop = shapes.text(body.get("active_loop"), "`active_loop`", problems)
        requested = shapes.text(body.get("requested_slot"), "`requested_slot`", problems)
        conditions.append(MappingCondition(active_loop=loop, requested_slot=requested))
    return tuple(conditions)
