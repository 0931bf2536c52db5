"""Opening a database, one transaction for a turn, two at once, and finding the project's database."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from knowledge_base import UNSCOPED, CustomerScope, KnowledgeBase, connect, is_conflict, open_from_environment, services
from knowledge_base.environment import database_url
from knowledge_base.models import Article, Base, Customer, Operation, Order, Payment, PaymentMethod, SearchVector


def small(base: KnowledgeBase) -> KnowledgeBase:
    """One customer with one pending order, paid by gift card."""
    from decimal import Decimal

    base.upgrade()
    with base.transaction() as session:
        session.add(Customer(id="C1", first_name="Wei", last_name="Li"))
        session.flush()
        session.add(PaymentMethod(id="gift1", customer_id="C1", kind="gift_card", balance=Decimal("5")))
        session.flush()
        session.add(Order(id="K1", customer_id="C1", status="pending"))
        session.flush()
        session.add(Payment(id="p1", order_id="K1", method_id="gift1", kind="payment", amount=Decimal("20")))
    return base


@pytest.fixture
def on_disk(tmp_path: Path) -> KnowledgeBase:
    return small(KnowledgeBase(f"sqlite:///{tmp_path}/shop.db"))


def test_upgrading_makes_every_table_and_is_harmless_again(tmp_path: Path) -> None:
    from sqlalchemy import inspect

    base = KnowledgeBase(f"sqlite:///{tmp_path}/shop.db")
    assert not base.is_current()
    base.upgrade()
    base.upgrade()
    assert base.is_current()
    assert set(Base.metadata.tables) <= set(inspect(base.engine).get_table_names())


def test_the_migrations_make_what_the_models_say(shop: KnowledgeBase) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    def ours(_object: object, name: str | None, kind: str, *_: object) -> bool:
        return not (kind == "table" and name is not None and "_terms" in name)

    with shop.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, Base.metadata) == []


def test_services_join_the_running_turn_and_fall_with_it(shop: KnowledgeBase) -> None:
    def act() -> None:
        with shop.session() as session:
            services.perform(
                CustomerScope(session, "C1"),
                "cancel_pending_order",
                {"order_id": "K1000004", "reason": "no longer needed"},
                idempotency_key="a",
            )

    with pytest.raises(RuntimeError), shop.transaction() as turn:
        act()
        assert shop.running is turn
        raise RuntimeError("the turn fails after the action")
    with shop.session() as session:
        assert session.scalars(select(Operation), execution_options=UNSCOPED).all() == []
    act()
    assert shop.running is None
    with shop.session() as session:
        assert len(session.scalars(select(Operation), execution_options=UNSCOPED).all()) == 1


def test_a_failing_action_undoes_only_itself(shop: KnowledgeBase) -> None:
    with shop.transaction() as turn:
        turn.add(Article(id="A8", slug="kept"))
        with pytest.raises(ZeroDivisionError), shop.session() as session:
            session.add(Article(id="A9", slug="lost"))
            session.flush()
            _ = 1 / 0
    with shop.session() as session:
        assert session.get(Article, "A8") is not None
        assert session.get(Article, "A9") is None


def test_two_changes_of_one_order_at_once_collide(on_disk: KnowledgeBase) -> None:
    with on_disk.transaction() as first:
        order = first.get(Order, "K1", execution_options=UNSCOPED)
        assert order is not None
    with on_disk.transaction() as second:
        other = second.get(Order, "K1", execution_options=UNSCOPED)
        assert other is not None
        other.status = "processed"
    with pytest.raises(StaleDataError) as caught, on_disk.transaction() as late:
        merged = late.merge(order, load=False)
        merged.status = "cancelled"
    assert is_conflict(caught.value)


def test_rows_that_two_turns_index_at_once_collide(on_disk: KnowledgeBase) -> None:
    def index() -> None:
        found = SearchVector(model="e5", kind="article", ref="A1", part=0, passage_hash="0", vector=b"")
        with on_disk.transaction() as session:
            session.add(found)

    index()
    with pytest.raises(IntegrityError) as caught:
        index()
    assert is_conflict(caught.value)
    with pytest.raises(IntegrityError) as other, on_disk.transaction() as session:
        session.add(Customer(id="C1", first_name="Wei", last_name="Li"))
    assert not is_conflict(other.value)


def test_a_confirmation_sent_twice_at_once_runs_once(on_disk: KnowledgeBase) -> None:
    results: list[bool] = []
    failures: list[BaseException] = []
    together = threading.Barrier(4)

    def confirm() -> None:
        together.wait()
        try:
            with on_disk.session() as session:
                scope = CustomerScope(session, "C1")
                result = services.perform(
                    scope,
                    "cancel_pending_order",
                    {"order_id": "K1", "reason": "no longer needed"},
                    idempotency_key="same",
                )
                results.append(result.replayed)
        except Exception as error:  # noqa: BLE001  (all failures are compared below)
            failures.append(error)

    threads = [threading.Thread(target=confirm) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(results) == [False, True, True, True]
    with on_disk.session() as session:
        balance = session.scalars(select(PaymentMethod.balance), execution_options=UNSCOPED).one()
        assert str(balance) == "25.00"


def test_one_database_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KNOWLEDGE_BASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    assert open_from_environment() is open_from_environment(tmp_path) is connect(f"sqlite:///{tmp_path}/shop.db")


def test_the_url_comes_from_the_environment_then_endpoints_then_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KNOWLEDGE_BASE_URL", raising=False)
    assert database_url(tmp_path) == f"sqlite:///{tmp_path}/shop.db"
    endpoints = tmp_path / "endpoints.yml"
    endpoints.write_text("knowledge_base:\n  url: postgresql+psycopg://u:${PASSWORD}@db/shop\n")
    monkeypatch.setenv("PASSWORD", "secret")
    assert database_url(tmp_path) == "postgresql+psycopg://u:secret@db/shop"
    monkeypatch.setenv("KNOWLEDGE_BASE_URL", "sqlite:///other.db")
    assert database_url(tmp_path) == f"sqlite:///{tmp_path}/other.db"
    monkeypatch.delenv("KNOWLEDGE_BASE_URL")
    endpoints.write_text("knowledge_base: shop.db\n")
    with pytest.raises(ValueError, match=r"endpoints.yml: `knowledge_base` should be a section"):
        database_url(tmp_path)


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(KnowledgeBase("postgresql+psycopg://u:secret@db/shop"))


def test_times_come_back_in_utc_and_naive_ones_are_refused(shop: KnowledgeBase) -> None:
    with shop.session() as session:
        order = session.scalars(select(Order).where(Order.id == "K1000001"), execution_options=UNSCOPED).one()
        assert order.placed_at == datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
    with pytest.raises(Exception, match="time without a time zone"), shop.session() as session:
        session.add(Order(id="K5", customer_id="C1", status="pending", placed_at=datetime(2026, 1, 1)))
