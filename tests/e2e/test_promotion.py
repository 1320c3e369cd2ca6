"""A build's way from test to live and back, with the shipped example, the real provider and the simulated ECS: at no
moment fewer healthy targets than tasks wanted, and nothing replaced that a request goes through.

In the sandbox no traffic flows: a small HTTP server of this test's own stands in for the tenant's URL.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from harness import REGION, Project, client

from wrapper.deploy.smoke_test import SmokeHooks, SmokePolicy, check, get
from wrapper.model.errors import SmokeFailed

pytestmark = [pytest.mark.terraform, pytest.mark.sandbox]
TEST, LIVE = "appcluster-test", "appcluster-live"
ACME = ("-var", "tenant=acme")
CONFIRM = ("--confirm", f"{REGION}/{LIVE}/acme")


@pytest.fixture
def shipped(shipped_on_host: Project) -> Project:
    """Live takes its builds from test: two stacks less to make."""
    project = shipped_on_host
    project.environment["BUILD_USER_ID"] = "ann"
    values = project.root / f"config/{REGION}/{TEST}/variables.tfvars"
    values.write_text(values.read_text().replace("min_healthy_percent = 0 ", "min_healthy_percent = 100 "))
    settings = project.root / f"config/{REGION}/{LIVE}/stack.hcl"
    settings.write_text(settings.read_text().replace("appcluster-staging", TEST))
    return project


class Server(http.server.ThreadingHTTPServer):
    """Answers 503 as often as told, then what is there."""

    refusals = 0
    asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server: Any = self.server
        server.asked += 1
        status = 503 if server.asked <= server.refusals else 200 if self.path == "/health" else 404
        self.send_response(status)
        self.end_headers()
        self.wfile.write(b"all is well" if status == 200 else b"not here")

    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as one:
        threading.Thread(target=one.serve_forever, daemon=True).start()
        yield one
        one.shutdown()


class RolloutWatch:
    """Counts, all the time, what every service wants and what is healthy behind it."""

    def __init__(self, url: str) -> None:
        self._ecs, self._elb = client(url, "ecs"), client(url, "elbv2")
        self.seen: list[tuple[str, int, int]] = []  # service, desired, healthy
        self._over = threading.Event()

    def diff(self) -> None:
        for cluster in self._ecs.list_clusters()["clusterArns"]:
            names = self._ecs.list_services(cluster=cluster)["serviceArns"]
            for one in self._ecs.describe_services(cluster=cluster, services=names)["services"] if names else ():
                for balancer in one["loadBalancers"]:
                    health = self._elb.describe_target_health(TargetGroupArn=balancer["targetGroupArn"])
                    states = [t["TargetHealth"]["State"] for t in health["TargetHealthDescriptions"]]
                    self.seen.append((one["serviceArn"], one["desiredCount"], states.count("healthy")))

    @contextlib.contextmanager
    def watching(self) -> Iterator[RolloutWatch]:
        def loop() -> None:
            while not self._over.wait(0.4):  # a task that starts takes the sandbox a second
                self.diff()

        thread = threading.Thread(target=loop)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()


def on_the_way(url: str) -> dict[str, str]:
    """What a request goes through, each with what would be another if it were replaced."""
    elb, dns = client(url, "elbv2"), client(url, "route53")
    zones = [zone["Id"] for zone in dns.list_hosted_zones()["HostedZones"]]
    records = [r for zone in zones for r in dns.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]]
    return {
        **{b["LoadBalancerArn"]: str(b["CreatedTime"]) for b in elb.describe_load_balancers()["LoadBalancers"]},
        **{g["TargetGroupArn"]: g["TargetGroupName"] for g in elb.describe_target_groups()["TargetGroups"]},
        **{f"{r['Name']} {r['Type']}": json.dumps(r["AliasTarget"]) for r in records if "AliasTarget" in r},
    }


def builds(project: Project, stack: str) -> dict[str, str]:
    return dict(json.loads(project.run("builds", stack, REGION, *ACME, "--format", "json").out))


def runs(build: str) -> dict[str, str]:
    """acme has further services, whose builds stand in its file everywhere."""
    return {"api-build": "1", "service1-build": build, "service2-build": "1", "worker-build": "1"}


@pytest.mark.long(270)
def test_a_build_goes_from_test_to_live_and_back_without_a_gap(shipped: Project, server: Server) -> None:
    shipped.write("artifacts/service1.env.groovy", "env.SERVICE1_BUILD='90'\n")
    shipped.run("apply", TEST, REGION, *ACME, "--builds", "artifacts", timeout=600)
    shipped.run("promote", TEST, LIVE, REGION, *ACME, *CONFIRM, timeout=600)
    assert (builds(shipped, TEST), builds(shipped, LIVE)) == (runs("90"), runs("90"))

    url = json.loads(shipped.run("sandbox", "status", "--json").out)["url"]
    before = on_the_way(url)
    assert len(before) >= 6  # a load balancer, a target group and a name in each
    shipped.write("artifacts/service1.env.groovy", "env.SERVICE1_BUILD='91'\n")
    server.refusals = 2
    with RolloutWatch(url).watching() as watch:
        deployed = shipped.run("apply", TEST, REGION, *ACME, "--builds", "artifacts", "--smoke", f"{server.url}/health")
        promoted = shipped.run(
            "promote",
            TEST,
            LIVE,
            REGION,
            *ACME,
            *CONFIRM,
            "--smoke-contains",
            "well",
            "--smoke",
            f"{server.url}/health",
        )
        assert builds(shipped, LIVE) == runs("91")
        back = shipped.run("rollback", LIVE, REGION, *ACME, *CONFIRM)
    assert (deployed.last, promoted.last) == ("http://acme.test.example.com", "https://acme.example.com")
    assert "/health: 200 (try 3)" in deployed.err
    assert (
        "promoting api-build 1, service1-build 91, service2-build 1, worker-build 1 "
        "(it runs api-build 1, service1-build 90, service2-build 1, worker-build 1)"
    ) in promoted.err
    assert "back to apply 1" in back.err
    assert builds(shipped, LIVE) == runs("90")

    # Nothing that a request goes through was replaced, and never was there less of it than wanted.
    assert on_the_way(url) == before
    assert len({service for service, _, _ in watch.seen}) == 4 and len(watch.seen) > 50
    assert [one for one in watch.seen if one[2] < one[1] or one[1] < 1] == []

    applies = json.loads(shipped.run("history", LIVE, REGION, *ACME, "--json").out)
    assert [(a["number"], a["builds"]["service1-build"], a["by"]) for a in applies] == [
        (3, "90", "ann"),
        (2, "91", "ann"),
        (1, "90", "ann"),
    ]
    assert [a["why"] for a in applies] == [
        {"rollback_of": 2, "back_to": 1},
        *2 * [{"promoted_from": f"{REGION}/{TEST}"}],
    ]

    # What does not answer is no success, and goes nowhere from there.
    broken = shipped.run(
        "apply",
        TEST,
        REGION,
        *ACME,
        "--builds",
        "artifacts",
        "--smoke",
        f"{server.url}/gone",
        "--smoke-tries",
        "2",
        codes=(1,),
    )
    assert f"smoke test failed: GET {server.url}/gone: answered 404, not 200, saying 'not here' (2 tries)" in broken.err
    assert (
        "put back api-build 1, service1-build 90, service2-build 1, worker-build 1: "
        f"./orchestrate rollback {TEST} {REGION} -var tenant=acme" in broken.err
    )
    refused = shipped.run("promote", TEST, LIVE, REGION, *ACME, codes=(77,))
    assert "its last try failed" in refused.err and "smoke test failed" in refused.err


def test_a_server_that_is_slow_to_come_and_one_that_never_does(server: Server) -> None:
    said: list[str] = []
    doors, server.refusals = SmokeHooks(said.append, lambda _: time.sleep(0.01)), 3
    check("acme", [f"{server.url}/health"], SmokePolicy(contains="well"), doors)
    assert said[-1].endswith("/health: 200 (try 4)")
    server.server_close()
    with pytest.raises(SmokeFailed, match=r"no answer: .*refused.* \(2 tries\)"):
        check("acme", [f"{server.url}/health"], SmokePolicy(tries=2), doors)
    assert get("http://no-such-host.invalid/", 1.0).status == 0
