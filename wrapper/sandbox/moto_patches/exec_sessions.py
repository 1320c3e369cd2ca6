"""Patches of Amazon ECS: ExecuteCommand, where containers run."""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.responses import EC2ContainerServiceResponse

from . import rollouts
from .patch_set import Patch, PatchSet
from .timed import Timed

NOT_ENABLED = (
    "The execute command failed because execute command was not enabled when the task was run or the execute command agent "
    "isn't running. Wait and try again or run a new task with execute command enabled and try again."
)


def execute_command_says_where(patch_set: PatchSet) -> None:
    """AWS opens a session of Systems Manager into the container, if the service allows it and the agent runs.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommand.html
    moto does not know the action. Nothing here speaks the session's protocol: what AWS refuses is refused in its words, and for
    the rest the error names the engine's container.
    """
    patch_set.replace(EC2ContainerServiceResponse, "execute_command", execute_command)


def execute_command(self: EC2ContainerServiceResponse) -> Any:
    if isinstance(rollouts.told(), Timed):
        raise NotImplementedError  # nothing runs that it could be executed in
    wanted, name = self._get_param("task"), self._get_param("container")
    task = next((t for t in rollouts.every_task(self.ecs_backend) if rollouts.is_named(t, [wanted])), None)
    if task is None:
        raise InvalidParameterException("The task provided was not found.")
    if not task.get("enableExecuteCommand") or task["lastStatus"] != "RUNNING":
        raise InvalidParameterException(NOT_ENABLED)
    found = [c for c in task["containers"] if name in (None, c["name"])]
    if len(found) != 1:
        raise InvalidParameterException(
            "Container not found." if name else "Specify a container: the task has several."
        )
    words = f"the sandbox opens no session; on this machine: docker exec -it {found[0]['runtimeId'][:12]} "
    raise JsonRESTError("TargetNotConnectedException", words + str(self._get_param("command")))


PATCHES: tuple[Patch, ...] = (execute_command_says_where,)
