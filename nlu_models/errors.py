"""What can go wrong with models, in words a user of the command line can act on."""


class ModelError(Exception):
    """Base of every error this package raises on purpose; its text says what happened and what to do."""


class WeightsError(ModelError):
    """Pretrained weights cannot be found, downloaded, verified or converted."""


class TrainingDataError(ModelError):
    """The examples given to a trainer cannot be learned from as they are."""

    def __init__(self, message: str, example: int | None = None) -> None:
        """`example`: the place among the examples of the one that is meant, if it is one."""
        super().__init__(message)
        self.example = example


class ModelFormatError(ModelError):
    """A saved model folder is incomplete, damaged or written by an incompatible version."""
