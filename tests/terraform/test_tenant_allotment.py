"""The tenant root and its place on a shared load balancer: given by the tool, refused when it cannot be one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from service_values import assignments
from tenant_values import ROOT, VALUES
from terraform_in import Terraform, mocks_of

pytestmark = pytest.mark.terraform
RUN = """
variables {
%s}
run "planned" {
  command = plan
  assert {
    condition     = %s
    error_message = "not as given"
  }
}
"""
PLACES = {
    "missing": None,
    "elsewhere": {"load_balancer": 3, "priority": 7},
    "fits": {"load_balancer": 2, "priority": 7},
}


def test_a_slot_is_needed_and_must_exist(code: Path, tmp_path: Path, mocked: dict[str, str]) -> None:
    shutil.copytree(code, tmp_path / "code", ignore=shutil.ignore_patterns(".terraform*"))
    folder = tmp_path / "code" / ROOT
    (folder / "tests").mkdir(exist_ok=True)
    for name, place in PLACES.items():
        values = assignments(VALUES | ({"allotment": place} if place else {}))
        expected = (
            'output.load_balancer_dns_name == "shared-2.elb.example.com" && output.url == "https://acme.example.com" && '
            'keys(local.containers.service1) == ["service1"] && output.images == { service1 = "web:1" }'
        )
        (folder / f"tests/{name}.tftest.hcl").write_text(mocks_of("tenant-service") + RUN % (values, expected))
    events = [
        json.loads(line) for line in Terraform(folder, mocked).init().run("test", "-json", codes=(1,)).splitlines()
    ]
    said = {
        Path(e["@testfile"]).name.split(".")[0]: e["diagnostic"]["summary"] + e["diagnostic"]["detail"]
        for e in events
        if e["type"] == "diagnostic"
    }
    assert said.keys() == {"elsewhere", "missing"}, said.get("fits")
    assert "Apply by ./orchestrate, which assigns one" in said["missing"]
    assert "Apply the stack layer with as many shared load balancers" in said["elsewhere"]
