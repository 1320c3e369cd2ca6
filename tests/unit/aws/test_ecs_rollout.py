"""ECS asked after an apply, again and again, until it is steady, has failed, or the time is over."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import cloud
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from cloud_fleet import Onlooker
from ecs_answers import FAILED, NEW, OLD, deployment, service
from project_on_disk import APP, REGION, Disk
from said import Said

from wrapper.aws import ecs_rollout
from wrapper.aws.ecs_service_status import ExpectedService
from wrapper.aws.identity import Identity
from wrapper.fleet.change_detection import TenantFilter
from wrapper.fleet.fleet import Fleet, FleetPolicy
from wrapper.model.errors import (
    ConfigError,
    OrchestrateError,
    RefusedError,
    RolloutFailed,
    TerraformFailed,
    TimeoutExpired,
    UnavailableError,
)
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.model.stack import Layer
from wrapper.terraform.commands import VERBS

WEB = ExpectedService("web", "c", "arn:aws:ecs:r:1:service/c/acme", NEW, ("tg",))
EVENTS = [{"message": "(service acme) rolling back."}, {"message": "(service acme) tasks failed to start."}]
STOPPED = {"taskDefinitionArn": NEW, "stoppedReason": "CannotPullContainerError: not found"}


class Ecs:
    """Answers ``diffs`` one after another, and the last for ever; remembers what was asked and how long was waited."""

    def __init__(self, *diffs: dict[str, Any] | Exception, healthy: int = 2, stopped: tuple[Any, ...] = ()) -> None:
        self.diffs = list(diffs)
        self.healthy = healthy
        self.stopped = stopped
        self.asked: list[list[str]] = []
        self.said: list[str] = []
        self.now = 0.0

    def describe_services(self, cluster: str, services: list[str]) -> Any:
        self.asked.append(services)
        look = self.diffs.pop(0) if len(self.diffs) > 1 else self.diffs[0]
        if isinstance(look, Exception):
            raise look
        return {"services": [look | {"serviceName": name.rpartition("/")[2]} for name in services]}

    def describe_target_health(self, TargetGroupArn: str) -> Any:  # noqa: N803 - AWS's own name
        states = ["healthy"] * self.healthy + ["draining", "initial"]
        return {"TargetHealthDescriptions": [{"TargetHealth": {"State": s}} for s in states]}

    def list_tasks(self, **_: Any) -> Any:
        return {"taskArns": [f"arn/{n}" for n in range(len(self.stopped))]}

    def describe_tasks(self, **_: Any) -> Any:
        return {"tasks": list(self.stopped)}

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def watch(self, limit: float = 600.0) -> ecs_rollout.RolloutWatch:
        return ecs_rollout.RolloutWatch(
            As(self), "r", "r/s/acme", limit, self.said.append, self.pause, lambda: self.now
        )


class As(Identity):
    """An identity whose every client is this one."""

    def __init__(self, client: Any) -> None:
        object.__setattr__(self, "_client", client)

    def client(self, service: str, region: str) -> Any:
        return self._client  # type: ignore[attr-defined]


BEGUN = service(deployment(rolloutState="IN_PROGRESS", runningCount=0), deployment(status="ACTIVE", taskDefinition=OLD))
STEADY = service(deployment())
ROLLED_BACK = service(deployment(taskDefinition=OLD), FAILED, events=EVENTS)


def test_what_is_steady_is_not_talked_about() -> None:
    ecs = Ecs(STEADY)
    ecs.watch().check([WEB])
    assert (ecs.said, ecs.now, len(ecs.asked)) == ([], 0.0, 1)


def test_it_waits_and_says_what_changed() -> None:
    ecs = Ecs(BEGUN, BEGUN, STEADY, healthy=2)
    ecs.watch().check([WEB])
    assert ecs.said == [
        "r/s/acme: service web: 0 of 2 tasks run, 2 of 2 targets are healthy; waiting for ECS",
        "r/s/acme: ECS runs the new version of web",
    ]
    assert ecs.now == 2.5


def test_targets_that_are_not_healthy_are_waited_for() -> None:
    ecs = Ecs(STEADY, healthy=1)
    with pytest.raises(
        TimeoutExpired, match="not steady after 60 s: service web: 2 of 2 tasks run, 1 of 2 targets are healthy"
    ) as error:
        ecs.watch(60).check([WEB])
    assert "--rollout-timeout" in error.value.hint
    assert ecs.now == 60
    assert len(ecs.asked) < 12, "it asks less and less often"


def test_a_rollback_is_a_failure_with_what_ecs_said() -> None:
    ecs = Ecs(BEGUN, ROLLED_BACK, stopped=(STOPPED, STOPPED, {**STOPPED, "taskDefinitionArn": OLD}))
    with pytest.raises(RolloutFailed, match="ECS rolled back from acme-web:7 to acme-web:6: circuit breaker") as error:
        ecs.watch().check([WEB])
    assert error.value.exit_code == 1
    assert "fix the image" in error.value.hint
    assert ecs.said[1:] == [
        "r/s/acme: ECS: (service acme) tasks failed to start.",
        "r/s/acme: ECS: (service acme) rolling back.",
        "r/s/acme: 2 tasks stopped: CannotPullContainerError: not found",
    ]


def test_ten_services_are_asked_for_at_once() -> None:
    ecs = Ecs(STEADY)
    ecs.watch().check([ExpectedService(f"w{n}", "ab"[n % 2], f"s{n}", NEW) for n in range(23)])
    assert [len(names) for names in ecs.asked] == [10, 2, 10, 1]


def test_only_those_that_are_not_steady_are_asked_for_again() -> None:
    ecs = Ecs(STEADY, BEGUN, STEADY)
    ecs.watch().check([ExpectedService("a", "a", "s1", NEW), ExpectedService("b", "b", "s2", NEW)])
    assert ecs.asked == [["s1"], ["s2"], ["s2"]]


DENIED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}, "DescribeServices")


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (DENIED, RefusedError, "applied, but ECS cannot be asked whether the new version runs: not authorized"),
        (EndpointConnectionError(endpoint_url="u"), UnavailableError, "applied, but ECS does not answer"),
    ],
)
def test_ecs_that_cannot_be_asked_is_no_success(raised: Exception, kind: type[OrchestrateError], words: str) -> None:
    with pytest.raises(kind, match=words):
        Ecs(raised).watch().check([WEB])


def test_who_may_not_see_the_reasons_still_sees_the_failure() -> None:
    ecs = Ecs(ROLLED_BACK, DENIED)
    with pytest.raises(RolloutFailed):
        ecs.watch().check([WEB])
    assert "ECS gives no more details" in ecs.said[-1]


def test_being_stopped_ends_the_waiting() -> None:
    ecs = Ecs(BEGUN)

    def stopped(_: float) -> None:
        raise KeyboardInterrupt

    watch = ecs_rollout.RolloutWatch(As(ecs), "r", "l", 600, ecs.said.append, stopped)
    with pytest.raises(KeyboardInterrupt):
        watch.check([WEB])


@pytest.mark.parametrize("turns", [1, 40])
def test_a_look_costs_few_questions(turns: int) -> None:
    """A rollout of ten minutes is asked about fewer than sixty times."""
    ecs = Ecs(*[BEGUN] * turns, STEADY)
    ecs.watch(3600).check([WEB])
    assert len(ecs.asked) == turns + 1
    assert turns == 1 or ecs.now > 500


# -- in a command ---------------------------------------------------------------------------------

ACME = f"{REGION}/app-test/acme"


class Project(cloud.Cloud):
    """A tenant's root gives out one service."""

    def put(self, layer: Layer, text: str) -> None:
        data = json.loads(text)
        if layer.tenant and data["resources"]:
            service_ = {"cluster": "c", "service": "acme", "task_definition": NEW, "target_groups": ["tg"]}
            data["outputs"]["services"] = {"value": {"web": service_}}
        super().put(layer, json.dumps(data))


