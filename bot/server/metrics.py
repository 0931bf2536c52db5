"""What Prometheus scrapes at `/metrics`: how long turns and their stages take, what was done and what was not understood."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from bot.trace import TurnTrace

FALLBACKS = frozenset({"action_default_fallback", "action_two_stage_fallback", "action_unlikely_intent"})
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The figures of one process; nothing of what customers said is in them."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._stages = Histogram(
            "kefu_stage_seconds", "Time of a turn's stages.", ["stage"], buckets=_SECONDS, registry=registry
        )
        self._turns = Histogram(
            "kefu_turn_seconds", "Time of whole turns.", ["outcome"], buckets=_SECONDS, registry=registry
        )
        self._resent = Counter("kefu_resent_messages", "Messages that were known already.", registry=registry)
        self._retries = Counter("kefu_turn_retries", "Turns done again after a conflict.", registry=registry)
        self._fallbacks = Counter("kefu_fallbacks", "Messages that were not understood.", registry=registry)
        self._actions = Counter(
            "kefu_actions",
            "Actions that ran, those of the shop's operations too.",
            ["action", "outcome"],
            registry=registry,
        )

    def turn(self, seconds: float, *, outcome: str) -> None:
        """One turn has ended: `answered` or `failed`."""
        self._turns.labels(outcome).observe(seconds)

    def trace(self, trace: TurnTrace) -> None:
        """What happened in a turn that is stored."""
        if trace.is_resent:
            self._resent.inc()
            return
        for stage, seconds in trace.timings.items():
            self._stages.labels(stage).observe(seconds)
        self._retries.inc(trace.attempts - 1)
        for decided in trace.decisions:
            outcome = "failed" if decided.error else "rejected" if decided.is_rejected else "done"
            self._actions.labels(decided.action, outcome).inc()
        if any(decided.action in FALLBACKS for decided in trace.decisions):
            self._fallbacks.inc()

    async def page(self, _: Request) -> Response:
        return Response(generate_latest(self._registry), headers={"content-type": CONTENT_TYPE_LATEST})
