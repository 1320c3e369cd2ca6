"""What the server says, as nouns; and addresses."""

from __future__ import annotations

from typing import Any

from wrapper.containers import world
from wrapper.containers.nouns import Attachment, Deployment, HealthCheck

LISTENERS = [
    {"arn": "l1", "port": 80, "protocol": "HTTP", "certificates": [], "rules": []},
    {"arn": "l2", "port": 443, "protocol": "HTTPS", "certificates": ["arn:cert"], "rules": []},
    {"arn": "l3", "port": 8443, "protocol": "HTTPS", "certificates": ["arn:gone"], "rules": []},
]
WORLD: dict[str, Any] = {
    "services": [
        {
            **{"arn": "arn:s", "name": "web", "cluster": "c", "region": "r", "status": "ACTIVE", "desired": 2},
            **{
                "minimum": 50,
                "maximum": 150,
                "grace": 30,
                "breaker": True,
                "launch_type": "EC2",
                "execute_command": False,
            },
            "attachments": [{"group": "g", "container": "web", "port": 80}],
            "deployments": [{"id": "d", "definition": "web:1", "state": "IN_PROGRESS", "failed": 2}],
        }
    ],
    "target_groups": [
        {
            **{"arn": "g", "kind": "ip", "delay": 5.0, "slow_start": 0.0, "sticky": 0.0},
            "check": {"path": "/h", "codes": "200", "interval": 5.0, "timeout": 2.0, "healthy": 2, "unhealthy": 3},
        }
    ],
    "load_balancers": [{"arn": "lb", "dns": "lb-1.elb", "listeners": LISTENERS}],
    "names": [("acme.example.com", "lb-1.elb"), ("*.example.com", "lb-1.elb")],
    "certificates": {"arn:cert": ["*.example.com"]},
}


def test_services_with_what_the_plane_remembers() -> None:
    [service] = world.services(WORLD, {}).values()
    assert (service.attachments, service.primary.failed) == ((Attachment("g", "web", 80),), 2)
    [known] = world.services(WORLD, {"d": Deployment("d", "web:1", failed=3, held=1)}).values()
    assert (known.primary.failed, known.primary.held) == (3, 1)


def test_target_groups() -> None:
    assert world.target_groups(WORLD)["g"].check == HealthCheck("/h", "200", 5.0, 2.0, 2, 3)


def test_certificates_by_port() -> None:
    assert world.listener_ports(WORLD) == {80, 443, 8443}
    assert world.certificates(WORLD) == {443: {"arn:cert": ["*.example.com"]}, 8443: {"arn:gone": ["localhost"]}}


def test_addresses_of_names_that_have_a_port_here() -> None:
    assert world.addresses(WORLD, {80: 8001, 8443: 8002}) == {
        "http://lb-1.elb": "http://lb-1.elb.localhost:8001",
        "http://acme.example.com": "http://acme.example.com.localhost:8001",
        "https://lb-1.elb:8443": "https://lb-1.elb.localhost:8002",
        "https://acme.example.com:8443": "https://acme.example.com.localhost:8002",
    }
