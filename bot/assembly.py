"""Putting an assistant together from a project, its model and what endpoints.yml says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from bot.actions.base import CustomActions, NoCustomActions
from bot.actions.local import LocalActions
from bot.actions.remote import RemoteActions
from bot.assistant import Assistant, Understands
from bot.compat.doors import (
    build_components,
    custom_lock_store,
    custom_policy,
    custom_publisher,
    custom_speaker,
    custom_tracker_store,
    register_slot_types,
)
from bot.compat.hook import serving_rasa
from bot.dst.base import Linker
from bot.errors import UsageError
from bot.formats.config import ComponentSpec
from bot.formats.domain import parse_domain
from bot.formats.endpoints import Endpoint
from bot.formats.write_domain import domain_as_data
from bot.nlu import pipeline
from bot.policies.base import Policy
from bot.policies.ensemble import Ensemble
from bot.policies.serving import ServedEnsemble
from bot.policies.training import build_policy
from bot.project import Project
from bot.stores.model_archive import CACHE, Metadata, Model, Part, newest, open_model
from bot.stores.opening import (
    open_lock_store,
    open_publisher,
    open_tracker_store,
    tracker_database,
    unknown_type,
)

MODELS = "models"


def assemble(project: Project | Path | str, *, model: Path | None = None, **parts: Any) -> Assistant:
    """The assistant of a project; `parts` stand in for what the project says. Raises UsageError without a model."""
    if not isinstance(project, Project):
        project = Project.load(project)
    trained = _model(project, model)
    project = _with_domain_of(trained, project)
    register_slot_types(project)
    made: dict[str, Any] = {
        "nlu": lambda: understanding_of(project, trained),
        "policies": lambda: ServedEnsemble(Ensemble(policies_of(project, trained))),
        "speaker": lambda: speaker_of(project),
        "custom_actions": lambda: custom_actions_of(project),
        "store": lambda: (
            custom_tracker_store(project) or open_tracker_store(project.endpoints.tracker_store, project.root)
        ),
        "locks": lambda: custom_lock_store(project) or open_lock_store(project.endpoints.lock_store),
        "publisher": lambda: custom_publisher(project) or open_publisher(project.endpoints.event_broker, project.root),
        "linkers": lambda: linkers_of(project),
        "event_metadata": lambda: _event_metadata(trained.metadata),
    }
    chosen = {name: parts.pop(name) if name in parts else make() for name, make in made.items()}
    transaction = {} if "unit_of_work" in parts else transaction_of(project, chosen["custom_actions"])
    return Assistant(project.domain, **chosen, **transaction, **parts, project=project, model=trained.archive)


def _model(project: Project, model: Path | None) -> Model:
    archive = model or newest(project.root / MODELS)
    if archive is None:
        raise UsageError(f"there is no model in {project.root / MODELS}; `bot train` makes one.")
    return open_model(archive, project.root / CACHE)


def understanding_of(project: Project, model: Model) -> Understands:
    """The NLU server of endpoints.yml; without one, the model's own components, here or on a Ray cluster."""
    endpoint = project.endpoints.nlu
    if endpoint is None or not endpoint.url:
        if project.endpoints.inference is not None:
            return _on_ray(project.endpoints.inference, project, model)
        from bot.nlu.serving import ServedPipeline

        return ServedPipeline(nlu_of(project, model))
    from bot.nlu.remote import remote_nlu

    return remote_nlu(endpoint, project.domain.all_intents)


def _on_ray(endpoint: Endpoint, project: Project, model: Model) -> Understands:
    if (endpoint.type or "").lower() != "ray":
        raise unknown_type(endpoint, "inference", ("ray",))
    from bot.inference.options import RayOptions
    from bot.inference.ray_client import RayUnderstanding, connect
    from bot.stores.options import read_options

    options = read_options(endpoint, RayOptions, store="inference on Ray")
    handle = connect(options, project.root, model.archive, model.metadata.model_id)
    return RayUnderstanding(handle, _known_intents(project), patience=options.patience)


def open_pipeline(project: Path, *, model: Path | None = None) -> tuple[pipeline.Pipeline, str]:
    """The components of a model alone, for who understands and does not talk; and the model's id."""
    loaded = Project.load(project)
    trained = _model(loaded, model)
    return nlu_of(_with_domain_of(trained, loaded), trained), trained.metadata.model_id


