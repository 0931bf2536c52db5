"""Fingerprints: what a trained part was learnt from, so that only what changed is learnt again."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bot.errors import Where


def fingerprint(*parts: Any) -> str:
    """A stable hash of JSON-like values, dataclasses and pydantic models. Places in files do not count."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(json.dumps(_plain(part), sort_keys=True, ensure_ascii=False).encode())
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Where):
        return None
    if isinstance(value, BaseModel):
        return _plain(value.model_dump())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"": type(value).__name__, **{name: item for name, item in fields.items() if item is not None}}
    if isinstance(value, Mapping):
        # As pairs: an order of keys can matter (a domain's intents), and keys need not be strings.
        return [[_plain(key), _plain(item)] for key, item in value.items()]
    if isinstance(value, set | frozenset):
        return sorted((_plain(item) for item in value), key=str)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    return repr(value)
