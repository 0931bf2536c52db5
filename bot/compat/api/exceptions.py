"""Errors that custom code raises or expects."""

from __future__ import annotations


class RasaException(Exception):
    """Base of the errors below."""


class RasaCoreException(RasaException):
    """Something about the conversation."""


class InvalidParameterException(RasaException, ValueError):
    """A parameter has a value that it cannot have."""


class InvalidConfigException(ValueError, RasaException):
    """An option of a component has a value that it cannot have, or options do not go together."""


class UnsupportedFeatureException(RasaCoreException):
    """Something is asked for that is not supported."""


class YamlException(RasaException):
    """A YAML file cannot be read."""

    def __init__(self, filename: str | None = None) -> None:
        super().__init__(filename)
        self.filename = filename


class YamlSyntaxException(YamlException):
    """A YAML file is not valid YAML; the cause says where."""

    def __init__(self, filename: str | None = None, underlying_yaml_exception: Exception | None = None) -> None:
        super().__init__(filename)
        self.underlying_yaml_exception = underlying_yaml_exception

    def __str__(self) -> str:
        return f"Failed to read '{self.filename}'. {self.underlying_yaml_exception or ''}".rstrip()


class FileNotFoundException(RasaException, FileNotFoundError):
    """A file that should be there is not."""


class FileIOException(RasaException):
    """Reading or writing a file has failed."""


class ConnectionException(RasaException):
    """A store or broker cannot be reached."""


class InvalidPolicyConfig(RasaException):
    """An option of a policy has a value that it cannot have."""


__all__ = [
    "ConnectionException",
    "FileIOException",
    "FileNotFoundException",
    "InvalidConfigException",
    "InvalidParameterException",
    "InvalidPolicyConfig",
    "RasaCoreException",
    "RasaException",
    "UnsupportedFeatureException",
    "YamlException",
    "YamlSyntaxException",
]
