"""Everything in `data/`: each file is known by its top-level keys, whatever its name, and may hold several sections."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.domain import ResponseVariation
from bot.errors import Problem, Severity, Where, nearest
from bot.formats.domain import DomainParts
from bot.formats.files import (
    DATA_KEYS,
    DOMAIN_KEYS,
    YAML_SUFFIXES,
    files_below,
    is_test_file,
    readable_version,
    top_level,
)
from bot.formats.nlu import NluReader
from bot.formats.nlu_json import ROOT_KEY, add_json
from bot.formats.nodes import Mapping
from bot.formats.problem_list import ProblemList
from bot.formats.stories import read_stories
from bot.formats.yaml_reader import read_file
from bot.stories import Rule, Story, StoryData
from bot.training_data import TrainingData

_JSON = ".json"
_TOP_KEY = re.compile(r"^(?:\{\s*)?[\"']?(\w+)[\"']?\s*:", re.MULTILINE)


@dataclass(frozen=True)
class Data:
    """What a project's `data/` holds. `test_files` are only listed: their stories are kept apart from training."""

    training_data: TrainingData
    stories: StoryData
    test_files: tuple[Path, ...] = ()


def read_data(paths: Iterable[Path], problems: ProblemList, *, root: Path | None = None) -> Data:
    """The training data of these files and folders; `root` is the project's folder, for files named in it."""
    nlu = NluReader(problems, root=root)
    responses = DomainParts(problems)
    stories: list[Story] = []
    rules: list[Rule] = []
    tests: list[Path] = []
    for path in files_below(paths, (*YAML_SUFFIXES, _JSON)):
        found = _read(path, problems)
        if found is None or not readable_version(found, problems):
            continue
        if ROOT_KEY in found:
            add_json(found, nlu, problems)
            continue
        nlu.add_file(found)
        responses.add_responses(found.get("responses"))
        if is_test_file(path) and ("stories" in found or "rules" in found):
            tests.append(path)
            continue
        read = read_stories(found, problems)
        stories += read.stories
        rules += read.rules
    built = nlu.build(dict[str, tuple[ResponseVariation, ...]](responses.responses))
    return Data(built, StoryData(tuple(stories), tuple(rules)), tuple(tests))


def _read(path: Path, problems: ProblemList) -> Mapping | None:
    """The top level of a file that is training data; other files, such as a catalogue, are none of our business."""
    if path.suffix == _JSON:
        return _read_json(path, problems)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        text = "nlu:"  # so that reading it below says what is wrong
    if not text.strip():
        message = "the file is empty: nothing is learned from it."
        problems.append(Problem("file", message, Where(str(path)), "", Severity.INFO))
    keys = {match[1] for match in _TOP_KEY.finditer(text)}
    if not keys & {*DATA_KEYS} and not any(nearest(key, DATA_KEYS) for key in keys):
        return None
    root = top_level(read_file(path, problems), path, problems)
    if root is not None:
        _report_other_keys(root, problems)
    return root


def _read_json(path: Path, problems: ProblemList) -> Mapping | None:
    try:
        mentioned = ROOT_KEY in path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    root = read_file(path, problems) if mentioned else None
    return root if isinstance(root, Mapping) and ROOT_KEY in root else None


def _report_other_keys(root: Mapping, problems: ProblemList) -> None:
    """A section of the domain that would be overlooked here, and a key that is nearly one of ours."""
    for key, _ in root.items():
        if key.text in (*DATA_KEYS, "version"):
            continue
        if key.text in DOMAIN_KEYS:
            message = f"`{key.text}` belongs in the domain and is not read from training data."
            problems.warning("unknown-key", message, key, "Move it to domain.yml or to the domain's folder.")
        elif near := nearest(key.text, DATA_KEYS):
            hint = f"Did you mean '{near[0]}'?"
            problems.warning("unknown-key", f"'{key.text}' is not a section of training data.", key, hint)
