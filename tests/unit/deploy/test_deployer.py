"""A command on a stack or a tenant: which layers, in which order, with which values; nothing started for a mistake."""

from __future__ import annotations

import json
import zipfile
from typing import Any

import pytest
from cloud import Cloud, applied, tokens
from fakes import Listener, context
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from project_on_disk import APP, REGION, Disk, filled
from strategies import VALUE

from wrapper.aws.identity import NOBODY, Identity
from wrapper.deploy import deployer
from wrapper.model.errors import (
    BusyError,
    ConfigError,
    NotFoundError,
    OrchestrateError,
    RefusedError,
    TerraformFailed,
    UsageError,
)
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.model.stack import Layer
from wrapper.run import plan_file
from wrapper.terraform.commands import VERBS

STACK, ACME = f"{REGION}/app-test", f"{REGION}/app-test/acme"
WHOLE_APPLY = ["init", "plan", "apply"]


@pytest.fixture
def cloud(example: Disk) -> Cloud:
    return Cloud(example)


@pytest.fixture
def made(cloud: Cloud) -> Cloud:
    """The stack is there; what made it is forgotten."""
    filled(cloud.disk, applied, "")
    return cloud


# -- which layers -------------------------------------------------------------------------------


def test_the_first_apply_of_a_tenant_makes_its_stack(cloud: Cloud) -> None:
    cloud.perform("apply", "acme", "-var", "tenant=acme")
    assert cloud.engine.done == [(STACK, v) for v in WHOLE_APPLY] + [(ACME, v) for v in WHOLE_APPLY]
    assert cloud.console.besides_builds == [f"{STACK}: does not exist yet; creating it first"]
    assert cloud.keys == [
        "app-test/orchestrate-history.json",
        "app-test/orchestrate.json",
        "app-test/tenants/acme/orchestrate-history.json",
        "app-test/tenants/acme/orchestrate.json",
        "app-test/tenants/acme/terraform.tfstate",
        "app-test/terraform.tfstate",
    ]


def test_the_next_apply_leaves_the_stack_alone(made: Cloud) -> None:
    made.perform("apply", "acme")
    assert made.engine.done == [(ACME, v) for v in WHOLE_APPLY]
    assert made.console.besides_builds == []


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        (f"{APP}/variables.tfvars", 'size = 3\ndomain = "d"\n', "variable size"),
        ("src/app/outputs.tf", 'output "cluster" { value = "d" }\n', "sources"),
        ("modules/service/main.tf", "", "modules"),
        (f"{APP}/tenants/acme.tfvars", "memory = 512\n", ""),
        ("src/app/tenant/main.tf", "", ""),
    ],
)
def test_a_changed_stack_is_named_and_left_alone(made: Cloud, path: str, text: str, words: str) -> None:
    made.disk.write(path, text)
    made.perform("apply", "acme")
    assert {label for label, _ in made.engine.done} == {ACME}
    expected = f"{STACK}: changed since its last apply ({words}); left alone. To apply it: ./orchestrate apply app-test {REGION}"
    assert made.console.besides_builds == ([expected] if words else [])


def test_what_was_typed_for_the_stack_is_no_change_of_it(cloud: Cloud) -> None:
    cloud.perform("apply", "", "-var", "size=7")
    cloud.console.said.clear()
    cloud.perform("apply", "acme")
    assert cloud.console.besides_builds == []


@pytest.mark.parametrize("verb", ["plan", "output", "refresh"])
def test_other_verbs_are_on_one_layer(made: Cloud, verb: str) -> None:
    made.perform(verb, "acme")
    assert made.engine.done == [(ACME, "init"), (ACME, verb)]


def test_a_tenant_without_its_stack_needs_it(cloud: Cloud) -> None:
    with pytest.raises(NotFoundError, match="has no state yet, and its tenants need its outputs") as error:
        cloud.perform("plan", "acme")
    assert error.value.hint == f"apply it first: ./orchestrate apply app-test {REGION}"
    assert cloud.engine.steps == []


