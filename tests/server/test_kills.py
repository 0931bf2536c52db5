"""Nothing is lost and nothing done twice when the server is killed: the short form of `benchmarks/kills.py`."""

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
