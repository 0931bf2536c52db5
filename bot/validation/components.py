"""The pipeline and the policies of config.yml: names, options, and what they need of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot import registry
from bot.errors import Problem, Severity, did_you_mean
from bot.formats.config import ComponentSpec
from bot.validation.rasa_names import RASA_NAMES
from bot.validation.subject import Subject


def check_component_names(project: Subject) -> Iterator[Problem]:
    """Names that are neither registered nor Rasa's; a dotted path is a class in a module of the project's own."""
    for kind, specs in (("nlu", project.config.pipeline), ("policy", project.config.policies)):
        known = sorted({*registry.names(kind), *RASA_NAMES[kind]})
        for spec in specs:
            if "." in spec.name:
                yield from _check_class_path(spec, project.root)
            elif spec.name not in known:
                what = "NLU component" if kind == "nlu" else "policy"
                hint = did_you_mean(spec.name, known) or f"Known are: {', '.join(registry.names(kind))}."
                yield Problem("unknown-component", f"there is no {what} '{spec.name}'.", spec.where, hint)


def _check_class_path(spec: ComponentSpec, root: Path) -> Iterator[Problem]:
    """The file must be there; it is not imported, since that may take long."""
    module = spec.name.rpartition(".")[0]
    file = root.joinpath(*module.split("."))
    if not file.with_suffix(".py").is_file() and not (file / "__init__.py").is_file():
        modules = (".".join(path.relative_to(root).with_suffix("").parts) for path in root.glob("**/*.py"))
        hint = did_you_mean(module, modules) or "Write the path of a class as `package.module.Class`."
        message = f"there is no module '{module}' in the project's folder, for '{spec.name}'."
        yield Problem("custom-code", message, spec.where, hint)


def check_component_options(project: Subject) -> Iterator[Problem]:
    """Options that a component does not have, and values that they cannot have.

    Only components that are given options are imported for this, since all of them have defaults.
    """
    for kind, specs in (("nlu", project.config.pipeline), ("policy", project.config.policies)):
        for spec in specs:
            config = _config_class(kind, spec.name) if spec.options else None
            if config is not None:
                yield from _check_options(spec, config)
            if config is not None and kind == "policy":
                yield from _check_spelling(spec, config)


def check_policies(project: Subject) -> Iterator[Problem]:
    """What Rasa's own validator refuses: forms or rules without RulePolicy, a fallback action that does not exist."""
    domain, policies = project.domain, project.config.policies
    rule_policies = [spec for spec in policies if spec.name == "RulePolicy"]
    others = [spec for spec in policies if spec.name not in RASA_NAMES["policy"]]  # may be a RulePolicy, or a slip
    if domain.forms and not rule_policies and not others:
        form = next(iter(domain.forms.values()))
        message = "the domain has forms, which only RulePolicy can run."
        yield Problem("config-option", message, form.where, "Add `- name: RulePolicy` to `policies`.")
    elif project.stories.rules and not rule_policies and not others:
        where = project.stories.rules[0].where
        hint = "Add `- name: RulePolicy` to `policies`."
        yield Problem("unused", "there are rules, which only RulePolicy follows.", where, hint, Severity.WARNING)
    for spec in rule_policies:
        option = "core_fallback_action_name"
        action = spec.options.get(option)
        if isinstance(action, str) and not domain.has_action(action):
            hint = did_you_mean(action, domain.action_names) or "Add it to the domain's actions or responses."
            place = spec.option_places.get(option, spec.where)
            yield Problem("unknown-name", f"action '{action}' is not declared.", place, hint)


def check_one_of_a_kind(project: Subject) -> Iterator[Problem]:
    """Two tokenizers would split the text in two ways; Rasa refuses that."""
    tokenizers = [spec for spec in project.config.pipeline if spec.name.endswith("Tokenizer") and "." not in spec.name]
    for spec in tokenizers[1:]:
        related = (("the first", tokenizers[0].where),) if tokenizers[0].where else ()
        message = f"'{spec.name}' is a second tokenizer; a pipeline has one."
        yield Problem("config-option", message, spec.where, "Remove one of them.", Severity.ERROR, related)


def check_spacy(project: Subject) -> Iterator[Problem]:
    """spaCy's models are not used here; what they alone could find is not found."""
    for spec in project.config.pipeline:
        if spec.name == "SpacyEntityExtractor":
            message = "the entities that spaCy's own models find (PERSON, ORG, GPE, ...) are not found here."
            hint = "Annotate them in the examples, or list them in lookup tables with RegexEntityExtractor."
            yield Problem("config-option", message, spec.where, hint, Severity.WARNING)


def check_assistant_id(project: Subject) -> Iterator[Problem]:
    """Events carry the assistant's id, by which several assistants on one broker are told apart."""
    config = project.config
    if config.where is not None and config.assistant_id in (None, "placeholder_default"):
        message = "the config has no `assistant_id` of its own."
        yield Problem("missing-key", message, config.where, "Write `assistant_id: NAME`.", Severity.WARNING)


def _config_class(kind: str, name: str) -> Any:
    """The pydantic class of the component's options; None when nothing is registered under this name."""
    try:
        return registry.options(kind, name)
    except KeyError:
        return None


def _check_options(spec: ComponentSpec, config: Any) -> Iterator[Problem]:
    from pydantic import ValidationError

    try:
        config.model_validate(dict(spec.options))
    except ValidationError as error:
        for fault in error.errors():
            yield _option_problem(spec, config, fault["loc"], fault["type"], fault["msg"])


def _check_spelling(spec: ComponentSpec, config: Any) -> Iterator[Problem]:
    """Policies take options that they do not have, as Rasa's do; one that is nearly one of theirs is a slip."""
    if config.model_config.get("extra") != "allow":
        return
    for option in spec.options:
        hint = did_you_mean(option, config.model_fields) if option not in config.model_fields else ""
        if hint:
            place = spec.option_places.get(option, spec.where)
            message = f"'{spec.name}' has no option '{option}'; it is not used."
            yield Problem("config-option", message, place, hint, Severity.WARNING)


def _option_problem(spec: ComponentSpec, config: Any, path: tuple[int | str, ...], kind: str, text: str) -> Problem:
    option = str(path[0]) if path else ""
    place = spec.option_places.get(option, spec.where)
    if kind == "extra_forbidden" and len(path) == 1:
        options = sorted(config.model_fields)
        hint = did_you_mean(option, options) or f"Its options are: {', '.join(options) or 'none'}."
        return Problem("config-option", f"'{spec.name}' has no option '{option}'.", place, hint)
    shown = ".".join(str(part) for part in path)
    message = f"option '{shown}' of '{spec.name}': {text}."
    return Problem("config-option", message, place, f"The default is {_default(config, option)!r}.")


def _default(config: Any, option: str) -> Any:
    declared = config.model_fields.get(option)
    return None if declared is None else declared.get_default(call_default_factory=True, validated_data={})