def test_a_stack_without_tenants(example: Disk) -> None:
    cloud = Cloud(example, "global")
    cloud.perform("apply")
    assert cloud.engine.done == [("global", v) for v in WHOLE_APPLY]
    assert (example.root / ".orchestrate/states/global/terraform.tfstate").is_file()


# -- values -------------------------------------------------------------------------------------


def test_a_tenant_gets_the_outputs_that_it_declares(made: Cloud) -> None:
    made.perform("apply", "acme")
    assert made.values[ACME] == {
        "tenant": "acme",
        "cluster": "c-1",
        "domain": "test.example.com",
        "hostname": "acme.test.example.com",
        "memory": 256,
    }


def test_a_var_goes_to_the_root_that_declares_it(cloud: Cloud) -> None:
    cloud.perform("apply", "acme", "-var", "tenant=acme", "-var=size=9", "-var", "memory=1", "-parallelism=3")
    plans = {label: argv for label, argv in cloud.engine.steps if argv[1] == "plan"}
    assert all(argv[-1] == "-parallelism=3" and not any("-var" in word for word in argv) for argv in plans.values())
    assert (cloud.values[STACK]["size"], "memory" in cloud.values[STACK]) == ("9", False)
    assert (cloud.values[ACME]["memory"], "size" in cloud.values[ACME]) == ("1", False)


def _is_utf8(text: str) -> bool:
    return text == text.encode("utf-8", "ignore").decode()


VARS = st.lists(
    st.tuples(
        st.sampled_from(["text", "hostname", "service1-build"]),
        VALUE.filter(_is_utf8).map(lambda v: v if v.strip() else "1"),
        st.booleans(),
    ).map(lambda t: ["-var", f"{t[0]}={t[1]}"] if t[2] else [f"-var={t[0]}={t[1]}"]),
    max_size=4,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VARS)
def test_what_was_typed_reaches_the_file_of_values_the_last_wins(made: Cloud, typed: list[list[str]]) -> None:
    words = [word for one in typed for word in one]
    made.perform("plan", "acme", *words)
    last = dict(one[-1].removeprefix("-var=").split("=", 1) for one in typed)
    assert {n: made.values[ACME][n] for n in last} == last
    assert not any(word in made.engine.steps[-1][1] for word in words)


def test_a_sensitive_value_that_was_typed_stands_in_the_file_of_values_alone(made: Cloud) -> None:
    made.disk.append(f"{APP}/tenants/acme.tfvars", 'api_key = "from file"\n')
    made.perform("apply", "acme", "-var", "api_key=hush", "-var", "text=t")
    assert made.values[ACME]["api_key"] == "hush"
    assert "hush" not in str(made.engine.steps)
    assert made.record("acme")["given"] == {"text": "t"}
    assert "hush" not in str(made.record("acme"))


def test_a_var_file_is_read_once_and_not_passed_on(made: Cloud) -> None:
    made.disk.write("given.tfvars", "memory = 7\n")
    made.perform("plan", "acme", "-var-file=given.tfvars")
    assert made.values[ACME]["memory"] == 7
    assert made.engine.runs[-1].files.copies == {} and "given" not in str(made.engine.steps)


@pytest.mark.parametrize(
    ("words", "memory", "builds"),
    [
        (("-var", "service1-build=90", "-var-file=b80.tfvars"), 7, ("80", {})),
        (("-var-file=b80.tfvars", "-var", "service1-build=90", "-var=memory=9"), "9", ("90", {"service1-build": "90"})),
        (("-var-file=b80.tfvars", "-var-file=b81.tfvars"), 7, ("81", {})),
    ],
)
def test_what_is_recorded_is_what_ran_whatever_the_order(
    made: Cloud, words: tuple[str, ...], memory: object, builds: tuple[str, dict[str, str]]
) -> None:
    made.disk.write("b80.tfvars", 'memory = 7\nservice1-build = "80"\n')
    made.disk.write("b81.tfvars", "service1-build = 81\n")
    made.perform("apply", "acme", *words)
    record, (number, typed) = made.record("acme"), builds
    assert made.values[ACME]["memory"] == memory
    assert str(made.values[ACME]["service1-build"]) == number == record["builds"]["service1-build"]
    assert {n: v for n, v in record["given"].items() if n in typed} == typed


