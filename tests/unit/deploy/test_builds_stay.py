"""Builds that stay, from one command to the next: what Terraform is given, what is recorded, and what is said before."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cloud import Cloud, tokens
from cloud_fleet import Many, Onlooker
from fakes import Listener, context
from project_on_disk import APP, LIVE, REGION, Disk, filled

from wrapper.deploy import builds
from wrapper.deploy.build_choices import BuildPolicy
from wrapper.deploy.prepared import LayerOverrides
from wrapper.fleet.change_detection import TenantFilter
from wrapper.fleet.fleet import Fleet, FleetPolicy
from wrapper.model.errors import (
    BusyError,
    ConfigError,
    OrchestrateError,
    RefusedError,
    SmokeFailed,
    TerraformFailed,
    UsageError,
)
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.model.stack import Layer
from wrapper.state import layer_state
from wrapper.state.record import Trigger
from wrapper.terraform.commands import APPLY, DRIFT, VERBS

BUILD = "service1-build"
ACME = f"{APP}/tenants/acme.tfvars"
LABEL = f"{REGION}/app-test/acme"


@pytest.fixture
def cloud(example: Disk) -> Cloud:
    """acme's file says 90, and it was applied so."""
    return Cloud(filled(example, _applied))


def _applied(example: Disk) -> None:
    example.write(ACME, f'{BUILD} = "90"\n')
    Cloud(example).perform("apply", "acme")


def apply(cloud: Cloud, *arguments: str, **changes: Any) -> str | None:
    """What Terraform was given for the build: by the values, or by -var."""
    cloud.perform("apply", "acme", *arguments, **changes)
    typed = [a.partition("=")[2] for a in cloud.engine.steps[-2][1] if a.startswith(f"{BUILD}=")]
    return typed[0] if typed else cloud.values[LABEL].get(BUILD)


def give(cloud: Cloud, number: str, how: str, **reason: Any) -> None:
    """As promote and rollback do."""
    own = {"acme": LayerOverrides(tuple(builds.tokens({BUILD: number})), how=how)}
    deployer = cloud.deployer(trigger=Trigger(reason=reason))
    deployer.perform(APPLY, Layer(deployer.stack, "acme"), [], own)


def why(cloud: Cloud, **changes: Any) -> str:
    """Why a fleet would run acme; "" where it need not."""
    one = Fleet(cloud.deployer(**changes), Onlooker())
    [diff] = one.detector.detect(APPLY, ["acme"], [], one.detector.read_index())
    return diff.reason


def fleet(cloud: Cloud, *arguments: str, **changes: Any) -> tuple[str, list[str]]:
    onlooker = Onlooker()
    one = Fleet(cloud.deployer(**changes), onlooker, FleetPolicy(jobs=1))
    results = one.perform(VERBS["apply"], tokens(*arguments), TenantFilter(only=frozenset(["acme"]), stack_layer=False))
    return results[0].result, onlooker.said


def files_of(cloud: Cloud) -> Any:
    return cloud.record("acme")["files"][BUILD]["said"]


# -- the fault that this began with ---------------------------------------------------------------


def test_what_a_pipeline_deployed_stays_when_something_else_is_applied(cloud: Cloud) -> None:
    assert apply(cloud, "-var", f"{BUILD}=97") == "97"
    cloud.disk.append(ACME, "memory = 512\n")
    assert apply(cloud) == "97"
    assert cloud.console.said[-1] == f"{LABEL}: {BUILD} 97 (last apply)"
    record = cloud.record("acme")
    assert (record["builds"], record["files"]) == ({BUILD: "97"}, {BUILD: {"said": "90", "where": f"{ACME}:1"}})
    assert record["brought"][BUILD]["how"] == "-var"
    assert apply(cloud) == "97", "and again"


