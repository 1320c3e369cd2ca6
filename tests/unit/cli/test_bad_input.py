"""Bad input: one clear message, the right exit code, nothing started, nothing left behind.

Each row runs for real, not on paper. That nothing starts is shown by the guard: whoever reaches for Docker,
Terraform or the network fails the test (tests/support/guard.py).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from project_on_disk import APP, REGION, Disk
from said import Said

Run = Callable[..., Said]
S3 = f'bucket = "abc"\nregion = "{REGION}"\n'
TENANT = ("-var", "tenant=acme")
LARGE = "{{ 'x' * 10 ** 9 }}"


@dataclass(frozen=True)
class Row:
    """What was typed, on which project, in which environment -> the code, and words of the message and of its place."""

    typed: tuple[str, ...]
    code: int
    message: str
    where: str = ""
    hint: str = ""
    files: dict[str, str | bytes] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)


def plan(*typed: str) -> tuple[str, ...]:
    return ("plan", "app-test", *TENANT, *typed)


def apply(*typed: str) -> tuple[str, ...]:
    return ("apply", "app-test", *TENANT, *typed)


NAMES = [
    Row(("plan", "app-tset"), 66, "no stack 'app-tset'", "/config", "did you mean app-test?"),
    Row(
        ("plan", "nothing-like-it"), 66, "no stack 'nothing-like-it'", "/config", "there is: app-live, app-test, global"
    ),
    Row(
        ("plan", "app-test", "ap-southeast-3"),
        66,
        "no region 'ap-southeast-3'",
        "stack app-test",
        f"did you mean {REGION}?",
    ),
    Row(("plan", "app-test", "nowhere"), 66, "no region 'nowhere'", "stack app-test", f"there is: {REGION}"),
    Row(("plan", "app-live"), 64, "stack app-live lives in 2 regions", "", f"name one: {REGION}, eu-west-1"),
    Row(
        ("plan", "app-live", REGION, "-var", "tenant=acne"), 66, "no tenant 'acne'", "(protected)", "did you mean acme?"
    ),
    Row(("plan", "global", *TENANT), 66, "stack global has no tenant layer", "src/global", "a tenant layer is"),
    *(
        Row(("plan", name), 64, f"{name!r} is not the name of a stack", "", "a name is 1 to 31")
        for name in ("a/b", "..", "../app-test", "app test", "app-test\n", "App", "", ".", "/etc", "a" * 32)
    ),
    *(
        Row(("plan", "app-test", name), 64, f"{name!r} is not the name of a region", "", "a name is 1 to 31")
        for name in ("a/b", "..", f"{REGION}\n", "a b")
    ),
    Row(("plan", "app-test", ""), 64, "the region is empty", "", "name the region, or leave it out"),
    *(
        Row(
            ("plan", "app-test", "-var", f"tenant={name}"),
            64,
            f"{name!r} is not the name of a tenant",
            "",
            "a name is 1 to 31",
        )
        for name in ("a/b", "..", "-acme", "a b", "acme\n", "\nacme", "Acme", "é")
    ),
    Row(("plan", "app-test", "--tenant", "../acme"), 64, "'../acme' is not the name of a tenant"),
    Row(("plan", "-app-test"), 64, "plan needs a stack"),
    Row(("plan", "--app-test"), 64, "no option --app-test"),
    Row(("plan",), 64, "plan needs a stack", "", "./orchestrate plan STACK [REGION]"),
    Row(("pan", "app-test"), 64, "no command 'pan'", "", "did you mean plan?"),
    Row(("workspace", "app-test"), 64, "terraform workspace is not run here"),
    Row(("plan", "app-test", *TENANT, "-var", "tenant=globex"), 64, "two tenants: acme and globex"),
    Row(("plan", "app-test", *TENANT, "--tenant", "globex"), 64, "two tenants: acme and globex"),
    Row(("plan", "app-test", "-var", "tenant="), 64, "-var tenant= names no tenant"),
    Row(("vars", "app-test", "stray", "words"), 64, "vars takes no 'words'"),
    Row(("tenants", "app-tset"), 66, "no stack 'app-tset'", "/config", "did you mean app-test?"),
    Row(("bootstrap", "one", "two", "three"), 64, "too many words"),
    Row(("apply", "app-test", "no.plan"), 66, "no such plan file", "no.plan", "plan ... -out=FILE"),
    Row(("apply", "app-test", "config/common.tfvars"), 77, "this is not a plan file", "config/common.tfvars"),
    Row(("stacks", "--root", "src"), 66, "no project here", "/src", "--root DIR"),
]

OPTIONS = [
    Row(plan("--tenat", "acme"), 64, "no option --tenat", "", "did you mean --tenant?"),
    Row(plan("--var", "a=b"), 64, "no option --var", "", "one dash: -var"),
    Row(plan("--auto-approve"), 64, "no option --auto-approve", "", "one dash: -auto-approve"),
    Row(plan("--zzzzzzzz"), 64, "no option --zzzzzzzz", "", "see: ./orchestrate plan --help"),
    Row(("--zzz", "plan", "app-test"), 64, "No such option", "", "--help"),
    Row(
        ("tenant", "remove", "x", "app-test", "-auto-approve"), 64, "tenant remove takes no -auto-approve", "", "--help"
    ),
    Row(("-chdir=/tmp", "plan", "app-test"), 64, "no option -chdir=/tmp before the command", "", "stand after"),
    Row(plan("-chdir=/tmp"), 64, "-chdir is not passed on", "", "the stack decides"),
    Row(plan("-chdir=/tmp"), 64, "-chdir is not passed on", files={f"{APP}/backend.tfvars": S3}),  # before credentials
    Row(plan("-state=x.tfstate"), 64, "-state is not passed on", "", "one state per stack and tenant"),
    Row(plan("-state", "x.tfstate"), 64, "-state is not passed on"),
    Row(plan("-state-out=x"), 64, "-state-out is not passed on"),
    Row(plan("-lock=false"), 64, "-lock=false is not passed on", "", "-lock-timeout"),
    Row(plan("-lock=0"), 64, "-lock=false is not passed on", "", "-lock-timeout"),
    Row(
        ("init", "app-test", "-backend-config=bucket=mine"),
        64,
        "-backend-config is not passed on",
        "",
        "backend.tfvars",
    ),
    Row(("init", "app-test", "-backend=false"), 64, "-backend is not passed on"),
    Row(("init", "app-test", "-migrate-state"), 64, "-migrate-state is not passed on", "", "never moved in passing"),
    Row(("init", "app-test", "-force-copy"), 64, "-force-copy is not passed on"),
    Row(("state", "app-test", "mv", "-state=x", "a", "b"), 64, "-state is not passed on"),
    Row(plan("-var"), 64, "-var needs a value"),
    Row(plan("-var", "text"), 64, "-var 'text' is not NAME=VALUE"),
    Row(("plan", "app-test", "-lock-timeout=5"), 64, "'5' is not a duration", "", "90s, 5m, 1h30m"),
    Row(plan("--timeout", "soon"), 64, "'soon' is not a duration"),
    Row(plan("--engine", "podman"), 64, "no engine 'podman'", "", "docker, host"),
    Row(plan("--jobs", "0"), 64, "--jobs", "", "--help"),
    Row(("completion",), 64, "Missing argument", "", "--help"),
]

VARIABLES = [
    *(
        Row(
            apply(),
            65,
            "declares no variable 'memroy'",
            f"{path}:2",
            "did you mean memory?",
            {path: f"{before}\nmemroy = 1\n"},
        )
        for path, before in (
            ("config/common.tfvars", 'zone = "z"'),
            (f"config/{REGION}/common.tfvars", ""),
            (f"{APP}/variables.tfvars", 'domain = "d"'),
            (f"{APP}/tenant.tfvars.j2", 'hostname = "h"'),
            (f"{APP}/tenants/acme.tfvars", ""),
            ("src/app/tenant/terraform.tfvars", ""),
            ("src/app/tenant/x.auto.tfvars", ""),
        )
    ),
    Row(
        apply("-var-file=given.tfvars"),
        65,
        "declares no variable 'memroy'",
        "given.tfvars:2",
        "did you mean memory?",
        {"given.tfvars": "\nmemroy = 1\n"},
    ),
    Row(apply("-var", "memroy=1"), 65, "declares no variable 'memroy'", "-var memroy", "did you mean memory?"),
    Row(
        apply("-var=servce1-build=9"),
        65,
        "declares no variable 'servce1-build'",
        "-var servce1-build",
        "did you mean service1-build?",
    ),
    Row(
        ("destroy", "app-test", "-var", "siez=1"),
        65,
        "declares no variable 'siez'",
        "-var siez",
        "did you mean size?",
        {f".orchestrate/states/{REGION}/app-test/terraform.tfstate": '{"version": 4}'},
    ),
    Row(("apply", "app-test", "-var", "siez=1"), 65, "declares no variable 'siez'", "-var siez", "did you mean size?"),
    Row(
        ("apply", "app-test"),
        65,
        "no setting 'ephemral'",
        f"{APP}/stack.hcl:2",
        "did you mean ephemeral?",
        {f"{APP}/stack.hcl": 'source = "app"\nephemral = true\n'},
    ),
    Row(
        apply(),
        65,
        "memory must be a number, not a string",
        f"{APP}/tenants/acme.tfvars:1",
        "declared in src/app/tenant/variables.tf:5",
        {f"{APP}/tenants/acme.tfvars": 'memory = "big"\n'},
    ),
    Row(
        apply(),
        65,
        'ports["a"].port must be a number',
        f"{APP}/tenants/acme.tfvars:1",
        "",
        {f"{APP}/tenants/acme.tfvars": 'ports = { a = { port = "x" } }\n'},
    ),
    Row(
        apply(),
        65,
        'ports["a"].prot is not known; did you mean port?',
        f"{APP}/tenants/acme.tfvars:1",
        "",
        {f"{APP}/tenants/acme.tfvars": "ports = { a = { prot = 1 } }\n"},
    ),
    Row(apply("-var", "memory=big"), 65, "memory must be a number, not a string", "-var memory"),
    Row(apply("-var", "ports=["), 65, "-var ports is not a literal HCL value", "-var ports"),
    Row(
        apply(),
        65,
        "needs a value for hostname",
        "src/app/tenant/variables.tf:4",
        "-var hostname=",
        {f"{APP}/tenant.tfvars.j2": ""},
    ),
    Row(
        ("apply", "app-test"),
        65,
        "needs a value for zone",
        "src/app/variables.tf:2",
        "-var zone=",
        {"config/common.tfvars": ""},
    ),
    Row(apply("-var", "service1-build="), 64, "-var service1-build= names no build", "", "-var service1-build=90"),
    *(
        Row(
            apply(),
            65,
            f"a tenant may not set '{name}'",
            f"{APP}/tenants/acme.tfvars:1",
            "remove the line",
            {f"{APP}/tenants/acme.tfvars": f'{name} = "x"\n'},
        )
        for name in ("region", "tenant", "account", "protected", "key", "bucket")
    ),
    Row(
        apply(),
        65,
        "a tenant may not set 'region'",
        f"{APP}/tenant.tfvars.j2:1",
        "",
        {f"{APP}/tenant.tfvars.j2": 'region = "x"\n'},
    ),
    Row(
        apply(),
        65,
        "memory is set twice (first in line 1)",
        f"{APP}/tenants/acme.tfvars:2",
        "",
        {f"{APP}/tenants/acme.tfvars": "memory = 1\nmemory = 2\n"},
    ),
]

FILES = [
    Row(
        apply(),
        65,
        "this is not HCL: memory = [1,",
        f"{APP}/tenants/acme.tfvars:2",
        "missing or one too many",
        {f"{APP}/tenants/acme.tfvars": "\nmemory = [1,"},
    ),
    Row(
        apply(),
        65,
        "a literal value is needed",
        f"{APP}/tenants/acme.tfvars:1",
        "values are data",
        {f"{APP}/tenants/acme.tfvars": 'text = file("/etc/passwd")\n'},
    ),
    Row(
        apply(),
        65,
        "a block does not belong",
        f"{APP}/tenants/acme.tfvars:1",
        "",
        {f"{APP}/tenants/acme.tfvars": "ports {\n}\n"},
    ),
    Row(apply(), 65, "this is not HCL", "src/app/tenant/main.tf:1", "", {"src/app/tenant/main.tf": "module {{\n"}),
    Row(
        apply(),
        65,
        "not UTF-8 text (byte 8)",
        f"{APP}/tenants/acme.tfvars",
        "",
        {f"{APP}/tenants/acme.tfvars": b'text = "\xff"\n'},
    ),
    Row(
        ("plan", "app-test"),
        65,
        "this is not HCL",
        f"{APP}/backend.tfvars:",
        "",
        {f"{APP}/backend.tfvars": "bucket = [\n"},
    ),
    Row(
        ("plan", "app-test"),
        65,
        "credentials (access_key)",
        f"{APP}/backend.tfvars:3",
        "revoke that key",
        {f"{APP}/backend.tfvars": S3 + 'access_key = "AKIA"\n'},
    ),
    Row(
        ("plan", "app-test"),
        65,
        "credentials (secret_key)",
        f"{APP}/backend.tfvars:3",
        "",
        {f"{APP}/backend.tfvars": S3 + 'secret_key = "x"\n'},
    ),
    Row(
        ("plan", "app-test"),
        65,
        "the state's key is derived",
        f"{APP}/backend.tfvars:3",
        "remove the line",
        {f"{APP}/backend.tfvars": S3 + 'key = "x"\n'},
    ),
    Row(
        ("tenants", "app-test"),
        65,
        "'Acme Corp' is not the name of a tenant",
        f"{APP}/tenants/Acme Corp.tfvars",
        "",
        {f"{APP}/tenants/Acme Corp.tfvars": ""},
    ),
    Row(
        ("plan", "app-test"),
        66,
        "no Terraform code src/gone/",
        f"{APP}/stack.hcl",
        "",
        {f"{APP}/stack.hcl": 'source = "gone"\n'},
    ),
    Row(
        apply(),
        65,
        "the state of",
        "app-test/terraform.tfstate",
        "earlier version",
        {f".orchestrate/states/{REGION}/app-test/terraform.tfstate": ""},
    ),
]

TEMPLATES = [
    Row(apply(), 65, message, where, hint, {f"{APP}/tenant.tfvars.j2": template})
    for template, message, where, hint in (
        (
            "\n{{ nope }}",
            "template: 'nope' is undefined",
            "tenant.tfvars.j2:2",
            "known names: tenant, stack, region, vars",
        ),
        ("{% if %}", "template: Expected an expression", "tenant.tfvars.j2:1", ""),
        ("{% for x in [1] %}", "template: Unexpected end of template", "tenant.tfvars.j2:1", ""),
        ("{{ ().__class__.__base__.__subclasses__() }}", "is unsafe", "tenant.tfvars.j2:1", "may only read its values"),
        ("{{ cycler.__init__.__globals__.os.popen('id') }}", "is unsafe", "tenant.tfvars.j2:1", ""),
        ("{% include '/etc/passwd' %}", "no loader", "tenant.tfvars.j2:1", ""),
        (
            "{{ 'x' * 10 ** 10 }}",
            "template: it took more than 256 MiB of memory",
            "tenant.tfvars.j2",
            "grows without end",
        ),
        (
            "{% for i in range(99999) %}{{ 'x' * 99 }}{% endfor %}",
            "template: more than 1000000 characters",
            "tenant.tfvars.j2",
            "runaway",
        ),
        (LARGE, "template: it took more than 256 MiB of memory", "tenant.tfvars.j2", "look for a loop"),
        (
            'hostname = "{{ tenant }}"\nmemory = {{ tenant }}\n',
            "a literal value is needed",
            "(rendered for acme):2",
            "",
        ),
        ('hostname = "{{ \'a"b\' }}"\n', "this is not HCL", "(rendered for acme):1", ""),
    )
]

LINKS = [
    Row(apply(), 65, "leads out of the project", link, "into the project", links={link: target})
    for link, target in (
        (APP, "outside"),
        (f"{APP}/tenants/acme.tfvars", "outside/x.tfvars"),
        (f"{APP}/variables.tfvars", "outside/x.tfvars"),
        ("src/app", "outside"),
        ("src/app/tenant/main.tf", "outside/main.tf"),
        ("src/app/tenant/data.json", "outside/main.tf"),
        ("modules/service/main.tf", "outside/main.tf"),
        ("config/common.tfvars", "outside/x.tfvars"),
    )
] + [
    Row(
        apply(),
        65,
        "a symbolic link that leads to itself",
        "loop.json",
        links={"src/app/tenant/loop.json": "src/app/tenant/loop.json"},
    )
]

SURROUNDINGS = [
    *(
        Row(plan(), 64, f"{name} is set in the environment", "", f"unset {name}", environ={name: "x"})
        for name in ("TF_CLI_ARGS", "TF_CLI_ARGS_plan", "TF_WORKSPACE", "TF_DATA_DIR")
    ),
    Row(apply(), 64, "TF_VAR_memory is set in the environment", "", "-var memory=", environ={"TF_VAR_memory": "1"}),
    Row(
        ("plan", "app-test"),
        64,
        "TF_VAR_size is set in the environment",
        "",
        "-var size=",
        environ={"TF_VAR_size": "1"},
    ),
    Row(plan(), 64, "no engine 'podman'", environ={"ORCHESTRATE_ENGINE": "podman"}),
    Row(plan(), 66, "no project here", "/nowhere", environ={"ORCHESTRATE_ROOT": "/nowhere"}),
    Row(("plan", "app-test"), 77, "no AWS credentials found", "", "--sandbox", {f"{APP}/backend.tfvars": S3}),
    Row(apply(), 77, "no AWS credentials found", "", "AWS_PROFILE", {f"{APP}/backend.tfvars": S3}),
    Row(("bootstrap", "app-test"), 77, "no AWS credentials found", files={f"{APP}/backend.tfvars": S3}),
    Row(
        ("plan", "app-test"),
        77,
        "AWS credentials: The config profile (nobody) could not be found",
        files={f"{APP}/backend.tfvars": S3},
        environ={"AWS_PROFILE": "nobody"},
    ),
]

REFUSED = [
    Row(("apply", "app-live", REGION), 77, f"{REGION}/app-live is protected", "", f"--confirm {REGION}/app-live"),
    Row(
        ("apply", "app-live", REGION, *TENANT, "--confirm", f"{REGION}/app-live"),
        77,
        f"{REGION}/app-live/acme is protected",
    ),
    Row(("apply", "app-live", REGION, "-auto-approve"), 77, f"{REGION}/app-live is protected"),
    Row(("destroy", "app-live", REGION), 77, "is protected and is not destroyed", "app-live/stack.hcl"),
    Row(
        ("destroy", "app-live", REGION, "--confirm", f"{REGION}/app-live"),
        64,
        "takes no --confirm",
        hint="destroy --help",
    ),
    Row(("apply", "app-live", REGION, "-destroy"), 77, "is protected and is not destroyed", "app-live/stack.hcl"),
    Row(("apply", "app-live", REGION, "-var", "tenant=stranger"), 66, "no tenant 'stranger'", "(protected)"),
]

ROWS = [*NAMES, *OPTIONS, *VARIABLES, *FILES, *TEMPLATES, *LINKS, *SURROUNDINGS, *REFUSED]


def _name(row: Row) -> str:
    return f"{row.code} {' '.join(row.typed)[:60]!r} {row.where or row.message}"


def lay_out(row: Row, disk: Disk, outside: Path) -> None:
    outside.mkdir()
    for name in ("main.tf", "x.tfvars"):
        (outside / name).write_text("")
    for path, text in row.files.items():
        disk.write(path, text)
    for link, target in row.links.items():
        place = disk.root / link
        if place.is_dir():
            place.rename(disk.root / ".git")
        disk.link(link, outside.parent / target if target.startswith("outside") else disk.root / target)


@pytest.mark.parametrize("row", ROWS, ids=map(_name, ROWS))
def test_bad_input(row: Row, run_cli: Run, example: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(row, example, tmp_path / "outside")
    for name, value in row.environ.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "bugs").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "bugs"))
    before = example.left_behind()
    said = run_cli(*row.typed)
    lines = said.err.splitlines()
    (error,) = [line for line in lines if line.startswith("error: ")]
    where = "".join(line for line in lines if line.startswith("  where: "))
    to_do = "".join(line for line in lines if line.startswith("  to do: "))
    assert (said.code, said.out) == (row.code, ""), said
    assert row.message in error
    assert row.where in where
    assert row.hint in to_do
    assert "Traceback" not in said.err
    assert example.left_behind() == before
    assert list((tmp_path / "bugs").iterdir()) == []


@pytest.mark.parametrize("place", ["before", "after"])
def test_an_error_is_data_when_data_is_asked_for(run_cli: Run, place: str) -> None:
    said = run_cli(*(("--json", "plan", "app-tset") if place == "before" else ("plan", "app-tset", "--json")))
    data: dict[str, Any] = json.loads(said.out)
    assert (said.code, data["error"]["exit_code"], data["error"]["message"]) == (66, 66, "no stack 'app-tset'")
    assert data["error"]["hint"] == "did you mean app-test?"


def test_a_working_directory_that_is_gone(run_cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    said = run_cli("stacks")
    monkeypatch.chdir(tmp_path)
    assert (said.code, "the working directory is gone" in said.err) == (64, True)