def test_a_var_file_goes_to_each_layer_that_declares_it(cloud: Cloud) -> None:
    """To the stack that an apply of a tenant makes first, too."""
    cloud.disk.write("both.tfvars", "memory = 7\nsize = 8\n")
    cloud.perform("apply", "acme", "-var-file=both.tfvars")
    assert (cloud.values[STACK]["size"], cloud.values[ACME]["memory"]) == (8, 7)
    assert "memory" not in cloud.values[STACK] and "size" not in cloud.values[ACME]


def test_a_destroy_needs_nothing_typed_again(made: Cloud) -> None:
    made.disk.append("src/app/tenant/variables.tf", 'variable "needed" { type = list(string) }\n')
    made.perform("apply", "acme", "-var", 'needed=["a"]')
    made.perform("destroy", "acme")
    assert made.values[ACME]["needed"] == ["a"]
    assert [k for k in made.keys if "acme" in k] == ["app-test/tenants/acme/orchestrate-history.json"]


def test_the_record_says_what_went_in_by_whom(made: Cloud) -> None:
    made.perform("apply", "acme", "-var=tenant=acme")
    record = made.record("acme")
    tag = made.deployer().store.listing(REGION)[f"{REGION}/app-test/tenants/acme/terraform.tfstate"]
    assert record["state"] == {"serial": 1, "lineage": "l", "tag": tag}
    assert (record["version"], record["by"], record["given"]) == (2, "me-here-1", {"tenant": "acme"})
    assert record["url"] == "https://acme.test.example.com"
    assert set(record["inputs"]["variables"]) >= {"hostname", "cluster", "tenant"}


@pytest.mark.parametrize("argument", ["-target=x", "-refresh-only"])
def test_half_an_apply_is_not_recorded(made: Cloud, argument: str) -> None:
    made.perform("apply", "acme", argument)
    assert "app-test/tenants/acme/orchestrate.json" not in made.keys


def test_half_a_destroy_forgets_nothing(made: Cloud) -> None:
    made.perform("apply", "acme")
    before = made.keys
    made.perform("destroy", "acme", "-target=x")
    assert made.keys == before


def test_apply_with_destroy_is_a_destroy(made: Cloud) -> None:
    made.perform("apply", "acme")
    made.perform("apply", "acme", "-destroy")
    assert [k for k in made.keys if "acme" in k] == ["app-test/tenants/acme/orchestrate-history.json"]


def test_what_is_recorded_is_what_ran(made: Cloud) -> None:
    """A file that is edited while Terraform runs is a change since the last apply."""
    well = made.engine.behaviour

    def edited_meanwhile(run: Run, step: Step) -> Outcome:
        made.disk.write(f"{APP}/variables.tfvars", 'size = 99\ndomain = "d"\n')
        return well(run, step)

    made.engine.behaviour = edited_meanwhile
    made.perform("apply")
    made.engine.behaviour = well
    made.perform("apply", "acme")
    assert f"{STACK}: changed since its last apply (variable size); left alone" in made.console.text()


def test_a_sensitive_value_that_was_typed_is_no_change_of_the_stack(cloud: Cloud) -> None:
    cloud.disk.append("src/app/variables.tf", 'variable "token" {\n  default   = ""\n  sensitive = true\n}\n')
    cloud.perform("apply", "", "-var", "token=hush")
    cloud.console.said.clear()
    cloud.perform("apply", "acme")
    assert (cloud.console.besides_builds, cloud.record("")["hidden"]) == ([], ["token"])


