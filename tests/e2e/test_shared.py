"""Tenants that share a load balancer: the shipped beta, with the real AWS provider. (In a container: test_main_job.)"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from account import BUCKET, Account
from harness import REGION, Project

pytestmark = [pytest.mark.terraform, pytest.mark.sandbox]
STACK = "appcluster-beta"
BOOK = f"{REGION}/{STACK}/allotments.json"
WHOLE = (STACK, REGION)
SLOTS = {"acme.beta.example.com": 10101, "acme.beta.example.com/api/*": 101, "globex.beta.example.com": 10102}
MACHINES = ("-var", "task={}", "-var", "deployment={}")
ACME, GLOBEX = ((*WHOLE, "-var", f"tenant={tenant}") for tenant in ("acme", "globex"))


@pytest.mark.long(345)
def test_tenants_share_a_load_balancer(shipped_on_host: Project) -> None:
    shipped = shipped_on_host
    # From nothing: acme shares, globex shares on Fargate, initech has a load balancer of its own.
    assert shipped.run("apply", *ACME, timeout=600).last == "https://acme.beta.example.com"
    many = shipped.run("apply", *WHOLE, "--all-tenants", timeout=600)
    assert "2 succeeded, 2 unchanged" in many.all
    account = Account(shipped)
    assert priorities(account) == SLOTS == allotted(account)
    assert len(account.everything()["load balancers"]) == 2
    promised_and_kept(shipped, account)

    # Nothing is left to do for any of them.
    assert "apply ap-southeast-2/appcluster-beta: 4 unchanged" in shipped.run("apply", *WHOLE, "--all-tenants").all
    shipped.run("plan", *WHOLE, "--all-tenants", "-detailed-exitcode")

    # A broken build is rolled back, and the apply says so and fails; a new one comes.
    broken = shipped.run("apply", *ACME, "-var", "service1-build=2-broken", codes=(1,))
    said = " ".join(broken.all.split())  # Terraform breaks its lines anywhere
    assert "ECS rolled back: the new containers did not become healthy" in said and running(account, "acme") == "1"
    build = shipped.run("apply", *ACME, "-var", "service1-build=3")
    assert build.last == "https://acme.beta.example.com" and running(account, "acme") == "3"
    shipped.run("plan", *ACME, "-var", "service1-build=3", "-detailed-exitcode")

    # One moves from Fargate to machines, with a second slot for that time, and ends with the number that it had.
    moved = shipped.run("apply", *GLOBEX, *MACHINES, timeout=600)
    assert (
        "planning it again with a second slot" in moved.all
        and "applying once more to free the second slot" in moved.all
    )
    assert priorities(account) == SLOTS == allotted(account)
    assert "moving" not in table(account) and not service(account, "globex").get("networkConfiguration")

    # One goes; the other's rule stays what it was. Then all of it.
    shipped.run("destroy", *ACME)
    assert priorities(account) == {"globex.beta.example.com": 10102} == allotted(account)
    shipped.run("plan", *GLOBEX, *MACHINES, "-detailed-exitcode")
    shipped.run("destroy", *WHOLE, timeout=600)
    assert account.states() == {}
    assert account.everything() == {}
    shipped.assert_nothing_left()


def promised_and_kept(shipped: Project, account: Account) -> None:
    """What the modules promise one another, as it stands in AWS."""
    assert account.badly_tagged() == []
    assert account.without_a_role() == []
    outputs = {
        name: json.loads(shipped.run("output", *layer, "-json").out)
        for name, layer in (("stack", WHOLE), ("acme", ACME), ("globex", GLOBEX))
    }
    assert list(outputs["stack"]["shared_load_balancers"]["value"]) == ["1"]
    assert len(outputs["acme"]["services"]["value"]["acme"]["target_groups"]) == 1

    # Fargate brings its own login, and belongs to the cluster; a machine has logged in.
    login = outputs["stack"]["registry_login"]["value"]
    assert [c.get("repositoryCredentials") for c in containers(account, "acme")] == [None, None]
    assert [c["repositoryCredentials"] for c in containers(account, "globex")] == [{"credentialsParameter": login}]
    cluster = account.client("ecs").describe_clusters(clusters=[STACK])["clusters"][0]
    used = {s["capacityProvider"] for s in service(account, "globex")["capacityProviderStrategy"]}
    assert used == {"FARGATE", "FARGATE_SPOT"} <= set(cluster["capacityProviders"])

    # The shared load balancer may send to where globex's tasks listen, and these let it in.
    ec2 = account.client("ec2")
    mine, shared = (
        service(account, "globex")["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"][0],
        outputs["stack"]["shared_load_balancers"]["value"]["1"]["security_group_id"],
    )
    groups = {g["GroupId"]: g for g in ec2.describe_security_groups(GroupIds=[mine, shared])["SecurityGroups"]}
    (enters,), (leaves,) = groups[mine]["IpPermissions"], groups[shared]["IpPermissionsEgress"]
    assert (enters["FromPort"], enters["UserIdGroupPairs"][0]["GroupId"]) == (8080, shared)
    assert (leaves["FromPort"], leaves["ToPort"]) == (1, 65535) and leaves["IpRanges"][0]["CidrIp"] == "10.32.0.0/16"


def priorities(account: Account) -> dict[str, int]:
    """Host name, or that and a path => the priority of its rule on a shared load balancer."""
    elb = account.client("elbv2")
    balancers = [b["LoadBalancerArn"] for b in elb.describe_load_balancers()["LoadBalancers"]]
    listeners = [
        li["ListenerArn"] for arn in balancers for li in elb.describe_listeners(LoadBalancerArn=arn)["Listeners"]
    ]
    found = [rule for arn in listeners for rule in elb.describe_rules(ListenerArn=arn)["Rules"] if rule["Conditions"]]
    rules = {int(rule["Priority"]): {c["Field"]: values(c) for c in rule["Conditions"]} for rule in found}
    shared = {number: fields for number, fields in rules.items() if "host-header" in fields}
    return {fields["host-header"][0] + fields.get("path-pattern", [""])[0]: n for n, fields in shared.items()}


def values(condition: dict[str, Any]) -> list[str]:
    """Of a rule's condition, whatever its kind."""
    return next((each["Values"] for name, each in condition.items() if name.endswith("Config") and each), [])


def allotted(account: Account) -> dict[str, int]:
    found = {tuple(key.partition("/")[::2]): place for key, place in table(account)["tenants"].items()}
    paths = {"": "", "api": "/api/*"}
    return {
        f"{tenant}.beta.example.com{paths[service]}": place["priority"] for (tenant, service), place in found.items()
    }


def table(account: Account) -> dict[str, Any]:
    return dict(json.loads(account.client("s3").get_object(Bucket=BUCKET, Key=BOOK)["Body"].read()))


def service(account: Account, tenant: str) -> dict[str, Any]:
    ecs = account.client("ecs")
    arns = [a for a in ecs.list_services(cluster=STACK)["serviceArns"] if re.search(f"/{tenant}_[0-9a-f]{{8}}$", a)]
    found = ecs.describe_services(cluster=STACK, services=arns)["services"]
    return next(dict(each) for each in found if each["status"] == "ACTIVE")


def containers(account: Account, tenant: str) -> list[dict[str, Any]]:
    arn = service(account, tenant)["taskDefinition"]
    return list(
        account.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]["containerDefinitions"]
    )


def running(account: Account, tenant: str) -> str:
    return str(containers(account, tenant)[0]["image"].rpartition(":")[2])
