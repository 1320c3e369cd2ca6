"""The machine image: its template, read, its references resolved; the script that makes it and the agents' image, on stand-ins."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import hcl2
import pytest

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "jenkins/agent-ami"
TEXT = (FOLDER / "agent.pkr.hcl").read_text()
PROVISION = ROOT / "jenkins/agent/provision"
HAS = {"apt-get", "dnf", "systemctl", "usermod", "rm"}


def unquoted(value: Any) -> Any:
    """Without the quotes in which some versions of the parser leave texts and labels."""
    if isinstance(value, dict):
        return {unquoted(name): unquoted(one) for name, one in value.items() if not str(name).startswith("__")}
    if isinstance(value, list):
        return [unquoted(one) for one in value]
    return value[1:-1] if isinstance(value, str) and re.fullmatch(r'"[^"]*"', value) else value


TEMPLATE = unquoted(hcl2.loads(TEXT))
(SOURCE,) = (one["amazon-ebs"]["agent"] for one in TEMPLATE["source"])
(BUILD,) = TEMPLATE["build"]


def provisioners(kind: str) -> list[dict[str, Any]]:
    return [one[kind] for one in BUILD["provisioner"] if kind in one]


def test_every_reference_leads_somewhere() -> None:
    code = re.sub(r"#.*", "", TEXT)
    there = {
        "var": {name for block in TEMPLATE["variable"] for name in block},
        "local": {name for block in TEMPLATE["locals"] for name in block},
        "data": {f"{kind}.{name}" for block in TEMPLATE["data"] for kind, named in block.items() for name in named},
    }
    named = {
        "var": set(re.findall(r"\bvar\.(\w+)", code)),
        "local": set(re.findall(r"\blocal\.(\w+)", code)),
        "data": set(re.findall(r"\bdata\.([\w-]+\.\w+)", code)),
    }
    assert named == there, "what is declared is used, and what is used is declared"
    assert BUILD["sources"] == ["source.amazon-ebs.agent"]


def test_what_it_copies_is_here_or_put_together_by_parts() -> None:
    made = re.findall(r'>"\$here/([\w.]+)"', (FOLDER / "parts").read_text())
    files = [one["source"].replace("${path.root}/", "") for one in provisioners("file")]
    assert made == ["terraform.tar", "orchestrate.tar"]
    assert {name for name in files if not (FOLDER / name).exists()} <= set(made) <= set(files)
    assert "../agent/provision" in files


def test_it_is_encrypted_of_a_pinned_owner_and_asks_for_tokens() -> None:
    ((base,),) = (block["amazon-ami"].values() for block in TEMPLATE["data"])
    assert base["owners"] == ["137112412989"] and base["filters"]["name"].startswith("al2023-ami-2023.")
    assert SOURCE["encrypt_boot"] is True and SOURCE["imds_support"] == "v2.0"
    (metadata,), (disk,) = SOURCE["metadata_options"], SOURCE["launch_block_device_mappings"]
    assert metadata["http_tokens"] == "required" and disk["encrypted"] is True
    assert {SOURCE[name] for name in ("tags", "snapshot_tags", "run_tags", "run_volume_tags")} == {"${local.tags}"}
    (plugin,) = TEMPLATE["packer"][0]["required_plugins"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", plugin["amazon"]["version"])


def test_image_and_machine_are_made_by_one_script() -> None:
    (shell,) = provisioners("shell")
    assert "sh /tmp/provision machine /opt/orchestrate" in shell["inline"]
    subprocess.run(["sh", "-n"], input="\n".join(shell["inline"]), text=True, check=True)
    dockerfile = (ROOT / "jenkins/agent/Dockerfile").read_text()
    assert "RUN sh /opt/provision image /opt/orchestrate" in dockerfile and "apt-get" not in dockerfile


def provision(folder: Path, kind: str, fails: str = "") -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """The script, where packages are not installed but told; and what was told."""
    tools, here, said = folder / "tools", folder / "here", folder / "said"
    tools.mkdir()
    for name in HAS:
        (tools / name).write_text(
            f'#!/bin/sh\necho {name} "$@" >> {said}\ncase "$*" in *"{fails or "nothing"}"*) exit 1 ;; esac\n'
        )
    (tools / "ln").write_text(f'#!/bin/sh\necho ln "$@" >> {said}\n')
    python = here / ".orchestrate/venv-1/bin/python"
    python.parent.mkdir(parents=True)
    (here / "wheels").mkdir()
    (here / "wheels/a.whl").touch()
    python.write_text(f'#!/bin/sh\necho python "$@" >> {said}\n')
    (here / "orchestrate").write_text(
        f'#!/bin/sh\necho orchestrate "$@" ${{PIP_NO_INDEX:-}} ${{ORCHESTRATE_PYTHON:-}} >> {said}\n'
    )
    for file in (*tools.iterdir(), python):
        file.chmod(0o755)
    environment = {"PATH": f"{tools}:{os.environ['PATH']}", "SESSION_MANAGER_PLUGIN": "https://example.com/plugin.rpm"}
    argv = ["sh", str(PROVISION), kind, str(here)]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=300)
    return done, said.read_text().splitlines() if said.exists() else []


def test_an_image_gets_debians_packages_and_the_tool(tmp_path: Path) -> None:
    done, said = provision(tmp_path, "image")
    assert done.returncode == 0, done.stderr
    assert said[0] == "apt-get update -q" and "git python3 python3-venv" in said[1]
    assert "orchestrate --version 1" in said and not any(line.startswith("dnf") for line in said)
    assert said[-1] == f"ln -sf {tmp_path}/here/orchestrate /usr/local/bin/orchestrate"


def test_a_machine_gets_docker_too_and_a_python_that_is_new_enough(tmp_path: Path) -> None:
    done, said = provision(tmp_path, "machine")
    assert done.returncode == 0, done.stderr
    packages = next(line for line in said if "-qy install awscli-2" in line)
    assert {"docker", "git", "java-21-amazon-corretto-headless", "python3.11"} < set(packages.split())
    assert "usermod -aG docker ec2-user" in said and "systemctl enable docker" in said
    assert "dnf -qy install https://example.com/plugin.rpm" in said
    assert "orchestrate --version 1 python3.11" in said


def test_without_the_session_managers_plugin_it_goes_on_and_without_a_package_it_does_not(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    done, _ = provision(tmp_path / "a", "machine", fails="plugin.rpm")
    assert done.returncode == 0 and "without the Session Manager plugin" in done.stderr
    done, said = provision(tmp_path / "b", "machine", fails="docker")
    assert done.returncode == 1 and not any(line.startswith("orchestrate") for line in said)


@pytest.mark.parametrize("kind", ["", "images"])
def test_another_word_is_refused(tmp_path: Path, kind: str) -> None:
    done, said = provision(tmp_path, kind)
    assert done.returncode == 64 and said == [] and "say image or machine" in done.stderr
