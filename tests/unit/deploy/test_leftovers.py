"""What AWS has of a layer and its state does not."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import EndpointConnectionError
from fakes import layer

from wrapper.aws.identity import Identity
from wrapper.deploy.leftovers import lines

QUEUE = "arn:aws:sqs:ap-southeast-2:1:jobs"
KNOWN = "arn:aws:sns:ap-southeast-2:1:alarms"
FUNCTION = "arn:aws:lambda:ap-southeast-2:1:function:f"
TASK = "arn:aws:ecs:ap-southeast-2:1:task/main/1"
STATE = {"resources": [{"instances": [{"attributes": {"arn": KNOWN}}]}]}
CREATING = "module.a.aws_sqs_queue.jobs: Creating...\n"


class Tagged(Identity):
    """An identity whose AWS has these, by tenant."""

    def __init__(self, found: dict[str, str] | Exception) -> None:
        super().__init__(method="a role")
        object.__setattr__(self, "found", found)

    def client(self, service: str, region: str, **_: Any) -> Any:
        assert (service, region) == ("resourcegroupstaggingapi", "ap-southeast-2")
        return self

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, TagFilters: list[dict[str, Any]]) -> list[dict[str, Any]]:  # noqa: N803
        found: Any = self.found  # type: ignore[attr-defined]
        if isinstance(found, Exception):
            raise found
        wanted = {f["Key"]: f["Values"][0] for f in TagFilters}
        assert wanted["Stack"] == "app"
        mine = {a: t for a, t in found.items() if wanted.get("Tenant") in (None, t)}
        tags = {a: [{"Key": "Tenant", "Value": t}] if t else [] for a, t in mine.items()}
        return [{"ResourceTagMappingList": [{"ResourceARN": a, "Tags": tags[a]} for a in mine]}]


def test_what_the_state_lacks_is_named_with_the_command_that_takes_it_in() -> None:
    aws = Tagged({QUEUE: "acme", KNOWN: "acme", FUNCTION: "acme", TASK: "acme", "arn:aws:sqs:r:1:others": "globex"})
    said = "\n".join(lines(aws, layer("acme"), STATE, CREATING))
    url = "https://sqs.ap-southeast-2.amazonaws.com/1/jobs"
    assert "AWS has 2 with the tags" in said and FUNCTION in said and KNOWN not in said and TASK not in said
    assert f"./orchestrate import app ap-southeast-2 -var tenant=acme module.a.aws_sqs_queue.jobs {url}" in said
    assert "what has no tags Stack and Tenant is not listed" in said


def test_without_one_address_the_id_is_named() -> None:
    for said in ("", CREATING + "aws_sqs_queue.b: Creating...\n"):
        found = "\n".join(lines(Tagged({QUEUE: "acme"}), layer("acme"), STATE, said))
        assert "./orchestrate import" not in found and "aws_sqs_queue; its id for import is https" in found


def test_the_stack_layer_has_what_is_no_tenants() -> None:
    found = "\n".join(lines(Tagged({QUEUE: "", FUNCTION: "acme"}), layer(), None, ""))
    assert QUEUE in found and FUNCTION not in found


def test_nothing_is_said_where_nothing_is_left_and_why_where_nothing_is_known() -> None:
    assert lines(Tagged({KNOWN: "acme"}), layer("acme"), STATE, "") == []
    error = EndpointConnectionError(endpoint_url="x")
    assert "is not known: " in lines(Tagged(error), layer("acme"), STATE, "")[0]
