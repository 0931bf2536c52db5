import sqlite3
from pathlib import Path

from sqlalchemy import create_engine, text

from bot.evaluation.database import FreshDatabase
from bot.stories import DatabaseCheck


def fill(url: str) -> None:
    with create_engine(url).begin() as connection:
        connection.execute(text("CREATE TABLE orders (id TEXT, status TEXT, total NUMERIC)"))
        connection.execute(text("INSERT INTO orders VALUES ('K1', 'pending', 99.5), ('K2', 'shipped', 20)"))


def test_what_a_conversation_wrote_is_gone_in_the_next(tmp_path: Path) -> None:
    database = FreshDatabase(tmp_path, fill)
    engine = create_engine(database.url)  # stays connected, as an assistant does
    check = DatabaseCheck("orders", {"id": "K1"}, {"status": "cancelled"})
    for _ in range(2):
        assert database.problem(check) == "status: pending"
        with engine.begin() as connection:
            connection.execute(text("UPDATE orders SET status = 'cancelled' WHERE id = 'K1'"))
        assert database.problem(check) is None
        database.reset()


def test_every_way_in_which_a_check_can_fail_is_said(tmp_path: Path) -> None:
    database = FreshDatabase(tmp_path, fill)
    assert database.problem(DatabaseCheck("orders", {"id": "K1"}, {"total": 99.5, "status": "pending"})) is None
    assert database.problem(DatabaseCheck("orders", {"id": "K9"}, count=0)) is None
    assert database.problem(DatabaseCheck("orders", {}, count=2)) is None
    assert "no row" in (database.problem(DatabaseCheck("orders", {"id": "K9"})) or "")
    assert database.problem(DatabaseCheck("orders", {}, count=3)) == "2 rows"
    assert "no table" in (database.problem(DatabaseCheck("parcels")) or "")
    assert "no column colour" in (database.problem(DatabaseCheck("orders", {"colour": "red"})) or "")


def test_the_template_is_filled_once(tmp_path: Path) -> None:
    database = FreshDatabase(tmp_path, fill)
    database.reset()
    with sqlite3.connect(tmp_path / "working.db") as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (2,)
