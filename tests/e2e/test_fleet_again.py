"""A fleet that was cut off or failed in part, asked again: what was done is not repeated, what was not is."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
from fleets import Tenants
from harness import ENDED, Project, held, slow

pytestmark = [pytest.mark.sandbox, pytest.mark.docker]


@pytest.fixture
def many(in_docker: Project) -> Tenants:
    return Tenants(in_docker).watch()


def test_a_killed_run_goes_on_where_it_was(many: Tenants) -> None:
    project = many.project
    many.run("apply", "--resume", code=66)
    many.declare("ab")
    many.declare("cd", command=held())
    running = many.start("apply", "--jobs", "2")
    many.wait_for("c", "d", info=running)
    running.send(signal.SIGKILL).end()
    project.go_on("c")
    project.go_on("d")
    assert not many.report.exists()
    many.run("apply", "--resume", "-var", "value=other", code=65)
    many.run("apply", "--resume", "--tenants", "a*", many="", code=65)
    many.started()
    project.a_minute_passes("c", "d")
    done = many.run("apply", "--jobs", "3", "--resume", "-lock-timeout=90s")
    assert "resuming: 3 layers are already done" in done.err
    assert (many.those("succeeded"), sorted(many.started())) == ("- a b c d", ["c", "d"])
    assert all(many.log(name).count(ENDED) == 0 for name in "cd"), "the first run's own container ended it"
    assert len(project.addresses("c")) == 2
    many.run("apply", "--resume", code=66)

    many.declare("cd", command=slow(3))
    running = many.start("plan", "--force", "--jobs", "1")
    running.wait_for("b | started").send(signal.SIGKILL).end()
    many.started()
    many.run("plan", "--force", "--resume", "-lock-timeout=60s")
    # The killed run's own container of b may have begun after we looked.
    assert (many.those("succeeded"), sorted(set(many.started()))) == ("- a b c d", ["b", "c", "d"])

    running = many.start("destroy", "--jobs", "1", many="")
    running.wait_for("b | started").send(signal.SIGKILL).end()
    many.run("destroy", "--resume", "-lock-timeout=60s", many="")
    assert many.those("succeeded") == "- a b c d"
    assert [key for key in project.objects() if key.endswith(".tfstate")] == []
    project.assert_nothing_left()


def test_what_failed_or_was_stopped_is_repeated_alone(many: Tenants, tmp_path: Path) -> None:
    many.declare("acd")
    many.declare("b", command="exit 3")
    many.declare("e", command=slow())
    running = many.start("apply", "--jobs", "1", "--tenants", "*", "--tenant-timeout", "60s", many="")
    many.wait_for("e", info=running)
    assert running.send(signal.SIGTERM).end(90).code == 143
    report = many.report
    many.read()
    assert (many.those("succeeded"), many.those("failed"), many.those("stopped")) == ("a c d", "b", "e")

    many.declare("be")
    many.started()
    many.run("apply", "--failed-from", str(report), many="")
    assert (many.those("succeeded"), sorted(many.results), sorted(many.started())) == ("b e", ["b", "e"], ["b", "e"])

    data = json.loads(report.read_text())
    for wrong in ({"stack": "other"}, {"schema": 3}):
        bad = tmp_path / "bad.json"
        bad.write_text(json.dumps(data | wrong))
        assert f"{bad}" in many.run("apply", "--failed-from", str(bad), many="", code=65).err
    many.run("apply", "--failed-from", "nowhere.json", many="", code=66)
    many.project.assert_nothing_left()
