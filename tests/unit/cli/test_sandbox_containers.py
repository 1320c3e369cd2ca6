"""What a command shows of a sandbox with containers, and which images its project names."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from project_on_disk import APP, Disk

from wrapper.cli.options import Options
from wrapper.cli.sandbox_containers import _author, lines, repositories, watch
from wrapper.cli.session import CliSession
from wrapper.project.project import Project

SHOWN: dict[str, Any] = {
    "services": [
        {
            **{"cluster": "app", "name": "acme", "running": 1, "desired": 2, "state": "IN_PROGRESS"},
            "tasks": [
                {
                    "id": "0123456789abcdef",
                    "definition": "web:1",
                    "status": "RUNNING",
                    "targets": [{"port": 1, "state": "initial"}],
                }
            ],
        }
    ],
    "addresses": {"http://acme.example.com": "http://acme.example.com.localhost:8001"},
}


def test_services_tasks_targets_and_addresses() -> None:
    assert list(lines(SHOWN)) == [
        "service app/acme: 1 of 2 tasks run, IN_PROGRESS",
        "  task 0123456789ab web:1: RUNNING, target 127.0.0.1:1 initial",
        "address http://acme.example.com: http://acme.example.com.localhost:8001",
    ]
    assert list(lines({})) == ["sandbox: its containers are not known: the data plane does not answer"]


def test_a_watch_clears_the_terminal_each_time_and_ends_elsewhere() -> None:
    said: list[str] = []

    def interrupted(_seconds: float) -> None:
        if len(said) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch(None, said.append, lambda: said.append("cleared"), lambda _: SHOWN, interrupted)
    assert [text if text == "cleared" else "1 of 2 tasks run" in text for text in said] == ["cleared", True] * 2
    said.clear()
    watch(None, said.append, None, lambda _: SHOWN)
    assert ["1 of 2 tasks run" in text for text in said] == [True]


def test_the_label_of_its_tasks_names_its_folder(tmp_path: Path) -> None:
    found = CliSession(Options(root=""), environ={"ORCHESTRATE_HOME": str(tmp_path)}).containers
    assert found.label == ("orchestrate.sandbox", str(found.home / "sandbox"))


def test_the_demo_application_says_who_answered() -> None:
    assert _author(b'{"tenant": "acme", "service": "web", "build": "1"}') == " (acme, web, build 1)"
    assert _author(b"<html>") == _author(b"[]") == ""


def test_images_of_all_tenants(example: Disk) -> None:
    example.write(f"{APP}/tenants/acme.tfvars", 'size = 1\nimages = { web = "mine/web" }\n')
    example.append("src/app/tenant/main.tf", 'variable "images" { type = map(string) }\n')
    example.append("config/common.tfvars", 'images = { web = "docker.io/example/web" }\n')
    found = repositories(Project(example.root, example.root / ".orchestrate"))
    assert sorted(map(str, found)) == ["{'web': 'docker.io/example/web'}", "{'web': 'mine/web'}"]


@dataclass(frozen=True)
class Beside(CliSession):
    """A command beside a sandbox that runs, of this mode or of none."""

    running: Any = None
    done: list[str] = field(default_factory=list)

    @property
    def simulated(self) -> Any:
        def start(_seed: Any, containers: bool | None) -> Any:
            self.done.append(f"start {containers}")
            return SimpleNamespace(containers=bool(containers))

        return SimpleNamespace(usable=lambda: self.running, start=start)

    @property
    def containers(self) -> Any:
        return SimpleNamespace(check=lambda: self.done.append("check"), go_on=lambda _speed: self.done.append("go on"))


def test_the_machine_is_looked_at_before_a_new_sandbox_alone(example: Disk) -> None:
    def done(running: Any, containers: bool) -> list[str]:
        session = Beside(Options(root=str(example.root)), {}, running=running)
        session.start_sandbox(None, containers)
        return session.done

    assert done(None, True) == ["check", "start True", "go on"]
    assert done(SimpleNamespace(containers=False), True) == ["start True", "go on"], "which refuses it at once"
    assert done(None, False) == ["start None"]
    example.write("orchestrate.hcl", "containers = true\n")
    assert done(None, False) == ["check", "start True", "go on"]
