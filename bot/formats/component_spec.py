"""One entry of `pipeline:` or `policies:`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.errors import Where


@dataclass(frozen=True, slots=True)
class ComponentSpec:
    """A component by its name, with the options it is given. `option_places` says where each option stands."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    where: Where | None = None
    option_places: Mapping[str, Where] = field(default_factory=dict)
