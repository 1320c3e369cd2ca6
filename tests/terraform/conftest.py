"""What the module tests stand on: a copy of the Terraform code, the real Terraform, and a simulated AWS.

Terraform finds its provider as on any machine: from the registry, or from the mirror named in TF_CLI_CONFIG_FILE.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from served_provider import served
from terraform_in import REGION, ROOT

SEED = {
    "zones": ["example.com"],
    "secrets": [[name, REGION, "{}"] for name in ("registry-login", "jenkins-admin", "jenkins-machines-key")],
}


@pytest.fixture(scope="session")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to run in: nothing is ever written into src/ or modules/."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not on PATH")
    copy = tmp_path_factory.mktemp("code")
    for folder in ("src", "modules"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns(".terraform*"))
    return copy


@pytest.fixture(scope="session")
def mocked(provider_binary: Path) -> Iterator[dict[str, str]]:
    """An environment in which one process of the real provider serves every `terraform validate` and `terraform test`.
    Only where it is mocked or not configured: then nothing but its schema is asked of it, and whether values fit it."""
    with served(provider_binary, {}) as environment:
        yield environment


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory, provider_binary: Path) -> Iterator[dict[str, str]]:
    """A simulated AWS and a provider that speaks with it; the value is the environment that leads there."""
    home = tmp_path_factory.mktemp("aws")
    argv = [sys.executable, "-m", "wrapper.sandbox.server", "--home", str(home), "--project", "modules"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen([*argv, "--seed", json.dumps(SEED)], cwd=ROOT, stdout=log, stderr=log)
    try:
        there = {
            "AWS_ENDPOINT_URL": url_of(server, home),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        with served(provider_binary, there) as environment:
            yield there | environment
    finally:
        server.terminate()
        server.wait(timeout=30)


def url_of(server: subprocess.Popen[bytes], home: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        if (home / "server.json").exists():
            return str(json.loads((home / "server.json").read_text())["url"])
        time.sleep(0.2)
    pytest.fail(f"the simulated AWS did not start:\n{(home / 'log').read_text()}")
