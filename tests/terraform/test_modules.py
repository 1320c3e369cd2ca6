"""The Terraform code without AWS: its form, its validity, its own tests, and a node's first boot.

The rules that Terraform does not know are in tests/terraform/test_rules.py and tests/terraform/test_policy.py."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from terraform_in import ROOT, Terraform

ROOTS = ("src/jenkins", "src/registry")  # each of the others is validated by every run of its `terraform test`
MODULES = (
    "modules/ecs-cluster",
    "modules/tenant-load-balancer",
    "modules/tenant-service",
    "modules/jenkins-agents",
    "modules/jenkins-controller",
    "modules/jenkins-machines",
    "modules/nightly-destroy",
    "modules/pipeline-permissions",
)
SECRET_ARN = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:registry-login-AbCdEf"

terraform = pytest.mark.terraform


@terraform
def test_everything_is_formatted() -> None:
    for folder in ("src", "modules", "config"):
        Terraform(ROOT / folder).run("fmt", "-check", "-recursive", "-diff")


@terraform
@pytest.mark.parametrize("folder", ROOTS)
def test_valid(code: Path, mocked: dict[str, str], folder: str) -> None:
    Terraform(code / folder, mocked | {"TF_DATA_DIR": ".terraform"}).init().run("validate", "-no-color")


@pytest.fixture
def at_once(tmp_path: Path) -> dict[str, str]:
    """Where nothing is real, no resolver has to forget an address: provisioners find a ``sleep`` that does not wait.
    test_service_apply.py waits."""
    (tmp_path / "sleep").write_text("#!/bin/sh\n")
    (tmp_path / "sleep").chmod(0o755)
    return {"PATH": f"{tmp_path}:{os.environ['PATH']}"}


@terraform
@pytest.mark.parametrize("folder", MODULES)
def test_the_modules_own_tests(code: Path, mocked: dict[str, str], at_once: dict[str, str], folder: str) -> None:
    module = Terraform(code / folder, mocked | at_once | {"TF_DATA_DIR": ".terraform"}).init()
    assert "Success!" in module.run("test", "-no-color")


# The first boot of a node, with every program it calls replaced by one that tells.


@pytest.fixture
def boot(code: Path, tmp_path: Path) -> Path:
    """The user data as a machine gets it."""
    arguments = f'region = "ap-southeast-2", registry_secret = "{SECRET_ARN}", settings = {{ ECS_CLUSTER = "x" }}'
    expression = f'base64encode(templatefile("{code}/modules/ecs-cluster/user-data.sh.tftpl", {{ {arguments} }}))'
    encoded = Terraform(tmp_path).run("console", stdin=expression).strip().strip('"')
    script = tmp_path / "boot"
    script.write_bytes(subprocess.run(["base64", "-d"], input=encoded.encode(), capture_output=True, check=True).stdout)
    return script


def booted(script: Path, **programs: str) -> subprocess.CompletedProcess[str]:
    folder = script.parent / "bin"
    folder.mkdir()
    installed = shlex.quote(str(script.parent / "ecs.config"))
    quiet = {"sleep": "", "logger": "", "shutdown": f"touch {script.parent}/stopped", "install": f'cp "$4" {installed}'}
    for name, body in (quiet | programs).items():
        (folder / name).write_text(f"#!/bin/sh\n{body}\n")
        (folder / name).chmod(0o755)
    return subprocess.run(
        ["bash", script], env={"PATH": f"{folder}:/usr/bin:/bin"}, capture_output=True, text=True, timeout=60
    )


@terraform
def test_a_node_writes_the_login_where_the_agent_reads_it(boot: Path) -> None:
    done = booted(
        boot, aws=f'test "$6" = "{SECRET_ARN}" && printf \'{{"https://index.docker.io/v1/":\\n{{"username":"u"}}}}\''
    )
    assert done.returncode == 0, done.stderr
    assert (boot.parent / "ecs.config").read_text() == (
        'ECS_CLUSTER=x\nECS_ENGINE_AUTH_TYPE=docker\nECS_ENGINE_AUTH_DATA={"https://index.docker.io/v1/":{"username":"u"}}\n'
    )
    assert "username" not in boot.read_text() + done.stdout + done.stderr


@terraform
def test_a_node_without_the_login_stops_instead_of_joining(boot: Path) -> None:
    done = booted(boot, aws="exit 1")
    assert done.returncode != 0
    assert (boot.parent / "stopped").exists()
    assert not (boot.parent / "ecs.config").exists()
