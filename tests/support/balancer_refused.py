"""What tenant-load-balancer refuses: the way in, its names and its targets."""

from __future__ import annotations

from typing import Any

CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
CLUSTER = {
    "vpc_id": "vpc-1",
    "load_balancer_subnet_ids": ["subnet-1", "subnet-2"],
    "load_balancer_security_group_id": "sg-1",
}
DNS = {"zone": "example.com", "hostname": "acme.example.com"}
TARGET: dict[str, Any] = {"target_type": "instance"}
SHARED = {"listener_arn": "a", "dns_name": "b", "zone_id": "c", "security_group_id": "d", "arn_suffix": "e"}
BALANCER: dict[str, Any] = {
    "stack": "app",
    "tenant": "acme",
    "cluster": CLUSTER,
    "targets": {"service1": TARGET},
    "dns": DNS,
}


def balanced(**more: Any) -> dict[str, Any]:
    return {"load_balancer": more}


def named(**more: Any) -> dict[str, Any]:
    return {"dns": DNS | more}


def targets(**services: dict[str, Any]) -> dict[str, Any]:
    return {"targets": {name: TARGET | service for name, service in services.items()}}


def one(**more: Any) -> dict[str, Any]:
    return targets(service1=more)


def checked(**more: Any) -> dict[str, Any]:
    return one(health_check=more)


def path(text: str) -> dict[str, Any]:
    return one(path=text)


def shared(**services: dict[str, Any]) -> dict[str, Any]:
    return targets(**services) | balanced(mode="shared", shared=SHARED)


def moving(priority: int = 101, turned: int = 2101) -> dict[str, Any]:
    """A move on a shared load balancer, with these priorities."""
    move = {"turned": turned, "aside": {"instance": 3101, "ip": 4101}}
    return shared(service1={"priority": priority, "moving": move})


