"""How the services of a layer are, and those of all tenants."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError
from jsonschema import Draft202012Validator
from live_aws import ALARM, LiveAws, refused
from live_session import LiveTenant
from project_on_disk import Disk

from wrapper.cli.commands.status import cut

ACME = "status app-test --tenant acme"
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def tenant(example: Disk, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> LiveTenant:
    monkeypatch.chdir(example.root)
    return LiveTenant(example, capfd).applied()


def test_a_tenant(tenant: LiveTenant) -> None:
    said = tenant.run(ACME)
    assert said.code == 0, said.err
    for words in (
        "ap-southeast-2/app-test/acme: well (service1-build 1)",
        "service acme (c/acme): well: 1 of 1 tasks run, 1 of 1 targets are healthy",
        "1 desired, 1 running, 0 pending, scaling between 1 and 4",
        "i-1:32768  healthy",
        f"{'a' * 32}  RUNNING",
        "ap-southeast-2a  i1",
        "(service acme) has reached a steady state.",
        "service acme/worker (c/acme-worker): well: 1 of 1 tasks run",
        "report    cron(0 3 * * ? *)",
    ):
        assert words in said.out, (words, said.out)


def test_one_service(tenant: LiveTenant) -> None:
    said = tenant.run(f"{ACME} --service worker")
    assert "service acme/worker" in said.out and "service acme " not in said.out


@pytest.mark.parametrize("line", [ACME, "status app-test"])
def test_json_is_as_its_schema_says(tenant: LiveTenant, line: str) -> None:
    said = tenant.run(f"{line} --json")
    schema = json.loads((ROOT / "docs/schemas/status-1.json").read_text())
    Draft202012Validator(schema).validate(json.loads(said.out))
    assert said.code == 0, said.out


def test_all_tenants(tenant: LiveTenant) -> None:
    said = tenant.run("status app-test")
    assert said.code == 0
    assert re.search(r"^acme +well +service1=1 +2/2 +- +2 services run$", said.out, re.MULTILINE), said.out


def test_what_is_not_well_ends_with_one(tenant: LiveTenant) -> None:
    rings = LiveAws(describe_alarms={"MetricAlarms": [{"AlarmName": ALARM, "StateValue": "ALARM"}]})
    assert [tenant.run(line, rings).code for line in (ACME, "status app-test")] == [1, 1]
    gone = LiveAws(describe_services={"services": []})
    said = tenant.run(ACME, gone)
    assert (said.code, "not well: the service no longer exists" in said.out) == (1, True)


def test_watch_shows_it_again(tenant: LiveTenant) -> None:
    said = tenant.run(f"{ACME} --watch", most=3)
    assert (said.code, said.out.count("app-test/acme: well")) == (130, 3)
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, every 5 s\n", said.out), "each look has its time"


def test_watch_as_data_is_an_object_in_each_line(tenant: LiveTenant) -> None:
    said = tenant.run(f"{ACME} --watch --json", most=3)
    looks = [json.loads(line) for line in said.out.splitlines()[:3]]
    assert (said.code, [one["well"] for one in looks]) == (130, [True] * 3), said.out


def test_a_screen_shows_the_beginning() -> None:
    """The verdict stands above; a terminal would show the end."""
    assert cut(["well", "a", "b"], 3) == ["well", "a", "b"]
    assert cut(["well", "a", "b", "c"], 3) == ["well", "a", "(2 more lines; --service NAME shows one service)"]


def test_watch_outlives_an_aws_that_is_away_for_a_moment(tenant: LiveTenant) -> None:
    world = LiveAws(list_tasks=[EndpointConnectionError(endpoint_url="https://ecs"), {"taskArns": []}])
    assert tenant.run(f"{ACME} --watch", world, most=2).code == 130
    world = LiveAws(list_tasks=[EndpointConnectionError(endpoint_url="https://ecs"), {"taskArns": []}])
    assert tenant.run(ACME, world).code == 69


def test_a_cluster_that_is_gone_is_a_service_that_is_missing(tenant: LiveTenant) -> None:
    gone = LiveAws(describe_services=refused("ClusterNotFoundException"))
    for line in (ACME, "status app-test"):
        said = tenant.run(line, gone)
        assert (said.code, "the service no longer exists" in said.out) == (1, True), said


@pytest.mark.parametrize(
    "line", ["logs app-test", "run-task app-test -- ls", "exec app-test -- ls", "restart app-test"]
)
def test_a_tenant_that_was_forgotten(tenant: LiveTenant, line: str) -> None:
    before, _, argv = line.partition(" -- ")
    said = tenant.run(before, argv=tuple(argv.split()))
    assert (said.code, "is the stack layer, which runs no service" in said.err) == (66, True), said.err
    assert "name a tenant of it: -var tenant=NAME" in said.err


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("status app-test --tenant globex", 66, "was never applied"),
        ("status app-test --tenant acme --service x", 66, "has no service 'x'"),
        ("status nothing", 66, "nothing"),
        ("status", 64, "status needs a stack"),
    ],
)
def test_what_is_not_there(tenant: LiveTenant, line: str, code: int, words: str) -> None:
    said = tenant.run(line)
    assert (said.code, words in said.err) == (code, True), said.err


def test_a_root_that_does_not_say_where_its_services_run(tenant: LiveTenant) -> None:
    said = tenant.applied(services=None).run(ACME)
    assert said.code == 65 and 'output "services" {' in said.err and "src/app/tenant/outputs.tf" in said.err, said.err


@pytest.mark.parametrize(
    ("code", "words"),
    [("AccessDeniedException", "the role needs ecs:DescribeServices"), ("ExpiredTokenException", "log in again")],
)
def test_what_aws_refuses(tenant: LiveTenant, code: str, words: str) -> None:
    said = tenant.run(ACME, LiveAws(describe_services=refused(code)))
    assert (said.code, words in said.err, "Traceback" in said.err) == (77, True, False), said.err


def test_aws_needs_neither_moto_nor_docker(tenant: LiveTenant) -> None:
    """The commands as they are typed, until AWS does not answer."""
    place = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "PYTHONPATH": str(ROOT), "USER": "me"}
    environ = {"PATH": os.environ["PATH"], "HOME": str(tenant.disk.root), **place}
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    at_once = "from wrapper.aws import calls; calls._LONGEST = 0"  # run-task is patient, for half a minute
    script = f"{at_once}; from wrapper.cli.main import _run; print(*(_run(line) for line in {LINES}))"
    words = [sys.executable, "-X", "importtime", "-c", script]
    done = subprocess.run(words, cwd=tenant.disk.root, env=environ | keys, capture_output=True, text=True, timeout=300)
    loaded = set(re.findall(r"\| +([a-z0-9_]+)(?:\.\S+)?$", done.stderr, re.MULTILINE))
    codes = ["69"] * (len(LINES) - 1) + ["0"]  # a tenant that is not stopped is not started: AWS is asked for nothing
    assert (done.stdout.split(), "botocore" in loaded) == (codes, True), done.stderr[-2000:]
    assert loaded & {"moto", "docker", "flask", "werkzeug"} == set()


LINES = [
    line.split()
    for line in (
        ACME,
        "status app-test",
        "logs app-test --tenant acme",
        "run-task app-test --tenant acme --task migrate --detach",
        "exec app-test --tenant acme --service acme -- ls",
        "restart app-test --tenant acme --service acme",
        "stop app-test --tenant acme",
        "start app-test --tenant acme",
    )
]
