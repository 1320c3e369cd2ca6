"""Whether resources that lie tainted stand in AWS: asked of ECS, Elastic Load Balancing and Route 53. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..model.findings import LOAD_BALANCER, SERVICE, Seen, Tainted
from .identity import Identity
from .service_batches import batches

# docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerState.html
_STANDS = ("provisioning", "active", "active_impaired")
_GONE = ("ClusterNotFoundException", "LoadBalancerNotFound", "NoSuchHostedZone")


@dataclass(frozen=True)
class Standing:
    """Looks as ``identity``; in ``region`` where a resource does not say in which it is."""

    identity: Identity
    region: str

    def look(self, resources: Sequence[Tainted]) -> Iterator[tuple[Tainted, Seen]]:
        for batch in batches((r for r in resources if r.type == SERVICE), _cluster):
            yield from self._services(batch)
        for one in resources:
            if one.type != SERVICE:
                yield one, self._load_balancer(one) if one.type == LOAD_BALANCER else self._record(one)

    def _services(self, batch: Sequence[Tainted]) -> Iterator[tuple[Tainted, Seen]]:
        names = [_name(one) for one in batch]
        cluster = batch[0].text("cluster") or "default"
        found, refused = self._ask(
            "ECS",
            "ecs:DescribeServices",
            lambda: self._client("ecs", batch[0]).describe_services(cluster=cluster, services=names),
        )
        statuses = {s["serviceName"]: s["status"] for s in (found or {}).get("services", ())}
        for one, name in zip(batch, names, strict=True):
            status = statuses.get(name)
            shown = Seen(status == "ACTIVE", f"ECS shows it {status}" if status else "ECS has no such service")
            yield one, refused or shown

    def _load_balancer(self, one: Tainted) -> Seen:
        found, refused = self._ask(
            "Elastic Load Balancing",
            "elasticloadbalancing:DescribeLoadBalancers",
            lambda: self._client("elbv2", one).describe_load_balancers(LoadBalancerArns=[one.text("id")]),
        )
        states = [lb["State"]["Code"] for lb in (found or {}).get("LoadBalancers", ())]
        if refused or not states:
            return refused or Seen(False, "Elastic Load Balancing has no such load balancer")
        return Seen(states[0] in _STANDS, f"Elastic Load Balancing shows it {states[0]}")

    def _record(self, one: Tainted) -> Seen:
        wanted = one.text("name"), one.text("type"), one.text("set_identifier")
        found, refused = self._ask(
            "Route 53", "route53:ListResourceRecordSets", lambda: self._records(one.text("zone_id"), *wanted)
        )
        there = any(_same_record(record, *wanted) for record in (found or {}).get("ResourceRecordSets", ()))
        return refused or Seen(there, "Route 53 has it" if there else "Route 53 has no such record")

    def _records(self, zone: str, name: str, kind: str, identifier: str) -> Any:
        """The record sets from this one on, in Route 53's order."""
        start = {"StartRecordName": name, "StartRecordType": kind, "StartRecordIdentifier": identifier}
        client = self.identity.client("route53", self.region)
        return client.list_resource_record_sets(
            HostedZoneId=zone, MaxItems="1", **{k: v for k, v in start.items() if v}
        )

    def _client(self, service: str, one: Tainted) -> Any:
        parts = one.text("id").split(":")
        return self.identity.client(service, parts[3] if len(parts) > 5 else self.region)

    def _ask(self, who: str, action: str, call: Callable[[], Any]) -> tuple[Any, Seen | None]:
        """The answer, None where there is nothing of the kind; or what is said where none was got."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return call(), None
        except ClientError as error:
            if error.response["Error"].get("Code") in _GONE:
                return None, None
            said = error.response["Error"].get("Message") or str(error)
        except BotoCoreError as error:
            said = str(error)
        return None, Seen(False, f"{who} does not say whether it is there ({said}; the role needs {action})")


def _cluster(service: Tainted) -> tuple[str, ...]:
    """One of this name, in this region of this account."""
    return (service.text("cluster"), *service.text("id").split(":")[:5])


def _name(service: Tainted) -> str:
    return service.text("id").rpartition("/")[2]


def _same_record(record: dict[str, Any], name: str, kind: str, identifier: str) -> bool:
    """Names are lower case there, end with a dot, and write * as an octal number."""
    there = record["Name"].rstrip(".").replace("\\052", "*"), record["Type"], record.get("SetIdentifier", "")
    return there == (name.rstrip(".").lower(), kind, identifier)
