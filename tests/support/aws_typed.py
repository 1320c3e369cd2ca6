"""A command line of the AWS CLI, checked against the models of the library that the CLI is made of: nothing is asked of AWS."""

from __future__ import annotations

import shlex

import botocore.session


def check_aws(command: str) -> None:
    """AssertionError unless the service, the operation and each option exist (docs.aws.amazon.com/cli/latest/reference)."""
    program, service, operation, *words = shlex.split(command)
    model = botocore.session.Session().get_service_model(service.removesuffix("api"))
    name = "".join(part.title() for part in operation.split("-"))
    assert program == "aws" and name in model.operation_names, command
    shape = model.operation_model(name).input_shape
    known = {_option(member) for member in (shape.members if shape else ())} | {"--region", "--endpoint-url"}
    options = words[::2]
    assert set(options) <= known and len(words) == 2 * len(options), f"{command}: {set(options) - known}"


def _option(member: str) -> str:
    return "--" + "".join(f"-{c.lower()}" if c.isupper() and n else c.lower() for n, c in enumerate(member))
