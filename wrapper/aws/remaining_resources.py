"""What AWS still has of a stack: by its tag, and by name what no tag finds. Reads only.

The Resource Groups Tagging API lists what is tagged ``Stack``; it goes on listing some things after their end
(docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html), so those are asked themselves.
IAM is listed in us-east-1 alone, launch configurations and records of a zone have no tags: their names are taken out of
the states while these are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..model.errors import OrchestrateError, RefusedError, UnavailableError
from .identity import Identity

TAG = "Stack"
TENANT = "Tenant"
RIGHTS = (
    "tag:GetResources, ecs:Describe*, ec2:DescribeInstances, ec2:DescribeNatGateways, ec2:DescribeVolumes, "
    "autoscaling:Describe*, application-autoscaling:DescribeScalableTargets, iam:GetRole, iam:GetInstanceProfile, "
    "kms:DescribeKey, secretsmanager:DescribeSecret and route53:ListResourceRecordSets"
)
_ABSENT = ("NoSuchEntity", "NoSuchHostedZone", "NotFound", "ClusterNotFoundException", "ResourceNotFoundException")

Client = Callable[[str], Any]


@dataclass(frozen=True)
class NamedResource:
    """Something that no tag finds: its Terraform type, and the attributes that find it."""

    type: str
    attributes: tuple[tuple[str, str], ...]

    def of(self, name: str) -> str:
        return dict(self.attributes).get(name, "")

    def __str__(self) -> str:
        return f"{self.type} {self.of('name') or self.of('resource_id')}"


def named_in(state: Mapping[str, Any] | None) -> set[NamedResource]:
    """What a state holds that has to be asked for by name."""
    resources = (r for r in (state or {}).get("resources", ()) if r.get("mode") == "managed")
    return {
        NamedResource(r["type"], tuple((n, str(i["attributes"][n])) for n in _BY_NAME[r["type"]][0]))
        for r in resources
        if r.get("type") in _BY_NAME
        for i in r.get("instances", ())
        if all(n in i["attributes"] for n in _BY_NAME[r["type"]][0])
    }


def untagged_in(state: Mapping[str, Any] | None, stack: str) -> set[str]:
    """Resources of a state that could carry the tag and do not, and that are not found by name either: nothing finds them."""
    resources = (r for r in (state or {}).get("resources", ()) if r.get("mode") == "managed")
    return {
        ".".join(filter(None, (r.get("module", ""), r["type"], r["name"])))
        for r in resources
        if r.get("type") not in _BY_NAME
        for i in r.get("instances", ())
        if "tags_all" in i["attributes"] and (i["attributes"]["tags_all"] or {}).get(TAG) != stack
    }


def left(
    identity: Identity, region: str, stack: str, named: Iterable[NamedResource] = (), tenant: str = ""
) -> list[str]:
    """Of a stack, or of one tenant of it: ARNs, and types and names, of what is still there. RefusedError without the right to
    look, UnavailableError when AWS does not answer: then nothing is proved."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    clients: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in clients:
            clients[service] = identity.client(service, region)
        return clients[service]

    try:
        by_tag = {arn for arn in _tagged(client, stack, tenant) if not _is_gone(client, arn)}
        by_name = {str(one) for one in named if _there(partial(_BY_NAME[one.type][1], client, one))}
        return sorted(by_tag) + sorted(by_name)
    except NoCredentialsError:
        raise RefusedError("no AWS credentials to list what is left", hint="aws sts get-caller-identity") from None
    except ClientError as error:
        raise _not_allowed(error, region) from None
    except BotoCoreError as error:
        raise UnavailableError(f"AWS does not say what is left: {error}", hint="run it again") from None


def _not_allowed(error: Any, region: str) -> OrchestrateError:
    return RefusedError(
        f"cannot list what is left in {region}: {error.response['Error'].get('Message', error)}",
        hint=f"the role needs {RIGHTS}",
    )


# -- by tag -----------------------------------------------------------------------------------------


def _tagged(client: Client, stack: str, tenant: str) -> Iterator[str]:
    tags = {TAG: stack} | ({TENANT: tenant} if tenant else {})
    filters = [{"Key": name, "Values": [value]} for name, value in tags.items()]
    for page in client("resourcegroupstaggingapi").get_paginator("get_resources").paginate(TagFilters=filters):
        yield from (found["ResourceARN"] for found in page["ResourceTagMappingList"])
    groups = client("autoscaling").get_paginator("describe_auto_scaling_groups")
    named = [{"Name": f"tag:{name}", "Values": [value]} for name, value in tags.items()]
    for page in groups.paginate(Filters=named):
        yield from (found["AutoScalingGroupARN"] for found in page["AutoScalingGroups"])


