"""Whether ECS took the new version: asked of ECS itself after an apply, until it is steady or has failed.

Terraform waits until a service is steady, and a service that was rolled back is steady too
(github.com/hashicorp/terraform-provider-aws/issues/19519, 20858). A root says what to look at by its output ``services``:
a map of names to objects with ``cluster``, ``service``, ``task_definition`` and ``target_groups``.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..model.errors import RefusedError, RolloutFailed, TimeoutExpired, UnavailableError
from .ecs_service_status import ExpectedService, Verdict, given_up, judge, revision, stopped_reason
from .identity import Identity
from .service_batches import batches

LIMIT = 600.0  # seconds
_FIRST, _LONGEST = 1.0, 15.0  # seconds between two looks
_EVENTS = 5


# -- looking ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RolloutWatch:
    """Looks at the services of one layer. ``limit`` in seconds; ``pause`` sleeps so long, and raises when the command
    is being stopped; ``done``: what has happened already, where ECS is not to be asked."""

    identity: Identity
    region: str
    label: str
    limit: float
    info: Callable[[str], None]
    pause: Callable[[float], None]
    clock: Callable[[], float] = time.monotonic
    done: str = "applied"

    def check(self, wanted: Sequence[ExpectedService]) -> None:
        """Return when each is steady on its new version. RolloutFailed when one failed or was rolled back,
        TimeoutExpired when the limit passed first."""
        end = self.clock() + self.limit
        said: dict[str, str] = {}
        for seconds in _pauses():
            verdicts = self._look(wanted)
            self._fail([w for w in wanted if verdicts[w.name].state == "failed"], verdicts)
            wanted = [w for w in wanted if verdicts[w.name].state == "waiting"]
            for one in (w for w in wanted if said.get(w.name) != verdicts[w.name].words):
                said[one.name] = verdicts[one.name].words
                self.info(f"{self.label}: service {one.name}: {said[one.name]}; waiting for ECS")
            if not wanted:
                return self._well(said)
            if self.clock() >= end:
                raise self._late(wanted, said)
            self.pause(min(seconds, max(0.0, end - self.clock())))

    def explained(self, wanted: Sequence[ExpectedService]) -> RolloutFailed | None:
        """Why ECS does not run them, where it has given up or gone back; None where that is not so, or ECS is not to be asked."""
        try:
            verdicts = self._look(wanted)
            self._fail([w for w in wanted if verdicts[w.name].state == "failed"], verdicts)
        except RolloutFailed as error:
            return error
        except (RefusedError, UnavailableError):
            pass
        return None

    def deployments(self, services: Collection[tuple[str, str]]) -> set[str]:
        return {str(d.get("id")) for one in self._seen(services) for d in one.get("deployments", ())}

    def given_up(self, services: Collection[tuple[str, str]], known: Collection[str]) -> str:
        return next(filter(None, (given_up(one, known) for one in self._seen(services))), "")

    def _seen(self, services: Collection[tuple[str, str]]) -> list[Mapping[str, Any]]:
        """What ECS shows of services, by cluster and name; nothing where it does not answer."""
        found: list[Mapping[str, Any]] = []
        with contextlib.suppress(RefusedError, UnavailableError):
            for mine in _batches(ExpectedService(n, c, n, "") for c, n in services):
                found += self._described(mine).values()
        return found

    def _well(self, said: Mapping[str, str]) -> None:
        if said:
            self.info(f"{self.label}: ECS runs the new version of {', '.join(said)}")

    def _look(self, wanted: Sequence[ExpectedService]) -> dict[str, Verdict]:
        found = {}
        for mine in _batches(wanted):
            described = self._described(mine)
            for one in mine:
                service = described.get(one.service_name)
                found[one.name] = judge(one, service, self._healthy(one) if service else ())
        return found

    def _described(self, batch: Sequence[ExpectedService]) -> dict[str, Mapping[str, Any]]:
        cluster, names = batch[0].cluster, [one.service for one in batch]
        answer = self._ask(lambda: self._ecs.describe_services(cluster=cluster, services=names))
        return {service["serviceName"]: service for service in answer["services"]}

    def _healthy(self, wanted: ExpectedService) -> list[int]:
        return [self._healthy_in(arn) for arn in wanted.target_groups]

    def _healthy_in(self, target_group: str) -> int:
        answer = self._ask(lambda: self._balancing.describe_target_health(TargetGroupArn=target_group))
        return [t["TargetHealth"]["State"] for t in answer["TargetHealthDescriptions"]].count("healthy")

    @cached_property
    def _ecs(self) -> Any:
        return self.identity.client("ecs", self.region)

    @cached_property
    def _balancing(self) -> Any:
        return self.identity.client("elbv2", self.region)

    def _ask(self, call: Callable[[], Any]) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return call()
        except ClientError as error:
            raise RefusedError(
                f"{self.label}: {self.done}, but ECS cannot be asked whether the new version runs: "
                f"{error.response['Error'].get('Message', error)}",
                hint="the role needs ecs:DescribeServices and elasticloadbalancing:DescribeTargetHealth; "
                "--rollout-timeout 0 skips this check",
            ) from None
        except BotoCoreError as error:
            raise UnavailableError(
                f"{self.label}: {self.done}, but ECS does not answer whether the new version runs: {error}",
                hint="check the network, then run the command again",
            ) from None

    # -- how it ends badly ------------------------------------------------------------------------

    def _fail(self, failed: Sequence[ExpectedService], verdicts: Mapping[str, Verdict]) -> None:
        if not failed:
            return
        for one in failed:
            for line in self._reasons(one):
                self.info(f"{self.label}: {line}")
        raise RolloutFailed(
            "; ".join(f"{self.label}: service {w.name}: {verdicts[w.name].words}" for w in failed),
            hint="the state is saved. See the log group, fix the image or its settings, and apply again",
        )

    def _late(self, waiting: Sequence[ExpectedService], said: Mapping[str, str]) -> TimeoutExpired:
        for one in waiting:
            for line in self._reasons(one):
                self.info(f"{self.label}: {line}")
        return TimeoutExpired(
            f"{self.label}: not steady after {self.limit:g} s: "
            + "; ".join(f"service {w.name}: {said[w.name]}" for w in waiting),
            hint="the state is saved, and ECS continues to try. To wait longer, set "
            "--rollout-timeout 20m, or rollout_timeout in stack.hcl",
        )

    def _reasons(self, one: ExpectedService) -> Iterator[str]:
        """What ECS itself says: the last events, and why tasks of the new version stopped. Never an error of its own."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            service = self._ecs.describe_services(cluster=one.cluster, services=[one.service])["services"]
            events = service[0].get("events", ())[:_EVENTS] if service else ()
            yield from (f"ECS: {event['message']}" for event in reversed(events))
            yield from self._stopped(one)
        except (BotoCoreError, ClientError) as error:
            yield f"ECS gives no more details ({error})"

    def _stopped(self, one: ExpectedService) -> Iterator[str]:
        asked = {"cluster": one.cluster, "serviceName": one.service_name, "desiredStatus": "STOPPED"}
        arns = self._ecs.list_tasks(**asked)["taskArns"]
        tasks = self._ecs.describe_tasks(cluster=one.cluster, tasks=arns[:100])["tasks"] if arns else ()
        mine = [t for t in tasks if revision(t["taskDefinitionArn"]) == revision(one.task_definition)]
        for reason, times in Counter(map(stopped_reason, mine)).most_common(_EVENTS):
            yield f"{times} tasks stopped: {reason}" if times > 1 else f"a task stopped: {reason}"


def _pauses() -> Iterator[float]:
    seconds = _FIRST
    while True:
        yield seconds
        seconds = min(_LONGEST, seconds * 1.5)


def _batches(services: Iterable[ExpectedService]) -> Iterator[list[ExpectedService]]:
    return batches(services, lambda one: one.cluster)
