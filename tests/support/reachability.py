"""May A reach B on a port? Worked out from what a state holds: security groups, network ACLs, routes.

Rules: https://docs.aws.amazon.com/vpc/latest/userguide/infrastructure-security.html. A security group knows connections, so an
answer needs no rule. A network ACL does not, so an answer needs one, to the port that the caller chose; and it is asked only
where a packet leaves or enters a subnet.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ANYWHERE = "0.0.0.0/0"
LINUX = (32768, 60999)  # ports that a caller's kernel chooses from: /proc/sys/net/ipv4/ip_local_port_range
ANY_CALLER = (1024, 65535)  # what a NAT gateway and callers of other systems choose from


@dataclass(frozen=True)
class Place:
    """Something with addresses: in subnets, as a member of groups; or outside, as a ``block`` of addresses."""

    subnets: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    block: str = ""
    callers: tuple[int, int] = LINUX


def outside(block: str) -> Place:
    return Place(block=block, callers=ANY_CALLER)


class Network:
    """``resources``: what ``terraform show -json`` has of a state, each with its type and values."""

    def __init__(self, resources: Iterable[Mapping[str, Any]]) -> None:
        self._of: dict[str, list[dict[str, Any]]] = {}
        for resource in resources:
            self._of.setdefault(resource["type"], []).append(resource["values"])
        self._cidr = {subnet["id"]: subnet["cidr_block"] for subnet in self._all("aws_subnet")}

    def _all(self, kind: str) -> list[dict[str, Any]]:
        return self._of.get(kind, [])

    # -- places ---------------------------------------------------------------------------------------

    def load_balancer(self, name: str) -> Place:
        [found] = [each for each in self._all("aws_lb") if each["name"].startswith(name)]
        return Place(frozenset(found["subnets"]), frozenset(found["security_groups"]), callers=ANY_CALLER)

    def service(self, name: str) -> Place:
        [found] = [each for each in self._all("aws_ecs_service") if each["name"] == name]
        network = found["network_configuration"][0]
        return Place(frozenset(network["subnets"]), frozenset(network["security_groups"]))

    def machines(self, name: str) -> Place:
        [found] = [each for each in self._all("aws_autoscaling_group") if each["name"].startswith(name)]
        return self.group(f"{name}-nodes-", frozenset(found["vpc_zone_identifier"]))

    def file_system(self) -> Place:
        targets = self._all("aws_efs_mount_target")
        groups = frozenset(group for target in targets for group in target["security_groups"])
        return Place(frozenset(target["subnet_id"] for target in targets), groups)

    def group(self, begins: str, subnets: frozenset[str]) -> Place:
        """What joins a group that is named so, in these subnets."""
        [found] = [each["id"] for each in self._all("aws_security_group") if each["name"].startswith(begins)]
        return Place(subnets, frozenset([found]))

    # -- the question ---------------------------------------------------------------------------------

    def may(self, source: Place, target: Place, port: int) -> bool:
        """Whether any packet gets there and its answer back."""
        return any(self._ways(source, target, port))

    def surely(self, source: Place, target: Place, port: int) -> bool:
        """Whether each does, from each subnet to each."""
        return all(self._ways(source, target, port))

    def _ways(self, source: Place, target: Place, port: int) -> Iterator[bool]:
        for a in source.subnets or {""}:
            for b in target.subnets or {""}:
                yield (
                    self._group_lets("egress", source, target, b, port)
                    and self._group_lets("ingress", target, source, a, port)
                    and self._is_routed(a, b)
                    and (a == b or self._acls_let(source, a, target, b, port))
                )

    def _group_lets(self, way: str, mine: Place, other: Place, subnet: str, port: int) -> bool:
        if mine.block:
            return True
        rules = (r for r in self._all(f"aws_vpc_security_group_{way}_rule") if r["security_group_id"] in mine.groups)
        return any(_has_port(rule, port) and self._is_for(rule, other, subnet) for rule in rules)

    def _is_for(self, rule: Mapping[str, Any], other: Place, subnet: str) -> bool:
        if rule["referenced_security_group_id"]:
            return rule["referenced_security_group_id"] in other.groups
        return bool(rule["cidr_ipv4"]) and _within(other.block or self._cidr[subnet], rule["cidr_ipv4"])

    def _acls_let(self, source: Place, a: str, target: Place, b: str, port: int) -> bool:
        here, there = source.block or self._cidr[a], target.block or self._cidr[b]
        asks = (port, port)
        return (
            self._acl_lets(a, "egress", there, asks)
            and self._acl_lets(b, "ingress", here, asks)
            and self._acl_lets(b, "egress", here, source.callers)
            and self._acl_lets(a, "ingress", there, source.callers)
        )

    def _acl_lets(self, subnet: str, way: str, block: str, ports: tuple[int, int]) -> bool:
        acl = next((acl for acl in self._all("aws_network_acl") if subnet in acl["subnet_ids"]), None)
        if acl is None:
            return True  # outside, or the network's own, which lets everything through
        rules = [r for r in sorted(acl[way], key=lambda rule: rule["rule_no"]) if r["cidr_block"]]
        return any(
            r["action"] == "allow"
            and _within(block, r["cidr_block"])
            and r["from_port"] <= ports[0]
            and ports[1] <= r["to_port"]
            for r in rules
        )

    def _is_routed(self, a: str, b: str) -> bool:
        """Within a network always. From outside only to where the internet gateway leads, out by that or by a NAT gateway."""
        if a and b:
            return True
        route = self._way_out(a or b)
        return bool(route and (route["gateway_id"] or (a and route["nat_gateway_id"])))

    def _way_out(self, subnet: str) -> dict[str, Any] | None:
        tables = {t["id"]: t["route"] for t in self._all("aws_route_table")}
        links = self._all("aws_route_table_association")
        routes = (route for link in links if link["subnet_id"] == subnet for route in tables[link["route_table_id"]])
        return next((route for route in routes if route["cidr_block"] == ANYWHERE), None)


def _has_port(rule: Mapping[str, Any], port: int) -> bool:
    return rule["ip_protocol"] == "-1" or (rule["from_port"] <= port <= rule["to_port"])


def _within(block: str, wider: str) -> bool:
    return ipaddress.ip_network(block).subnet_of(ipaddress.ip_network(wider))  # type: ignore[arg-type]


def resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All managed resources of a state, in its root module and below."""
    yield from (each for each in module.get("resources", ()) if each["mode"] == "managed")
    for child in module.get("child_modules", ()):
        yield from resources(child)
