"""Which services a layer runs, as its outputs say: the map ``services``. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..aws.ecs_service_status import ExpectedService, services
from ..model.errors import ConfigError, NotFoundError, UsageError
from ..model.naming import nearest

LINES = """\
output "services" {
  value = { web = {
    cluster         = aws_ecs_cluster.this.arn
    service         = aws_ecs_service.this.name
    task_definition = aws_ecs_task_definition.this.arn
    target_groups   = [aws_lb_target_group.this.arn]
  } }
}"""


@dataclass(frozen=True)
class DeployedService:
    """``expected``: where it is, and what it is to run; ``log_group`` and ``containers``: as the root says them, "" and ()
    where it does not. The first container is the one that a command means which names none."""

    expected: ExpectedService
    log_group: str = ""
    containers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.expected.name

    @property
    def cluster(self) -> str:
        return self.expected.cluster

    @property
    def service_name(self) -> str:
        return self.expected.service_name

    @property
    def resource(self) -> str:
        """As Application Auto Scaling names it."""
        return f"service/{self.cluster.rpartition('/')[2]}/{self.service_name}"


def parse(label: str, outputs: Mapping[str, Any], where: str = "") -> tuple[DeployedService, ...]:
    """The services by their names. ConfigError where the root gives out none; NotFoundError for an empty map. ``where``: the
    root's folder."""
    found = outputs.get("services")
    known = services(outputs)
    if not isinstance(found, Mapping) or (found and not known):
        raise ConfigError(
            f'{label}: its Terraform root has no output "services" that says where they run',
            where=where,
            hint=f"add it, and apply:\n{LINES}",
        )
    if not known:
        raise NotFoundError(f"{label} has no service", hint='the output "services" of its state is empty')
    return tuple(_deployed(one, found[one.name]) for one in known)


def _deployed(one: ExpectedService, said: Mapping[str, Any]) -> DeployedService:
    group, names = said.get("log_group"), said.get("containers")
    listed = [n for n in names if isinstance(n, str)] if isinstance(names, list) else []
    return DeployedService(one, group if isinstance(group, str) else "", tuple(listed))


def choose(label: str, found: Sequence[DeployedService], wanted: str) -> DeployedService:
    """The one that is named: by its key, or by the end of it (``api`` of ``acme/api``). UsageError for several."""
    if not wanted:
        if len(found) == 1:
            return found[0]
        names = ", ".join(one.name for one in found)
        raise UsageError(
            f"{label} has {len(found)} services: {names}", hint=f"name one: --service {short(found[0].name)}"
        )
    matching = [one for one in found if one.name == wanted] or [o for o in found if o.name.endswith(f"/{wanted}")]
    if len(matching) == 1:
        return matching[0]
    if matching:
        names = ", ".join(one.name for one in matching)
        raise UsageError(f"{label} has several services {wanted!r}: {names}", hint="give the whole name")
    known = [one.name for one in found]
    close = nearest(wanted, [*known, *map(short, known)])
    raise NotFoundError(
        f"{label} has no service {wanted!r}",
        hint=f"did you mean {close}?" if close else f"it has: {', '.join(known)}",
    )


def narrowed(label: str, found: Sequence[DeployedService], wanted: str) -> tuple[DeployedService, ...]:
    """The one that is named, or all."""
    return (choose(label, found, wanted),) if wanted else tuple(found)


def short(name: str) -> str:
    return name.rpartition("/")[2]
