"""The record beside a state: only what began to change something is a try, and Terraform's own rewriting is no other hand."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from engine_params import on_host
from harness import PROVIDER, REGION, SHARED, Project

pytestmark = [pytest.mark.sandbox, on_host]
CHECKED = """
variable "v%d" {
  default = "x"
  validation {
    condition     = var.v%d != ""
    error_message = "No."
  }
}
"""


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a service that never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        yield int(listener.getsockname()[1])


def record(project: Project) -> dict[str, Any]:
    assert project.aws
    key = project.key().replace("terraform.tfstate", "orchestrate.json")
    found: dict[str, Any] = json.loads(
        project.aws.client("s3").get_object(Bucket=project.bucket, Key=key)["Body"].read()
    )
    return found


def tag(project: Project) -> str:
    assert project.aws
    return str(project.aws.client("s3").head_object(Bucket=project.bucket, Key=project.key())["ETag"])


def test_a_run_that_lost_against_a_lock_is_no_try(project: Project) -> None:
    assert project.aws
    project.run("apply", "tiny")
    before = record(project)
    lock = {"ID": "0b8a3e0e-5f4b-4b6b-9d1a-2f4f5b6c7d8e", "Operation": "OperationTypeApply", "Who": "other@machine"}
    lock |= {"Info": "", "Version": "1.11.4", "Created": "2026-01-01T00:00:00Z", "Path": "p"}
    project.aws.client("s3").put_object(Bucket=project.bucket, Key=project.key() + ".tflock", Body=json.dumps(lock))
    project.run("apply", "tiny", "-var", "value=next", codes=(75,))
    assert record(project) == before


def test_a_plan_that_was_stopped_leaves_its_layer_unchanged(project: Project, silent: int, served_path: str) -> None:
    """Terraform compares the results of forty checks in the order of a map, and writes the state once more."""
    project.environment["PATH"] = served_path
    root = SHARED + "".join(CHECKED % (n, n) for n in range(40))
    project.write("src/tiny/main.tf", root)
    project.run("apply", "tiny")
    keys = (
        'skip_credentials_validation = true\n  skip_requesting_account_id = true\n  endpoints {\n    ssm = "%s"\n  }\n}'
    )
    provider = PROVIDER.rstrip().removesuffix("}") + "  " + keys % f"http://127.0.0.1:{silent}"
    slow = '\ndata "aws_ssm_parameter" "slow" {\n  name = "slow"\n}\n'
    project.write("src/tiny/main.tf", root + provider + slow)
    done = project.start("plan", "tiny").wait_for("slow: Reading...").send(signal.SIGINT).end(100)
    assert done.code == 130, str(done)
    found = record(project)
    assert (found["state"]["tag"], "failed" in found) == (tag(project), False)
    project.write("src/tiny/main.tf", root)
    tenants = project.run("tenants", "tiny", REGION, "--json")
    assert "changed" not in tenants.out


def test_a_plan_file_in_which_a_byte_flipped_is_not_applied(project: Project) -> None:
    project.run("apply", "tiny")
    project.run("plan", "tiny", "-var", "value=next", "-out=next.tfplan")
    file = project.root / "next.tfplan"
    good = file.read_bytes()
    middle = good.index(b"tfplan") - 20  # in the zip's header of its first member: its time
    file.write_bytes(good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :])
    refused = project.run("apply", "tiny", REGION, "next.tfplan", codes=(77,))
    assert "this plan file is damaged" in refused.err and "+ terraform" not in refused.err
    file.write_bytes(good)
    project.run("apply", "tiny", REGION, "next.tfplan")
    assert project.state()["outputs"]["value"]["value"] == "next"
