"""What a module refuses, as its own tests list it: each run with the beginning of what Terraform says.

A run that expects a failure passes whatever the message is, and the first that fails ends its file. So each case is
run alone, without its expectation, and what Terraform says is read from its JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from terraform_in import Terraform

_CASE = re.compile(r'^# says: (?P<says>[^\n]+)\nrun "(?P<run>\w+)" \{\n(?P<body>.*?)^\}$', re.MULTILINE | re.DOTALL)
_MOCK = re.compile(r'^mock_provider "\w+" \{\n.*?^\}\n', re.MULTILINE | re.DOTALL)
_EXPECTED = re.compile(r"^  expect_failures = .*\n", re.MULTILINE)
_MESSAGE = re.compile(r'^    error_message = "(.*)"$', re.MULTILINE)


@dataclass(frozen=True)
class Refusals:
    """The cases of one ``.tftest.hcl``: ``head`` is what stands before the first, ``says`` how each message begins."""

    head: str
    says: dict[str, str]
    bodies: dict[str, str]


def read(path: Path) -> Refusals:
    text = path.read_text()
    cases = list(_CASE.finditer(text))
    assert len(cases) == text.count("\nrun "), f"{path}: a run without a line that begins with '# says:'"
    says = {case["run"]: case["says"] for case in cases}
    bodies = {case["run"]: _EXPECTED.sub("", case["body"]) for case in cases}
    return Refusals(text[: cases[0].start()], says, bodies)


def without_provider(refusals: Refusals) -> Refusals:
    return replace(refusals, head=_MOCK.sub("", refusals.head))


def said(refusals: Refusals, terraform: Terraform) -> dict[str, list[str]]:
    """Run => the messages of its errors. Writes one file for each run into the folder's tests/."""
    tests = terraform.folder / "tests"
    tests.mkdir(exist_ok=True)
    for old in tests.iterdir():
        old.unlink()
    for run, body in refusals.bodies.items():
        (tests / f"{run}.tftest.hcl").write_text(f'{refusals.head}run "{run}" {{\n{body}}}\n')
    messages: dict[str, list[str]] = {run: [] for run in refusals.says}
    for run, message in _errors(terraform.run("test", "-json", codes=(1,))):
        messages[run].append(message)
    return messages


def _errors(output: str) -> Iterator[tuple[str, str]]:
    for line in map(json.loads, output.splitlines()):
        if line["type"] == "diagnostic" and line["diagnostic"]["severity"] == "error":
            yield line.get("@testrun", ""), line["diagnostic"]["detail"].split("\n\n")[0]


def messages_of(variables: Path) -> list[str]:
    """Every validation's message, as Terraform says it."""
    return [message.replace('\\"', '"') for message in _MESSAGE.findall(variables.read_text())]
