"""The sandbox with containers: tasks run, the address answers, and a deployment is as ECS does it. One sandbox for all of them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from container_world import HOST, ContainerWorld, events, start
from harness import PROVIDER, REGION, ROOT, Aws, Done, Project, ask, docker, inspect, make
from jsonschema import Draft202012Validator
from served_provider import on_path

from wrapper.containers import demo_images
from wrapper.containers.load_balancer import CONFIGURATION, choose_ports

pytestmark = [pytest.mark.docker, pytest.mark.sandbox, pytest.mark.containers]
REPOSITORY = "orchestrate-test.example/web"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, image: str) -> Iterator[ContainerWorld]:
    project: Project = make(tmp_path_factory.mktemp("containers"))
    try:
        yield start(project, REPOSITORY)
    finally:
        project.run("sandbox", "stop")
        project.clean()


def processes(folder: Path) -> dict[int, int]:
    """HAProxy's of a sandbox: process -> parent."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            if str(folder / CONFIGURATION).encode() in (entry / "cmdline").read_bytes():
                found[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    return found


def masters(folder: Path) -> list[int]:
    found = processes(folder)
    return [process for process, parent in found.items() if parent not in found]


@pytest.fixture(scope="module")
def web(world: ContainerWorld) -> ContainerWorld:
    """With two tasks that stay."""
    world.service("web", desired=2)
    return world


def test_the_address_answers_from_every_task(web: ContainerWorld) -> None:
    port, answered = web.port, []

    def both() -> bool:
        answered.extend(web.get("/web", port) for _ in range(6))
        return len({said["task"] for _, said in answered}) == 2

    web.until(both)
    assert {code for code, _ in answered} == {200} and {said["build"] for _, said in answered} == {"1"}
    assert answered[0][1]["host"] == HOST, "the application sees the name without .localhost"
    assert web.states("web") == ["healthy", "healthy"]


def test_a_path_a_default_and_a_name_that_nothing_has(web: ContainerWorld) -> None:
    port = web.port
    assert web.get("/elsewhere", port)[1]["text"] == "nothing here"
    code, said = web.get("/web", port, host="nobody.example.com")
    assert (code, "no load balancer" in said["text"]) == (404, True)


def test_what_aws_shows_is_what_runs(web: ContainerWorld) -> None:
    arns = web.ecs.list_tasks(cluster="cluster", serviceName="web")["taskArns"]
    tasks = web.ecs.describe_tasks(cluster="cluster", tasks=arns)["tasks"]
    ports = {b["hostPort"] for t in tasks for c in t["containers"] for b in c["networkBindings"]}
    health = web.elb.describe_target_health(TargetGroupArn=web.groups["web"])["TargetHealthDescriptions"]
    assert ({t["lastStatus"] for t in tasks}, {t["Target"]["Port"] for t in health}) == ({"RUNNING"}, ports)
    assert {c["runtimeId"][:12] for t in tasks for c in t["containers"]} == set(web.of("web"))
    one = tasks[0]
    labels = {"task": one["taskArn"], "container": "web"}
    asked = [
        word for name, value in labels.items() for word in ("--filter", f"label=orchestrate.sandbox.{name}={value}")
    ]
    assert docker("ps", "-q", "--no-trunc", *asked).strip() == one["containers"][0]["runtimeId"]
    web.ecs.get_waiter("services_stable").wait(cluster="cluster", services=["web"])
    completed = "service cluster/web: 2 of 2 tasks run, COMPLETED"  # some seconds after it is stable, as in ECS
    web.until(lambda: completed in web.project.run("sandbox", "status").err)
    assert f"address http://{HOST}: http://{HOST}.localhost:" in web.project.run("sandbox", "status").err


def test_nothing_of_a_container_is_unsafe(web: ContainerWorld) -> None:
    for container in web.of("web"):
        host = inspect(container)["HostConfig"]
        assert (host["Privileged"], host["Binds"], host["Memory"], host["PidsLimit"]) == (False, None, 64 << 20, 512)
        assert host["SecurityOpt"] == ["no-new-privileges"]
        assert {b["HostIp"] for bs in host["PortBindings"].values() for b in bs} == {"127.0.0.1"}


def test_what_a_container_prints_is_in_cloudwatch_logs(web: ContainerWorld) -> None:
    web.get("/web?number=4711", web.port)
    logs = web.client("logs")

    def found() -> list[str]:
        asked = logs.filter_log_events(logGroupName="/ecs/web", filterPattern='"number=4711"')["events"]
        return [event["message"] for event in asked]

    web.until(lambda: found() == ["GET /web?number=4711"])


def test_a_one_off_task_runs_once_and_tells_its_exit_code(web: ContainerWorld) -> None:
    command = ["perl", "-e", "print qq(migrated $ENV{STEP}\\n); exit 3"]
    override = {"name": "web", "command": command, "environment": [{"name": "STEP", "value": "7"}]}
    asked = {"taskDefinition": web.revision("1", "migration"), "overrides": {"containerOverrides": [override]}}
    [task] = web.ecs.run_task(cluster="cluster", launchType="EC2", **asked)["tasks"]
    waiter = web.ecs.get_waiter("tasks_stopped")
    waiter.wait(cluster="cluster", tasks=[task["taskArn"]], WaiterConfig={"Delay": 1, "MaxAttempts": 40})
    [ended] = web.ecs.describe_tasks(cluster="cluster", tasks=[task["taskArn"]])["tasks"]
    assert (ended["containers"][0]["exitCode"], ended["stopCode"]) == (3, "EssentialContainerExited")
    found = web.client("logs").filter_log_events(logGroupName="/ecs/web", filterPattern="migrated")["events"]
    assert [event["message"] for event in found] == ["migrated 7"]


BUCKET = "states-of-web"
NEEDED = [line.split("\t") for line in (ROOT / "tests/support/day_two_actions.tsv").read_text().splitlines()]

MORE = {  # asked where the service has bounds of scaling or an alarm on missing tasks, or the tenant has an end
    ("application-autoscaling:RegisterScalableTarget", "stop"),
    ("application-autoscaling:RegisterScalableTarget", "start"),
    ("cloudwatch:DisableAlarmActions", "stop"),
    ("cloudwatch:EnableAlarmActions", "start"),
    ("s3:PutObject", "start"),
}


def applied(web: ContainerWorld) -> None:
    """A state says where the service runs, as an apply of its root would leave it."""
    service = web.shown("web")
    one = {"cluster": service["clusterArn"], "service": "web", "task_definition": service["taskDefinition"]}
    told = {**one, "target_groups": [web.groups["web"]], "log_group": "/ecs/web", "containers": ["web"]}
    state = {"version": 4, "serial": 1, "lineage": "l", "outputs": {"services": {"value": {"acme": told}}}}
    alarm = {
        "mode": "managed",
        "type": "aws_cloudwatch_metric_alarm",
        "instances": [{"attributes": {"alarm_name": "a"}}],
    }
    web.project.write(f"config/{REGION}/web/backend.tfvars", f'bucket = "{BUCKET}"\nregion = "{REGION}"\n')
    s3 = web.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    key = f"{REGION}/web/tenants/acme/terraform.tfstate"
    s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps({**state, "resources": [alarm]}).encode())


