"""Where custom code comes in: each door opens only for a name in a config that is a class path.

A project without such names loads nothing of what stands behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.nlu import pipeline

if TYPE_CHECKING:
    from bot.compat.custom_channel import CustomChannel, Handle
    from bot.formats.config import ComponentSpec
    from bot.formats.endpoints import Endpoint
    from bot.nlu.base import Component
    from bot.policies.base import Policy
    from bot.project import Project
    from bot.speaking import Speaker
    from bot.stores.base import LockStore, TrackerStore
    from bot.stores.publisher import Publisher


def is_class_path(name: str | None) -> bool:
    """Whether a name in a config is a class of the project's own: dotted, and not one of Rasa's."""
    return name is not None and "." in name and not name.startswith("rasa.")


def build_components(specs: Sequence[ComponentSpec], *, language: str | None, root: Path) -> list[Component]:
    """Light components for a config's `pipeline`, with those of the project's own.

    Raises ProjectError with what is wrong with names, options and order.
    """
    own: Mapping[int, type[Component]] = {}
    if any(is_class_path(spec.name) for spec in specs):
        from bot.compat.custom_pipeline import component_classes

        own = component_classes(specs, language=language, root=root)
    return pipeline.build(specs, language=language or "en", root=root, own=own)


def custom_policy(spec: ComponentSpec, *, root: Path) -> Policy | None:
    """The untrained policy of a config's entry; None for one of the built-in policies. Raises ProjectError."""
    if not is_class_path(spec.name):
        return None
    from bot.compat.custom_policy import make_policy

    return make_policy(spec, root=root)


def register_slot_types(project: Project) -> None:
    """Take up the slot types that the domain names by a class path. Raises ProjectError."""
    for slot in project.domain.slots.values():
        if is_class_path(slot.type):
            from bot.compat.custom_slots import register_slot_type

            register_slot_type(slot, project.root)
            # Validation may have asked for it before, when nobody knew the features of this type.
            vars(project.domain).pop("featurised_slots", None)


def custom_tracker_store(project: Project) -> TrackerStore | None:
    """None where endpoints.yml names no class; raises ProjectError for one that cannot be used."""
    endpoint = _of_class(project.endpoints.tracker_store)
    if endpoint is None:
        return None
    from bot.compat.custom_services import make_tracker_store

    return make_tracker_store(project, endpoint)


def custom_lock_store(project: Project) -> LockStore | None:
    """See `custom_tracker_store`."""
    endpoint = _of_class(project.endpoints.lock_store)
    if endpoint is None:
        return None
    from bot.compat.custom_services import make_lock_store

    return make_lock_store(project, endpoint)


def custom_publisher(project: Project) -> Publisher | None:
    """See `custom_tracker_store`."""
    endpoint = _of_class(project.endpoints.event_broker)
    if endpoint is None:
        return None
    from bot.compat.custom_services import make_publisher

    return make_publisher(project, endpoint)


def custom_speaker(project: Project) -> Speaker | None:
    """None also for a class of another kind: it may be a Speaker written for this framework."""
    endpoint = _of_class(project.endpoints.nlg)
    if endpoint is None:
        return None
    from bot.compat.custom_services import make_speaker

    return make_speaker(project, endpoint)


def custom_channel(handle: Handle, dotted: str, settings: Mapping[str, Any] | None, *, root: Path) -> CustomChannel:
    """The channel of a class path in credentials.yml. Raises ProjectError for what is no channel."""
    from bot.compat.custom_channel import make_channel

    return make_channel(handle, dotted, settings, root=root)


def _of_class(endpoint: Endpoint | None) -> Endpoint | None:
    return endpoint if endpoint is not None and is_class_path(endpoint.type) else None
