"""What the sandbox server says ought to run, as the data plane's nouns; and the addresses at which it answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .nouns import Attachment, Deployment, EcsService, HealthCheck, TargetGroup, World
from .routes import SUFFIX, hosts_of


def services(world: World, known: Mapping[str, Deployment]) -> dict[str, EcsService]:
    """By ARN. ``known``: what the data plane itself remembers of deployments, by id: failures, and tasks held."""
    return {one["arn"]: _service(one, known) for one in world["services"]}


def _service(one: Mapping[str, Any], known: Mapping[str, Deployment]) -> EcsService:
    plain = (
        "arn",
        "name",
        "status",
        "desired",
        "minimum",
        "maximum",
        "grace",
        "breaker",
        "cluster",
        "region",
        "launch_type",
        "execute_command",
    )
    deployments = tuple(_deployment(d, known.get(d["id"])) for d in one["deployments"])
    attachments = tuple(Attachment(**each) for each in one["attachments"])
    return EcsService(**{name: one[name] for name in plain}, deployments=deployments, attachments=attachments)


def _deployment(one: Mapping[str, Any], known: Deployment | None) -> Deployment:
    remembered = {"failed": known.failed, "failed_at": known.failed_at, "held": known.held} if known else {}
    return Deployment(**{**one, **remembered})


def target_groups(world: World) -> dict[str, TargetGroup]:
    return {g["arn"]: TargetGroup(**{**g, "check": HealthCheck(**g["check"])}) for g in world["target_groups"]}


def listener_ports(world: World) -> set[int]:
    return {listener["port"] for lb in world["load_balancers"] for listener in lb["listeners"]}


def certificates(world: World) -> dict[int, dict[str, list[str]]]:
    """Listener port -> the certificates of all its listeners, each with its names."""
    found: dict[int, dict[str, list[str]]] = {}
    for lb in world["load_balancers"]:
        for listener in lb["listeners"]:
            for arn in listener["certificates"] if listener["protocol"] == "HTTPS" else ():
                found.setdefault(listener["port"], {})[arn] = world["certificates"].get(arn) or ["localhost"]
    return found


def addresses(world: World, ports: Mapping[int, int]) -> dict[str, str]:
    """URL of the application, as its users type it -> the address on this machine."""
    found = {}
    for lb in world["load_balancers"]:
        for listener in lb["listeners"]:
            scheme, here = listener["protocol"].lower(), ports.get(listener["port"])
            for host in hosts_of(lb, world) if here else ():
                if "*" not in host:
                    found[_url(scheme, host, listener["port"])] = f"{scheme}://{host}{SUFFIX}:{here}"
    return found


def _url(scheme: str, host: str, port: int) -> str:
    return f"{scheme}://{host}" + ("" if {"http": 80, "https": 443}.get(scheme) == port else f":{port}")
