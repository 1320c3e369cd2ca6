"""What ought to run and how requests reach it, read out of moto for the data plane: services, task definitions with their
secrets resolved, target groups, load balancers with their rules, certificates, names.

Plain data, fit for JSON. Changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from moto.acm.models import acm_backends
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ecs.models import ecs_backends
from moto.elbv2.models import elbv2_backends
from moto.route53.models import route53_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends


def desired(one_off: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """``one_off``: tasks that RunTask started."""
    ecs = list(ecs_backends[DEFAULT_ACCOUNT_ID].items())
    balancing = list(elbv2_backends[DEFAULT_ACCOUNT_ID].items())
    found = [s for _, backend in ecs for s in backend.services.values() if wanted(s)]
    return {
        "services": [service(one) for one in found],
        "definitions": dict(definitions(found, one_off)),
        "tasks": list(one_off),
        "target_groups": [group(one) for _, backend in balancing for one in backend.target_groups.values()],
        "load_balancers": [
            balancer(backend, one) for _, backend in balancing for one in backend.load_balancers.values()
        ],
        "certificates": dict(certificates()),
        "names": list(names()),
    }


def wanted(service: Any) -> bool:
    return service.status in ("ACTIVE", "DRAINING") and bool(service.deployments)


def service(one: Any) -> dict[str, Any]:
    configuration = one.deployment_configuration
    return {
        "arn": one.arn,
        "name": one.name,
        "cluster": one.cluster_name,
        "region": one.region_name,
        "status": one.status,
        "desired": 1 if one.scheduling_strategy == "DAEMON" else one.desired_count,
        "minimum": configuration["minimumHealthyPercent"],
        "maximum": 200 if one.scheduling_strategy == "DAEMON" else configuration["maximumPercent"],
        "grace": getattr(one, "health_check_grace_period_seconds", 0) or 0,
        "breaker": bool(configuration["deploymentCircuitBreaker"].get("enable")),
        "launch_type": one.launch_type or launch_type(one),
        "execute_command": bool(getattr(one, "enable_execute_command", False)),
        "attachments": [
            {"group": lb["targetGroupArn"], "container": lb["containerName"], "port": int(lb["containerPort"])}
            for lb in one.load_balancers
            if lb.get("targetGroupArn")
        ],
        "deployments": [
            {"id": d["id"], "definition": d["taskDefinition"], "state": d["rolloutState"], "failed": d["failedTasks"]}
            for d in one.deployments
        ],
    }


def launch_type(service: Any) -> str:
    providers = [item["capacityProvider"] for item in service.capacity_provider_strategy]
    return "FARGATE" if any(name.startswith("FARGATE") for name in providers) else "EC2"


# -- task definitions ---------------------------------------------------------------------------


def definitions(services: Sequence[Any], one_off: Sequence[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Those that something runs, by ARN."""
    arns = {str(d["taskDefinition"]): one._backend for one in services for d in one.deployments}
    arns |= {one["definition"]: ecs_backends[DEFAULT_ACCOUNT_ID][one["definition"].split(":")[3]] for one in one_off}
    for arn, backend in arns.items():
        yield arn, definition(backend, arn)


def definition(backend: Any, arn: str) -> dict[str, Any]:
    found = backend.describe_task_definition(arn)
    return {
        "network": found.network_mode,
        "memory": int(found.memory) if found.memory else 0,
        "cpu": int(found.cpu) if found.cpu else 0,
        "containers": [container(one, backend.region_name) for one in found.container_definitions],
    }


def container(one: dict[str, Any], region: str) -> dict[str, Any]:
    """As the task definition says it; secrets among the environment, or why they cannot be had."""
    environment = {pair["name"]: pair["value"] for pair in one.get("environment") or ()}
    missing = []
    for item in one.get("secrets") or ():
        try:
            environment[item["name"]] = secret(item["valueFrom"], region)
        except Exception as error:  # moto's errors have no common parent
            missing.append(f"{item['valueFrom']}: {getattr(error, 'message', error)}")
    return {**one, "environment": environment, "missing": missing, "secrets": None}


