"""A simulated AWS that looks at itself whenever a request may have changed it: does a request for a tenant still find a task?

Follows the tenant's record, to the load balancer, its rules in their order (for two paths), the target group to its targets, and
the security groups to their port; now, and where the record led before for as long as resolvers may still say so. And: does the
service that answers scale, and is it found in Cloud Map where it says?
``POST /_orchestrate/seen`` gives what was wrong for a tenant and forgets it. Imported after ``prepare`` of wrapper.sandbox.server.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT
from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends
from moto.elbv2.models import elbv2_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.route53.models import route53_backends
from moto.servicediscovery.models import servicediscovery_backends
from werkzeug.serving import make_server

from wrapper.sandbox import moto_patches, remembered, server
from wrapper.sandbox.gateway import Application, Environ, Gateway, StartResponse, name_of
from wrapper.sandbox.moto_patches.elbv2 import service_targets
from wrapper.sandbox.request_handler import RequestHandler
from wrapper.sandbox.seeding import plant

REGION = "ap-southeast-2"
PATHS = ("/", "/api/x")  # what is asked: each must be answered, whichever service is behind it


@dataclass
class Watch:
    """``lingers``: seconds that an old address must go on to answer. A name counts from its first answer on."""

    app: Application
    lingers: float = 0.0
    answered: set[str] = field(default_factory=set)
    turned: dict[str, list[tuple[float, str]]] = field(
        default_factory=dict
    )  # name => (since, load balancer), newest last
    wrong: list[str] = field(default_factory=list)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        stream = environ["wsgi.input"]
        body = stream.getvalue() if isinstance(stream, io.BytesIO) else b""
        said = list(self.app(environ, start_response))
        if environ["REQUEST_METHOD"] != "GET" and changes(name := name_of(environ, body)):
            self.look(name)
        return said

    def look(self, after: str) -> None:
        for name, balancer in addresses():
            past = self.turned.setdefault(name, [])
            if not past or past[-1][1] != balancer:
                past.append((time.monotonic(), balancer))
            self._look_at(name, after)

    def _look_at(self, name: str, after: str) -> None:
        past, now = self.turned[name], time.monotonic()
        wheres = list(self._resolvable(past, now))
        answers = {f"{where}{path}": group_of(where, name, path) for where in wheres for path in PATHS}
        services = [service for group in answers.values() for service in serving(group)]
        if services:
            self.answered.add(name)
        if name not in self.answered:
            return
        self.wrong += [f"{name}: {where} has no task, after {after}" for where, g in answers.items() if not serving(g)]
        if services and not any(scales(service) for service in services):
            self.wrong.append(f"{name}: nothing scales, after {after}")
        self.wrong += [f"{name}: {lost} is gone, after {after}" for one in services for lost in lost_names(one)]

    def _resolvable(self, past: list[tuple[float, str]], now: float) -> Iterator[str]:
        """Where the name leads, and where it led until less than ``lingers`` ago."""
        ends = [since for since, _ in past[1:]] + [now]
        yield from {where for (_, where), end in zip(past, ends, strict=True) if end >= now - self.lingers}

    def route(self, body: bytes) -> dict[str, Any]:
        asked = json.loads(body or b"{}")
        self.lingers = asked.get("lingers", self.lingers)
        wrong = [words for words in self.wrong if words.startswith(asked.get("name", "") + ".")]
        self.wrong = [words for words in self.wrong if words not in wrong]
        return {"wrong": wrong, "answered": sorted(self.answered)}


def changes(name: str) -> bool:
    """Whether a request may have changed anything. ECS goes on while it is asked."""
    service, _, action = name.partition(":")
    return service == "ecs" or not action.startswith(("Describe", "Get", "List"))


def addresses() -> Iterator[tuple[str, str]]:
    """Name => the load balancer that its record leads to."""
    for zone in route53_backends[ACCOUNT]["aws"].zones.values():
        for record in zone.rrsets:
            if record.type == "A" and record.alias_target:
                yield record.name.rstrip("."), str(record.alias_target["DNSName"]).rstrip(".").lower()


def group_of(dns_name: str, host: str, path: str) -> Any:
    """The target group that a request reaches at this load balancer; None where there is none."""
    elb = elbv2_backends[ACCOUNT][REGION]
    balancer = next((lb for lb in elb.load_balancers.values() if lb.dns_name.lower() == dns_name), None)
    listener = next((li for li in balancer.listeners.values() if str(li.port) == "80"), None) if balancer else None
    if listener is None:
        return None
    rules = [r for r in listener.rules.values() if r.conditions]
    mine = sorted((r for r in rules if takes(r, host, path)), key=lambda r: int(r.priority))
    actions = mine[0].actions if mine else listener.default_actions
    arns = [arn for action in actions for arn in weighty(action.data)]
    return elb.target_groups.get(arns[0]) if arns else None


def weighty(action: dict[str, Any]) -> list[str]:
    """The target groups that an action sends requests to."""
    groups = action.get("ForwardConfig", {}).get("TargetGroups") or [action]
    return [each["TargetGroupArn"] for each in groups if int(each.get("Weight", 1)) and "TargetGroupArn" in each]


def takes(rule: Any, host: str, path: str) -> bool:
    asked = {"host-header": host, "path-pattern": path, "http-header": ""}
    return all(any(fnmatchcase(asked[c["Field"]], v) for v in values(c)) for c in rule.conditions)


def values(condition: dict[str, Any]) -> list[str]:
    kinds = ("HostHeaderConfig", "PathPatternConfig", "HttpHeaderConfig")
    return [value for kind in kinds for value in condition.get(kind, {}).get("Values", ())]


def serving(group: Any) -> list[Any]:
    """The services with a healthy task behind it."""
    if group is None or not any(True for _ in service_targets(elbv2_backends[ACCOUNT][REGION], group)):
        return []
    services = ecs_backends[ACCOUNT][REGION].services.values()
    runs = [s for s in services if s.status == "ACTIVE" and s.running_count]
    behind = [s for s in runs if any(lb.get("targetGroupArn") == group.arn for lb in s.load_balancers)]
    return [s for s in behind if group.target_type == "instance" or reached(s)]


def reached(service: Any) -> bool:
    """Whether the security groups of its tasks let requests in, to the port of one that runs."""
    groups = service.network_configuration["awsvpcConfiguration"]["securityGroups"]
    found = ec2_backends[ACCOUNT][REGION].describe_security_groups(group_ids=groups)
    opened = {str(rule.from_port) for group in found for rule in group.ingress_rules}
    return bool(opened & {port for one in service.deployments if one["runningCount"] for port in ports(one)})


def ports(deployment: dict[str, Any]) -> list[str]:
    definition = ecs_backends[ACCOUNT][REGION].describe_task_definition(deployment["taskDefinition"])
    return [str(each["containerPort"]) for c in definition.container_definitions for each in c.get("portMappings", ())]


def lost_names(service: Any) -> list[str]:
    """The names of Cloud Map that it is registered under and that are not there."""
    there = {each.arn for each in servicediscovery_backends[ACCOUNT][REGION].services.values()}
    return [each["registryArn"] for each in service.service_registries or () if each["registryArn"] not in there]


def scales(service: Any) -> bool:
    targets = applicationautoscaling_backends[ACCOUNT][REGION].targets.get("ecs:service:DesiredCount", {})
    return f"service/{service.cluster_name}/{service.name}" in targets


def main() -> None:
    options = server.parse(sys.argv[1:])
    moto_patches.apply_all()
    remembered.share_lookups()
    plant(options.seed)
    watch = Watch(DomainDispatcherApplication(create_backend_app))
    gateway = Gateway(watch, {"health": lambda _: {}, "seen": watch.route})
    served = make_server("127.0.0.1", 0, gateway, threaded=True, request_handler=RequestHandler)
    server.stop_on_signals(served)
    url = f"http://127.0.0.1:{served.port}"
    with server.recorded(options.home, {"token": "watched", "project": options.project, "url": url}):
        served.serve_forever(poll_interval=0.05)