def test_a_file_that_names_another_number_is_followed_and_says_what_it_displaces(cloud: Cloud) -> None:
    apply(cloud, "-var", f"{BUILD}=97")
    cloud.disk.write(ACME, f'{BUILD} = "95"\n')
    cloud.perform("plan", "acme")
    said = cloud.console.said[-1]
    assert said.startswith(
        f"{LABEL}: ! {BUILD} 97 -> 95: changed in {ACME}:1 (90 at the last apply); 97 came by -var, 2"
    )
    assert files_of(cloud) == "90", "a plan writes nothing"
    assert apply(cloud) == "95"
    assert "brought" not in cloud.record("acme")


def test_an_unquoted_number_is_the_same_as_its_text(cloud: Cloud) -> None:
    """T15"""
    give(cloud, "90", "promoted from x")
    cloud.disk.write(ACME, f"{BUILD} = 90\n")
    assert why(cloud) == ""


@pytest.mark.parametrize("how", ["promoted from x", "rollback of 2 to 1", "-var"])
def test_after_a_build_was_given_nothing_is_changed(cloud: Cloud, how: str) -> None:
    give(cloud, "97", how)
    assert why(cloud) == ""
    assert fleet(cloud) == ("unchanged", [])


def test_rollback_records_what_the_files_say_now(cloud: Cloud) -> None:
    """T3: git says 91, 91 is bad, back to 90."""
    cloud.disk.write(ACME, f'{BUILD} = "91"\n')
    apply(cloud)
    give(cloud, "90", "rollback of 2 to 1", rollback_of=2, back_to=1)
    assert (apply(cloud), files_of(cloud), why(cloud)) == ("90", "91", "")
    cloud.disk.write(ACME, f'{BUILD} = "92"\n')
    assert apply(cloud) == "92"


def test_a_skipped_layer_still_takes_note_of_what_the_files_say(cloud: Cloud) -> None:
    """T4: promoted 97; git 90 -> 97 and a fleet that skips; git back to 90."""
    give(cloud, "97", "promoted from x")
    cloud.disk.write(ACME, f'{BUILD} = "97"\n')
    assert (fleet(cloud)[0], files_of(cloud)) == ("unchanged", "97")
    cloud.disk.write(ACME, f'{BUILD} = "90"\n')
    assert fleet(cloud)[0] == "succeeded"
    assert cloud.values[LABEL][BUILD] == "90"


def test_looking_takes_note_of_nothing(cloud: Cloud) -> None:
    give(cloud, "97", "promoted from x")
    cloud.disk.write(ACME, f'{BUILD} = "97"\n')
    assert (why(cloud), files_of(cloud)) == ("", "90")
    assert (fleet(cloud, dry=True)[0], files_of(cloud)) == ("unchanged", "90")


def test_a_build_that_another_command_deployed_meanwhile_stays(cloud: Cloud) -> None:
    """T5: the fleet looked at it before."""
    cloud.disk.append(ACME, "memory = 512\n")
    one = Fleet(cloud.deployer(), Onlooker(), FleetPolicy(jobs=1))
    [diff] = one.detector.detect(APPLY, ["acme"], [], one.detector.read_index())
    apply(cloud, "-var", f"{BUILD}=91")
    assert diff.prepared
    one.deployer.carry_out(diff.prepared)
    assert (cloud.values[LABEL][BUILD], cloud.record("acme")["builds"]) == ("91", {BUILD: "91"})


def test_a_build_that_this_command_moves_is_not_moved_from_elsewhere(cloud: Cloud) -> None:
    cloud.disk.write(ACME, f'{BUILD} = "95"\n')
    deployer = cloud.deployer()
    prepared = deployer.resolver.prepare(APPLY, Layer(deployer.stack, "acme"), [])
    apply(cloud, "-var", f"{BUILD}=91")
    before = cloud.record("acme")
    with pytest.raises(BusyError, match=f"{BUILD} was 90 when this command began, and is 91 now"):
        deployer.carry_out(prepared)
    assert cloud.record("acme") == before


def test_two_pipelines_two_services_the_order_does_not_matter(cloud: Cloud) -> None:
    """T7"""
    cloud.disk.append(
        "src/app/tenant/variables.tf", 'variable "service2-build" {\n  type = string\n  default = null\n}\n'
    )
    apply(cloud, "-var", f"{BUILD}=91")
    cloud.perform("apply", "acme", "-var", "service2-build=7")
    assert cloud.record("acme")["builds"] == {BUILD: "91", "service2-build": "7"}