@dataclass
class Asking:
    """The commands for what runs, and for which actions each asked AWS."""

    web: ContainerWorld
    where: tuple[str, ...] = ("web", "-var", "tenant=acme", "--sandbox")
    asked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __call__(self, command: str, *more: str, code: int = 0, **options: Any) -> Done:
        actions = f"{self.web.status['url']}/_orchestrate/actions"
        ask(actions, b"{}")
        done = self.web.project.run(command, *self.where, *more, codes=(code,), **options)
        self.asked[command] |= {*ask(actions, b"{}")["actions"]}
        return done

    def data(self, schema: str, *words: str, code: int = 0) -> Any:
        """What it prints with --json, each line of it where that is what the schema is of."""
        done = self(words[0], "--json", *words[1:], code=code)
        found = [json.loads(line) for line in done.out.splitlines()] if schema == "log-line" else [json.loads(done.out)]
        validator = Draft202012Validator(json.loads((ROOT / f"docs/schemas/{schema}-1.json").read_text()))
        for one in found:
            validator.validate(one)
        return found[0]


def test_the_commands_for_what_runs(web: ContainerWorld, tmp_path: Path) -> None:
    """status, logs, run-task, exec, restart, stop and start, on what really runs (docs/day-two.md): as their schemas say, and with
    the policy of that page."""
    applied(web)
    run = Asking(web)
    web.until(lambda: web.states("web") == ["healthy", "healthy"])
    said = run("status")
    assert "service acme (cluster/web): well: 2 of 2 tasks run" in said.out, said
    assert run.data("status", "status")["services"][0]["targets"][0]["state"] == "healthy"
    web.until(lambda: "listens on 8080" in run("logs").out)
    assert run.data("log-line", "logs")["service"] == "acme"
    done = run("run-task", "--env", "A=b", "--", "sh", "-c", "echo the value is $A; exit 3", code=1)
    assert ("the value is b" in done.out, "(web 3)" in done.err) == (True, True), done
    found = run.data("run-task", "run-task", "--timeout", "1m", "--", "sh", "-c", "exit 4", code=1)
    assert found["containers"] == {"web": 4}
    late = run("run-task", "--timeout", "3s", "--", "sleep", "60", code=124)
    assert "stopping task" in late.err, late
    run("logs", "--previous")
    web.ecs.update_service(cluster="cluster", service="web", enableExecuteCommand=True)
    before = web.of("web")
    again = run.data("restart", "restart")
    assert again["waited"] and again["seconds"] > 0
    web.until(lambda: not set(web.of("web")) & set(before))
    inside = run("exec", "--", "sh", "-c", "echo $TENANT; exit 7", code=7)
    assert inside.out == "acme\n", inside
    as_on_aws(run, tmp_path)
    run("logs", "--previous")
    assert "task acme: 1" in web.project.run("history", *run.where).out
    web.until(lambda: len(web.of("web")) == 2), "no task that ran once is left"
    stopped = run("stop")
    assert "no task runs" in stopped.err, stopped
    web.until(lambda: web.of("web") == [])  # ECS counts none that is stopping
    said = run("status")
    assert "stopped at" in said.out, said
    run("start")
    assert len(web.of("web")) == 2
    web.until(lambda: web.states("web") == ["healthy", "healthy"])
    run.where = ("web", "--sandbox")
    assert run.data("status", "status")["tenants"][0]["tenant"] == "acme"
    needed = {(action, command) for action, commands in NEEDED for command in commands.split()}
    assert {(action, command) for command, actions in run.asked.items() for action in actions} == needed - MORE


