"""What is kept in memory of a shop's index, one cache a database; it says itself as of which revision it is."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

_caches: WeakKeyDictionary[Engine, dict[Any, Any]] = WeakKeyDictionary()


def cache_of(session: Session) -> dict[Any, Any]:
    """The cache of this session's database."""
    return _caches.setdefault(_engine(session), {})


def forget(session: Session) -> None:
    """Empty it: it may hold what a transaction wrote that was rolled back."""
    _caches.pop(_engine(session), None)


def _engine(session: Session) -> Engine:
    bind = session.get_bind()
    return bind if isinstance(bind, Engine) else bind.engine
