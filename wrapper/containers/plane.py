"""The data plane's loop: what ought to run and what happened -> tasks started and stopped, targets checked, requests routed.

All of its own state stands in one thread; the engine's work and the health checks happen in others, and tell it by a queue.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from . import circuit_breaker, descriptions, task_states
from . import world as worlds
from .clock import PlaneClock
from .engine import LABEL, NotStarted, TaskEngine
from .health import Checker, Key
from .logs import LogShipper, LogStream, stream_of
from .nouns import (
    Complete,
    Deployment,
    EcsService,
    Fail,
    HoldTasks,
    Start,
    Stop,
    Target,
    TargetGroup,
    Task,
    TaskContainer,
    World,
)
from .one_off import overridden
from .proxying import Proxying
from .scheduler import counts, decide
from .target_states import HealthAnswer, checked

MOST_TASKS = 60
REMEMBERED = 3600.0  # seconds that ECS shows a stopped task
STOP_TIMEOUT = 30  # seconds; ECS's own
_PAUSE = 0.5  # seconds between two looks, when nothing happens
_DEPENDS = 180.0  # seconds that a container waits for another one
NO_PLACE = (
    "was unable to place a task because no container instance met all of its requirements. Reason: the sandbox runs at most "
    f"{MOST_TASKS} tasks."
)
log = logging.getLogger("containers")


class ServerGone(Exception):
    """The sandbox server has ended."""


Message = Callable[[], None]


@dataclass
class Memory:
    """What the plane knows that the server does not."""

    tasks: dict[str, Task] = field(default_factory=dict)
    deployments: dict[str, Deployment] = field(default_factory=dict)
    early: dict[str, tuple[int, str]] = field(default_factory=dict)  # deaths of containers that are not known yet


class Plane:
    def __init__(
        self, engine: TaskEngine, exchange: Callable[[Mapping[str, Any]], World], proxying: Proxying, clock: PlaneClock
    ) -> None:
        self._engine, self._exchange, self._proxying, self._clock = engine, exchange, proxying, clock
        self._memory = Memory()
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(16)
        self._logs = LogShipper(engine.logs)
        self._checker = Checker(self._answered, clock.factor)
        self._world: World = {}
        self._happened: dict[str, list[str]] = {}
        self._verdicts: dict[str, dict[str, str]] = {}
        self._unplaced: dict[str, float] = {}
        self._told: dict[str, Task] = {}

    # -- the loop ---------------------------------------------------------------------------------

    def adopt(self) -> None:
        """Containers that an earlier data plane of this server left go on; others of this sandbox are removed."""
        from .adoption import adopted

        tasks = adopted(self._engine.found(), self._engine.is_ours, self._clock.now())
        self._memory.tasks = {task.arn: task for task in tasks}
        self._told = dict(self._memory.tasks)
        known = {c.id for task in tasks for c in task.containers}
        self._engine.sweep(keep=lambda one: one.id in known)

    def go(self, ended: threading.Event) -> None:
        threading.Thread(target=self._listen, args=(ended,), daemon=True).start()
        while not ended.is_set():
            self._survive(self.turn)
            self._wait()

    def _survive(self, step: Callable[[], None]) -> None:
        """What goes wrong once, with the engine or the proxy, is tried again; it ends no task."""
        try:
            step()
        except ServerGone:
            raise
        except Exception:
            log.exception("a turn of the data plane failed")

    def _wait(self) -> None:
        """Until something happens, at most for a moment."""
        try:
            self._survive(self._messages.get(timeout=_PAUSE))
            while True:
                self._survive(self._messages.get_nowait())
        except queue.Empty:
            pass

    def turn(self) -> None:
        if self._world:  # a task that died gets no more requests, before anything else is asked
            self._proxying.apply(self._world, self._memory.tasks.values(), self._clock.now())
        self._world = self._exchange(self._report())
        self._happened, self._verdicts = {}, {}
        services, groups = worlds.services(self._world, self._memory.deployments), worlds.target_groups(self._world)
        self._register(services)
        for service in services.values():
            self._schedule(service)
        self._run_one_off()
        self._end_orphans(services)
        # No task gets its signal before its last request went elsewhere.
        self._proxying.apply(self._world, self._memory.tasks.values(), self._clock.now())
        self._drain(groups)
        self._tell(services)
        self._checker.watch(self._targets_to_check(groups))
        self._logs.watch(self._streams(self._memory.tasks.values()))
        self._proxying.apply(self._world, self._memory.tasks.values(), self._clock.now())
        self._forget()

    def stop(self) -> None:
        self._checker.watch({})
        self._pool.shutdown(wait=False, cancel_futures=True)

    # -- services ---------------------------------------------------------------------------------

    def _of(self, service: EcsService) -> list[Task]:
        return [task for task in self._memory.tasks.values() if task.service == service.arn]

    def _schedule(self, service: EcsService) -> None:
        for deployment in service.deployments:
            self._memory.deployments[deployment.id] = deployment
        for action in decide(service, self._of(service), self._clock.now()):
            self._act(service, action)

    def _act(self, service: EcsService, action: Any) -> None:
        if isinstance(action, Start):
            self._start(service, action)
        elif isinstance(action, Stop):
            self._change(action.task, lambda task: task_states.ended(task, action, self._clock.now()))
        elif isinstance(action, HoldTasks):
            self._remember(action.deployment, lambda one: replace(one, held=action.tasks))
        elif isinstance(action, Complete):
            self._verdicts.setdefault(service.arn, {})["completed"] = action.deployment
        elif isinstance(action, Fail):
            self._verdicts.setdefault(service.arn, {})["failed"] = action.deployment
            self._memory.deployments = {
                name: replace(one, held=None, failed=0) if one.state == "COMPLETED" else one
                for name, one in self._memory.deployments.items()
            }

    def _start(self, service: EcsService, start: Start) -> None:
        if sum(task.status != "STOPPED" for task in self._memory.tasks.values()) >= MOST_TASKS:
            if self._clock.now() - self._unplaced.get(service.arn, 0.0) > 60:
                self._unplaced[service.arn] = self._clock.now()
                self._happened.setdefault(service.arn, []).append(NO_PLACE)
            return
        arn = f"{service.arn.replace(':service/', ':task/').rpartition('/')[0]}/{uuid.uuid4().hex}"
        task = Task(arn, start.definition, self._clock.now(), service.arn, start.deployment, status="PENDING")
        self._memory.tasks[arn] = task
        self._pool.submit(self._launch, task, self._world["definitions"][start.definition], service)

    def _run_one_off(self) -> None:
        """What RunTask started and StopTask ends. One that began and is not here any more was lost, and does not begin again."""
        for asked in self._world.get("tasks", ()):
            if asked["arn"] in self._memory.tasks:
                continue
            task = Task(asked["arn"], asked["definition"], self._clock.now(), status="PENDING")
            self._memory.tasks[task.arn] = task
            definition = overridden(self._world["definitions"][task.definition], asked["overrides"])
            if asked["begun"]:
                self._failed(task.arn, "Task was lost with the sandbox's data plane", definition)
            else:
                self._pool.submit(self._launch, task, definition, None)
        for arn, reason in self._world.get("stops", {}).items():
            stop = Stop(arn, reason, "UserInitiated", replaced=False)
            self._change(arn, lambda one, s=stop: task_states.ended(one, s, self._clock.now()))  # type: ignore[misc]

    def _register(self, services: Mapping[str, EcsService]) -> None:
        """Targets of tasks that were adopted."""
        for task in list(self._memory.tasks.values()):
            service = services.get(task.service)
            if service and task.status == "RUNNING" and not task.targets and service.attachments:
                now = self._clock.now()
                found = task_states.running(task, task.containers, service.attachments, task.started or now)
                targets = tuple(replace(t, state="healthy", reason="", description="") for t in found.targets)
                self._memory.tasks[task.arn] = replace(found, targets=targets)

    def _end_orphans(self, services: Mapping[str, EcsService]) -> None:
        """Tasks of services that the server does not know any more."""
        for task in list(self._memory.tasks.values()):
            if task.service and task.service not in services and task.active:
                stop = Stop(task.arn, "Service was deleted")
                self._change(task.arn, lambda t, s=stop: task_states.ended(t, s, self._clock.now()))  # type: ignore[misc]

    def _drain(self, groups: Mapping[str, TargetGroup]) -> None:
        delays = {arn: group.delay for arn, group in groups.items()}
        for arn in list(self._memory.tasks):
            self._change(arn, lambda task: task_states.drained(task, delays, self._clock.now()))

    def _remember(self, deployment: str, change: Callable[[Deployment], Deployment]) -> None:
        found = self._memory.deployments.get(deployment)
        if found:
            self._memory.deployments[deployment] = change(found)

    # -- tasks ------------------------------------------------------------------------------------

    def _change(self, arn: str, change: Callable[[Task], Task]) -> None:
        """One task after something; what follows from its new state is set going."""
        before = self._memory.tasks.get(arn)
        if before is None:
            return
        after = change(before)
        primary = self._memory.deployments.get(after.deployment)
        if primary and circuit_breaker.healed(primary, after, self._clock.now()):
            self._remember(primary.id, lambda one: replace(one, failed=0))
        after = replace(after, was_healthy=after.was_healthy or counts(after, self._clock.now()))
        self._memory.tasks[arn] = after
        if after.status == "STOPPING" != before.status and after.containers:
            self._pool.submit(self._end, after)
        if before.active and not after.active and primary:
            self._remember(primary.id, lambda one: circuit_breaker.noted(one, after, self._clock.now()))

    def _launch(self, task: Task, definition: Mapping[str, Any], service: EcsService | None) -> None:
        """In a thread of the pool."""
        labels = {
            f"{LABEL}.task": task.arn,
            f"{LABEL}.definition": task.definition,
            f"{LABEL}.service": task.service,
            f"{LABEL}.deployment": task.deployment,
        }
        try:
            containers = self._engine.start(labels, definition, self._await)
        except NotStarted as error:
            reason = str(error)
            self._messages.put(lambda: self._failed(task.arn, reason, definition))
        except Exception as error:
            log.exception("a task was not started")
            reason = f"CannotStartContainerError: {error}"
            self._messages.put(lambda: self._failed(task.arn, reason, definition))
        else:
            self._messages.put(lambda: self._launched(task.arn, containers, service))

    def _await(self, container: str, condition: str) -> None:
        """What a container's dependsOn wants. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html"""
        deadline = time.monotonic() + _DEPENDS
        while time.monotonic() < deadline:
            status, code, health = self._engine.state(container)
            if condition == "START" or (condition == "HEALTHY" and health == "healthy"):
                return
            if status == "exited" and condition in ("COMPLETE", "SUCCESS") and (condition == "COMPLETE" or code == 0):
                return
            if status == "exited":
                raise NotStarted(f"A container that another one depends on ended with {code} before it was {condition}")
            time.sleep(0.2)
        raise NotStarted(f"A container that another one depends on was not {condition} in time")

    def _failed(self, arn: str, reason: str, definition: Mapping[str, Any]) -> None:
        names = tuple(TaskContainer(c["name"], image=c["image"]) for c in definition["containers"])
        log.info("task %s: %s", arn.rpartition("/")[2], reason)
        self._change(
            arn, lambda task: task_states.not_started(replace(task, containers=names), reason, self._clock.now())
        )

    def _launched(self, arn: str, containers: list[TaskContainer], service: EcsService | None) -> None:
        task = replace(self._memory.tasks[arn], containers=tuple(containers))
        self._logs.watch(self._streams([task]))
        now = self._clock.now()
        after = task_states.running(task, containers, service.attachments if service else (), now)
        if not task.active:  # it was told to stop while it started
            self._memory.tasks[arn] = task
            self._pool.submit(self._end, task)
            return
        self._change(arn, lambda _: after)
        for one in containers:
            if one.id in self._memory.early:
                self._died(one.id, *self._memory.early.pop(one.id))

    def _end(self, task: Task) -> None:
        """In a thread of the pool."""
        definition = self._world["definitions"].get(task.definition, {"containers": ()})
        limits = {c["name"]: int(c.get("stopTimeout") or STOP_TIMEOUT) for c in definition["containers"]}
        asked = [(c.id, limits.get(c.name, STOP_TIMEOUT)) for c in reversed(task.containers) if c.id]
        try:
            exits = self._engine.stop(asked, self._logs.finish)
        except Exception:
            log.exception("a task was not stopped")
            exits = {}
        self._messages.put(
            lambda: self._change(task.arn, lambda one: task_states.stopped(one, exits, self._clock.now()))
        )

    # -- what happens ---------------------------------------------------------------------------

    def _listen(self, ended: threading.Event) -> None:
        """In a thread of its own. An engine that goes away for a while is asked again, and what was missed is looked up."""
        while not ended.is_set():
            try:
                self._messages.put(self._look_up)
                for event in self._engine.events():
                    self._heard(event)
            except Exception as error:
                log.warning("the engine's events ended: %s", error)
            ended.wait(1.0)

    def _heard(self, event: Mapping[str, Any]) -> None:
        container, action = str(event["id"]), str(event["Action"])
        attributes = event["Actor"]["Attributes"]
        if action == "die":
            code = int(attributes.get("exitCode", 1))
            self._messages.put(lambda: self._died(container, code, ""))
        elif action.startswith("health_status:"):
            state = action.partition(":")[2].strip()
            self._messages.put(lambda: self._health(container, state))

    def _look_up(self) -> None:
        """Deaths that no event told."""
        there = {one.id: one for one in self._engine.found()}
        for task in list(self._memory.tasks.values()):
            for container in task.containers if task.status == "RUNNING" else ():
                one = there.get(container.id)
                if container.status == "RUNNING" and not (one and one.running):
                    self._died(container.id, one.exit_code if one else 137, "")

    def _owner(self, container: str) -> Task | None:
        return next((t for t in self._memory.tasks.values() for c in t.containers if c.id == container), None)

    def _died(self, container: str, code: int, reason: str) -> None:
        task = self._owner(container)
        if task is None:
            self._memory.early[container] = code, reason
        else:
            self._change(task.arn, lambda one: task_states.died(one, container, code, reason, self._clock.now()))

    def _health(self, container: str, state: str) -> None:
        task = self._owner(container)
        if task:
            self._change(task.arn, lambda one: task_states.checked(one, container, state))

    def _answered(self, arn: str, group: str, answer: HealthAnswer) -> None:
        self._messages.put(lambda: self._checked(arn, group, answer))

    def _checked(self, arn: str, group: str, answer: HealthAnswer) -> None:
        found = worlds.target_groups(self._world).get(group)
        if found is None:
            return

        def after(target: Target) -> Target:
            return checked(target, found.check, answer, self._clock.now()) if target.group == group else target

        self._change(arn, lambda task: replace(task, targets=tuple(map(after, task.targets))))

    def _streams(self, tasks: Iterable[Task]) -> dict[str, LogStream]:
        found: dict[str, LogStream] = {}
        for task in tasks:
            definition = self._world["definitions"].get(task.definition, {"containers": ()})
            by_name = {one["name"]: stream_of(task, one) for one in definition["containers"]}
            found |= {c.id: stream for c in task.containers if c.id and (stream := by_name.get(c.name))}
        return found

    def _targets_to_check(self, groups: Mapping[str, TargetGroup]) -> dict[Key, Any]:
        return {
            (task.arn, target.group, target.host_port): groups[target.group].check
            for task in self._memory.tasks.values()
            for target in task.targets
            if target.group in groups and target.state != "draining"
        }

    # -- what is told -----------------------------------------------------------------------------

    def _tell(self, services: Mapping[str, EcsService]) -> None:
        for service in services.values():
            words = list(descriptions.events(self._told, self._of(service)))
            self._happened.setdefault(service.arn, []).extend(words)
        self._told = dict(self._memory.tasks)

    def _report(self) -> dict[str, Any]:
        services = worlds.services(self._world, self._memory.deployments) if self._world else {}
        kinds = {g["arn"]: g["kind"] for g in self._world["target_groups"]} if self._world else {}
        targets: dict[str, list[Any]] = {}
        for task in self._memory.tasks.values():
            for target in task.targets:
                shown = descriptions.target_health(task, target, kinds.get(target.group, "instance"))
                targets.setdefault(target.group, []).append(shown)
        shown = {
            "addresses": worlds.addresses(self._world, self._proxying.ports) if self._world else {},
            "services": [descriptions.summary(one, self._of(one)) for one in services.values()],
        }
        return {
            "services": {arn: self._of_service(one) for arn, one in services.items()},
            "targets": targets,
            "tasks": {t.arn: descriptions.described(t, None) for t in self._memory.tasks.values() if not t.service},
            "logs": self._logs.taken(),
            "shown": {**shown, "ports": self._proxying.ports, "ca": self._proxying.ca},
        }

    def _of_service(self, service: EcsService) -> dict[str, Any]:
        tasks = self._of(service)
        deployments = {}
        for one in service.deployments:
            mine = [t for t in tasks if t.deployment == one.id]
            # ECS counts a draining task as running until its containers get their signal.
            running = sum(t.status in ("RUNNING", "DEACTIVATING") for t in mine)
            pending = sum(t.status in ("PROVISIONING", "PENDING") for t in mine)
            deployments[one.id] = {"running": running, "pending": pending, "failed": one.failed}
        return {
            "deployments": deployments,
            "tasks": [descriptions.described(task, service) for task in tasks],
            "events": self._happened.get(service.arn, []),
            **self._verdicts.get(service.arn, {}),
        }

    def _forget(self) -> None:
        now = self._clock.now()
        old = [t.arn for t in self._memory.tasks.values() if t.stopped and now - t.stopped > REMEMBERED]
        for arn in old:
            del self._memory.tasks[arn]
