"""`bot kb`: the shop's knowledge base - its products, customers, orders and articles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import options
from bot.cli.console import err, out, say
from bot.errors import UsageError

if TYPE_CHECKING:
    from knowledge_base import KnowledgeBase

ENCODER = "multilingual-e5-small"
app = typer.Typer(help="The shop's knowledge base: import, index, search, show, upgrade.", no_args_is_help=True)

UrlOption = Annotated[
    str | None, typer.Option("--url", help="Database (SQLAlchemy URL); that of endpoints.yml without.")
]


@app.command("upgrade")
def upgrade(project: options.ProjectOption = options.HERE, url: UrlOption = None) -> None:
    """Create the tables, or bring them to the newest version."""
    base = _open(project, url)
    was_current = base.is_current()
    base.upgrade()
    say("The tables were up to date." if was_current else "The tables are up to date now.", style="bold green")


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(help="Folder with CSV, JSON or JSON-lines files named after tables.")],
    mapping: Annotated[str | None, typer.Option(help="A mapping file, or a built-in one such as `tau_retail`.")] = None,
    project: options.ProjectOption = options.HERE,
    url: UrlOption = None,
) -> None:
    """Import a shop's data; known rows are updated, bad rows reported and left out. Exit status 1 when rows were bad."""
    from knowledge_base.importer import import_folder

    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}.")
    base = _open(project, url)
    base.upgrade()
    try:
        report = import_folder(base, folder, mapping)
    except (FileNotFoundError, ValueError) as error:  # nothing to import, or a mapping with mistakes
        raise UsageError(str(error)) from error
    for problem in report.problems:
        say(str(problem), style="yellow" if problem.row_kept else "red")
    for table, added in report.added.items():
        out().print(f"{table}: {added} new, {report.updated.get(table, 0)} updated", markup=False)
    if report.rejected:
        say(f"{report.rejected} rows were left out.", style="bold red")
        raise typer.Exit(1)


@app.command("index")
def index(
    encoder: Annotated[str, typer.Option(help="Sentence encoder that gives the meanings.")] = ENCODER,
    project: options.ProjectOption = options.HERE,
    url: UrlOption = None,
) -> None:
    """Bring the search index up to date, with what products and articles mean: they are then also found by other words
    than their own. Later changes are followed by themselves; run it again after an import of many products."""
    from bot.dst.meaning import embedder, word_embedder
    from knowledge_base.search import embed_missing, refresh

    base = _current(project, url)
    with err().status("Indexing …"), base.transaction(write=True) as session:
        changed = refresh(session)
        embedded = embed_missing(session, "product", word_embedder(encoder))
        embedded += embed_missing(session, "article", embedder(encoder))
    out().print(f"{changed} documents changed, {embedded} passages embedded", markup=False)


@app.command("show")
def show(
    id_: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Of an order, product, customer, article, …")
    ] = None,
    project: options.ProjectOption = options.HERE,
    url: UrlOption = None,
) -> None:
    """Show one thing with everything that belongs to it; without an id, how much there is of what."""
    from bot.cli.kb_rows import counts, find, tree

    base = _current(project, url)
    with base.transaction() as session:
        if id_ is None:
            for table, number in counts(session):
                out().print(f"{number:>8}  {table}", markup=False)
            return
        found = find(session, id_)
        if not found:
            raise UsageError(f"nothing in the knowledge base has the id {id_!r}; `bot kb search` finds by words.")
        for row in found:
            out().print(tree(row))


@app.command("search")
def search(
    query: Annotated[list[str], typer.Argument(help="What to look for, in Chinese or English.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many.")] = 10,
    project: options.ProjectOption = options.HERE,
    url: UrlOption = None,
) -> None:
    """Find products and articles by words, as the assistant does."""
    from bot.cli.kb_rows import hits_table
    from bot.dst.meaning import products_embedder
    from knowledge_base.search import search_articles, search_products

    words = " ".join(query)
    with _current(project, url).transaction() as session:
        products = search_products(session, words, limit=limit, embedder=products_embedder(session, ENCODER))
        articles = search_articles(session, words, limit=limit)
        if not products and not articles:
            say("Nothing was found.")
            raise typer.Exit(1)
        for title, hits in (("Products", products), ("Articles", articles)):
            if hits:
                out().print(hits_table(title, hits))


def _open(project: Path, url: str | None) -> KnowledgeBase:
    from knowledge_base import connect, open_from_environment

    return connect(url) if url else open_from_environment(project)


def _current(project: Path, url: str | None) -> KnowledgeBase:
    base = _open(project, url)
    if not base.is_current():
        raise UsageError(
            f"{base!r} has no tables of this version; `bot kb upgrade` makes them, `bot kb import` fills them."
        )
    return base
