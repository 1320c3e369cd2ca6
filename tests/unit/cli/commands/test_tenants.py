"""The register on the command line: tenants, tenant, affected, shards; read from files alone."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cloud import Cloud
from fakes import context
from project_on_disk import APP, REGION, Disk, filled
from said import Said

from wrapper.cli.installation import SELF
from wrapper.deploy.lb_slots.assignment import assign
from wrapper.deploy.lb_slots.slots import SlotTable, render
from wrapper.engines.image import inputs

Run = Callable[..., Said]
LOCK = {"ID": "1", "Who": "jenkins-7@host", "Operation": "OperationTypeApply", "Created": "2026-01-02T03:04:05Z"}
STATES = f".orchestrate/states/{REGION}/app-test"


@pytest.fixture
def deployed(example: Disk) -> Disk:
    """The stack, acme and globex were applied; globex by hand changed since; gone has a state and no file."""
    return filled(example, _deployed)


def _deployed(example: Disk) -> None:
    cloud = Cloud(example)
    given = context(
        home=example.root / ".orchestrate",
        directory=example.root,
        image=inputs.tag(SELF),
        versions=inputs.versions(SELF),
    )
    for tenant, build in (("", ""), ("acme", "90"), ("globex", "91")):
        cloud.perform("apply", tenant, *(["-var", f"service1-build={build}"] if build else []), context=given)
    example.write(f"{STATES}/tenants/gone/terraform.tfstate", '{"version": 4, "resources": [1]}')


def change_all(disk: Disk) -> None:
    """A value of every tenant's."""
    disk.append(f"{APP}/tenant.tfvars.j2", 'text = "new"\n')


def rows(said: Said) -> Any:
    assert said.code == 0, said
    return json.loads(said.out)


def test_the_register_as_a_table(run_cli: Run, deployed: Disk) -> None:
    deployed.write(f"{APP}/tenants/new.tfvars", "")
    deployed.write(f"{APP}/tenants/wrong.tfvars", "memroy = 1\n")
    deployed.write(f"{STATES}/tenants/acme/.terraform.tfstate.lock.info", "{}")
    deployed.write(f"{STATES}/tenants/globex/.terraform.tfstate.lock.info", json.dumps(LOCK))
    record = deployed.root / STATES / "tenants/globex/orchestrate.json"
    failure = {"at": "2026-01-02T03:00:00Z", "by": "me", "error": "no"}
    record.write_text(json.dumps(json.loads(record.read_text()) | {"failed": failure}))
    said = run_cli("tenants", "app-test", REGION)
    table = [line.split("  ") for line in said.out.splitlines()]
    found = {line[0].strip(): next(cell for cell in line[1:] if cell).strip() for line in table}
    assert found == {
        "TENANT": "STATUS",
        "acme": "locked",
        "globex": "changed, failed at 2026-01-02T03:00:00Z, locked by jenkins-7@host since 2026-01-02T03:04:05Z",
        "gone": "orphaned, changed: its last apply left no record",
        "new": "not deployed",
        "wrong": "not deployed, wrong",
    }


def test_a_tenant_as_data(run_cli: Run, deployed: Disk) -> None:
    deployed.write(f"{STATES}/tenants/acme/.terraform.tfstate.lock.info", json.dumps(LOCK))
    (acme,) = rows(run_cli("tenants", "app-test", "--tenants", "acme", "--json"))
    assert acme["last_apply"].pop("at").startswith("20")
    assert acme == {
        "tenant": "acme",
        "status": ["locked"],
        "declared": True,
        "deployed": True,
        "orphaned": False,
        "changed": False,
        "failed": None,
        "locked": {"by": "jenkins-7@host", "since": "2026-01-02T03:04:05Z", "doing": "OperationTypeApply", "id": "1"},
        "place": None,
        "url": "https://acme.test.example.com",
        "builds": {"service1-build": "90"},
        "last_apply": {"by": "me-here-1", "seconds": acme["last_apply"]["seconds"]},
        "stopped": None,
        "expires": None,
        "overdue": False,
    }
    assert rows(run_cli("tenant", "show", "acme", "app-test", "--json"))["builds"] == {"service1-build": "90"}
    assert "https://acme.test.example.com" in run_cli("tenant", "show", "acme", "app-test").out


