"""What there is, and where each value comes from: stacks, tenants, vars, sandbox status; as tables and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from project_on_disk import APP, REGION, Disk
from said import Said

Run = Callable[..., Said]


def test_stacks_as_a_table(run_cli: Run) -> None:
    said = run_cli("stacks")
    head, *rows = [line.split() for line in said.out.splitlines()]
    assert (said.code, said.err, head) == (0, "", ["STACK", "REGION", "SOURCE", "TENANTS", "STATE", "MARKS"])
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("global", "-", "src/global"),
        ("app-live", REGION, "src/app"),
        ("app-test", REGION, "src/app"),
        ("app-live", "eu-west-1", "src/app"),
    ]
    assert rows[2][3:5] == ["acme,", "globex"]
    assert [row[-1] for row in rows] == ["-", "protected", "ephemeral", "protected"]


@pytest.mark.parametrize("arguments", [("stacks", "--json"), ("--json", "stacks")])
def test_stacks_as_data(run_cli: Run, example: Disk, arguments: tuple[str, ...]) -> None:
    said = run_cli(*arguments)
    found = {(s["region"], s["stack"]): s for s in json.loads(said.out)}
    assert found[REGION, "app-test"] == {
        "stack": "app-test",
        "region": REGION,
        "source": "src/app",
        "tenants": ["acme", "globex"],
        "state": str(example.root / ".orchestrate/states"),
        "marks": ["ephemeral"],
        "account": "",
        "promotes_from": "",
        "way": ["app-test"],
    }
    assert found["", "global"]["tenants"] is None
    assert found[REGION, "app-live"]["promotes_from"] == "app-test"


def test_the_root_is_found_from_below_and_may_be_named(
    run_cli: Run, example: Disk, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    here = run_cli("stacks").out
    monkeypatch.chdir(example.root / APP / "tenants")
    assert run_cli("stacks").out == here
    monkeypatch.chdir("/")
    assert run_cli("stacks", "--root", str(example.root)).out == here
    monkeypatch.setenv("ORCHESTRATE_ROOT", str(example.root))
    assert run_cli("stacks").out == here


def test_private_files_stand_where_they_are_wanted(
    run_cli: Run, example: Disk, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    example.unread()
    monkeypatch.setenv("ORCHESTRATE_HOME", f"{tmp_path}/homes")
    assert run_cli("stacks").code == 0
    assert not (example.root / ".orchestrate").exists()


def test_vars_of_a_tenant_as_a_table(run_cli: Run) -> None:
    said = run_cli("vars", "app-test", "-var", "tenant=acme", "-var", "api_key=hush", "-var", "text=a b")
    rows = [line.split(maxsplit=2) for line in said.out.splitlines()[1:]]
    assert said.code == 0
    assert ["hostname", '"acme.test.example.com"', f"{APP}/tenant.tfvars.j2:1"] in rows
    assert ["memory", "256", f"{APP}/tenants/acme.tfvars:2"] in rows
    assert ["domain", '"test.example.com"', f"{APP}/variables.tfvars:2"] in rows
    assert ["cluster", "null", f"output of {REGION}/app-test (known after its apply)"] in rows
    assert ["api_key", '"***"', "-var api_key"] in rows
    assert "hush" not in said.out + said.err


def test_vars_as_data(run_cli: Run) -> None:
    said = run_cli("vars", "app-test", REGION, "--tenant", "acme", "-var", "text=${x}é", "--json")
    values = json.loads(said.out)
    assert values["text"] == {"value": "${x}é", "origin": "-var text"}
    assert values["memory"] == {"value": 256, "origin": f"{APP}/tenants/acme.tfvars:2"}


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        (("app-test",), {"region": REGION, "zone": "example.com", "size": 2}),
        (("global",), {"zone": "example.org"}),
        (("app-test", "-var-file=more.tfvars", "-var", "size=5"), {"region": REGION, "zone": "more", "size": "5"}),
    ],
)
def test_vars_of_a_stack(run_cli: Run, example: Disk, arguments: tuple[str, ...], values: dict[str, object]) -> None:
    example.write("more.tfvars", 'zone = "more"\nsize = 4\n')
    shown = json.loads(run_cli("vars", *arguments, "--json").out)
    assert {k: v["value"] for k, v in shown.items()} == values


def test_vars_show_what_there_is_before_what_is_missing(run_cli: Run, example: Disk) -> None:
    example.write(f"{APP}/tenant.tfvars.j2", "")
    said = run_cli("vars", "app-test", "-var", "tenant=acme")
    assert (said.code, "memory" in said.out) == (65, True)
    assert "needs a value for hostname" in said.err


def test_vars_say_a_word_about_quoted_keys(run_cli: Run, example: Disk) -> None:
    example.write(f"{APP}/variables.tfvars", '"size" = 3\ndomain = "d"\n')
    said = run_cli("vars", "app-test", "--json")
    assert json.loads(said.out)["size"]["value"] == 3
    assert f"{APP}/variables.tfvars:1: a quoted key" in said.err


def test_no_sandbox_runs(run_cli: Run) -> None:
    assert run_cli("sandbox", "status") == Said(1, "", "sandbox: not running\n")
    assert json.loads(run_cli("sandbox", "status", "--json").out) == {"running": False}
    assert run_cli("sandbox", "stop").err == "sandbox: was not running\n"


@pytest.mark.parametrize("words", [("app-test",), (REGION, "app-test"), ("app-test", REGION)])
def test_a_local_place_for_states_needs_no_making(run_cli: Run, words: tuple[str, ...]) -> None:
    said = run_cli("bootstrap", *words)
    assert (said.code, "no bucket to create" in said.err) == (0, True)


@pytest.mark.parametrize(
    ("command", "words"),
    [("stacks", ("STACK", "global")), ("vars", ("VARIABLE", "memory")), ("tenants", ("TENANT", "acme"))],
)
def test_no_escape_codes_without_a_terminal(run_cli: Run, command: str, words: tuple[str, ...]) -> None:
    said = run_cli(
        command, *([] if command == "stacks" else ["app-test"]), *(["-var", "tenant=acme"] if command == "vars" else [])
    )
    assert "\x1b" not in said.out + said.err
    assert all(word in said.out for word in words)
