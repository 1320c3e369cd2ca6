"""Modules from elsewhere, from Debian's sshd and from git and a registry by https: fetched once, with keys that no run has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import module_servers
import pytest
from harness import ROOT
from module_servers import PASSWORD, TOKEN, USER, Servers, Sshd

pytestmark = [pytest.mark.docker, pytest.mark.terraform]
SSHD = ROOT / ".orchestrate/sshd"
MODULE = {
    "main.tf": 'output "x" {\n  value = "one"\n}\n',
    "sub/main.tf": 'module "near" {\n  source = "../near"\n}\noutput "x" {\n  value = module.near.x\n}\n',
    "near/main.tf": 'output "x" {\n  value = path.module\n}\n',
}
ROOT_MODULE = """
variable "tenant" { type = string }
module "net" {
  source = "%s"
}
resource "terraform_data" "keys" {
  input = module.net.x
  provisioner "local-exec" {
    command = "env; ls /tmp /run; ssh-add -l; echo ended $?"
  }
}
"""


def project(root: Path, main: str, tenants: int = 0) -> Path:
    place = "app/tenant" if tenants else "app"
    (root / "config/app/tenants").mkdir(parents=True)
    (root / "config/app/backend.tfvars").write_text('path = ".orchestrate/states"\n')
    (root / "src" / place).mkdir(parents=True)
    (root / "src/app/main.tf").write_text('resource "terraform_data" "a" {}\n')
    (root / "src" / place / "main.tf").write_text(main)
    for number in range(tenants):
        (root / f"config/app/tenants/t{number}.tfvars").write_text("")
    return root


def run(root: Path, *words: str, **around: str) -> subprocess.CompletedProcess[str]:
    kept = {k: os.environ[k] for k in ("PATH", "DOCKER_HOST", "ORCHESTRATE_MIRROR") if k in os.environ}
    environ = {
        **kept,
        "PYTHONPATH": str(ROOT),
        "ORCHESTRATE_NETWORK": "host",
        "ORCHESTRATE_LOCK_TIMEOUT": "0",
        **around,
    }
    argv = [sys.executable, "-m", "wrapper", *words]
    return subprocess.run(argv, cwd=root, env=environ, capture_output=True, text=True, timeout=600)


def record(root: Path, tenant: str = "") -> Mapping[str, str]:
    """The fingerprint that is recorded of a layer."""
    files = [f for f in root.glob(".orchestrate/states/**/orchestrate.json") if not tenant or f.parent.name == tenant]
    (file,) = files
    found: Mapping[str, str] = json.loads(file.read_text())["inputs"]
    return found


@pytest.fixture
def repositories(tmp_path: Path) -> Path:
    folder = tmp_path / "repositories"
    module_servers.repository(folder / "net", MODULE, "v1.0.0")
    return folder


@pytest.fixture
def ssh(tmp_path: Path, image: str, repositories: Path) -> Iterator[Sshd]:
    subprocess.run([ROOT / "demo/prepare", "sshd"], check=True, capture_output=True)
    with module_servers.sshd(tmp_path / "ssh", SSHD, image, repositories) as server:
        yield server


@pytest.mark.long(100)
def test_a_private_repository_by_ssh(tmp_path: Path, ssh: Sshd, repositories: Path) -> None:
    root = project(tmp_path / "project", ROOT_MODULE % ssh.url(repositories / "net", "//sub?ref=v1.0.0"), tenants=6)
    known = ssh.home / ".ssh/known_hosts"
    key = known.read_text()
    around = {"HOME": str(ssh.home), "SSH_AUTH_SOCK": ssh.agent, "TF_TOKEN_example_com": TOKEN}
    other = (tmp_path / "ssh/user.pub").read_text().split()[1]
    known.write_text(f"# ours\n[127.0.0.1]:{ssh.port} ssh-ed25519 {other}\n")
    wrong = run(root, "plan", "app", "-var", "tenant=t1", **around)
    assert wrong.returncode == 65 and "where: ~/.ssh/known_hosts:2\n" in wrong.stderr, wrong.stderr
    assert f"ssh-keygen -R '[127.0.0.1]:{ssh.port}'" in wrong.stderr and ssh.asked == []
    known.write_text(key)
    without = run(root, "plan", "app", "-var", "tenant=t1", HOME=str(ssh.home))
    assert without.returncode == 77 and "ssh-add -l" in without.stderr, without.stderr
    assert [f.name for f in (root / ".orchestrate/modules").iterdir() if f.is_dir()] == [], "nothing half-made"

    done = run(root, "apply", "app", "--all-tenants", **around)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in ssh.asked] == ["git-upload-pack"], "one fetch for all"
    said = "".join(f.read_text() for f in (root / ".orchestrate/logs").glob("*/*.log"))
    assert "ended 127" in said or "ended 2" in said, said
    assert "SSH_AUTH_SOCK" not in said and TOKEN not in said and "orchestrate-agent" not in said
    commit = module_servers.git(repositories / "net", "rev-parse", "HEAD")
    assert record(root, "t4")["remote_modules"].endswith(f" {commit}")
    plan = run(root, "plan", "app", "-var", "tenant=t1", "-detailed-exitcode", HOME=str(tmp_path))
    assert plan.returncode == 0, "a tag is asked for no more: " + plan.stderr
    assert (
        ".terraform/modules/net/near"
        in run(root, "state", "app", "show", "terraform_data.keys", "-var", "tenant=t1").stdout
    )


@pytest.fixture
def web(repositories: Path) -> Iterator[Servers]:
    with module_servers.https(repositories) as server:
        yield server


def test_git_and_a_registry_by_https_on_the_host(tmp_path: Path, web: Servers, repositories: Path) -> None:
    main = f"""