def test_before_the_first_apply_nothing_is_known(run_cli: Run, example: Disk) -> None:
    assert [r["status"] for r in rows(run_cli("tenants", "app-test", "--json"))] == [["not deployed"]] * 2


# -- affected ---------------------------------------------------------------------------------------


def test_who_is_affected_and_why(run_cli: Run, deployed: Disk) -> None:
    build = ("-var", "service1-build=90")
    deployed.write(f"{APP}/tenants/new.tfvars", "")
    found = {r["tenant"]: r for r in rows(run_cli("affected", "app-test", *build, "--json"))}
    assert {n: r["why"] for n, r in found.items()} == {
        "globex": "service1-build 91 -> 90 (-var)",
        "gone": "its last apply left no record",
        "new": "not deployed yet",
    }
    (only,) = found["globex"]["inputs"]
    assert only == {"input": "service1-build", "old": "91", "new": "90"}, "a build is no secret"
    said = run_cli("affected", "app-test", *build, "--tenants", "acme,globex")
    assert ("globex" in said.out, "acme" in said.out, "91->90" in said.out) == (True, False, True)
    assert said.err.endswith("1 of 2 tenants\n")


def test_builds_are_inputs_of_who_is_affected_and_of_the_parts(run_cli: Run, deployed: Disk) -> None:
    deployed.write("builds/service1.env.groovy", "env.SERVICE1_BUILD='91'\n")
    given = ("app-test", "--tenants", "acme,globex", "--builds", "builds", "--json")
    assert [(r["tenant"], r["why"]) for r in rows(run_cli("affected", *given))] == [
        ("acme", "service1-build 90 -> 91 (-var)")
    ]
    assert [g["tenants"] for g in rows(run_cli("shards", *given, "-n", "4"))] == [["acme"]]
    typed = ("app-test", "--tenants", "acme,globex", "-var", "service1-build=90", "--json")
    assert [g["tenants"] for g in rows(run_cli("shards", *typed, "-n", "4"))] == [["globex"]]
    assert run_cli("shards", "app-test", "-n", "4", "-var", "memroy=1").code == 65


def test_a_stack_whose_own_layer_changed_is_named_too(run_cli: Run, deployed: Disk) -> None:
    quiet = run_cli("affected", "app-test", "-var", "service1-build=90", "--tenants", "acme")
    assert (quiet.code, "its own layer" in quiet.err) == (0, False)
    deployed.append("src/app/outputs.tf", "# more\n")
    word = f"{REGION}/app-test: the stack layer changed too (sources); an apply of it comes first"
    assert word in run_cli("affected", "app-test").err
    assert word in run_cli("shards", "app-test", "-n", "2").err
    git(deployed.root, "init", "-q")
    git(deployed.root, "add", "config", "src", "modules")
    git(deployed.root, "commit", "-qm", "first")
    assert "its own layer" not in run_cli("affected", "app-test", "--since", "HEAD").err
    deployed.append("src/app/outputs.tf", "# again\n")
    said = run_cli("affected", "app-test", "--since", "HEAD", "--json")
    assert (rows(said), word in said.err) == ([], True)


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def test_who_is_affected_since_a_revision(run_cli: Run, deployed: Disk) -> None:
    with pytest.raises(AssertionError):
        rows(run_cli("affected", "app-test", "--since", "HEAD", "--json"))
    git(deployed.root, "init", "-q")
    git(deployed.root, "add", "config", "src", "modules")
    git(deployed.root, "commit", "-qm", "first")
    git(deployed.root, "tag", "before")
    assert rows(run_cli("affected", "app-test", "--since", "HEAD", "--json")) == []
    deployed.write(f"{APP}/tenants/acme.tfvars", "memory = 257\n")
    deployed.write(f"{APP}/tenants/new.tfvars", "")
    git(deployed.root, "commit", "-qam", "second")
    deployed.write("src/app/tenant/more.tf", "# more\n")
    since = rows(run_cli("affected", "app-test", "--since", "HEAD", "--json"))
    assert {r["tenant"]: r["why"] for r in since} == {
        **dict.fromkeys(("acme", "globex", "gone"), "sources"),
        "new": "new since HEAD",
    }
    before = rows(run_cli("affected", "app-test", "--since", "before", "--json"))
    assert {r["tenant"]: r["why"] for r in before}["acme"] == "variable memory, sources"
    assert list(Path("/tmp").glob("orchestrate-since-*")) == []


