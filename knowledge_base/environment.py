"""Finding the database of the project that this process runs in: here, or on a separate action server."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from knowledge_base.database import KnowledgeBase, _absolute, connect

URL_VARIABLE = "KNOWLEDGE_BASE_URL"
DEFAULT_URL = "sqlite:///shop.db"


def open_from_environment(folder: Path | None = None) -> KnowledgeBase:
    """The knowledge base of the project in `folder` (the current one if None).

    Its URL is the environment variable KNOWLEDGE_BASE_URL, else `knowledge_base: {url: …}` of the folder's
    endpoints.yml, else sqlite:///shop.db. SQLite paths are relative to the folder. The same database is opened once
    a process. Raises ValueError if endpoints.yml has the key in another shape.
    """
    return connect(database_url(folder))


def database_url(folder: Path | None = None) -> str:
    """The URL that `open_from_environment` would use."""
    root = (folder or Path.cwd()).resolve()
    from_variable = os.environ.get(URL_VARIABLE)
    if from_variable:
        return _absolute(from_variable, root)
    endpoints = root / "endpoints.yml"
    from_file = _url_of_file(endpoints, endpoints.stat().st_mtime_ns) if endpoints.is_file() else None
    return _absolute(os.path.expandvars(from_file or DEFAULT_URL), root)


@lru_cache(maxsize=8)
def _url_of_file(path: Path, _modified: int) -> str | None:
    """The URL in an endpoints.yml; its time of change is only there to read it again after a change."""
    from ruamel.yaml import YAML

    content = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}
    section = content.get("knowledge_base")
    if section is None:
        return None
    if not isinstance(section, dict) or not isinstance(section.get("url"), str):
        raise ValueError(
            f"{path}: `knowledge_base` should be a section with a `url`, such as "
            f'`knowledge_base: {{url: "{DEFAULT_URL}"}}`, and not {section!r}'
        )
    return str(section["url"])