@pytest.fixture
def project(example: Disk) -> Project:
    made = Project(example)
    made.perform("apply")
    return made


def test_an_apply_ends_when_ecs_runs_it(project: Project) -> None:
    ecs = Ecs(BEGUN, STEADY)
    project.perform("apply", "acme", identity=As(ecs))
    assert f"{ACME}: service web: 0 of 2 tasks run" in project.console.text()
    assert project.console.said[-1] == f"{ACME}: ECS runs the new version of web"
    assert project.record("acme")["inputs"]


def test_an_apply_that_ecs_rolled_back_failed_and_is_no_good_record(project: Project) -> None:
    with pytest.raises(RolloutFailed, match=f"{ACME}: service web: ECS rolled back"):
        project.perform("apply", "acme", identity=As(Ecs(ROLLED_BACK)))
    record = project.record("acme")
    assert (sorted(record), "rolled back" in record["failed"]["error"]) == (["failed", "version"], True)
    project.perform("apply", "acme", identity=As(Ecs(STEADY)))
    before = project.record("acme")["inputs"]
    with pytest.raises(RolloutFailed):
        project.perform("apply", "acme", "-var", "memory=1", identity=As(Ecs(ROLLED_BACK)))
    assert project.record("acme")["inputs"] == before


def test_an_apply_that_terraform_failed_says_why_ecs_did_not_take_it(project: Project) -> None:
    """As with the shipped modules: their postcondition fails before the outputs are written."""

    def fails(run: Run, step: Step) -> Outcome:
        if step.argv[1] != "apply" or not run.layer.tenant:
            return project.behave(run, step)
        resources = [
            ("aws_ecs_task_definition", {"arn": NEW}),
            ("aws_ecs_service", {"cluster": "c", "name": "acme", "task_definition": OLD}),
        ]
        made = [{"mode": "managed", "type": t, "instances": [{"attributes": a}]} for t, a in resources]
        cloud.Cloud.put(project, run.layer, json.dumps({"version": 4, "serial": 2, "lineage": "l", "resources": made}))
        return Outcome(
            1, ok=False, tail="Error: Resource postcondition failed", stderr="Error: Resource postcondition failed"
        )

    project.engine.behaviour = fails
    with pytest.raises(RolloutFailed, match=f"{ACME}: service acme: ECS rolled back") as error:
        project.perform("apply", "acme", identity=As(Ecs(ROLLED_BACK, stopped=(STOPPED,))))
    assert error.value.said == "Error: Resource postcondition failed"
    assert f"{ACME}: a task stopped: CannotPullContainerError: not found" in project.console.text()
    assert "rolled back" in project.record("acme")["failed"]["error"]
    with pytest.raises(TerraformFailed):
        project.perform("apply", "acme", identity=As(Ecs(STEADY)))
    with pytest.raises(TerraformFailed):
        project.perform("apply", "acme", identity=As(Ecs(ROLLED_BACK)), rollout_limit=0.0)