@pytest.mark.parametrize(("revision", "code"), [("nowhere", 64), ("--all", 64)])
def test_no_such_revision(run_cli: Run, deployed: Disk, revision: str, code: int) -> None:
    git(deployed.root, "init", "-q")
    said = run_cli("affected", "app-test", f"--since={revision}")
    assert (said.code, "Traceback" in said.err) == (code, False)


def test_no_repository(run_cli: Run, deployed: Disk) -> None:
    assert run_cli("affected", "app-test", "--since", "HEAD").code == 66


# -- shards -----------------------------------------------------------------------------------------


def seconds(disk: Disk, **of: float) -> None:
    for tenant, took in of.items():
        file = disk.root / STATES / f"tenants/{tenant}/orchestrate.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), "seconds": took}))


def test_parts_of_what_changed(run_cli: Run, deployed: Disk) -> None:
    seconds(deployed, acme=100, globex=10)
    change_all(deployed)
    groups = rows(run_cli("shards", "app-test", "-n", "2", "--format", "json"))
    assert [(g["part"], g["tenants"], g["expected_seconds"]) for g in groups] == [
        ("1/2", ["acme"], 100.0),
        ("2/2", ["globex", "gone"], 65.0),
    ]
    assert groups[1]["arguments"] == "--tenants=globex,gone"
    assert run_cli("shards", "app-test", "-n", "2", "--format", "jenkins").out.splitlines() == [
        "return [",
        "  [part: '1/2', tenants: 'acme', seconds: 100.0],",
        "  [part: '2/2', tenants: 'globex,gone', seconds: 65.0],",
        "]",
    ]


def test_files_that_caught_up_stand_in_a_shard_and_count_as_nothing(run_cli: Run, deployed: Disk) -> None:
    """T4 with a fleet of agents: the apply of a shard takes note of them, without Terraform."""
    seconds(deployed, acme=100, globex=10)
    deployed.append(f"{APP}/tenants/acme.tfvars", 'service1-build = "90"\n')
    few = ("app-test", "--tenants", "acme,globex")
    said = run_cli("affected", *few, "--json")
    assert rows(said) == []
    assert "files caught up: acme; an apply records it, and starts nothing" in said.err
    said = run_cli("shards", *few, "-n", "2", "--json")
    assert [(g["tenants"], g["expected_seconds"]) for g in rows(said)] == [(["acme"], 0.0)]
    assert "0 of 2 tenants" in said.err


def test_no_part_is_empty(run_cli: Run, deployed: Disk) -> None:
    one = ("--tenants", "acme", "-n", "8", "--json")
    assert rows(run_cli("shards", "app-test", *one)) == []
    assert len(rows(run_cli("shards", "app-test", *one, "--force"))) == 1
    change_all(deployed)
    assert [g["part"] for g in rows(run_cli("shards", "app-test", "-n", "8", "--json"))] == ["1/3", "2/3", "3/3"]