def test_a_sensitive_value_that_the_stack_needs_is_not_asked_for_again(cloud: Cloud) -> None:
    cloud.disk.append("src/app/variables.tf", 'variable "token" {\n  type      = string\n  sensitive = true\n}\n')
    cloud.perform("apply", "", "-var", "token=t")
    cloud.perform("apply", "acme")
    assert cloud.console.besides_builds == []
    cloud.disk.append("src/app/outputs.tf", "# more\n")
    cloud.perform("apply", "acme")
    assert "changed since its last apply (sources); left alone" in cloud.console.besides_builds[0]


def test_a_later_failure_is_noted_beside_the_last_apply(made: Cloud) -> None:
    made.perform("apply", "acme")
    before = made.record("acme")
    made.fails[ACME, "apply"] = Outcome(1, ok=False, tail="Error: no")
    with pytest.raises(TerraformFailed):
        made.perform("apply", "acme")
    after = made.record("acme")
    assert after["failed"]["error"] == f"{ACME}: terraform apply failed (exit code 1)"
    assert {k: v for k, v in after.items() if k != "failed"} == before
    made.fails.clear()
    made.perform("apply", "acme")
    assert "failed" not in made.record("acme")


def test_a_first_try_that_left_a_state_is_noted_beside_it(made: Cloud) -> None:
    def half(run: Run, step: Step) -> Outcome:
        made.behave(run, step)
        return Outcome(1, ok=False, tail="Error: no") if step.argv[1] == "apply" else made.behave(run, step)

    made.engine.behaviour = half
    with pytest.raises(TerraformFailed):
        made.perform("apply", "acme")
    assert made.record("acme")["failed"]["error"] == f"{ACME}: terraform apply failed (exit code 1)"
    made.engine.behaviour = made.behave
    made.perform("apply", "acme")
    assert "failed" not in made.record("acme") and made.record("acme")["inputs"]


def test_a_first_failure_that_left_nothing_is_not_recorded(made: Cloud) -> None:
    made.fails[ACME, "apply"] = Outcome(1, ok=False, tail="Error: no")
    with pytest.raises(TerraformFailed):
        made.perform("apply", "acme")
    assert [k for k in made.keys if "acme" in k] == []


def test_a_stack_that_fails_keeps_its_tenant_from_starting(cloud: Cloud) -> None:
    cloud.fails[STACK, "apply"] = Outcome(1, ok=False, tail="Error: no")
    with pytest.raises(TerraformFailed, match=f"{STACK}: terraform apply failed"):
        cloud.perform("apply", "acme")
    assert {label for label, _ in cloud.engine.done} == {STACK}


@pytest.mark.parametrize("verb", ["plan", "apply", "destroy", "refresh"])
def test_a_damaged_state_stops_before_terraform(made: Cloud, verb: str) -> None:
    made.put(Layer(made.deployer().stack, "acme"), "")
    with pytest.raises(ConfigError, match="is damaged"):
        made.perform(verb, "acme")
    assert made.engine.steps == []


def test_the_url_is_part_of_an_apply(made: Cloud) -> None:
    assert made.perform("plan", "acme").url == ""
    assert made.perform("apply", "acme").url == "https://acme.test.example.com"
    assert made.perform("apply", "acme", "-target=x").url == "https://acme.test.example.com"


# -- on paper -----------------------------------------------------------------------------------


def test_on_paper_outputs_may_be_to_come(cloud: Cloud) -> None:
    cloud.perform("plan", "acme", dry=True)
    assert cloud.values[ACME]["cluster"] is None
    one = cloud.deployer(dry=True)
    effective = one.resolver.effective(Layer(one.stack, "acme"), tokens("-var", "memory=3"))
    assert effective["cluster"].origin == f"output of {STACK} (known after its apply)"
    assert (effective["memory"].value, effective["memory"].origin) == ("3", "-var memory")


def test_on_paper_nothing_is_written(cloud: Cloud) -> None:
    cloud.engine.behaviour = lambda run, step: Outcome(0, ok=True, skipped=True)
    for verb in ("apply", "destroy"):
        cloud.perform(verb, "acme", dry=True)
    assert cloud.keys == []


