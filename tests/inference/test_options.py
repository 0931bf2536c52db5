"""`inference:` in endpoints.yml, and the files of docs/deploying."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.errors import ProjectError, UsageError
from bot.formats.endpoints import Endpoint, parse_endpoints
from bot.inference.options import RayOptions
from bot.inference.ray_client import InferenceError, RayUnderstanding, connect
from bot.message import Intent, Understanding
from bot.stores.options import read_options

DEPLOYING = Path(__file__).resolve().parents[2] / "docs/deploying"


def test_one_word_or_all_options() -> None:
    short = parse_endpoints("inference: ray").inference
    assert short is not None and short.type == "ray" and read_options(short, RayOptions, store="Ray") == RayOptions()
    long = parse_endpoints("inference: {type: ray, replicas: 4, gpus: 0.25, max_batch: '64'}").inference
    assert long is not None
    options = read_options(long, RayOptions, store="Ray")
    assert (options.replicas, options.gpus, options.max_batch, options.address) == (4, 0.25, 64, "auto")
    with pytest.raises(ProjectError, match="greater than or equal to 1"):
        read_options(Endpoint(type="ray", options={"replicas": 0}), RayOptions, store="Ray")


class Handle:
    """A deployment whose first replicas die."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.asked = 0

    async def remote(self, text: str) -> Understanding:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)
        return Understanding(text, Intent("greet", 0.9))


def understanding(handle: Any, patience: float = 5.0) -> RayUnderstanding:
    return RayUnderstanding(handle, ["greet"], patience=patience)


def test_a_message_that_dies_with_its_replica_is_asked_again() -> None:
    exceptions = pytest.importorskip("ray.exceptions")
    handle = Handle(exceptions.ActorDiedError(), exceptions.ActorUnavailableError("away", b"1" * 16))
    found = asyncio.run(understanding(handle).parse("你好"))
    assert (found.intent.name, handle.asked) == ("greet", 3)


def test_what_fails_everywhere_fails_the_turn() -> None:
    exceptions = pytest.importorskip("ray.exceptions")
    with pytest.raises(InferenceError, match=r"within 0\.2 seconds"):
        asyncio.run(understanding(Handle(*[exceptions.ActorDiedError()] * 50), patience=0.2).parse("hi"))
    with pytest.raises(ValueError, match="a bug"):
        asyncio.run(understanding(Handle(ValueError("a bug"))).parse("hi"))


def test_a_payload_is_read_here() -> None:
    handle = Handle()
    assert asyncio.run(understanding(handle).parse("/greet")).intent.name == "greet"
    assert handle.asked == 0


def test_a_missing_cluster_is_said_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray")
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    with pytest.raises(UsageError, match="ray start --head"):
        connect(RayOptions(address="auto"), tmp_path, tmp_path / "model", "id")


@pytest.mark.parametrize("name", ["endpoints.yml", "endpoints-cluster.yml"])
def test_the_endpoints_of_the_docs_can_be_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE", "postgresql+psycopg://shop:secret@database/shop")
    monkeypatch.setenv("REDIS", "redis")
    endpoints = parse_endpoints((DEPLOYING / name).read_text(encoding="utf-8"))
    assert endpoints.extra == {} and endpoints.tracker_store is not None and endpoints.knowledge_base is not None
    assert endpoints.tracker_store.url == endpoints.knowledge_base.url
    assert (endpoints.inference is not None) == ("cluster" in name)


@pytest.mark.parametrize("name", ["compose.yml", "compose-cluster.yml"])
def test_the_compose_files_name_files_that_exist(name: str) -> None:
    services = yaml.safe_load((DEPLOYING / name).read_text(encoding="utf-8"))["services"]
    mounted = [mount.split(":")[0] for each in services.values() for mount in each.get("volumes", ())]
    assert all((DEPLOYING / source).exists() for source in mounted if source.startswith("."))
    waited_for = {other for each in services.values() for other in each.get("depends_on", ())}
    assert waited_for <= services.keys()


def test_ray_takes_the_serve_config_of_the_docs() -> None:
    schema = pytest.importorskip("ray.serve.schema")
    from bot.inference.deployment import NAME, Arguments, Batching

    config = schema.ServeDeploySchema.model_validate(yaml.safe_load((DEPLOYING / "serve.yml").read_text("utf-8")))
    (application,) = config.applications
    assert (application.name, application.import_path) == (RayOptions().app, "bot.inference.deployment:application")
    (deployment,) = application.deployments
    assert deployment.name == NAME
    Arguments.model_validate(application.args)
    Batching.model_validate(deployment.user_config)
