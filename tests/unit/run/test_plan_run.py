"""(layer, verb, values, arguments) -> Run: the whole story of a command, as data."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import LOCAL, S3, context, layer, stack
from hypothesis import given
from hypothesis import strategies as st
from strategies import VALUE

from wrapper.model.errors import UsageError
from wrapper.model.nouns import FetchedModules, Mount, ResolvedValue, Run, Step, Variable
from wrapper.model.stack import Backend, Layer
from wrapper.run import plan_run
from wrapper.run.plan_run import RunRequest
from wrapper.terraform import commands
from wrapper.terraform.commands import MODULES_FILE

HERE = Path("/where/i/am")
INIT = ("terraform", "init", "-reconfigure", "-no-color", "-input=false")


def request(verb: str, *arguments: str, of: Layer | None = None, **changes: Any) -> RunRequest:
    return RunRequest(of or layer(), commands.VERBS[verb], commands.tokenize(arguments), **changes)


def lay_out(verb: str, *arguments: str, by: dict[str, Any] | None = None, **changes: Any) -> Run:
    return plan_run.lay_out(request(verb, *arguments, **changes), context(**(by or {})))


def argvs(run: Run) -> list[str]:
    return [" ".join(step.argv) for step in run.steps]


# -- steps --------------------------------------------------------------------------------------

PLAN_FIRST = "terraform plan -out=orchestrate.tfplan -detailed-exitcode -no-color -input=false"
DESTROY_FIRST = "terraform plan -out=orchestrate.tfplan -detailed-exitcode -destroy -no-color -input=false"
APPLY = "terraform apply -no-color -input=false"


@pytest.mark.parametrize(
    ("arguments", "steps"),
    [
        (["init"], [" ".join(INIT)]),
        (["init", "-upgrade"], [" ".join(INIT) + " -upgrade"]),
        (["plan", "-var", "a=b"], [" ".join(INIT), "terraform plan -no-color -input=false"]),
        (
            ["apply", "-var=a=b", "-auto-approve"],
            [" ".join(INIT), PLAN_FIRST, f"{APPLY} orchestrate.tfplan"],
        ),
        (
            ["apply", "-parallelism=2"],
            [" ".join(INIT), f"{PLAN_FIRST} -parallelism=2", f"{APPLY} -parallelism=2 orchestrate.tfplan"],
        ),
        (["destroy", "-target=x"], [" ".join(INIT), f"{DESTROY_FIRST} -target=x", f"{APPLY} orchestrate.tfplan"]),
        (["apply", "my.plan"], [" ".join(INIT), f"{APPLY} orchestrate.tfplan"]),
        (["show", "my.plan", "-json"], [" ".join(INIT), "terraform show -no-color orchestrate.tfplan -json"]),
        (["show"], [" ".join(INIT), "terraform show -no-color"]),
        (["state", "mv", "a", "b"], [" ".join(INIT), "terraform state mv -no-color a b"]),
        (["fmt", "-check"], ["terraform fmt -no-color -check"]),
        (["version"], ["terraform version"]),
    ],
)
def test_the_steps_of_a_verb(arguments: list[str], steps: list[str]) -> None:
    assert argvs(lay_out(*arguments)) == steps


def test_init_carries_a_stamp_and_a_typed_one_does_not() -> None:
    assert lay_out("plan").steps[0].stamp
    assert lay_out("init").steps[0].stamp == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"digest": "other"},
        {"of": layer("acme")},
        {"by": {"image": "orchestrate:2"}},
        {"by": {"engine": "host"}},
        {"by": {"versions": "terraform 2"}},
        {"of": layer(backend=Backend("s3", {"bucket": "other", "region": "r"}, "b"))},
    ],
)
def test_the_stamp_knows_all_that_init_depends_on(changes: dict[str, Any]) -> None:
    assert lay_out("plan").steps[0].stamp == lay_out("apply", "-var", "a=b").steps[0].stamp
    assert lay_out("plan", **changes).steps[0].stamp != lay_out("plan").steps[0].stamp


def test_modules_from_elsewhere_are_mounted_linked_and_part_of_the_stamp() -> None:
    mount = Mount(Path("/cache/x"), "/modules-fetched/x")
    fetched = FetchedModules("git::x a1", {".terraform/modules/x": "/modules-fetched/x/m"}, b"{}", (mount,))
    run = lay_out("plan", fetched=fetched)
    assert run.files.links == fetched.links and run.files.made[MODULES_FILE] == b"{}"
    assert mount in run.container.mounts and not mount.writable
    moved = replace(fetched, identity="git::x a2")
    assert len({lay_out("plan", fetched=f).steps[0].stamp for f in (None, fetched, moved)}) == 3
    assert MODULES_FILE not in lay_out("plan").files.made


def test_a_plan_that_sees_nothing_ends_the_run_well() -> None:
    _, plan, apply = lay_out("apply").steps
    assert (plan.accepts, plan.last_if, plan.mutates) == ((0, 2), 0, False)
    assert (apply.accepts, apply.last_if, apply.mutates) == ((0,), None, True)


@pytest.mark.parametrize(
    ("arguments", "interactive", "asked"),
    [
        (["apply"], True, True),
        (["apply"], False, False),
        (["apply", "-auto-approve"], True, False),
        (["destroy"], True, True),
        (["apply", "my.plan"], True, False),
    ],
)
def test_a_person_is_asked_where_there_is_one(arguments: list[str], interactive: bool, asked: bool) -> None:
    assert lay_out(*arguments, by={"interactive": interactive}).steps[-1].confirm is asked


@pytest.mark.parametrize(
    ("arguments", "accepts"),
    [(["plan"], (0,)), (["plan", "-detailed-exitcode"], (0, 2)), (["validate", "-detailed-exitcode"], (0,))],
)
def test_two_is_only_a_plans(arguments: list[str], accepts: tuple[int, ...]) -> None:
    assert lay_out(*arguments).steps[-1].accepts == accepts


@pytest.mark.parametrize(
    ("arguments", "mutates"),
    [
        (["plan"], False),
        (["output"], False),
        (["state", "list"], False),
        (["state", "show", "a"], False),
        (["state", "pull"], False),
        (["state"], False),
        (["state", "rm", "a"], True),
        (["state", "mv", "list", "b"], True),
        (["import", "a", "b"], True),
        (["refresh"], True),
        (["taint", "a"], True),
        (["force-unlock", "x"], True),
        (["console"], False),
        (["apply"], True),
    ],
)
def test_what_changes_something(arguments: list[str], mutates: bool) -> None:
    assert lay_out(*arguments).mutates is mutates


@pytest.mark.parametrize(("verb", "interactive"), [("console", True), ("force-unlock", True), ("plan", False)])
def test_who_owns_the_terminal(verb: str, interactive: bool) -> None:
    assert lay_out(verb).steps[-1].interactive is interactive


@pytest.mark.parametrize("flag", ["-var=a=b", "-var-file=f", "-target=x", "-replace=x", "-destroy", "-refresh-only"])
def test_a_saved_plan_is_settled(flag: str) -> None:
    with pytest.raises(UsageError, match="does not go with a saved plan"):
        lay_out("apply", flag, "my.plan")


# The values that a caller's -var may hold, through every verb that takes them.
VAR = st.tuples(st.sampled_from(["a", "b-c"]), VALUE, st.booleans()).map(
    lambda t: ["-var", f"{t[0]}={t[1]}"] if t[2] else [f"-var={t[0]}={t[1]}"]
)


@given(st.lists(VAR, max_size=6), st.sampled_from(["plan", "apply", "destroy", "refresh", "import", "console"]))
def test_terraform_reads_no_value_of_the_caller_a_second_time(variables: list[list[str]], verb: str) -> None:
    typed = [word for one in variables for word in one]
    assert [s.argv for s in lay_out(verb, *typed, "-var-file=f").steps] == [s.argv for s in lay_out(verb).steps]


# -- files, paths, mounts -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "backend"),
    [
        (
            layer(),
            {
                "s3": {
                    "bucket": "states",
                    "encrypt": True,
                    "key": "ap-southeast-2/app/terraform.tfstate",
                    "region": "ap-southeast-2",
                    "use_lockfile": True,
                }
            },
        ),
        (
            layer("acme", backend=LOCAL),
            {"local": {"path": "/states/ap-southeast-2/app/tenants/acme/terraform.tfstate"}},
        ),
        (layer(region="", backend=LOCAL), {"local": {"path": "/states/app/terraform.tfstate"}}),
    ],
)
def test_the_backend_is_an_override_file_with_a_key_of_its_own(of: Layer, backend: dict[str, Any]) -> None:
    files = lay_out("plan", of=of).files.made
    assert json.loads(files[commands.BACKEND_FILE]) == {"terraform": {"backend": backend}}


def test_what_a_backend_says_itself_stays() -> None:
    of = layer(backend=Backend("s3", {**S3.config, "encrypt": False, "kms_key_id": "k", "dynamodb_table": "t"}, "b"))
    config = json.loads(lay_out("plan", of=of).files.made[commands.BACKEND_FILE])["terraform"]["backend"]["s3"]
    assert (config["encrypt"], config["kms_key_id"], config["dynamodb_table"], config["use_lockfile"]) == (
        False,
        "k",
        "t",
        True,
    )


@pytest.mark.parametrize(
    ("tenant", "key"), [("", "old/key.tfstate"), ("acme", "ap-southeast-2/app/tenants/acme/terraform.tfstate")]
)
def test_a_key_written_by_hand_is_the_stacks_own(tenant: str, key: str) -> None:
    assert plan_run.state_key(layer(tenant, backend=Backend("s3", S3.config, "b", "old/key.tfstate"))) == key


@pytest.mark.parametrize(
    ("verb", "has_values"), [("plan", True), ("apply", True), ("console", True), ("output", False), ("state", False)]
)
def test_values_stand_beside_verbs_that_evaluate_them(verb: str, has_values: bool) -> None:
    files = lay_out(verb, values={"a": ResolvedValue("${x}", "f:1")}).files.made
    assert (commands.VALUES_FILE in files) is has_values
    if has_values:
        assert json.loads(files[commands.VALUES_FILE]) == {"a": "${x}"}


def test_paths_of_the_caller_work_wherever_terraform_runs() -> None:
    run = lay_out("plan", "-var-file", "../a b.tfvars", "-var=x=1", "-out=sub/my.plan", "-plan=/abs/b c.plan")
    assert run.steps[-1].argv[-2:] == ("-out=inputs/2-my.plan", "-plan=inputs/3-b_c.plan"), "no value of the caller's"
    assert run.files.copies == {"inputs/3-b_c.plan": Path("/abs/b c.plan")}
    assert run.files.collect == {"inputs/2-my.plan": HERE / "sub/my.plan"}


def test_a_saved_plan_is_the_callers_file() -> None:
    assert lay_out("apply", "sub/my.plan").files.copies == {commands.PLAN_FILE: HERE / "sub/my.plan"}


@pytest.mark.parametrize(
    ("verb", "arguments", "path"),
    [
        ("apply", ["x.plan"], "x.plan"),
        ("show", ["x.plan"], "x.plan"),
        ("plan", ["x"], ""),
        ("apply", ["-var", "a=b"], ""),
        ("state", ["list"], ""),
    ],
)
def test_which_word_is_a_plan_file(verb: str, arguments: list[str], path: str) -> None:
    assert plan_run.file_argument(commands.VERBS[verb], commands.tokenize(arguments)) == path


@pytest.mark.parametrize(
    ("modules", "of", "mounts"),
    [
        (None, layer(), [Mount(Path("/p/src"), "/project/src")]),
        (
            Path("/p/modules"),
            layer(),
            [
                Mount(Path("/p/src"), "/project/src"),
                Mount(Path("/p/modules"), "/project/modules"),
                Mount(Path("/p/modules"), "/modules"),
            ],
        ),
        (
            Path("/p/src/modules"),
            layer(),
            [Mount(Path("/p/src"), "/project/src"), Mount(Path("/p/src/modules"), "/modules")],
        ),
        (
            None,
            layer(backend=LOCAL),
            [Mount(Path("/p/src"), "/project/src"), Mount(Path("/states"), "/states", writable=True)],
        ),
    ],
)
def test_mounts(modules: Path | None, of: Layer, mounts: list[Mount]) -> None:
    aws = Mount(Path("/home/me/.aws"), "/tmp/.aws")
    run = lay_out("plan", of=of, modules=modules, by={"mounts": (aws,)})
    assert list(run.container.mounts) == [*mounts, aws]
    assert [m.target for m in run.container.mounts if m.writable] == (["/states"] if of.stack.backend is LOCAL else [])


def test_the_rest_of_a_run() -> None:
    declared = {n: Variable(n, ["any"], False, n == "key", True, "f:1") for n in ("key", "name")}
    run = lay_out(
        "plan",
        "-lock-timeout=5m",
        of=layer("acme"),
        declared=declared,
        values={"name": ResolvedValue("x", "f:3")},
        by={"environment": {"A": "b"}, "network": "host"},
    )
    assert (run.verb, run.work, run.home) == (
        "plan",
        "src/app/tenant",
        Path("/p/.orchestrate/runs/ap-southeast-2/app/acme"),
    )
    assert run.container.name.endswith(".ap-southeast-2.app.acme")
    around = run.container
    assert (run.author, around.image, around.network) == ("me-here-1", "orchestrate:1", "host")
    assert around.environment == {"A": "b"}
    assert (run.lock_timeout, run.sensitive, run.origins) == (300, ("key",), {"name": "f:3"})


@pytest.mark.parametrize(("region", "work"), [("r", "src/app"), ("", "src/app")])
def test_the_work_directory_mirrors_the_project(region: str, work: str) -> None:
    assert plan_run.work_directory(Layer(stack(region))) == work


def test_steps_are_plain_data() -> None:
    assert lay_out("output", "url").steps[-1] == Step(("terraform", "output", "-no-color", "url"))


@pytest.mark.parametrize(
    ("engine", "words", "sealed"),
    [
        ("docker", ["apply"], True),
        ("docker", ["plan"], True),
        ("docker", ["plan", "-out=mine"], False),
        ("docker", ["apply", "mine"], False),
        ("docker", ["init"], False),
        ("docker", ["providers", "lock"], False),
        ("host", ["apply"], True),
        ("host", ["plan", "-out=mine"], False),
    ],
)
def test_what_init_has_checked_is_hashed_once(engine: str, words: list[str], sealed: bool) -> None:
    found = lay_out(*words, by={"contained": engine == "docker"}).container
    assert (found.sealed, found.contained) == (sealed, engine == "docker")