def test_parts_of_what_the_builds_would_change(run_cli: Run, deployed: Disk) -> None:
    """As `apply --builds` would: globex runs 91 already, acme runs 90."""
    deployed.write("out/service1.env.groovy", "env.SERVICE1_BUILD='91'\n")
    few = ("app-test", "--tenants", "acme,globex")
    groups = rows(run_cli("shards", *few, "-n", "2", "--builds", "out", "--json"))
    assert [g["tenants"] for g in groups] == [["acme"]]
    assert [r["tenant"] for r in rows(run_cli("affected", *few, "--builds", "out", "--json"))] == ["acme"]
    typed = ("-var", "service1-build=90", "-var=text=none")
    said = run_cli("shards", *few, REGION, "-n", "2", "--builds", "out", *typed, "--json")
    assert [t for g in rows(said) for t in g["tenants"]] == ["acme", "globex"], "the text is another for both"
    assert "-var service1-build=90 wins over out/service1.env.groovy:1 (91)" in said.err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ((), 64, "shards needs a stack"),
        (("app-test", "--builds", "nowhere"), 66, "no such file or folder of builds"),
        (("app-test", "--builds", "bad"), 65, "this is not a build: sh 'id'"),
        (("app-test", "-var", "tenant=acme"), 64, "shards is for many tenants, not acme alone"),
        (("app-test", "-var", "servce1-build=1"), 65, "did you mean service1-build?"),
        (("app-test", "--bilds", "out"), 64, "no option --bilds"),
    ],
)
def test_parts_that_cannot_be_made(
    run_cli: Run, deployed: Disk, words: tuple[str, ...], code: int, message: str
) -> None:
    deployed.write("bad/service1.env.groovy", "sh 'id'\n")
    said = run_cli("shards", *words, "-n", "2")
    assert (said.code, said.out) == (code, ""), said
    assert message in said.err


# -- tenant -----------------------------------------------------------------------------------------


def test_a_tenant_is_declared_by_a_file(run_cli: Run, example: Disk) -> None:
    said = run_cli("tenant", "add", "initech", "app-test", REGION)
    assert (said.code, said.out) == (0, f"./orchestrate apply app-test {REGION} -var tenant=initech\n")
    file = example.root / APP / "tenants/initech.tfvars"
    assert file.read_text() == "# Values of initech only, beyond those of every tenant.\n"
    assert run_cli("tenant", "add", "other", "app-test", "--from", "acme").code == 0
    assert (file.parent / "other.tfvars").read_text() == "# acme's own\nmemory = 256\n"
    assert sorted(f.name for f in file.parent.iterdir()) == [
        f"{n}.tfvars" for n in ("acme", "globex", "initech", "other")
    ]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add", "acme", "app-test"), 77),
        (("add", "../acme", "app-test"), 64),
        (("add", "new", "app-test", "--from", "nobody"), 66),
        (("add", "new", "global"), 66),
        (("remove", "nobody", "app-test"), 66),
        (("show", "nobody", "app-test"), 66),
        (("remove", "acme", "app-live", REGION), 77),
    ],
)
def test_what_cannot_be_is_said(run_cli: Run, example: Disk, arguments: tuple[str, ...], code: int) -> None:
    before = sorted(str(f) for f in example.root.rglob("config/**/*"))
    said = run_cli("tenant", *arguments)
    assert (said.code, said.out, "Traceback" in said.err) == (code, "", False)
    assert sorted(str(f) for f in example.root.rglob("config/**/*")) == before


def test_a_tenant_that_was_never_deployed_is_removed_with_its_file(run_cli: Run, example: Disk) -> None:
    said = run_cli("tenant", "remove", "globex", "app-test")
    assert (said.code, f"{APP}/tenants/globex.tfvars: removed" in said.err) == (0, True)
    assert not (example.root / APP / "tenants/globex.tfvars").exists()


# -- slots on shared load balancers ------------------------------------------------------------------

BOOK = f"{STATES}/allotments.json"


@pytest.fixture
def slot_variables(deployed: Disk) -> Disk:
    """acme is deployed and has a place; of globex and of gone-again only the place is left."""
    deployed.append("src/app/tenant/variables.tf", TAKES)
    deployed.append(f"{APP}/variables.tfvars", 'load_balancer = { mode = "shared" }\n')
    for file in (deployed.root / STATES / "tenants/globex").iterdir():
        file.unlink()
    table = assign(SlotTable(), {"acme": {}, "globex": {}, "gone-again": {}}, "then", "somebody")
    deployed.write(BOOK, render(table).decode())
    return deployed


