"""What a command line gives is read once, by one set of rules, and a secret among it stands in no file and no argv."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from engine_params import on_docker, on_host
from harness import BEGAN, REGION, Project, docker, held, wait_until

pytestmark = pytest.mark.sandbox
SECRET = 'variable "dsn" {\n  type      = string\n  sensitive = true\n}\nresource "terraform_data" "dsn" {\n  input = var.dsn\n}\n'


def value(project: Project, tenant: str = "") -> str:
    return str(project.state(tenant)["outputs"]["value"]["value"])


@on_host
def test_the_last_that_was_typed_runs(project: Project) -> None:
    project.write("b.tfvars", 'value = "file"\n')
    for words, expected in (
        (("-var", "value=typed", "-var-file=b.tfvars"), "file"),
        (("-var-file=b.tfvars", "-var", "value=typed"), "typed"),
    ):
        project.run("apply", "tiny", *words)
        assert value(project) == expected


@on_host
def test_values_come_through_a_pipe_once(project: Project) -> None:
    said = project.run("apply", "tiny", "-var-file=/dev/stdin", stdin='value = "${1+1}"\n')
    assert value(project) == "${1+1}" and "-var" not in said.err
    os.mkfifo(project.root / "p")
    writer = subprocess.Popen(["sh", "-c", "echo 'value = \"piped\"' > p"], cwd=project.root)
    project.run("apply", "tiny", "-var-file=p")
    assert writer.wait() == 0 and value(project) == "piped"
    empty = project.run("apply", "tiny", "-var-file=-", stdin="", codes=(65,))
    assert "nothing came through it\n  where: standard input" in empty.err and value(project) == "piped"


@on_host
def test_old_pipelines_go_on(project: Project) -> None:
    project.write("f.tfvars", f'value = "1"\nregion = "{REGION}"\n')
    words = ("-input=false", "-var", f"region={REGION}", "-var-file=f.tfvars")
    for verb in ("init", "validate", "plan", "apply"):
        project.run(verb, "tiny", REGION, *words[1:] if verb == "validate" else words)
    other = project.run("apply", "tiny", "-var", "region=us-east-1", codes=(65,))
    assert f"region is {REGION} in {REGION}/tiny: it cannot be given another value" in other.err


@on_host
def test_an_ephemeral_value_reaches_the_apply_of_its_plan(project: Project) -> None:
    project.write("src/tiny/e.tf", 'variable "once" {\n  type      = string\n  ephemeral = true\n}\n')
    project.run("apply", "tiny", "-var", "once=CANARY", "-var", "value=1")
    assert value(project) == "1"


@on_host
def test_what_a_killed_run_left_goes_with_the_next_command_of_any_layer(project: Project) -> None:
    project.run("apply", "tiny")
    running = project.start("apply", "tiny", "-var", "tenant=acme", "-var", f"command={held()}").wait_for(BEGAN)
    running.send(signal.SIGKILL).end()
    [left] = project.work("acme").glob("zz-*.json")
    assert "removed" not in project.run("plan", "tiny").err, "Terraform goes on"
    project.go_on("acme")
    wait_until(lambda: _is_free(project.work("acme").parents[3] / "lock"))
    assert str(left) in project.run("doctor", "--json", codes=(0, 69)).out
    assert f"removed what a run that was killed left: {left}" in project.run("plan", "tiny").err
    assert not left.exists()


def _is_free(lock: Path) -> bool:
    with lock.open("rb") as file, contextlib.suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


FLEET = ("apply", "tiny", "--all-tenants", "--jobs", "1")


@pytest.mark.parametrize("way", ["standard input", "environment"])
@on_docker
def test_a_secret_stands_in_no_file_and_no_argv(project: Project, way: str) -> None:
    project.write("src/tiny/dsn.tf", SECRET)
    project.write("src/tiny/tenant/dsn.tf", SECRET)
    for tenant in ("acme", "globex"):
        project.write(f"config/{REGION}/tiny/tenants/{tenant}.tfvars", f'command = "{held()}"\n')
    canary, words = "CANARY-4711", ("-var-file=-",) if way == "standard input" else ("--var-env", "dsn=DSN")
    report = ("--report", "r.json", "--junit", "r.xml", "--html", "r.html")
    process = subprocess.Popen(
        project.argv(*FLEET, *report, *words),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **project.options(env={"DSN": canary} if way == "environment" else {}),
    )
    assert process.stdin
    process.stdin.write(f'dsn = "{canary}"' if way == "standard input" else "")
    process.stdin.close()
    process.stdin = None
    seen = ""
    for tenant in ("acme", "globex"):
        wait_until(lambda tenant=tenant: _began(project, tenant) or process.poll() is not None, 120)  # type: ignore[misc]
        seen += subprocess.run(["ps", "-eo", "args", "ww"], capture_output=True, text=True, check=True).stdout
        seen += docker("inspect", *project.containers())
        assert f"{project.prefix}{REGION}.tiny.{tenant}" in seen
        project.go_on(tenant)
    out, err = process.communicate(timeout=180)
    assert process.returncode == 0, out + err
    assert canary in json.dumps(project.state("acme")), "it arrived"
    assert canary not in seen and canary not in out + err
    states = project.root / ".states"
    files = [f for place in (project.root, project.private) for f in place.rglob("*") if f.is_file()]
    hits = [f for f in files if not f.is_relative_to(states) and canary.encode() in f.read_bytes()]
    assert hits == [] and (project.root / "r.json") in files


def _began(project: Project, tenant: str) -> bool:
    logs = project.private / "logs"
    return any(BEGAN in f.read_text() for f in logs.rglob(f"*{tenant}*.log"))
