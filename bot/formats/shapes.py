"""Reading nodes with an expectation: each function says what is wrong and goes on with what can be used."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bot.errors import Severity, did_you_mean
from bot.formats.nodes import Mapping, Node, Scalar, Sequence
from bot.formats.problem_list import ProblemList


def is_null(node: Node | None) -> bool:
    """Whether there is no value: the key is missing, or nothing is written after it."""
    return node is None or (isinstance(node, Scalar) and node.value is None)


def mapping(node: Node | None, what: str, problems: ProblemList) -> Mapping | None:
    """The node as a mapping; None when there is no value, or, with a problem, when it is something else."""
    if isinstance(node, Mapping):
        return node
    if node is not None and not is_null(node):
        problems.error("yaml-type", f"{what} must be a mapping (`key: value`), not {node.kind}.", node)
    return None


def items(node: Node | None, what: str, problems: ProblemList) -> list[Node]:
    """The items of a list; none when there is no value or, with a problem, when it is something else."""
    if isinstance(node, Sequence):
        return node.items
    if node is not None and not is_null(node):
        problems.error("yaml-type", f"{what} must be a list (`- item`), not {node.kind}.", node)
    return []


def text(node: Node | None, what: str, problems: ProblemList) -> str | None:
    """The text of a scalar as it was written, so that a number or `true` can be a name or a sentence too."""
    if isinstance(node, Scalar):
        return None if node.value is None else node.text
    if node is not None:
        problems.error("yaml-type", f"{what} must be text, not {node.kind}.", node)
    return None


def name(node: Node | None, what: str, problems: ProblemList) -> str | None:
    """Like `text`, without surrounding space; an empty name is a problem."""
    if node is None:
        return None
    if is_null(node):
        problems.error("missing-key", f"{what} is missing after the colon or dash.", node)
        return None
    found = text(node, what, problems)
    if found is not None and not found.strip():
        problems.error("missing-key", f"{what} is empty.", node)
        return None
    return found.strip() if found else found


def names(node: Node | None, what: str, problems: ProblemList) -> tuple[str, ...]:
    """One name or a list of them."""
    if isinstance(node, Scalar):
        found = text(node, what, problems)
        return (found.strip(),) if found and found.strip() else ()
    found_all = (name(item, f"each of {what}", problems) for item in items(node, what, problems))
    return tuple(found for found in found_all if found)


def boolean(node: Node | None, what: str, problems: ProblemList, *, default: bool) -> bool:
    if node is None or is_null(node):
        return default
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.value
    shown = f"'{node.text}'" if isinstance(node, Scalar) else node.kind
    problems.error("yaml-type", f"{what} must be true or false, not {shown}.", node)
    return default


def number(node: Node | None, what: str, problems: ProblemList, *, default: float) -> float:
    if node is None or is_null(node):
        return default
    if isinstance(node, Scalar) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return float(node.value)
    if isinstance(node, Scalar) and isinstance(node.value, str):
        try:
            return float(node.value)
        except ValueError:
            problems.error("yaml-type", f"{what} must be a number, not '{node.text}'.", node)
            return default
    problems.error("yaml-type", f"{what} must be a number, not {node.kind}.", node)
    return default


def known_keys(
    found: Mapping,
    known: Collection[str],
    what: str,
    problems: ProblemList,
    *,
    severity: Severity = Severity.ERROR,
) -> None:
    """A problem for each key that is not `known`."""
    for key, _ in found.items():
        if key.text in known:
            continue
        hint = did_you_mean(key.text, known) or f"Known are: {', '.join(known)}."
        report = problems.error if severity is Severity.ERROR else problems.warning
        report("unknown-key", f"'{key.text}' is not a key of {what}.", key, hint)


def named_mappings(nodes: list[Node], what: str, problems: ProblemList) -> Iterator[tuple[str, Scalar, Mapping | None]]:
    """Items of the form `name` or `{name: {…}}`, as lists of intents, entities and actions have them."""
    for node in nodes:
        if isinstance(node, Scalar):
            found = name(node, f"the name of {what}", problems)
            if found:
                yield found, node, None
        elif isinstance(node, Mapping) and len(node):
            yield from _named_mapping(node, what, problems)
        else:
            problems.error("yaml-type", f"{what} must be a name or `name: {{…}}`, not {node.kind}.", node)


def _named_mapping(node: Mapping, what: str, problems: ProblemList) -> Iterator[tuple[str, Scalar, Mapping | None]]:
    (key, value), *others = node.items()
    for other, _ in others:
        problems.error(
            "yaml-type",
            f"'{other.text}' stands beside '{key.text}' in one list item.",
            other,
            f"Indent it further if it belongs to '{key.text}', or begin a new item with '- '.",
        )
    if is_null(value):
        problems.error("yaml-type", f"{what} '{key.text}' has a colon and nothing after it.", key, "Remove the colon.")
        yield key.text, key, None
        return
    yield key.text, key, mapping(value, f"{what} '{key.text}'", problems)
