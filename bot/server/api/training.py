"""Training from the body of a request."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from bot.errors import KefuError, ProjectError, Severity
from bot.project import Project
from bot.server.problems import ApiError

_FILE = "training.yml"


async def train_from_yaml(body: bytes, root: Path | None, *, force: bool) -> Path:
    """Train from one YAML text that holds a whole project; the model lies in `root`/models, or a temporary folder."""
    if not body.strip():
        raise ApiError(400, "BadRequest", "The body is empty; it holds a project's config, domain and data as YAML.")
    return await asyncio.to_thread(_train, body, root, force)


def _train(body: bytes, root: Path | None, force: bool) -> Path:
    from bot.training import train
    from bot.validation import validate

    with tempfile.TemporaryDirectory(prefix="kefu-train-") as folder:
        (Path(folder) / _FILE).write_bytes(body)
        out = (root / "models").resolve() if root is not None else Path(tempfile.mkdtemp(prefix="kefu-model-"))
        try:
            project = Project.load(folder, config=_FILE, domain=_FILE, data=_FILE)
            errors = [problem for problem in validate(project) if problem.severity is Severity.ERROR]
            if errors:
                raise ProjectError(errors)
            return train(project, force=force, out=out).model
        except KefuError as error:
            raise ApiError(400, "BadRequest", f"The training data cannot be used: {error}") from error
