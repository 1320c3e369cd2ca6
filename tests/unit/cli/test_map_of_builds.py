"""A root with ``variable "builds"`` on the command line: every command speaks of each build by its one name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from cloud import Cloud, on_fakes, run
from fakes import context
from project_on_disk import APP, LOCAL, REGION, Disk, filled
from said import Said

from wrapper.cli.installation import SELF
from wrapper.engines.image import inputs
from wrapper.model.nouns import Outcome

Run = Callable[..., Said]
ACME = ("-var", "tenant=acme")
ROOT = "src/app/tenant/variables.tf"
ALONE = 'variable "service1-build" {\n  type    = string\n  default = "1"\n}\n'
BETA = f"config/{REGION}/app-beta"


def apply(disk: Disk, *words: str, tenant: str = "acme") -> None:
    given = context(
        home=disk.root / ".orchestrate", directory=disk.root, image=inputs.tag(SELF), versions=inputs.versions(SELF)
    )
    Cloud(disk, "app-test", REGION).perform("apply", tenant, *words, context=given)


@pytest.fixture
def mapped(example: Disk) -> Disk:
    """acme runs api 90 in test; beta takes its builds from there, and its root has a variable for each."""
    return filled(example, _mapped)


def _mapped(example: Disk) -> None:
    text = (example.root / ROOT).read_text()
    example.write(ROOT, text.replace(ALONE, 'variable "builds" {\n  type    = map(string)\n  default = {}\n}\n'))
    example.write(f"{APP}/tenants/acme.tfvars", 'builds = { api = "90" }\n')
    example.write(f"{BETA}/backend.tfvars", LOCAL)
    example.write(f"{BETA}/stack.hcl", 'source = "single"\npromotes_from = "app-test"\n')
    example.write(f"{BETA}/tenants/acme.tfvars", 'hostname = "b"\ndomain = "d"\n')
    for file in ("variables.tf", "outputs.tf"):
        example.write(f"src/single/{file}", (example.root / f"src/app/{file}").read_text())
    example.write("src/single/tenant/variables.tf", text.replace("service1-build", "api_build"))
    for tenant in ("", "acme"):
        apply(example, tenant=tenant)


def test_builds_and_history(run_cli: Run, mapped: Disk) -> None:
    assert run_cli("builds", "app-test", *ACME, "--format", "env").out == "API_BUILD=90\n"
    found = json.loads(run_cli("history", "app-test", *ACME, "--json").out)
    assert [one["builds"] for one in found] == [{"api-build": "90"}]


@pytest.mark.parametrize(
    "given",
    [
        ("-var", "api-build=97"),
        ("-var", "api_build=97"),
        ("-var", 'builds={api="97"}'),
        ("-var-file=given.tfvars",),
        ("-var-file=single.tfvars",),
        ("--builds", "api.env"),
        ("--var-env", "builds=GIVEN"),
    ],
)
def test_every_way_of_giving_it(
    run_cli: Run, mapped: Disk, given: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIVEN", '{ api = "97" }')
    mapped.write("given.tfvars", 'builds = { api = "97" }\n')
    mapped.write("single.tfvars", 'api-build = "97"\n')
    mapped.write("api.env", "API_BUILD=97\n")
    said = run_cli("--dry-run", "plan", "app-test", *ACME, *given)
    assert said.code == 0, said
    assert f"{REGION}/app-test/acme: api-build 90 -> 97 (-var" in said.err


def test_vars_show_each_key(run_cli: Run, mapped: Disk) -> None:
    apply(mapped, "-var", "api-build=97")
    found = json.loads(run_cli("vars", "app-test", *ACME, "-var", "web-build=3", "--json").out)
    assert found['builds["web"]'] == {"value": "3", "origin": "-var web-build"}
    assert found['builds["api"]']["value"] == "97"
    assert found['builds["api"]']["origin"].startswith("last apply, ")
    assert found['builds["api"]']["origin"].endswith(f"(-var; {APP}/tenants/acme.tfvars:1 says 90)")


def test_promotion_to_a_root_with_a_variable_for_each(run_cli: Run, mapped: Disk) -> None:
    said = run_cli("--dry-run", "promote", "app-test", "app-beta", *ACME)
    assert said.code == 0, said
    assert f"{REGION}/app-beta/acme: api_build none -> 90 (promoted from {REGION}/app-test)" in said.err
    mapped.write("expected.env", "API_BUILD=91\n")
    said = run_cli("--dry-run", "promote", "app-test", "app-beta", *ACME, "--builds", "expected.env")
    assert (said.code, "acme runs api-build 90, not 91" in said.err) == (77, True), said


def test_rollback_by_a_build(run_cli: Run, mapped: Disk) -> None:
    apply(mapped, "-var", "api-build=97")
    for name in ("api-build", "api_build"):
        said = run_cli("--dry-run", "rollback", "app-test", *ACME, "--to", f"{name}=90")
        assert "api-build 97 -> 90 (rollback of 2 to 1)" in said.err, said


@pytest.mark.parametrize("verb", ["promote app-test app-beta", "rollback app-test"])
def test_what_chooses_builds_takes_no_map(run_cli: Run, mapped: Disk, verb: str) -> None:
    said = run_cli(*verb.split(), *ACME, "-var", 'builds={api="1"}')
    assert said.code == 64, said
    assert re.search("decides which builds it deploys, and takes no -var api[-_]build=1", said.err), said


def test_what_differs_is_one_build(run_cli: Run, mapped: Disk) -> None:
    mapped.write(f"{APP}/tenants/acme.tfvars", 'builds = {\n  api = "95"\n}\n')
    [row] = json.loads(run_cli("affected", "app-test", "--tenants", "acme", "--json").out)
    assert row["why"].startswith("api-build 90 -> 95 (changed in")
    said = run_cli("tenants", "app-test", "--tenants", "acme", "--json")
    [row] = json.loads(said.out)
    assert row["builds"] == {"api-build": "90"}


def test_a_fleet_ends_with_what_runs_where(example: Disk, capfd: pytest.CaptureFixture[str]) -> None:
    cloud = Cloud(example)
    session = on_fakes(example.root, cloud.engine, all_tenants=True, jobs=1)
    run(session, "apply", "app-test", "-var", "service1-build=90", "-auto-approve")
    assert "service1-build: " not in capfd.readouterr().err
    cloud.fails[f"{REGION}/app-test/globex", "apply"] = Outcome(1, ok=False, tail="Error: no")
    run(session, "apply", "app-test", "-var", "service1-build=91", "-auto-approve")
    *_, told, _, _ = capfd.readouterr().err.splitlines()
    assert told == "service1-build: 91 in 1, 90 in 1"


def test_an_environment_variable_of_the_map_is_refused(
    run_cli: Run, mapped: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TF_VAR_builds", "TF_VAR_api-build"):
        monkeypatch.setenv(name, "x")
        said = run_cli("--dry-run", "plan", "app-test", *ACME)
        assert (said.code, name in said.err) == (64, True), said
        assert ("--builds" in said.err) is (name == "TF_VAR_api-build"), said
        monkeypatch.delenv(name)
