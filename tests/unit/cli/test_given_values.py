"""The values of a command line are read once, before anything else, and every layer gets the same."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from project_on_disk import REGION, Disk
from said import Said

Run = Callable[..., Said]
PLAN = ("--dry-run", "--engine", "host", "plan", "app-test")
ACME = ("-var", "tenant=acme")


def stream(text: str) -> str:
    out, into = os.pipe()
    os.write(into, text.encode())
    os.close(into)
    return f"/dev/fd/{out}"


def test_the_tools_own_names_may_be_typed(example: Disk, run_cli: Run) -> None:
    example.write("f.tfvars", f'region = "{REGION}"\ntenant = "acme"\nmemory = 7\n')
    said = run_cli("vars", "app-test", *ACME, "-var", f"region={REGION}", "-var-file=f.tfvars")
    assert said.code == 0 and f"-var region: region is {REGION} anyway; you may leave it out" in said.err
    assert "f.tfvars:3" in said.out and "-var " not in said.out.replace("-var tenant", "")


@pytest.mark.parametrize(
    ("words", "text", "code", "message"),
    [
        ((*ACME, "-var", "region=x"), "", 65, "region is ap-southeast-2"),
        ((*ACME, "-var", "stack=x"), "", 65, "stack is app-test"),
        ((*ACME, "-var-file=f.tfvars"), 'tenant = "other"', 65, "tenant is acme"),
        (("--all-tenants", "-var-file=f.tfvars"), 'tenant = "acme"', 65, "no tenant is chosen by a file"),
        (("--all-tenants", "-var-file=f.tfvars"), "memroy = 1", 65, "declares no variable 'memroy'"),
        ((*ACME, "-var-file=none.tfvars"), "", 66, "cannot read it: No such file"),
        ((*ACME, "--var-env", "memory=NONE"), "", 64, "the environment has no variable 'NONE'"),
        ((*ACME, "-var-file=f.tfvars"), 'service1-build = " "', 65, "service1-build names no build"),
    ],
)
def test_what_is_refused_before_anything_starts(
    example: Disk, run_cli: Run, words: tuple[str, ...], text: str, code: int, message: str
) -> None:
    example.write("f.tfvars", text)
    said = run_cli(*PLAN, *words)
    assert (said.code, message in said.err) == (code, True), said


@pytest.mark.parametrize("how", ["file", "stream"])
def test_a_file_of_all_tenants_goes_to_each_layer_that_declares_it(example: Disk, run_cli: Run, how: str) -> None:
    text = "memory = 7\nsize = 8\n"
    name = example.write("f.tfvars", text).name if how == "file" else stream(text)
    said = run_cli(*PLAN, "--all-tenants", f"-var-file={name}")
    assert said.code == 0, said


def test_what_came_through_a_stream_is_not_shown(run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXT", "CANARY2")
    said = run_cli("vars", "app-test", *ACME, f"-var-file={stream('memory = 4711')}", "--var-env", "text=TEXT")
    assert said.code == 0 and "4711" not in said.out and "CANARY2" not in said.out
    assert "--var-env text" in said.out and said.out.count("***") == 2


def test_standard_input_of_an_interactive_verb(run_cli: Run) -> None:
    said = run_cli("--dry-run", "console", "app-test", *ACME, "-var-file=-")
    assert said.code == 64 and "-var-file=-: standard input is what console reads" in said.err


@pytest.mark.parametrize("verb", ["init", "validate"])
def test_old_pipelines_type_values_with_every_verb(example: Disk, run_cli: Run, verb: str) -> None:
    example.write("f.tfvars", "memory = 7\n")
    said = run_cli("--dry-run", "--engine", "host", verb, "app-test", *ACME, "-var", "memory=1", "-var-file=f.tfvars")
    assert said.code == 0 and f"{verb} uses no values: -var and -var-file are passed over" in said.err
    assert "-var" not in said.out


def test_a_verb_without_values_takes_no_file_of_them(run_cli: Run) -> None:
    said = run_cli("--dry-run", "output", "app-test", *ACME, "-var-file=f.tfvars")
    assert said.code == 64 and "output uses no values, and takes no -var-file" in said.err
    assert "uses no values" not in run_cli("--dry-run", "output", "app-test", *ACME).err


def test_the_place_of_an_expression_is_named_once(example: Disk, run_cli: Run) -> None:
    example.append("src/app/tenant/variables.tf", 'variable "map" {\n  type    = map(string)\n  default = {}\n}\n')
    said = run_cli(*PLAN, *ACME, "-var", 'map={a="${1+1}"}')
    assert said.err.count("-var map: ${ and %{ are text here; Terraform would read them otherwise") == 1