module "net" {{
  source = "git::https://{USER}:{PASSWORD}@{web.host}/net/.git//sub?ref=main"
}}
module "registry" {{
  source  = "{web.host}/org/net/aws"
  version = "~> 1.0"
}}
output "x" {{
  value = "${{module.net.x}} ${{module.registry.x}}"
}}
"""
    root, home = project(tmp_path / "project", main), tmp_path / "home"
    home.mkdir()
    around = {
        "HOME": str(home),
        "ORCHESTRATE_ENGINE": "host",
        "SSL_CERT_FILE": str(web.ca),
        "GIT_SSL_CAINFO": str(web.ca),
    }
    web.versions = ["1.0.0"]
    denied = run(root, "apply", "app", **around)
    assert denied.returncode == 77 and f'credentials "{web.host}"' in denied.stderr, denied.stderr
    (home / ".terraformrc").write_text(f'credentials "{web.host}" {{\n  token = "{TOKEN}"\n}}\n')
    applied = run(root, "apply", "app", **around)
    assert applied.returncode == 0, applied.stderr
    assert "1.0.0" in record(root)["remote_modules"] and "is 1.0.0, as fetched on" in applied.stderr
    saved = run(root, "plan", "app", "-out=saved", **around)
    assert saved.returncode == 0, saved.stderr
    commit = module_servers.repository(repositories / "net", {"sub/more.tf": 'output "y" {\n  value = 1\n}\n'})
    moved = run(root, "plan", "app", **around)
    assert f"{commit} (was " in moved.stderr, moved.stderr
    assert run(root, "apply", "app", "saved", **around).returncode == 0, "with what it was made with"
    assert commit not in record(root)["remote_modules"]
    again = run(root, "apply", "app", **around)
    assert again.returncode == 0 and commit in record(root)["remote_modules"], again.stderr
    for said in (denied, applied, saved, moved, again):
        assert PASSWORD not in said.stdout + said.stderr and TOKEN not in said.stdout + said.stderr
    assert PASSWORD not in json.dumps(record(root)) and f"git::https://***@{web.host}" in json.dumps(record(root))
