"""How many tasks services are to run, as ECS says now."""

from __future__ import annotations

import pytest
from aws_answers import DENIED, Aws
from botocore.exceptions import EndpointConnectionError

from wrapper.aws import ecs_task_counts
from wrapper.aws.ecs_service_status import ExpectedService
from wrapper.model.errors import OrchestrateError, RefusedError, UnavailableError

REGION = "ap-southeast-2"


def wanted(name: str, cluster: str = "c") -> ExpectedService:
    return ExpectedService(name, cluster, f"{name}_6cd1f999", "web:1")


def shown(name: str, count: int, status: str = "ACTIVE") -> dict[str, object]:
    return {"serviceName": f"{name}_6cd1f999", "desiredCount": count, "status": status}


def test_each_service_that_is_there_has_its_count() -> None:
    aws = Aws({"services": [shown("acme", 5), shown("globex", 2, "DRAINING")]})
    found = ecs_task_counts.desired(aws, REGION, "acme", [wanted("acme"), wanted("globex"), wanted("gone")])
    assert found == {"acme": 5}


def test_ten_of_one_cluster_are_asked_at_once() -> None:
    aws = Aws({"services": []})
    ecs_task_counts.desired(aws, REGION, "acme", [*(wanted(f"t{n}") for n in range(12)), wanted("x", "other")])
    asked = [(given["cluster"], len(given["services"])) for _, _, given in aws.asked]  # type: ignore[attr-defined]
    assert asked == [("c", 10), ("c", 2), ("other", 1)]


def test_nothing_is_asked_of_nothing() -> None:
    aws = Aws(DENIED)
    assert ecs_task_counts.desired(aws, REGION, "acme", []) == {}


@pytest.mark.parametrize(
    ("answer", "kind"), [(DENIED, RefusedError), (EndpointConnectionError(endpoint_url="x"), UnavailableError)]
)
def test_what_cannot_be_asked_changes_nothing(answer: Exception, kind: type[OrchestrateError]) -> None:
    with pytest.raises(kind, match="how many tasks run") as raised:
        ecs_task_counts.desired(Aws(answer), REGION, "acme", [wanted("acme")])
    assert raised.value.hint.startswith("nothing was changed")
