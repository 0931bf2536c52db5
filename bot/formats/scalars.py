"""Plain YAML scalars by the rules of YAML 1.2's core schema, as ruamel.yaml applies them.

`yes`, `no`, `on` and `off` are text; so are dates, which Rasa's formats never mean as such.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping

_INT = re.compile(r"[-+]?(?:0b[01_]*[01][01_]*|0o?[0-7_]*[0-7][0-7_]*|[0-9_]*[0-9][0-9_]*|0x[0-9a-fA-F_]+)")
_FLOAT = re.compile(
    r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9_]+(?:[eE][-+][0-9]+)?)"
)
_SPECIAL = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_NUMBER_START = frozenset("-+.0123456789")
_VARIABLE = re.compile(r"\$(?:\{([^}]*)\}|(\w+))")


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START:
        return text
    if _INT.fullmatch(text):
        return _integer(text.replace("_", ""))
    if _FLOAT.fullmatch(text):
        return float(text.replace("_", ""))
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    return text


def expand(text: str, missing: Callable[[str], None], environment: Mapping[str, str] | None = None) -> str:
    """`text` with `${VAR}` (and `$VAR` beside it) taken from the environment.

    Calls `missing` with the name of each `${VAR}` that is not set, and leaves it as it was written.
    """
    variables = os.environ if environment is None else environment

    def replace(match: re.Match[str]) -> str:
        name = match[1] if match[1] is not None else match[2]
        if name in variables:
            return variables[name]
        if match[1] is not None:
            missing(name)
        return match[0]

    return _VARIABLE.sub(replace, text) if "${" in text else text


def _integer(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    for prefix, base in (("0b", 2), ("0o", 8), ("0x", 16)):
        if digits.startswith(prefix):
            return sign * int(digits[2:], base)
    return sign * int(digits)
