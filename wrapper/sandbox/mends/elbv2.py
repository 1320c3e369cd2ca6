"""Mends of Elastic Load Balancing v2: load balancers, listeners, rules, target groups."""

from __future__ import annotations

from typing import Any

from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend

from wrapper.sandbox.mends.ledger import Ledger, Mend


def load_balancer_is_active_at_once(ledger: Ledger) -> None:
    """AWS answers ``provisioning`` for a minute or two, then ``active``.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerState.html
    moto answers ``provisioning`` to the first question. The provider asks again only after its own delay of 30 s.
    """

    def around(original: Any, self: ELBv2Backend, *args: Any, **kwargs: Any) -> Any:
        balancer = original(self, *args, **kwargs)
        balancer.activate()
        return balancer

    ledger.wrap(ELBv2Backend, "create_load_balancer", around)


def protected_load_balancer_is_not_deleted(ledger: Ledger) -> None:
    """AWS refuses to delete a load balancer whose deletion protection is on.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html
    moto deletes it, so that a destroy succeeds here and fails in AWS.
    """

    def around(original: Any, self: ELBv2Backend, arn: str) -> None:
        balancer = self.load_balancers.get(arn)
        if balancer is not None and balancer.attrs.get("deletion_protection.enabled") == "true":
            raise OperationNotPermittedError(f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled")
        original(self, arn)

    ledger.wrap(ELBv2Backend, "delete_load_balancer", around)


class OperationNotPermittedError(ELBClientError):
    def __init__(self, message: str) -> None:
        super().__init__("OperationNotPermitted", message)


MENDS: tuple[Mend, ...] = (
    load_balancer_is_active_at_once,
    protected_load_balancer_is_not_deleted,
)
