"""Every Jenkinsfile, run: real processes, the real tool, Terraform and engine, on a project with the shipped layout and
stack names and tiny roots. Jenkins itself is a stand-in (tests/support/jenkins/standin)."""

from __future__ import annotations

import contextlib
import http.server
import itertools
import json
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from harness import BEGAN, ENDED, REGION, ROOT, SHARED, TENANT, Aws, Project, make, slow
from standin import Built, Jenkins, Wanted

pytestmark = [pytest.mark.sandbox, pytest.mark.groovy]

WAY = ("appcluster-test", "appcluster-beta", "appcluster-staging", "appcluster-live")
SETTINGS = {"appcluster-test": "ephemeral = true\n", "appcluster-live": "protected = true\n"}
BUILDS = "".join(f'\nvariable "service{n}-build" {{\n  type = string\n}}\n' for n in (1, 2))
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
        return Wanted(f"shop/{name}", ROOT / "jenkins" / f"{file}.Jenkinsfile", self.project.root, **more)

    def deploy(self, tenant: str, chosen: Mapping[str, str] | None = None, **more: object) -> Wanted:
        return self.job("deploy", "deploy", params={"STACK": WAY[0], "TENANT": tenant, **(chosen or {})}, **more)

    def promote(self, source: str, stack: str, *, confirmed: bool = False, smoke: str = "") -> Wanted:
        params = {"FROM": source, "TO": stack, "TENANT": "acme", "CONFIRMED": confirmed, "SMOKE": smoke}
        return self.job("promote", "promote", params=params)

    def roll_back(self, stack: str, *, confirmed: bool = False, back_to: str = "", smoke: str = "") -> Wanted:
        params = {"STACK": stack, "TENANT": "acme", "BACK_TO": back_to, "CONFIRMED": confirmed, "SMOKE": smoke}
        return self.job("rollback", "rollback", params=params)

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
            Wanted("shop/service1", ROOT / "jenkins/service-build.Jenkinsfile", self.service),
            Wanted("shop/service2", self.service / "Jenkinsfile", self.service),
        )
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
    assert acme.tests == {"acme": "passed"} and acme.pages == ["Deploy"]

    second = shop.build_services("Square them again")
    assert [b.number for b in second] == [2, 2]
    assert acme.choices == {f"SERVICE{n}": ["#1 Round the corners"] for n in (1, 2)}
    globex, again, broken, slow_, slower = shop.jenkins.run(
        shop.deploy("globex", {"SERVICE1": "shop/service1#1"}),
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
    shop.tenant("acme", stack=WAY[-1])
    shop.build_services("Round the corners")
    shop.build_services("Square them again")
    old = {"SERVICE2": "shop/service2#1"}
    both = shop.jenkins.run(shop.deploy("acme", old), shop.deploy("acme", old))
    assert [b.result for b in both] == ["SUCCESS"] * 2, "\n".join(map(str, both))
    assert [f"[orchestrate/{REGION}/{WAY[0]}/acme] is locked, waiting" in b.log for b in both].count(True) == 1
    assert both[0].choices["SERVICE1"] == ["#2 Square them again", "#1 Round the corners"]
    with served() as url:
        for source, stack in itertools.pairwise(WAY):
            built = shop.jenkins.one(shop.promote(source, stack, confirmed=True, smoke=f"{url}/health"))
            assert f"smoke test: GET {url}/health: 200" in built.log, str(built)
            assert shop.images(stack, "acme") == "2 1"
            assert "http://acme.example.com" in built.description
            said = built.artifact("builds/running.env.groovy")
            assert "env.SERVICE1_BUILD='2'" in said and "env.SERVICE2_BUILD='1'" in said
        back_again(shop, url)

    skips, unsure, night = shop.jenkins.run(
        shop.promote(WAY[0], WAY[2]),
        shop.roll_back(WAY[3]),
        shop.job("nightly-destroy", "nightly-destroy"),
    )
    for refused, word in ((skips, "skips appcluster-beta"), (unsure, "--confirm")):
        assert refused.result == "FAILURE" and word in refused.log, str(refused)
        assert "script returned exit code 77\n" in refused.log, str(refused)
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


@pytest.mark.terraform
def test_a_fleet_of_three_parts_one_of_which_loses_its_agent(open_shop: Callable[[str], Shop]) -> None:
    shop = open_shop("host")
    shop.build_services("Round the corners")
    for name in ("acme", "globex", "initech", "umbrella", "hooli", "vandelay"):
        shop.tenant(name, f'command = "{slow(2)}"\n')
    fleet = shop.job("fleet", "fleet", params={"STACK": WAY[0], "PARTS": "3"}, agent_dies="tenants to run")
    built = shop.jenkins.one(fleet)
    assert built.log.count("Retrying") == 1 and "was removed" not in built.description
    report = json.loads(built.artifact("reports/report.json"))
    results = {a["tenant"]: a["result"] for a in report["results"]}
    assert sorted(results) == ["acme", "globex", "hooli", "initech", "umbrella", "vandelay"]
    assert set(results.values()) <= {"succeeded", "unchanged"}, results
    assert [f for f in built.artifacts if "part-" in f] == [f"reports/part-{n}.json" for n in (1, 2, 3)]
    assert built.pages == ["Tenants"] and set(built.tests.values()) <= {"passed", "skipped"}
    assert shop.project.locks() == []

    same = shop.jenkins.one(shop.job("fleet", "fleet", params={"STACK": WAY[0], "PARTS": "2"}))
    assert "these builds change no tenant" in same.log and same.log.count("Running on an agent") == 1, str(same)

    shop.tenant("globex", 'command = "exit 3"\n')
    (failed,) = shop.jenkins.run(shop.job("fleet", "fleet", params={"STACK": WAY[0], "PARTS": "2"}))
    assert failed.result == "FAILURE" and "Retrying" not in failed.log, str(failed)
    results = {a["tenant"]: a["result"] for a in json.loads(failed.artifact("reports/report.json"))["results"]}
    assert results == {"globex": "failed"}, "the others are as these builds want them: no agent is started for them"
    assert failed.tests["globex"] == "failure"

    shop.build_services("Square them again")
    shop.tenant("globex", 'command = "true"\n')
    newer = shop.jenkins.one(shop.job("fleet", "fleet", params={"STACK": WAY[0], "PARTS": "2"}))
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