def test_a_canary_that_ecs_rolls_back_ends_the_rollout(project: Project) -> None:
    """The health of a wave is what ECS says of each tenant in it; whoever comes after a bad one is left as it was."""
    project.disk.write(f"{APP}/tenants/third.tfvars", "")
    many = Fleet(project.deployer(identity=As(Ecs(ROLLED_BACK))), Onlooker(), FleetPolicy(jobs=1, canary=1, wave=2))
    answers = {
        a.tenant: (a.result, a.summary) for a in many.perform(VERBS["apply"], [], TenantFilter(stack_layer=False))
    }
    assert answers["acme"][0] == "failed" and "ECS rolled back" in answers["acme"][1]
    assert answers["globex"] == answers["third"] == ("stopped", "wave 1 of 2 was not good: acme")
    assert {label for label, _ in project.engine.done} == {f"{REGION}/app-test", ACME}
    well = Fleet(project.deployer(identity=As(Ecs(STEADY))), Onlooker(), FleetPolicy(jobs=1, canary=1, wave=2))
    assert all(a.ok for a in well.perform(VERBS["apply"], [], TenantFilter(stack_layer=False)))
    assert all(project.record(name)["inputs"] for name in ("acme", "globex", "third"))


@pytest.mark.parametrize(
    ("verb", "arguments", "changes"),
    [
        ("apply", (), {"rollout_limit": 0.0}),
        ("apply", ("-target=x",), {}),
        ("apply", ("-refresh-only",), {}),
        ("apply", (), {"dry": True}),
        ("plan", (), {}),
        ("destroy", (), {}),
        ("apply", ("-destroy",), {}),
    ],
)
def test_nobody_is_asked_about(
    project: Project, verb: str, arguments: tuple[str, ...], changes: dict[str, Any]
) -> None:
    project.perform("apply", "acme", identity=As(Ecs(STEADY)))
    ecs = Ecs(ROLLED_BACK)
    project.perform(verb, "acme", *arguments, identity=As(ecs), **changes)
    assert ecs.asked == []


@pytest.mark.parametrize(("text", "asked"), [("0", False), ("90s", True), ("", True)])
def test_the_stack_may_say_how_long(project: Project, text: str, asked: bool) -> None:
    project.disk.write(
        f"{APP}/stack.hcl", f'source = "app"\n{f"rollout_timeout = {text!r}" if text else ""}\n'.replace("'", '"')
    )
    ecs = Ecs(STEADY)
    project.perform("apply", "acme", identity=As(ecs))
    assert bool(ecs.asked) is asked


def test_a_limit_that_is_no_duration_is_named(project: Project, run_cli: Callable[..., Said]) -> None:
    assert run_cli("apply", "app-test", "--rollout-timeout", "soon", "--dry-run").code == 64
    project.disk.write(f"{APP}/stack.hcl", 'source = "app"\nrollout_timeout = "soon"\n')
    with pytest.raises(ConfigError, match="rollout_timeout: 'soon' is not a duration") as error:
        project.perform("apply", "acme")
    assert error.value.where == f"{APP}/stack.hcl:2"


# -- beside an apply, and after one that failed ---------------------------------------------------------


def test_why_a_failed_apply_failed() -> None:
    ecs = Ecs(ROLLED_BACK, stopped=(STOPPED,))
    error = ecs.watch().explained([WEB])
    assert type(error) is RolloutFailed
    assert "service web: ECS rolled back from acme-web:7 to acme-web:6" in error.message
    assert "r/s/acme: a task stopped: CannotPullContainerError: not found" in ecs.said
    assert Ecs(STEADY).watch().explained([WEB]) is None
    assert Ecs(BEGUN).watch().explained([WEB]) is None
    assert Ecs(EndpointConnectionError(endpoint_url="x")).watch().explained([WEB]) is None


def test_what_is_looked_at_beside_an_apply() -> None:
    new = service(deployment(id="new", rolloutState="FAILED", rolloutStateReason="why"))
    watch = Ecs(service(deployment(id="old")), new).watch()
    known = watch.deployments([("c", "acme")])
    assert known == {"old"}
    assert watch.given_up([("c", "acme")], known) == "service acme: the new version failed: why"
    silent = Ecs(EndpointConnectionError(endpoint_url="x")).watch()
    assert (silent.deployments([("c", "acme")]), silent.given_up([("c", "acme")], ())) == (set(), "")
