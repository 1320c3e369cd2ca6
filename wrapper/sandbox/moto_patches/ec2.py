"""Patches of EC2: launch templates, security group rules, subnets."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule
from moto.ec2.models.subnets import Subnet
from moto.ec2.responses.launch_templates import LaunchTemplates
from moto.ec2.utils import parse_user_data

from .patch_set import Patch, PatchSet


def template_tags_are_not_its_data(patch_set: PatchSet) -> None:
    """AWS keeps the tags given to CreateLaunchTemplate on the template.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html
    moto also appends them to the data of version 1, as ``tag_specifications`` for "launch-template".
    With tags on the template (default_tags are enough) the provider plans a new version for ever.
    """

    def around(original: Any, self: LaunchTemplates) -> Any:
        answer = original(self)
        template = self.ec2_backend.get_launch_template_by_name(self._get_param("LaunchTemplateName"))
        data = template.default_version().data
        kept = [spec for spec in data.get("TagSpecifications", []) if spec["ResourceType"] != "launch-template"]
        if kept:
            data["TagSpecifications"] = kept
        else:
            data.pop("TagSpecifications", None)
        return answer

    patch_set.wrap(LaunchTemplates, "create_launch_template", around)


def template_tags_can_change(patch_set: PatchSet) -> None:
    """AWS answers DescribeLaunchTemplates with the present tags.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplates.html
    moto answers those of the creation, whatever CreateTags and DeleteTags did since. The provider plans them again.
    """
    patch_set.replace(LaunchTemplate, "tags", property(LaunchTemplate.get_tags, lambda _self, _tags: None))


def later_versions_have_readable_user_data(patch_set: PatchSet) -> None:
    """AWS starts instances from any version of a template.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html
    moto decodes the user data of version 1 only; an Auto Scaling group that starts an instance of a later one
    fails inside moto (HTTP 500, which the provider retries for minutes).
    """

    def around(original: Any, self: LaunchTemplate, data: dict[str, Any], description: str) -> Any:
        if isinstance(data.get("UserData"), str):
            data["UserData"] = parse_user_data(data["UserData"])
        return original(self, data, description)

    patch_set.wrap(LaunchTemplate, "create_version", around)


def every_rule_has_its_description(patch_set: PatchSet) -> None:
    """AWS keeps the description of every security group rule, whatever its source is.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html
    moto answers only that of a rule with an address range; a rule with a group or a prefix list loses it.
    The provider plans to change the rule for ever.
    """

    def around(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        prefix_list = kwargs.get("prefix_list_id") or (args[7] if len(args) > 7 else None) or {}
        self.prefix_list_description = prefix_list.get("Description")

    patch_set.wrap(SecurityGroupRule, "__init__", around)
    patch_set.replace(SecurityGroupRule, "description", property(description_of))


def description_of(rule: Any) -> str | None:
    sources = (rule.ip_range.get("Description"), rule.source_group.get("Description"), rule.prefix_list_description)
    return next((description for description in sources if description), None)


def every_rule_can_change(patch_set: PatchSet) -> None:
    """AWS changes a rule in place: any source of the same kind, any protocol, the description too.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html
    moto changes only IPv4 ranges, and refuses the protocol "-1" because it has no ports.
    The provider's apply fails, or plans the change for ever.
    """

    def around(original: Any, self: Any, group_id: str, rules: dict[str, dict[str, Any]]) -> None:
        original(self, group_id, {rule_id: with_ports(wanted) for rule_id, wanted in rules.items()})
        group = self.get_security_group_by_name_or_id(group_id)
        for rule_id, wanted in rules.items():
            change_rule(group.get_rule(rule_id), wanted)

    patch_set.wrap(SecurityGroupBackend, "modify_security_group_rules", around)


def with_ports(wanted: dict[str, Any]) -> dict[str, Any]:
    return {"FromPort": -1, "ToPort": -1} | wanted if wanted.get("IpProtocol") == "-1" else wanted


def change_rule(rule: Any, wanted: dict[str, Any]) -> None:
    """What moto's own change leaves out. A rule keeps its description where its source is."""
    if wanted["IpProtocol"] == "-1":
        rule.from_port = rule.to_port = None
    description = wanted.get("Description")
    if "CidrIpv6" in wanted:
        rule.ip_range["CidrIpv6"] = wanted["CidrIpv6"]
    if "ReferencedGroupId" in wanted:
        rule.ip_range = {}
        rule.source_group |= {"GroupId": wanted["ReferencedGroupId"], "Description": description}
    if "PrefixListId" in wanted:
        rule.ip_range = {}
        rule.prefix_list_id, rule.prefix_list_description = wanted["PrefixListId"], description


def subnets_are_found_by_their_ipv6_block(patch_set: PatchSet) -> None:
    """AWS finds a subnet by the association of its IPv6 block, and says in which state that is.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html
    moto does not know the filter, by which the provider waits for the block, and answers the state as Python text: no
    subnet with IPv6 is ever made.
    """

    def around(original: Any, self: Subnet, filter_name: str, method_name: str | None = None) -> Any:
        if filter_name == "ipv6-cidr-block-association.association-id":
            return list(self.ipv6_cidr_block_associations)
        return original(self, filter_name, method_name)

    def shown(self: Subnet) -> list[dict[str, Any]]:
        known = [a | {"state": a["ipv6CidrBlockState"]["State"]} for a in self.ipv6_cidr_block_associations.values()]
        return [a | {"ipv6CidrBlockState": {"state": a["state"]}} for a in known if a["state"] == "associated"]

    patch_set.wrap(Subnet, "get_filter_value", around)
    patch_set.replace(Subnet, "ipv6_cidr_block_association_set", property(shown))


PATCHES: tuple[Patch, ...] = (
    subnets_are_found_by_their_ipv6_block,
    template_tags_are_not_its_data,
    template_tags_can_change,
    later_versions_have_readable_user_data,
    every_rule_has_its_description,
    every_rule_can_change,
)
