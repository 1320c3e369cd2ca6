"""Every way a command can end badly, as one tree. Knows exit codes and hints; knows nothing else.

    OrchestrateError            70  our bug, unless a child says otherwise
    ├── UsageError              64  the command line is wrong
    ├── ConfigError             65  configuration, template or tenant data is wrong
    │   └── NewerError          65  written by a newer orchestrate than this one
    ├── NotFoundError           66  no such stack, region, tenant or file
    ├── UnavailableError        69  Docker, an endpoint or the sandbox does not answer
    ├── TerraformFailed          1  Terraform failed and its state is saved
    ├── RolloutFailed            1  Terraform succeeded, and ECS did not take the new version
    ├── TaskFailed               1  a task of ECS did not start, or ended badly
    ├── PlanChanged              1  what is planned now is not what was agreed to
    ├── HookFailed               1  a hook before or after a command ended badly
    ├── SmokeFailed              1  applied and recorded, and it does not answer as it should
    ├── StateAtRisk             74  state was not saved; recover before anything else
    ├── BusyError               75  locked, another run is active, or the outcome is unknown
    │   └── NotBegunError       75  another run was first, and Terraform changed nothing
    │       └── LockedError     75  another run holds the lock of the state
    ├── RefusedError            77  protected, not confirmed, wrong account, no credentials
    ├── TimeoutExpired         124  a time limit passed
    └── Stopped        129/130/143  ended by a signal

The numbers are those of sysexits.h, timeout(1) and the shell. Each message says what is wrong,
where (``file:line``), and what to do (the hint). Foreign exceptions are translated where they
enter (one door each) and nowhere else; ``cli`` alone catches this tree.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from typing import Any


class OrchestrateError(Exception):
    """Something ended badly. ``where`` is ``file:line`` or a name, ``hint`` says what to do; ``said`` is the last of
    what Terraform said, where it was Terraform that failed."""

    exit_code = 70

    def __init__(self, message: str, *, where: str = "", hint: str = "", said: str = "") -> None:
        super().__init__(message)
        self.said = said
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class UsageError(OrchestrateError):
    exit_code = 64


class ConfigError(OrchestrateError):
    exit_code = 65


class NewerError(ConfigError):
    """Something that a newer orchestrate wrote: neither read nor written back."""


class NotFoundError(OrchestrateError):
    exit_code = 66


class UnavailableError(OrchestrateError):
    exit_code = 69


class TerraformFailed(OrchestrateError):
    exit_code = 1


class RolloutFailed(OrchestrateError):
    exit_code = 1


class SmokeFailed(OrchestrateError):
    exit_code = 1


class TaskFailed(OrchestrateError):
    exit_code = 1


class PlanChanged(OrchestrateError):
    exit_code = 1


class HookFailed(OrchestrateError):
    exit_code = 1


class StateAtRisk(OrchestrateError):
    """``unsaved``: {file, serial, lineage} of a state that a run has just failed to save, as far as it is known."""

    exit_code = 74
    unsaved: Mapping[str, Any] = {}


class BusyError(OrchestrateError):
    exit_code = 75


class NotBegunError(BusyError):
    """Another run was first: Terraform refused to begin, and changed nothing."""


class LockedError(NotBegunError):
    """``who`` holds the lock, as the lock says; ``unlock``: the command that releases it."""

    who = ""
    unlock = ""


class RefusedError(OrchestrateError):
    exit_code = 77


class TimeoutExpired(OrchestrateError):
    exit_code = 124


class Stopped(OrchestrateError):
    """Ended by a signal. The exit code is 128 + its number, as a shell would say it."""

    def __init__(self, message: str, *, signum: int = signal.SIGTERM, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.exit_code = 128 + signum