def test_a_number_in_a_file_that_is_not_taken_is_named(cloud: Cloud) -> None:
    """T8"""
    cloud.disk.write(ACME, f'{BUILD} = "95"\n')
    apply(cloud, "-var", f"{BUILD}=91")
    assert cloud.console.said[-2:] == [
        f"{LABEL}: {BUILD} 90 -> 91 (-var)",
        f"{LABEL}: {BUILD}: {ACME}:1 says 95 since the last apply; not taken, 91 is given",
    ]
    assert (apply(cloud), files_of(cloud)) == ("91", "95")


def test_a_failed_try_is_no_build_that_runs(cloud: Cloud) -> None:
    """T11"""
    cloud.fails[LABEL, "apply"] = Outcome(1, ok=False, tail="Error: no")
    with pytest.raises(TerraformFailed):
        apply(cloud, "-var", f"{BUILD}=91")
    cloud.fails.clear()
    assert apply(cloud) == "90"


# -- silence names nothing ---------------------------------------------------------------------------


def test_a_line_that_is_deleted_moves_no_build_that_somebody_gave(cloud: Cloud) -> None:
    """T17: pipelines own it now. The default would be 1."""
    apply(cloud, "-var", f"{BUILD}=97")
    cloud.disk.write(ACME, "")
    assert apply(cloud) == "97"
    word = f"{LABEL}: {BUILD} stays 97: {ACME} names it no more; null there takes it away"
    assert cloud.console.said[-1] == word
    assert (apply(cloud), cloud.console.said[-1]) == ("97", f"{LABEL}: {BUILD} 97 (last apply)"), "said once"


def test_a_line_that_is_deleted_takes_its_own_number_along(cloud: Cloud) -> None:
    cloud.disk.write(ACME, "")
    apply(cloud)
    assert cloud.record("acme")["builds"] == {BUILD: "1"}
    assert cloud.console.said[-1] == f"{LABEL}: {BUILD} 90 -> 1: {ACME} names it no more"


# -- commands that mean what runs -----------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["refresh", "import", "destroy"])
def test_other_verbs_get_what_runs(cloud: Cloud, verb: str) -> None:
    apply(cloud, "-var", f"{BUILD}=97")
    cloud.disk.write(ACME, f'{BUILD} = "95"\n')
    cloud.perform(verb, "acme", *(["a.b", "id"] if verb == "import" else []))
    assert cloud.values[LABEL][BUILD] == "97"


def test_drift_is_looked_for_in_what_runs(cloud: Cloud) -> None:
    apply(cloud, "-var", f"{BUILD}=97")
    cloud.disk.write(ACME, f'{BUILD} = "95"\n')
    one = Fleet(cloud.deployer(), Onlooker(), FleetPolicy(jobs=1))
    one.perform(DRIFT, [], TenantFilter(only=frozenset(["acme"]), stack_layer=False))
    assert cloud.values[LABEL][BUILD] == "97"


# -- records of older tools -------------------------------------------------------------------------------


def older(cloud: Cloud) -> None:
    """As the version before writes a record: without what it does not know."""
    file = Path(cloud.states, REGION, "app-test/tenants/acme/orchestrate.json")
    data = json.loads(file.read_text())
    file.write_text(json.dumps({k: v for k, v in data.items() if k not in ("files", "brought", "trying", "partly")}))


def test_an_older_record_of_what_a_file_said(cloud: Cloud) -> None:
    older(cloud)
    assert (why(cloud), fleet(cloud)) == ("", ("unchanged", []))
    cloud.disk.write(ACME, f'{BUILD} = "91"\n')
    assert apply(cloud) == "91"


