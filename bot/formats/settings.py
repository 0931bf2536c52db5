"""Values of settings files (config, endpoints, credentials), where `"${VAR}"` is expanded inside quotes too.

In a domain `"${amount}"` is a dollar sign and a slot; in a settings file it can only be the environment.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from bot.formats.nodes import Mapping, Node, Scalar, Sequence
from bot.formats.problem_list import ProblemList, missing_variable
from bot.formats.scalars import expand


def plain(node: Node, problems: ProblemList) -> Any:
    """The node as ordinary Python data, with the environment filled in."""
    if isinstance(node, Mapping):
        return {key.value: plain(value, problems) for key, value in node.items()}
    if isinstance(node, Sequence):
        return [plain(item, problems) for item in node]
    if isinstance(node, Scalar) and node.style and isinstance(node.value, str):
        return expand(node.value, partial(missing_variable, where=node.where, problems=problems))
    return node.plain()
