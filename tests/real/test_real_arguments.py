"""What is typed reaches Terraform as it was typed: verbs, values, files, plans."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from harness import REGION, Project

pytestmark = pytest.mark.sandbox
AWKWARD = (
    "two words",
    " blank at both ends ",
    "it's \"quoted\"",
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


def test_values_on_the_command_line_arrive_byte_for_byte(project: Project) -> None:
    project.run("apply", "tiny")
    for value in AWKWARD[:-1]:
        done = project.run("refresh", "tiny", f"-var=value={value}")
        assert done.code == 0
    # The command's own output shows what Terraform got; a console evaluates one variable after another.
    for value in AWKWARD:
        for words in (("-var", f"value={value}"), (f"-var=value={value}",)):
            said = project.run("console", "tiny", *words, stdin="base64encode(var.value)\n").out
            import base64

            assert base64.b64decode(json.loads(said)).decode() == value


def test_values_in_files_stay_what_they_are(project: Project) -> None:
    project.write(
        f"config/{REGION}/tiny/tenants/acme.tfvars", 'value = "$${1 + 1} %%{ if true }x%%{ endif } \\"q\\" \\n\\t\\\\ ☃"\n'
    )
    project.write(f"config/{REGION}/tiny/tenant.tfvars.j2", "value = \"{{ '${1 + 1}' }} of {{ tenant }}\"\n")
    for tenant, value in (("acme", '${1 + 1} %{ if true }x%{ endif } "q" \n\t\\ ☃'), ("globex", "${1 + 1} of globex")):
        project.run("apply", "tiny", "-var", f"tenant={tenant}")
        assert json.loads(project.run("output", "tiny", "-var", f"tenant={tenant}", "-json").out)["value"]["value"] == value


def test_verbs_pass_through(project: Project) -> None:
    project.write("src/tiny/tests/value.tftest.hcl", 'run "value" {\n  command = plan\n  variables {\n    value = "tested"\n  }\n'
                  '  assert {\n    condition     = terraform_data.value.input == "tested"\n    error_message = "no"\n  }\n}\n')  # fmt: skip
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
    assert json.loads(said("show", "-json"))["values"]["root_module"]["resources"][0]["address"] == "terraform_data.value"
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
    assert "ugly.tf" in project.run("fmt", *place, "-check", codes=(1,)).out
    assert "a = 1" in project.run("fmt", *place, "-check", "-diff", codes=(1,)).out
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
    stale = project.run("apply", "tiny", REGION, *acme, "my plan.tfplan", *place, cwd=here, codes=(75,))
    assert "changed by another run" in stale.err
    (here / "no.tfplan").write_text("this is no plan")
    project.run("apply", "tiny", *acme, "no.tfplan", *place, cwd=here, codes=(77,))
    project.run("apply", "tiny", *acme, "none.tfplan", *place, cwd=here, codes=(66,))


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
