"""What is typed reaches Terraform as it was typed: verbs, values, files, plans."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from engine_params import on_docker, on_host
from harness import REGION, Project

pytestmark = pytest.mark.sandbox
AWKWARD = (
    "two words",
    " blank at both ends ",
    'it\'s "quoted"',
    "a=b=c",
    "äöü ☃ 日本",
    "one\ntwo\n\nthree\n",
    "tab\there",
    "$HOME `id` $(id) ; | & > <",
    "${1 + 1} %{ if true }x%{ endif }",
    "back\\slash \\n",
    "-var",
    "--json",
    "null",
    "007",
    "",
)

TEST = """
run "value" {
  command = plan

  variables {
    value = "tested"
  }

  assert {
    condition     = terraform_data.value.input == "tested"
    error_message = "no"
  }
}
"""


def test_values_on_the_command_line_arrive_byte_for_byte(project: Project) -> None:
    """A map of them through one -var each way; one console says what Terraform got."""
    names = [f"value{number}" for number in range(len(AWKWARD))]
    project.write("src/tiny/awkward.tf", "".join(f'variable "{name}" {{\n  type = string\n}}\n' for name in names))
    given = [f"{name}={value}" for name, value in zip(names, AWKWARD, strict=True)]
    asked = f"jsonencode([{', '.join(f'base64encode(var.{name})' for name in names)}])\n"
    for words in ([word for pair in given for word in ("-var", pair)], [f"-var={pair}" for pair in given]):
        said = json.loads(json.loads(project.run("console", "tiny", *words, stdin=asked).answer))
        assert [base64.b64decode(value).decode() for value in said] == list(AWKWARD)


@on_host
def test_values_in_files_stay_what_they_are(project: Project) -> None:
    project.write(
        f"config/{REGION}/tiny/tenants/acme.tfvars",
        'value = "$${1 + 1} %%{ if true }x%%{ endif } \\"q\\" \\n\\t\\\\ ☃"\n',
    )
    project.write(f"config/{REGION}/tiny/tenant.tfvars.j2", "value = \"{{ '${1 + 1}' }} of {{ tenant }}\"\n")
    for tenant, value in (
        ("acme", '$${1 + 1} %%{ if true }x%%{ endif } "q" \n\t\\ ☃'),
        ("globex", "${1 + 1} of globex"),
    ):
        project.run("apply", "tiny", "-var", f"tenant={tenant}")
        said = project.run("output", "tiny", "-var", f"tenant={tenant}", "-json").out
        assert json.loads(said)["value"]["value"] == value


@on_docker
def test_verbs_pass_through(project: Project) -> None:
    project.write("src/tiny/tests/value.tftest.hcl", TEST)
    project.write("src/tiny/more.tf", 'resource "terraform_data" "imported" {\n}\n')
    project.run("apply", "tiny", "-target=terraform_data.value", "-var", "value=first")
    place = ("tiny", REGION)

    def said(verb: str, *words: str) -> str:
        return project.run(verb, *place, *words).out

    assert json.loads(said("output", "-json"))["value"]["value"] == "first"
    assert said("output", "-raw", "value") == "first"
    assert said("output", "value") == '"first"\n'
    assert project.run("output", "tiny", "-raw", "value").out == "first", "without the region"
    assert said("state", "list") == "terraform_data.value\n"
    assert "first" in said("state", "show", "terraform_data.value")
    said("import", "terraform_data.imported", "an-id")
    assert said("state", "list").split() == ["terraform_data.imported", "terraform_data.value"]
    said("state", "mv", "terraform_data.imported", "terraform_data.moved")
    said("state", "rm", "terraform_data.moved")
    assert json.loads(said("state", "pull"))["version"] == 4
    said("taint", "terraform_data.value")
    assert "tainted" in said("show")
    said("untaint", "terraform_data.value")
    assert (
        json.loads(said("show", "-json"))["values"]["root_module"]["resources"][0]["address"] == "terraform_data.value"
    )
    assert json.loads(said("validate", "-json"))["valid"] is True
    assert "digraph" in said("graph")
    assert "terraform.io/builtin/terraform" in said("providers")
    assert "terraform_data" in said("providers", "schema", "-json")
    assert "1 passed" in said("test")
    said("refresh", "-var", "value=first")
    said("get")
    assert "Terraform v1." in said("version")
    said("init")
    project.write("src/tiny/ugly.tf", "locals {\na=1\n}\n")
    assert "ugly.tf" in project.run("fmt", *place, "-check", codes=(3,)).out
    assert "a = 1" in project.run("fmt", *place, "-check", "-diff", codes=(3,)).out
    assert said("fmt") == "ugly.tf\n"
    assert (project.root / "src/tiny/ugly.tf").read_text() == "locals {\n  a = 1\n}\n"
    assert said("fmt", "-check") == ""
    said("providers", "lock")
    assert (project.root / "src/tiny/.terraform.lock.hcl").read_text().startswith("# This file is maintained")
    assert project.run("plan", *place, "-detailed-exitcode", "-var", "value=next", codes=(2,)).code == 2
    project.assert_nothing_left()


def test_a_saved_plan_is_the_callers_file_and_belongs_to_its_layer(project: Project, tmp_path: Path) -> None:
    here = tmp_path / "somewhere else"
    here.mkdir()
    place = ("--root", str(project.root))
    acme, globex = ("-var", "tenant=acme"), ("-var", "tenant=globex")
    project.run("apply", "tiny")
    project.run("plan", "tiny", REGION, *acme, "-var", "value=planned", "-out", "my plan.tfplan", *place, cwd=here)
    assert [f.name for f in here.iterdir()] == ["my plan.tfplan"]
    assert "planned" in project.run("show", "tiny", *acme, "my plan.tfplan", *place, cwd=here).out
    for words in (globex, ()):
        refused = project.run("apply", "tiny", REGION, "my plan.tfplan", *words, *place, cwd=here, codes=(77,))
        assert f"{REGION}/tiny/acme" in refused.err
    done = project.run("apply", "tiny", REGION, *acme, "my plan.tfplan", *place, cwd=here)
    assert done.last == "http://acme.example.com"
    assert project.state("acme")["outputs"]["value"]["value"] == "planned"
    now = project.run("affected", "tiny", "--tenants", "acme", "-var", "value=planned", *place, cwd=here)
    assert now.err.endswith("0 of 1 tenants\n"), "it is recorded as any other apply"
    stale = project.run("apply", "tiny", REGION, *acme, "my plan.tfplan", *place, cwd=here, codes=(75,))
    assert "changed by another run" in stale.err
    (here / "no.tfplan").write_text("this is no plan")
    project.run("apply", "tiny", *acme, "no.tfplan", *place, cwd=here, codes=(77,))
    project.run("apply", "tiny", *acme, "none.tfplan", *place, cwd=here, codes=(66,))


@on_host
def test_variable_files_are_the_callers(project: Project, tmp_path: Path) -> None:
    here = tmp_path / "elsewhere"
    here.mkdir()
    (here / "mine.tfvars").write_text('value = "from a file"\n')
    for argument in (("-var-file=mine.tfvars",), ("-var-file", "../elsewhere/mine.tfvars")):
        project.run("apply", "tiny", "--root", str(project.root), *argument, cwd=here)
        assert project.state()["outputs"]["value"]["value"] == "from a file"
    project.run("apply", "tiny", "--root", str(project.root), "-var-file=mine.tfvars", "-var", "value=typed", cwd=here)
    assert project.state()["outputs"]["value"]["value"] == "typed"
    missing = project.run("apply", "tiny", "-var-file=none.tfvars", codes=(66,))
    assert "none.tfvars" in missing.err
