"""Which resource an ARN is, and by which id it is imported. tests/e2e/test_import_ids.py tries the table."""

from __future__ import annotations

import pytest

from wrapper.terraform.import_ids import Importable, of, type_of, unfinished

HERE = "arn:aws:{}:eu-west-1:111122223333:{}"


@pytest.mark.parametrize(
    ("service", "resource", "kind", "id_"),
    [
        ("ecs", "service/main/acme", "aws_ecs_service", "main/acme"),
        ("sqs", "jobs", "aws_sqs_queue", "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"),
        ("sns", "alarms", "aws_sns_topic", "arn:aws:sns:eu-west-1:111122223333:alarms"),
        ("logs", "log-group:/ecs/acme", "aws_cloudwatch_log_group", "/ecs/acme"),
        ("logs", "log-group:/ecs/acme:*", "aws_cloudwatch_log_group", "/ecs/acme"),
        ("ec2", "security-group/sg-1", "aws_security_group", "sg-1"),
    ],
)
def test_the_id_that_import_takes(service: str, resource: str, kind: str, id_: str) -> None:
    assert of(HERE.format(service, resource)) == Importable(kind, id_)


@pytest.mark.parametrize(
    "arn", ["", "acme", HERE.format("lambda", "function:f"), HERE.format("ecs", "service/old-form")]
)
def test_what_the_table_does_not_know_has_none(arn: str) -> None:
    assert of(arn) is None


def test_what_was_being_created() -> None:
    said = "a.b: Creating...\nmodule.m[0].c.d: Creating...\na.b: Creation complete after 1s [id=x]\ne.f: Modifying...\n"
    assert unfinished(said) == ["module.m[0].c.d"]


@pytest.mark.parametrize("address", ["aws_x.y", "aws_x.y[0]", 'module.a["b.c"].aws_x.y["d"]'])
def test_the_type_in_an_address(address: str) -> None:
    assert type_of(address) == "aws_x"
