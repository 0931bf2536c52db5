"""Two models that are loaded side by side: the GPT warms up while an article is looked for."""

from __future__ import annotations

import subprocess
import sys

TWO_THREADS = """
import threading
from nlu_models.hugging_face import hugging_face
together, found = threading.Barrier(2), []
def look(name):
    together.wait()
    found.append(getattr(hugging_face(), name).__name__)
threads = [threading.Thread(target=look, args=(name,)) for name in ("AutoConfig", "AutoModelForCausalLM")]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert sorted(found) == ["AutoConfig", "AutoModelForCausalLM"], found
"""


def test_two_threads_may_need_transformers_at_the_same_moment() -> None:
    done = subprocess.run([sys.executable, "-c", TWO_THREADS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
