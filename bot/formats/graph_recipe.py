"""`recipe: graph.v1`: a config that spells out Rasa's computation graph instead of listing components.

What matters here are its components in their order: the nodes of `predict_schema` that process messages or predict
actions. The other nodes are the plumbing between them. Source: `rasa/engine/recipes/graph_recipe.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.formats import shapes
from bot.formats.component_spec import ComponentSpec
from bot.formats.nodes import Mapping
from bot.formats.problem_list import ProblemList
from bot.formats.settings import plain

GRAPH_RECIPE = "graph.v1"
_SCHEMA = "predict_schema"
_PROCESSES, _PREDICTS = "process", "predict_action_probabilities"


def read_graph(root: Mapping, problems: ProblemList) -> tuple[tuple[ComponentSpec, ...], tuple[ComponentSpec, ...]]:
    """The components and the policies of a graph, in the order in which it names them."""
    schema = shapes.mapping(root.get(_SCHEMA), f"`{_SCHEMA}`", problems)
    if schema is None:
        hint = "Write it, or list the components under `pipeline` and `policies` with `recipe: default.v1`."
        problems.error("missing-key", f"a config of the recipe {GRAPH_RECIPE} needs `{_SCHEMA}`.", root, hint)
        return (), ()
    nodes = shapes.mapping(schema.get("nodes"), "`nodes`", problems)
    found = list(_specs(nodes, problems)) if nodes is not None else []
    return (
        tuple(spec for does, spec in found if does == _PROCESSES),
        tuple(spec for does, spec in found if does == _PREDICTS),
    )


def _specs(nodes: Mapping, problems: ProblemList) -> Iterator[tuple[str, ComponentSpec]]:
    for key, value in nodes.items():
        node = shapes.mapping(value, f"node '{key.text}'", problems)
        uses = node.get("uses") if node is not None else None
        if node is None or uses is None:
            problems.error("missing-key", f"node '{key.text}' does not say what it `uses`.", key)
            continue
        path = shapes.name(uses, "`uses`", problems) or ""
        does = shapes.text(node.get("fn"), "`fn`", problems) or ""
        if does not in (_PROCESSES, _PREDICTS) or path.startswith("rasa.graph_components."):
            continue
        config = shapes.mapping(node.get("config"), "`config`", problems)
        options = {name.text: plain(option, problems) for name, option in config.items()} if config is not None else {}
        places = {name.text: name.where for name, _ in config.items()} if config is not None else {}
        name = path.rsplit(".", 1)[-1] if path.startswith("rasa.") else path
        yield does, ComponentSpec(name, options, uses.where, places)
