"""The engines: what a run is given, what it cannot reach, what it leaves, and when it starts nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from daemon import Daemon
from engine_params import on_docker
from harness import BEGAN, REGION, ROOT, Aws, Project, docker, inspect, slow, tiny

pytestmark = pytest.mark.sandbox


def test_a_dry_run_shows_everything_and_starts_nothing(project: Project) -> None:
    project.run("apply", "tiny")
    shutil.rmtree(project.private / "runs")
    states, since = project.objects(), f"{time.time():.3f}"
    done = project.run("--dry-run", "apply", "tiny", REGION, "-var", "tenant=acme", "-var", "value=two words")
    assert made_since(project, since) == [] and project.objects() == states
    assert not (project.private / "runs").exists()
    assert "two words" not in done.out and "terraform init" in done.out and "terraform apply" in done.out
    if project.environment["ORCHESTRATE_ENGINE"] == "docker":
        line = next(line for line in done.out.splitlines() if line.startswith("docker run"))
        assert f"--name={project.prefix}{REGION}.tiny.acme" in line
        assert "--read-only" in line and "--cap-drop=ALL" in line


def test_the_container_is_hardened_and_gets_nothing_of_ours(in_docker: Project) -> None:
    secrets = {
        "SECRET_THING": "1",
        "JENKINS_NODE_COOKIE": "cookie",
        "JENKINS_SERVER_COOKIE": "cookie",
        "GITHUB_TOKEN": "x",
    }
    running = in_docker.start("apply", "tiny", "-var", f"command=env; {slow()}", env=secrets).wait_for(BEGAN)
    (name,) = in_docker.containers()
    found = inspect(name)
    processes = docker("top", name, "-eo", "pid,uid,args")
    running.send(15).end()

    host, config = found["HostConfig"], found["Config"]
    assert config["User"] == f"{os.getuid()}:{os.getgid()}"
    assert {line.split()[1] for line in processes.splitlines()[1:]} == {str(os.getuid())}
    assert host["ReadonlyRootfs"] and not host["Privileged"]
    assert (host["CapDrop"], host["CapAdd"]) == (["ALL"], None)
    assert any(option.startswith("no-new-privileges") for option in host["SecurityOpt"])
    assert 0 < host["PidsLimit"] <= 1024 and (1 << 30) <= host["Memory"] <= (4 << 30)
    writable = [m["Source"] for m in found["Mounts"] if m["RW"]]
    assert writable == [str(in_docker.work())]
    assert all(m["Type"] == "bind" for m in found["Mounts"])
    assert "/var/run/docker.sock" not in str(found["Mounts"])
    names = {pair.partition("=")[0] for pair in config["Env"]}
    assert not names & {*secrets, "USER", "ORCHESTRATE_HOME"}, names
    assert "SECRET_THING" not in running.said() and "cookie" not in running.said()
    assert config["Labels"]["orchestrate.layer"] == f"{REGION}/tiny"


@pytest.fixture
def others(tmp_path: Path, aws: Aws, image: str, made: Callable[[Project], Project]) -> Iterator[Project]:
    """The tiny project as another user's: neither root nor the owner of the tool."""
    if os.getuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("becoming another user needs root and setpriv")
    socket = Path("/var/run/docker.sock")
    group = socket.stat().st_gid if socket.exists() else 0
    folder = Path(tempfile.mkdtemp(prefix="orchestrate-real-"))
    project = made(tiny(folder, aws, "docker"))
    subprocess.run(["chown", "-R", "12345:12345", str(folder)], check=True)
    project.before = ("setpriv", "--reuid=12345", "--regid=12345", f"--groups={group}")
    project.environment |= {"USER": "somebody"}
    if not runs([*project.before, f"{sys.prefix}/bin/python"]):
        a_python_for_all(project)
    yield project
    project.clean()
    shutil.rmtree(folder)


