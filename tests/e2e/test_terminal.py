"""With a terminal and without: who is asked, who waits, and how a console feels."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pexpect
import pytest
from engine_params import on_docker, on_host, param
from harness import REGION, Project, wait_until

pytestmark = pytest.mark.sandbox


@contextmanager
def terminal(project: Project, *words: str, rows: int = 24, columns: int = 100) -> Iterator[Any]:
    program, *rest = project.argv(*words)
    options = project.options(env={"TERM": "xterm"})
    child = pexpect.spawn(
        program, rest, env=options["env"], cwd=str(options["cwd"]), dimensions=(rows, columns), timeout=60
    )
    try:
        yield child
    finally:
        if not child.closed:
            child.close(force=True)


def ended(child: Any) -> int:
    child.expect(pexpect.EOF)
    child.wait()
    return int(child.exitstatus if child.exitstatus is not None else -child.signalstatus)


@on_host
def test_apply_asks_and_goes_on_only_with_yes(project: Project) -> None:
    with terminal(project, "apply", "tiny", "-var", "value=asked") as child:
        child.expect("1 to add")
        child.expect("Type yes to go on:")
        child.sendline("no")
        assert ended(child) == 77
    assert project.objects() == []
    with terminal(project, "apply", "tiny", "-var", "value=asked") as child:
        child.expect("Type yes to go on:")
        child.sendline("yes")
        child.expect("Apply complete")
        assert ended(child) == 0
    assert project.state()["outputs"]["value"]["value"] == "asked"
    with terminal(project, "apply", "tiny", "-var", "value=auto", "-auto-approve") as child:
        assert ended(child) == 0
    project.assert_nothing_left()


@on_docker
def test_ctrl_c_at_the_question_changes_nothing(project: Project) -> None:
    with terminal(project, "apply", "tiny") as child:
        child.expect("Type yes to go on:")
        child.sendintr()
        assert ended(child) == 130
    with terminal(project, "apply", "tiny") as child:
        child.expect("Type yes to go on:")
        child.sendeof()
        assert ended(child) == 77
    assert project.objects() == []
    project.assert_nothing_left()


def test_ctrl_c_during_apply_is_one_interrupt(project: Project) -> None:
    with terminal(project, "apply", "tiny", "-auto-approve", "-var", "command=echo slow-$((1+1)); sleep 60") as child:
        child.expect("slow-2")
        child.sendintr()
        child.sendintr()
        child.expect("Interrupt received")
        code = ended(child)
        assert (code, b"Two interrupts" in child.before) == (130, False)
    project.assert_nothing_left()


def test_the_console_is_a_terminal(project: Project) -> None:
    project.run("apply", "tiny")
    with terminal(project, "console", "tiny", "-var", "value=typed", rows=33, columns=77) as child:
        child.expect("> ")
        child.sendline("upper(var.value)")
        child.expect('"TYPED"')
        child.sendline("1 + 41")
        child.expect("42")
        child.sendline("exit")
        assert ended(child) == 0
    project.assert_nothing_left()


def test_ctrl_c_in_the_console_ends_it_and_leaves_the_terminal_as_it_was(project: Project) -> None:
    project.run("apply", "tiny")
    with terminal(project, "console", "tiny") as child:
        child.expect("> ")
        child.sendline("1 + 1")
        child.expect("2")
        child.sendintr()
        time.sleep(0.5)
        if child.isalive():
            child.sendeof()
        assert ended(child) in (0, 1, 130), child.before
        assert b"Traceback" not in child.before and b"bug of ours" not in child.before
    project.assert_nothing_left()


def test_a_console_hung_up_on_leaves_nothing(project: Project) -> None:
    project.run("apply", "tiny")
    with terminal(project, "console", "tiny") as child:
        child.expect("> ")
        child.ptyproc.fileobj.close()  # as a window that is closed: one SIGHUP, and no terminal any more
        child.closed = True
        wait_until(lambda: not child.ptyproc.isalive(), 20)
        assert child.ptyproc.exitstatus == 129
    project.assert_nothing_left()


@pytest.mark.docker
def test_a_console_that_is_told_to_end_gives_back_its_lock(in_docker: Project) -> None:
    in_docker.run("apply", "tiny")
    with terminal(in_docker, "console", "tiny") as child:
        child.expect("> ")
        child.send("half a li")
        child.kill(15)
        assert ended(child) == 143
    in_docker.assert_nothing_left()


@on_docker
def test_the_console_reads_a_pipe_to_its_end(project: Project) -> None:
    project.run("apply", "tiny")
    # Of many lines Terraform answers the last.
    piped = project.run("console", "tiny", "-var", "value=piped", stdin="1 + 1\nvar.value\n")
    assert piped.answer == '"piped"\n'
    assert project.run("console", "tiny").answer.strip() == ""


# The launcher meets a closed one before any engine does; a silent one reaches what the engine starts.
@pytest.mark.parametrize(
    ("engine", "standard_input"),
    [param("docker", "null"), param("host", "closed"), param("docker", "silent"), param("host", "silent")],
    indirect=["engine"],
)
def test_without_a_terminal_nothing_waits(project: Project, standard_input: str) -> None:
    commands = [("apply", "tiny", "-var", "tenant=acme"), ("state", "tiny", REGION, "list"), ("destroy", "tiny")]
    if standard_input != "silent":
        commands.insert(2, ("console", "tiny"))
    for words in commands:
        line = project.argv(*words)
        if standard_input == "closed":
            line = ("sh", "-c", 'exec "$@" <&-', "sh", *line)
        reader, writer = os.pipe()  # nobody ever writes to it
        given = reader if standard_input == "silent" else subprocess.DEVNULL
        try:
            done = subprocess.run(line, stdin=given, capture_output=True, text=True, timeout=60, **project.options())
        finally:
            os.close(reader)
            os.close(writer)
        assert done.returncode == 0, done.stderr


@on_docker
def test_a_question_of_terraforms_own_is_no_question(project: Project) -> None:
    project.write("src/tiny/more.tf", 'variable "needed" {\n  type = string\n}\n')
    assert "needed" in project.run("plan", "tiny", codes=(65,), timeout=300).err