def test_on_paper_a_state_that_cannot_be_read_is_a_word(made: Cloud) -> None:
    made.put(Layer(made.deployer().stack), "")
    made.perform("plan", "acme", dry=True)
    assert made.values[ACME]["cluster"] is None
    assert "its outputs are not known here" in made.console.text()


def test_nobody_asks_for_no_state(made: Cloud) -> None:
    made.perform("plan", "acme", dry=True, identity=Identity(method=NOBODY))
    assert made.values[ACME]["cluster"] is None


# -- mistakes: said before anything starts ------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "arguments", "kind", "where", "message"),
    [
        ({}, ["-var", "memroy=1"], ConfigError, "-var memroy", f"{ACME} declares no variable 'memroy'"),
        ({}, ["-var", "memory=big"], ConfigError, "-var memory", "memory must be a number, not a string"),
        ({}, ["-var", "ports=[1]"], ConfigError, "-var ports", "ports must be a map, not a list"),
        ({}, ["-var", "service1-build="], UsageError, "", "-var service1-build= names no build"),
        ({}, ["-var", "nothing"], UsageError, "", "-var 'nothing' is not NAME=VALUE"),
        ({}, ["-lock=0"], UsageError, "", "-lock=false is not passed on"),
        ({}, ["no.plan"], NotFoundError, "no.plan", "no such plan file"),
        (
            {f"{APP}/tenants/acme.tfvars": "\nmemroy = 1\n"},
            [],
            ConfigError,
            f"{APP}/tenants/acme.tfvars:2",
            f"{ACME} declares no variable 'memroy'",
        ),
        (
            {f"{APP}/tenants/acme.tfvars": 'region = "x"\n'},
            [],
            ConfigError,
            f"{APP}/tenants/acme.tfvars:1",
            "a tenant may not set 'region'",
        ),
        (
            {f"{APP}/tenants/acme.tfvars": "memory = {}\n"},
            [],
            ConfigError,
            f"{APP}/tenants/acme.tfvars:1",
            "memory must be a number, not an object",
        ),
        (
            {f"{APP}/tenants/acme.tfvars": "memory = \n"},
            [],
            ConfigError,
            f"{APP}/tenants/acme.tfvars:1",
            "this is not HCL: memory =",
        ),
        (
            {f"{APP}/tenant.tfvars.j2": "a\n{{ nope }}\n"},
            [],
            ConfigError,
            f"{APP}/tenant.tfvars.j2:2",
            "template: 'nope' is undefined",
        ),
        (
            {f"{APP}/tenant.tfvars.j2": ""},
            [],
            ConfigError,
            "src/app/tenant/variables.tf:4",
            f"{ACME} needs a value for hostname",
        ),
        (
            {f"{APP}/variables.tfvars": 'domian = "x"\n'},
            [],
            ConfigError,
            f"{APP}/variables.tfvars:1",
            f"{STACK} declares no variable 'domian'",
        ),
    ],
)
@pytest.mark.parametrize("exists", [True, False], ids=["the stack is there", "it is not"])
def test_a_mistake_starts_nothing(
    cloud: Cloud,
    exists: bool,
    changes: dict[str, str],
    arguments: list[str],
    kind: type[OrchestrateError],
    where: str,
    message: str,
) -> None:
    if exists:
        cloud.write(Layer(cloud.deployer().stack))
    for path, text in changes.items():
        cloud.disk.write(path, text)
    with pytest.raises(kind) as error:
        cloud.perform("apply", "acme", *arguments)
    assert cloud.engine.runs == []
    assert (error.value.message, error.value.where.endswith(where)) == (message, True)


def test_a_template_that_needs_outputs_waits_for_them(cloud: Cloud) -> None:
    cloud.disk.write(f"{APP}/tenant.tfvars.j2", 'hostname = "{{ vars.cluster | upper }}.example.com"\n')
    cloud.perform("apply", "acme")
    assert cloud.values[ACME]["hostname"] == "C-1.example.com"


