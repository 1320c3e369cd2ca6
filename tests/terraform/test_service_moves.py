"""Two tenants on a shared load balancer move, first with a broken image, and no request finds no task: one from machines to
Fargate, and back before that has ended; one changes all else that docs/moves.md names.

Every move alone, in every half-way state, is made by tests/support/moves/moves.py, which takes too long for each change.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from moves.moves import AWSVPC, EACH_OTHER_ONE, Account, Tenant, account, moves, tenant, walk
from served_provider import served

pytestmark = [pytest.mark.terraform, pytest.mark.sandbox]

# What a tenant of version 0.1 gets at its first apply: notes in the state, and a second address for one scaling target.
FROM_0_1 = {
    'module.tenant.module.service["service1"].aws_appautoscaling_target.bounds["first"]': ["create"],
    "module.tenant.module.load_balancer.terraform_data.first": ["create"],
    'module.tenant.module.load_balancer.terraform_data.named["t0.example.com"]': ["create"],
    "module.tenant.module.load_balancer.terraform_data.resolvers[0]": ["create"],
    "module.tenant.module.load_balancer.terraform_data.serving": ["create"],
}
# Of what may come after a failure and in the middle, each in one of the two.
ANOTHER_GROUP = ("broken", "forward, not ended", "back from there")
IN_PLACE = ("broken", "back", "forward")


SERVICES = {
    "services": {"api": {"port": 9090, "path": "/api/*"}, "worker": {"command": ["./work"]}},
    "builds": {"api": "1", "worker": "1"},
}
# Names inside the network, an address for each task of api, and a queue of worker to which the others send.
WORK = {"command": ["./work"], "queue_tasks": {"mail": {"command": ["./mail"]}}}
INSIDE = SERVICES | {
    "dns": {"discovery": {"namespace": "moves.internal"}},
    "services": {
        "service1": {"port": 8080, "queues": ["mail"]},
        "api": {"port": 9090, "path": "/api/*", "task": AWSVPC, "queues": ["worker/mail"]},
        "worker": WORK,
    },
}
KNOWN = {
    "service1": {"API_URL": "http://api.t2.moves.internal:9090/api", "QUEUE_URL_MAIL": "MAIL"},
    "api": {
        "SERVICE1_URL": "http://t2.example.com",
        "SERVICE1_SRV": "_service1._tcp.t2.moves.internal",
        "QUEUE_URL_WORKER_MAIL": "MAIL",
    },
    "worker": {
        "API_URL": "http://api.t2.moves.internal:9090/api",
        "SERVICE1_URL": "http://t2.example.com",
        "SERVICE1_SRV": "_service1._tcp.t2.moves.internal",
        "QUEUE_URL_MAIL": "MAIL",
    },
    "mail": {
        "API_URL": "http://api.t2.moves.internal:9090/api",
        "SERVICE1_URL": "http://t2.example.com",
        "SERVICE1_SRV": "_service1._tcp.t2.moves.internal",
        "QUEUE_URL": "MAIL",
        "QUEUE_URL_MAIL": "MAIL",
    },
}
ROLLED_OUT = {
    'service["service1"].aws_ecs_service.this["first"]': "update",
    'service["service1"].aws_ecs_task_definition.this': "create/delete",
}
A_BUILD_OF_API = {
    'service["api"].aws_ecs_service.this["instance-own-public-ec2-replica-44136fa3"]': "update",
    'service["api"].aws_ecs_task_definition.this': "create/delete",
}


def key(address: str) -> str:
    """That of an instance, in brackets."""
    return "[" + address.rpartition("[")[2] if address.endswith("]") else ""


def routes(aws: Account, name: str) -> list[tuple[str, str]]:
    """The rules of a load balancer in their order: path, and the target group's name without its digest."""
    elb = aws.client("elbv2")
    (balancer,) = [b for b in elb.describe_load_balancers()["LoadBalancers"] if b["LoadBalancerName"].startswith(name)]
    (listener,) = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    rules = elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
    rules.sort(key=lambda rule: 50001 if rule["IsDefault"] else int(rule["Priority"]))
    paths = [
        "".join(c.get("PathPatternConfig", {"Values": [c["Field"]]})["Values"][0] for c in r["Conditions"])
        for r in rules
    ]
    groups = [rule["Actions"][0]["TargetGroupArn"].split("/")[1].rpartition("-")[0] for rule in rules]
    return list(zip(paths, groups, strict=True))


