"""What befalls some tenants of many: the others finish, nothing is lost, and each is named in the report."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from daemon import Daemon
from fleets import Tenants
from harness import REGION, Aws, Project, docker, held, slow, tiny, wait_until

pytestmark = [pytest.mark.sandbox, pytest.mark.docker]
SOMEBODY = {
    "ID": "11111111-2222-3333-4444-555555555555",
    "Who": "somebody@elsewhere",
    "Operation": "OperationTypeApply",
}


@pytest.fixture
def many(in_docker: Project, aws: Aws) -> Iterator[Tenants]:
    yield Tenants(in_docker)
    aws.faults()


def denied(action: str) -> dict[str, object]:
    return {"action": action, "code": "AccessDenied", "status": 403, "message": "denied for this test", "times": 0}


def codes(many: Tenants) -> dict[str, int]:
    return {name: one["exit_code"] for name, one in many.results.items()}


def test_what_befalls_some_stops_no_other(many: Tenants, aws: Aws) -> None:
    project = many.project
    many.declare(["broken", "good", "locked", "denied", "unsaved", "last"])
    many.declare(["killed"], command=slow())
    many.file("broken").write_text('value = "no end\n')
    lock = json.dumps(SOMEBODY | {"Created": "2026-01-02T03:04:05Z", "Path": "p", "Version": "1.11.4", "Info": ""})
    aws.client("s3").put_object(Bucket=project.bucket, Key=project.key("locked") + ".tflock", Body=lock.encode())
    aws.faults(
        denied("s3:GET *tenants/denied/terraform.tfstate*"), denied("s3:PUT *tenants/unsaved/terraform.tfstate[?]*")
    )
    running = many.start("apply", "--jobs", "2")
    many.wait_for("killed", info=running)
    docker("kill", f"{project.prefix}{REGION}.tiny.killed")
    done = running.end(100)
    many.read()
    assert {n: c for n, c in codes(many).items() if n != "killed"} == {
        "": 0, "good": 0, "last": 0, "broken": 65, "locked": 75, "denied": 77, "unsaved": 74
    }  # fmt: skip
    assert codes(many)["killed"] in (1, 69, 75)
    assert not [one for one in many.results.values() if one["log"] and not Path(one["log"]).is_file()]
    assert (done.code, "bug of ours" in done.all, "Traceback" in done.all) == (74, False, False), str(done)
    assert "somebody@elsewhere" in done.err and "broken.tfvars:1" in done.err and "errored.tfstate" in done.err
    assert project.containers() == []

    aws.faults()
    rows = {row["tenant"]: row for row in json.loads(project.run("tenants", "tiny", "--json", codes=(1,)).out)}
    assert rows["unsaved"]["status"] == ["state missing", "failed"]
    lock = rows["locked"]["locked"]
    assert (lock["by"], lock["since"]) == ("somebody@elsewhere", "2026-01-02T03:04:05Z")
    assert rows["killed"]["locked"] and not rows["good"]["locked"]
    assert {name for name, row in rows.items() if "wrong" in row["status"]} == {"broken"}
    assert {name for name, row in rows.items() if row["status"] == ["deployed"]} == {"good", "last"}

    many.file("broken").write_text('value = "mended"\n')
    many.declare(["killed"])
    project.run("state", "tiny", REGION, "-var", "tenant=unsaved", "push", "errored.tfstate")
    assert "tiny ap-southeast-2 -var tenant=killed" in many.results["killed"]["error"]["hint"]
    hint = many.results["locked"]["error"]["hint"]
    assert hint.endswith(f"force-unlock tiny {REGION} -var tenant=locked -force {SOMEBODY['ID']}")
    project.run("force-unlock", "tiny", "-var", "tenant=killed", "-force", rows["killed"]["locked"]["id"])
    many.run("apply", "--failed-from", str(many.report), many="", code=75)
    assert {name for name, code in codes(many).items() if not code} == {"broken", "killed", "denied", "unsaved"}
    assert codes(many)["locked"] == 75


def test_a_second_fleet_names_the_first(many: Tenants, tmp_path: Path) -> None:
    many.declare("ab", command=slow())
    running = many.start("apply", "--jobs", "2")
    report = many.report
    many.wait_for("a", "b", info=running)
    second = many.run("apply", code=75)
    assert "another apply over many tenants" in second.err and "by tester-" in second.err
    there = Tenants(many.project.elsewhere(tmp_path))
    there.declare("c")
    there.run("apply", "--jobs", "3", code=75)
    assert (there.those("failed"), there.those("succeeded"), there.those("unchanged")) == ("a b", "c", "-")
    assert "tester-" in there.results["a"]["error"]["message"] + str(there.results["a"]["error"]["hint"])
    assert running.send(signal.SIGTERM).end(90).code == 143
    many.report = report
    many.read()
    assert many.those("stopped") == "a b"
    many.project.assert_nothing_left()


def test_a_daemon_that_dies_half_way(many: Tenants) -> None:
    project = many.project
    many.declare("ab")
    many.declare("cd", command=held())
    many.declare("ef")
    daemon = Daemon(project.home / "docker.sock")
    running = many.start("apply", "--jobs", "2", env={"DOCKER_HOST": daemon.address})
    many.wait_for("c", "d", info=running)
    daemon.die()
    done = running.end(90)
    project.go_on("c")
    project.go_on("d")
    many.read()
    assert "bug of ours" not in done.all and done.code in (69, 75), str(done)
    assert (many.those("succeeded"), many.those("failed")) == ("- a b", "c d e f")
    wait_until(lambda: not project.locks(), 30)
    assert len(project.addresses("c")) == 2, "Terraform in its container saved what it did"
    many.run("apply", "--failed-from", str(many.report), "-lock-timeout=60s", many="")
    assert many.those("succeeded") == "c d e f"
    project.assert_nothing_left()


@pytest.fixture
def small(tmp_path: Path, aws: Aws, image: str, made: Callable[[Project], Project]) -> Iterator[Tenants]:
    """A fleet whose private folder has 3 MB; its reports go elsewhere."""
    project = made(tiny(tmp_path, aws, "docker"))
    home = project.private
    home.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(home)], capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    yield Tenants(project)
    project.clean()
    subprocess.run(["umount", "-l", str(home)], check=True)


def test_a_disk_that_fills_up_half_way(small: Tenants) -> None:
    small.declare("acd")
    small.declare("b", command="dd if=/dev/zero of=filler bs=4096; seq 1 9000")
    done = small.run("apply", "--jobs", "1", code=69)
    assert (small.those("succeeded"), small.those("failed")) == ("- a b", "c d")
    assert "bug of ours" not in done.all and "No space left" in small.results["c"]["error"]["message"]
    assert "b | terraform_data.command[0] (local-exec): 9000" in done.err, "what no log can take is said"
    for filler in small.project.private.rglob("filler"):
        filler.unlink()
    small.run("apply", "--failed-from", str(small.report), many="")
    assert small.those("succeeded") == "c d"
    small.project.assert_nothing_left()


def test_bad_words(many: Tenants) -> None:
    many.declare("ab")
    many.run("apply", "--jobs", "0", code=64)
    assert "x*" in many.run("apply", "--tenants", "x*", many="", code=66).err
    assert many.project.objects() == []
