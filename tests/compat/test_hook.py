"""`rasa` can be imported while custom code loads or runs, and only then."""

from __future__ import annotations

import importlib
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from bot.compat.hook import NotServedError, serving_rasa
from bot.compat.paths import PACKAGES, SERVED


def imported(name: str) -> Any:
    return importlib.import_module(name)


def test_rasa_cannot_be_imported_outside() -> None:
    with serving_rasa():
        imported("rasa.engine.graph")
    for name in ("rasa", "rasa.engine.graph"):
        with pytest.raises(ModuleNotFoundError, match="No module named 'rasa'"):
            imported(name)
    assert not [name for name in sys.modules if name.split(".")[0] == "rasa"]


@pytest.mark.parametrize("path", sorted({*SERVED, *PACKAGES}))
def test_every_served_path_can_be_imported(path: str) -> None:
    with serving_rasa():
        assert imported(path).__name__ == path


def test_a_class_is_the_same_class_each_time_and_by_each_path() -> None:
    with serving_rasa():
        first = imported("rasa.core.channels").InputChannel
        assert imported("rasa.core.channels.channel").InputChannel is first
    with serving_rasa():
        assert imported("rasa.core.channels").InputChannel is first


def test_attributes_reach_modules_that_were_not_imported() -> None:
    with serving_rasa():
        rasa = imported("rasa")
        assert rasa.shared.utils.io.read_yaml("say: 你好") == {"say": "你好"}
        assert rasa.__version__.startswith("3.6")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("import rasa.core.agent", "no 'rasa.core.agent'"),
        ("from rasa.core.policies.ted_policy import TEDPolicy", "no 'rasa.core.policies.ted_policy'"),
        ("from rasa.nlu.components import Component", "It belongs to Rasa 2"),
        ("from rasa.nlu.constants import TOKEN_NAMES", "Did you mean 'TOKENS_NAMES'"),
        ("from rasa.core import channel", "Did you mean 'channels'"),
        ("import rasa; rasa.shared.utils.io.read_yml", "Did you mean 'read_yaml'"),
    ],
)
def test_what_is_not_served_is_said_with_the_line_that_asked(line: str, said: str) -> None:
    with serving_rasa(), pytest.raises(NotServedError, match=said) as caught:
        exec(compile(f"\n\n{line}", "/shop/components/tokens.py", "exec"), {})
    assert str(caught.value).startswith("/shop/components/tokens.py:3: ")


def test_custom_code_may_try_an_import_and_do_without() -> None:
    names: dict[str, Any] = {}
    source = "try:\n    from rasa.core.agent import Agent\nexcept ImportError:\n    Agent = None"
    with serving_rasa():
        exec(source, names)
    assert names["Agent"] is None


def test_the_door_stays_open_until_the_last_has_left() -> None:
    inside, leave = threading.Event(), threading.Event()

    def stay() -> None:
        with serving_rasa():
            inside.set()
            leave.wait(10)

    other = threading.Thread(target=stay)
    other.start()
    assert inside.wait(10)
    with serving_rasa(), serving_rasa():
        imported("rasa.shared.constants")
    assert imported("rasa.shared.constants")
    leave.set()
    other.join()
    with pytest.raises(ModuleNotFoundError):
        imported("rasa.shared.constants")


def test_a_real_rasa_wins(tmp_path: Path) -> None:
    (tmp_path / "rasa").mkdir()
    (tmp_path / "rasa/__init__.py").write_text("__version__ = 'real'", encoding="utf-8")
    ask = "from bot.compat.hook import serving_rasa\nwith serving_rasa():\n    import rasa\nprint(rasa.__version__)"
    root = Path(__file__).parents[2]
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(root)!r}]\n{ask}"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.strip() == "real"


def test_a_folder_called_rasa_is_no_rasa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rasa").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    with serving_rasa():
        assert imported("rasa.engine.graph").GraphComponent
