"""A Rasa project: how long it takes to validate, to train with deterministic policies, and until the server answers.

    python benchmarks/rasa_project.py --project path/to/project    # adds it to benchmarks/results/rasa_project.json

Each command is a process of its own, on a copy of the project; the best of three runs counts. CPU seconds are what the
process computed, whatever else the machine was doing; wall seconds are what a person waits.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.formats.config import read_config
from bot.formats.problem_list import ProblemList
from bot.formats.write_settings import write_config
from bot.project import Project

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks/results/rasa_project.json"
DETERMINISTIC = ("RulePolicy", "MemoizationPolicy", "AugmentedMemoizationPolicy")
RUNS = 3
PATIENCE_SECONDS = 120.0

Cost = tuple[float, float]  # CPU and wall seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", type=Path, default=ROOT / "tests/projects/forms", help="the project's folder")
    given: Path = parser.parse_args().project.resolve()
    with tempfile.TemporaryDirectory(prefix="kefu-bench-") as scratch:
        copied = copy(given, Path(scratch) / given.name)
        figures = measure(copied)
    record = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {"figures": {}}
    record |= {"machine": machine(), "date": datetime.now(UTC).date().isoformat(), "seeds": []}
    record["figures"][given.name] = figures
    RESULT.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(json.dumps({given.name: figures}, indent=2))


def copy(project: Path, folder: Path) -> Path:
    """The project without its models, and with those of its policies that need no learning."""
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("models", ".kefu", "results"))
    config = read_config(folder / "config.yml", ProblemList())
    policies = tuple(spec for spec in config.policies if spec.name in DETERMINISTIC)
    kept = {"pipeline": (), "policies": policies, "pipeline_is_default": False, "policies_are_default": False}
    changed = type(config)(**{**{name: getattr(config, name) for name in config.__slots__}, **kept})
    (folder / "config.yml").write_text(write_config(changed), encoding="utf-8")
    return folder


def measure(folder: Path) -> dict[str, Any]:
    project = Project.load(folder)
    figures: dict[str, Any] = {
        "stories": len(project.stories.stories),
        "rules": len(project.stories.rules),
        "examples": len(project.training_data.examples),
        "policies": [spec.name for spec in project.config.policies],
        "other_processes_running": round(os.getloadavg()[0]),
    }
    tasks: dict[str, Callable[[], Cost]] = {
        "validate": lambda: command(folder, "data", "validate"),
        "train": lambda: train(folder),
        "up": lambda: up(folder),
    }
    for name, task in tasks.items():
        costs = [task() for _ in range(RUNS)]
        figures[f"{name}_cpu_s"] = round(min(cpu for cpu, _ in costs), 2)
        figures[f"{name}_wall_s"] = round(min(wall for _, wall in costs), 2)
    return figures


def train(folder: Path) -> Cost:
    """From nothing: no model, no cache."""
    for name in ("models", ".kefu"):
        shutil.rmtree(folder / name, ignore_errors=True)
    return command(folder, "train")


def command(folder: Path, *arguments: str) -> Cost:
    started = time.perf_counter()
    process = start(folder, *arguments)
    status, cpu = finish(process)
    if status:
        raise SystemExit(f"`bot {' '.join(arguments)}` ended with status {status}")
    return cpu, time.perf_counter() - started


def up(folder: Path) -> Cost:
    """Until the server of the trained project answers its first request."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    started = time.perf_counter()
    process = start(folder, "run", "--enable-api", "--port", str(port), "--model", "models")
    try:
        while not answers(f"http://127.0.0.1:{port}/version"):
            if process.poll() is not None or time.perf_counter() - started > PATIENCE_SECONDS:
                raise SystemExit("the server does not answer")
            time.sleep(0.02)
        wall = time.perf_counter() - started
    finally:
        process.terminate()
    return finish(process)[1], wall


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "bot", *arguments]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, env=environment, stdin=quiet, stdout=quiet, stderr=quiet)


def finish(process: subprocess.Popen[bytes]) -> tuple[int, float]:
    """The exit status, and the CPU seconds that the process and its children computed."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime


def machine() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    cpu = next(named, platform.processor())
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