TAKES = """
variable "load_balancer" {
  type = object({ mode = string })
}
variable "allotment" {
  type    = object({ load_balancer = number, priority = number })
  default = null
}
"""


def test_a_tenant_that_was_never_deployed_may_keep_a_slot(run_cli: Run, slot_variables: Disk) -> None:
    found = {r["tenant"]: (r["status"], r["place"] and r["place"]["priority"]) for r in tenants_of(run_cli)}
    assert found["gone-again"] == (["not deployed", "keeps a place"], 10103)
    assert found["globex"] == (["not deployed", "keeps a place"], 10102)
    assert found["acme"][1] == 10101 and "keeps a place" not in found["acme"][0]
    assert "gone-again" not in {r["tenant"] for r in tenants_of(run_cli, "--tenants", "a*")}
    assert rows(run_cli("tenant", "show", "gone-again", "app-test", "--json"))["place"]["priority"] == 10103


def test_a_person_reads_slot_where_a_program_reads_place(run_cli: Run, slot_variables: Disk) -> None:
    """The values of JSON are those of 0.1.0."""
    table = run_cli("tenants", "app-test").out
    assert table.count("not deployed, keeps a slot") == 2 and "place" not in table
    shown = run_cli("tenant", "show", "gone-again", "app-test").out
    assert re.search(r"^status +not deployed, keeps a slot$", shown, re.MULTILINE)
    assert re.search(r"^slot +load_balancer \d, priority 10103", shown, re.MULTILINE)


def test_the_slots_of_services_with_a_path_are_those_of_their_tenant(run_cli: Run, slot_variables: Disk) -> None:
    table = assign(SlotTable(), {"acme": {"api": "/api/*", "docs": "/docs"}, "gone-again": {}}, "then", "somebody")
    orphan = assign(table, {"left": {"api": "/api/*"}}, "then", "an older tool")
    left = {key: entry for key, entry in orphan.tenants.items() if key != "left"}
    slot_variables.write(BOOK, render(SlotTable(left)).decode())
    found = {row["tenant"]: row["place"] for row in tenants_of(run_cli)}
    assert found["acme"] == {"load_balancer": 1, "priority": 10101, "rules": {"api": 101, "docs": 102}}
    assert found["gone-again"] == {"load_balancer": 1, "priority": 10102} and not {"left", "acme/api"} & {*found}
    shown = run_cli("tenant", "show", "acme", "app-test").out
    assert re.search(r"^slot +load_balancer 1, priority 10101, rules \(api 101, docs 102\)$", shown, re.MULTILINE)


def tenants_of(run_cli: Run, *arguments: str) -> Any:
    return rows(run_cli("tenants", "app-test", "--json", *arguments))


def test_who_is_removed_before_the_first_apply_gives_the_place_back(run_cli: Run, slot_variables: Disk) -> None:
    assert run_cli("tenant", "remove", "globex", "app-test", "--dry-run").code == 0
    assert "globex" in json.loads((slot_variables.root / BOOK).read_text())["tenants"]
    assert run_cli("tenant", "remove", "globex", "app-test").code == 0
    table = json.loads((slot_variables.root / BOOK).read_text())
    assert (sorted(table["tenants"]), [f["tenant"] for f in table["freed"]]) == (["acme", "gone-again"], ["globex"])
    assert run_cli("tenant", "remove", "gone-again", "app-test").code == 0, "of whom nothing else is left"
    assert sorted(json.loads((slot_variables.root / BOOK).read_text())["tenants"]) == ["acme"]
    assert run_cli("tenant", "remove", "gone-again", "app-test").code == 66


def test_a_damaged_book_hides_no_tenant(run_cli: Run, slot_variables: Disk) -> None:
    slot_variables.write(BOOK, "")
    said = run_cli("tenants", "app-test", "--json")
    assert (said.code, {r["tenant"] for r in json.loads(said.out)}) == (0, {"acme", "globex", "gone"})
    assert "slots on shared load balancers are not known" in said.err and "the slot table is damaged" in said.err
    kept = run_cli("tenant", "remove", "globex", "app-test")
    assert (kept.code, (slot_variables.root / APP / "tenants/globex.tfvars").exists()) == (65, True)
    assert "docs/state.md" in kept.err


