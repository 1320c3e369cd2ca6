"""Values of the example's tenant root that are right: a tenant that shares a load balancer. Plain data, written out as HCL."""

from __future__ import annotations

from typing import Any

from service_values import CLUSTER

ROOT = "src/appcluster/tenant"


def balancer(number: str) -> dict[str, str]:
    return {
        "arn": f"{ARN}:loadbalancer/app/shared-{number}/1",
        "arn_suffix": f"app/shared-{number}/1",
        "listener_arn": f"{ARN}:listener/app/shared-{number}/1/1",
        "dns_name": f"shared-{number}.elb.example.com",
        "zone_id": "ZSHARED",
        "security_group_id": "sg-shared",
    }


ARN = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012"
VALUES: dict[str, Any] = {
    "region": "ap-southeast-2",
    "stack": "app",
    "tenant": "acme",
    "cluster": CLUSTER,
    "images": {"service1": "web"},
    "service1-build": "1",
    "zone": "example.com",
    "domain": "example.com",
    "hostname": "acme.example.com",
    "load_balancer": {"mode": "shared"},
    "shared_load_balancers": {number: balancer(number) for number in ("1", "2")},
}