def known(aws: Account, queue: str) -> dict[str, dict[str, str]]:
    """What the containers of t2 are told of each other, by container; MAIL stands for the name of the queue."""
    ecs = aws.client("ecs")
    arns = ecs.list_services(cluster="moves", maxResults=100)["serviceArns"]
    services = [
        s for s in ecs.describe_services(cluster="moves", services=arns)["services"] if "t2" in s["serviceName"]
    ]
    found: dict[str, dict[str, str]] = {}
    for service in services:
        revision = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        name = "mail" if service["serviceName"].endswith("-mail") else revision["containerDefinitions"][0]["name"]
        told = {v["name"]: v["value"] for v in revision["containerDefinitions"][0]["environment"]}
        own = {key: value for key, value in told.items() if "_URL" in key or key.endswith("_SRV")}
        found[name] = {k: "MAIL" if v.rpartition("/")[2] == queue.rpartition("/")[2] else v for k, v in own.items()}
    return found


@pytest.fixture
def aws(tmp_path: Path, provider_binary: Path) -> Iterator[Account]:
    with account(tmp_path) as bare, served(provider_binary, bare.env) as environment:
        yield replace(bare, more=environment)


@pytest.mark.long(130)
def test_moves_that_failed_go_on_and_back_without_a_gap(aws: Account, tmp_path: Path) -> None:
    def to_fargate() -> None:
        before, after = moves(aws)["machines to Fargate, shared"]
        one = tenant(aws, tmp_path, "t0")
        assert one.apply(before) and one.wrong() == []
        assert one.upgraded() == FROM_0_1
        assert one.moved_by_hand() == one.resources() - {address.removesuffix(key(address)) for address in FROM_0_1}
        assert walk(one, before, after, ANOTHER_GROUP) == dict.fromkeys(ANOTHER_GROUP, "")

    def all_else() -> None:
        before, after = moves(aws)[EACH_OTHER_ONE]
        one = tenant(aws, tmp_path, "t1")
        assert one.apply(before) and one.wrong() == []
        assert walk(one, before, after, IN_PLACE) == dict.fromkeys(IN_PLACE, "")

    def gains_a_service() -> None:
        """Beside its first one, which nothing touches but the address of the new one; then each has its own builds."""
        one = tenant(aws, tmp_path, "t2")
        assert one.apply({})
        gains = one.would(SERVICES)
        others = {address: does for address, does in gains.items() if does != "create"}
        assert others == ROLLED_OUT | {"load_balancer.terraform_data.serving": "update"}
        assert one.apply_planned() and one.wrong() == []
        assert routes(aws, "moves-t2") == [
            ("/api/*", "moves-t2-api"),
            ("http-header", "moves-t2-api"),
            ("", "moves-t2"),
        ]
        knows_its_own(one)

    def knows_its_own(one: Tenant) -> None:
        """Its services find each other inside the network, and know the queue; nothing of them stays."""
        cloud_map, sqs = aws.client("servicediscovery"), aws.client("sqs")
        assert one.apply(INSIDE) and one.wrong() == [] and not one.changes(INSIDE)
        (queue,) = [u for u in sqs.list_queues()["QueueUrls"] if "moves-t2-worker-" in u and u.endswith("-mail")]
        assert known(aws, queue) == KNOWN
        named = {
            each["Name"]: each["DnsConfig"]["DnsRecords"][0]["Type"] for each in cloud_map.list_services()["Services"]
        }
        assert {name: kind for name, kind in named.items() if name.endswith(".t2")} == {
            "api.t2": "A",
            "_service1._tcp.t2": "SRV",
        }
        assert one.apply(SERVICES) and one.wrong() == []
        assert one.would(SERVICES | {"builds": {"api": "2", "worker": "1"}}) == A_BUILD_OF_API
        one.terraform.run("destroy", "-auto-approve", "-input=false", "-no-color", "-refresh=false")
        assert [each["Name"] for each in cloud_map.list_services()["Services"] if each["Name"].endswith(".t2")] == []

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(to_fargate), pool.submit(all_else), pool.submit(gains_a_service)]:
            done.result()
    answered = ["t0.example.com", "t1.example.com", "t1.shop.example.com", "t2.example.com"]
    assert aws.seen()["answered"] == answered
