"""Signals, time limits and kills: Terraform hears of it once, saves its state, gives back its lock."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from engine_params import param
from fleets import Tenants
from harness import BEGAN, ENDED, Done, Project, Running, held, slow

pytestmark = pytest.mark.sandbox
COOKIE = "JENKINS_SERVER_COOKIE"


def begin(project: Project, command: str = slow(), **more: object) -> Running:
    running = project.start("apply", "tiny", "-var", "value=kept", "-var", f"command={command}", **more)
    return running.wait_for(BEGAN)


def assert_stopped_once(project: Project, done: Done, code: int) -> None:
    assert done.code == code, str(done)
    assert done.all.count("Interrupt received") == 1, str(done)
    assert "Two interrupts received" not in done.all
    assert ENDED not in done.out
    project.assert_nothing_left()
    assert "terraform_data.value" in project.addresses()
    assert project.run("output", "tiny", "-raw", "value").out == "kept"


# Every pair of a signal, a count and an engine.
@pytest.mark.parametrize(
    ("engine", "number", "code", "times"),
    [
        param("docker", signal.SIGINT, 130, 1),
        param("host", signal.SIGINT, 130, 2),
        param("docker", signal.SIGINT, 130, 5),
        param("host", signal.SIGTERM, 143, 1),
        param("docker", signal.SIGTERM, 143, 2),
        param("host", signal.SIGTERM, 143, 5),
        param("docker", signal.SIGHUP, 129, 1),
        param("docker", signal.SIGHUP, 129, 2),
        param("host", signal.SIGHUP, 129, 5),
    ],
    indirect=["engine"],
)
def test_a_signal_stops_terraform_exactly_once(project: Project, number: int, code: int, times: int) -> None:
    running = begin(project)
    done = running.send(*[number] * times, every=0.03).end(90)
    assert_stopped_once(project, done, code)


def test_a_slow_second_signal_is_no_second_interrupt_either(project: Project) -> None:
    done = begin(project).send(signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGINT, every=0.4).end(90)
    assert_stopped_once(project, done, 130)
    project.run("apply", "tiny", "-var", "value=next", timeout=300)


def test_signals_in_a_flood_of_output_find_no_lock_held(project: Project) -> None:
    flood = "i=0; while [ $i -lt 400 ]; do seq 1 400; i=$((i+1)); done; sleep 60"
    running = project.start("apply", "tiny", "-var", "value=kept", "-var", f"command={flood}")
    running.wait_for("(local-exec): 399")
    done = running.send(*[signal.SIGTERM] * 40, every=0.002).end(90)
    assert_stopped_once(project, done, 143)


# Twenty moments, 70 ms apart; each engine has every other one.
@pytest.mark.parametrize(("engine", "first"), [param("docker", 0.2), param("host", 0.27)], indirect=["engine"])
def test_a_signal_at_any_moment_leaves_nothing_behind(project: Project, first: float) -> None:
    project.run("apply", "tiny")
    project.starts = True  # the first moments are those of the start

    def stopped_after(delay: float) -> None:
        tenant = ("-var", f"tenant=t{delay * 1000:.0f}")
        running = project.start("apply", "tiny", *tenant)
        time.sleep(delay)
        done = running.send(signal.SIGTERM, signal.SIGTERM, every=0.05).end(90)
        # -15: before the tool began to listen.
        assert done.code in (143, 0, -signal.SIGTERM), str(done)
        assert not re.search("Two interrupts|Traceback|bug of ours", done.all), str(done)

    moments = [first + 0.14 * n for n in range(10)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(stopped_after, moments))
    project.assert_nothing_left()
    project.run("apply", "tiny", "--all-tenants")
    project.run("destroy", "tiny")
    assert project.objects() == []


def test_a_signal_while_modules_are_fetched(project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes a question and never answers
        source = f"http://127.0.0.1:{silent.getsockname()[1]}/module.zip"
        project.write("src/tiny/slow.tf", f'module "slow" {{\n  source = "{source}"\n}}\n')
        running = project.start("apply", "tiny").wait_for("fetching modules:")
        done = running.send(signal.SIGINT, signal.SIGINT, every=0.1).end(90)
    assert done.code == 130 and "Two interrupts" not in done.all, str(done)
    project.assert_nothing_left()
    (project.root / "src/tiny/slow.tf").unlink()
    project.run("apply", "tiny")


def test_a_signal_during_plan(project: Project) -> None:
    project.run("apply", "tiny")
    lock_until_stopped(project)
    running = project.start("plan", "tiny", "-lock-timeout=60s").wait_for("Acquiring state lock")
    done = running.send(signal.SIGINT, signal.SIGINT, every=0.1).end(90)
    assert done.code == 130 and "Two interrupts" not in done.all, str(done)
    assert project.containers() == []


def lock_until_stopped(project: Project) -> None:
    """A state lock that nobody gives back."""
    project.aws.client("s3").put_object(
        Bucket=project.bucket, Key=project.key() + ".tflock", Body=b'{"ID":"x","Who":"nobody"}'
    )


def test_a_signal_while_it_waits_for_the_run_directory(project: Project) -> None:
    first = begin(project, held())
    second = project.start("apply", "tiny", "-lock-timeout=60s").wait_for("waiting for")
    done = second.send(signal.SIGINT).end(50)
    assert done.code == 130 and "+ terraform" not in done.err, str(done)
    project.go_on()
    assert first.end(90).code == 0
    project.assert_nothing_left()


@pytest.mark.parametrize("loud", [False, True])
def test_a_killed_command_leaves_a_run_that_finishes_by_itself(project: Project, loud: bool) -> None:
    given = ("-var", "value=kept", "-var", f"command={held('seq 1 15000; ' if loud else '')}")
    running = project.start("apply", "tiny", *given).wait_for(BEGAN)
    running.send(signal.SIGKILL).end()
    at_once = project.run("apply", "tiny", codes=(75,))
    if project.environment["ORCHESTRATE_ENGINE"] == "docker":
        assert len(project.containers()) == 1
    assert "is being changed by" in at_once.err and "-lock-timeout" in at_once.err
    project.go_on()
    project.a_minute_passes()
    waited = project.run("plan", "tiny", *given, "-detailed-exitcode", "-lock-timeout=90s")
    assert "No changes" in waited.out
    project.assert_nothing_left()
    assert "terraform_data.command" in project.addresses()


def test_jenkins_signals_whatever_carries_its_cookie_and_does_it_twice(project: Project) -> None:
    project.starts = True  # Jenkins looks at the environment that a process began with
    running = begin(project, env={COOKIE: "durable-1234", "JENKINS_NODE_COOKIE": "5678", "BUILD_TAG": "jenkins-job-1"})
    for _ in range(2):
        for pid in carriers(f"{COOKIE}=durable-1234"):
            os.kill(pid, signal.SIGTERM)
        time.sleep(0.5)
    assert_stopped_once(project, running.end(90), 143)


def carriers(pair: str) -> list[int]:
    """Processes whose environment holds ``pair``, as Jenkins looks for them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if pair.encode() in entry.read_bytes().split(b"\0"):
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def test_a_time_limit_stops_gracefully(project: Project) -> None:
    project.run("apply", "tiny")
    done = project.run(
        "apply", "tiny", "--timeout", "12s", "-var", "value=kept", "-var", f"command={slow()}", codes=(124,)
    )
    assert_stopped_once(project, done, 124)
    assert "--timeout" in done.err


def test_a_signal_stops_every_tenant_of_many(project: Project) -> None:
    many = Tenants(project)
    many.declare(["acme", "globex"], command=slow())
    running = many.start("apply", "--jobs", "2")
    many.wait_for("acme", "globex", info=running)
    done = running.send(signal.SIGTERM, signal.SIGTERM, every=0.1).end(90)
    assert done.code == 143, str(done)
    for name in ("acme", "globex"):
        assert many.log(name).count("Interrupt received") == 1 and "Two interrupts" not in many.log(name)
    project.assert_nothing_left()
