"""A command in a running container through ECS Exec: which task and container, what AWS's plugin gets, how the command's exit code
comes back, and what is missing where it cannot be. Pure.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..aws.ecs_service_status import task_id
from ..model.errors import ConfigError, NotFoundError, OrchestrateError, RefusedError, UnavailableError, UsageError
from .service_status import moment

PLUGIN = "session-manager-plugin"
AGENT = "ExecuteCommandAgent"
SHELL = "/bin/sh"
INSTALL = "docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"
ROLE = "ssmmessages:CreateControlChannel, CreateDataChannel, OpenControlChannel and OpenDataChannel"
_MARK = "\x1e"  # the record separator, which no program prints


@dataclass(frozen=True)
class ExecTarget:
    """``runtime_id``: of the container in its engine."""

    cluster: str
    task: str
    container: str
    runtime_id: str

    @property
    def name(self) -> str:
        """As Session Manager names it."""
        return f"ecs:{self.cluster.rpartition('/')[2]}_{self.task}_{self.runtime_id}"


# -- which one ----------------------------------------------------------------------------------


def choose_task(label: str, tasks: Sequence[Mapping[str, Any]], wanted: str) -> Mapping[str, Any]:
    """The task of that id or that beginning of one; where none is named, that which runs longest. NotFoundError for none."""
    wanted = wanted.rpartition("/")[2]
    running = [t for t in tasks if t.get("lastStatus") == "RUNNING"]
    found = [t for t in running if task_id(t).startswith(wanted)]
    if wanted and len(found) > 1:
        raise UsageError(f"{label}: several tasks begin with {wanted}", hint="give more of its id")
    if not found:
        ids = ", ".join(map(task_id, running))
        raise NotFoundError(
            f"{label}: no task {wanted} runs" if wanted else f"{label}: no task runs",
            hint=f"these run: {ids}" if ids else "status says why",
        )
    return min(found, key=lambda task: moment(task.get("startedAt")) or "~")


def target(task: Mapping[str, Any], container: str) -> ExecTarget:
    """NotFoundError where the task has no such container, or it does not run."""
    known = {c.get("name", ""): c for c in task.get("containers") or ()}
    if container not in known:
        raise NotFoundError(f"task {task_id(task)} has no container {container!r}", hint=f"it has: {', '.join(known)}")
    runtime = known[container].get("runtimeId")
    if not runtime or known[container].get("lastStatus") != "RUNNING":
        raise NotFoundError(
            f"container {container} of task {task_id(task)} does not run: {known[container].get('lastStatus', 'unknown')}",
            hint="status shows which tasks run",
        )
    return ExecTarget(str(task.get("clusterArn", "")), task_id(task), container, str(runtime))


# -- what is missing ----------------------------------------------------------------------------


def obstacle(task: Mapping[str, Any], container: str, apply: str) -> OrchestrateError | None:
    """Why ECS cannot enter the container, as far as the task shows it; None where nothing is in the way. ``apply``: the command
    that applies its layer."""
    if not task.get("enableExecuteCommand"):
        return ConfigError(
            f"task {task_id(task)} was started without ECS Exec",
            hint=f"set task = {{ execute_command = true }} in the stack's variables.tfvars or the tenant's file, then: {apply}",
        )
    one: Mapping[str, Any] = next((c for c in task.get("containers") or () if c.get("name") == container), {})
    agent = next((a for a in one.get("managedAgents") or () if a.get("name") == AGENT), None)
    if agent and agent.get("lastStatus") == "RUNNING":
        return None
    status, reason = (agent or {}).get("lastStatus", "not there"), (agent or {}).get("reason", "")
    if status == "PENDING":
        return UnavailableError(
            f"the agent in {container} is not ready yet{_why(reason)}", hint="try again in half a minute"
        )
    return RefusedError(
        f"the agent in {container} does not run: it is {status}{_why(reason)}",
        hint=f"the task role needs {ROLE}, the task's network a way to ssmmessages (NAT or an endpoint), and the container a "
        "root file system that can be written (read_only_root = false)",
    )


def _why(reason: str) -> str:
    return f": {reason}" if reason else ""


def refused(code: str, message: str, container: str) -> OrchestrateError | None:
    """What an error of ExecuteCommand means; None for one that says so itself."""
    if code == "TargetNotConnectedException":
        return UnavailableError(
            f"the agent in {container} is not connected: {message}",
            hint=f"the task role needs {ROLE}, and the task's network a way to ssmmessages (NAT or an endpoint)",
        )
    if code == "InvalidParameterException" and "execute command" in message.lower():
        return ConfigError(
            f"ECS does not enter {container}: {message}",
            hint="set task = { execute_command = true }, apply, and enter a task that started since",
        )
    return None


def no_plugin() -> UnavailableError:
    return UnavailableError(
        f"{PLUGIN} is not on PATH: AWS enters a container by it alone", hint=f"install it: {INSTALL}"
    )


# -- the session --------------------------------------------------------------------------------


def plugin_argv(session: Mapping[str, Any], where: ExecTarget, region: str, profile: str, endpoint: str) -> list[str]:
    """Word for word what `aws ecs execute-command` hands it (awscli/customizations/ecs/executecommand.py)."""
    parameters = json.dumps({"Target": where.name})
    return [PLUGIN, json.dumps(session), region, "StartSession", profile, parameters, endpoint]


def wrapped(argv: Sequence[str], token: str) -> str:
    """A command, and its exit code behind a mark: ECS Exec gives back none."""
    script = f"( {shlex.join(argv)} ); printf '\\036{token}:%d\\n' $?"
    return shlex.join([SHELL, "-c", script])


class MarkedOutput:
    """What a session prints, without the mark and without the plugin's own two lines; ``code`` once the mark came."""

    def __init__(self, token: str) -> None:
        self._mark = f"{_MARK}{token}:".encode()
        self._held = b""
        self._begun = False
        self.code: int | None = None

    def passed(self, data: bytes) -> bytes:
        """What of it is to be printed now; what may be the beginning of a mark is held back."""
        self._held += data
        if self.code is not None:
            return b""
        if not self._begun and not self._after_greeting():
            return b""
        before, mark, after = self._held.partition(self._mark)
        if not mark:
            keep = self._partial()
            out, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
            return out
        number, newline, _ = after.partition(b"\n")
        if not newline:
            return b""
        self.code = int(number.strip() or b"1")
        return before

    def _after_greeting(self) -> bool:
        """The plugin begins with ``Starting session with SessionId: ...`` between empty lines."""
        text = self._held.lstrip(b"\r\n")
        greeting = b"Starting session with SessionId:"
        if greeting.startswith(text[: len(greeting)]) and (len(text) < len(greeting) or b"\n" not in text):
            return False
        self._begun = True
        self._held = text.partition(b"\n")[2] if text.startswith(greeting) else self._held
        return True

    def _partial(self) -> int:
        """How many of the last bytes may be the beginning of the mark."""
        return next((n for n in range(len(self._mark) - 1, 0, -1) if self._held.endswith(self._mark[:n])), 0)

    def rest(self) -> bytes:
        """What is held when the session has ended without a mark."""
        found, self._held = self._held, b""
        return b"" if self.code is not None else found