def test_an_older_record_of_what_was_typed_stays(cloud: Cloud) -> None:
    """T14, T20: also where this version wrote it, and an older one dropped what it does not know."""
    apply(cloud, "-var", f"{BUILD}=97")
    apply(cloud)
    older(cloud)
    assert apply(cloud) == "97"
    word = f"{BUILD} stays 97: what {ACME}:1 said then was not recorded by that version; it says 90 now"
    assert cloud.console.said[-1] == f"{LABEL}: {word}"
    older(cloud)
    cloud.disk.write(ACME, f'{BUILD} = "97"\n')
    cloud.perform("plan", "acme")
    assert cloud.console.said[-1] == f"{LABEL}: {BUILD} 97 (last apply)", "where they agree, nothing more is to say"
    assert apply(cloud) == "97"
    cloud.disk.write(ACME, f'{BUILD} = "91"\n')
    assert apply(cloud) == "91", "from now on it is known"


# -- modes and options -----------------------------------------------------------------------------------


def test_the_files_are_followed_where_that_is_asked(cloud: Cloud) -> None:
    apply(cloud, "-var", f"{BUILD}=97")
    assert apply(cloud, builds=BuildPolicy(from_files=True)) == "90"
    assert cloud.console.said[-1] == f"{LABEL}: {BUILD} 97 -> 90 (--config-builds, {ACME}:1)"


def test_in_the_mode_pipeline_no_file_moves_a_build(cloud: Cloud) -> None:
    cloud.disk.append(f"{APP}/stack.hcl", 'builds = "pipeline"\n')
    cloud.disk.write(ACME, f'{BUILD} = "95"\n')
    word = f'{LABEL}: {BUILD} stays 90: {ACME}:1 says 95, and builds = "pipeline" in stack.hcl'
    assert fleet(cloud) == ("unchanged", [word])
    assert apply(cloud) == "90"
    assert apply(cloud, builds=BuildPolicy(from_files=True)) == "95"


def test_in_the_mode_config_a_command_gives_no_build(cloud: Cloud) -> None:
    apply(cloud, "-var", f"{BUILD}=97")
    cloud.disk.append(f"{APP}/stack.hcl", 'builds = "config"\n')
    with pytest.raises(RefusedError, match="the files alone say which builds run") as error:
        apply(cloud, "-var", f"{BUILD}=98")
    assert f'{BUILD} = "98"' in error.value.hint
    with pytest.raises(RefusedError):
        give(cloud, "98", "promoted from x")
    assert apply(cloud) == "90"


# -- where it comes from ------------------------------------------------------------------------------------


@pytest.fixture
def live(cloud: Cloud) -> Cloud:
    """A protected stack that takes its builds from app-test, where acme runs 90."""
    cloud.disk.write(f"{LIVE}/tenants/acme.tfvars", f'hostname = "h"\n{BUILD} = "90"\n')
    live = Cloud(cloud.disk, "app-live", REGION)
    live.perform("apply", "acme", confirmed=f"{REGION}/app-live/acme")
    live.console.said.clear()
    return live


def on_live(live: Cloud, *arguments: str, **changes: Any) -> None:
    live.perform("apply", "acme", *arguments, **{"confirmed": f"{REGION}/app-live/acme", **changes})


def record_of_live(live: Cloud) -> Any:
    return json.loads(Path(live.states, REGION, "app-live/tenants/acme/orchestrate.json").read_text())


def test_a_number_that_runs_nowhere_before_is_refused(live: Cloud) -> None:
    before = record_of_live(live)
    with pytest.raises(RefusedError) as error:
        on_live(live, "-var", f"{BUILD}=95")
    assert error.value.message == (
        f"{REGION}/app-live/acme: {BUILD} 95 does not run in {REGION}/app-test (90 runs there)"
    )
    promote = f"./orchestrate promote app-test app-live {REGION} -var tenant=acme --confirm {REGION}/app-live/acme"
    assert error.value.hint == (
        f'take over what runs there: {promote} ; or, if it is meant, give the reason: --unpromoted "WHY"'
    )
    assert record_of_live(live) == before
    live.perform("plan", "acme", "-var", f"{BUILD}=95")
    assert any(line.startswith("warning: ") and "an apply will end with 77" in line for line in live.console.said)