def as_on_aws(run: Asking, folder: Path) -> None:
    """The same AWS without --sandbox: it is asked for a session, and has none."""
    plugin = folder / "session-manager-plugin"
    plugin.write_text("#!/bin/sh\n")
    plugin.chmod(0o755)
    around = run.web.project.environment
    endpoint = Aws(run.web.status["url"]).environment | {"PATH": f"{folder}:{around['PATH']}"}
    where, run.where = run.where, run.where[:-1]
    said = run("exec", "--", "true", code=69, env=endpoint)
    assert "is not connected" in said.err, said
    run.where = where


SHOP = """
variable "service1-build" { type = string }
variable "code" { type = number }
locals {
  stream = { awslogs-group = "/ecs/web", awslogs-region = "ap-southeast-2", awslogs-stream-prefix = "shop" }
  image  = "orchestrate-test.example/web:${var.service1-build}"
}
resource "aws_ecs_task_definition" "migrate" {
  family                = "shop-migrate"
  container_definitions = jsonencode([{ name = "web", image = local.image, memory = 64, essential = true,
    logConfiguration = { logDriver = "awslogs", options = local.stream }
    command          = ["perl", "-e", "print qq(brings build $ENV{BUILD}\\n); exit ${var.code}"]
    environment      = [{ name = "BUILD", value = var.service1-build }]
  }])
  skip_destroy          = true
}
resource "aws_ecs_task_definition" "shop" {
  family                = "shop"
  container_definitions = jsonencode([{ name = "web", image = local.image, memory = 64, essential = true }])
  skip_destroy          = true
}
resource "aws_ecs_service" "shop" {
  name            = "shop"
  cluster         = "cluster"
  launch_type     = "EC2"
  desired_count   = 1
  task_definition = aws_ecs_task_definition.shop.arn
}
output "run_task" {
  value = { migrate = { cluster = "cluster", launchType = "EC2", taskDefinition = aws_ecs_task_definition.migrate.arn } }
}
"""