def _with_domain_of(model: Model, project: Project) -> Project:
    """The project with the domain that the model was trained with, when that is another: a model may come from another
    machine, or the project may have been changed since."""
    if not model.domain_file.is_file():
        return project
    domain = parse_domain(model.domain_file.read_text(encoding="utf-8"), str(model.domain_file))
    return project if domain_as_data(domain) == domain_as_data(project.domain) else replace(project, domain=domain)


def nlu_of(project: Project, model: Model) -> pipeline.Pipeline:
    """The trained components of a model, in order."""
    specs = [_spec(part, project.config.pipeline) for part in model.metadata.nlu]
    components = build_components(specs, language=model.metadata.language, root=project.root)
    for part, component in zip(model.metadata.nlu, components, strict=True):
        component.load(model.part_folder(part))
    return pipeline.Pipeline(components, _known_intents(project))


def _known_intents(project: Project) -> Collection[str]:
    """Whose payloads are read. A project without a domain only understands: there the examples name the intents."""
    from_domain = project.domain.all_intents
    return from_domain if project.domain.intents else {*from_domain, *project.training_data.intents}


def policies_of(project: Project, model: Model) -> list[Policy]:
    """The trained policies of a model, in order."""
    policies: list[Policy] = []
    for part in model.metadata.policies:
        spec = _spec(part, project.config.policies)
        policy = custom_policy(spec, root=project.root) or build_policy(spec)
        policy.load(model.part_folder(part), project.domain)
        policies.append(policy)
    return policies


def _spec(part: Part, declared: Sequence[ComponentSpec]) -> ComponentSpec:
    same = next(
        (spec for spec in declared if spec.name == part.name and dict(spec.options) == dict(part.options)), None
    )
    return same or ComponentSpec(part.name, part.options)


def speaker_of(project: Project) -> Any:
    """Templates, worded by what `nlg:` of endpoints.yml names."""
    own = custom_speaker(project)
    if own is not None:
        return own
    from bot import nlg

    make: Callable[..., Any] | None = getattr(nlg, "speaker_of", None)
    if make is not None:
        return make(project)
    from bot.nlg.speaker import ResponseSpeaker

    return ResponseSpeaker(project.domain.responses, random=Random(), language=project.config.language)


def custom_actions_of(project: Project) -> CustomActions:
    """The action server of endpoints.yml; without one, the package `actions` in this process."""
    endpoint = project.endpoints.action_endpoint
    if endpoint is None or not endpoint.url:
        with serving_rasa():
            return LocalActions.load(project.root) or NoCustomActions()
    return RemoteActions(
        endpoint.url,
        headers=endpoint.get("headers"),
        token=endpoint.get("token"),
        token_name=endpoint.get("token_name", "token"),
        params=endpoint.get("params"),
        basic_auth=endpoint.get("basic_auth"),
        cafile=endpoint.get("cafile"),
        selective_domain=bool(endpoint.get("enable_selective_domain", False)),
    )


def transaction_of(project: Project, actions: CustomActions) -> Mapping[str, Any]:
    """One transaction a turn, where the project's actions run here and work on a knowledge base."""
    endpoint = project.endpoints.knowledge_base
    if endpoint is None or not isinstance(actions, LocalActions):
        return {}
    from knowledge_base import is_conflict, open_from_environment

    base = open_from_environment(project.root)
    store = project.endpoints.tracker_store
    is_sql = store is not None and (store.type or "").lower() == "sql"
    shares = is_sql and store is not None and _same_database(tracker_database(store, project.root), base.url)

    def work(alone: bool) -> AbstractContextManager[Any]:
        return base.transaction(write=alone)

    return {"unit_of_work": work, "shares_database": shares, "is_conflict": is_conflict}


def _same_database(one: str, other: str) -> bool:
    from sqlalchemy import make_url

    return make_url(one) == make_url(other)


def linkers_of(project: Project) -> tuple[Linker, ...]:
    """What points at something: resolved against what was listed, where the project lists things."""
    from bot.dst.references import FOCUS, LISTED, ReferenceResolver

    lists_things = {LISTED, FOCUS} & project.domain.all_slots.keys()
    return (ReferenceResolver(),) if lists_things else ()


def _event_metadata(metadata: Metadata) -> dict[str, Any]:
    ids = {"model_id": metadata.model_id, "assistant_id": metadata.assistant_id}
    return {key: value for key, value in ids.items() if value}
