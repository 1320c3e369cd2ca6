"""Every Jenkinsfile, run: real processes, the real tool, Terraform and engine, on a project with the shipped layout and
stack names and tiny roots. Jenkins itself is a stand-in (tests/jenkins/standin)."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from harness import BEGAN, ENDED, REGION, ROOT, SHARED, TENANT, Aws, Project, make, slow
from standin import Built, Jenkins, Wanted

pytestmark = [pytest.mark.sandbox, pytest.mark.docker, pytest.mark.groovy]

WAY = ("appcluster-test", "appcluster-beta", "appcluster-staging", "appcluster-live")
SETTINGS = {"appcluster-test": "ephemeral = true\n", "appcluster-live": "protected = true\n"}
BUILDS = "".join(f'\nvariable "service{n}-build" {{\n  type = string\n}}\n' for n in (1, 2))
IMAGES = '\noutput "images" {\n  value = "${var.service1-build} ${var.service2-build}"\n}\n'


class Shop:
    """A team: two services, a project with the shipped names, and the jobs that belong to them."""

    def __init__(self, folder: Path, aws: Aws) -> None:
        self.project = make(folder, aws, {"ORCHESTRATE_ENGINE": "docker"})
        self.project.bucket = f"states-{folder.name.replace('_', '-')}"[:60].rstrip("-").lower()
        place = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
        aws.client("s3").create_bucket(Bucket=self.project.bucket, **place)
        for before, stack in zip(("", *WAY), WAY, strict=False):
            self.stack(stack, before)
        self.project.write("src/appcluster/main.tf", SHARED)
        self.project.write("src/appcluster/tenant/main.tf", TENANT + BUILDS + IMAGES)
        (self.project.root / "orchestrate").symlink_to(ROOT / "orchestrate")
        self.service = folder / "service"
        self.jenkins = Jenkins(folder / "jenkins", self.project.environment)

    def stack(self, name: str, before: str) -> None:
        here = f"config/{REGION}/{name}"
        self.project.write(f"{here}/backend.tfvars", f'bucket = "{self.project.bucket}"\nregion = "{REGION}"\n')
        self.project.write(f"{here}/variables.tfvars", "")
        way = f'promotes_from = "{before}"\n' if before else ""
        self.project.write(f"{here}/stack.hcl", 'source = "appcluster"\n' + way + SETTINGS.get(name, ""))

    def tenant(self, name: str, text: str = "", stack: str = WAY[0]) -> None:
        self.project.write(f"config/{REGION}/{stack}/tenants/{name}.tfvars", text)

    def job(self, name: str, file: str, **more: object) -> Wanted:
        return Wanted(name, ROOT / "jenkins" / f"{file}.Jenkinsfile", self.project.root, **more)

    def deploy(self, tenant: str, **more: object) -> Wanted:
        return self.job("deploy", "deploy", params={"STACK": WAY[0], "TENANT": tenant}, **more)

    def build_services(self, message: str) -> list[Built]:
        """A build of either service from one commit: service1 by the shipped Jenkinsfile, service2 by a copy of it."""
        self.service.mkdir(exist_ok=True)
        (self.service / "Makefile").write_text("image:\n\t@echo making the image\n")
        text = (ROOT / "jenkins/service-build.Jenkinsfile").read_text()
        (self.service / "Jenkinsfile").write_text(text.replace("'service1'", "'service2'"))
        git = ("git", "-c", "user.name=tester", "-c", "user.email=tester@example.com")
        for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "--allow-empty", "-m", message)):
            subprocess.run((*git, *words), cwd=self.service, check=True)
        done = self.jenkins.run(
            Wanted("service1", ROOT / "jenkins/service-build.Jenkinsfile", self.service),
            Wanted("service2", self.service / "Jenkinsfile", self.service),
        )
        assert [b.result for b in done] == ["SUCCESS"] * 2, "\n".join(map(str, done))
        return done

    def key(self, stack: str, tenant: str) -> str:
        return f"{REGION}/{stack}/" + (f"tenants/{tenant}/" if tenant else "") + "terraform.tfstate"

    def images(self, stack: str, tenant: str) -> str:
        return self.project.run("output", stack, "-var", f"tenant={tenant}", "-raw", "images").out

    def containers(self) -> list[str]:
        """Of any workspace."""
        places = (self.project.root, *(self.jenkins.home / "workspace").glob("*"))
        return [c for place in places for c in replace(self.project, root=place).containers()]


@pytest.fixture
def shop(tmp_path: Path, aws: Aws, image: str, made: Callable[[Project], Project]) -> Shop:
    shop = Shop(tmp_path, aws)
    made(shop.project)
    return shop


def test_two_tenants_a_failure_an_abort_and_one_deploy_of_a_tenant_at_a_time(shop: Shop) -> None:
    first = shop.build_services("Round the corners")
    assert [b.name for b in first] == ["#1 Round the corners"] * 2
    assert first[0].artifact("service1.env.groovy") == "env.SERVICE1_BUILD='1'\n"
    shop.tenant("broken", 'command = "exit 3"\n')
    shop.tenant("slow", f'value = "kept"\ncommand = "{slow()}"\n')
    shop.tenant("slower", f'value = "kept"\ncommand = "{slow()}"\n')

    (acme,) = shop.jenkins.run(shop.deploy("acme"))
    assert acme.result == "SUCCESS", str(acme)
    assert acme.description == '<a href="http://acme.example.com">http://acme.example.com</a>'
    assert acme.artifacts[:2] == ["builds/service1.env.groovy", "builds/service2.env.groovy"]
    assert shop.images(WAY[0], "acme") == "1 1"

    second = shop.build_services("Square them again")
    assert [b.number for b in second] == [2, 2]
    globex, again, broken, slow_, slower = shop.jenkins.run(
        shop.deploy("globex", params={"STACK": WAY[0], "TENANT": "globex", "SERVICE1": "service1#1"}),
        shop.deploy("acme"),
        shop.deploy("broken"),
        shop.deploy("slow", abort=BEGAN),
        shop.deploy("slower", abort=BEGAN, grace=0.05),
    )
    assert (globex.result, again.result) == ("SUCCESS", "SUCCESS"), f"{globex}\n{again}"
    assert shop.images(WAY[0], "globex") == "1 2", "the build that was chosen, and the newest"
    assert shop.images(WAY[0], "acme") == "2 2"

    assert broken.result == "FAILURE", str(broken)
    assert "exit code 3" in broken.log or "exit status 3" in broken.log, str(broken)
    assert "script returned exit code 1\n" in broken.log, str(broken)

    for stopped in (slow_, slower):
        assert stopped.result == "ABORTED", str(stopped)
        assert ENDED not in stopped.log
        assert "Two interrupts received" not in stopped.log
    assert slow_.log.count("Interrupt received") == 1, str(slow_)
    assert "script returned exit code 143\n" in slow_.log, str(slow_)
    assert "process did not stop" not in slow_.log and "process did not stop" in slower.log
    assert shop.containers() == []
    assert shop.project.locks() == []
    for tenant in ("slow", "slower"):
        value = shop.project.run("output", WAY[0], "-var", f"tenant={tenant}", "-raw", "value").out
        assert value == "kept", "what was done before the abort is in the state"