@pytest.fixture
def on_host(web: ContainerWorld, provider_binary: Path, tmp_path: Path) -> Iterator[Project]:
    """Its project on the host engine; one process of the real provider serves all runs."""
    with on_path(provider_binary, Aws(web.status["url"]).environment, tmp_path / "terraform", 1) as path:
        project = web.project.on("host")
        project.environment["PATH"] = path
        yield project


def test_a_task_runs_with_the_new_build_before_a_service_changes(web: ContainerWorld, on_host: Project) -> None:
    """The first deploy, and one whose task fails: its service stays as it is (docs/hooks.md)."""
    here, project = f"config/{REGION}/shop", on_host
    project.write(f"{here}/backend.tfvars", 'path = ".states"\n')
    project.write(f"{here}/variables.tfvars", "")
    tell = '{ on = ["before_apply", "failed_apply"], command = ["sh", "-c", "echo told $HOOK_EVENT"] }'
    project.write(f"{here}/stack.hcl", f'before_deploy = ["migrate"]\nhooks = {{ tell = {tell} }}\n')
    project.write("src/shop/main.tf", PROVIDER + SHOP)
    one = ("apply", "shop", "--sandbox")
    done = project.run(*one, "-var", "service1-build=1", "-var", "code=0")
    shown = web.shown("shop")
    assert "brings build 1" in done.err and "told before_apply" in done.err
    assert done.err.index("brings build 1") < done.err.rindex("+ terraform apply"), "before the service was made"
    assert shown["taskDefinition"].endswith("shop:1")
    failed = project.run(*one, "-var", "service1-build=2", "-var", "code=4", codes=(1,))
    assert "failed (web 4)" in failed.err and "no service was changed, and no build counts as deployed" in failed.err
    assert "brings build 2" in failed.err and "told failed_apply" in failed.err
    assert web.shown("shop")["taskDefinition"] == shown["taskDefinition"]
    record = json.loads(Path(project.root, f".states/{REGION}/shop/orchestrate.json").read_text())
    assert (record["builds"], "trying" in record) == ({"service1-build": "1"}, False)
    history = project.run("history", "shop", "--sandbox").out
    assert [f"task migrate (before_deploy): {code}" in history for code in (0, 1)] == [True, True], history
    web.ecs.delete_service(cluster="cluster", service="shop", force=True)


def test_a_deployment_loses_no_request(web: ContainerWorld) -> None:
    web.service("rolling")
    port, codes, builds = web.port, set(), set()
    web.deploy("rolling", "2")
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and not web.is_steady("rolling"):
        code, said = web.get("/rolling", port)
        codes.add(code)
        builds.add(said.get("build"))
    assert (codes, builds) == ({200}, {"1", "2"})
    assert web.get("/rolling", port)[1]["build"] == "2"
    assert "has reached a steady state" in events(web.shown("rolling"))


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        ("missing", "CannotPullContainerError"),
        ("broken", "Essential container in task exited"),
        ("sick", "Task failed ELB health checks"),
    ],
)
def test_a_bad_build_is_rolled_back_and_the_one_before_serves_on(web: ContainerWorld, build: str, reason: str) -> None:
    name = f"bad-{build}"
    web.service(name)
    before = web.shown(name)["taskDefinition"]
    port, bad = web.port, web.deploy(name, build)
    codes = set()
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and not (web.is_steady(name) and web.shown(name)["taskDefinition"] == before):
        codes.add(web.get(f"/{name}", port)[0])
    assert (codes, web.shown(name)["taskDefinition"]) == ({200}, before)
    assert "rolling back to deployment" in events(web.shown(name))
    arns = web.ecs.list_tasks(cluster="cluster", serviceName=name, desiredStatus="STOPPED")["taskArns"]
    stopped = web.ecs.describe_tasks(cluster="cluster", tasks=arns)["tasks"]
    assert {reason in t["stoppedReason"] for t in stopped if t["taskDefinitionArn"] == bad} == {True}
    assert len([t for t in stopped if t["taskDefinitionArn"] == bad]) == 3


