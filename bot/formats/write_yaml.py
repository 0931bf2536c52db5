"""Data to YAML text that reads back as the same data, here and in Rasa."""

from __future__ import annotations

import unicodedata
from io import StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ruamel.yaml.nodes import ScalarNode

_LINE_BREAKS = "\r\x85\u2028\u2029"
VERSION = "3.1"


class Quoted(str):
    """Text that stands in double quotes, such as a version."""


def dump(data: Any) -> str:
    """YAML of plain data: block style, keys in their order, text of several lines as a literal block."""
    from ruamel.yaml import YAML
    from ruamel.yaml.representer import RoundTripRepresenter

    class Representer(RoundTripRepresenter):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    Representer.add_representer(str, _represent_text)
    Representer.add_representer(Quoted, lambda self, text: self.represent_scalar(_TEXT, str(text), style='"'))
    Representer.add_representer(type(None), lambda self, _: self.represent_scalar("tag:yaml.org,2002:null", "null"))
    yaml = YAML()
    yaml.Representer = Representer
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=2, offset=0)
    stream = StringIO()
    yaml.dump(data, stream)
    return stream.getvalue()


def is_plain_line(text: str) -> bool:
    """Whether text can stand in a literal block as it is: no control characters, no line breaks, no escapes."""
    if "\\u" in text:  # would be read as an escape in a file that is otherwise ASCII
        return False
    return all(character == "\t" or not _is_special(character) for character in text)


_TEXT = "tag:yaml.org,2002:str"


def _represent_text(representer: Any, text: str) -> ScalarNode:
    style = None
    if "\n" in text and _fits_block(text):
        style = "|"
    elif "\\u" in text or "${" in text or any(_is_special(character) for character in text):
        style = '"'
    node: ScalarNode = representer.represent_scalar(_TEXT, text, style=style)
    return node


def _fits_block(text: str) -> bool:
    lines = text.split("\n")
    return (
        not text.startswith((" ", "\t", "\n"))
        and all(is_plain_line(line) and line == line.rstrip() for line in lines)
        and any(line for line in lines)
    )


def _is_special(character: str) -> bool:
    return character in _LINE_BREAKS or character == "\ufeff" or unicodedata.category(character) in ("Cc", "Cs", "Cn")
