"""An AWS that gives one answer to whatever it is asked, and tainted services that it is asked about."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from wrapper.aws.identity import Identity
from wrapper.model.findings import Tainted

DENIED = ClientError({"Error": {"Code": "AccessDenied", "Message": "not authorized"}}, "Describe")


class Aws(Identity):
    """Every client of it gives this answer, or raises it; remembers where and what it was asked."""

    def __init__(self, answer: Any) -> None:
        object.__setattr__(self, "answer", answer)
        object.__setattr__(self, "asked", [])

    def client(self, service: str, region: str) -> Any:
        aws = self

        class Client:
            def __getattr__(self, name: str) -> Any:
                return lambda **given: aws.info(service, region, given)

        return Client()

    def info(self, service: str, region: str, given: dict[str, Any]) -> Any:
        self.asked.append((service, region, given))  # type: ignore[attr-defined]
        answer = self.answer  # type: ignore[attr-defined]
        if isinstance(answer, Exception):
            raise answer
        return answer


def service(name: str, cluster: str = "c", region: str = "ap-southeast-2") -> Tainted:
    attributes = {"id": f"arn:aws:ecs:{region}:1:service/{cluster}/{name}", "cluster": cluster}
    return Tainted(f"aws_ecs_service.{name}", "aws_ecs_service", attributes)


def services(**statuses: str) -> dict[str, Any]:
    return {"services": [{"serviceName": n, "status": s} for n, s in statuses.items()]}