def a_python_for_all(project: Project) -> None:
    """Ours is in a home that another user may not enter: its packages are copied for the system's. Another Python than ours
    needs packages of its own, which the tool then installs; that takes as much processor time as ten applies."""
    if not runs([*project.before, "/usr/bin/python3"]):
        pytest.skip("no Python here that another user may run")
    venv = next(project.home.glob("venv-*"))
    venv.unlink()
    project.environment |= {"ORCHESTRATE_PYTHON": "/usr/bin/python3"}
    if runs(
        [*project.before, "/usr/bin/python3"], f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    ):
        subprocess.run(["/usr/bin/python3", "-I", "-m", "venv", "--without-pip", venv], check=True)
        packages = Path(sysconfig.get_path("purelib"))
        subprocess.run(["cp", "-r", f"{packages}/.", venv / packages.relative_to(sys.prefix)], check=True)
        subprocess.run(["chown", "-R", "12345:12345", venv], check=True)


def runs(argv: list[str], code: str = "import venv, ensurepip") -> bool:
    """By way of a shell: setpriv itself may still open what the user it becomes may not."""
    *before, python = argv
    script = 'exec "$0" -c "$1"'
    return subprocess.run([*before, "sh", "-c", script, python, code], capture_output=True).returncode == 0


def test_files_belong_to_the_caller(others: Project) -> None:
    others.run("apply", "tiny", "-var", "tenant=acme", "-var", "command=id -u; touch made-by-a-provisioner")
    others.run("plan", "tiny", "-out=mine.tfplan")
    made = [*others.home.parent.rglob("*")]
    strangers = [path for path in made if not path.is_symlink() and path.stat().st_uid != 12345]
    assert strangers == []
    assert (others.work("acme") / "made-by-a-provisioner").exists()
    # Nobody else reads what may hold secrets.
    assert (others.root / "mine.tfplan").stat().st_mode & 0o077 == 0
    assert others.work().stat().st_mode & 0o077 == 0
    others.run("destroy", "tiny")


def test_init_is_done_again_only_when_something_it_depends_on_changed(project: Project) -> None:
    def initialized(**more: Any) -> bool:
        return "+ terraform init" in project.run("plan", "tiny", **more).err

    assert initialized()
    assert not initialized()
    project.write(f"config/{REGION}/tiny/variables.tfvars", 'value = "another"\n')
    assert not initialized(), "a value is nothing that init depends on"
    source = project.root / "src/tiny/main.tf"
    source.write_text(source.read_text() + "\n# changed\n")
    assert initialized()
    assert not initialized()
    backend = project.root / f"config/{REGION}/tiny/backend.tfvars"
    backend.write_text(backend.read_text() + "max_retries = 3\n")
    assert initialized()
    other = "host" if project.environment["ORCHESTRATE_ENGINE"] == "docker" else "docker"
    if shutil.which(other.replace("host", "terraform")):
        assert initialized(env={"ORCHESTRATE_ENGINE": other})
        assert initialized()
    shutil.rmtree(project.work() / ".terraform")
    assert initialized()


@on_docker
def test_an_init_that_failed_is_not_remembered(project: Project) -> None:
    source = project.root / "src/tiny/main.tf"
    good = source.read_text()
    source.write_text(good + '\nmodule "missing" {\n  source = "./missing"\n}\n')
    assert "missing" in project.run("plan", "tiny", codes=(1,)).err
    assert "+ terraform init" in project.run("plan", "tiny", codes=(1,)).err
    source.write_text(good)
    project.run("plan", "tiny")


def test_init_checks_the_providers_and_is_believed_afterwards(project: Project) -> None:
    lock = (ROOT / "wrapper/engines/image/context/.terraform.lock.hcl").read_text()
    project.write(
        "src/tiny/versions.tf", 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'
    )
    project.write("src/tiny/.terraform.lock.hcl", re.sub(r'"(h1|zh):[^"]{8}', r'"\1:00000000', lock))
    in_docker = project.environment["ORCHESTRATE_ENGINE"] == "docker"
    refused = project.run(
        "plan", "tiny", codes=(65, 77) if in_docker else (1,)
    )  # 65: a mirror of this host has the provider
    assert "checksum" in refused.err and "+ terraform plan" not in refused.err
    assert "+ terraform init" not in refused.err or not in_docker, "no container is made"

    project.write("src/tiny/.terraform.lock.hcl", lock)
    look = "command=grep -q h1: .terraform.lock.hcl && echo hashed || echo sealed"
    assert "sealed" in project.run("apply", "tiny", "-var", look).out
    (project.work().parents[2] / "providers").write_text("of other files")
    again = project.run("apply", "tiny", "-var", f"{look}; :")
    assert ("sealed" if in_docker else "hashed") in again.out and "+ terraform init" not in again.err
    assert (project.work() / ".terraform.lock.hcl").read_text() == lock, "as it was"


