"""Training a project: every component and policy whose fingerprint changed, then one model archive."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from bot import __version__
from bot.compat.doors import build_components, custom_policy, register_slot_types
from bot.errors import UsageError
from bot.formats.config import ComponentSpec
from bot.formats.write_domain import write_domain
from bot.nlu.base import Component, Progress, silent
from bot.nlu.needless import Needless
from bot.policies.base import Generalising
from bot.policies.training import build_policy, training_trackers
from bot.policies.training_trackers import TrainingTracker
from bot.project import Project
from bot.stores.model_archive import CACHE, DOMAIN, METADATA, SUFFIX, Metadata, Part, newest, pack, read_metadata
from bot.training.fingerprints import fingerprint
from bot.training_data import TrainingData

AUGMENTATION = 50
_KEPT_PARTS = 24


@dataclass(frozen=True, slots=True)
class TrainResult:
    """`trained` and `reused` are names of config.yml; `needless` are those that a BERT makes unnecessary."""

    model: Path
    trained: tuple[str, ...] = ()
    reused: tuple[str, ...] = ()
    needless: tuple[str, ...] = ()
    unchanged: bool = False
    remarks: tuple[str, ...] = ()
    """What a person should know of the data that was learned from just now, one line each."""


class _Learner(Protocol):
    """One thing that learns: its name and options, what it depends on, and how it is taught into a folder."""

    @property
    def kind(self) -> str: ...

    @property
    def spec(self) -> ComponentSpec: ...

    @property
    def fingerprint(self) -> str: ...

    def learn(self, folder: Path, progress: Progress) -> None: ...


@dataclass
class _NluLearner:
    """`before` is the nearest component before it that may change what it learns from."""

    spec: ComponentSpec
    component: Component
    project: Project
    before: _NluLearner | None = None
    learnt: Path | None = None
    kind: str = "nlu"

    @property
    def fingerprint(self) -> str:
        relevant = self.component.relevant(self.project.training_data)
        earlier = [self.before.fingerprint] if self.before else []
        config, language = self.component.config, self.component.language
        return fingerprint(__version__, self.spec.name, config, language, relevant, *earlier)

    def learn(self, folder: Path, progress: Progress) -> None:
        if self.component.trainable:
            self.component.train(self.before.prepared if self.before else self.project.training_data, progress)
            self.component.save(folder)

    @cached_property
    def prepared(self) -> TrainingData:
        """The training data for those after it, once it has learnt."""
        assert self.learnt is not None
        self.component.load(self.learnt)
        return self.component.prepare(self.before.prepared if self.before else self.project.training_data)


@dataclass(frozen=True)
class _Told:
    """The stories and rules of a project, made into conversations once for all policies. With `augmentation` above
    zero, policies that generalise learn from stories that go on with other stories as well."""

    project: Project
    augmentation: int

    @cached_property
    def trackers(self) -> list[TrainingTracker]:
        return training_trackers(self.project)

    @cached_property
    def augmented(self) -> list[TrainingTracker]:
        return training_trackers(self.project, augmentation=self.augmentation) if self.augmentation else self.trackers

    @cached_property
    def fingerprint(self) -> str:
        domain = self.project.domain
        seen = (
            domain.intents,
            domain.entities,
            domain.slots,
            domain.forms,
            list(domain.actions),
            list(domain.responses),
        )
        return fingerprint(seen, self.project.stories)


@dataclass(frozen=True)
class _PolicyLearner:
    spec: ComponentSpec
    policy: Any
    told: _Told
    kind: str = "policies"

    @property
    def fingerprint(self) -> str:
        more = [self.told.augmentation] if self.generalises else []
        return fingerprint(__version__, self.spec.name, self.policy.config, self.told.fingerprint, *more)

    @property
    def generalises(self) -> bool:
        return isinstance(self.policy, Generalising)

    def learn(self, folder: Path, progress: Progress) -> None:
        progress(self.spec.name, 0.0)
        domain = self.told.project.domain
        if isinstance(self.policy, Generalising):
            self.policy.train(self.told.augmented, domain, lambda done: progress(self.spec.name, done))
        else:
            self.policy.train(self.told.trackers, domain)
        self.policy.save(folder)
        progress(self.spec.name, 1.0)


def train(
    project: Project,
    *,
    nlu: bool = True,
    core: bool = True,
    force: bool = False,
    out: Path = Path("models"),
    name: str | None = None,
    progress: Progress = silent,
    augmentation: int = AUGMENTATION,
) -> TrainResult:
    """Train what changed and pack a model; does nothing when nothing changed since the newest model.

    Raises ProjectError when the config cannot be built and UsageError when there is nothing to learn from.
    """
    if nlu and not core and not project.training_data.examples:
        raise UsageError(
            f"there are no NLU examples below {project.root}/data: write some, such as data/nlu.yml with\n"
            'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - hello'
        )
    learners = list(_learners(project, nlu=nlu, core=core, augmentation=augmentation))
    whole = _whole_fingerprint(project, learners)
    needless = tuple(x.spec.name for x in learners if isinstance(x, _NluLearner) and isinstance(x.component, Needless))
    folder = project.root / out
    present = newest(folder)
    if present is not None and not force and read_metadata(present).fingerprint == whole and name is None:
        return TrainResult(present, needless=needless, unchanged=True)
    trained: list[str] = []
    reused: list[str] = []
    remarks: list[str] = []
    with tempfile.TemporaryDirectory(prefix="kefu-") as scratch:
        parts: dict[str, list[Part]] = {"nlu": [], "policies": []}
        for index, learner in sorted(enumerate(learners), key=lambda numbered: _effort(numbered[1])):
            mark = learner.fingerprint
            place = f"{learner.kind}/{index}_{learner.spec.name.rsplit('.', 1)[-1]}"
            learnt, fresh = _learnt(project.root / CACHE / "parts", learner, mark, force=force, progress=progress)
            shutil.copytree(learnt, Path(scratch) / place)
            if isinstance(learner, _NluLearner):
                learner.learnt = learnt
                remarks += learner.component.remarks
            parts[learner.kind].append(Part(learner.spec.name, dict(learner.spec.options), place, mark))
            if _is_trainable(learner):
                (trained if fresh else reused).append(learner.spec.name)
        metadata = _metadata(project, whole, parts)
        (Path(scratch) / METADATA).write_text(metadata.to_json(), encoding="utf-8")
        (Path(scratch) / DOMAIN).write_text(write_domain(project.domain), encoding="utf-8")
        archive = pack(Path(scratch), folder / f"{name or _model_name()}{SUFFIX}")
    return TrainResult(archive, tuple(trained), tuple(reused), needless, remarks=tuple(remarks))


def _effort(learner: _Learner) -> int:
    """Policies that take a moment first, so that what is wrong with a rule is said before a long training."""
    return 2 if learner.kind == "nlu" else int(isinstance(learner, _PolicyLearner) and learner.generalises)


def stale(
    project: Project, *, force: bool = False, out: Path = Path("models"), augmentation: int = AUGMENTATION
) -> tuple[str, ...]:
    """Names of what `train` would learn now; empty when nothing would be done."""
    learners = list(_learners(project, nlu=True, core=True, augmentation=augmentation))
    present = newest(project.root / out)
    if (
        present is not None
        and not force
        and read_metadata(present).fingerprint == _whole_fingerprint(project, learners)
    ):
        return ()
    cache = project.root / CACHE / "parts"
    return tuple(
        learner.spec.name
        for learner in learners
        if _is_trainable(learner) and (force or not (cache / learner.fingerprint).is_dir())
    )


def _learners(project: Project, *, nlu: bool, core: bool, augmentation: int) -> Iterator[_Learner]:
    register_slot_types(project)
    config = project.config
    if nlu and project.training_data.examples:
        components = build_components(config.pipeline, language=config.language, root=project.root)
        before: _NluLearner | None = None
        for spec, component in zip(config.pipeline, components, strict=True):
            learner = _NluLearner(spec, component, project, before)
            yield learner
            before = learner if component.prepares else before
    if core and (project.stories.stories or project.stories.rules):
        told = _Told(project, augmentation)
        for spec in config.policies:
            yield _PolicyLearner(spec, custom_policy(spec, root=project.root) or build_policy(spec), told)


def _is_trainable(learner: _Learner) -> bool:
    return not isinstance(learner, _NluLearner) or learner.component.trainable


def _learnt(cache: Path, learner: _Learner, mark: str, *, force: bool, progress: Progress) -> tuple[Path, bool]:
    """The folder of what was learnt, from the cache if it is there, and whether it was learnt just now."""
    folder = cache / mark
    if folder.is_dir() and not force:
        folder.touch()
        return folder, False
    cache.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=cache, prefix=".learning-"))
    try:
        learner.learn(scratch, progress)
        if folder.is_dir():
            shutil.rmtree(folder)
        scratch.rename(folder)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    _forget_oldest(cache)
    return folder, True


def _forget_oldest(cache: Path) -> None:
    """Keep the parts used last; a project's history of trainings would otherwise fill the disk."""
    parts = sorted((p for p in cache.iterdir() if not p.name.startswith(".")), key=lambda p: p.stat().st_mtime)
    for old in parts[:-_KEPT_PARTS]:
        shutil.rmtree(old, ignore_errors=True)


def _whole_fingerprint(project: Project, learners: list[_Learner]) -> str:
    return fingerprint([[learner.kind, learner.spec.name, learner.fingerprint] for learner in learners], project.domain)


def _metadata(project: Project, whole: str, parts: dict[str, list[Part]]) -> Metadata:
    return Metadata(
        model_id=uuid.uuid4().hex,
        assistant_id=project.config.assistant_id or "",
        trained_at=datetime.now(UTC).isoformat(timespec="seconds"),
        language=project.config.language,
        fingerprint=whole,
        kefu_version=__version__,
        nlu=tuple(parts["nlu"]),
        policies=tuple(parts["policies"]),
    )


def _model_name() -> str:
    return datetime.now().strftime("%Y%m%d-%H%M%S")
