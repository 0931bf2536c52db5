"""`bot privacy`: what is kept of a customer, to hand out or to take away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import options
from bot.cli.console import out, say
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.project import Project
    from bot.stores.base import TrackerStore
    from knowledge_base import KnowledgeBase

app = typer.Typer(help="Hand out or take away what is kept of a customer.", no_args_is_help=True)

CustomerArgument = Annotated[str, typer.Argument(metavar="CUSTOMER", help="Id, e-mail address or phone number.")]
IDENTITY_SLOT = "customer_id"
UNPUBLISHED = "unpublished_events.jsonl"
"""Events that no broker has taken yet, one JSON a line."""


@app.command("export")
def export(
    customer: CustomerArgument,
    project: options.ProjectOption = options.HERE,
    endpoints: options.EndpointsOption = "endpoints.yml",
) -> None:
    """Write everything that is kept of a customer as JSON: rows of the database and whole conversations."""
    from knowledge_base.privacy import export_customer

    with _kept(project, endpoints, customer) as kept, kept.base.transaction() as session:
        record = {
            "customer": kept.customer_id,
            "knowledge_base": export_customer(session, kept.customer_id),
            "conversations": kept.conversations,
            "unpublished_events": _unpublished(project / UNPUBLISHED, set(kept.conversations))[0],
        }
    out().print(json.dumps(record, ensure_ascii=False, indent=2), markup=False, highlight=False, soft_wrap=True)


@app.command("forget")
def forget(
    customer: CustomerArgument,
    project: options.ProjectOption = options.HERE,
    endpoints: options.EndpointsOption = "endpoints.yml",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Even while orders are on their way.")] = False,
) -> None:
    """Delete a customer's conversations, and empty every personal field of their rows.

    Orders, payments and operations stay, without name, address or words of the customer's: the books need them.
    """
    from knowledge_base.privacy import forget_customer, orders_under_way

    with _kept(project, endpoints, customer) as kept:
        with kept.base.transaction() as session:
            open_orders = orders_under_way(session, kept.customer_id)
        if open_orders and not force:
            raise UsageError(
                f"{', '.join(open_orders)} of {kept.customer_id} have not arrived yet and need their address; "
                "forget the customer when they have, or use --force."
            )
        what = f"Forget {kept.customer_id} and {len(kept.conversations)} conversations? This cannot be undone."
        if not yes and not typer.confirm(what):
            raise typer.Exit(1)
        # The rows that say which conversations are meant go last: what was cut off can be done again.
        asyncio.run(_delete(kept.store, list(kept.conversations)))
        left = _unpublished(project / UNPUBLISHED, set(kept.conversations))[1]
        if left is not None:
            (project / UNPUBLISHED).write_text(left, encoding="utf-8")
        with kept.base.transaction(write=True) as session:
            changed = forget_customer(session, kept.customer_id)
    rows = ", ".join(f"{count} of {table}" for table, count in changed.items())
    say(f"{len(kept.conversations)} conversations are deleted; emptied: {rows or 'nothing'}.", style="bold green")


@dataclass(frozen=True)
class _Kept:
    """Where a customer's data lies, and their conversations with all events."""

    base: KnowledgeBase
    store: TrackerStore | None
    customer_id: str
    conversations: dict[str, list[dict[str, Any]]]


@contextmanager
def _kept(folder: Path, endpoints: str, customer: str) -> Iterator[_Kept]:
    from knowledge_base import open_from_environment
    from knowledge_base.privacy import conversations_of, find_customer

    project = options.load_project(folder, endpoints=endpoints)
    base = open_from_environment(folder)
    with base.transaction() as session:
        found = find_customer(session, customer)
        if found is None:
            raise UsageError(f"no customer has the id, e-mail address or phone number {customer!r}.")
        customer_id, known = found.id, conversations_of(session, found.id)
    store = _store(project, folder)
    conversations = asyncio.run(_conversations(store, customer_id, known)) if store is not None else {}
    try:
        yield _Kept(base, store, customer_id, conversations)
    finally:
        if store is not None:
            asyncio.run(store.close())


def _store(project: Project, folder: Path) -> TrackerStore | None:
    """The tracker store, if it keeps anything beyond a process."""
    from bot.compat.doors import custom_tracker_store
    from bot.stores.opening import open_tracker_store

    endpoint = project.endpoints.tracker_store
    if endpoint is None or (endpoint.type or "").lower() in ("", "inmemory", "in_memory", "memory"):
        return None
    return custom_tracker_store(project) or open_tracker_store(endpoint, folder)


async def _conversations(store: TrackerStore, customer_id: str, known: set[str]) -> dict[str, list[dict[str, Any]]]:
    """Those that the database names, those the channel named after the customer, and those in which they were
    verified."""
    found: dict[str, list[dict[str, Any]]] = {}
    for sender_id in await store.sender_ids():
        events = await store.event_dicts(sender_id)
        if sender_id in known or sender_id == customer_id or any(_verifies(each, customer_id) for each in events):
            found[sender_id] = events
    return found


def _verifies(event: dict[str, Any], customer_id: str) -> bool:
    return event.get("event") == "slot" and event.get("name") == IDENTITY_SLOT and event.get("value") == customer_id


async def _delete(store: TrackerStore | None, conversations: list[str]) -> None:
    for sender_id in conversations:
        assert store is not None
        await store.delete(sender_id)


def _unpublished(path: Path, conversations: set[str]) -> tuple[list[Any], str | None]:
    """The unpublished events of these conversations, and what the file holds without them; None without a file."""
    if not path.is_file():
        return [], None
    theirs, others = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if event.get("sender_id") in conversations:
            theirs.append(event)
        else:
            others.append(line + "\n")
    return theirs, "".join(others)