@pytest.mark.parametrize(
    ("name", "refused"), [("TF_VAR_memory", True), ("TF_VAR_elsewhere", False), ("TF_WORKSPACE", True)]
)
def test_the_environment_does_not_steer(made: Cloud, name: str, refused: bool) -> None:
    if refused:
        with pytest.raises(UsageError, match=f"{name} is set in the environment"):
            made.perform("plan", "acme", environ={name: "1"})
        assert made.engine.steps == []
    else:
        made.perform("plan", "acme", environ={name: "1"})


def test_a_saved_plan_is_applied_to_its_own_layer_alone(made: Cloud) -> None:
    file = made.disk.root / "my.plan"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("tfplan", "")
    plan_file.bind(file, ACME)
    made.perform("apply", "acme", "my.plan")
    assert [argv for _, argv in made.engine.steps][-1][-1] == "orchestrate.tfplan"
    assert "app-test/tenants/acme/orchestrate.json" not in made.keys
    for tenant in ("globex", ""):
        with pytest.raises(RefusedError, match=f"made for {ACME}, not for"):
            made.perform("apply", tenant, "my.plan")


def test_the_apply_of_a_saved_plan_is_recorded_as_it_was_planned(made: Cloud) -> None:
    """Between the plan and its apply somebody edits a file: what is recorded is what runs."""
    file, plain = made.disk.root / "my.plan", made.disk.root / "plain.plan"
    made.perform("plan", "acme", "-out=my.plan", "-var", "service1-build=90", "-var", "memory=3")
    for one, planned in ((file, made.engine.runs[-1].planned), (plain, {})):
        with zipfile.ZipFile(one, "w") as archive:
            archive.writestr("tfplan", "")
        plan_file.bind(one, ACME, planned)
    made.disk.write(f"{APP}/tenants/acme.tfvars", "memory = 999\n")
    made.perform("apply", "acme", "my.plan")
    record = made.record("acme")
    assert (record["builds"], record["given"]["memory"]) == ({"service1-build": "90"}, "3")
    made.perform("apply", "acme", "plain.plan")
    assert {n: v for n, v in made.record("acme").items() if n != "run"} == {
        n: v for n, v in record.items() if n != "run"
    }


def test_a_saved_plan_is_refused_once_another_apply_is_recorded(made: Cloud) -> None:
    file = made.disk.root / "my.plan"
    made.perform("plan", "acme", "-out=my.plan", "-var", "service1-build=90")
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("tfplan", "")
    plan_file.bind(file, ACME, made.engine.runs[-1].planned)
    made.perform("apply", "acme", "-var", "service1-build=91")
    before = made.record("acme")
    with pytest.raises(BusyError, match=f"{ACME} was applied by me-here-1 since this plan was made"):
        made.perform("apply", "acme", "my.plan")
    assert made.record("acme") == before


@pytest.mark.parametrize("argument", ["-destroy", "-target=x", "-refresh-only"])
def test_a_plan_of_a_part_or_of_the_end_has_nothing_to_record(made: Cloud, argument: str) -> None:
    made.perform("plan", "acme", "-out=my.plan", argument)
    assert made.engine.runs[-1].files.collect and made.engine.runs[-1].planned == {}


@pytest.mark.parametrize(("setting", "paced"), [("rate_limit = true", True), ("pace = true", True), ("", False)])
def test_one_layer_keeps_the_pace_where_its_stack_says_so(made: Cloud, setting: str, paced: bool) -> None:
    made.disk.append(f"{APP}/stack.hcl", f"{setting}\n")
    plan = Outcome(2, ok=True, tail="  # aws_lb.this will be created\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n")
    made.engine.behaviour = lambda run, step: plan if step.argv[1] == "plan" else made.behave(run, step)
    made.perform("apply", "acme", identity=Identity(account="123456789012", method="env"))
    file = made.disk.root / ".orchestrate/pace/123456789012.json"
    assert file.is_file() is paced
    assert not paced or f"{REGION}/CreateLoadBalancer" in json.loads(file.read_text())["full_at"]


# -- protected ----------------------------------------------------------------------------------

LIVE = f"{REGION}/app-live"


