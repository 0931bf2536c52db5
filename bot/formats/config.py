"""config.yml: the language, the NLU pipeline and the policies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.errors import Problem, ProjectError, Severity, Where, did_you_mean
from bot.formats import shapes
from bot.formats.component_spec import ComponentSpec as ComponentSpec
from bot.formats.files import top_level
from bot.formats.graph_recipe import GRAPH_RECIPE, read_graph
from bot.formats.nodes import Mapping as MappingNode
from bot.formats.nodes import Node, Scalar, Sequence
from bot.formats.problem_list import ProblemList
from bot.formats.settings import plain
from bot.formats.yaml_reader import read_file, read_text

DEFAULT_RECIPE = "default.v1"
DEFAULT_IMPORTER = "RasaFileImporter"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_MISTAKEN_LANGUAGES = {
    "cn": "zh",
    "chinese": "zh",
    "mandarin": "zh",
    "中文": "zh",
    "english": "en",
    "jp": "ja",
    "kr": "ko",
}
_KEYS = ("recipe", "language", "assistant_id", "pipeline", "policies", "importers", "nlg", "version")
_GRAPH_KEYS = ("core_target", "nlu_target", "train_schema", "predict_schema")


# What Rasa 3.6 puts in the place of an empty `pipeline:` and `policies:`.
DEFAULT_PIPELINE = (
    ComponentSpec("WhitespaceTokenizer"),
    ComponentSpec("RegexFeaturizer"),
    ComponentSpec("LexicalSyntacticFeaturizer"),
    ComponentSpec("CountVectorsFeaturizer"),
    ComponentSpec("CountVectorsFeaturizer", {"analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4}),
    ComponentSpec("DIETClassifier", {"epochs": 100, "constrain_similarities": True}),
    ComponentSpec("EntitySynonymMapper"),
    ComponentSpec("ResponseSelector", {"epochs": 100, "constrain_similarities": True}),
    ComponentSpec("FallbackClassifier", {"threshold": 0.3, "ambiguity_threshold": 0.1}),
)
DEFAULT_POLICIES = (
    ComponentSpec("MemoizationPolicy"),
    ComponentSpec("RulePolicy"),
    ComponentSpec("UnexpecTEDIntentPolicy", {"max_history": 5, "epochs": 100}),
    ComponentSpec("TEDPolicy", {"max_history": 5, "epochs": 100, "constrain_similarities": True}),
)


@dataclass(frozen=True, slots=True)
class Config:
    """A whole config.yml.

    `pipeline_is_default` and `policies_are_default` say that the file left them empty, so that the defaults stand in.
    `importers` and other keys of Rasa projects that mean nothing here are kept in `extra`.
    """

    language: str | None = None
    assistant_id: str | None = None
    recipe: str = DEFAULT_RECIPE
    pipeline: tuple[ComponentSpec, ...] = DEFAULT_PIPELINE
    policies: tuple[ComponentSpec, ...] = DEFAULT_POLICIES
    pipeline_is_default: bool = True
    policies_are_default: bool = True
    nlg: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    where: Where | None = None


def read_config(path: Path, problems: ProblemList) -> Config:
    """The config in a file; defaults, with a warning, when there is none."""
    if not path.is_file():
        problems.warning("file", "there is no such file; the default pipeline and policies are used.", Where(str(path)))
        return Config()
    return _config(top_level(read_file(path, problems), path, problems), problems)


def parse_config(text: str, file: str = "config.yml") -> Config:
    """The config written in `text`; raises ProjectError with all of its errors."""
    problems = ProblemList()
    config = _config(top_level(read_text(text, file, problems), Path(file), problems), problems)
    if problems.errors:
        raise ProjectError(problems.errors)
    return config


def _config(root: MappingNode | None, problems: ProblemList) -> Config:
    if root is None:
        return Config()
    is_graph = shapes.text(root.get("recipe"), "`recipe`", problems) == GRAPH_RECIPE
    _report_other_keys(root, (*_KEYS, *_GRAPH_KEYS) if is_graph else _KEYS, problems)
    recipe = shapes.text(root.get("recipe"), "`recipe`", problems) or DEFAULT_RECIPE
    if recipe not in (DEFAULT_RECIPE, GRAPH_RECIPE):
        hint = "List the components under `pipeline` and `policies`, with `recipe: default.v1`."
        problems.error("config-option", f"the recipe '{recipe}' is not supported.", root.get("recipe"), hint)
    pipeline, policies = (
        read_graph(root, problems)
        if is_graph
        else (_components(root, "pipeline", problems), _components(root, "policies", problems))
    )
    for key, found, standing_in in (("pipeline", pipeline, DEFAULT_PIPELINE), ("policies", policies, DEFAULT_POLICIES)):
        if found is None:
            _tell_default(root, key, standing_in, problems)
    _check_importers(root.get("importers"), problems)
    nlg = shapes.mapping(root.get("nlg"), "`nlg`", problems)
    own = ("recipe", "language", "assistant_id", "pipeline", "policies", "nlg", "version", *_GRAPH_KEYS)
    return Config(
        language=_language(root.get("language"), problems),
        assistant_id=shapes.text(root.get("assistant_id"), "`assistant_id`", problems),
        recipe=DEFAULT_RECIPE if is_graph else recipe,
        pipeline=DEFAULT_PIPELINE if pipeline is None else pipeline,
        policies=DEFAULT_POLICIES if policies is None else policies,
        pipeline_is_default=pipeline is None,
        policies_are_default=policies is None,
        nlg=plain(nlg, problems) if nlg is not None else None,
        extra={key.text: plain(value, problems) for key, value in root.items() if key.text not in own},
        where=root.where,
    )


def _language(node: Node | None, problems: ProblemList) -> str | None:
    """Any code in the form of BCP 47 is taken; a name of a language, or a country's code, is pointed out."""
    said = shapes.text(node, "`language`", problems)
    if said is None or node is None:
        return said
    meant = _MISTAKEN_LANGUAGES.get(said.strip().lower())
    if meant or not _LANGUAGE.fullmatch(said):
        hint = f"Write '{meant}'." if meant else "Write a code such as zh or en."
        problems.warning("config-option", f"'{said}' is no language code.", node, hint)
    return said


