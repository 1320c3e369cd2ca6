"""Every Jenkinsfile, run: real processes, the real tool, Terraform and engine, on a project with the shipped layout and
stack names and tiny roots. Jenkins itself is a stand-in (tests/support/jenkins/standin)."""

from __future__ import annotations

import contextlib
import http.server
import json
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import forked
import pytest
from harness import BEGAN, ENDED, REGION, ROOT, SHARED, TENANT, Aws, Project, make, slow
from standin import Built, Jenkins, Wanted

pytestmark = [pytest.mark.sandbox, pytest.mark.groovy]

WAY = ("appcluster-test", "appcluster-beta", "appcluster-staging", "appcluster-live")
SETTINGS = {"appcluster-test": "ephemeral = true\n", "appcluster-live": "protected = true\n"}
BUILDS = "".join(f'\nvariable "service{n}-build" {{\n  type = string\n}}\n' for n in (1, 2))
REGISTRY = f"123456789012.dkr.ecr.{REGION}.amazonaws.com"
JOBS = """
folder   = "shop"
project  = { repository = "https://git.example.com/project.git", branch = "main" }
library  = { tag = "v0.2.0" }
services = {
  service1 = { repository = "https://git.example.com/service1.git", branch = "main" }
  service2 = { repository = "https://git.example.com/service2.git", branch = "main" }
}
groups   = { deploy = ["developers"], release = ["release-managers"] }
night    = { zone = "Australia/Sydney", time = "20:00" }
drift    = { zone = "Australia/Sydney", time = "06:00" }
"""
IMAGES = '\noutput "images" {\n  value = "${var.service1-build} ${var.service2-build}"\n}\n'