@pytest.mark.parametrize(
    ("verb", "tenant", "arguments", "changes", "refused"),
    [
        ("plan", "", (), {}, ""),
        ("apply", "", (), {}, f"{LIVE} is protected"),
        ("apply", "", (), {"confirmed": LIVE}, ""),
        ("apply", "acme", (), {"confirmed": LIVE}, f"{LIVE}/acme is protected"),
        ("apply", "", (), {"confirmed": f"{LIVE}/acme"}, f"{LIVE} is protected"),
        ("refresh", "", (), {}, f"{LIVE} is protected"),
        ("taint", "", ("x",), {}, f"{LIVE} is protected"),
        ("state", "", ("list",), {}, ""),
        ("destroy", "", (), {"confirmed": LIVE}, f"{LIVE} is protected and is not destroyed"),
        ("destroy", "acme", (), {"confirmed": f"{LIVE}/acme"}, f"{LIVE}/acme is protected and is not destroyed"),
        ("apply", "", ("-destroy",), {"confirmed": LIVE}, f"{LIVE} is protected and is not destroyed"),
        ("apply", "", (), {"dry": True}, ""),
        ("apply", "", ("-auto-approve",), {}, f"{LIVE} is protected"),
    ],
)
def test_a_protected_stack(
    example: Disk, verb: str, tenant: str, arguments: tuple[str, ...], changes: dict[str, Any], refused: str
) -> None:
    cloud = Cloud(example, "app-live", REGION)
    if refused:
        with pytest.raises(RefusedError) as error:
            cloud.perform(verb, tenant, *arguments, **changes)
        assert error.value.message == refused
        assert cloud.engine.runs == []
    else:
        assert cloud.perform(verb, tenant, *arguments, **changes)


def test_a_person_at_a_terminal_is_asked_instead(example: Disk) -> None:
    cloud = Cloud(example, "app-live", REGION)
    asking = context(home=example.root / ".orchestrate", interactive=True)
    cloud.perform("apply", context=asking)
    assert cloud.console.asked == [(f"apply {LIVE}? Type {LIVE} to go on:", LIVE)]
    with pytest.raises(RefusedError, match="not confirmed"):
        cloud.perform("apply", context=asking, console=Listener(answer=False))


def test_state_changes_of_a_protected_stack_are_confirmed(example: Disk) -> None:
    with pytest.raises(RefusedError, match="protected"):
        Cloud(example, "app-live", REGION).perform("state", "", "rm", "x")
    cloud = Cloud(example, "app-live", REGION)
    cloud.perform("state", "", "rm", "x", confirmed=LIVE)
    assert cloud.engine.done[-1] == (LIVE, "state")


# -- names and layers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"USER": "me"}, "me-host-7"),
        ({"USER": "me", "BUILD_TAG": "jenkins-deploy/master-12"}, "jenkins-deploy-master-12"),
        ({"BUILD_TAG": "x" * 80}, "x" * 63),
        ({"BUILD_TAG": "--"}, "orchestrate"),
        ({"USER": "domain\\me"}, "domain-me-host-7"),
    ],
)
def test_what_names_a_run(environ: dict[str, str], name: str) -> None:
    assert deployer.author(environ, "host", 7) == name


def test_without_a_user_name_there_is_one_still() -> None:
    assert deployer.author({}, "host", 7).endswith("-host-7")


@pytest.mark.parametrize(
    ("verb", "declared"), [("apply", True), ("plan", True), ("import", True), ("destroy", False), ("output", False)]
)
def test_a_tenant_whose_file_is_gone_may_still_be_destroyed(example: Disk, verb: str, declared: bool) -> None:
    one = Cloud(example, "app-live", REGION).deployer()
    if declared:
        with pytest.raises(NotFoundError, match="no tenant 'gone'"):
            one.project.layer(one.stack, "gone", must_be_declared=VERBS[verb].declared)
    else:
        assert one.project.layer(one.stack, "gone", must_be_declared=VERBS[verb].declared).tenant == "gone"
