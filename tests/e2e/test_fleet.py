"""`--all-tenants` for real: only what changed starts, whatever stops one stops no other, and each is named at the end."""

from __future__ import annotations

import json
import signal
import time

import pytest
from fleets import Tenants
from harness import REGION, Project, slow

pytestmark = [pytest.mark.sandbox, pytest.mark.docker]


@pytest.fixture
def many(in_docker: Project) -> Tenants:
    return Tenants(in_docker).watch()


def test_only_what_changed_starts(many: Tenants) -> None:
    project = many.project
    many.declare("abcd")
    done = many.run("apply", "--jobs", "2")
    assert many.those("succeeded") == "- a b c d"
    began = many.started()
    assert (began[0], sorted(began[1:])) == ("-", ["a", "b", "c", "d"])
    assert done.out.splitlines()[1].split()[:6] == ["(the", "stack)", "succeeded", "1", "0", "0"]
    assert [line.split()[:2] for line in done.out.splitlines()[2:]] == [[n, "succeeded"] for n in "abcd"]
    assert done.out.count("http://c.example.com") == 1
    assert done.err.splitlines()[-1].startswith(f"apply {REGION}/tiny: 5 succeeded; +5 ~0 -0; ")
    assert "4 tenants to run; 2 at a time" in done.err

    begun = time.time()
    many.run("apply", "--jobs", "2")
    assert many.those("unchanged") == "- a b c d"
    assert (many.started(), many.touched(begun)) == ([], [])

    many.declare("c", value="another")
    s3, key = project.aws.client("s3"), project.key("b")  # type: ignore[union-attr]
    state = project.state("b")
    s3.put_object(Bucket=project.bucket, Key=key, Body=json.dumps(state | {"serial": state["serial"] + 1}).encode())
    many.run("plan")
    assert (many.those("succeeded"), many.those("unchanged")) == ("b c", "- a d")
    many.run("apply", "--jobs", "2")
    assert (many.those("succeeded"), many.those("unchanged")) == ("b c", "- a d")
    assert sorted(many.started()) == ["b", "b", "c", "c"]

    project.write(f"config/{REGION}/tiny/variables.tfvars", 'value = "shared"\n')
    many.run("apply", "--jobs", "2", "--tenants", "a,c", many="")
    assert many.those("unchanged") == "a c", "the stack's own layer is left alone, and its outputs are as they were"
    many.run("apply", "--jobs", "2")
    assert many.those("succeeded") == "- a b c d"
    assert project.state("d")["outputs"]["shared"]["value"] == "shared-shared"
    project.assert_nothing_left()


def test_one_signal_stops_what_runs_and_starts_no_more(many: Tenants) -> None:
    many.declare("ab")
    many.declare("cdef", command=slow())
    running = many.start("apply", "--jobs", "2")
    many.wait_for("c", "d", info=running)
    done = running.send(signal.SIGTERM, signal.SIGTERM, every=0.1).end(90)
    assert done.code == 143, str(done)
    many.read()
    assert (many.those("succeeded"), many.those("stopped")) == ("- a b", "c d e f")
    assert {many.results[n]["exit_code"] for n in "cdef"} == {143}
    assert [many.results[n]["started"] is None for n in "cdef"] == [False, False, True, True]
    for name in "cd":
        assert many.log(name).count("Interrupt received") == 1 and "Two interrupts" not in many.log(name)
    assert done.err.splitlines()[-1].endswith("exit code 143")
    many.project.assert_nothing_left()

    many.declare("cdef")
    many.run("apply", "--jobs", "2")
    assert (many.those("succeeded"), many.those("unchanged")) == ("c d e f", "- a b")


def test_limits_of_time_and_a_dry_run(many: Tenants) -> None:
    project = many.project
    many.declare("ac")
    many.declare("b", command=slow())
    done = project.run("apply", "tiny", "--all-tenants", "--dry-run")
    places = [done.out.index(f"{project.prefix}{REGION}.tiny.{name}") for name in ("_stack", "a", "b", "c")]
    assert places == sorted(places)
    assert (many.started(), project.objects(), list(project.private.glob("runs/**/*.tf"))) == ([], [], [])

    done = many.run("apply", "--jobs", "2", "--tenant-timeout", "12s", code=124)
    assert (many.those("succeeded"), many.those("failed"), many.results["b"]["exit_code"]) == ("- a c", "b", 124)
    many.declare("d")
    done = many.run("apply", "--jobs", "1", "--timeout", "12s", code=124)
    assert (many.those("unchanged"), many.those("stopped")) == ("- a c", "b d")
    assert [many.results[name]["started"] is None for name in "bd"] == [False, True]
    assert many.log("b").count("Interrupt received") == 2 and "Two interrupts" not in many.log("b")
    project.assert_nothing_left()
