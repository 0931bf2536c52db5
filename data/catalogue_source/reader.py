"""Read the authored TOML files.

TOML, because the standard library reads it and because loaders of training data that walk data/ look at YAML only.
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parent

Row = dict[str, Any]
"""One line of a JSON lines file, or one table of a TOML file."""


@functools.cache
def read(name: str) -> Row:
    """Return the tables of `name` (relative to this folder); tomllib names line and column of a mistake.

    Read once a run: callers do not change what they get.
    """
    path = SOURCE / name
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from error


def read_all(folder: str) -> list[Row]:
    """Return the tables of every TOML file below `folder`, in the order of their names."""
    return [read(f"{folder}/{path.name}") for path in sorted((SOURCE / folder).glob("*.toml"))]


def words(text: str) -> list[str]:
    """Split a list of synonyms written with semicolons."""
    return [word.strip() for word in text.split(";") if word.strip()]


def cents(amount: float) -> int:
    """Return an amount of CNY as whole fen."""
    return round(amount * 100)


def money(fen: int) -> str:
    """Return whole fen as the text of an amount, such as "299.00"."""
    return f"{fen // 100}.{fen % 100:02d}"


def fen(text: str) -> int:
    """Return the whole fen of a text written by `money`."""
    yuan, _, rest = text.partition(".")
    return int(yuan) * 100 + int(rest)