def _tell_default(root: MappingNode, key: str, standing_in: tuple[ComponentSpec, ...], problems: ProblemList) -> None:
    place = root.key(key).where if key in root else root.where
    names = ", ".join(spec.name for spec in standing_in)
    message = f"`{key}` is empty; the default is used: {names}."
    hint = "`bot data validate --write-defaults` writes it into the file as comments."
    problems.append(Problem("missing-key", message, place, hint, Severity.INFO))


def _check_importers(node: Node | None, problems: ProblemList) -> None:
    """Data is read from files; what another importer would have brought is missing."""
    for item in shapes.items(node, "`importers`", problems):
        named = item.get("name") if isinstance(item, MappingNode) else item
        name = shapes.name(named, "the name of an importer", problems) or ""
        if name.rsplit(".", 1)[-1] != DEFAULT_IMPORTER:
            message = (
                f"the importer '{name}' is not run; data is read from the files that `--data` and `--domain` name."
            )
            hint = "Give the folders of several projects as `--data ONE TWO`." if "MultiProject" in name else ""
            problems.warning("config-option", message, named or item, hint)


def _report_other_keys(root: MappingNode, known: tuple[str, ...], problems: ProblemList) -> None:
    """A slip of the pen is worth a warning; keys of other tools, which many configs have, a note."""
    for key, _ in root.items():
        if key.text in known:
            continue
        hint = did_you_mean(key.text, known)
        severity = Severity.WARNING if hint else Severity.INFO
        message = f"'{key.text}' is not a key of a config; it is not used."
        problems.append(Problem("unknown-key", message, key.where, hint, severity))


def _components(root: MappingNode, key: str, problems: ProblemList) -> tuple[ComponentSpec, ...] | None:
    """None when the key is missing or has nothing after it; `[]` is an empty list and stays one."""
    node = root.get(key)
    if shapes.is_null(node):
        return None
    if isinstance(node, Scalar):
        problems.error("yaml-type", f"`{key}` must be a list of components, not '{node.text}'.", node)
        return None
    specs = (_component(item, key, problems) for item in shapes.items(node, f"`{key}`", problems))
    return tuple(spec for spec in specs if spec is not None)


def _component(node: Node, key: str, problems: ProblemList) -> ComponentSpec | None:
    if isinstance(node, Scalar):
        name = shapes.name(node, f"a component of `{key}`", problems)
        return ComponentSpec(_registered_name(name), where=node.where) if name else None
    if isinstance(node, Sequence) or not isinstance(node, MappingNode):
        problems.error("yaml-type", f"each of `{key}` must be a name or a mapping, not {node.kind}.", node)
        return None
    named = node.get("name")
    if named is None:
        problems.error("missing-key", f"a component of `{key}` has no name.", node, "Write `- name: NAME`.")
        return None
    name = shapes.name(named, f"the name of a component of `{key}`", problems)
    if name is None:
        return None
    options = {option.text: plain(value, problems) for option, value in node.items() if option.text != "name"}
    places = {option.text: option.where for option, _ in node.items() if option.text != "name"}
    return ComponentSpec(_registered_name(name), options, named.where, places)


def _registered_name(name: str) -> str:
    """`DIETClassifier` for Rasa's `rasa.nlu.classifiers.diet_classifier.DIETClassifier`; other paths as they are."""
    return name.rsplit(".", 1)[-1] if name.startswith("rasa.") else name