def secret(source: str, region: str) -> str:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html"""
    if ":secretsmanager:" not in source:
        name = source.partition(":parameter")[2] or source
        found = ssm_backends[DEFAULT_ACCOUNT_ID][region].get_parameters([name])
        return str(next(iter(found.values())).response_object(decrypt=True)["Value"])
    parts = source.split(":")
    arn, key = ":".join(parts[:7]), (parts[7] if len(parts) > 7 else "")
    text = str(secretsmanager_backends[DEFAULT_ACCOUNT_ID][parts[3]].get_secret_value(arn, "", "")["SecretString"])
    return str(json.loads(text)[key]) if key else text


# -- load balancers -----------------------------------------------------------------------------


def group(one: Any) -> dict[str, Any]:
    attributes = one.attributes
    sticky = attributes.get("stickiness.enabled") == "true"
    return {
        "arn": one.arn,
        "kind": one.target_type,
        "delay": float(attributes["deregistration_delay.timeout_seconds"]),
        "slow_start": float(attributes.get("slow_start.duration_seconds", 0)),
        "sticky": float(attributes.get("stickiness.lb_cookie.duration_seconds", 86400)) if sticky else 0.0,
        "check": {
            "path": one.health_check_path or "/",
            "codes": (one.matcher or {}).get("HttpCode") or "200",
            "interval": float(one.health_check_interval_seconds),
            "timeout": float(one.health_check_timeout_seconds),
            "healthy": int(one.healthy_threshold_count),
            "unhealthy": int(one.unhealthy_threshold_count),
        },
    }


def balancer(backend: Any, one: Any) -> dict[str, Any]:
    return {
        "arn": one.arn,
        "dns": one.dns_name,
        "idle": int(one.attrs.get("idle_timeout.timeout_seconds", 60)),
        "listeners": [listener(backend, each) for each in one.listeners.values()],
    }


def listener(backend: Any, one: Any) -> dict[str, Any]:
    rules = sorted(one.rules.values(), key=lambda rule: (rule.is_default, 0 if rule.is_default else int(rule.priority)))
    return {
        "arn": one.arn,
        "port": int(one.port),
        "protocol": one.protocol,
        "certificates": [c["certificate_arn"] if isinstance(c, dict) else str(c) for c in one.certificates],
        "rules": [
            {
                "priority": rule.priority,
                "conditions": [condition(each) for each in rule.conditions],
                "action": action(backend, rule.actions),
            }
            for rule in rules
        ],
    }


def condition(one: dict[str, Any]) -> dict[str, Any]:
    field = one["Field"]
    settings = one.get("".join(word.capitalize() for word in field.split("-")) + "Config") or {}
    found = {"field": field, "values": settings.get("Values") or one.get("Values") or []}
    if field == "http-header":
        found["name"] = settings.get("HttpHeaderName", "")
    if field == "query-string":
        found["values"] = [{"key": v.get("Key", ""), "value": v.get("Value", "")} for v in found["values"]]
    return found


def action(backend: Any, actions: Any) -> dict[str, Any]:
    """The last action of a rule: it says what answers. Those before it log users in."""
    data = actions[-1].data
    kind = data["Type"] if "Type" in data else data["type"]
    if kind == "forward":
        return {"type": "forward", "groups": list(weights(backend, data))}
    if kind == "redirect":
        settings = data["RedirectConfig"]
        named = {name: settings.get(name.capitalize()) for name in ("protocol", "host", "port", "path", "query")}
        code = int(str(settings.get("StatusCode", "302")).removeprefix("HTTP_"))
        return {"type": "redirect", "code": code, **{name: value for name, value in named.items() if value}}
    if kind == "fixed-response":
        settings = data["FixedResponseConfig"]
        words = {"body": settings.get("MessageBody"), "content_type": settings.get("ContentType")}
        return {"type": kind, "code": int(settings["StatusCode"]), **words}
    return {"type": kind}


def weights(backend: Any, data: dict[str, Any]) -> Iterator[tuple[str, int]]:
    groups = (data.get("ForwardConfig") or {}).get("TargetGroups") or []
    if not groups:
        yield from ((arn, 1) for arn in backend._get_target_group_arns_from(action_data=data))
    for each in groups:
        yield each["TargetGroupArn"], int(each.get("Weight") if each.get("Weight") is not None else 1)


# -- names --------------------------------------------------------------------------------------


def certificates() -> Iterator[tuple[str, list[str]]]:
    for _, backend in acm_backends[DEFAULT_ACCOUNT_ID].items():
        for one in backend._certificates.values():
            yield one.arn, list(dict.fromkeys([one.common_name, *one.sans]))


def names() -> Iterator[tuple[str, str]]:
    """Each name in a public zone that leads to another name, without dots at the ends."""
    for zone in route53_backends[DEFAULT_ACCOUNT_ID]["aws"].zones.values():
        for record in () if zone.private_zone else zone.rrsets:
            name = record.name.rstrip(".").lower().replace("\\052", "*")
            if record.alias_target:
                yield name, record.alias_target["DNSName"].rstrip(".").removeprefix("dualstack.")
            elif record.type == "CNAME":
                yield from ((name, str(target).rstrip(".")) for target in record.records)
