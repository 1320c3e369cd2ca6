"""--dry-run: the exact container and argv of each step, for every way to say it; and nothing is started or written."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from project_on_disk import APP, REGION, Disk
from said import Said

from wrapper.model.findings import BuildChange
from wrapper.model.report import LayerResult, Report
from wrapper.reports.json import data_of

Run = Callable[..., Said]
TENANT = ("-var", "tenant=acme")


def paper(run_cli: Run, *arguments: str, engine: str = "host") -> Said:
    said = run_cli("--dry-run", "--engine", engine, *arguments)
    assert said.code == 0, said.err
    return said


@pytest.mark.parametrize(
    ("arguments", "layer", "verbs"),
    [
        (("plan", "app-test"), f"{REGION}/app-test", ["init", "plan"]),
        (("plan", "app-test", REGION), f"{REGION}/app-test", ["init", "plan"]),
        (("plan", "app-test", *TENANT), f"{REGION}/app-test/acme", ["init", "plan"]),
        (("plan", *TENANT, "app-test"), f"{REGION}/app-test/acme", ["init", "plan"]),
        (("plan", "--tenant", "acme", "app-test"), f"{REGION}/app-test/acme", ["init", "plan"]),
        (("plan", "app-test", "--tenant=newcomer"), f"{REGION}/app-test/newcomer", ["init", "plan"]),
        (("plan", "app-live", "eu-west-1"), "eu-west-1/app-live", ["init", "plan"]),
        (("plan", "global"), "global", ["init", "plan"]),
        (("init", "app-test"), f"{REGION}/app-test", ["init"]),
        (("apply", "app-test"), f"{REGION}/app-test", ["init", "plan", "apply"]),
        (("output", "app-test", "cluster"), f"{REGION}/app-test", ["init", "output"]),
        (("state", "app-test", "list"), f"{REGION}/app-test", ["init", "state"]),
        (("state", "app-test", REGION, "mv", "a", "b"), f"{REGION}/app-test", ["init", "state"]),
        (("import", "app-test", "aws_x.y", "i-1"), f"{REGION}/app-test", ["init", "import"]),
        (("import", "app-test", REGION, "aws_x.y", "i-1"), f"{REGION}/app-test", ["init", "import"]),
        (("fmt", "app-test", "-check"), f"{REGION}/app-test", ["fmt"]),
        (("console", "app-test"), f"{REGION}/app-test", ["init", "console"]),
        (("destroy", "global"), "global", ["init", "plan", "apply"]),
    ],
)
def test_a_command_and_its_steps(run_cli: Run, arguments: tuple[str, ...], layer: str, verbs: list[str]) -> None:
    said = paper(run_cli, *arguments)
    assert said.out.splitlines()[0] == f"# {layer}: {arguments[0]}"
    assert [step[1] for step in said.steps] == verbs


def test_the_first_apply_of_a_tenant_shows_its_stack_too(run_cli: Run) -> None:
    said = paper(run_cli, "apply", "app-test", *TENANT)
    assert [line for line in said.out.splitlines() if line.startswith("#")] == [
        f"# {REGION}/app-test: apply",
        f"# {REGION}/app-test/acme: apply",
    ]
    assert "does not exist yet; creating it first" in said.err


def test_all_tenants(run_cli: Run) -> None:
    said = paper(run_cli, "plan", "app-test", "--all-tenants", "--jobs", "1")
    assert [line for line in said.out.splitlines() if line.startswith("#")] == [
        f"# {REGION}/app-test{tenant}: plan" for tenant in ("", "/acme", "/globex")
    ]


def test_what_failed_in_a_report_of_version_1(run_cli: Run, example: Disk) -> None:
    old = json.loads((Path(__file__).parents[2] / "support/version-1/report.json").read_text())
    example.write("old.json", json.dumps(old | {"region": REGION, "stack": "app-test"}))
    said = paper(run_cli, "plan", "app-test", "--failed-from", str(example.root / "old.json"))
    assert said.out.splitlines()[0] == f"# {REGION}/app-test/globex: plan"


def container(said: Said) -> tuple[list[str], dict[str, list[str]]]:
    """The words of the printed ``docker run`` line, and its options by name."""
    words = shlex.split(said.out.splitlines()[1])
    options: dict[str, list[str]] = {}
    for word in words[2:]:
        name, _, value = word.partition("=")
        options.setdefault(name, []).append(value)
    return words, options


def test_the_container_is_hardened(run_cli: Run, example: Disk) -> None:
    words, options = container(paper(run_cli, "plan", "app-test", *TENANT, engine="docker"))
    assert words[:2] == ["docker", "run"]
    assert options["--cap-drop"] == ["ALL"]
    assert options["--security-opt"] == ["no-new-privileges"]
    assert options["--pull"] == ["never"]
    assert options["--network"] == ["bridge"]
    assert {"--read-only", "--rm", "--memory", "--pids-limit", "--user", "--tmpfs"} <= set(options)
    assert options["--name"][0].endswith(f".{REGION}.app-test.acme")
    root, home = example.root, example.root / ".orchestrate"
    assert options["--mount"] == [
        f"type=bind,source={root}/src,target=/project/src,readonly",
        f"type=bind,source={root}/modules,target=/project/modules,readonly",
        f"type=bind,source={root}/modules,target=/modules,readonly",
        f"type=bind,source={home}/states,target={home}/states",
        f"type=bind,source={home}/runs/{REGION}/app-test/acme/tree/src/app/tenant,target=/project/src/app/tenant",
    ]
    environment = dict(e.split("=", 1) for e in options["--env"])
    assert environment == {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": REGION,
        "CHECKPOINT_DISABLE": "1",
        "HOME": "/tmp",
        "TF_IN_AUTOMATION": "1",
        "GOGC": "400",
        **{k: v for k, v in environment.items() if k in ("LANG", "LC_ALL", "TERM")},
    }


def test_no_secret_of_the_environment_is_shown(run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "hush")
    said = paper(run_cli, "plan", "app-test", *TENANT, "-var", "api_key=hush", engine="docker")
    assert "hush" not in said.out + said.err
    assert "--env=AWS_SECRET_ACCESS_KEY=***" in shlex.split(said.out)
    assert not any("api_key" in word for word in said.step("plan"))


def test_profiles_are_mounted_read_only(run_cli: Run, example: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    home = example.root.parent / "home"
    (home / ".aws").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    _, options = container(paper(run_cli, "plan", "app-test", engine="docker"))
    assert f"type=bind,source={home}/.aws,target=/tmp/.aws,readonly" in options["--mount"]


def test_the_sandbox_on_paper_is_not_started(run_cli: Run, example: Disk) -> None:
    example.write(f"{APP}/backend.tfvars", f'bucket = "abc"\nregion = "{REGION}"\n')
    _, options = container(paper(run_cli, "--sandbox", "plan", "app-test", *TENANT, engine="docker"))
    assert "AWS_ENDPOINT_URL=http://127.0.0.1:PORT" in options["--env"]
    assert options["--network"] == ["host"]
    assert not (example.root / ".orchestrate/sandbox").exists()


def test_a_tenant_on_paper_needs_no_credentials(run_cli: Run, example: Disk) -> None:
    example.write(f"{APP}/backend.tfvars", f'bucket = "abc"\nregion = "{REGION}"\n')
    said = paper(run_cli, "plan", "app-test", *TENANT)
    assert said.step("plan")[-1] == "-input=false"
    assert "its outputs are not known here" in said.err


@pytest.mark.parametrize("engine", ["host", "docker"])
def test_nothing_is_written(run_cli: Run, example: Disk, engine: str) -> None:
    for verb in ("apply", "destroy", "plan"):
        paper(run_cli, verb, "app-test", *TENANT, engine=engine)
    assert example.left_behind() == set()


def test_as_data(run_cli: Run) -> None:
    said = run_cli("--dry-run", "--engine", "host", "--json", "plan", "app-test")
    data: dict[str, Any] = json.loads(said.out[said.out.index("{") :])
    assert (data["verb"], data["layers"][0]["layer"], data["layers"][0]["exit_code"]) == (
        "plan",
        f"{REGION}/app-test",
        0,
    )


# -- what was typed -----------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20)
TRICKY = st.text(st.sampled_from("=-\"' \n\t\\$%{}é😀;&|*#"), max_size=12)
VAR = st.tuples(
    st.sampled_from(["text", "hostname", "service1-build"]),
    (TEXT | TRICKY).map(lambda v: v if v.strip() else "1"),
    st.booleans(),
).map(lambda t: ["-var", f"{t[0]}={t[1]}"] if t[2] else [f"-var={t[0]}={t[1]}"])
OTHER = st.one_of(
    TEXT.map(lambda v: [f"-target={v}"]),
    TRICKY.map(lambda v: ["-replace", f"x{v}"]),
    st.sampled_from([["-parallelism=3"], ["-refresh=false"], ["-lock-timeout", "5m"], ["-compact-warnings"]]),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(VAR | OTHER, max_size=5), st.sampled_from(["plan", "refresh"]))
def test_what_was_typed_is_what_terraform_gets(run_cli: Run, typed: list[list[str]], verb: str) -> None:
    """But for -var: the tool reads it."""
    words = [word for one in typed for word in one]
    said = run_cli("--dry-run", "--engine", "host", verb, "app-test", REGION, *TENANT, *words)
    assert said.code == 0, said.err
    printed, passed = shlex.split(said.out), [w for one in typed if "-var" not in one[0][:4] for w in one]
    assert printed[len(printed) - len(passed) :] == passed
    assert printed[len(printed) - len(passed) - 1] == "-input=false"


@pytest.mark.parametrize(
    "words",
    [
        ("-var", "text=--json"),
        ("-var=text=--help",),
        ("-var", "text=-h"),
        ("-h",),
        ("-json",),
        ("-no-color",),
        ('-target=module.service["a b"]',),
        ("-var", "service1-build=90"),
        ("-var", "ports={ a = { port = 1 } }"),
    ],
)
def test_terraforms_own_arguments_stand_anywhere(run_cli: Run, words: tuple[str, ...]) -> None:
    after = paper(run_cli, "plan", "app-test", *TENANT, *words).step("plan")
    before = paper(run_cli, "plan", *words, *TENANT, "app-test").step("plan")
    assert {*(() if "-var" in words[0] else words)} <= set(after)
    assert sorted(before) == sorted(after)


@pytest.mark.parametrize("option", ["--dry-run", "--engine=host", "--timeout=5m", "--json"])
def test_our_own_options_stand_anywhere(run_cli: Run, option: str) -> None:
    given = ["--dry-run", "--engine=host", "plan", "app-test"]
    rest = [word for word in given if word != option]
    for place in range(len(rest) + 1):
        assert run_cli(*rest[:place], option, *rest[place:]).code == 0


def test_a_repetition_gives_the_builds_that_the_run_gave(run_cli: Callable[..., Said], example: Disk) -> None:
    """Else those that failed get another build than the rest."""
    moved = (BuildChange("service1-build", "90", "91", "-var"),)
    failed = LayerResult(REGION, "app-test", "acme", "failed", exit_code=1, builds=moved)
    report = Report("1", "apply", REGION, "app-test", 1.0, 2.0, (failed,))
    example.write("r.json", json.dumps(data_of(report)))
    words = ("apply", "app-test", "--failed-from", "r.json", "--dry-run", "--engine", "host")
    said = run_cli(*words)
    assert (said.code, "that run gave service1-build=91, and this one does not" in said.err) == (64, True), said
    assert "-var service1-build=91; or follow the files: --config-builds" in said.err
    for more in (("-var", "service1-build=91"), ("--config-builds",)):
        assert "that run gave" not in run_cli(*words, *more).err
