"""Which entries of a pipeline are classes of the project's own, and what they need of it."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bot.compat.api.classifiers import IntentClassifier
from bot.compat.api.extractors import EntityExtractorMixin
from bot.compat.api.featurizers import Featurizer
from bot.compat.api.recipe import ComponentType, DefaultV1Recipe, RegisteredComponent
from bot.compat.api.sparse_featurizers import CountVectorsFeaturizer, RegexFeaturizer
from bot.compat.api.word_tokenizers import JiebaTokenizer, WhitespaceTokenizer
from bot.compat.custom_component import RUNNING, CustomClass, CustomComponent, component_class
from bot.compat.doors import is_class_path
from bot.compat.hook import serving_rasa
from bot.compat.project_code import load_class, problem
from bot.errors import Problem, ProjectError
from bot.formats.config import ComponentSpec

log = logging.getLogger(__name__)

STAND_INS: dict[str, type[Any]] = {
    component.__name__: component
    for component in (WhitespaceTokenizer, JiebaTokenizer, CountVectorsFeaturizer, RegexFeaturizer)
}
"""Rasa's components that our own do not need, and that a project's own components do."""
_KINDS: dict[str, type[Any]] = {
    "Classifier": IntentClassifier,
    "Extractor": EntityExtractorMixin,
    "Featurizer": Featurizer,
    "Mapper": EntityExtractorMixin,
}
_GIVES = {"Tokenizer": "WhitespaceTokenizer and JiebaTokenizer give tokens."}
_GIVEN = frozenset({"self", "messages", "training_data", "model"})
_POLICIES = {ComponentType.POLICY_WITH_END_TO_END_SUPPORT, ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT}


def component_classes(
    specs: Sequence[ComponentSpec], *, language: str | None, root: Path
) -> dict[int, type[CustomComponent]]:
    """The component classes of entries that need custom code, by their place. Raises ProjectError."""
    return {custom.index: component_class(custom) for custom in custom_classes(specs, language=language, root=root)}


def custom_classes(specs: Sequence[ComponentSpec], *, language: str | None, root: Path) -> list[CustomClass]:
    """The entries that are classes of the project's own, and the tokenizers that give them tokens.

    Raises ProjectError with every problem of theirs.
    """
    found: list[CustomClass] = []
    problems: list[Problem] = []
    for index, spec in enumerate(specs):
        try:
            registered = _registered(spec, root)
            if registered is not None:
                custom = CustomClass(spec, index, root, registered, _model_from(registered, found, spec))
                problems += _problems(custom, specs[:index], found, language)
                found.append(custom)
        except ProjectError as error:
            problems += error.problems
    if problems:
        raise ProjectError(problems)
    return found


def _registered(spec: ComponentSpec, root: Path) -> RegisteredComponent | None:
    if not is_class_path(spec.name):
        stand_in = STAND_INS.get(spec.name.rsplit(".", 1)[-1])
        return DefaultV1Recipe.registered(stand_in) if stand_in else None
    component = load_class(spec.name, root, spec.where)
    registered = DefaultV1Recipe.registered(component)
    if registered is None:
        hint = "Register it: `@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.…], is_trainable=…)`."
        raise problem(f"'{spec.name}' is not registered as a component.", spec.where, hint)
    return registered


def _model_from(
    registered: RegisteredComponent, earlier: Sequence[CustomClass], spec: ComponentSpec
) -> CustomClass | None:
    if registered.model_from is None:
        return None
    for custom in earlier:
        if custom.registered.clazz.__name__ == registered.model_from:
            return custom
    message = f"'{spec.name}' takes its model from '{registered.model_from}', and no component before it provides one."
    raise problem(message, spec.where)


def _problems(
    custom: CustomClass, before: Sequence[ComponentSpec], earlier: Sequence[CustomClass], language: str | None
) -> Iterator[Problem]:
    """What is wrong with a component where it stands."""
    component, name = custom.registered.clazz, custom.spec.name

    def wrong(message: str, hint: str = "") -> Problem:
        return Problem("custom-code", f"'{name}' {message}", custom.spec.where, hint)

    if custom.types & _POLICIES:
        yield wrong("is a policy.", "Put it under `policies`.")
        return
    if not custom.types & {*RUNNING, ComponentType.MODEL_LOADER}:
        kinds = ", ".join(kind.name for kind in ComponentType if kind not in _POLICIES)
        yield wrong("is registered as nothing that runs, so that it would do nothing.", f"Component types are {kinds}.")
        return
    with serving_rasa():
        supported, refused = component.supported_languages(), component.not_supported_languages()
        required = component.required_components()
        missing = [name for name in component.required_packages() if find_spec(name.split(".")[0]) is None]
    if language and (language in (refused or ()) or (supported is not None and language not in supported)):
        yield wrong(f"does not support the language '{language}'.")
    for package in missing:
        yield wrong(f"needs the package '{package}', which is not installed.", f"`pip install {package}`")
    for kind in required:
        found = [spec for spec in before if _is_a(kind, spec, earlier)]
        if not found:
            yield wrong(f"needs a {kind.__name__} before it.", _GIVES.get(kind.__name__, ""))
        elif issubclass(kind, Featurizer) and not any(custom.spec in found for custom in earlier):
            names = ", ".join(spec.name for spec in found)
            log.warning("%s: '%s' asks for features, and %s adds none here.", custom.spec.where, name, names)
    for method in ("train", "process", "process_training_data", "provide"):
        for parameter in _unknown(getattr(component, method, None)):
            yield wrong(f"asks for '{parameter}' in `{method}`, which components are not given here.")


def _is_a(kind: type[Any], spec: ComponentSpec, earlier: Sequence[CustomClass]) -> bool:
    """Whether an entry is a component of a kind: by its class, or a built-in one by its name."""
    own = next((custom for custom in earlier if custom.spec is spec), None)
    if own is not None:
        return issubclass(own.registered.clazz, kind)
    name = spec.name.rsplit(".", 1)[-1]
    marked = next((marker for ending, marker in _KINDS.items() if name.endswith(ending)), None)
    return name == kind.__name__ or (marked is not None and issubclass(marked, kind))


def _unknown(function: Any) -> list[str]:
    """The arguments of a method that nothing provides."""
    parameters = inspect.signature(function).parameters.values() if function is not None else ()
    given = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [
        parameter.name
        for parameter in parameters
        if parameter.kind in given and parameter.default is parameter.empty and parameter.name not in _GIVEN
    ]
