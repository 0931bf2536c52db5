"""What happened in a turn, for --debug, the inspector and tests."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.message import Reply, Understanding

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer


@dataclass(frozen=True, slots=True)
class Decided:
    """One action that ran, or refused to: who decided it, how sure, and by which rule or story."""

    action: str
    policy: str | None
    confidence: float
    why: str = ""
    is_rejected: bool = False
    error: str = ""


@dataclass
class TurnTrace:
    """Filled while a turn runs. `timings` are seconds for each stage; `attempts` counts retries after a conflict."""

    text: str = ""
    understanding: Understanding | None = None
    slots_before: Mapping[str, Any] = field(default_factory=dict)
    slots_after: Mapping[str, Any] = field(default_factory=dict)
    active_loop: str | None = None
    decisions: list[Decided] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    attempts: int = 1
    is_resent: bool = False

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure a stage; a stage that is entered several times adds up. Each is a span of OpenTelemetry, which costs
        nothing where no SDK listens."""
        started = time.perf_counter()
        try:
            with span(name):
                yield
        finally:
            self.timings[name] = self.timings.get(name, 0.0) + time.perf_counter() - started

    @property
    def changed_slots(self) -> dict[str, tuple[Any, Any]]:
        """Slots that the turn changed, with their values before and after."""
        names = dict.fromkeys([*self.slots_before, *self.slots_after])
        pairs = {name: (self.slots_before.get(name), self.slots_after.get(name)) for name in names}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

    def start_again(self) -> None:
        """Forget an attempt that was undone."""
        self.attempts += 1
        self.decisions.clear()
        self.replies.clear()


def span(name: str) -> AbstractContextManager[Span]:
    """A span of OpenTelemetry, inside the one that is open."""
    return _tracer().start_as_current_span(name)


@cache
def _tracer() -> Tracer:
    from opentelemetry.trace import get_tracer

    return get_tracer("kefu")
