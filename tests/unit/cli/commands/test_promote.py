"""builds, history, promote and rollback on the command line, and --builds: what they print, and every refusal."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cloud import Cloud
from fakes import context
from project_on_disk import APP, LIVE, LOCAL, REGION, Disk, filled
from said import Said

from wrapper.cli.installation import SELF
from wrapper.engines.image import inputs
from wrapper.project import git
from wrapper.state.record import Trigger

Run = Callable[..., Said]
ACME = ("-var", "tenant=acme")
STATES = f".orchestrate/states/{REGION}"
RECORD = f"{STATES}/app-test/tenants/acme/orchestrate.json"
BETA = f"config/{REGION}/app-beta"


def apply(disk: Disk, tenant: str, build: str = "", stack: str = "app-test") -> None:
    given = context(
        home=disk.root / ".orchestrate", directory=disk.root, image=inputs.tag(SELF), versions=inputs.versions(SELF)
    )
    words = ["-var", f"service1-build={build}"] if build else []
    confirmed = f"{REGION}/{stack}/{tenant}".rstrip("/")
    Cloud(disk, stack, REGION).perform(
        "apply", tenant, *words, context=given, confirmed=confirmed, trigger=Trigger(build_url="http://ci/7/")
    )


@pytest.fixture
def ways(example: Disk) -> Disk:
    """test -> beta -> staging; acme and globex run in test, and acme twice."""
    return filled(example, _ways)


def _ways(example: Disk) -> None:
    for name, before in (("app-beta", "app-test"), ("app-staging", "app-beta")):
        folder = f"config/{REGION}/{name}"
        example.write(f"{folder}/backend.tfvars", LOCAL)
        example.write(f"{folder}/stack.hcl", f'source = "app"\npromotes_from = "{before}"\n')
        example.write(f"{folder}/variables.tfvars", 'domain = "b.example.com"\n')
        example.write(f"{folder}/tenant.tfvars.j2", 'hostname = "{{ tenant }}.{{ vars.domain }}"\n')
        example.write(f"{folder}/tenants/acme.tfvars", "")
    for tenant, build in (("", ""), ("acme", "89"), ("acme", "90"), ("globex", "91")):
        apply(example, tenant, build)


# -- reading back -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "out"),
    [
        ((*ACME, "--format", "groovy"), "env.SERVICE1_BUILD='90'\n"),
        ((*ACME, "--format", "env"), "SERVICE1_BUILD=90\n"),
        (("--tenant", "acme", "--json"), '{\n  "service1-build": "90"\n}\n'),
        (("--tenants", "g*", "--format", "json"), '{\n  "globex": {\n    "service1-build": "91"\n  }\n}\n'),
    ],
)
def test_builds_for_a_machine(run_cli: Run, ways: Disk, words: tuple[str, ...], out: str) -> None:
    assert run_cli("builds", "app-test", REGION, *words) == Said(0, out, "")


def test_builds_as_a_table(run_cli: Run, ways: Disk) -> None:
    ways.append(f"{STATES}/app-test/tenants/globex/terraform.tfstate", " ")
    said = run_cli("builds", "app-test")
    head, acme, globex = said.out.splitlines()
    assert head.split() == ["TENANT", "SERVICE1-BUILD", "LAST", "APPLY", "DOUBT"]
    assert (acme.split()[:2], acme.split()[-1]) == (["acme", "90"], "-")
    assert globex.endswith("changed after its last apply")
    said = run_cli("builds", "app-test", "-var", "tenant=globex", "--format", "env")
    assert (said.out, "its last good apply" in said.err) == ("SERVICE1_BUILD=91\n", True)


def test_history_the_newest_first(run_cli: Run, ways: Disk) -> None:
    found = json.loads(run_cli("history", "app-test", *ACME, "--json").out)
    assert [(a["number"], a["builds"], a["job"]) for a in found] == [
        (2, {"service1-build": "90"}, "http://ci/7/"),
        (1, {"service1-build": "89"}, "http://ci/7/"),
    ]
    head, newest, _ = run_cli("history", "app-test", REGION, *ACME).out.splitlines()
    assert head.split() == ["NO.", "WHEN", "WHO", "BUILDS", "COMMIT", "SECONDS", "WHAT"]
    assert "service1-build 89 -> 90" in newest and newest.endswith("http://ci/7/")


def test_what_is_recorded_of_the_project_is_its_commit(ways: Disk) -> None:
    assert git.commit(ways.root) == ""
    for words in (
        ("init", "-q"),
        ("add", "config", "src", "modules"),
        ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"),
    ):
        subprocess.run(["git", "-C", str(ways.root), *words], check=True)
    clean = git.commit(ways.root)
    assert len(clean) == 40
    ways.write("notes.txt", "not read by a run")
    assert git.commit(ways.root) == clean
    ways.write(f"{APP}/tenants/new.tfvars", "")
    assert git.commit(ways.root) == f"{clean}-dirty"
    apply(ways, "acme", "92")
    assert json.loads((ways.root / RECORD).read_text())["commit"] == f"{clean}-dirty"


# -- on paper -----------------------------------------------------------------------------------------


def test_promote_on_paper_shows_what_would_be_deployed(run_cli: Run, ways: Disk) -> None:
    said = run_cli("--dry-run", "promote", "app-test", "app-beta", REGION, *ACME, "-var", "memory=512")
    assert said.code == 0, said
    assert f"{REGION}/app-beta/acme: promoting service1-build 90 (it runs nothing yet)" in said.err
    assert "app-beta/acme: service1-build none -> 90 (promoted from" in said.err and "-var" not in said.out


def test_promote_of_many_on_paper_each_its_own(run_cli: Run, ways: Disk) -> None:
    ways.write(f"{BETA}/tenants/globex.tfvars", "")
    ways.write(f"{BETA}/tenants/initech.tfvars", "")
    said = run_cli("--dry-run", "promote", "app-test", "app-beta", "--all-tenants")
    assert said.code == 77
    assert ("acme: promoting service1-build 90" in said.err, "globex: promoting service1-build 91" in said.err) == (
        True,
        True,
    )


def test_rollback_on_paper(run_cli: Run, ways: Disk) -> None:
    said = run_cli("--dry-run", "rollback", "app-test", REGION, *ACME)
    assert said.code == 0, said
    assert (
        "back to apply 1 (" in said.err and "): service1-build 89; its last good one was service1-build 90" in said.err
    )
    assert "service1-build 90 -> 89" in said.err
    assert "service1-build 90 (" in run_cli("--dry-run", "rollback", "app-test", *ACME, "--to", "service1-build=90").err


def test_what_was_typed_last_time_and_is_not_now_is_said(run_cli: Run, ways: Disk) -> None:
    record = json.loads((ways.root / RECORD).read_text())
    ways.write(
        RECORD,
        json.dumps(
            record | {"given": {"memory": "9", "service1-build": "90", "tenant": "acme"}, "hidden": ["api_key"]}
        ),
    )
    said = run_cli("--dry-run", "rollback", "app-test", *ACME)
    assert "acme: typed at its last apply and not now: -var memory=9 -var 'api_key=***'" in said.err
    assert (
        "memory=9"
        not in run_cli("--dry-run", "rollback", "app-test", *ACME, "-var", "memory=9", "-var", "api_key=k").err
    )


def test_files_of_builds_act_as_if_typed(run_cli: Run, ways: Disk) -> None:
    ways.write("out/service1.env.groovy", "env.SERVICE1_BUILD='95'\n")
    said = run_cli("--dry-run", "plan", "app-test", *ACME, "--builds", "out")
    assert said.code == 0 and "service1-build 90 -> 95 (-var)" in said.err
    said = run_cli("--dry-run", "plan", "app-test", *ACME, "--builds", "out", "-var", "service1-build=96")
    assert "-var service1-build=96 wins over out/service1.env.groovy:1 (95)" in said.err
    assert "service1-build 90 -> 96 (-var)" in said.err
    ways.write("b97.tfvars", 'service1-build = "97"\n')
    said = run_cli("--dry-run", "plan", "app-test", *ACME, "--builds", "out", "-var-file=b97.tfvars")
    assert "b97.tfvars:1 wins over out/service1.env.groovy:1 (95)" in said.err
    assert "service1-build 90 -> 97 (-var-file, b97.tfvars:1)" in said.err


# -- refused --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """What was typed, on which files -> the code, and words of the message, of its place and of what to do."""

    typed: str
    code: int
    message: str
    where: str = ""
    hint: str = ""
    files: dict[str, str] = field(default_factory=dict)
    record: dict[str, Any] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)


GROOVY = "b/service1.env.groovy"
PROMOTE = "promote app-test app-beta -var tenant=acme"
DEPLOY = "apply app-test -var tenant=acme --builds b"
CIRCLE = {f"{APP}/stack.hcl": 'source = "app"\npromotes_from = "app-staging"\n'}
ROWS = [
    Row(DEPLOY, 66, "no such file or folder of builds", "b"),
    Row(
        DEPLOY,
        65,
        "this is not a build: sh 'id'",
        f"{GROOVY}:2",
        "nothing is run",
        {GROOVY: "env.SERVICE1_BUILD='1'\nsh 'id'\n"},
    ),
    Row(
        DEPLOY,
        65,
        "'9$(id)' is not the number of a build",
        f"{GROOVY}:1",
        "tag of an image",
        {GROOVY: "env.SERVICE1_BUILD='9$(id)'\n"},
    ),
    Row(DEPLOY, 65, "SERVICE1_BUILD names no build", f"{GROOVY}:1", "='90'", {GROOVY: "env.SERVICE1_BUILD=''\n"}),
    Row(
        DEPLOY,
        65,
        "declares no variable for SERVCE1_BUILD",
        f"{GROOVY}:1",
        "did you mean SERVICE1_BUILD?",
        {GROOVY: "env.SERVCE1_BUILD='1'\n"},
    ),
    Row(
        DEPLOY,
        65,
        "is 2 here and 1 in b/a.env:1",
        f"{GROOVY}:1",
        "do not mean",
        {"b/a.env": "SERVICE1_BUILD=1", GROOVY: "env.SERVICE1_BUILD='2'"},
    ),
    Row(
        f"{DEPLOY} -var service1-build=",
        64,
        "-var service1-build= names no build",
        files={GROOVY: "env.SERVICE1_BUILD='2'"},
    ),
    Row("destroy app-test -var tenant=acme --builds b", 64, "destroy takes no --builds"),
    Row("drift app-test -var tenant=acme --builds b", 64, "drift takes no --builds", "", "drift --help"),
    Row("plan app-test --smoke /x", 64, "plan takes no --smoke"),
    Row(
        "apply app-test -var tenant=acme --smoke health",
        64,
        "--smoke 'health' is neither a path nor a URL",
        "",
        "--smoke /health",
    ),
    Row("apply app-test -var tenant=acme --smoke-timeout soon", 64, "'soon' is not a duration"),
    Row(
        "apply app-test",
        65,
        "smoke: 'health' is neither a path nor a URL",
        f"{APP}/stack.hcl:2",
        "/health",
        {f"{APP}/stack.hcl": 'source = "app"\nsmoke = "health"\n'},
    ),
    # Which way.
    Row(
        "promote app-test app-staging -var tenant=acme",
        77,
        "from app-test to app-staging skips app-beta",
        "",
        "the way is app-test -> app-beta -> app-staging",
    ),
    Row("promote app-beta app-test -var tenant=acme", 77, "app-test takes builds from no stack"),
    Row(
        "promote app-staging app-beta -var tenant=acme",
        77,
        "app-beta takes no builds from app-staging",
        "",
        "app-test -> app-beta",
    ),
    Row("promote app-beta app-beta -var tenant=acme", 77, "app-beta takes no builds from itself"),
    Row("promote app-tset app-beta -var tenant=acme", 66, "no stack 'app-tset'", "", "did you mean app-test?"),
    Row("promote app-test -var tenant=acme", 64, "promote needs two stacks", "", "promote FROM TO"),
    Row("promote app-test app-beta", 64, "promote needs a tenant", "", "--all-tenants"),
    Row(f"{PROMOTE} --all-tenants", 64, "one tenant (acme) and --all-tenants"),
    Row(f"{PROMOTE} -var service1-build=7", 64, "promote decides which builds it deploys"),
    Row(
        PROMOTE,
        65,
        "has a cycle: app-beta -> app-staging -> app-test -> app-beta",
        "app-staging/stack.hcl:2",
        "remove its promotes_from",
        CIRCLE,
    ),
    Row("stacks", 65, "promotes_from has a cycle", "stack.hcl:2", "", CIRCLE),
    Row(
        "stacks",
        65,
        "promotes_from: no stack 'app-tset'",
        f"{BETA}/stack.hcl:2",
        "did you mean app-test?",
        {f"{BETA}/stack.hcl": 'source = "app"\npromotes_from = "app-tset"\n'},
    ),
    # What runs there.
    Row(
        "promote app-test app-beta -var tenant=initech",
        77,
        "app-test/initech was never applied",
        "",
        "apply app-test ap-southeast-2 -var tenant=initech",
    ),
    Row(
        PROMOTE,
        77,
        "its last try failed (now, by you: no)",
        record={"failed": {"at": "now", "by": "you", "error": "no"}},
    ),
    Row(PROMOTE, 77, "changed after its last apply", record={"state": {"tag": "other"}}),
    Row(PROMOTE, 77, "runs no build", record={"builds": {}}),
    Row(
        PROMOTE,
        75,
        "is being changed by jenkins-7",
        files={f"{STATES}/app-test/tenants/acme/.terraform.tfstate.lock.info": '{"ID": "1", "Who": "jenkins-7"}'},
    ),
    Row(PROMOTE, 77, "app-beta/acme declares no variable service9-build", record={"builds": {"service9-build": "1"}}),
    Row(
        f"{PROMOTE} --builds b",
        77,
        "app-test/acme runs service1-build 90, not 91",
        f"{GROOVY}:1",
        "another build was deployed",
        {GROOVY: "env.SERVICE1_BUILD='91'"},
    ),
    Row(
        f"promote app-test app-live {REGION} -var tenant=acme",
        77,
        f"{REGION}/app-live/acme is protected",
        "",
        f"--confirm {REGION}/app-live/acme",
    ),
    Row("rollback app-test -var tenant=globex", 77, "globex: no earlier builds are known"),
    Row("rollback app-test -var tenant=acme --to 9", 66, "no apply '9' in its history", "", "1 (service1-build 89)"),
    Row("rollback app-test -var tenant=acme --to latest", 64, "--to 'latest' is neither a number"),
    Row(
        "rollback app-test -var tenant=acme --to servce1-build=9",
        64,
        "no build 'servce1-build'",
        "",
        "did you mean service1-build?",
    ),
    Row("rollback app-test -var tenant=acme -var service1-build=7", 64, "rollback decides which builds it deploys"),
    Row("rollback app-test -var tenant=acme --wave 2", 64, "rollback takes no --wave", "", "rollback --help"),
    Row("rollback app-test -var tenant=acme --report config/common.tfvars/r.json", 66, "cannot write this report"),
    Row("rollback", 64, "rollback needs a stack"),
    Row("history", 64, "history needs a stack"),
    Row("promote --tenant acme", 64, "promote needs two stacks"),
    Row("builds app-test -var tenant=initech", 66, "app-test/initech was never applied"),
    Row("builds app-test --format groovy", 64, "--format groovy is for one tenant"),
    Row("builds app-test --tenants x*", 66, "no tenant matches 'x*'"),
    Row("builds app-test -var zone=x", 64, "builds takes no -var"),
    Row("history app-test -var tenant=initech", 66, "app-test/initech has no history"),
    Row(
        "--sandbox --dry-run promote app-test app-beta -var tenant=acme",
        69,
        "the sandbox is not running",
        "",
        "sandbox start",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.code} {row.typed[:50]} {row.message[:40]}")
def test_what_is_refused(row: Row, run_cli: Run, ways: Disk) -> None:
    """For real, not on paper: whoever reaches for Docker, Terraform or the network fails the test."""
    for path, text in row.files.items():
        ways.write(path, text)
    if row.record:
        ways.write(RECORD, json.dumps(json.loads((ways.root / RECORD).read_text()) | row.record))
    before = ways.left_behind()
    said = run_cli(*row.typed.split(" "))
    lines = said.err.splitlines()
    (error,) = [line for line in lines if line.startswith("error: ")]
    assert (said.code, said.out) == (row.code, ""), said
    assert row.message in error
    assert row.where in "".join(line for line in lines if line.startswith("  where: "))
    assert row.hint in "".join(line for line in lines if line.startswith("  to do: "))
    assert {f for f in ways.left_behind() - before if "logs" not in f and "register" not in f} == set()


def test_the_live_stack_takes_only_what_its_own_folder_says(run_cli: Run, ways: Disk) -> None:
    found = {s["stack"]: s["way"] for s in json.loads(run_cli("stacks", "--json").out) if s["region"] == REGION}
    assert found["app-staging"] == ["app-test", "app-beta", "app-staging"]
    assert found["app-live"] == ["app-test", "app-live"]
    assert (ways.root / LIVE / "stack.hcl").is_file() and isinstance(ways.root, Path)


# -- what a newer orchestrate wrote -------------------------------------------------------------------


def newer(disk: Disk, path: str) -> bytes:
    file = disk.root / path
    file.write_text(json.dumps({**json.loads(file.read_text()), "version": 99}))
    return file.read_bytes()


@pytest.mark.parametrize("command", [("history", "app-test"), ("rollback", "app-test")])
def test_a_history_of_a_newer_orchestrate_is_not_read_in_part(run_cli: Run, ways: Disk, command: Any) -> None:
    path = f"{STATES}/app-test/tenants/acme/orchestrate-history.json"
    text = newer(ways, path)
    said = run_cli(*command, REGION, *ACME)
    assert (said.code, said.out) == (65, "")
    assert (
        "a history of version 99 was written by a newer orchestrate" in said.err
        and path.partition("states/")[2] in said.err
    )
    assert (ways.root / path).read_bytes() == text


def test_builds_that_a_newer_orchestrate_recorded_are_not_promoted(run_cli: Run, ways: Disk) -> None:
    newer(ways, RECORD)
    said = run_cli("promote", "app-test", "app-beta", REGION, *ACME)
    assert (said.code, "a record of version 99 was written by a newer orchestrate" in said.err) == (65, True)