def test_the_reason_is_recorded_with_the_build(live: Cloud) -> None:
    on_live(live, "-var", f"{BUILD}=90-fix1", unpromoted="INC-123")
    record = record_of_live(live)
    assert record["why"] == {"unpromoted": {"reason": "INC-123", "builds": [BUILD]}}
    assert record["brought"][BUILD]["unpromoted"] == "INC-123"
    on_live(live)
    assert "why" not in record_of_live(live), "of that apply alone"
    assert record_of_live(live)["brought"][BUILD]["unpromoted"] == "INC-123", "of the build, while it runs"


def test_a_file_displaces_no_hotfix_unattended(live: Cloud, cloud: Cloud) -> None:
    """T10"""
    on_live(live, "-var", f"{BUILD}=90-fix1", unpromoted="INC-123")
    apply(cloud, "-var", f"{BUILD}=95")
    live.disk.write(f"{LIVE}/tenants/acme.tfvars", f'hostname = "h"\n{BUILD} = "95"\n')
    with pytest.raises(RefusedError, match=r"service1-build 90-fix1 runs unpromoted \(INC-123\)") as error:
        on_live(live)
    assert error.value.hint.endswith(f"-var {BUILD}=90-fix1; or follow the files: --config-builds")
    asking = context(home=live.disk.root / ".orchestrate", directory=live.disk.root, interactive=True)
    on_live(live, context=asking, console=Listener(True))
    assert record_of_live(live)["builds"] == {BUILD: "95"}


def test_only_a_number_that_moves_is_asked_about(live: Cloud, cloud: Cloud) -> None:
    """T9: the stack before is ahead by now."""
    apply(cloud, "-var", f"{BUILD}=92")
    on_live(live, "-var", "memory=7")
    assert record_of_live(live)["builds"] == {BUILD: "90"}


def test_a_number_of_its_own_history_may_come_back(live: Cloud, cloud: Cloud) -> None:
    apply(cloud, "-var", f"{BUILD}=92")
    on_live(live, "-var", f"{BUILD}=92")
    on_live(live, "-var", f"{BUILD}=90")
    assert record_of_live(live)["builds"] == {BUILD: "90"}


def test_a_reason_where_nothing_is_asked(cloud: Cloud) -> None:
    with pytest.raises(UsageError, match="--unpromoted is for a protected stack with promotes_from"):
        apply(cloud, unpromoted="INC-1")


@pytest.mark.parametrize("reason", ["x" * 201, "a\nb"])
def test_a_reason_is_a_line(live: Cloud, reason: str) -> None:
    with pytest.raises(UsageError, match="at most 200 printable characters"):
        on_live(live, unpromoted=reason)


# -- what is asked -------------------------------------------------------------------------------------------


def test_the_question_names_the_builds_that_move(cloud: Cloud) -> None:
    asking = context(home=cloud.disk.root / ".orchestrate", directory=cloud.disk.root, interactive=True)
    listener = Listener(True)
    apply(cloud, "-var", f"{BUILD}=91", context=asking, console=listener)
    assert listener.asked == [(f"apply {LABEL} ({BUILD} 90 -> 91)? Type yes to go on:", "yes")]


def test_a_fleet_shows_of_each_tenant_why_and_which_builds(many: Many) -> None:
    many.run("apply", "-var", f"{BUILD}=97", tenant_filter=TenantFilter(stack_layer=False))
    many.cloud.disk.write(ACME, f'{BUILD} = "95"\n')
    many.cloud.disk.write(f"{APP}/tenants/globex.tfvars", "memory = 7\n")
    many.run("apply", tenant_filter=TenantFilter(stack_layer=False))
    acme, globex = many.progress.said
    assert acme.startswith(f"  acme    {BUILD} 97 -> 95 (changed in {ACME}:1 (not named at the last apply); 97 came by")
    assert globex == f"  globex  variable memory; {BUILD} 97"


# -- how far a record can be trusted ----------------------------------------------------------------------------


def record_file(cloud: Cloud) -> Path:
    return Path(cloud.states, REGION, "app-test/tenants/acme/orchestrate.json")


