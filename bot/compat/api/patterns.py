"""`extract_patterns`: regular expressions and lookup tables of the training data, for regex extractors."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from bot.compat.api.exceptions import InvalidConfigException
from bot.compat.api.training_data import TrainingData


def read_lookup_table_file(lookup_table_file: str) -> list[str]:
    """The lines of a file; raises ValueError when it cannot be read."""
    try:
        lines = Path(lookup_table_file).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ValueError(f"Could not load lookup table {lookup_table_file}: {error}") from error
    return [line.strip() for line in lines if line.strip()]


def extract_patterns(
    training_data: TrainingData,
    use_lookup_tables: bool = True,
    use_regexes: bool = True,
    use_only_entities: bool = False,
    use_word_boundaries: bool = True,
) -> list[dict[str, str]]:
    """`{name, pattern}` of each; with `use_only_entities`, those named like an entity of the examples."""
    tables = [
        {"name": table["name"], "pattern": _one_of(table["elements"], use_word_boundaries)}
        for table in training_data.lookup_tables
    ]
    found = [*(training_data.regex_features if use_regexes else []), *(tables if use_lookup_tables else [])]
    entities = training_data.entities if use_only_entities else set()
    patterns = [pattern for pattern in found if not use_only_entities or pattern["name"] in entities]
    for pattern in patterns:
        try:
            re.compile(pattern["pattern"])
        except re.error as error:
            raise InvalidConfigException(f"'{pattern['pattern']}' is not a valid regex: {error}.") from error
    return patterns


def _one_of(elements: Any, use_word_boundaries: bool) -> str:
    values = elements if isinstance(elements, list) else read_lookup_table_file(elements)
    boundary = r"\b" if use_word_boundaries else ""
    return "(" + "|".join(f"{boundary}{re.escape(value)}{boundary}" for value in values) + ")"


__all__ = ["extract_patterns", "read_lookup_table_file"]
