"""The Terraform code without AWS: its form, its validity, its own tests, and rules that Terraform does not know."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from terraform_in import ROOT, Terraform

ROOTS = ("src/appcluster", "src/appcluster/tenant", "src/jenkins-agents")
MODULES = ("modules/ecs-cluster", "modules/tenant-service", "modules/jenkins-agents", "modules/nightly-destroy")
USER_DATA = ROOT / "modules/ecs-cluster/user-data.sh.tftpl"
SECRET_ARN = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:registry-login-AbCdEf"

terraform = pytest.mark.terraform


def texts(*folders: str) -> dict[str, str]:
    """Every Terraform file below the folders, without the tests (they show what is refused)."""
    files = [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".tf", ".tfvars", ".j2", ".hcl")
    ]
    return {str(path.relative_to(ROOT)): path.read_text() for path in files if "tests" not in path.parts}


@terraform
def test_everything_is_formatted() -> None:
    for folder in ("src", "modules", "config"):
        Terraform(ROOT / folder).run("fmt", "-check", "-recursive", "-diff")


@terraform
@pytest.mark.parametrize("folder", [*ROOTS, *MODULES])
def test_valid(code: Path, folder: str) -> None:
    Terraform(code / folder, {"TF_DATA_DIR": ".terraform"}).init().run("validate", "-no-color")


@terraform
@pytest.mark.parametrize("folder", MODULES)
def test_the_modules_own_tests(code: Path, folder: str) -> None:
    assert "Success!" in Terraform(code / folder, {"TF_DATA_DIR": ".terraform"}).init().run("test", "-no-color")


def test_no_image_is_latest() -> None:
    for name, text in texts("src", "modules", "config").items():
        assert not re.search(r"""[\w/}-]:latest\b|build"?\s*=\s*"latest\"""", text.replace('":latest"', "")), name


def test_no_secret_in_values_or_user_data() -> None:
    for name, text in texts("src", "modules", "config").items():
        assert not re.search(r'(?i)(password|token|secret_key|auth_data)"?\s*=\s*"[^"$]', text), name
        assert not re.search(r"AKIA[0-9A-Z]{16}|-----BEGIN", text), name
    assert not re.search(r"auth\"?:|password", USER_DATA.read_text())
    assert re.findall(r"ECS_ENGINE_AUTH_DATA=(..)", USER_DATA.read_text()) == ["%s"]


def test_modules_configure_no_provider_and_roots_no_backend() -> None:
    for name, text in texts("modules").items():
        assert not re.search(r"^provider ", text, re.MULTILINE), name
    for name, text in texts("src").items():
        assert not re.search(r"^\s*(backend|cloud) [\"{]", text, re.MULTILINE), name


@pytest.mark.parametrize("folder", [*ROOTS, *MODULES])
def test_every_variable_has_a_type_and_a_description(folder: str) -> None:
    text = (ROOT / folder / "variables.tf").read_text()
    for block in re.findall(r'^variable "[\w-]+" \{\n.*?^\}', text, re.MULTILINE | re.DOTALL):
        assert "\n  description = " in block and re.search(r"\n  type +=", block), block
        if folder in MODULES:
            assert "validation {" in block or 'variable "insights"' in block, block


@pytest.mark.parametrize("folder", [*ROOTS, *MODULES])
def test_every_output_has_a_description(folder: str) -> None:
    text = (ROOT / folder / "outputs.tf").read_text()
    assert text.count('\noutput "') + text.startswith('output "') == text.count("\n  description = ")


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
