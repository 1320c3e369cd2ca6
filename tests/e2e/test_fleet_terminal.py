"""A fleet as a person sees it: a live table, one question, Ctrl-C; and what stays on the screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pexpect
import pytest
from fleets import Tenants
from harness import Project, slow

pytestmark = [pytest.mark.sandbox, pytest.mark.docker]
COLUMNS = 100


@contextmanager
def terminal(project: Project, *words: str, **environment: str) -> Iterator[Any]:
    program, *rest = project.argv(*words)
    options = project.options(env={"TERM": "xterm", **environment})
    size = (24, COLUMNS)
    child = pexpect.spawn(program, rest, env=options["env"], cwd=str(options["cwd"]), dimensions=size, timeout=60)
    try:
        yield child
    finally:
        if not child.closed:
            child.close(force=True)


def ended(child: Any) -> int:
    child.expect(pexpect.EOF)
    child.wait()
    return int(child.exitstatus if child.exitstatus is not None else -child.signalstatus)


def test_one_question_a_table_and_ctrl_c(in_docker: Project) -> None:
    many = Tenants(in_docker)
    many.declare("a")
    many.declare("b", command="exit 3")
    many.declare("cdefgh", command=slow(then="exit 1; "))
    in_docker.run("apply", "tiny")
    with terminal(in_docker, "apply", "tiny", "--all-tenants", "--jobs", "2") as child:
        child.expect("Apply to 8 tenants of .* Type yes to go on:")
        assert b"\x1b[?25l" not in child.before, "no table is drawn over the question"
        child.sendline("yes")
        child.expect("b | failed")
        child.expect("2 running")
        child.expect("slow-2")
        child.setwinsize(24, 60)
        child.expect("2 running")
        child.sendintr()
        assert ended(child) == 130
        assert b"\x1b[?25h" in child.before, "the cursor is there again"
    in_docker.assert_nothing_left()

    with terminal(in_docker, "apply", "tiny", "--tenants", "a,b", "-auto-approve", NO_COLOR="1") as child:
        assert ended(child) == 1
        assert not re.search(rb"\x1b\[[0-9;]*\b(?:3|4|9)[0-7]m", child.before), "bold is no colour; red is"