class Shop:
    """A team: two services, a project with the shipped names, and the jobs that belong to them."""

    def __init__(self, folder: Path, aws: Aws, engine: str) -> None:
        self.project = make(folder, aws, {"ORCHESTRATE_ENGINE": engine})
        self.project.bucket = f"states-{folder.name.replace('_', '-')}"[:60].rstrip("-").lower()
        place = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
        aws.client("s3").create_bucket(Bucket=self.project.bucket, **place)
        for before, stack in zip(("", *WAY), WAY, strict=False):
            self.stack(stack, before)
        self.project.write("src/appcluster/main.tf", SHARED)
        self.project.write("src/appcluster/tenant/main.tf", TENANT + BUILDS + IMAGES)
        self.tool = folder / "tool"
        self.tool.symlink_to(ROOT / "orchestrate")
        (self.project.root / "orchestrate").symlink_to(self.tool)
        self.project.write("config/jenkins.hcl", JOBS)
        for file in (ROOT / "jenkins").glob("*.Jenkinsfile"):
            self.project.write(f"jenkins/{file.name}", file.read_text())
        self.repositories = {"https://git.example.com/project.git": self.project.root}
        for name in ("service1", "service2"):
            self.service(name, folder / name)
        written = json.loads(self.project.run("jenkins", "casc", "--jobs", "--json").out)
        scripts = [job["script"] for job in written["jobs"]]
        self.jenkins = Jenkins(
            folder / "jenkins", self.project.environment, repositories=self.repositories, jobs=scripts
        )
        tools = {"PATH": f"{machine_tools(folder / 'tools')}:{self.project.environment['PATH']}", "REGISTRY": REGISTRY}
        self.builders = replace(self.jenkins, environment={**self.project.environment, **tools})

    def start_forks(self) -> None:
        """Where no signal is the subject: ./orchestrate of its builds costs a fifth of a start (forked.py)."""
        forked.server().stand_for(self.tool)

    def service(self, name: str, folder: Path) -> None:
        """Its repository, with the shipped Jenkinsfile."""
        folder.mkdir()
        (folder / "Makefile").write_text("image:\n\t@echo making the image\n")
        text = (ROOT / "jenkins/service-build.Jenkinsfile").read_text()
        (folder / "Jenkinsfile").write_text(text.replace("service1", name))
        self.repositories[f"https://git.example.com/{name}.git"] = folder

    def stack(self, name: str, before: str) -> None:
        here = f"config/{REGION}/{name}"
        self.project.write(f"{here}/backend.tfvars", f'bucket = "{self.project.bucket}"\nregion = "{REGION}"\n')
        self.project.write(f"{here}/variables.tfvars", "")
        way = f'promotes_from = "{before}"\n' if before else ""
        self.project.write(f"{here}/stack.hcl", 'source = "appcluster"\n' + way + SETTINGS.get(name, ""))

    def tenant(self, name: str, text: str = "", stack: str = WAY[0]) -> None:
        self.project.write(f"config/{REGION}/{stack}/tenants/{name}.tfvars", text)

    def job(self, name: str, **more: object) -> Wanted:
        return Wanted(f"shop/{name}", **more)

    def deploy(self, tenant: str, chosen: Mapping[str, str] | None = None, **more: object) -> Wanted:
        return self.job(f"{WAY[0]}/deploy", params={"TENANT": tenant, **(chosen or {})}, **more)

    def promote(self, stack: str, *, smoke: str = "") -> Wanted:
        return self.job(f"{stack}/promote", params={"TENANT": "acme", "SMOKE": smoke, **self.confirmed(stack)})

    def older(self, stack: str, deploy: str, tenant: str = "acme", **more: str) -> Wanted:
        params = {"TENANT": tenant, "DEPLOY": deploy, **self.confirmed(stack), **more}
        return self.job(f"{stack}/promote-older", params=params)

    def roll_back(self, stack: str, *, back_to: str = "", smoke: str = "") -> Wanted:
        return self.job(f"{stack}/rollback", params={"TENANT": "acme", "BACK_TO": back_to, "SMOKE": smoke})

    def fleet(self, parts: str = "2", **more: object) -> Wanted:
        return self.job(f"{WAY[0]}/fleet", params={"PARTS": parts}, **more)

    def confirmed(self, stack: str) -> dict[str, bool]:
        return {"CONFIRMED": True} if "protected" in SETTINGS.get(stack, "") else {}

    def build_services(self, message: str) -> list[Built]:
        """A build of either service, from commits with that message."""
        git = ("git", "-c", "user.name=tester", "-c", "user.email=tester@example.com")
        for name in ("service1", "service2"):
            for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "--allow-empty", "-m", message)):
                subprocess.run((*git, *words), cwd=self.repositories[f"https://git.example.com/{name}.git"], check=True)
        done = self.builders.run(self.job("services/service1"), self.job("services/service2"))
        assert [b.result for b in done] == ["SUCCESS"] * 2, "\n".join(map(str, done))
        return done

    def key(self, stack: str, tenant: str) -> str:
        return f"{REGION}/{stack}/" + (f"tenants/{tenant}/" if tenant else "") + "terraform.tfstate"

    def images(self, stack: str, tenant: str) -> str:
        return self.project.run("output", stack, "-var", f"tenant={tenant}", "-raw", "images").out

    def containers(self) -> list[str]:
        """Of any workspace."""
        places = (self.project.root, *(self.jenkins.home / "workspace").glob("shop/*"))
        return [c for place in places for c in replace(self.project, root=place).containers()]


@pytest.fixture
def open_shop(tmp_path: Path, aws: Aws, made: Callable[[Project], Project]) -> Callable[[str], Shop]:
    """open_shop("docker"): a shop whose agents use that engine."""

    def opened(engine: str) -> Shop:
        shop = Shop(tmp_path, aws, engine)
        made(shop.project)
        return shop

    return opened