def note(cloud: Cloud, **more: Any) -> None:
    record_file(cloud).write_text(json.dumps({**json.loads(record_file(cloud).read_text()), **more}))


def test_between_terraform_and_the_record_a_try_is_noted(cloud: Cloud) -> None:
    """T6: ECS still rolls out, and another command looks."""
    seen: list[Any] = []
    well = cloud.engine.behaviour

    def watched(run: Run, step: Step) -> Outcome:
        if step.argv[1] == "apply":
            seen.append(cloud.record("acme")["trying"])
        return well(run, step)

    cloud.engine.behaviour = watched
    apply(cloud, "-var", f"{BUILD}=91")
    [trying] = seen
    assert (trying["builds"], trying["by"]) == ({BUILD: "91"}, "me-here-1")
    assert "trying" not in cloud.record("acme"), "the record takes its place"


def test_a_layer_that_another_command_is_changing_is_left_alone(cloud: Cloud) -> None:
    trying = {"by": "jenkins-7", "run": "x", "until": "2999-01-01T00:00:00Z", "builds": {BUILD: "91"}}
    note(cloud, trying=trying)
    for verb in ("plan", "apply"):
        with pytest.raises(BusyError, match=rf"{LABEL} is being changed by jenkins-7 \({BUILD} 91\)"):
            cloud.perform(verb, "acme")
    assert cloud.record("acme")["trying"] == trying


def test_a_try_that_never_ended_is_named_and_counts_as_a_change(cloud: Cloud) -> None:
    note(
        cloud, trying={"by": "jenkins-7", "at": "2026-01-02T03:04:05Z", "until": "2026-01-02", "builds": {BUILD: "91"}}
    )
    assert why(cloud) == "its last try failed"
    assert apply(cloud) == "90"
    word = f"{LABEL}: {BUILD} 90: a try that never ended ({BUILD} 91; 2026-01-02, jenkins-7)"
    assert word in cloud.console.said
    assert "trying" not in cloud.record("acme")


def test_a_try_that_did_not_begin_leaves_nothing(cloud: Cloud) -> None:
    before = cloud.record("acme")
    cloud.fails[LABEL, "apply"] = Outcome(1, ok=False, tail="Error acquiring the state lock", begun=False)
    with pytest.raises(OrchestrateError):
        apply(cloud, "-var", f"{BUILD}=91")
    assert cloud.record("acme") == before


def test_a_failed_try_is_named_with_its_build(cloud: Cloud) -> None:
    cloud.fails[LABEL, "apply"] = Outcome(1, ok=False, tail="Error: no")
    with pytest.raises(TerraformFailed):
        apply(cloud, "-var", f"{BUILD}=91")
    cloud.fails.clear()
    cloud.console.said.clear()
    apply(cloud)
    assert cloud.console.said[0].startswith(f"{LABEL}: {BUILD} 90: the last try ({BUILD} 91; 20")
    assert cloud.console.said[0].endswith(", me-here-1) failed")


def test_a_record_that_moved_between_plan_and_apply_is_not_overwritten(cloud: Cloud) -> None:
    """T5: read again just before Terraform changes something."""
    well = cloud.engine.behaviour

    def overtaken(run: Run, step: Step) -> Outcome:
        if step.argv[1] == "plan":
            note(cloud, run="another", builds={BUILD: "92"})
        return well(run, step)

    cloud.engine.behaviour = overtaken
    with pytest.raises(BusyError, match="was changed by me-here-1 since this command looked at it"):
        apply(cloud, "-var", f"{BUILD}=91")
    assert cloud.record("acme")["builds"] == {BUILD: "92"}
    assert [step for step in cloud.engine.done[-2:] if step[1] == "apply"] == []


def test_a_part_that_was_applied_with_another_build_is_noted(cloud: Cloud) -> None:
    cloud.perform("apply", "acme", "-target=x", "-var", f"{BUILD}=91")
    assert cloud.record("acme")["partly"]["builds"] == {BUILD: "91"}
    cloud.console.said.clear()
    assert apply(cloud) == "90"
    assert cloud.console.said[0].endswith(f"(-target): 90 again; -var {BUILD}=91 to keep it")
    assert "partly" not in cloud.record("acme")


