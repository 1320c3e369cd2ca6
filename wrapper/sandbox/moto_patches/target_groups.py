"""Patches between ECS and Elastic Load Balancing: which load balancer a target group hangs on, and which target group a
service takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend, FakeTargetGroup, elbv2_backends

from .patch_set import Patch, PatchSet

Actions = Iterable[dict[str, Any]]


def balancers_of(backend: ELBv2Backend, group_arn: str) -> list[str]:
    """The load balancers with a rule, or a listener's default, that forwards to this group."""
    return [
        balancer.arn
        for balancer in backend.load_balancers.values()
        if any(group_arn in forwarded(backend, listener) for listener in balancer.listeners.values())
    ]


def forwarded(backend: ELBv2Backend, listener: Any) -> set[str]:
    actions = [action for rule in listener.rules.values() for action in rule.actions]  # the default is a rule too
    return {arn for action in actions for arn in backend._get_target_group_arns_from(action_data=action.data)}


def target_group_hangs_where_it_is_used(patch_set: PatchSet) -> None:
    """AWS answers the load balancer of a target group as long as a rule or a listener forwards to it.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroup.html
    moto notes it when a rule is made, never when one changes or goes, so that a group seems to hang for ever.
    """

    def around(original: Any, self: ELBv2Backend, *args: Any, **kwargs: Any) -> Iterable[FakeTargetGroup]:
        for group in self.target_groups.values():
            group.load_balancer_arns[:] = balancers_of(self, group.arn)
        found: Iterable[FakeTargetGroup] = original(self, *args, **kwargs)
        return found

    patch_set.wrap(ELBv2Backend, "describe_target_groups", around)


def target_group_has_one_load_balancer(patch_set: PatchSet) -> None:
    """AWS refuses a rule or a listener that forwards to the target group of another load balancer.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
    moto lets one group hang on many, so that a move to another load balancer seems to need no group of its own.
    """

    def guard(method: str, names: tuple[str, ...], balancer_of: Callable[[ELBv2Backend, str], str]) -> None:
        def around(original: Any, self: ELBv2Backend, *args: Any, **kwargs: Any) -> Any:
            arguments = dict(zip(names, args, strict=False)) | kwargs
            check_association(self, balancer_of(self, arguments[names[0]]), arguments["actions"] or ())
            return original(self, *args, **kwargs)

        patch_set.wrap(ELBv2Backend, method, around)

    guard("create_listener", ("load_balancer_arn",), lambda _, arn: arn)
    guard("create_rule", ("listener_arn",), of_listener)
    guard("modify_rule", ("rule_arn",), of_rule)
    guard("modify_listener", ("arn", "port", "protocol", "ssl_policy", "certificates", "actions"), of_listener)


def of_listener(backend: ELBv2Backend, arn: str) -> str:
    return next((each.arn for each in backend.load_balancers.values() if arn in each.listeners), "")


def of_rule(backend: ELBv2Backend, arn: str) -> str:
    return of_listener(backend, arn.replace(":listener-rule/", ":listener/").rpartition("/")[0])


def check_association(backend: ELBv2Backend, balancer: str, actions: Actions) -> None:
    arns = {arn for action in actions for arn in backend._get_target_group_arns_from(action_data=action)}
    elsewhere = [arn for arn in sorted(arns) if set(balancers_of(backend, arn)) - {balancer}]
    if balancer and elsewhere:
        raise TargetGroupAssociationLimitError(elsewhere)


class TargetGroupAssociationLimitError(ELBClientError):
    def __init__(self, arns: list[str]) -> None:
        said = "The following target groups cannot be associated with more than one load balancer"
        super().__init__("TargetGroupAssociationLimit", f"{said}: {', '.join(arns)}")


def rule_with_a_sticky_target_group_is_sticky(patch_set: PatchSet) -> None:
    """AWS refuses a rule with several target groups of which one is sticky, unless the rule is sticky too.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
    moto takes it, so that a tenant with sticky sessions seems to move like any other.
    """

    def guard(method: str, names: tuple[str, ...]) -> None:
        def around(original: Any, self: ELBv2Backend, *args: Any, **kwargs: Any) -> Any:
            check_stickiness(self, (dict(zip(names, args, strict=False)) | kwargs)["actions"] or ())
            return original(self, *args, **kwargs)

        patch_set.wrap(ELBv2Backend, method, around)

    guard("create_rule", ("listener_arn", "conditions", "priority", "actions"))
    guard("modify_rule", ("rule_arn", "conditions", "actions"))


def check_stickiness(backend: ELBv2Backend, actions: Actions) -> None:
    for config in (action.get("ForwardConfig") or {} for action in actions):
        groups = [backend.target_groups[each["TargetGroupArn"]] for each in config.get("TargetGroups", ())]
        sticky = any(group.attributes.get("stickiness.enabled") == "true" for group in groups)
        enabled = str(config.get("TargetGroupStickinessConfig", {}).get("Enabled", "")).lower() == "true"
        if sticky and len(groups) > 1 and not enabled:
            raise InvalidLoadBalancerActionError


class InvalidLoadBalancerActionError(ELBClientError):
    def __init__(self) -> None:
        said = "You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups"
        super().__init__("InvalidLoadBalancerAction", said)


def service_takes_a_target_group_that_fits(patch_set: PatchSet) -> None:
    """AWS refuses a service whose target group no load balancer uses, or whose tasks it could not register.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb.html
    moto takes any, so that a service seems to come before the rule that leads to it.
    """

    def created(original: Any, self: EC2ContainerServiceBackend, *args: Any, **kwargs: Any) -> Any:
        names = ("cluster_str", "service_name", "desired_count", "task_definition_str", "load_balancers")
        arguments = dict(zip(names, args, strict=False)) | kwargs
        check_groups(self, arguments.get("load_balancers") or (), arguments.get("task_definition_str"))
        return original(self, *args, **kwargs)

    def updated(original: Any, self: EC2ContainerServiceBackend, properties: dict[str, Any]) -> Any:
        service = self._get_service(properties.get("cluster", "default"), properties["service"].split("/")[-1])
        arguments = properties.get("load_balancers")
        check_groups(self, arguments or (), properties.get("task_definition") or service.task_definition)
        return original(self, properties)

    patch_set.wrap(EC2ContainerServiceBackend, "create_service", created)
    patch_set.wrap(EC2ContainerServiceBackend, "update_service", updated)


def check_groups(ecs: EC2ContainerServiceBackend, load_balancers: Actions, definition: str | None) -> None:
    elb = elbv2_backends[ecs.account_id][ecs.region_name]
    mode = ecs.describe_task_definition(definition).network_mode if definition else "bridge"
    for arn in (each["targetGroupArn"] for each in load_balancers if each.get("targetGroupArn")):
        if not balancers_of(elb, arn):
            raise InvalidParameterException(
                f"The target group with targetGroupArn {arn} does not have an associated load balancer."
            )
        kind = elb.target_groups[arn].target_type
        if (mode == "awsvpc") != (kind == "ip"):
            raise InvalidParameterException(
                f"The provided target group {arn} has target type {kind}, which is incompatible with the "
                f"{mode} network mode specified in the task definition."
            )


PATCHES: tuple[Patch, ...] = (
    target_group_hangs_where_it_is_used,
    target_group_has_one_load_balancer,
    rule_with_a_sticky_target_group_is_sticky,
    service_takes_a_target_group_that_fits,
)
