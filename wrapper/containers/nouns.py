"""What the data plane knows, as data: services with their deployments, tasks with their containers and targets, target groups.

Words and states are those of Amazon ECS and Elastic Load Balancing. Times are seconds of the plane's clock. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STARTING = ("PROVISIONING", "PENDING")  # lastStatus of a task of which not every container runs yet


@dataclass(frozen=True)
class HealthCheck:
    """What a target group asks, and how often an answer must differ before the target's state does."""

    path: str = "/"
    codes: str = "200"
    interval: float = 30.0
    timeout: float = 5.0
    healthy: int = 5
    unhealthy: int = 2


@dataclass(frozen=True)
class TargetGroup:
    arn: str
    kind: str = "instance"
    check: HealthCheck = field(default_factory=HealthCheck)
    delay: float = 300.0  # deregistration_delay.timeout_seconds
    slow_start: float = 0.0
    sticky: float = 0.0  # seconds that a load balancer's cookie holds; 0: none


@dataclass(frozen=True)
class Attachment:
    """A service's ``load_balancer`` block: which port of which container is the target."""

    group: str
    container: str
    port: int


@dataclass(frozen=True)
class Deployment:
    """``held``: how many tasks it still has to keep while a newer one takes over; None: as many as are desired."""

    id: str
    definition: str
    state: str = "IN_PROGRESS"  # rolloutState
    failed: int = 0  # consecutive failed tasks
    failed_at: float = 0.0
    held: int | None = None


@dataclass(frozen=True)
class EcsService:
    """``deployments``: the primary one first."""

    arn: str
    name: str
    deployments: tuple[Deployment, ...]
    status: str = "ACTIVE"
    desired: int = 1
    minimum: int = 100
    maximum: int = 200
    grace: float = 0.0
    breaker: bool = False
    attachments: tuple[Attachment, ...] = ()
    cluster: str = ""
    region: str = ""
    launch_type: str = "EC2"
    execute_command: bool = False

    @property
    def primary(self) -> Deployment:
        return self.deployments[0]


@dataclass(frozen=True)
class Target:
    """A task's place in a target group. ``passed``, ``failed``: checks in a row that went so."""

    group: str
    container: str
    port: int
    host_port: int = 0
    state: str = "initial"
    reason: str = "Elb.RegistrationInProgress"
    description: str = "Target registration is in progress"
    passed: int = 0
    failed: int = 0
    healthy_since: float = 0.0


@dataclass(frozen=True)
class TaskContainer:
    name: str
    id: str = ""
    image: str = ""
    essential: bool = True
    status: str = "PENDING"
    exit_code: int | None = None
    reason: str = ""
    checked: bool = False  # whether its definition has a health check
    health: str = "UNKNOWN"
    ports: Mapping[int, int] = field(default_factory=dict)  # of the container -> of this machine
    address: str = ""


@dataclass(frozen=True)
class Task:
    arn: str
    definition: str
    created: float
    service: str = ""  # ARN; "" for one that a person or a schedule started
    deployment: str = ""
    status: str = "PROVISIONING"
    started: float | None = None
    ending: float | None = None
    stopped: float | None = None
    code: str = ""  # stopCode
    reason: str = ""  # stoppedReason
    replaced: bool = False  # stopped because it was not wanted any more, which is no failure
    was_healthy: bool = False
    containers: tuple[TaskContainer, ...] = ()
    targets: tuple[Target, ...] = ()

    @property
    def id(self) -> str:
        return self.arn.rpartition("/")[2]

    @property
    def active(self) -> bool:
        """Whether it counts towards the maximum: PENDING or RUNNING, and to stay so."""
        return self.status in (*STARTING, "RUNNING")


# -- what is to be done -------------------------------------------------------------------------


@dataclass(frozen=True)
class Start:
    deployment: str
    definition: str


@dataclass(frozen=True)
class Stop:
    task: str
    reason: str
    code: str = "ServiceSchedulerInitiated"
    replaced: bool = True


@dataclass(frozen=True)
class HoldTasks:
    """A deployment that is being replaced keeps so many tasks from now on."""

    deployment: str
    tasks: int


@dataclass(frozen=True)
class Complete:
    deployment: str


@dataclass(frozen=True)
class Fail:
    """The circuit breaker has tripped."""

    deployment: str


Action = Start | Stop | HoldTasks | Complete | Fail
World = Mapping[str, Any]