def test_a_lost_record_is_told_from_the_history(cloud: Cloud) -> None:
    apply(cloud, "-var", f"{BUILD}=97")
    record_file(cloud).unlink()
    assert apply(cloud) == "97"


def test_a_record_and_a_history_that_are_lost_are_no_order(live: Cloud) -> None:
    """T13: on a protected stack without a terminal nothing moves."""
    folder = Path(live.states, REGION, "app-live/tenants/acme")
    for name in ("orchestrate.json", "orchestrate-history.json"):
        (folder / name).unlink()
    with pytest.raises(RefusedError, match="has a state and no record: which builds run is not known") as error:
        on_live(live)
    assert error.value.hint == f"give every build (-var {BUILD}=...), or deploy what the files say: --config-builds"
    on_live(live, builds=BuildPolicy(from_files=True))
    assert record_of_live(live)["builds"] == {BUILD: "90"}


def test_a_state_of_an_earlier_apply_runs_what_that_apply_deployed(cloud: Cloud) -> None:
    state = Path(cloud.states, REGION, "app-test/tenants/acme/terraform.tfstate")
    for number, serial in (("91", 5), ("92", 6)):
        cloud.serial = serial
        apply(cloud, "-var", f"{BUILD}={number}")
        if serial == 5:
            earlier = state.read_bytes()
    state.write_bytes(earlier)
    cloud.console.said.clear()
    cloud.perform("plan", "acme")
    assert cloud.console.said == [
        f"{LABEL}: its state is not what its last apply left (serial 5, recorded 6)",
        f"{LABEL}: {BUILD} 91 (last apply)",
    ]


def test_the_morning_after_a_destroy_says_which_builds_ran(cloud: Cloud) -> None:
    apply(cloud, "-var", f"{BUILD}=97")
    cloud.perform("destroy", "acme")
    cloud.console.said.clear()
    cloud.perform("plan", "acme")
    words = [line for line in cloud.console.said if "ran until it was destroyed on 2" in line]
    assert len(words) == 1 and words[0].startswith(f"{LABEL}: {BUILD} 97 ran until"), cloud.console.said
    assert words[0].endswith(f"; -var {BUILD}=97 brings it back")
    cloud.console.said.clear()
    assert apply(cloud, "-var", f"{BUILD}=97") == "97"
    assert "destroyed" not in cloud.console.text(), "it is brought back"
    assert apply(cloud) == "97"
    assert "destroyed" not in cloud.console.text(), "and then it is history"


def damage(cloud: Cloud) -> Path:
    file = Path(cloud.states, REGION, "app-test/tenants/acme/orchestrate.json")
    file.write_text('{"version": 2, ')
    return file


@pytest.mark.parametrize("verb", ["plan", "apply", "import"])
def test_a_damaged_record_is_no_order(cloud: Cloud, verb: str) -> None:
    file = damage(cloud)
    words = ["aws_x.y", "id"] if verb == "import" else []
    with pytest.raises(ConfigError, match=f"the record of {LABEL} is damaged") as caught:
        cloud.perform(verb, "acme", *words)
    assert caught.value.where == f"{REGION}/app-test/tenants/acme/orchestrate.json"
    assert caught.value.hint.endswith(f"or give every build: -var {BUILD}=...")
    assert file.read_text() == '{"version": 2, ', "it is left alone"


def test_a_damaged_record_is_replaced_where_every_build_is_given(cloud: Cloud) -> None:
    damage(cloud)
    assert apply(cloud, "-var", f"{BUILD}=97") == "97"
    assert cloud.record("acme")["builds"] == {BUILD: "97"}
    damage(cloud)
    assert apply(cloud, builds=BuildPolicy(from_files=True)) == "90"


def test_a_destroy_goes_on_with_a_damaged_record(cloud: Cloud) -> None:
    damage(cloud)
    cloud.perform("destroy", "acme")
    assert [k for k in cloud.keys if "acme" in k and "history" not in k] == []


