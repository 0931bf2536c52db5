"""Files, warnings and fingerprints, as `rasa.shared.utils.io` and `rasa.utils.io` have them."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import tempfile
import warnings
from io import StringIO
from pathlib import Path
from typing import Any

from bot.compat.api.exceptions import FileNotFoundException, YamlSyntaxException

DEFAULT_ENCODING = "utf-8"


def raise_warning(message: str, category: type[Warning] | None = None, docs: str | None = None, **kwargs: Any) -> None:
    """Warn; `docs` is an address to read more at."""
    kwargs.setdefault("stacklevel", 2)
    warnings.warn(f"{message} More info at {docs}" if docs else message, category=category, **kwargs)


def raise_deprecation_warning(
    message: str, warn_until_version: str = "4.0.0", docs: str | None = None, **kwargs: Any
) -> None:
    raise_warning(message, FutureWarning, docs, **kwargs)


def read_file(filename: str | Path, encoding: str = DEFAULT_ENCODING) -> str:
    """The text of a file; raises FileNotFoundException."""
    try:
        return Path(filename).read_text(encoding=encoding)
    except FileNotFoundError as error:
        raise FileNotFoundException(f"Failed to read file, '{Path(filename).resolve()}' does not exist.") from error


def read_json_file(filename: str | Path) -> Any:
    return json.loads(read_file(filename))


def read_yaml(content: str, reader_type: str | list[str] = "safe") -> Any:
    """What a YAML text says; an empty text says `{}`."""
    from ruamel.yaml import YAML

    return YAML(typ=reader_type).load(content) or {}


def read_yaml_file(filename: str | Path, reader_type: str | list[str] = "safe") -> Any:
    """What a YAML file says; raises YamlSyntaxException."""
    from ruamel.yaml.error import YAMLError

    try:
        return read_yaml(read_file(filename), reader_type)
    except YAMLError as error:
        raise YamlSyntaxException(str(filename), error) from error


read_config_file = read_yaml_file


def write_text_file(
    content: str, file_path: str | Path, encoding: str = DEFAULT_ENCODING, append: bool = False
) -> None:
    with Path(file_path).open("a" if append else "w", encoding=encoding) as file:
        file.write(content)


def write_yaml(data: Any, target: str | Path | StringIO, should_preserve_key_order: bool = False) -> None:
    from ruamel.yaml import YAML

    dumper = YAML()
    dumper.width = 4096
    if isinstance(target, StringIO):
        dumper.dump(data, target)
        return
    with Path(target).open("w", encoding=DEFAULT_ENCODING) as file:
        dumper.dump(data, file)


def json_to_string(obj: Any, **kwargs: Any) -> str:
    return json.dumps(obj, indent=kwargs.pop("indent", 2), ensure_ascii=kwargs.pop("ensure_ascii", False), **kwargs)


def dump_obj_as_json_to_file(filename: str | Path, obj: Any) -> None:
    write_text_file(json.dumps(obj, ensure_ascii=False, indent=2), filename)


def dump_obj_as_yaml_to_string(obj: Any, should_preserve_key_order: bool = False) -> str:
    buffer = StringIO()
    write_yaml(obj, buffer)
    return buffer.getvalue()


def create_directory(directory_path: str | Path) -> None:
    Path(directory_path).mkdir(parents=True, exist_ok=True)


def create_directory_for_file(file_path: str | Path) -> None:
    create_directory(Path(file_path).parent)


def create_temporary_file(data: Any, suffix: str = "", mode: str = "w+") -> str:
    """The path of a new file that holds `data`."""
    with tempfile.NamedTemporaryFile(
        mode, suffix=suffix, delete=False, encoding=None if "b" in mode else DEFAULT_ENCODING
    ) as file:
        file.write(data)
    return file.name


def is_logging_disabled() -> bool:
    """Whether only warnings are logged."""
    return logging.getLogger("rasa").getEffectiveLevel() > logging.INFO


def get_emoji_regex() -> re.Pattern[str]:
    """What the whitespace tokenizer takes for emoji."""
    return re.compile(
        "[\U0001f600-\U0001f64f\U0001f300-\U0001f5ff\U0001f680-\U0001f6ff\U0001f1e0-\U0001f1ff\u2702-\u27b0"
        "\u24c2-\U0001f251\u200d\u200c]+"
    )


def get_text_hash(text: str, encoding: str = DEFAULT_ENCODING) -> str:
    return hashlib.md5(text.encode(encoding), usedforsecurity=False).hexdigest()


def deep_container_fingerprint(obj: Any, encoding: str = DEFAULT_ENCODING) -> str:
    """A hash of nested dicts and lists; dicts count without their order, other objects by `fingerprint()` or `str`."""
    if isinstance(obj, dict):
        pairs = {
            deep_container_fingerprint(k, encoding): deep_container_fingerprint(v, encoding) for k, v in obj.items()
        }
        return get_text_hash(json.dumps(pairs, sort_keys=True), encoding)
    if isinstance(obj, list):
        return get_text_hash(json.dumps([deep_container_fingerprint(item, encoding) for item in obj]), encoding)
    if callable(getattr(obj, "fingerprint", None)):
        return str(obj.fingerprint())
    return get_text_hash(str(obj), encoding)


__all__ = [
    "DEFAULT_ENCODING",
    "create_directory",
    "create_directory_for_file",
    "create_temporary_file",
    "deep_container_fingerprint",
    "dump_obj_as_json_to_file",
    "dump_obj_as_yaml_to_string",
    "get_emoji_regex",
    "get_text_hash",
    "is_logging_disabled",
    "json_to_string",
    "raise_deprecation_warning",
    "raise_warning",
    "read_config_file",
    "read_file",
    "read_json_file",
    "read_yaml",
    "read_yaml_file",
    "write_text_file",
    "write_yaml",
]
