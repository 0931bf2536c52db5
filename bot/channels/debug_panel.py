"""What `bot shell --debug` shows below a turn: understood, remembered, decided and why, said and from which facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bot.masking import mask, masked_value, personal_values
from bot.message import Entity, Reply
from bot.trace import Decided, TurnTrace

if TYPE_CHECKING:
    from rich.panel import Panel

RANKED = 3
LONGEST_VALUE = 60


def panel(trace: TurnTrace) -> Panel:
    """The whole turn in one panel."""
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in rows(trace):
        table.add_row(label, Text(text))
    return Panel(table, title="debug", title_align="left", border_style="dim", expand=False)


def rows(trace: TurnTrace) -> Iterator[tuple[str, str]]:
    """Label and text of each line of the panel, without personal data: panels are pasted into tickets and chats."""
    known = personal_values([trace.slots_before, trace.slots_after])
    if trace.is_resent:
        yield "resent", "this message was answered before; the same replies went out again"
    if trace.understanding is not None:
        yield from _understood(trace, known)
    for index, (name, (before, after)) in enumerate(trace.changed_slots.items()):
        yield "slots" if index == 0 else "", f"{name}: {_short(name, before, known)} → {_short(name, after, known)}"
    if trace.active_loop:
        yield "form", trace.active_loop
    for index, decided in enumerate(trace.decisions):
        yield "actions" if index == 0 else "", _decided(decided, known)
    for index, reply in enumerate(trace.replies):
        yield from _reply(reply, known, first=index == 0)
    if trace.attempts > 1:
        yield "attempts", f"{trace.attempts}, after conflicts in the database"
    timings = " · ".join(f"{stage} {seconds * 1000:.0f} ms" for stage, seconds in trace.timings.items())
    if timings:
        yield "time", timings


def _understood(trace: TurnTrace, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    understanding = trace.understanding
    assert understanding is not None
    intent = understanding.intent
    others = [each for each in understanding.ranking if each.name != intent.name][:RANKED]
    ranking = "".join(f" · {each.name} {each.confidence:.2f}" for each in others)
    yield "intent", f"{intent.name} {intent.confidence:.2f}{ranking}"
    if understanding.language:
        yield "language", understanding.language
    for index, entity in enumerate(understanding.entities):
        yield "entities" if index == 0 else "", _entity(entity, known)


def _entity(entity: Entity, known: Mapping[str, str]) -> str:
    label = entity.entity + (f"#{entity.role}" if entity.role else "") + (f"#{entity.group}" if entity.group else "")
    place = f" at {entity.start}-{entity.end}" if entity.start is not None else ""
    source = f" by {entity.extractor}" if entity.extractor else ""
    confidence = f" {entity.confidence:.2f}" if entity.confidence is not None else ""
    return f"{label} = {_short(entity.entity, entity.value, known)}{place}{source}{confidence}"


def _decided(decided: Decided, known: Mapping[str, str]) -> str:
    policy = f" ← {decided.policy} {decided.confidence:.2f}" if decided.policy else ""
    why = f": {decided.why}" if decided.why else ""
    end = " (rejected)" if decided.is_rejected else f" (failed: {mask(decided.error, known)})" if decided.error else ""
    return f"{decided.action}{policy}{why}{end}"


def _reply(reply: Reply, known: Mapping[str, str], *, first: bool) -> Iterator[tuple[str, str]]:
    name = reply.act.name if reply.act else ""
    why = f": {reply.why}" if reply.why else ""
    yield "replies" if first else "", f"{name} by {reply.origin}{mask(why, known)}"
    for fact in reply.act.facts if reply.act else ():
        yield "", f"  {fact.name} = {_short(fact.name, fact.value, known)} ← {fact.source}"


def _short(name: str, value: Any, known: Mapping[str, str]) -> str:
    text = masked_value(name, value, known)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
