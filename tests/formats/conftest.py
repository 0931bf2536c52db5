"""What tests of readers share: data without places, and reading that must find problems."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from bot.errors import Where


@pytest.fixture(scope="session")
def bare() -> Callable[[Any], Any]:
    """Nouns as comparable data, without the places where they stand."""
    return _bare


def _bare(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return type(value).__name__, {
            name: _bare(part) for name, part in fields.items() if not isinstance(part, Where) and name != "where"
        }
    if isinstance(value, dict):
        return {key: _bare(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_bare(part) for part in value]
    return value
