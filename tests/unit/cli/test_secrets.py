"""A sensitive value that was typed stands in no file that is written and in no line that is said, whatever the command
and however it is spelt: one of a kind is typed, and looked for everywhere."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cloud import Cloud, OnFakes, on_fakes, run
from fakes import CHANGES, FakeEngine, FakeSession
from project_on_disk import LIVE, REGION, Disk

from wrapper.cli.command_line import as_typed
from wrapper.cli.commands import drift, promote, rollback
from wrapper.cli.session import CliSession
from wrapper.engines.run_directory import occupy
from wrapper.model.errors import OrchestrateError
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.terraform.commands import VALUES_FILE

VALUE = "cAnArY-7f3a9c"
VARIABLES = """\
variable "pepper" {
  type      = string
  default   = ""
  sensitive = true
}
variable "my-pepper" {
  type      = string
  default   = ""
  sensitive = true
}
variable "peppers" {
  type      = map(string)
  default   = {}
  sensitive = true
}
variable "passing" {
  type      = string
  default   = ""
  ephemeral = true
}
variable "login" {
  type    = map(string)
  default = {}
}
"""
SPELT = [
    ["-var", f"pepper={VALUE}"],
    [f"-var=pepper={VALUE}"],
    ["-var", f" pepper = {VALUE}"],
    ["-var", f"my-pepper={VALUE}"],
    ["-var", f"passing={VALUE}"],
    ["-var", f'peppers={{a="x", b="{VALUE}"}}'],
    [f'-var=peppers={{"a" = "{VALUE}"}}'],
    ["-var", f"api_key={VALUE}"],
]


class Writing(FakeEngine):
    """One that has a run directory, as the real ones have: it lays out the files and echoes each argv."""

    @contextlib.contextmanager
    def open(self, run: Run) -> Iterator[FakeSession]:
        self.runs.append(run)
        with occupy(run, print) as directory:
            self.directories = lambda _: directory
            yield FakeSession(self, run)


@dataclass
class Typed:
    """A project whose roots declare what is sensitive, and commands on it."""

    disk: Disk
    capfd: pytest.CaptureFixture[str]

    def __post_init__(self) -> None:
        for root in ("src/app", "src/app/tenant"):
            self.disk.append(f"{root}/variables.tf", VARIABLES)
        self.cloud = Cloud(self.disk)
        self.engine = Writing(self.cloud.behave)
        self.said = ""

    def session(self, argv: tuple[str, ...] = (), **changes: Any) -> OnFakes:
        written = {name: str(self.disk.root / f"report.{name}") for name in ("report", "junit", "html")}
        return on_fakes(self.disk.root, self.engine, argv, **{**written, **changes})

    def run(self, verb: str, *words: str, **changes: Any) -> None:
        session = self.session(argv=(verb, "app-test", REGION, *words), **changes)
        self._heard(lambda: run(session, verb, "app-test", REGION, *words))

    def call(self, command: Any, *words: str, **changes: Any) -> None:
        session = self.session(argv=(command.name, *words), **changes)
        self._heard(lambda: command.main(list(words), obj=session, standalone_mode=False))

    def _heard(self, do: Callable[[], Any]) -> None:
        with contextlib.suppress(OrchestrateError):
            do()
        self.said += "".join(self.capfd.readouterr())

    @property
    def written(self) -> list[Path]:
        return [f for f in self.disk.root.rglob("*") if f.is_file()]

    def check(self, *names: str) -> None:
        """No file has it, and these were written; nor was it said."""
        assert [f for f in self.written if VALUE.encode() in f.read_bytes()] == []
        assert VALUE not in self.said
        assert {*names} <= {f.name for f in self.written}
        made = [run.files.made.get(VALUES_FILE, b"") for run in self.engine.runs]
        assert any(VALUE.encode() in data for data in made), "Terraform got it"
        assert not any(VALUE in word for _, argv in self.engine.steps for word in argv), "by no argument"

    @property
    def report(self) -> Any:
        return json.loads((self.disk.root / "report.report").read_text())

    @property
    def command(self) -> str:
        """The command in the report: as one line. As its words it says the same, and hides the same."""
        words = [word for word in self.report["argv"] if "***" in word]
        assert words == [word for word in shlex.split(self.report["command"]) if "***" in word]
        return str(self.report["command"])


@pytest.fixture
def typed(example: Disk, capfd: pytest.CaptureFixture[str]) -> Typed:
    return Typed(example, capfd)


@pytest.mark.parametrize("many", [False, True])
def test_what_comes_through_a_pipe_or_the_environment(typed: Typed, *, many: bool) -> None:
    """Nor need it be declared sensitive: ``login`` is not."""
    out, into = os.pipe()
    os.write(into, f'login = {{ a = "{VALUE}" }}\n'.encode())
    os.close(into)
    which: dict[str, Any] = {"all_tenants": True} if many else {"tenant": "acme"}
    words = ("apply", "app-test", REGION, f"-var-file=/dev/fd/{out}", "-auto-approve")
    session = typed.session(argv=(*words, "--var-env", "pepper=PEPPER"), var_env=("pepper=PEPPER",), **which)
    environ = {"USER": "me", "PEPPER": VALUE}
    typed._heard(lambda: run(replace(session, environ=environ), *words))
    typed.check("report.report", "orchestrate.json")
    values = [json.loads(run.files.made[VALUES_FILE]) for run in typed.engine.runs]
    assert len(values) > int(many)
    assert {(v["pepper"], v["login"]["a"]) for v in values} == {(VALUE, VALUE)}


@pytest.mark.parametrize("words", SPELT, ids=lambda w: w[-1].replace(VALUE, "X"))
def test_of_one_layer(typed: Typed, words: list[str]) -> None:
    typed.run("apply", "-var", "tenant=acme", "-var", "memory=9", *words)
    typed.check("report.report", "report.junit", "report.html", "orchestrate.json", "orchestrate-history.json")
    assert typed.command.startswith(
        f"./orchestrate apply app-test {REGION} --tenant=acme -var tenant=acme -var memory=9"
    )
    assert typed.command.count("***") == 1


@pytest.mark.parametrize("words", SPELT, ids=lambda w: w[-1].replace(VALUE, "X"))
def test_of_many(typed: Typed, words: list[str]) -> None:
    typed.run("apply", *words, all_tenants=True, jobs=1)
    typed.check("report.report", "report.junit", "report.html", "report.json", "acme.log", "_stack.log")
    assert typed.command.count("***") == 1 and "--all-tenants" in typed.command


def test_of_many_that_fail_or_are_killed(typed: Typed) -> None:
    def behave(run: Run, step: Step) -> Outcome:
        if run.layer.tenant == "globex":
            raise KeyboardInterrupt
        if run.layer.tenant == "acme":
            return Outcome(1, ok=False, tail="Error: no")
        return typed.cloud.behave(run, step)

    typed.engine.behaviour = behave
    with contextlib.suppress(KeyboardInterrupt):
        typed.run("apply", "-var", f"pepper={VALUE}", all_tenants=True, jobs=1)
    typed.check("app-test.apply.jsonl", "acme.log")


@pytest.mark.parametrize("command", ["plan", "refresh", "destroy"])
def test_of_other_verbs(typed: Typed, command: str) -> None:
    typed.run("apply", "-var", f"pepper={VALUE}", all_tenants=True)
    typed.run(command, "-var", f"pepper={VALUE}", "-auto-approve", all_tenants=True)
    typed.check("report.json")


def test_of_commands_of_ours(typed: Typed) -> None:
    acme = ("-var", "tenant=acme", "-var", f"pepper={VALUE}")
    for build in ("89", "90"):
        typed.run("apply", *acme, "-var", f"service1-build={build}")
    typed.call(rollback.command, "app-test", REGION, *acme)
    assert typed.command.startswith("./orchestrate apply") and "***" in typed.command
    typed.call(drift.command, "app-test", REGION, "-var", f"pepper={VALUE}", all_tenants=True)
    assert typed.command.startswith("./orchestrate drift") and "***" in typed.command
    typed.disk.write(f"{LIVE}/tenant.tfvars.j2", "")
    typed.cloud.disk.append(f"{LIVE}/stack.hcl", "tenant_file = true\n")
    typed.call(promote.command, "app-test", "app-live", REGION, *acme, confirm=f"{REGION}/app-live/acme")
    assert typed.command.startswith("./orchestrate apply app-live") and "***" in typed.command
    typed.check("report.json", "orchestrate-history.json")


@pytest.mark.parametrize(
    "word", [f"peper={VALUE}", f'login={{user="me", password="{VALUE}"}}'], ids=["misspelt", "a key of a map"]
)
def test_of_a_name_that_nothing_declares_and_of_a_map(typed: Typed, word: str) -> None:
    typed.run("apply", "-var", "tenant=acme", "-var", word)
    assert VALUE not in (typed.disk.root / "report.report").read_text() + typed.said
    assert typed.command.endswith("=***'")


def test_where_the_roots_cannot_be_read_every_value_is_hidden(typed: Typed) -> None:
    typed.disk.append("src/app/tenant/variables.tf", 'variable "broken" {\n')
    typed.run("apply", "-var", "tenant=acme", "-var", f"memory={VALUE}")
    assert VALUE not in (typed.disk.root / "report.report").read_text() + typed.said
    assert typed.command.endswith("-var tenant=acme -var 'memory=***'")


def test_what_was_not_sensitive_when_it_was_recorded(typed: Typed) -> None:
    typed.engine.behaviour = lambda run, step: CHANGES if step.argv[1] == "plan" else typed.cloud.behave(run, step)
    acme = ("-var", "tenant=acme")
    typed.run("apply", *acme, "-var", "service1-build=1")
    typed.run("apply", *acme, "-var", "service1-build=2", "-var", f"text={VALUE}")
    typed.said = ""
    file = typed.disk.root / "src/app/tenant/variables.tf"
    file.write_text(file.read_text().replace('variable "text" {', 'variable "text" {\n  sensitive = "true"'))
    typed.call(rollback.command, "app-test", REGION, *acme)
    assert "typed at its last apply and not now: -var 'text=***'" in typed.said and VALUE not in typed.said


def test_the_command_stands_there_as_it_was_typed(typed: Typed) -> None:
    words = ("-var=tenant=acme", "-auto-approve", f"-var=pepper={VALUE}", "-var", " memory = 9", "-lock-timeout=5m")
    typed.run("apply", *words)
    assert typed.report["argv"] == [
        *("./orchestrate", "apply", "app-test", REGION, "-var=tenant=acme", "-auto-approve", "-var=pepper=***"),
        *("-var", " memory = 9", "-lock-timeout=5m"),
    ]


@pytest.mark.parametrize(
    ("typed_words", "shown"),
    [
        (("--smoke", f"https://me:{VALUE}@example.com/a"), ["--smoke", "https://***example.com/a"]),
        ((f"--smoke=https://example.com/?key={VALUE}",), ["--smoke=https://example.com/?***"]),
        (("--smoke", f"/health?key={VALUE}"), ["--smoke", "/health?***"]),
        (("--tenants", "ac?e", "--smoke", "/a@b"), ["--tenants", "ac?e", "--smoke", "/a@b"]),
        (("-var", f"={VALUE}", "--smoke-contains", "-target"), ["-var", "***", "--smoke-contains", "-target"]),
    ],
)
def test_of_a_url_that_was_typed(typed: Typed, typed_words: tuple[str, ...], shown: list[str]) -> None:
    session = typed.session(argv=("apply", "app-test", *typed_words))
    stack = session.project.stack("app-test", REGION)
    assert as_typed(session, stack) == ("./orchestrate", "apply", "app-test", *shown)


def test_what_was_typed_is_not_known() -> None:
    assert as_typed(CliSession()) == ()


@pytest.mark.parametrize("words", [["-var", f"={VALUE}"], [f"-var= ={VALUE}"]])
def test_of_no_name_at_all(typed: Typed, words: list[str]) -> None:
    with pytest.raises(OrchestrateError, match=r"-var =\.\.\. is not NAME=VALUE"):
        run(typed.session(), "apply", "app-test", REGION, *words)


def test_our_own_files_are_for_their_owner_alone(typed: Typed) -> None:
    typed.run("apply", all_tenants=True)
    ours = [f for f in typed.written if {"logs", "fleets"} & {*f.parts}]
    assert {"report.json", "acme.log"} <= {f.name for f in ours}
    assert {f"{f.stat().st_mode & 0o777:o}" for f in ours} == {"600"}
    mask = (typed.disk.root / "config/common.tfvars").stat().st_mode & 0o777
    assert (typed.disk.root / "report.report").stat().st_mode & 0o777 == mask, "yours is as you make files"


def test_with_a_umask_that_opens_all_the_private_folder_is_closed(typed: Typed) -> None:
    before = os.umask(0)
    try:
        home = typed.disk.root / ".orchestrate"
        shutil.rmtree(home, ignore_errors=True)
        typed.run("apply", all_tenants=True)
        assert home.stat().st_mode & 0o777 == 0o700
        home.chmod(0o777)
        typed.run("plan", "-var", "tenant=acme")
        assert home.stat().st_mode & 0o777 == 0o700, "one that an earlier version left open"
    finally:
        os.umask(before)


@pytest.mark.parametrize(
    "place", ["runs", "logs", "cache", "fleets", "runs/{region}/app-test/acme/lock", "cache/parses.sqlite"]
)
def test_a_planted_link_in_it_is_followed_by_nothing(typed: Typed, tmp_path: Path, place: str) -> None:
    victim, link = tmp_path / "victim", typed.disk.root / ".orchestrate" / place.format(region=REGION)
    typed.run("apply", all_tenants=True)
    folder = link.is_dir()
    shutil.rmtree(link) if folder else link.unlink()
    victim.mkdir() if folder else victim.write_text("")
    link.symlink_to(victim)
    before = victim.stat().st_mtime_ns
    typed.run("apply", force=True, all_tenants=True)
    assert (victim.stat().st_mtime_ns, link.is_symlink()) == (before, True)
    assert not folder or [*victim.iterdir()] == []