@pytest.mark.docker
def test_two_tenants_a_failure_and_two_aborts(open_shop: Callable[[str], Shop], image: str) -> None:
    shop = open_shop("docker")
    first = shop.build_services("Round the corners")
    assert [b.name for b in first] == ["1-Round the corners"] * 2
    assert f"docker push {REGISTRY}/service1:1" in first[0].log and "s3cret" not in first[0].log, str(first[0])
    assert first[0].artifact("service1.env.groovy") == "env.SERVICE1_BUILD='1'\n"
    shop.tenant("broken", 'command = "exit 3"\n')
    shop.tenant("slow", f'value = "kept"\ncommand = "{slow()}"\n')
    shop.tenant("slower", f'value = "kept"\ncommand = "{slow()}"\n')

    (acme,) = shop.jenkins.run(shop.deploy("acme"))
    assert acme.result == "SUCCESS", str(acme)
    assert acme.description == '<a href="http://acme.example.com">http://acme.example.com</a>'
    assert acme.name == "1-acme: service1 1-Round the corners, service2 1-Round the corners"
    names = ("running.env.groovy", "service1.env.groovy", "service2.env.groovy", "tenant")
    assert acme.artifacts[:4] == [f"builds/{name}" for name in names]
    assert shop.images(WAY[0], "acme") == "1 1"
    assert acme.tests == {"acme": "passed"} and acme.pages == ["Deploy"]

    second = shop.build_services("Square them again")
    assert [b.number for b in second] == [2, 2]
    assert acme.choices == {f"SERVICE{n}": ["1-Round the corners"] for n in (1, 2)}
    globex, again, broken, slow_, slower = shop.jenkins.run(
        shop.deploy("globex", {"SERVICE1": "shop/services/service1#1"}),
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

    assert broken.tests == {"broken": "failure"}, broken.tests
    assert not [name for name in broken.artifacts if name.startswith("builds/")], (
        "what it did not deploy is not archived"
    )

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


def machine_tools(folder: Path) -> Path:
    """What a build agent has: an AWS command line whose password must not be seen, and a Docker that only says what it is told."""
    folder.mkdir()
    for name, text in (
        ("aws", "echo s3cret"),
        ("docker", 'case "$1" in login) read -r _ ;; *) echo docker "$@" ;; esac'),
    ):
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return folder


class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None: ...


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The URL of what stands for a tenant: in the simulated AWS no traffic flows."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Healthy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.long(165)
@pytest.mark.terraform
def test_a_promotion_through_all_environments_and_the_night(open_shop: Callable[[str], Shop]) -> None:
    shop = open_shop("host")
    shop.start_forks()
    shop.tenant("acme", stack=WAY[-1])
    shop.build_services("Round the corners")
    shop.build_services("Square them again")
    old = {"SERVICE2": "shop/services/service2#1"}
    both = shop.jenkins.run(shop.deploy("acme", old), shop.deploy("acme", old))
    assert [b.result for b in both] == ["SUCCESS"] * 2, "\n".join(map(str, both))
    assert [f"[orchestrate/{REGION}/{WAY[0]}/acme] is locked, waiting" in b.log for b in both].count(True) == 1
    assert both[0].choices["SERVICE1"] == ["2-Square them again", "1-Round the corners"]
    with served() as url:
        for stack in WAY[1:]:
            built = shop.jenkins.one(shop.promote(stack, smoke=f"{url}/health"))
            assert f"smoke test: GET {url}/health: 200" in built.log, str(built)
            assert shop.images(stack, "acme") == "2 1"
            assert "http://acme.example.com" in built.description
            said = built.artifact("builds/running.env.groovy")
            assert "env.SERVICE1_BUILD='2'" in said and "env.SERVICE2_BUILD='1'" in said
            assert built.name == "1-acme: service1 2, service2 1"
        back_again(shop, url)
        an_older_deploy(shop)

    unsure, drift, night = shop.jenkins.run(
        shop.roll_back(WAY[3]), shop.job(f"{WAY[3]}/drift"), shop.job("nightly-destroy")
    )
    assert drift.result == "SUCCESS" and drift.pages == ["Drift"], str(drift)
    assert unsure.result == "FAILURE" and "--confirm" in unsure.log, str(unsure)
    assert "script returned exit code 77\n" in unsure.log, str(unsure)
    assert night.result == "SUCCESS", str(night)
    assert night.triggers == [{"cron": "0 20 * * *", "zone": "Australia/Sydney"}]
    assert night.pages == ["Night"] and "reports/report.json" in night.artifacts
    left = [key for key in shop.project.objects() if key.endswith("terraform.tfstate")]
    assert left == sorted(shop.key(stack, tenant) for stack in WAY[1:] for tenant in ("", "acme")), (
        "only the ephemeral one is gone"
    )
    assert set(night.tests.values()) == {"passed"}, night.tests


def back_again(shop: Shop, url: str) -> None:
    """A newer build does not answer, and the one before comes back."""
    silent = shop.jenkins.one(shop.deploy("acme", {"SMOKE": f"{url}/gone"}), "FAILURE")
    assert f"smoke test failed: GET {url}/gone: answered 404, not 200" in silent.log, str(silent)
    assert silent.tests == {"acme": "failure"} and shop.images(WAY[0], "acme") == "2 2"
    nowhere = shop.jenkins.one(shop.roll_back(WAY[0], back_to="99"), "FAILURE")
    assert "no apply '99' in its history" in nowhere.log, str(nowhere)
    assert "script returned exit code 66\n" in nowhere.log
    back = shop.jenkins.one(shop.roll_back(WAY[0], smoke=f"{url}/health"))
    assert "service1-build 2, service2-build 1" in back.log and f"GET {url}/health: 200" in back.log, str(back)
    assert shop.images(WAY[0], "acme") == "2 1"
    assert "env.SERVICE2_BUILD='1'" in back.artifact("builds/running.env.groovy")
    assert "http://acme.example.com" in back.description and back.pages == ["Rollback"]


def an_older_deploy(shop: Shop) -> None:
    """A deploy of test that is not the last one goes to beta, and only to the tenant that it was of."""
    deploys = f"shop/{WAY[0]}/deploy"
    newer = shop.jenkins.one(shop.deploy("acme", {"SERVICE1": "shop/services/service1#1", "SMOKE": "none"}))
    assert shop.images(WAY[0], "acme") == "1 2"
    older, other = shop.jenkins.run(
        shop.older(WAY[1], f"{deploys}#2"), shop.older(WAY[1], f"{deploys}#2", tenant="globex")
    )
    assert older.result == "SUCCESS" and shop.images(WAY[1], "acme") == "2 1", str(older)
    name = f"{newer.number}-acme: service1 1-Round the corners, service2 2-Square them again"
    assert older.choices["DEPLOY"][0] == newer.name == name and older.name == "1-acme: service1 2, service2 1"
    assert other.result == "FAILURE" and "is a deploy of acme, not of globex" in other.log, str(other)


@pytest.mark.terraform
def test_a_fleet_of_three_parts_one_of_which_loses_its_agent(open_shop: Callable[[str], Shop]) -> None:
    shop = open_shop("host")
    shop.build_services("Round the corners")
    for name in ("acme", "globex", "initech", "umbrella", "hooli", "vandelay"):
        shop.tenant(name, f'command = "{slow(2)}"\n')
    fleet = shop.fleet("3", agent_dies="tenants to run")
    built = shop.jenkins.one(fleet)
    assert built.log.count("Retrying") == 1 and "was removed" not in built.description
    report = json.loads(built.artifact("reports/report.json"))
    results = {a["tenant"]: a["result"] for a in report["results"]}
    assert sorted(results) == ["acme", "globex", "hooli", "initech", "umbrella", "vandelay"]
    assert set(results.values()) <= {"succeeded", "unchanged"}, results
    assert "builds/service1.env.groovy" in built.artifacts
    assert [f for f in built.artifacts if "part-" in f] == [f"reports/part-{n}.json" for n in (1, 2, 3)]
    assert built.pages == ["Tenants"] and set(built.tests.values()) <= {"passed", "skipped"}
    assert shop.project.locks() == []

    shop.start_forks()
    same = shop.jenkins.one(shop.fleet())
    assert "these builds change no tenant" in same.log and same.log.count("Running on an agent") == 1, str(same)

    shop.tenant("globex", 'command = "exit 3"\n')
    (failed,) = shop.jenkins.run(shop.fleet())
    assert failed.result == "FAILURE" and "Retrying" not in failed.log, str(failed)
    results = {a["tenant"]: a["result"] for a in json.loads(failed.artifact("reports/report.json"))["results"]}
    assert results == {"globex": "failed"}, "the others are as these builds want them: no agent is started for them"
    assert failed.tests["globex"] == "failure"

    shop.build_services("Square them again")
    shop.tenant("globex", 'command = "true"\n')
    newer = shop.jenkins.one(shop.fleet())
    assert {a["result"] for a in json.loads(newer.artifact("reports/report.json"))["results"]} == {"succeeded"}
    assert shop.images(WAY[0], "acme") == shop.images(WAY[0], "globex") == "2 2"


@pytest.mark.terraform
def test_an_abort_where_terraform_is_a_process_of_the_agent(open_shop: Callable[[str], Shop]) -> None:
    """Jenkins ends the children of what carries its cookie first: Terraform must be no child of the step."""
    shop = open_shop("host")
    shop.build_services("Round the corners")
    shop.tenant("slow", f'value = "kept"\ncommand = "{slow()}"\n')
    (stopped,) = shop.jenkins.run(shop.deploy("slow", abort=BEGAN))
    assert stopped.result == "ABORTED" and ENDED not in stopped.log, str(stopped)
    assert stopped.log.count("Interrupt received") == 1, str(stopped)
    assert "script returned exit code 143\n" in stopped.log, str(stopped)
    assert shop.project.locks() == []
    assert shop.project.run("output", WAY[0], "-var", "tenant=slow", "-raw", "value").out == "kept"
