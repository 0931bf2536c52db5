"""Records what Rasa 3.6.21 does in the conversations of recorded.json; run by hand, where that Rasa is installed.

    python3.10 tests/projects/record_with_rasa.py [--actions http://localhost:5055/webhook]

With `--actions`, an action server runs the project's actions: `bot run actions --project tests/projects/NAME`; only
projects that have actions are recorded then, and the others without it.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import inspect
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RECORDED = HERE / "recorded.json"
KEPT: dict[str, tuple[str, ...]] = {
    "action": ("name",),
    "slot": ("name", "value"),
    "active_loop": ("name",),
    "loop_interrupted": ("is_interrupted",),
    "action_execution_rejected": ("name",),
    "followup": ("name",),
    "user": ("text",),
    "bot": ("text",),
    "restart": (),
    "rewind": (),
    "session_started": (),
    "undo": (),
}
"""What is compared of each event; events of other kinds are not."""


def shown(events: list[dict[str, Any]]) -> list[list[Any]]:
    """The events as lists: their kind, and what is kept of them."""
    kept = [event for event in events if event["event"] in KEPT]
    return [[event["event"], *(event.get(key) for key in KEPT[event["event"]])] for event in kept]


def copied(name: str, scratch: str) -> tuple[Path, Path]:
    """The project without its tests, from which Rasa would learn where they lie in data/; and its domain."""
    folder = Path(shutil.copytree(HERE / name, Path(scratch) / name))
    for test in list(folder.rglob("test_*.yml")):
        test.unlink()
    return folder, folder / "domain.yml" if (folder / "domain.yml").exists() else folder / "domain"


async def record(name: str, conversations: list[dict[str, Any]], actions: str | None) -> None:
    agents, training, endpoints = (
        importlib.import_module(f"rasa.{module}") for module in ("core.agent", "model_training", "utils.endpoints")
    )
    with tempfile.TemporaryDirectory() as scratch:
        folder, domain = copied(name, scratch)
        made: Any = training.train_core(
            *(str(path) for path in (domain, folder / "config.yml", folder / "data", folder / "models"))
        )
        model = await made if inspect.isawaitable(made) else made
        agent = agents.Agent.load(model, action_endpoint=endpoints.EndpointConfig(actions) if actions else None)
        for number, conversation in enumerate(conversations):
            for text in conversation["texts"]:
                await agent.handle_text(text, sender_id=f"{name}-{number}")
            tracker = await agent.tracker_store.retrieve(f"{name}-{number}")
            conversation["events"] = shown([event.as_dict() for event in tracker.events])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--actions", help="URL of the action server")
    actions: str | None = parser.parse_args().actions
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    for name, conversations in recorded.items():
        has_actions = (HERE / name / "actions.py").exists()
        if has_actions == (actions is not None):
            asyncio.run(record(name, conversations, actions))
    lines = (
        f"{json.dumps(name)}: [\n" + ",\n".join(json.dumps(c, ensure_ascii=False) for c in conversations) + "\n]"
        for name, conversations in recorded.items()
    )
    RECORDED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