def test_a_killed_task_is_replaced(web: ContainerWorld) -> None:
    web.until(lambda: web.states("web") == ["healthy", "healthy"])
    killed = web.of("web")[0]
    docker("kill", killed)
    web.until(lambda: len({*web.of("web")} - {killed}) == 2 and web.states("web") == ["healthy", "healthy"])
    arns = web.ecs.list_tasks(cluster="cluster", serviceName="web", desiredStatus="STOPPED")["taskArns"]
    tasks = web.ecs.describe_tasks(cluster="cluster", tasks=arns)["tasks"]
    [stopped] = [task for task in tasks if task["containers"][0]["runtimeId"].startswith(killed)]
    assert (stopped["stopCode"], stopped["containers"][0]["exitCode"]) == ("EssentialContainerExited", 137)


def test_a_name_of_digits_is_a_text_in_what_the_demo_application_says(web: ContainerWorld) -> None:
    """Every task's id is such a name once in a while."""
    port = choose_ports([80], {})[80]
    environment = {"PATH": os.environ["PATH"], "TENANT": "0071", "PORT": str(port)}
    application = Path(demo_images.__file__).with_name("application.pl")
    with subprocess.Popen(["perl", str(application)], env=environment, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None and b"listens" in process.stdout.readline()
            assert web.get("/json", port)[1]["tenant"] == "0071"
        finally:
            process.kill()


def test_fewer_and_more_tasks(web: ContainerWorld) -> None:
    web.service("scaled")
    web.ecs.update_service(cluster="cluster", service="scaled", desiredCount=3)
    web.until(lambda: web.states("scaled") == ["healthy"] * 3)
    web.ecs.update_service(cluster="cluster", service="scaled", desiredCount=1)
    web.until(lambda: len(web.of("scaled")) == 1)


def test_a_deleted_service_drains_and_leaves_no_container(web: ContainerWorld) -> None:
    web.service("gone")
    [container] = web.of("gone")
    web.ecs.delete_service(cluster="cluster", service="gone", force=True)
    assert web.shown("gone")["status"] == "DRAINING"
    web.ecs.get_waiter("services_inactive").wait(
        cluster="cluster", services=["gone"], WaiterConfig={"Delay": 1, "MaxAttempts": 40}
    )
    web.until(lambda: container not in web.containers())


def test_a_killed_data_plane_is_started_again_and_takes_over(web: ContainerWorld) -> None:
    port, before = web.port, sorted(web.of("web"))
    folder = web.project.private / "sandbox/containers"
    os.kill(int((folder / "plane.pid").read_text()), signal.SIGKILL)
    assert web.get("/web", port)[0] == 200, "traffic goes on"
    web.until(lambda: web.shown("web")["runningCount"] == 0), "nothing stale is shown"
    web.project.run("sandbox", "start")
    web.until(lambda: web.shown("web")["runningCount"] == 2)
    assert (sorted(web.of("web")), web.get("/web", port)[0]) == (before, 200)


def test_a_killed_proxy_is_started_again(web: ContainerWorld) -> None:
    port, folder = web.port, web.project.private / "sandbox/containers"
    before = processes(folder)
    for process in before:
        os.kill(process, signal.SIGKILL)

    def again() -> bool:
        with contextlib.suppress(OSError):
            return web.get("/web", port)[0] == 200 and not {*before} & {*processes(folder)}
        return False

    web.until(again)


def test_another_start_changes_nothing(web: ContainerWorld) -> None:
    before = web.of("web")
    started = json.loads(web.project.run("sandbox", "start", "--containers", "--json").out)
    assert (started["pid"], web.of("web")) == (web.status["pid"], before)


def test_stop_leaves_nothing(web: ContainerWorld) -> None:
    """The last one: it ends what the others stand on."""
    folder: Path = web.project.private / "sandbox/containers"
    assert len(masters(folder)) == 1
    web.project.run("sandbox", "stop")
    assert docker("ps", "-aq", "--filter", f"label=orchestrate.sandbox={folder.parent}") == ""
    web.until(lambda: processes(folder) == {})
