"""The data plane's loop: what ought to run and what happened -> tasks started and stopped, targets checked, requests routed.

All of its own state stands in one thread; the engine's work and the health checks happen in others, and tell it by a queue.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..model.errors import UnavailableError
from . import plane_report
from . import world as worlds
from .clock import PlaneClock
from .drills import Drills
from .engine import TaskEngine
from .engine_events import EngineEvents
from .health import Checker, Key
from .logs import LogShipper
from .meter import Meter
from .nouns import Target, TargetGroup, World
from .plane_state import PlaneState
from .proxying import Proxying
from .runtime_api import Refused
from .service_runner import ServiceRunner
from .target_states import HealthAnswer, checked
from .task_runner import TaskRunner

_PAUSE = 0.5  # seconds between two looks, when nothing happens
log = logging.getLogger("containers")


class ServerGone(Exception):
    """The sandbox server has ended."""


class Plane:
    def __init__(
        self, engine: TaskEngine, exchange: Callable[[Mapping[str, Any]], World], proxying: Proxying, clock: PlaneClock
    ) -> None:
        self._engine, self._exchange, self._proxying = engine, exchange, proxying
        self._state = PlaneState(clock)
        self._logs = LogShipper(engine.logs)
        self._runner = TaskRunner(self._state, engine, self._logs)
        self._services = ServiceRunner(self._state, self._runner)
        self._events = EngineEvents(self._state, engine, self._runner)
        self._refused = ""
        self._drills = Drills(self._state, engine)
        self._meter = Meter(self._state, engine)
        self._checker = Checker(self._answered, clock.factor)

    def adopt(self) -> None:
        """Containers that an earlier data plane of this server left go on; others of this sandbox are removed."""
        from .adoption import adopted

        tasks = adopted(self._engine.found(), self._engine.is_ours, self._state.clock.now())
        self._state.tasks = {task.arn: task for task in tasks}
        self._state.told = dict(self._state.tasks)
        known = {c.id for task in tasks for c in task.containers}
        self._engine.sweep(keep=lambda one: one.id in known)

    def go(self, ended: threading.Event) -> None:
        threading.Thread(target=self._events.listen, args=(ended,), daemon=True).start()
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
        messages = self._state.messages
        try:
            self._survive(messages.get(timeout=_PAUSE))
            while True:
                self._survive(messages.get_nowait())
        except queue.Empty:
            pass

    def turn(self) -> None:
        state = self._state
        if state.world:  # a task that died gets no more requests, before anything else is asked
            self._route()
        state.world = self._exchange(plane_report.report(state, self._proxying, self._logs.taken()))
        state.happened, state.verdicts, state.metrics = {}, {}, []
        services, groups = worlds.services(state.world, state.deployments), worlds.target_groups(state.world)
        self._services.register(services)
        for service in services.values():
            self._services.schedule(service)
        self._services.run_one_off()
        self._services.end_orphans(services)
        self._drills.begin()
        self._route()  # no task gets its signal before its last request went elsewhere
        self._services.drain(groups)
        plane_report.tell(state, services)
        self._checker.watch(self._targets_to_check(groups))
        self._runner.follow(state.tasks.values())
        self._meter.measure(services.values())
        state.forget()

    def _route(self) -> None:
        """A configuration that HAProxy does not take keeps no task from running."""
        try:
            self._proxying.apply(self._state.world, self._state.tasks.values(), self._state.clock.now())
        except (Refused, UnavailableError) as error:
            if str(error) != self._refused:
                log.error("HAProxy goes on as before: %s", error)
            self._refused = str(error)

    def stop(self) -> None:
        self._checker.watch({})
        self._runner.close()

    def busy(self) -> bool:
        """Whether the engine still works for it."""
        return self._runner.busy()

    # -- targets ----------------------------------------------------------------------------------

    def _answered(self, arn: str, group: str, answer: HealthAnswer) -> None:
        self._state.messages.put(lambda: self._checked(arn, group, answer))

    def _checked(self, arn: str, group: str, answer: HealthAnswer) -> None:
        found, now = worlds.target_groups(self._state.world).get(group), self._state.clock.now()
        answer = self._drills.answered(arn, answer)
        if found is None:
            return

        def after(target: Target) -> Target:
            return checked(target, found.check, answer, now) if target.group == group else target

        self._runner.change(arn, lambda task: replace(task, targets=tuple(map(after, task.targets))))

    def _targets_to_check(self, groups: Mapping[str, TargetGroup]) -> dict[Key, Any]:
        return {
            (task.arn, target.group, target.host_port): groups[target.group].check
            for task in self._state.tasks.values()
            for target in task.targets
            if target.group in groups and target.state != "draining"
        }
