"""`transformers`, imported by one thread at a time.

While it is imported it puts a lazy module into its own place, and another thread that waits for the import is then
handed the empty one: names that are there "cannot be imported".
"""

from __future__ import annotations

import threading
from typing import Any

_importing = threading.Lock()


def hugging_face() -> Any:
    """The module `transformers`; its classes are untyped here."""
    with _importing:
        import transformers

        return transformers