def test_on_paper_a_tenant_is_removed_in_words_alone(run_cli: Run, deployed: Disk) -> None:
    before = sorted(str(f) for f in deployed.root.rglob("*"))
    said = run_cli("tenant", "remove", "acme", "app-test", "--dry-run", "--engine", "host")
    assert (said.code, f"{APP}/tenants/acme.tfvars: would be removed" in said.err) == (0, True)
    assert "terraform plan" in said.out and "-destroy" in said.out
    assert sorted(str(f) for f in deployed.root.rglob("*")) == before


def test_on_paper_many_are_an_order_and_what_is_wrong(run_cli: Run, deployed: Disk) -> None:
    deployed.write(f"{APP}/tenants/wrong.tfvars", "memroy = 1\n")
    change_all(deployed)
    said = run_cli("apply", "app-test", "--all-tenants", "--dry-run", "--engine", "host")
    assert said.code == 65
    heads = [line for line in said.out.splitlines() if line.startswith("# ")]
    assert heads == [f"# {REGION}/app-test/{name}: apply" for name in ("acme", "globex", "gone")]
    assert "3 tenants to run; 1 unchanged; dry run, in this order" in said.err
    assert f"where: {APP}/tenants/wrong.tfvars:1" in said.err and "succeeded" not in said.err
    assert not (deployed.root / ".orchestrate/logs").exists()


# -- what a newer orchestrate recorded --------------------------------------------------------------


@pytest.fixture
def newer(deployed: Disk) -> Disk:
    """Of acme's last apply."""
    change_all(deployed)
    file = deployed.root / STATES / "tenants/acme/orchestrate.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "version": 99}))
    return deployed


WORDS = "error: a record of version 99 was written by a newer orchestrate; this one reads up to 2"


def test_the_register_has_the_others_and_says_it(run_cli: Run, newer: Disk) -> None:
    said = run_cli("tenants", "app-test", "--json")
    found = {row["tenant"]: (row["status"], row["builds"]) for row in json.loads(said.out)}
    assert (said.code, WORDS in said.err) == (65, True)
    assert found["acme"] == (["wrong"], {})
    assert found["globex"] == (["changed"], {"service1-build": "91"})


@pytest.mark.parametrize(
    ("words", "out"),
    [
        (("tenant", "show", "acme", "app-test"), "wrong"),
        (("affected", "app-test"), "a newer orchestrate recorded its last apply"),
        (("shards", "app-test", "-n", "1"), "acme,globex,gone"),
        (("builds", "app-test"), "globex  91"),
        (("builds", "app-test", "--json"), '{\n  "globex": {\n    "service1-build": "91"\n  },\n  "gone": {}\n}\n'),
    ],
)
def test_of_many_one_is_not_known(run_cli: Run, newer: Disk, words: tuple[str, ...], out: str) -> None:
    said = run_cli(*words)
    assert (said.code, said.err.count(WORDS)) == (65, 1), said
    assert out in said.out
    assert said.code == run_cli(*words).code, "nor when it is remembered"


@pytest.mark.parametrize("words", [("builds", "app-test"), ("rollback", "app-test")])
def test_one_alone_is_refused(run_cli: Run, newer: Disk, words: tuple[str, ...]) -> None:
    said = run_cli("--engine", "host", *words, "-var", "tenant=acme")
    assert (said.code, WORDS in said.err, said.out) == (65, True, "")


def test_the_night_leaves_such_a_stack_whole(run_cli: Run, newer: Disk) -> None:
    before = sorted(str(f) for f in (newer.root / STATES).rglob("*tfstate"))
    for words in (("reap",), ("reap", "--yes", "--engine", "host")):
        said = run_cli(*words)
        assert (said.code, "a newer orchestrate" in said.out + said.err) == (65, True)
    assert sorted(str(f) for f in (newer.root / STATES).rglob("*tfstate")) == before