# What is wrong with it => the values, and how the message begins.
CASES_OF_THE_LOAD_BALANCER: dict[str, tuple[dict[str, Any], str]] = {
    "four aliases and a path": (
        {
            "load_balancer": {"mode": "shared", "shared": SHARED},
            "targets": {"api": TARGET | {"path": "/api/*", "priority": 101}},
            "dns": DNS | {"aliases": [f"{name}.example.com" for name in "abcd"]},
        },
        "targets: a rule of a load balancer holds five values",
    ),
    "stack in capitals": ({"stack": "App"}, "stack: use 1 to 31"),
    "stack that security groups refuse": ({"stack": "sg"}, "stack: use 1 to 31"),
    "tenant with an underscore": ({"tenant": "a_b"}, "tenant: use 1 to 31"),
    "alarm of less than none": ({"alarms": {"load_balancer_5xx": {"over": -1}}}, "alarms.load_balancer_5xx: over is"),
    "a minute and a half": ({"alarms": {"load_balancer_5xx": {"seconds": 90}}}, "alarms.load_balancer_5xx: seconds is"),
    "alarm of no period": ({"alarms": {"load_balancer_5xx": {"periods": 0}}}, "alarms.load_balancer_5xx: periods is"),
    "one subnet": ({"cluster": CLUSTER | {"load_balancer_subnet_ids": ["subnet-1"]}}, "cluster.load_balancer_subnet"),
    "unknown mode": (balanced(mode="half"), "load_balancer.mode: use"),
    "addresses in prose": (balanced(allowed={"x": "everybody"}), "load_balancer.allowed: every value"),
    "nobody allowed": (balanced(allowed={}), "load_balancer.allowed: name at least one"),
    "thirty one allowed": (
        balanced(allowed={f"x{n}": "10.0.0.0/8" for n in range(31)}),
        "load_balancer.allowed: name at least one",
    ),
    "old TLS": (balanced(ssl_policy="ELBSecurityPolicy-2016-08"), "load_balancer.ssl_policy: use a policy"),
    "logs below AWSLogs": (
        balanced(access_logs={"bucket": "logs", "prefix": "AWSLogs"}),
        "load_balancer.access_logs.prefix: no slash",
    ),
    "IPv6 for nobody": (balanced(dual_stack=True), "load_balancer.dual_stack: allowed has no block"),
    "certificate by name": (balanced(certificate_arn="mine"), "load_balancer.certificate_arn: give the ARN"),
    "certificate inside": (balanced(make_certificate=True, internal=True), "load_balancer.make_certificate: it is"),
    "two certificates": (
        balanced(make_certificate=True, certificate_arn="arn:aws:acm:eu-west-1:1:certificate/1"),
        "load_balancer: make_certificate or",
    ),
    "certificate of nothing": (
        balanced(mode="shared", shared=SHARED, certificates={"Shop": CERTIFICATE}),
        "load_balancer.certificates: a full",
    ),
    "further than HTTP": (balanced(certificates={"shop.acme.org": CERTIFICATE}), "load_balancer.certificates: they"),
    "alias without a certificate": (
        balanced(make_certificate=True, certificates={"www.acme.org": CERTIFICATE}) | named(aliases=["shop.acme.org"]),
        "dns.aliases: a name outside",
    ),
    "idle for ever": (balanced(idle_seconds=4001), "load_balancer.idle_seconds: 1"),
    "shared with whom": (balanced(mode="shared"), "load_balancer.shared: the mode is"),
    "no name": ({"dns": {}}, "dns: give zone and hostname"),
    "host name outside the zone": (named(hostname="acme.example.org"), "dns.hostname: give a full"),
    "five aliases": (named(aliases=[f"a{n}.example.com" for n in range(5)]), "dns.aliases: up to four"),
    "shared load balancer in capitals": (
        balanced(mode="shared", shared=SHARED | {"name": "One"}),
        "load_balancer.shared.name: up to 20",
    ),
    "lingers for a day": (balanced(linger_seconds=86400), "load_balancer.linger_seconds: a whole number"),
    "four groups of a load balancer": (
        balanced(security_groups={f"x{n}": f"sg-{n}" for n in range(4)}),
        "load_balancer.security_groups: for an own",
    ),
    "groups of no load balancer": (
        balanced(mode="none", security_groups={"x": "sg-1"}),
        "load_balancer.security_groups: for an own",
    ),
    "first service in capitals": ({"first_service": {"name": "Web"}}, "first_service.name: use 1 to 31"),
    "steady service in capitals": ({"serving": {"Web": "x"}}, "serving: the name of a service"),
    "service in capitals": (targets(Api={}), "targets: the name of a service"),
    "target of another kind": (one(target_type="lambda"), "targets: target_type is"),
    "two for every path": (targets(service1={}, api={}), "targets: one service at most"),
    "two for one path": (targets(a={"path": "/a"}, b={"path": "/a"}), "targets: two services have one path"),
    "relative path": (path("api/*"), "targets: a path begins with"),
    "every path said": (path("/*"), "targets: a path begins with"),
    "path with a blank": (path("/a b"), "targets: a path begins with"),
    "path of 61": (path("/" + "a" * 60), "targets: a path begins with"),
    "path of six stars": (path("/*/*/*/*/*/*"), "targets: a path begins with"),
    "no priority": (shared(service1={}), "targets: on a shared load balancer priority"),
    "priority 0": (shared(service1={"priority": 0}), "targets: on a shared load balancer priority"),
    "one priority": (
        shared(service1={"priority": 1}, api={"priority": 1, "path": "/api"}),
        "targets: two services have one priority",
    ),
    "aside before the tenant's own": (moving(priority=3101), "targets: moving is three whole numbers"),
    "aside before the one that turned": (moving(turned=4101), "targets: moving is three whole numbers"),
    "turned where the tenant's own is": (moving(turned=101), "targets: moving is three whole numbers"),
    "asked in prose": (checked(path="health"), "targets: health_check.path: begin with"),
    "codes in prose": (checked(codes="ok"), "targets: health_check.codes: HTTP codes"),
    "timeout not below interval": (checked(timeout=10), "targets: health_check.timeout: must be shorter"),
    "asks too often": (checked(interval=4, timeout=3), "targets: health_check: interval must be"),
    "healthy at once": (checked(healthy=1), "targets: health_check: healthy and unhealthy"),
    "drains backwards": (one(drain_seconds=-1), "targets: drain_seconds is"),
    "starts too quickly": (one(slow_start_seconds=10), "targets: slow_start_seconds is"),
    "sticks too long": (one(sticky_seconds=604801), "targets: sticky_seconds is"),
}
