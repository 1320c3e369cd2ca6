"""Eight machines at once on one stack: every tenant exactly once, also when one of them dies and is run again."""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fleets import Tenants
from harness import REGION, Aws, Project, tiny, wait_until

from wrapper.fleet.selection import Shard

pytestmark = [pytest.mark.sandbox, pytest.mark.terraform]
NAMES = [f"t{n:02}" for n in range(24)]


def test_eight_shards_at_once(tmp_path: Path, aws: Aws, made: Callable[[Project], Project]) -> None:
    project = made(tiny(tmp_path, aws, "host"))
    told = tmp_path / "told"
    Tenants(project).declare(NAMES, command=f"echo NAME >> {told}")
    parts = {number: [name for name in NAMES if name in Shard(number, 8)] for number in range(1, 9)}
    dies = max(parts, key=lambda number: len(parts[number]))
    assert len(parts[dies]) > 2
    Tenants(project).declare(parts[dies][1:2], command=f"echo NAME >> {told}; sleep 2")
    project.run("apply", "tiny")

    def apply(number: int) -> tuple[str, ...]:
        report = str(tmp_path / f"{number}.json")
        return "apply", "tiny", "--shard", f"{number}/8", "--jobs", "1", "--report", report

    with ThreadPoolExecutor(1) as beside:
        killed = project.start(*apply(dies))
        others = beside.submit(project.run_at_once, *(apply(number) for number in range(1, 9) if number != dies))
        wait_until(lambda: told.exists() and parts[dies][1] in told.read_text().split(), 90)
        killed.send(signal.SIGKILL).end()
        assert len(others.result()) == 7
    reports = [str(tmp_path / f"{number}.json") for number in range(1, 9) if number != dies]
    whole = str(tmp_path / "whole.json")
    assert f"{dies}/8" in project.run("report", "merge", *reports, codes=(75,)).all
    project.a_minute_passes(parts[dies][1])
    project.run(*apply(dies), "--resume", "-lock-timeout=60s")
    project.run("report", "merge", *reports, str(tmp_path / f"{dies}.json"), "--report", whole)

    merged = json.loads(Path(whole).read_text())
    assert {a["tenant"]: a["result"] for a in merged["results"]} == dict.fromkeys(NAMES, "succeeded")
    assert (merged["missing"], len(merged["shards"])) == ([], 8)
    assert Counter(told.read_text().split()) == dict.fromkeys(NAMES, 1)
    assert {project.state(name)["outputs"]["value"]["value"] for name in NAMES} == {f"of {name}" for name in NAMES}
    assert project.run("apply", "tiny", REGION, "--all-tenants").err.count("started") == 0
    project.assert_nothing_left()