def _is_gone(client: Client, arn: str) -> bool:
    """Whether what is listed has ended all the same."""
    _, _, service, _, _, name = arn.split(":", 5)
    kind, _, rest = name.partition("/")
    ask = _ENDED.get(f"{service} {kind}") or _ENDED.get(service)
    return ask is not None and not _there(partial(ask, client, arn, rest))


def _there(ask: Callable[[], bool]) -> bool:
    """What the question says; an error that says "not found" is a no."""
    from botocore.exceptions import ClientError

    try:
        return ask()
    except ClientError as error:
        code = str(error.response["Error"].get("Code", ""))
        if code in _ABSENT or code.endswith((".NotFound", "NotFoundException")):
            return False
        raise


def _cluster(client: Client, arn: str, _: str) -> bool:
    return any(c["status"] != "INACTIVE" for c in client("ecs").describe_clusters(clusters=[arn])["clusters"])


def _service(client: Client, arn: str, rest: str) -> bool:
    cluster = rest.partition("/")[0]
    found = client("ecs").describe_services(cluster=cluster, services=[arn])["services"]
    return any(s["status"] != "INACTIVE" for s in found)


def _task_definition(client: Client, arn: str, _: str) -> bool:
    found = client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
    return bool(found["status"] == "ACTIVE")


def _capacity_provider(client: Client, arn: str, _: str) -> bool:
    found = client("ecs").describe_capacity_providers(capacityProviders=[arn])["capacityProviders"]
    return any(p["status"] != "INACTIVE" for p in found)


def _instance(client: Client, _: str, name: str) -> bool:
    found = client("ec2").describe_instances(InstanceIds=[name])["Reservations"]
    return any(i["State"]["Name"] != "terminated" for r in found for i in r["Instances"])


def _gateway(client: Client, _: str, name: str) -> bool:
    found = client("ec2").describe_nat_gateways(NatGatewayIds=[name])["NatGateways"]
    return any(g["State"] != "deleted" for g in found)


def _volume(client: Client, _: str, name: str) -> bool:
    return bool(client("ec2").describe_volumes(VolumeIds=[name])["Volumes"])


def _key(client: Client, arn: str, _: str) -> bool:
    """A key waits a week or more for its end, and costs nothing meanwhile."""
    return bool(client("kms").describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] != "PendingDeletion")


def _secret(client: Client, arn: str, _: str) -> bool:
    return "DeletedDate" not in client("secretsmanager").describe_secret(SecretId=arn)


_ENDED: dict[str, Callable[[Client, str, str], bool]] = {
    "ecs cluster": _cluster,
    "ecs service": _service,
    "ecs task-definition": _task_definition,
    "ecs capacity-provider": _capacity_provider,
    "ec2 instance": _instance,
    "ec2 natgateway": _gateway,
    "ec2 volume": _volume,
    "kms key": _key,
    "secretsmanager": _secret,
}


# -- by name ----------------------------------------------------------------------------------------


def _role(client: Client, one: NamedResource) -> bool:
    return bool(client("iam").get_role(RoleName=one.of("name")))


def _profile(client: Client, one: NamedResource) -> bool:
    return bool(client("iam").get_instance_profile(InstanceProfileName=one.of("name")))


def _launch_configuration(client: Client, one: NamedResource) -> bool:
    names = [one.of("name")]
    found = client("autoscaling").describe_launch_configurations(LaunchConfigurationNames=names)
    return bool(found["LaunchConfigurations"])


def _scalable_target(client: Client, one: NamedResource) -> bool:
    found = client("application-autoscaling").describe_scalable_targets(
        ServiceNamespace=one.of("service_namespace"), ResourceIds=[one.of("resource_id")]
    )
    return bool(found["ScalableTargets"])


def _record(client: Client, one: NamedResource) -> bool:
    name, kind = one.of("name").rstrip("."), one.of("type")
    found = client("route53").list_resource_record_sets(
        HostedZoneId=one.of("zone_id"), StartRecordName=name, StartRecordType=kind, MaxItems="1"
    )
    return any(r["Name"].rstrip(".") == name and r["Type"] == kind for r in found["ResourceRecordSets"])


_BY_NAME: dict[str, tuple[tuple[str, ...], Callable[[Client, NamedResource], bool]]] = {
    "aws_iam_role": (("name",), _role),
    "aws_iam_instance_profile": (("name",), _profile),
    "aws_launch_configuration": (("name",), _launch_configuration),
    "aws_appautoscaling_target": (("service_namespace", "resource_id"), _scalable_target),
    "aws_route53_record": (("zone_id", "name", "type"), _record),
}
