from __future__ import annotations

from typing import Any

import pytest
from service_in_moto import Asked, create, prepare

from wrapper.sandbox.moto_patches import target_groups


def balancer(client: Any, name: str) -> str:
    subnets = [subnet["SubnetId"] for subnet in client("ec2").describe_subnets()["Subnets"]]
    [made] = client("elbv2").create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"]
    return str(made["LoadBalancerArn"])


def group(client: Any, name: str, kind: str = "instance") -> str:
    [vpc] = client("ec2").describe_vpcs()["Vpcs"]
    made = client("elbv2").create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc["VpcId"], TargetType=kind)
    return str(made["TargetGroups"][0]["TargetGroupArn"])


def forward(arn: str) -> list[dict[str, str]]:
    return [{"Type": "forward", "TargetGroupArn": arn}]


def listener(client: Any, balancer_arn: str, group_arn: str) -> str:
    made = client("elbv2").create_listener(
        LoadBalancerArn=balancer_arn, Protocol="HTTP", Port=80, DefaultActions=forward(group_arn)
    )
    return str(made["Listeners"][0]["ListenerArn"])


def rule(client: Any, listener_arn: str, group_arn: str) -> str:
    host = [{"Field": "host-header", "HostHeaderConfig": {"Values": ["a.example.com"]}}]
    made = client("elbv2").create_rule(
        ListenerArn=listener_arn, Priority=1, Conditions=host, Actions=forward(group_arn)
    )
    return str(made["Rules"][0]["RuleArn"])


def hangs(client: Any, group_arn: str) -> int:
    [found] = client("elbv2").describe_target_groups(TargetGroupArns=[group_arn])["TargetGroups"]
    return len(found["LoadBalancerArns"])


def test_target_group_hangs_as_long_as_a_rule_leads_to_it(asked: Asked) -> None:
    def question(client: Any) -> Any:
        old, new = group(client, "old"), group(client, "new")
        arn = rule(client, listener(client, balancer(client, "one"), group(client, "default")), old)
        before = hangs(client, old), hangs(client, new)
        client("elbv2").modify_rule(RuleArn=arn, Actions=forward(new))
        turned = hangs(client, old), hangs(client, new)
        client("elbv2").delete_rule(RuleArn=arn)
        return before, turned, hangs(client, new)

    unpatched, patched = asked(question, target_groups.target_group_hangs_where_it_is_used)
    assert unpatched == ((1, 0), (1, 0), 0)
    assert patched == ((1, 0), (0, 1), 0)


@pytest.mark.parametrize("way", ["listener", "rule", "turned rule", "turned listener"])
def test_target_group_has_one_load_balancer(asked: Asked, way: str) -> None:
    def question(client: Any) -> Any:
        mine, other = group(client, "mine"), group(client, "other")
        listener(client, balancer(client, "one"), mine)
        two = balancer(client, "two")
        if way == "listener":
            return bool(listener(client, two, mine))
        arn = listener(client, two, other)
        if way == "rule":
            return bool(rule(client, arn, mine))
        if way == "turned listener":
            return bool(client("elbv2").modify_listener(ListenerArn=arn, DefaultActions=forward(mine)))
        turned = rule(client, arn, other)
        return bool(client("elbv2").modify_rule(RuleArn=turned, Actions=forward(mine)))

    unpatched, patched = asked(question, target_groups.target_group_has_one_load_balancer)
    assert unpatched is True
    assert "cannot be associated with more than one load balancer: arn:aws:" in str(patched)


def test_rule_to_a_group_of_its_own_load_balancer_is_taken(asked: Asked) -> None:
    def question(client: Any) -> Any:
        mine = group(client, "mine")
        return bool(rule(client, listener(client, balancer(client, "one"), mine), mine))

    assert asked(question, target_groups.target_group_has_one_load_balancer) == (True, True)


@pytest.mark.parametrize("way", ["created", "turned"])
@pytest.mark.parametrize("sticky", [False, True])
def test_rule_with_a_sticky_target_group_is_sticky(asked: Asked, way: str, sticky: bool) -> None:
    def question(client: Any) -> Any:
        elb = client("elbv2")
        old, new = group(client, "old"), group(client, "new")
        elb.modify_target_group_attributes(
            TargetGroupArn=new, Attributes=[{"Key": "stickiness.enabled", "Value": "true"}]
        )
        weighted = [{"TargetGroupArn": old, "Weight": 1}, {"TargetGroupArn": new, "Weight": 0}]
        both = {"TargetGroups": weighted, "TargetGroupStickinessConfig": {"Enabled": sticky, "DurationSeconds": 60}}
        actions = [{"Type": "forward", "ForwardConfig": both}]
        at = listener(client, balancer(client, "one"), old)
        if way == "turned":
            return bool(elb.modify_rule(RuleArn=rule(client, at, old), Actions=actions))
        host = [{"Field": "host-header", "HostHeaderConfig": {"Values": ["a.example.com"]}}]
        return bool(elb.create_rule(ListenerArn=at, Priority=1, Conditions=host, Actions=actions))

    unpatched, patched = asked(question, target_groups.rule_with_a_sticky_target_group_is_sticky)
    assert unpatched is True
    assert patched is True if sticky else "You must enable group stickiness on a rule" in str(patched)


def balanced(arn: str) -> dict[str, Any]:
    return {"loadBalancers": [{"targetGroupArn": arn, "containerName": "web", "containerPort": 80}]}


def test_service_takes_only_a_target_group_with_a_load_balancer(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"))
        create(client("ecs"), **balanced(group(client, "alone")))
        return "created"

    unpatched, patched = asked(question, target_groups.service_takes_a_target_group_that_fits)
    assert unpatched == "created"
    assert "does not have an associated load balancer." in str(patched)


def test_service_takes_only_a_target_group_of_its_network_mode(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"))
        addresses = group(client, "addresses", "ip")
        listener(client, balancer(client, "one"), addresses)
        create(client("ecs"), **balanced(addresses))
        return "created"

    unpatched, patched = asked(question, target_groups.service_takes_a_target_group_that_fits)
    assert unpatched == "created"
    assert "has target type ip, which is incompatible with the bridge network mode" in str(patched)


def test_service_keeps_only_a_target_group_that_hangs(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"))
        old, new = group(client, "old"), group(client, "new")
        arn = rule(client, listener(client, balancer(client, "one"), group(client, "default")), old)
        create(client("ecs"), **balanced(old))
        client("elbv2").modify_rule(RuleArn=arn, Actions=forward(new))
        client("ecs").update_service(cluster="cluster", service="web", **balanced(new))
        client("ecs").update_service(cluster="cluster", service="web", **balanced(old))
        return "updated"

    unpatched, patched = asked(question, target_groups.service_takes_a_target_group_that_fits)
    assert unpatched == "updated"
    assert "does not have an associated load balancer." in str(patched)
