"""`bot export`: publish the conversations of the tracker store through the event broker."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import options
from bot.cli.console import say
from bot.errors import ProjectError, UsageError

if TYPE_CHECKING:
    from bot.formats.endpoints import Endpoints
    from bot.stores.base import TrackerStore
    from bot.stores.brokers.base import EventBroker
    from bot.stores.export import Exported, Selection


def export(
    project: options.ProjectOption = options.HERE,
    endpoints: options.EndpointsOption = "endpoints.yml",
    minimum_timestamp: Annotated[
        float | None, typer.Option(help="Seconds since the epoch: events from then on.")
    ] = None,
    maximum_timestamp: Annotated[
        float | None, typer.Option(help="Seconds since the epoch: events from before.")
    ] = None,
    offset_timestamps_by_seconds: Annotated[
        int, typer.Option(help="Added to the timestamps that are published; the store stays as it is.")
    ] = 0,
    conversation_ids: Annotated[
        str | None, typer.Option(help="These conversations only, with commas between them.")
    ] = None,
) -> None:
    """Publish the events of the tracker store through the event broker, both of endpoints.yml."""
    from bot.stores.export import Selection

    senders = tuple(conversation_ids.split(",")) if conversation_ids else None
    selection = Selection(minimum_timestamp, maximum_timestamp, senders, offset_timestamps_by_seconds)
    import asyncio

    done = asyncio.run(_export(*_services(project, endpoints), selection))
    if done.error is not None:
        again = _command(project, endpoints, selection, done.left)
        raise UsageError(
            f"after {done.events} events, of {done.conversations} whole conversations, the event broker failed: "
            f"{type(done.error).__name__}: {done.error}\nTo go on with the other {len(done.left)}:\n\n    {again}\n"
        )
    say(f"{done.events} events of {done.conversations} conversations are published.", style="bold green")


async def _export(store: TrackerStore, broker: EventBroker, selection: Selection) -> Exported:
    from bot.stores.export import export as export_events

    try:
        return await export_events(store, broker, selection, warn=lambda text: say(text, style="yellow"))
    finally:
        await broker.close()
        await store.close()


def _services(project: Path, file: str) -> tuple[TrackerStore, EventBroker]:
    """The store and the broker. Only endpoints.yml is read, unless it names classes of the project's own."""
    from bot.compat.doors import custom_publisher, custom_tracker_store, is_class_path
    from bot.stores.opening import open_event_broker, open_tracker_store

    path = project / file
    found = _endpoints(path)
    store, broker = found.tracker_store, found.event_broker
    if store is None or (store.type or "").lower() in ("", "inmemory", "in_memory", "memory"):
        raise UsageError(f"{path} names no tracker store that keeps conversations; there is nothing to export.")
    if broker is None:
        raise UsageError(f"{path} names no event broker to publish to.")
    if not (is_class_path(store.type) or is_class_path(broker.type)):
        return open_tracker_store(store, project), open_event_broker(broker, project)
    whole = options.load_project(project, endpoints=file)
    publisher = custom_publisher(whole)
    return (
        custom_tracker_store(whole) or open_tracker_store(store, project),
        publisher.broker if publisher is not None else open_event_broker(broker, project),
    )


def _endpoints(path: Path) -> Endpoints:
    from bot.formats.endpoints import read_endpoints
    from bot.formats.problem_list import ProblemList

    if not path.is_file():
        raise UsageError(f"there is no file {path}; it names the tracker store and the event broker.")
    problems = ProblemList()
    found = read_endpoints(path, problems)
    if problems.errors:
        raise ProjectError(problems)
    return found


def _command(project: Path, endpoints: str, selection: Selection, left: tuple[str, ...]) -> str:
    """The command that exports what is left."""
    given: dict[str, object] = {
        "--project": None if project == options.HERE else project,
        "--endpoints": None if endpoints == "endpoints.yml" else endpoints,
        "--minimum-timestamp": selection.minimum,
        "--maximum-timestamp": selection.maximum,
        "--offset-timestamps-by-seconds": selection.offset or None,
        "--conversation-ids": ",".join(left),
    }
    parts = [text for name, value in given.items() if value is not None for text in (name, str(value))]
    return shlex.join(["bot", "export", *parts])
