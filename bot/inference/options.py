"""What `inference:` of endpoints.yml says."""

from __future__ import annotations

from pydantic import Field

from bot.stores.options import Options


class RayOptions(Options):
    """`inference: ray`, or with `type: ray` and any of these.

    `address` is Ray's: `auto` for the cluster that this machine belongs to. `app` names the application. An application
    that is not there yet is deployed, with so many `replicas`, or as many as it takes between `min_replicas` and
    `max_replicas`; each has so many `cpus` and `gpus`, of which it may take a part (0.25: four share one). Messages
    that come within `wait_ms` milliseconds are understood together, `max_batch` at most. A message for which no replica
    answers within `patience` seconds fails its turn.
    """

    address: str = "auto"
    app: str = "kefu"
    replicas: int = Field(default=1, ge=1)
    min_replicas: int | None = Field(default=None, ge=0)
    max_replicas: int | None = Field(default=None, ge=1)
    cpus: float = Field(default=1.0, ge=0)
    gpus: float = Field(default=0.0, ge=0)
    max_batch: int = Field(default=32, ge=1)
    wait_ms: float = Field(default=0.0, ge=0)
    patience: float = Field(default=30.0, gt=0)
