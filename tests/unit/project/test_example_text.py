"""The example's texts for a project of another name: what is replaced is there, and the result is Terraform's own form."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from wrapper.project import example_text
from wrapper.terraform import hcl

ROOT = Path(__file__).resolve().parents[3]
TENANT = ROOT / "src/appcluster/tenant"
VALUES = (ROOT / "config/ap-southeast-2/appcluster-test/variables.tfvars").read_text()
SERVICES = [("web",), ("web", "api"), ("web", "api", "nightly-jobs")]


@pytest.mark.parametrize("services", SERVICES)
def test_the_root_is_of_the_first_service(services: tuple[str, ...]) -> None:
    texts = {f.name: example_text.tenant_file(f.read_text(), services) for f in TENANT.glob("*.tf")}
    for name, text in texts.items():
        assert not [word for word in ("service1", "service2", "-build") if word in text.replace("-var api-build", "")]
        hcl.parse_blocks(text, name)
    assert "  builds = var.builds\n" in texts["builds.tf"]
    assert f"  default  = {{ {services[0]} = {{}} }}\n" in texts["variables.tf"]


@pytest.mark.parametrize("services", SERVICES)
def test_the_values_name_a_build_and_an_image_of_each(services: tuple[str, ...]) -> None:
    values = hcl.parse_values(example_text.stack_values(VALUES, services), "x").values
    common = hcl.parse_values(example_text.common_values(services), "x").values
    assert values["builds"][0] == dict.fromkeys(services, "1")
    assert values["services"][0] == {name: {"port": 8080} if name == services[0] else {} for name in services}
    assert {*common["images"][0]} == {*services}
    assert values["capacity"][0]["kind"] == "launch_template"


def test_a_pipeline_offers_what_is_there() -> None:
    build = (ROOT / "jenkins/service-build.Jenkinsfile").read_text()
    text = example_text.pipeline(build, "shop", "eu-west-1", ("web", "my-api"))
    assert "recordBuild service: 'web'" in text and "service1" not in text


@pytest.mark.parametrize("services", SERVICES)
def test_jobs_are_of_the_projects_own_services(services: tuple[str, ...]) -> None:
    text = example_text.jenkins_values((ROOT / "config/jenkins.hcl").read_text(), "bakery", "eu-west-1", services)
    values = {name: value for name, (value, _) in hcl.parse_values(text, "jenkins.hcl").values.items()}
    assert values["folder"] == "bakery" and ".eu-west-1." in values["registry"]
    assert {name: one["repository"] for name, one in values["services"].items()} == {
        name: f"https://git.example.com/{name}.git" for name in services
    }


def test_an_example_that_says_more_is_an_error() -> None:
    with pytest.raises(ValueError, match="says more of its second service"):
        example_text.tenant_file("  for_each = local.service2\n", ("web",))
    with pytest.raises(ValueError, match="0 times"):
        example_text._once("a", "b", "c")


@pytest.mark.terraform
@pytest.mark.parametrize("services", SERVICES)
def test_they_have_the_form_of_terraform_fmt(tmp_path: Path, services: tuple[str, ...]) -> None:
    for file in TENANT.glob("*.tf"):
        (tmp_path / file.name).write_text(example_text.tenant_file(file.read_text(), services))
    (tmp_path / "a.tfvars").write_text(example_text.stack_values(VALUES, services))
    (tmp_path / "b.tfvars").write_text(example_text.common_values(services))
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-diff"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "")
