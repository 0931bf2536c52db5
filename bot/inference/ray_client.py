"""Asking a Ray Serve application what messages mean."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import UsageError
from bot.inference.options import RayOptions
from bot.message import Understanding
from bot.nlu.payload import read_payload

if TYPE_CHECKING:
    from ray.serve.handle import DeploymentHandle

log = logging.getLogger(__name__)

NAMESPACE = "kefu"
_LOADING_SECONDS = 300.0
_SHORTEST_WAIT, _LONGEST_WAIT = 0.05, 1.0


class InferenceError(Exception):
    """No replica could say what a message means."""


class RayUnderstanding:
    """Hands each text to a replica; a replica that dies with it is replaced by another, which is asked again."""

    def __init__(self, handle: DeploymentHandle[Any], intents: Collection[str], *, patience: float) -> None:
        self._handle = handle
        self._intents = frozenset(intents)
        self._patience = patience

    async def parse(self, text: str) -> Understanding:
        """What `text` means; a payload such as `/greet` needs no model. Raises InferenceError."""
        payload = read_payload(text, self._intents)
        if payload is not None:
            return payload
        try:
            async with asyncio.timeout(self._patience):
                return await self._asked(text)
        except TimeoutError as error:
            raise InferenceError(f"no replica answered within {self._patience:g} seconds") from error

    async def _asked(self, text: str) -> Understanding:
        from ray.exceptions import RayActorError, RaySystemError
        from ray.serve.exceptions import DeploymentUnavailableError

        wait = _SHORTEST_WAIT
        while True:
            try:
                found: Understanding = await self._handle.remote(text)
                return found
            except (RayActorError, RaySystemError, DeploymentUnavailableError) as error:
                log.warning("A message is understood by another replica: %s", str(error).partition("\n")[0])
                await asyncio.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)


def connect(options: RayOptions, project: Path, model: Path, model_id: str) -> DeploymentHandle[Any]:
    """A handle on the application, deployed first where it is not there or understands by another model.

    Raises UsageError when there is no Ray, or no cluster.
    """
    try:
        import ray
    except ImportError as error:
        raise UsageError("`inference: ray` needs the package `ray`: pip install 'kefu[ray]'.") from error
    from ray import serve

    if not ray.is_initialized():
        try:
            ray.init(options.address, namespace=NAMESPACE, log_to_driver=False, configure_logging=False)
        except ConnectionError as error:
            raise UsageError(
                f"`inference: ray`: there is no Ray cluster at the address '{options.address}'. `ray start --head` starts "
                "one on this machine; `address` names another."
            ) from error
    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    # One of the workers that start together deploys; the actor has the others wait. It stays: an actor that belonged to
    # one of them would end with it.
    actor = ray.remote(num_cpus=0)(_Deployer)
    deployer = actor.options(name=f"{options.app}-deployer", get_if_exists=True, lifetime="detached").remote()
    ray.get(deployer.deploy.remote(options, str(project.resolve()), str(model.resolve()), model_id))
    handle: DeploymentHandle[Any] = serve.get_app_handle(options.app)
    return handle


class _Deployer:
    """An actor: what it is asked it does one after the other."""

    def deploy(self, options: RayOptions, project: str, model: str, model_id: str) -> None:
        from ray import serve

        from bot.inference.deployment import Arguments, Batching, Deployment

        serve.start(proxy_location="Disabled")
        if options.app in serve.status().applications:
            served = serve.get_app_handle(options.app).model_id.remote().result(timeout_s=_LOADING_SECONDS)
            if served == model_id:
                return
        how_many: dict[str, Any] = {"num_replicas": options.replicas}
        if options.max_replicas is not None:
            least = options.replicas if options.min_replicas is None else options.min_replicas
            scaling = {"min_replicas": least, "max_replicas": options.max_replicas}
            how_many = {"num_replicas": None, "autoscaling_config": scaling}
        application = Deployment.options(
            **how_many,
            ray_actor_options={"num_cpus": options.cpus, "num_gpus": options.gpus},
            user_config=Batching(max_batch=options.max_batch, wait_ms=options.wait_ms).model_dump(),
        ).bind(Arguments(project=project, model=model))
        serve.run(application, name=options.app, route_prefix=None)