def test_one_container_does_a_whole_layer(in_docker: Project) -> None:
    since = str(int(time.time()))
    in_docker.run("apply", "tiny", "-var", "tenant=acme")
    assert made_since(in_docker, since) == [f"{REGION}.tiny._stack", f"{REGION}.tiny.acme"]


def made_since(project: Project, since: str) -> list[str]:
    """The containers of a project that the engine made since then, also those that are gone."""
    time.sleep(1)
    window = ("--since", since, "--until", str(int(time.time()) + 1))
    said = docker("events", *window, "--filter", "event=create", "--format", "{{json .}}")
    names = [json.loads(line)["Actor"]["Attributes"]["name"] for line in said.splitlines()]
    return sorted(name.removeprefix(project.prefix) for name in names if name.startswith(project.prefix))


def test_nothing_is_written_into_the_project(project: Project) -> None:
    project.write("src/tiny/unformatted.tf", 'output   "ugly" {\nvalue=1\n}\n')
    project.write("modules/thing/main.tf", 'resource "terraform_data" "thing" {\n}\n')
    source = project.root / "src/tiny/main.tf"
    source.write_text(source.read_text() + '\nmodule "thing" {\n  source = "../../modules/thing"\n}\n')
    before = project.digest()
    project.run("apply", "tiny", "-var", "tenant=acme", "-var", "command=touch made-by-a-provisioner")
    for words in (
        ("fmt", "-check"),
        ("validate",),
        ("get",),
        ("plan",),
        ("destroy", "-var", "tenant=acme"),
        ("destroy",),
    ):
        project.run(words[0], "tiny", *words[1:], codes=(3,) if words[0] == "fmt" else (0,))
    assert project.digest() == before


@pytest.mark.docker
def test_two_engines_share_one_state(in_docker: Project) -> None:
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not on PATH")
    in_docker.run("apply", "tiny", "-var", "tenant=acme", "-var", "value=one")
    host = in_docker.on("host")
    assert (
        "No changes." in host.run("plan", "tiny", "-var", "tenant=acme", "-var", "value=one", "-detailed-exitcode").out
    )
    host.run("apply", "tiny", "-var", "tenant=acme", "-var", "value=two")
    assert in_docker.run("output", "tiny", "-var", "tenant=acme", "-raw", "value").out == "two"


def test_another_terraform_is_another_input(project: Project, tmp_path: Path) -> None:
    """On the host engine the terraform on PATH counts; on the docker engine nobody asks for it."""
    terraform = shutil.which("terraform")
    if terraform is None:
        pytest.skip("terraform is not on PATH")
    newer = tmp_path / "newer/terraform"
    newer.parent.mkdir()
    said = '{"terraform_version": "99.0.0"}'
    newer.write_text(f'#!/bin/sh\n[ "$1" = version ] && echo \'{said}\' || exec {terraform} "$@"\n')
    newer.chmod(0o755)
    upgraded = {"PATH": f"{newer.parent}:{os.environ['PATH']}"}

    project.run("apply", "tiny", "-var", "tenant=acme")
    rows = json.loads(project.run("affected", "tiny", REGION, "--json", env=upgraded).out)
    changed = {"versions"} if project.environment["ORCHESTRATE_ENGINE"] == "host" else set()
    assert {one["input"] for row in rows for one in row["inputs"]} == changed
    done = project.run("apply", "tiny", REGION, "--all-tenants", env=upgraded)
    assert ("2 succeeded" if changed else "2 unchanged") in done.err
    assert "2 unchanged" in project.run("apply", "tiny", REGION, "--all-tenants", env=upgraded).err


def test_what_comes_in_one_piece_with_the_engines_answer_is_printed(in_docker: Project) -> None:
    """As it does to a client that a busy machine lets wait."""
    in_docker.run("apply", "tiny", "-var", "value=kept")
    daemon = Daemon(in_docker.home / "docker.sock", late=2.0)
    said = in_docker.run("output", "tiny", "-raw", "value", env={"DOCKER_HOST": daemon.address})
    daemon.die()
    assert said.out == "kept", said
