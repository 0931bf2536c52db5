"""Several processes that serve on one port; one that dies is replaced."""

from __future__ import annotations

import logging
import os
import signal
import traceback
from collections.abc import Callable
from typing import Any

from bot.errors import UsageError

logger = logging.getLogger(__name__)


def run_workers(count: int, work: Callable[[], None]) -> None:
    """Run `work` in so many processes until SIGTERM or Ctrl-C, which they get too, and end when all have.

    Call it before anything is loaded and any thread started. A worker that dies of a signal is replaced. One that ends
    by itself could not start: then all end, and UsageError is raised.
    """
    if not hasattr(os, "fork"):
        raise UsageError(
            "--workers needs fork, which this system does not have; start `bot run` several times instead."
        )
    workers: set[int] = set()
    is_ending = False

    def end(*_: Any) -> None:
        nonlocal is_ending
        is_ending = True
        for worker in workers:
            os.kill(worker, signal.SIGTERM)

    before = {sign: signal.signal(sign, end) for sign in (signal.SIGTERM, signal.SIGINT)}
    has_failed = False
    try:
        while len(workers) < count and not is_ending:
            _fork(work, workers)
        while workers:
            worker, status = os.wait()
            workers.discard(worker)
            if is_ending:
                continue
            if os.WIFSIGNALED(status):
                logger.warning("A worker died of signal %d; another takes its place.", os.WTERMSIG(status))
                _fork(work, workers)
            else:
                has_failed = True
                end()
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
    if has_failed:
        raise UsageError("a worker could not start; it has said why.")


def _fork(work: Callable[[], None], workers: set[int]) -> None:
    """Start a worker. Signals wait meanwhile, so that none finds a worker that is not known yet."""
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    worker = os.fork()
    if worker:
        workers.add(worker)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        return
    code = 1
    try:
        for sign in signals:
            signal.signal(sign, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        work()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:  # noqa: BLE001 - this process ends here, whatever it was
        traceback.print_exc()
    finally:
        os._exit(code)
