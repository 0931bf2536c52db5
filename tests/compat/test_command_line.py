"""`bot train` and what comes after it, for a project whose code knows nothing of this framework."""

from __future__ import annotations

import asyncio
import tarfile
from pathlib import Path

from bot.assistant import Assistant
from bot.stores.model_archive import newest
from tests.cli.running import bot
from tests.compat import code
from tests.compat.projects import write_project

PIPELINE = """
- name: custom_nlu.tokenizer.PairTokenizer
- name: custom_nlu.classifier.OverlapClassifier
"""
FILES = {"custom_nlu/tokenizer.py": code.TOKENIZER, "custom_nlu/classifier.py": code.CLASSIFIER}


def test_a_project_with_custom_components_is_trained_and_talks(tmp_path: Path) -> None:
    root = write_project(tmp_path, FILES, pipeline=PIPELINE, language="zh")
    trained = bot("train", cwd=root)
    assert trained.returncode == 0, trained.stderr
    archive = newest(root / "models")
    assert archive is not None
    with tarfile.open(archive) as tar:
        assert "nlu/1_OverlapClassifier/train_custom_nlu.classifier.OverlapClassifier/words.json" in tar.getnames()
    said = bot("shell", "nlu", cwd=root, stdin="hello there\n")
    assert '"greet"' in said.stdout, said.stdout + said.stderr

    async def understood() -> str | None:
        assistant = Assistant.load(root)
        found = await assistant.parse("你好")
        await assistant.close()
        return found.intent.name

    assert asyncio.run(understood()) == "greet"


def test_what_is_wrong_with_custom_code_is_said_without_a_traceback(tmp_path: Path) -> None:
    broken = code.TOKENIZER.replace("import Token, Tokenizer", "import Token, Tokeniser")
    files = {**FILES, "custom_nlu/tokenizer.py": broken}
    failed = bot("train", cwd=write_project(tmp_path, files, pipeline=PIPELINE, language="zh"))
    said = " ".join((failed.stdout + failed.stderr).split())
    assert failed.returncode == 1 and "Traceback" not in said
    assert "config.yml:6:9" in said and "Did you mean 'Tokenizer'" in said and "tokenizer.py:5" in said
