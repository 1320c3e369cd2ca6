"""What AWS still has of a stack: a simulated account in this process, things made, deleted and left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws
from moto_identity import MotoIdentity

from wrapper.aws import remaining_resources
from wrapper.aws.identity import Identity
from wrapper.aws.remaining_resources import NamedResource
from wrapper.model.errors import RefusedError

REGION = "ap-southeast-2"
TAGS = [{"Key": "Stack", "Value": "app"}]
ME = MotoIdentity({"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"})


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield


def client(service: str) -> Any:
    return ME.client(service, REGION)


def left(*named: NamedResource) -> list[str]:
    return remaining_resources.left(ME, REGION, "app", named)


@pytest.mark.usefixtures("account")
def test_what_is_tagged_is_listed_until_it_is_gone() -> None:
    assert left() == []
    client("ssm").put_parameter(Name="/a", Value="v", Type="String", Tags=TAGS)
    client("ssm").put_parameter(Name="/b", Value="v", Type="String", Tags=[{"Key": "Stack", "Value": "app-2"}])
    client("logs").create_log_group(logGroupName="app", tags={"Stack": "app"})
    assert [arn.rpartition(":")[2] for arn in left()] == ["app", "parameter/a"]
    client("ssm").delete_parameter(Name="/a")
    client("logs").delete_log_group(logGroupName="app")
    assert left() == []


@pytest.mark.usefixtures("account")
def test_what_is_listed_after_its_end_is_not_left() -> None:
    ecs, ec2 = client("ecs"), client("ec2")
    ecs.create_cluster(clusterName="c", tags=[{"key": "Stack", "value": "app"}])
    made = ec2.run_instances(
        ImageId="ami-12345678", MinCount=1, MaxCount=1, TagSpecifications=[{"ResourceType": "instance", "Tags": TAGS}]
    )
    secret = client("secretsmanager").create_secret(Name="s", SecretString="v", Tags=TAGS)["ARN"]
    definition = ecs.register_task_definition(
        family="f",
        containerDefinitions=[{"name": "a", "image": "nginx", "memory": 64}],
        tags=[{"key": "Stack", "value": "app"}],
    )["taskDefinition"]["taskDefinitionArn"]
    there = left()
    assert {arn.split(":")[2] for arn in there} == {"ecs", "ec2", "secretsmanager"}
    assert definition in there and secret in there

    ecs.delete_cluster(cluster="c")
    ecs.deregister_task_definition(taskDefinition=definition)
    ec2.terminate_instances(InstanceIds=[made["Instances"][0]["InstanceId"]])
    client("secretsmanager").delete_secret(SecretId="s")
    assert [arn for arn in left() if ":volume/" not in arn] == []


@pytest.mark.usefixtures("account")
def test_a_group_is_found_by_its_own_tags() -> None:
    subnet = client("ec2").describe_subnets()["Subnets"][0]
    scaling = client("autoscaling")
    scaling.create_launch_configuration(LaunchConfigurationName="lc", ImageId="ami-12345678", InstanceType="t3.micro")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="g",
        LaunchConfigurationName="lc",
        MinSize=0,
        MaxSize=1,
        VPCZoneIdentifier=subnet["SubnetId"],
        Tags=[{"Key": "Stack", "Value": "app", "PropagateAtLaunch": True}],
    )
    configuration = NamedResource("aws_launch_configuration", (("name", "lc"),))
    assert [one.rpartition("/")[2] for one in left(configuration)][-1] == "aws_launch_configuration lc"
    assert any("autoScalingGroupName/g" in one for one in left())
    scaling.delete_auto_scaling_group(AutoScalingGroupName="g", ForceDelete=True)
    scaling.delete_launch_configuration(LaunchConfigurationName="lc")
    assert left(configuration) == []


@pytest.mark.usefixtures("account")
def test_names_that_no_tag_finds() -> None:
    iam, route53 = client("iam"), client("route53")
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"].rpartition("/")[2]
    record = {"Name": "acme.example.com.", "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": "x"}]}
    named = (
        NamedResource("aws_iam_role", (("name", "r"),)),
        NamedResource("aws_iam_instance_profile", (("name", "p"),)),
        NamedResource("aws_route53_record", (("zone_id", zone), ("name", "acme.example.com"), ("type", "CNAME"))),
        NamedResource("aws_appautoscaling_target", (("service_namespace", "ecs"), ("resource_id", "service/c/s"))),
    )
    assert left(*named) == []
    iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    iam.create_instance_profile(InstanceProfileName="p")
    _change(route53, zone, "CREATE", record)
    assert left(*named) == ["aws_iam_instance_profile p", "aws_iam_role r", "aws_route53_record acme.example.com"]
    iam.delete_role(RoleName="r")
    iam.delete_instance_profile(InstanceProfileName="p")
    _change(route53, zone, "DELETE", record)
    assert left(*named) == []
    gone = NamedResource("aws_route53_record", (("zone_id", "Z0"), ("name", "a.example.com"), ("type", "A")))
    assert left(gone) == [], "its zone went with it"


def _change(route53: Any, zone: str, action: str, record: dict[str, Any]) -> None:
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


def test_names_out_of_a_state() -> None:
    state = {
        "resources": [
            {"mode": "managed", "type": "aws_iam_role", "instances": [{"attributes": {"name": "r", "arn": "x"}}]},
            {"mode": "managed", "type": "aws_ssm_parameter", "instances": [{"attributes": {"name": "tagged"}}]},
            {"mode": "data", "type": "aws_iam_role", "instances": [{"attributes": {"name": "somebody else's"}}]},
            {"mode": "managed", "type": "aws_iam_role", "instances": [{"attributes": {}}]},
        ]
    }
    assert remaining_resources.named_in(state) == {NamedResource("aws_iam_role", (("name", "r"),))}
    assert remaining_resources.named_in(None) == set()


def test_without_credentials_nothing_is_proved() -> None:
    with pytest.raises(RefusedError, match="no AWS credentials"):
        remaining_resources.left(Identity(), REGION, "app")
