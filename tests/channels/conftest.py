from collections.abc import Iterator

import pytest

from bot.server.settings import Settings
from tests.channels.serving import Echo, Served, serve
from tests.stores.conftest import redis_port as redis_port


@pytest.fixture
def served() -> Iterator[Served]:
    yield from serve(Echo(), Settings())
