"""The project's knowledge base: filled from the catalogue in its data when it is empty."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.project import Project

CATALOGUE = Path("data/catalogue")


def has_shop(project: Project) -> bool:
    """Whether endpoints.yml names a knowledge base."""
    return project.endpoints.knowledge_base is not None


def catalogue_of(project: Project) -> Path | None:
    """The folder that an empty knowledge base is filled from: `knowledge_base: {import: FOLDER}`, or data/catalogue."""
    endpoint = project.endpoints.knowledge_base
    folder = project.root / str(endpoint.get("import", CATALOGUE) if endpoint else CATALOGUE)
    return folder if folder.is_dir() and any(folder.iterdir()) else None


def encoder_of(project: Project) -> str | None:
    """The sentence encoder by which articles are found beside their words: `knowledge_base: {encoder: NAME}`."""
    endpoint = project.endpoints.knowledge_base
    return endpoint.get("encoder") if endpoint else None


def fill(url: str, catalogue: Path | None, *, encoder: str | None = None) -> bool:
    """Bring the tables to the newest version and import the catalogue when there are no products; whether it did.

    With an encoder, articles are embedded now, so that the first question need not wait for it.

    Raises UsageError when rows of the catalogue cannot be imported.
    """
    from sqlalchemy import func, select

    from knowledge_base import connect
    from knowledge_base.importer import import_folder
    from knowledge_base.models import Product

    base = connect(url)
    with base.set_up_alone():
        if not base.is_current():
            base.upgrade()
        with base.transaction() as session:
            if catalogue is None or session.scalar(select(func.count()).select_from(Product)):
                return False
        report = import_folder(base, catalogue)
        if report.rejected:
            first = report.problems[0]
            raise UsageError(f"{catalogue}: {report.rejected} rows cannot be imported, the first is {first}")
        if encoder is not None:
            from bot.dst.meaning import embedder
            from knowledge_base.search import embed_missing

            with base.session() as session:
                embed_missing(session, "article", embedder(encoder))
        return True
