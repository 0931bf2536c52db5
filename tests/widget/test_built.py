"""The built widget that is committed: small, current, and in both languages."""

from __future__ import annotations

import gzip
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "bot" / "server" / "static" / "bot-chat.js"
MOST_GZIPPED_BYTES = 30 * 1024


def test_the_widget_is_at_most_30_kilobytes_gzipped() -> None:
    assert len(gzip.compress(BUILT.read_bytes(), 9, mtime=0)) <= MOST_GZIPPED_BYTES


def test_what_is_committed_was_built_from_these_sources() -> None:
    sources = [ROOT / "widget" / "package.json", *sorted((ROOT / "widget" / "src").glob("*.ts"))]
    digest = sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    assert BUILT.read_text(encoding="utf-8").startswith(f"/* bot-chat of {digest} */"), "run `make widget`"


def test_it_speaks_both_languages() -> None:
    built = BUILT.read_text(encoding="utf-8")
    assert "在线客服" in built and "Customer service" in built
