from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from wrapper.sandbox.moto_patches import ec2 as patches

Asked = Callable[..., tuple[Any, Any]]


def create_template(ec2: Any, **fields: Any) -> str:
    answer = ec2.create_launch_template(
        LaunchTemplateName="mixed",
        LaunchTemplateData={"ImageId": "ami-12345678", "InstanceType": "t3.small"},
        **fields,
    )
    template: str = answer["LaunchTemplate"]["LaunchTemplateId"]
    return template


def tagged() -> dict[str, Any]:
    tags = [{"Key": "release", "Value": "1"}]
    return {"TagSpecifications": [{"ResourceType": "launch-template", "Tags": tags}]}


def test_subnets_are_found_by_their_ipv6_block(asked: Asked) -> None:
    def question(client: Any) -> Any:
        ec2 = client("ec2")
        network = ec2.create_vpc(CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
        [block] = ec2.describe_vpcs(VpcIds=[network])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"]
        first = block["Ipv6CidrBlock"].replace("/56", "/64")
        made = ec2.create_subnet(VpcId=network, CidrBlock="10.0.0.0/24", Ipv6CidrBlock=first)["Subnet"]
        [mine] = made["Ipv6CidrBlockAssociationSet"]
        try:
            found = ec2.describe_subnets(
                Filters=[{"Name": "ipv6-cidr-block-association.association-id", "Values": [mine["AssociationId"]]}]
            )["Subnets"]
        except Exception as error:
            return type(error).__name__
        return [a["Ipv6CidrBlockState"]["State"] for s in found for a in s["Ipv6CidrBlockAssociationSet"]]

    unpatched, patched = asked(question, patches.subnets_are_found_by_their_ipv6_block)
    assert (unpatched != patched, patched) == (True, ["associated"])


def test_template_tags_are_not_its_data(asked: Asked) -> None:
    def question(client: Any) -> Any:
        template = create_template(client("ec2"), **tagged())
        answer = client("ec2").describe_launch_template_versions(LaunchTemplateId=template)
        return "TagSpecifications" in answer["LaunchTemplateVersions"][0]["LaunchTemplateData"]

    assert asked(question, patches.template_tags_are_not_its_data) == (True, False)


def test_template_tags_can_change(asked: Asked) -> None:
    def question(client: Any) -> Any:
        template = create_template(client("ec2"), **tagged())
        client("ec2").create_tags(Resources=[template], Tags=[{"Key": "release", "Value": "2"}])
        [found] = client("ec2").describe_launch_templates(LaunchTemplateIds=[template])["LaunchTemplates"]
        return found["Tags"]

    unpatched, patched = asked(question, patches.template_tags_can_change)
    assert unpatched == [{"Key": "release", "Value": "1"}]
    assert patched == [{"Key": "release", "Value": "2"}]


def test_later_versions_have_readable_user_data(asked: Asked) -> None:
    def question(client: Any) -> Any:
        template = create_template(client("ec2"))
        data = {
            "ImageId": "ami-12345678",
            "InstanceType": "t3.small",
            "UserData": base64.b64encode(b"echo").decode(),
        }
        client("ec2").create_launch_template_version(LaunchTemplateId=template, LaunchTemplateData=data)
        client("autoscaling").create_auto_scaling_group(
            AutoScalingGroupName="group",
            MinSize=1,
            MaxSize=1,
            AvailabilityZones=["ap-southeast-2a"],
            LaunchTemplate={"LaunchTemplateId": template, "Version": "2"},
        )
        return "started"

    unpatched, patched = asked(question, patches.later_versions_have_readable_user_data)
    assert isinstance(unpatched, AssertionError)
    assert patched == "started"


def create_groups(ec2: Any) -> tuple[str, str]:
    first, second = (
        ec2.create_security_group(GroupName=name, Description=name)["GroupId"] for name in ("first", "second")
    )
    return first, second


def allow_second(ec2: Any, first: str, second: str) -> str:
    answer = ec2.authorize_security_group_ingress(
        GroupId=first,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 80,
                "ToPort": 80,
                "UserIdGroupPairs": [{"GroupId": second, "Description": "from the second"}],
            }
        ],
    )
    rule: str = answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    return rule


def rule_of(ec2: Any, rule: str) -> Any:
    return ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule])["SecurityGroupRules"][0]


def test_every_rule_has_its_description(asked: Asked) -> None:
    def question(client: Any) -> Any:
        rule = allow_second(client("ec2"), *create_groups(client("ec2")))
        return rule_of(client("ec2"), rule).get("Description")

    assert asked(question, patches.every_rule_has_its_description) == (None, "from the second")


def test_a_rule_of_a_prefix_list_has_its_description(asked: Asked) -> None:
    def question(client: Any) -> Any:
        first, _ = create_groups(client("ec2"))
        prefix_list = {"PrefixListId": "pl-12345678", "Description": "offices"}
        permission = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "PrefixListIds": [prefix_list]}
        answer = client("ec2").authorize_security_group_ingress(GroupId=first, IpPermissions=[permission])
        return rule_of(client("ec2"), answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]).get("Description")

    assert asked(question, patches.every_rule_has_its_description) == (None, "offices")


def test_a_rule_with_a_group_can_change(asked: Asked) -> None:
    def question(client: Any) -> Any:
        first, second = create_groups(client("ec2"))
        rule = allow_second(client("ec2"), first, second)
        wanted = {
            "IpProtocol": "tcp",
            "FromPort": 80,
            "ToPort": 81,
            "ReferencedGroupId": first,
            "Description": "from itself",
        }
        modify(client("ec2"), first, rule, wanted)
        found = rule_of(client("ec2"), rule)
        return found["ReferencedGroupInfo"]["GroupId"] == first, found["Description"], found["ToPort"]

    unpatched, patched = asked(question, patches.every_rule_has_its_description, patches.every_rule_can_change)
    assert unpatched == (False, "from itself", 81)
    assert patched == (True, "from itself", 81)


def test_a_rule_of_every_protocol_can_change(asked: Asked) -> None:
    def question(client: Any) -> Any:
        first, _ = create_groups(client("ec2"))
        [rule] = [
            each["SecurityGroupRuleId"]
            for each in client("ec2").describe_security_group_rules()["SecurityGroupRules"]
            if each["GroupId"] == first
        ]
        modify(client("ec2"), first, rule, {"IpProtocol": "-1", "CidrIpv4": "0.0.0.0/0", "Description": "everywhere"})
        found = rule_of(client("ec2"), rule)
        return found["Description"], found["FromPort"]

    unpatched, patched = asked(question, patches.every_rule_can_change)
    assert "Must specify both from and to ports" in str(unpatched)
    assert patched == ("everywhere", -1)


def modify(ec2: Any, group: str, rule: str, wanted: dict[str, Any]) -> None:
    ec2.modify_security_group_rules(
        GroupId=group, SecurityGroupRules=[{"SecurityGroupRuleId": rule, "SecurityGroupRule": wanted}]
    )
