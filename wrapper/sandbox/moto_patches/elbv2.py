"""Patches of Elastic Load Balancing v2: load balancers, listeners, rules, target groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.ecs.models import ecs_backends
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus, FakeLoadBalancer, FakeTargetGroup

from . import rollouts
from .patch_set import Patch, PatchSet

RULES_PER_LOAD_BALANCER = 100


def protected_load_balancer_is_not_deleted(patch_set: PatchSet) -> None:
    """AWS refuses to delete a load balancer whose deletion protection is on.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html
    moto deletes it, so that a destroy succeeds here and fails in AWS.
    """

    def around(original: Any, self: ELBv2Backend, arn: str) -> None:
        balancer = self.load_balancers.get(arn)
        if balancer is not None and balancer.attrs.get("deletion_protection.enabled") == "true":
            raise OperationNotPermittedError(
                f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            )
        original(self, arn)

    patch_set.wrap(ELBv2Backend, "delete_load_balancer", around)


class OperationNotPermittedError(ELBClientError):
    def __init__(self, message: str) -> None:
        super().__init__("OperationNotPermitted", message)


def modified_listener_keeps_its_other_certificates(patch_set: PatchSet) -> None:
    """AWS replaces the default certificate of a listener; those added for other names stay.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListener.html
    moto throws the others away at every change of the listener. The provider plans to add them again.
    """

    def around(original: Any, self: ELBv2Backend, arn: str, *args: Any, **kwargs: Any) -> Any:
        [listener] = self.describe_listeners(load_balancer_arn=None, listener_arns=[arn])
        others = listener.certificates[1:]
        answer = original(self, arn, *args, **kwargs)
        listener.certificates += [other for other in others if other not in listener.certificates]
        return answer

    patch_set.wrap(ELBv2Backend, "modify_listener", around)


def listener_without_tls_has_no_certificate(patch_set: PatchSet) -> None:
    """AWS takes certificate and security policy away from a listener that goes from HTTPS to HTTP.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListener.html
    moto keeps both. The provider plans to remove the certificate for ever.
    """

    def around(original: Any, self: ELBv2Backend, arn: str, *args: Any, **kwargs: Any) -> Any:
        listener = original(self, arn, *args, **kwargs)
        if listener.protocol not in ("HTTPS", "TLS"):
            listener.certificate, listener.certificates, listener.ssl_policy = None, [], None
        return listener

    patch_set.wrap(ELBv2Backend, "modify_listener", around)


def rules_are_limited(patch_set: PatchSet) -> None:
    """AWS allows 100 rules on a load balancer, without the default ones, unless more were asked for.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
    moto has no limit, so that more tenants than fit on one shared load balancer would seem to work.
    """

    def around(original: Any, self: ELBv2Backend, listener_arn: str, *args: Any, **kwargs: Any) -> Any:
        balancer = next((lb for lb in self.load_balancers.values() if listener_arn in lb.listeners), None)
        if balancer is not None and rule_count(balancer) >= RULES_PER_LOAD_BALANCER:
            raise TooManyRulesError
        return original(self, listener_arn, *args, **kwargs)

    patch_set.wrap(ELBv2Backend, "create_rule", around)


def rule_count(balancer: FakeLoadBalancer) -> int:
    return sum(bool(rule.conditions) for listener in balancer.listeners.values() for rule in listener.rules.values())


class TooManyRulesError(ELBClientError):
    def __init__(self) -> None:
        super().__init__("TooManyRules", "You've reached the limit on the number of rules per load balancer.")


def services_register_their_tasks(patch_set: PatchSet) -> None:
    """AWS registers each running task of a service with its target group, and calls it healthy when it answers.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html
    moto's services register nothing, so that a target group has no healthy target for ever.
    """

    def around(original: Any, self: ELBv2Backend, target_group_arn: str, targets: list[dict[str, Any]]) -> Any:
        found = original(self, target_group_arn, targets)
        return found if targets else [*found, *service_targets(self, self.target_groups[target_group_arn])]

    patch_set.wrap(ELBv2Backend, "describe_target_health", around)


def service_targets(backend: ELBv2Backend, group: FakeTargetGroup) -> Iterable[FakeHealthStatus]:
    """Those of the services that take the group, as what runs says."""
    services = ecs_backends[backend.account_id][backend.region_name].services.values()
    behind = [s for s in services if any(lb.get("targetGroupArn") == group.arn for lb in s.load_balancers)]
    return rollouts.told().targets(group, [s for s in behind if s.status == "ACTIVE"])


PATCHES: tuple[Patch, ...] = (
    protected_load_balancer_is_not_deleted,
    modified_listener_keeps_its_other_certificates,
    listener_without_tls_has_no_certificate,
    rules_are_limited,
    services_register_their_tasks,
)
