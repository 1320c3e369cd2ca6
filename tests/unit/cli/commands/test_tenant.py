"""One tenant: its file, and what is known of it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from cloud import Cloud
from project_on_disk import APP, REGION, Disk
from said import Said

Run = Callable[..., Said]


def test_a_tenant_is_a_file_and_its_apply_is_printed(run_cli: Run, example: Disk) -> None:
    said = run_cli("tenant", "add", "hooli", "app-test", "--from", "acme")
    assert said.out == f"./orchestrate apply app-test {REGION} -var tenant=hooli\n"
    assert "memory = 256" in (example.root / f"{APP}/tenants/hooli.tfvars").read_text()
    assert run_cli("tenant", "add", "hooli", "app-test").code == 77


def test_what_is_known_of_a_tenant(run_cli: Run, example: Disk) -> None:
    Cloud(example).perform("apply", "acme", "-var", "tenant=acme", "-var", "service1-build=90")
    found = json.loads(run_cli("tenant", "show", "acme", "app-test", "--json").out)
    assert (found["tenant"], found["builds"]) == ("acme", {"service1-build": "90"})
    said = run_cli("tenant", "show", "acmee", "app-test")
    assert (said.code, "did you mean acme?" in said.err) == (66, True)


def test_a_tenant_that_was_never_deployed_loses_its_file(
    run_cli: Run, example: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nothing")  # no Terraform whose version were asked for
    file = example.root / f"{APP}/tenants/globex.tfvars"
    assert "would be removed" in run_cli("tenant", "remove", "globex", "app-test", "--dry-run", "--engine", "host").err
    assert file.exists()
    assert run_cli("tenant", "remove", "globex", "app-test", "--engine", "host").code == 0
    assert not file.exists()
