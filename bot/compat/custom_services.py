"""Stores, brokers and generators of a project's own: classes by their dotted path in endpoints.yml.

Each is made with Rasa's arguments and stands where this framework has its own.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

from bot.compat.api.brokers import EventBroker as RasaBroker
from bot.compat.api.domain import Domain as RasaDomain
from bot.compat.api.endpoints import EndpointConfig
from bot.compat.api.locks import LockError as RasaLockError
from bot.compat.api.locks import LockStore as RasaLockStore
from bot.compat.api.nlg import NaturalLanguageGenerator
from bot.compat.api.tracker_stores import TrackerStore as RasaTrackerStore
from bot.compat.api.trackers import DialogueStateTracker
from bot.compat.hook import serving_rasa
from bot.compat.project_code import failure, load_class, problem
from bot.message import DialogueAct, Fact, Reply
from bot.nlg.callback import reply_from
from bot.speaking import ConversationView, Speaker
from bot.stores.base import LockError, LockStore, MakeTracker, TrackerStore
from bot.stores.brokers.base import EventShape
from bot.stores.publisher import Publisher
from bot.tracker import EventVerbosity, Tracker

if TYPE_CHECKING:
    from bot.formats.endpoints import Endpoint
    from bot.project import Project

UNPUBLISHED = "unpublished_events.jsonl"


class CustomTrackerStore:
    """A tracker store of the project's own. See `bot.stores.base.TrackerStore`."""

    def __init__(self, store: Any) -> None:
        self._store = store

    async def load(self, sender_id: str, make: MakeTracker) -> Tracker:
        return self._made(sender_id, await self._ask("retrieve", sender_id), make)

    async def load_full(self, sender_id: str, make: MakeTracker) -> Tracker:
        return self._made(sender_id, await self._ask("retrieve_full_tracker", sender_id), make)

    async def save(self, tracker: Tracker, *, session: Any = None) -> None:
        await self._ask("save", DialogueStateTracker.around(tracker))

    def forget(self, sender_id: str) -> None:
        """Nothing is remembered here."""

    async def event_dicts(self, sender_id: str) -> list[dict[str, Any]]:
        found: DialogueStateTracker | None = await self._ask("retrieve_full_tracker", sender_id)
        return (found.own.event_dicts(EventVerbosity.ALL) or []) if found else []

    async def sender_ids(self) -> list[str]:
        return sorted(await self._ask("keys"))

    async def delete(self, sender_id: str) -> None:
        """Rasa's stores cannot delete: the conversation becomes an empty one."""
        await self._ask("save", DialogueStateTracker(sender_id, self._store.domain.slots))

    async def close(self) -> None:
        if hasattr(self._store, "close"):
            await self._ask("close")

    async def _ask(self, method: str, *arguments: Any) -> Any:
        """Call a method that may be written with `async def` or without."""
        with serving_rasa():
            found = getattr(self._store, method)(*arguments)
            return await found if inspect.isawaitable(found) else found

    @staticmethod
    def _made(sender_id: str, found: DialogueStateTracker | None, make: MakeTracker) -> Tracker:
        return make(sender_id, found.own.events if found else ())


class CustomLockStore:
    """A lock store of the project's own. See `bot.stores.base.LockStore`."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def lock(self, sender_id: str) -> AbstractAsyncContextManager[None]:
        return self._locked(sender_id)

    @asynccontextmanager
    async def _locked(self, sender_id: str) -> AsyncIterator[None]:
        with serving_rasa():
            try:
                async with self._store.lock(sender_id):
                    yield
            except RasaLockError as error:
                raise LockError(str(error)) from error

    async def close(self) -> None:
        return None


class CustomEventBroker:
    """An event broker of the project's own, made in the event loop that publishes. See `bot.stores.brokers.base`."""

    def __init__(self, broker_class: type[Any], config: EndpointConfig) -> None:
        self._class, self._config = broker_class, config
        self._broker: Any = None

    async def publish(self, events: Sequence[EventShape], *, headers: Mapping[str, str] | None = None) -> None:
        with serving_rasa():
            if self._broker is None:
                self._broker = await self._class.from_endpoint_config(self._config)
            for event in events:
                done = self._broker.publish(dict(event))
                if inspect.isawaitable(done):
                    await done

    async def close(self) -> None:
        if self._broker is not None:
            with serving_rasa():
                await self._broker.close()


class CustomSpeaker:
    """A generator of the project's own. See `bot.speaking.Speaker`."""

    def __init__(self, generator: Any, domain: RasaDomain) -> None:
        self._generator, self._domain = generator, domain

    async def say(
        self,
        response: str,
        *,
        slots: Mapping[str, Any],
        facts: Mapping[str, Any],
        source: str,
        channel: str,
        tracker_view: ConversationView,
    ) -> Reply | None:
        events = tracker_view.tracker_state().get("events") or ()
        with serving_rasa():
            tracker = DialogueStateTracker.from_dict(tracker_view.sender_id, events, self._domain.slots)
            shape = await self._generator.generate(response, tracker, channel, **facts)
        if shape is None:
            return None
        act = DialogueAct(response, tuple(Fact(name, value, source) for name, value in facts.items()))
        return reply_from(response, shape, act, why=f"worded by {type(self._generator).__name__}")


# -- what endpoints.yml names --------------------------------------------------------------------------------------------


def make_tracker_store(project: Project, endpoint: Endpoint) -> TrackerStore:
    """Raises ProjectError, as those below, for a class that cannot be used."""
    found = _class(project, endpoint, RasaTrackerStore)
    options = dict(endpoint.options)
    domain = RasaDomain(project.domain)
    return CustomTrackerStore(
        _made(project, endpoint, lambda: found(host=endpoint.url, domain=domain, event_broker=None, **options))
    )


def make_lock_store(project: Project, endpoint: Endpoint) -> LockStore:
    found = _class(project, endpoint, RasaLockStore)
    return CustomLockStore(_made(project, endpoint, lambda: found(endpoint_config=_config(endpoint))))


def make_publisher(project: Project, endpoint: Endpoint) -> Publisher:
    broker = CustomEventBroker(_class(project, endpoint, RasaBroker), _config(endpoint))
    return Publisher(broker, unpublished=project.root / UNPUBLISHED)


def make_speaker(project: Project, endpoint: Endpoint) -> Speaker | None:
    """None for a class that is no generator of Rasa's kind."""
    found = load_class(endpoint.type or "", project.root, endpoint.where)
    if not issubclass(found, NaturalLanguageGenerator):
        return None
    domain = RasaDomain(project.domain)
    return CustomSpeaker(
        _made(project, endpoint, lambda: found(endpoint_config=_config(endpoint), domain=domain)), domain
    )


def _class(project: Project, endpoint: Endpoint, kind: type[Any]) -> type[Any]:
    found = load_class(endpoint.type or "", project.root, endpoint.where)
    if not issubclass(found, kind):
        raise problem(f"'{endpoint.type}' is no subclass of Rasa's {kind.__name__}.", endpoint.where)
    return found


def _made(project: Project, endpoint: Endpoint, make: Callable[[], Any]) -> Any:
    try:
        with serving_rasa():
            return make()
    except Exception as error:  # whatever the project's code does while it is made
        raise failure(f"'{endpoint.type}' cannot be made", error, project.root, endpoint.where) from error


def _config(endpoint: Endpoint) -> EndpointConfig:
    return EndpointConfig(endpoint.url, type=endpoint.type, **dict(endpoint.options))
