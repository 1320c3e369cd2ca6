"""Many layers: who takes part, what is skipped and why, in which order, and what a failure stops and what not."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cloud import tokens
from cloud_fleet import STACK, Many, Onlooker
from project_on_disk import APP, REGION, Disk

from wrapper.aws.identity import NOBODY, Identity
from wrapper.fleet import fleet
from wrapper.fleet.change_detection import TenantFilter
from wrapper.fleet.fleet import Fleet, FleetPolicy
from wrapper.fleet.selection import Shard
from wrapper.model.errors import NotFoundError, OrchestrateError, RefusedError, UsageError
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.model.report import LayerResult, Report
from wrapper.model.stack import Layer
from wrapper.reports import table
from wrapper.run.signals import SignalHandler
from wrapper.terraform.commands import DRIFT, VERBS

# -- order ------------------------------------------------------------------------------------------


def test_apply_is_the_stack_first_and_then_every_tenant(many: Many) -> None:
    many.cloud.write(Layer(many.cloud.deployer().stack, "orphan"))
    assert many.run("apply") == [(n, "succeeded", 0) for n in ("-", "acme", "globex", "orphan")]
    assert many.applied == ["-", "/acme", "/globex", "/orphan"]
    assert many.results["acme"].url == "https://acme.test.example.com"
    assert many.progress.began_with == [(["acme", "globex", "orphan"], 1)]
    assert {t.closed for t in many.progress.talks.values()} == {1}


def test_destroy_is_every_tenant_that_has_a_state_and_then_the_stack(made: Many) -> None:
    made.cloud.write(Layer(made.cloud.deployer().stack, "orphan"))
    assert made.run("destroy", policy=FleetPolicy(jobs=3))[-1] == ("-", "succeeded", 0)
    assert (made.applied[-1], sorted(made.applied)) == ("-", ["-", "/acme", "/globex", "/orphan"])
    assert [k.rpartition("/")[2] for k in made.cloud.keys] == ["orchestrate-history.json"] * 2, "of acme and globex"
    assert "first its tenants (acme, globex, orphan), then itself" in made.progress.said[0]


def test_a_tenant_whose_file_is_wrong_does_not_keep_its_stack(made: Many) -> None:
    made.cloud.disk.write(f"{APP}/tenants/acme.tfvars", "memroy = 1\n")
    made.cloud.disk.write(f"{APP}/tenants/globex.tfvars", "{")
    assert {result for _, result, _ in made.run("destroy")} == {"succeeded"}


def test_destroy_of_nothing_says_so(many: Many) -> None:
    assert many.run("destroy") == []
    assert many.progress.said == [f"{STACK}: no state; nothing to destroy"]


def test_a_tenant_that_fails_keeps_the_stack_and_not_its_neighbours(made: Many) -> None:
    made.fail("acme")
    assert made.run("destroy") == [("acme", "failed", 1), ("globex", "succeeded", 0), ("-", "stopped", 1)]
    assert made.results[""].reason == "a tenant of it is still there"
    assert "app-test/terraform.tfstate" in made.cloud.keys


def test_a_stack_that_fails_keeps_its_tenants_from_starting(many: Many) -> None:
    many.fail("")
    assert many.run("apply") == [("-", "failed", 1), ("acme", "stopped", 1), ("globex", "stopped", 1)]
    assert many.results["acme"].reason == "the stack layer failed"


# -- what changed -----------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["apply", "plan"])
def test_what_did_not_change_does_not_start(made: Many, verb: str) -> None:
    assert made.run(verb) == [(n, "unchanged", 0) for n in ("-", "acme", "globex")]
    assert made.cloud.engine.steps == []
    assert made.results["acme"].url == "https://acme.test.example.com"
    assert made.results["acme"].reason.startswith("the same as at its last apply (20")


def nothing(many: Many) -> None:
    pass


def another_hand(many: Many) -> None:
    stack = many.cloud.deployer().stack
    many.cloud.put(Layer(stack, "acme"), json.dumps({"version": 4, "serial": 7, "outputs": {}, "resources": [1, 2, 3]}))


def failed_before(many: Many) -> None:
    many.fail("acme", "apply")
    many.run("apply", policy=FleetPolicy(jobs=1, force=True), tenant_filter=TenantFilter(("acme",), stack_layer=False))
    many.cloud.fails.clear()


def no_record(many: Many) -> None:
    (many.cloud.states / REGION / "app-test/tenants/acme/orchestrate.json").unlink()


@pytest.mark.parametrize(
    ("before", "files", "arguments", "who"),
    [
        (nothing, {f"{APP}/tenants/acme.tfvars": "memory = 999\n"}, (), "acme"),
        (nothing, {}, ("-var", "memory=9"), "acme globex"),
        (nothing, {"src/app/tenant/main.tf": "# other\n"}, (), "acme globex"),
        (nothing, {"modules/service/main.tf": "# other\n"}, (), "- acme globex"),
        (nothing, {f"{APP}/tenants/new.tfvars": ""}, (), "new"),
        (nothing, {}, ("-replace=x",), "- acme globex"),
        (nothing, {}, ("-target=x",), "- acme globex"),
        (another_hand, {}, (), "acme"),
        (failed_before, {}, (), "acme"),
        (no_record, {}, (), "acme"),
    ],
)
def test_what_changed_starts(
    made: Many, before: Callable[[Many], None], files: dict[str, str], arguments: tuple[str, ...], who: str
) -> None:
    before(made)
    for path, text in files.items():
        made.cloud.disk.write(path, text)
    ran = [name for name, result, _ in made.run("apply", *arguments) if result == "succeeded"]
    assert ran == who.split()


def test_outputs_of_the_stack_that_changed_are_inputs_that_changed(made: Many) -> None:
    cloud = made.cloud
    cloud.put(
        Layer(cloud.deployer().stack), '{"version":4,"serial":9,"outputs":{"cluster":{"value":"c-2"}},"resources":[1]}'
    )
    assert [
        n for n, result, _ in made.run("apply", tenant_filter=TenantFilter(stack_layer=False)) if result == "succeeded"
    ] == [
        "acme",
        "globex",
    ]


def test_on_request_all_start(made: Many) -> None:
    assert {r for _, r, _ in made.run("apply", policy=FleetPolicy(jobs=1, force=True))} == {"succeeded"}


@pytest.mark.parametrize(("now", "given"), [((), "7"), (("-var", "memory=8"), "8")])
def test_a_look_for_drift_gives_each_again_what_its_last_apply_was(
    many: Many, now: tuple[str, ...], given: str
) -> None:
    many.run("apply", "-var", "memory=7")
    engine = many.cloud.engine
    engine.steps.clear()
    Fleet(many.cloud.deployer(), Onlooker()).perform(DRIFT, tokens(*now), TenantFilter(("acme",), stack_layer=False))
    [label] = {label for label, argv in engine.steps if "plan" in argv}
    assert many.cloud.values[label]["memory"] == given


def test_why_each_one_would_run(made: Many) -> None:
    made.cloud.disk.write(f"{APP}/tenants/acme.tfvars", "memory = 999\n")
    made.cloud.disk.write(f"{APP}/tenants/new.tfvars", "")
    made.cloud.disk.write(f"{APP}/tenants/wrong.tfvars", "memroy = 1\n")
    one = Fleet(made.cloud.deployer(), Onlooker())
    diffs = one.detector.detect(VERBS["apply"], ["acme", "globex", "new", "wrong"], [], one.detector.read_index())
    found = {diff.layer.tenant: (diff.reason, [d.name for d in diff.differences]) for diff in diffs}
    assert found == {
        "acme": ("variable memory", ["variable memory"]),
        "globex": ("", []),
        "new": ("not deployed yet", []),
        "wrong": ("its files are wrong", []),
    }


# -- who takes part ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tenant_filter", "who"),
    [
        (TenantFilter(("a*",), stack_layer=False), "acme"),
        (TenantFilter(("*", "!a*"), stack_layer=False), "acme! globex"),
        (TenantFilter(("!acme",)), "acme! - globex"),
        (TenantFilter(shard=Shard(1, 2), stack_layer=False), "acme"),
        (TenantFilter(shard=Shard(2, 2), stack_layer=False), "globex"),
        (TenantFilter(only=frozenset({"globex"}), stack_layer=False), "globex"),
        (TenantFilter(only=frozenset({"", "globex"})), "- globex"),
    ],
)
def test_who_takes_part(made: Many, tenant_filter: TenantFilter, who: str) -> None:
    ran = made.run("plan", tenant_filter=tenant_filter, policy=FleetPolicy(jobs=1, force=True))
    assert " ".join(n + ("!" if result == "excluded" else "") for n, result, _ in ran) == who


def test_a_pattern_that_matches_nobody_is_said(made: Many) -> None:
    with pytest.raises(NotFoundError, match="no tenant matches 'acmee'") as error:
        made.run("apply", tenant_filter=TenantFilter(("acmee",)))
    assert error.value.hint == "did you mean acme?"
    assert made.cloud.engine.steps == []


def test_what_is_done_is_not_done_again(made: Many) -> None:
    done = {"acme": LayerResult(REGION, "app-test", "acme", "succeeded")}
    assert [n for n, _, _ in made.run("destroy", tenant_filter=TenantFilter(done=done))] == ["globex", "-"]
    assert made.results["acme"] is done["acme"]


def test_tenants_alone_make_their_stack_where_there_is_none(many: Many) -> None:
    assert many.run("apply", tenant_filter=TenantFilter(("acme",), stack_layer=False)) == [("acme", "succeeded", 0)]
    assert many.applied == ["-", "/acme"]


def test_a_stack_without_tenants_is_itself(example: Disk) -> None:
    assert Many(example, "global").run("apply") == [("-", "succeeded", 0)]


# -- failures ---------------------------------------------------------------------------------------


def test_a_tenant_with_a_mistake_is_a_failure_beside_the_others(many: Many) -> None:
    many.cloud.disk.write(f"{APP}/tenants/globex.tfvars", "memroy = 1\n")
    many.cloud.disk.write(f"{APP}/tenants/other.tfvars", "memory = {\n")
    assert sorted(many.run("apply")) == [
        ("-", "succeeded", 0),
        ("acme", "succeeded", 0),
        ("globex", "failed", 65),
        ("other", "failed", 65),
    ]
    assert many.results["globex"].error is not None
    assert many.results["globex"].error.where == f"{APP}/tenants/globex.tfvars:1"


def test_a_template_that_fails_for_one_fails_for_one(many: Many) -> None:
    text = 'hostname = "{{ {"acme": "a.example.com"}[tenant] }}"\n'
    many.cloud.disk.write(f"{APP}/tenant.tfvars.j2", text)
    assert sorted(many.run("apply"))[1:] == [("acme", "succeeded", 0), ("globex", "failed", 65)]


def test_a_failure_stops_no_other_unless_told_so(made: Many) -> None:
    made.fail("acme", "plan")
    forced = FleetPolicy(jobs=1, force=True)
    assert made.run("apply", tenant_filter=TenantFilter(stack_layer=False), policy=forced) == [
        ("acme", "failed", 1),
        ("globex", "succeeded", 0),
    ]
    assert [d.summary for d in made.results["acme"].diagnostics] == ["no"]
    assert made.run("apply", tenant_filter=TenantFilter(stack_layer=False), policy=replace(forced, fail_fast=True)) == [
        ("acme", "failed", 1),
        ("globex", "stopped", 1),
    ]
    assert made.results["globex"].reason == "acme failed (--fail-fast)"


def test_a_bug_in_one_is_named_and_the_others_go_on(made: Many) -> None:
    well = made.cloud.engine.behaviour

    def breaks(run: Run, step: Step) -> Outcome:
        if run.layer.tenant == "acme":
            raise ZeroDivisionError("oops")
        return well(run, step)

    made.cloud.engine.behaviour = breaks
    ran = made.run("apply", tenant_filter=TenantFilter(stack_layer=False), policy=FleetPolicy(jobs=2, force=True))
    assert sorted(ran) == [("acme", "failed", 70), ("globex", "succeeded", 0)]
    assert made.results["acme"].summary == "a bug of ours: ZeroDivisionError: oops"
    assert "Traceback" in made.progress.talks[f"{STACK}/acme"].text()


def test_an_orphan_of_a_protected_stack_is_a_failure_beside_the_others(example: Disk) -> None:
    many = Many(example, "app-live", REGION)
    many.cloud.write(Layer(many.cloud.deployer().stack))
    many.cloud.write(Layer(many.cloud.deployer().stack, "gone"))
    assert [(n, c) for n, _, c in sorted(many.run("plan"))] == [("-", 2), ("acme", 2), ("gone", 66)]


@pytest.mark.parametrize("verb", ["apply", "destroy", "plan"])
def test_a_misspelt_variable_starts_nothing(made: Many, verb: str) -> None:
    with pytest.raises(OrchestrateError, match="declares no variable 'memroy'"):
        made.run(verb, "-var", "memroy=1")
    assert made.cloud.engine.steps == []


@pytest.mark.parametrize(
    ("verb", "arguments"), [("apply", ("-state=x",)), ("plan", ("-out=p",)), ("apply", ("my.plan",))]
)
def test_an_argument_that_cannot_be_for_many_starts_nothing(made: Many, verb: str, arguments: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        made.run(verb, *arguments)
    assert made.cloud.engine.steps == []


# -- waves ------------------------------------------------------------------------------------------


@pytest.fixture
def six(many: Many) -> Many:
    for name in ("b", "c", "d", "e"):
        many.cloud.disk.write(f"{APP}/tenants/{name}.tfvars", "")
    many.cloud.perform("apply")
    return many


def test_waves_go_on_while_all_is_well(six: Many) -> None:
    six.run("apply", tenant_filter=TenantFilter(stack_layer=False), policy=FleetPolicy(jobs=1, canary=1, wave=3))
    assert six.progress.said[:2] == [f"  {n}  not deployed yet; service1-build none -> 1" for n in ("acme  ", "b     ")]
    assert six.progress.said[6:] == [f"wave {n} of 3: all {size} good" for n, size in ((1, 1), (2, 3), (3, 2))]


def test_the_first_bad_wave_is_the_last(six: Many) -> None:
    six.fail("c")
    ran = six.run("apply", tenant_filter=TenantFilter(stack_layer=False), policy=FleetPolicy(jobs=1, canary=1, wave=3))
    assert [(n, r) for n, r, _ in ran] == [
        *(("acme", "succeeded"), ("b", "succeeded"), ("c", "failed"), ("d", "succeeded")),
        *(("e", "stopped"), ("globex", "stopped")),
    ]
    assert six.results["e"].reason == "wave 2 of 3 was not good: c"


def test_a_canary_that_fails_leaves_a_fleet_of_which_is_told_what_runs_where(six: Many) -> None:
    """T16"""
    layers = TenantFilter(stack_layer=False)
    six.run("apply", "-var", "service1-build=90", tenant_filter=layers)
    six.fail("c")
    six.run("apply", "-var", "service1-build=91", tenant_filter=layers, policy=FleetPolicy(jobs=1, canary=1, wave=2))
    report = Report("i", "apply", "r", "s", 0.0, 0.0, tuple(six.results.values()))
    assert list(table.mixed(report)) == ["service1-build: 91 in 2, 90 in 4"]


# -- signals and time -------------------------------------------------------------------------------


def test_a_signal_starts_no_new_one_and_every_one_is_named(six: Many) -> None:
    """Two run when it comes: each is stopped once, and nobody starts after it."""
    signals = SignalHandler(lambda _: None)
    both = threading.Barrier(2)
    well = six.cloud.engine.behaviour

    def stopped(run: Run, step: Step) -> Outcome:
        if run.layer.tenant and step.argv[1] == "plan":
            both.wait(60)
            signals.signum = 15
            return Outcome(1, ok=False, tail="interrupted")
        return well(run, step)

    six.cloud.engine.behaviour = stopped
    ran = six.run("apply", tenant_filter=TenantFilter(stack_layer=False), policy=FleetPolicy(jobs=2), signals=signals)
    assert len(ran) == 6
    assert {(r, c) for _, r, c in ran} == {("stopped", 143)}
    assert sorted({label for label, _ in six.cloud.engine.done}) == [f"{STACK}/acme", f"{STACK}/b"]


def test_one_that_takes_too_long_is_stopped_alone(six: Many) -> None:
    well = six.cloud.engine.behaviour
    over = threading.Event()

    def slow(run: Run, step: Step) -> Outcome:
        if run.layer.tenant == "acme" and step.argv[1] == "plan":
            over.wait(2.5)
        return well(run, step)

    six.cloud.engine.behaviour = slow
    ran = six.run(
        "apply", tenant_filter=TenantFilter(("acme", "b"), stack_layer=False), policy=FleetPolicy(jobs=1, each=2)
    )
    assert ran == [("acme", "failed", 124), ("b", "succeeded", 0)]
    assert six.results["acme"].reason == "stopped after 2 s"


# -- what may be done -------------------------------------------------------------------------------


def test_a_protected_stack_is_not_destroyed(example: Disk) -> None:
    with pytest.raises(RefusedError, match="is protected and is not destroyed"):
        Many(example, "app-live", REGION).run("destroy")


def test_on_paper_with_nobody_to_ask_only_files_count(many: Many) -> None:
    many.cloud.write(Layer(many.cloud.deployer().stack, "orphan"))
    nobody = Identity(method=NOBODY)
    assert [n for n, _, _ in many.run("plan", dry=True, identity=nobody)] == ["-", "acme", "globex"]
    assert [n for n, _, _ in many.run("destroy", dry=True, identity=nobody)] == ["-"]


@pytest.mark.parametrize(
    ("verb", "codes", "code"),
    [("plan", [0, 2], 2), ("apply", [0, 2], 0), ("plan", [2, 1], 1), ("apply", [], 0), ("destroy", [0, 75], 75)],
)
def test_the_exit_code(verb: str, codes: list[int], code: int) -> None:
    results = [LayerResult("r", "s", str(n), "succeeded", exit_code=c) for n, c in enumerate(codes)]
    assert fleet.exit_code(VERBS[verb], results) == code


def test_there_is_always_one_job() -> None:
    assert fleet.default_jobs() >= 1


# -- what passes by itself --------------------------------------------------------------------------

REVISION = "Too many concurrent attempts to create a new revision of the specified family"
TRANSIENT = Outcome(1, ok=False, tail=f"Error: creating ECS Task Definition: ClientException: {REVISION}\n")


class Hurried(SignalHandler):
    """Waits for nobody."""

    def pause(self, seconds: float) -> None:
        self.check()

    def limited(self, seconds: float) -> Any:
        return contextlib.nullcontext(self)


def test_what_passes_by_itself_is_tried_again_and_said(six: Many) -> None:
    well, met = six.cloud.engine.behaviour, []

    def refuses_once(run: Run, step: Step) -> Outcome:
        if run.layer.tenant == "acme" and step.argv[1] == "apply" and not met:
            met.append(1)
            return TRANSIENT
        return well(run, step)

    six.cloud.engine.behaviour = refuses_once
    assert six.run(
        "apply", tenant_filter=TenantFilter(("acme",), stack_layer=False), signals=Hurried(lambda _: None)
    ) == [("acme", "succeeded", 0)]
    assert six.results["acme"].attempts == 2
    assert "try 2 in" in six.progress.said[-1]
    six.cloud.fails[f"{STACK}/b", "plan"] = TRANSIENT
    six.run("apply", tenant_filter=TenantFilter(("b",), stack_layer=False), signals=Hurried(lambda _: None))
    assert (six.results["b"].result, six.results["b"].attempts) == ("failed", 4)
