"""endpoints.yml: the services beside the assistant and where its state is kept; credentials.yml: its channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.errors import ProjectError, Severity, Where
from bot.formats import shapes
from bot.formats.files import top_level
from bot.formats.nodes import Mapping as MappingNode
from bot.formats.nodes import Scalar
from bot.formats.problem_list import ProblemList
from bot.formats.settings import plain
from bot.formats.yaml_reader import read_file, read_text

KEYS = (
    "action_endpoint",
    "nlg",
    "nlu",
    "models",
    "tracker_store",
    "lock_store",
    "event_broker",
    "knowledge_base",
    "inference",
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One entry of endpoints.yml: its `url` and `type` if it has them; `options` are all other keys."""

    url: str | None = None
    type: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    where: Where | None = None

    def get(self, option: str, default: Any = None) -> Any:
        return self.options.get(option, default)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """A whole endpoints.yml; None for what it does not mention.

    Ours are `knowledge_base: {url: SQLAlchemy URL}` and `inference`, a type with or without options: `inference: ray`.
    """

    action_endpoint: Endpoint | None = None
    nlg: Endpoint | None = None
    nlu: Endpoint | None = None
    models: Endpoint | None = None
    tracker_store: Endpoint | None = None
    lock_store: Endpoint | None = None
    event_broker: Endpoint | None = None
    knowledge_base: Endpoint | None = None
    inference: Endpoint | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def read_endpoints(path: Path, problems: ProblemList) -> Endpoints:
    """The endpoints in a file; none when there is no file."""
    if not path.is_file():
        return Endpoints()
    return _endpoints(top_level(read_file(path, problems), path, problems), problems)


def parse_endpoints(text: str, file: str = "endpoints.yml") -> Endpoints:
    """The endpoints written in `text`; raises ProjectError with all of its errors."""
    problems = ProblemList()
    endpoints = _endpoints(top_level(read_text(text, file, problems), Path(file), problems), problems)
    if problems.errors:
        raise ProjectError(problems.errors)
    return endpoints


def read_credentials(path: Path, problems: ProblemList) -> dict[str, Mapping[str, Any]]:
    """The options of each channel by its name or class path; none when there is no file."""
    root = top_level(read_file(path, problems), path, problems) if path.is_file() else None
    channels: dict[str, Mapping[str, Any]] = {}
    for key, node in root.items() if root is not None else ():
        body = shapes.mapping(node, f"channel '{key.text}'", problems)
        channels[key.text] = plain(body, problems) if body is not None else {}
    return channels


def _endpoints(root: MappingNode | None, problems: ProblemList) -> Endpoints:
    if root is None:
        return Endpoints()
    shapes.known_keys(root, (*KEYS, "version"), "endpoints", problems, severity=Severity.WARNING)
    found = {key: _endpoint(root, key, problems) for key in KEYS}
    extra = {key.text: plain(value, problems) for key, value in root.items() if key.text not in (*KEYS, "version")}
    return Endpoints(**found, extra=extra)


def _endpoint(root: MappingNode, key: str, problems: ProblemList) -> Endpoint | None:
    node = root.get(key)
    if key == "inference" and isinstance(node, Scalar):
        return Endpoint(type=str(plain(node, problems)), where=root.key(key).where)
    body = shapes.mapping(node, f"`{key}`", problems)
    if body is None:
        return None
    options = plain(body, problems)
    url, kind = options.pop("url", None), options.pop("type", None)
    if isinstance(url, list):  # Kafka has several servers
        url = ",".join(map(str, url))
    if key in ("action_endpoint", "knowledge_base") and not url:
        problems.error("missing-key", f"`{key}` has no `url`.", root.key(key))
    return Endpoint(
        url=None if url is None else str(url),
        type=None if kind is None else str(kind),
        options=options,
        where=root.key(key).where,
    )
