import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.running import bot

PRODUCT = {
    "id": "P1",
    "name_en": "Red dress",
    "name_zh": "红色连衣裙",
    "variants": [{"id": "V1", "options": {"colour": "red"}, "price": "199.00", "stock": 3}],
}


def test_import_search_and_show(tmp_path: Path) -> None:
    data = tmp_path / "shop"
    data.mkdir()
    (data / "products.jsonl").write_text(json.dumps(PRODUCT, ensure_ascii=False) + "\n", encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'kb.db'}"
    early = bot("kb", "search", "红色连衣裙", "--url", url, cwd=tmp_path)
    assert early.returncode == 1 and "bot kb import" in early.stderr
    done = bot("kb", "import", data, "--url", url, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "products: 1 new" in done.stdout
    for words in (["红色连衣裙"], ["red", "dress"]):
        assert "P1" in bot("kb", "search", *words, "--url", url, cwd=tmp_path).stdout
    shown = bot("kb", "show", "P1", "--url", url, cwd=tmp_path).stdout
    assert "红色连衣裙" in shown and "Variant V1" in shown and "199.00" in shown
    assert "1  products" in bot("kb", "show", "--url", url, cwd=tmp_path).stdout
    missing = bot("kb", "show", "P9", "--url", url, cwd=tmp_path)
    assert missing.returncode == 1 and "P9" in missing.stderr


@pytest.mark.slow
def test_an_indexed_shop_is_searched_by_meaning_too(tmp_path: Path) -> None:
    data = tmp_path / "shop"
    data.mkdir()
    (data / "products.jsonl").write_text(json.dumps(PRODUCT, ensure_ascii=False) + "\n", encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'kb.db'}"
    bot("kb", "import", data, "--url", url, cwd=tmp_path)
    assert bot("kb", "search", "gown", "--url", url, cwd=tmp_path).returncode == 1
    indexed = bot("kb", "index", "--url", url, cwd=tmp_path)
    assert "0 documents changed, 1 passages embedded" in indexed.stdout, indexed.stderr
    assert "P1" in bot("kb", "search", "gown", "--url", url, cwd=tmp_path).stdout


def test_bad_rows_are_reported_with_their_place_and_fail_the_command(tmp_path: Path) -> None:
    data = tmp_path / "shop"
    data.mkdir()
    bad = PRODUCT | {"id": "P2", "variants": [{"id": "V2", "price": "cheap"}]}
    rows = "\n".join(json.dumps(row, ensure_ascii=False) for row in (PRODUCT, bad))
    (data / "products.jsonl").write_text(rows, encoding="utf-8")
    done = bot("kb", "import", data, "--url", f"sqlite:///{tmp_path / 'kb.db'}", cwd=tmp_path)
    assert done.returncode == 1
    assert "products.jsonl:2:" in done.stderr and "Traceback" not in done.stderr


def test_nothing_to_import_is_said(tmp_path: Path) -> None:
    done = bot("kb", "import", tmp_path / "nowhere", "--url", "sqlite://", cwd=tmp_path)
    assert done.returncode == 1 and "nowhere" in done.stderr


def test_looking_does_not_wait_for_somebody_who_writes(tmp_path: Path) -> None:
    data = tmp_path / "shop"
    data.mkdir()
    (data / "products.jsonl").write_text(json.dumps(PRODUCT, ensure_ascii=False) + "\n", encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'kb.db'}"
    bot("kb", "import", data, "--url", url, cwd=tmp_path)
    with closing(sqlite3.connect(tmp_path / "kb.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE variants SET stock = 2")
        shown = bot("kb", "show", "P1", "--url", url, cwd=tmp_path)
        found = bot("kb", "search", "红色连衣裙", "--url", url, cwd=tmp_path)
    assert shown.returncode == 0 and "红色连衣裙" in shown.stdout, shown.stderr
    assert found.returncode == 0 and "P1" in found.stdout, found.stderr