def test_a_fleet_says_which_record_is_damaged(cloud: Cloud) -> None:
    damage(cloud)
    assert why(cloud) == "its record is damaged"
    assert fleet(cloud)[0] == "failed"
    assert fleet(cloud, "-var", f"{BUILD}=97")[0] == "succeeded"


def git(disk: Disk, *words: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    done = subprocess.run(["git", "-C", str(disk.root), *identity, *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_older_files_move_no_build_unattended(live: Cloud, cloud: Cloud) -> None:
    """T12: an old checkout would put 90 back, and the next apply 95 again."""
    disk, acme, label = cloud.disk, f"{LIVE}/tenants/acme.tfvars", f"{REGION}/app-live/acme"
    disk.write(".gitignore", ".orchestrate/\n")
    git(disk, "init", "-q")
    git(disk, "add", ".")
    git(disk, "commit", "-qm", "90")
    older = git(disk, "rev-parse", "HEAD")
    for where in (ACME, acme):
        disk.write(where, f'hostname = "h"\n{BUILD} = "95"\n')
    git(disk, "commit", "-qam", "95")
    newer = git(disk, "rev-parse", "HEAD")
    cloud.perform("apply", "acme")
    on_live(live)
    assert record_of_live(live)["commit"] == newer
    git(disk, "checkout", "-q", older)
    with pytest.raises(RefusedError) as caught:
        on_live(live)
    assert caught.value.message == (
        f"{label}: {BUILD} 95 -> 90, and these files are older than those of the last apply "
        f"(then {newer[:7]}, now {older[:7]})"
    )
    assert caught.value.hint.endswith("--config-builds")
    live.perform("plan", "acme")
    word = f"then {newer[:7]}, now {older[:7]}: these files are older than those of the last apply"
    assert f"{label}: {word}" in live.console.said
    cloud.perform("apply", "acme")
    assert word in cloud.console.text(), "elsewhere it is a word"
    on_live(live, builds=BuildPolicy(from_files=True))
    assert record_of_live(live)["builds"] == {BUILD: "90"}
    git(disk, "checkout", "-q", newer)
    live.console.said.clear()
    on_live(live)
    assert "older" not in live.console.text() and f"then {older[:7]}, now {newer[:7]}" in live.console.text()


def test_a_build_whose_smoke_test_failed_is_named_until_it_is_good(cloud: Cloud) -> None:
    """It runs, and it is recorded."""
    deployer = cloud.deployer()
    layer = Layer(deployer.stack, "acme")
    record = layer_state.load_record(deployer.store, layer)
    deployer.recorder.record_failed_check(layer, record, SmokeFailed("it answers 500"))
    cloud.perform("plan", "acme")
    words = [line for line in cloud.console.said if f"{LABEL}: {BUILD} 90: its smoke test failed (2" in line]
    back = f"./orchestrate rollback app-test {REGION} -var tenant=acme"
    assert len(words) == 1 and words[0].endswith(f"to put back what ran before: {back}"), cloud.console.said
    apply(cloud)
    cloud.console.said.clear()
    cloud.perform("plan", "acme")
    assert "smoke" not in cloud.console.text()


def test_a_renamed_build_that_needs_a_value_is_told_what_ran(cloud: Cloud) -> None:
    """Row 15"""
    apply(cloud, "-var", f"{BUILD}=97")
    root = "src/app/tenant/variables.tf"
    text = (cloud.disk.root / root).read_text()
    cloud.disk.write(root, text.replace(f'"{BUILD}"', '"web-build"').replace('  default = "1"\n', ""))
    cloud.disk.write(ACME, "")
    with pytest.raises(ConfigError, match="needs a value for web-build") as caught:
        cloud.perform("plan", "acme")
    assert caught.value.hint == f"{BUILD} 97 ran, and no variable takes it now; if it was renamed: -var web-build=97"
    cloud.perform("apply", "acme", "-var", "web-build=97")
    assert cloud.record("acme")["builds"] == {"web-build": "97"}
