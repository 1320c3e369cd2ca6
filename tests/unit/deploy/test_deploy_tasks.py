"""Tasks before and after a deploy: in which order, with which build, and what stops an apply before a service changes."""

from __future__ import annotations

import json
import zipfile
from typing import Any

import pytest
from fakes import context
from project_on_disk import APP, LIVE, Disk, filled
from staged_cloud import ARN, DEFINED, MIGRATE, PART, REST, SERVED, SERVICE, WHOLE, StagedCloud, change, output, plan

from wrapper.deploy.deploy_tasks import Heartbeat, definitions
from wrapper.engines.dry_run import DryRunEngine
from wrapper.model.errors import ConfigError, PlanChanged, RefusedError, Stopped, TaskFailed, TerraformFailed
from wrapper.model.nouns import Outcome
from wrapper.run import plan_file
from wrapper.run.signals import SignalHandler
from wrapper.terraform import planned_changes

STAGED = ["plan", "show", "plan*", "show", "apply", "plan", "show", "migrate", "apply"]
BUILD_2 = ("-var", "service1-build=2")
WORDS = "\nError: creating ECS Service: operation error ECS: CreateService, ThrottlingException: Rate exceeded\n"
THROTTLED = Outcome(1, ok=False, tail=WORDS, stderr=WORDS)
FAILED = Outcome(1, ok=False, tail="\nError: no\n")
LABEL = "ap-southeast-2/app-test/acme"


@pytest.fixture
def cloud(example: Disk) -> StagedCloud:
    return StagedCloud(example)


@pytest.fixture
def deployed(cloud: StagedCloud) -> StagedCloud:
    """With build 1; what made it is forgotten."""
    filled(cloud.disk, _deployed)
    return again(cloud)


def _deployed(example: Disk) -> None:
    cloud = StagedCloud(example)
    cloud.perform("apply", "")
    cloud.deploy()


def again(cloud: StagedCloud, *shown: str) -> StagedCloud:
    cloud.engine.steps.clear()
    cloud.console.said.clear()
    cloud.tasks.clear()
    cloud.shown = list(shown) or [WHOLE, PART, REST]
    cloud.plans = 0
    return cloud


def test_a_task_runs_with_the_new_build_before_a_service_changes(deployed: StagedCloud) -> None:
    outcome = deployed.deploy(*BUILD_2)
    assert deployed.verbs == STAGED
    [task] = deployed.tasks
    assert (task.request["taskDefinition"], dict(task.builds), task.when) == (
        f"{ARN}:2",
        {"service1-build": "2"},
        "before_deploy",
    )
    assert outcome.changes == (2, 2, 0), "of both applies"
    assert deployed.record("acme")["builds"] == {"service1-build": "2"}
    said = f"{LABEL}: migrate (before_deploy) runs with the new build before the rest is applied"
    assert [line for line in deployed.console.besides_builds] == [
        said,
        f"{LABEL}: before_deploy: running migrate",
        "its lines",
    ]


def test_the_first_apply_runs_it_too(cloud: StagedCloud) -> None:
    defined, served = change(MIGRATE, "create"), change(SERVICE, "create")
    cloud.shown = [plan(defined, served, run_task=output()), plan(defined), plan(served, run_task=output("1"))]
    cloud.deploy()
    assert cloud.verbs == STAGED and len(cloud.tasks) == 1


def test_where_it_fails_no_service_changes_and_no_build_counts(deployed: StagedCloud) -> None:
    deployed.wrong = TaskFailed("migrate failed (web 3)")
    with pytest.raises(
        TaskFailed, match=r"migrate failed \(web 3\); no service was changed, and no build counts as deployed"
    ):
        deployed.deploy(*BUILD_2)
    assert deployed.verbs == STAGED[:-1]
    record = deployed.record("acme")
    assert (record["builds"], "migrate failed" in record["failed"]["error"]) == ({"service1-build": "1"}, True)
    assert "trying" not in record
    deployed.wrong = None
    again(deployed, plan(change(MIGRATE, "no-op"), SERVED, run_task=output("2")), REST).deploy(*BUILD_2)
    assert deployed.verbs == ["plan", "show", "plan", "show", "migrate", "apply"], "its definition is there"
    assert deployed.record("acme")["builds"] == {"service1-build": "2"}


@pytest.mark.parametrize("shown", [[WHOLE, PART, REST], [plan(SERVED, run_task=output("2")), REST]])
def test_while_it_runs_others_see_that_the_layer_is_being_changed(deployed: StagedCloud, shown: list[str]) -> None:
    """Also where nothing had to be applied before."""
    seen: list[Any] = []
    deployed.meanwhile = lambda: seen.append(deployed.record("acme").get("trying", {}).get("builds"))
    again(deployed, *shown).deploy(*BUILD_2)
    assert seen == [{"service1-build": "2"}] and "trying" not in deployed.record("acme")


def test_one_that_fails_is_a_failed_try_where_nothing_had_to_be_applied_before(deployed: StagedCloud) -> None:
    deployed.wrong = TaskFailed("migrate failed")
    with pytest.raises(TaskFailed):
        again(deployed, plan(SERVED, run_task=output("2")), REST).deploy(*BUILD_2)
    assert "migrate failed" in deployed.record("acme")["failed"]["error"]


def test_the_sign_that_a_try_goes_on_is_given_once_a_minute() -> None:
    now, held = [0.0], [0.0]
    heartbeat = Heartbeat(held.append, lambda: now[0])
    for second in range(125):
        now[0] = float(second)
        heartbeat.beat()
    assert held == [0.0, 60.0, 60.0, 60.0]


def test_a_signal_while_it_runs_ends_the_apply(deployed: StagedCloud) -> None:
    deployed.wrong = Stopped("stopped by SIGINT", signum=2)
    with pytest.raises(Stopped) as error:
        deployed.deploy(*BUILD_2)
    assert (error.value.exit_code, deployed.verbs[-1]) == (130, "migrate")
    assert "trying" not in deployed.record("acme")


def test_where_nothing_changes_none_runs(deployed: StagedCloud) -> None:
    deployed.empty = (1,)
    deployed.deploy(*BUILD_2)
    assert deployed.verbs == ["plan"] and deployed.tasks == []


def test_it_runs_when_a_build_or_its_definition_changes(deployed: StagedCloud) -> None:
    again(deployed, plan(SERVED, change(MIGRATE, "no-op"), run_task=output("1"))).deploy("-var", "memory=7")
    assert deployed.verbs == ["plan", "show", "apply"] and deployed.tasks == []
    again(deployed).deploy("-var", "memory=8")
    assert deployed.verbs == STAGED, "its definition changes"


def test_a_part_without_changes_is_not_applied(deployed: StagedCloud) -> None:
    again(deployed, WHOLE, REST)
    deployed.empty = (2,)
    deployed.deploy(*BUILD_2)
    assert deployed.verbs == ["plan", "show", "plan*", "plan", "show", "migrate", "apply"]


MOVED = change("aws_lb.b", "no-op", previous_address="aws_lb.a")
OTHER = change("aws_lb.this", "update")


@pytest.mark.parametrize(
    ("shown", "error", "words", "last"),
    [
        ([WHOLE, plan(DEFINED, OTHER)], PlanChanged, r"agreed to: aws_lb.this \(update\)", "show"),
        ([WHOLE, PART, plan(SERVED, OTHER, run_task=output("2"))], PlanChanged, r"agreed to: aws_lb.this \(update\)", "show"),
        ([WHOLE, PART, plan(change(SERVICE, "delete", "create"))], PlanChanged, r"this\[\"first\"\] \(delete and create\)", "show"),
        ([WHOLE, plan(DEFINED, SERVED)], RefusedError, "what it needs depends on .*this", "show"),
        ([WHOLE, PART, plan(SERVED, run_task=output())], PlanChanged, "how migrate starts .*: all of it; no service", "show"),
        ([plan(SERVED, MOVED, run_task=output("1"))], RefusedError, "moves aws_lb.a to aws_lb.b", "show"),
    ],
)  # fmt: skip
def test_what_was_not_agreed_to_stops_it(
    deployed: StagedCloud, shown: list[str], error: Any, words: str, last: str
) -> None:
    again(deployed, *shown)
    with pytest.raises(error, match=words):
        deployed.deploy(*BUILD_2)
    assert (deployed.verbs[-1], deployed.tasks) == (last, [])
    assert deployed.record("acme")["builds"] == {"service1-build": "1"}


@pytest.mark.parametrize(
    ("run_task", "hint"),
    [
        (None, "it has none"),
        ({"after": {"migrated": {}}, "after_unknown": {}}, "did you mean migrated?"),
        ({"after": {}, "after_unknown": {"seed": True}}, "it has: seed"),
    ],
)
def test_a_task_that_a_tenant_has_not(deployed: StagedCloud, run_task: Any, hint: str) -> None:
    again(deployed, plan(SERVED, run_task=run_task))
    with pytest.raises(ConfigError, match="has no task 'migrate', which before_deploy names") as error:
        deployed.deploy(*BUILD_2)
    assert (error.value.where, error.value.exit_code) == (f"{APP}/stack.hcl:4", 65)
    assert error.value.hint.startswith(hint) and deployed.verbs == ["plan", "show"]


def test_a_definition_that_is_not_found_before_its_first_apply(deployed: StagedCloud) -> None:
    again(deployed, plan(change("aws_ecs_task_definition.other", "create"), run_task=output()))
    with pytest.raises(ConfigError, match="which aws_ecs_task_definition is that of the task 'migrate'"):
        deployed.deploy(*BUILD_2)
    assert deployed.verbs == ["plan", "show"]


def test_a_person_agrees_to_the_whole_once_and_first(deployed: StagedCloud) -> None:
    asked = context(home=deployed.disk.root / ".orchestrate", directory=deployed.disk.root, interactive=True)
    deployed.console.answer = False
    with pytest.raises(RefusedError, match="not confirmed"):
        deployed.deploy(*BUILD_2, context=asked)
    assert deployed.verbs == ["plan", "show"]
    deployed.console.answer = True
    again(deployed).deploy(*BUILD_2, context=asked)
    assert (deployed.verbs, len(deployed.console.asked)) == (STAGED, 2)


@pytest.mark.parametrize(
    ("argument", "changes", "why"),
    [
        ("-target=x", {}, "the apply is of a part"),
        ("-refresh-only", {}, "the apply is of a part"),
        ("-compact-warnings", {"run_task": None, "no_hooks": "--no-hooks"}, "--no-hooks"),
    ],
)
def test_an_apply_without_its_tasks_says_so(
    deployed: StagedCloud, argument: str, changes: dict[str, Any], why: str
) -> None:
    deployed.deploy(*BUILD_2, argument, **changes)
    assert [verb.rstrip("*") for verb in deployed.verbs] == ["plan", "apply"]
    assert f"{LABEL}: not run: migrate ({why})" in deployed.console.said


def test_a_destroy_and_the_stack_layer_run_none(deployed: StagedCloud) -> None:
    deployed.perform("apply", "", "-var", "size=9", run_task=deployed.run_task)
    deployed.perform("destroy", "acme", run_task=deployed.run_task)
    deployed.perform("apply", "acme", "-destroy", run_task=deployed.run_task)
    assert deployed.tasks == [] and "show" not in deployed.verbs


def test_a_plan_file_is_refused_where_a_task_must_run_first(deployed: StagedCloud) -> None:
    file = deployed.disk.root / "my.plan"
    deployed.perform("plan", "acme", "-out=my.plan", *BUILD_2)
    planned = deployed.engine.runs[-1].planned
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("tfplan", "")
    plan_file.bind(file, LABEL, planned)
    again(deployed)
    with pytest.raises(RefusedError, match="a plan file is applied in one piece") as error:
        deployed.deploy("my.plan")
    assert (deployed.verbs, error.value.where) == (["show"], f"{APP}/stack.hcl:4")
    again(deployed).deploy("my.plan", run_task=None, no_hooks="--no-hooks")
    assert deployed.verbs == ["apply"]


def test_a_dry_run_shows_every_step(deployed: StagedCloud) -> None:
    lines: list[str] = []
    engine = DryRunEngine(lines.append, deployed.engine)
    engine.as_typed = lambda run: ("", "")  # type: ignore[method-assign]
    deployed.deploy(*BUILD_2, dry=True, engine=engine)
    verbs = [line.split()[1] + ("*" if "-target=" in line else "") for line in lines if line.startswith("terraform")]
    assert ["task" if v == "migrate" else v for v in verbs] == ["init", *[v for v in STAGED if v != "migrate"]]
    assert b"# ecs:RunTask migrate, if a build or its task definition changes" in deployed.console.heard
    assert deployed.tasks == []


def test_an_apply_that_is_tried_again_does_not_run_it_twice(deployed: StagedCloud) -> None:
    tries: list[int] = []

    def behave(run: Any, step: Any) -> Any:
        if step.argv[1] == "apply" and "migrate" in deployed.verbs and not tries:
            tries.append(1)
            return THROTTLED
        return deployed.behave(run, step)

    deployed.engine.behaviour = behave
    deployed.shown += [plan(change(MIGRATE, "no-op"), SERVED, run_task=output("2")), REST]

    class Quick(SignalHandler):
        def pause(self, seconds: float) -> None:
            self.check()

    deployed.deploy(*BUILD_2, signals=Quick(deployed.console.info))
    assert len(deployed.tasks) == 1
    assert f"{LABEL}: before_deploy: migrate has already ended well" in deployed.console.said


# -- what comes first ---------------------------------------------------------------------------

ROLE = 'module.service["service1"].aws_iam_role_policy.execution[0]'


@pytest.mark.parametrize(
    ("one", "is_first"),
    [
        (change(ROLE, "create"), True),
        (change(ROLE, "update"), True),
        (change(ROLE, "delete"), False),
        (change("aws_security_group_rule.database", "create"), True),
        (change("aws_security_group_rule.database", "update"), False),
        (change('module.service["api"].aws_iam_role_policy.execution[0]', "create"), False),
        (change("aws_lb.this", "create"), False),
    ],
)
def test_what_a_task_needs_comes_first_where_it_changes_nothing_that_runs(
    deployed: StagedCloud, one: dict[str, Any], is_first: bool
) -> None:
    api = change('module.service["api"].aws_ecs_service.this["first"]', "no-op")
    again(deployed, plan(DEFINED, SERVED, one, api, run_task=output()), PART, REST).deploy(*BUILD_2)
    [argv] = [argv for _, argv in deployed.engine.steps if any(w.startswith("-target") for w in argv)]
    targets = [w.removeprefix("-target=") for w in argv if w.startswith("-target")]
    assert targets == [MIGRATE, *([one["address"]] if is_first else [])]


KEYED = 'module.service["{}"].aws_ecs_task_definition.task["migrate"]'


@pytest.mark.parametrize(
    ("name", "addresses", "found"),
    [
        ("migrate", ["aws_ecs_task_definition.migrate", "aws_ecs_task_definition.web"], [0]),
        ("migrate", ['aws_ecs_task_definition.task["migrate"]', 'aws_ecs_task_definition.task["seed"]'], [0]),
        ("api/migrate", [KEYED.format("api"), KEYED.format("web")], [0]),
        ("api/migrate", ["module.api.aws_ecs_task_definition.migrate", "aws_ecs_task_definition.migrate"], [0]),
        ("api/migrate", ["aws_ecs_task_definition.migrate"], [0]),
        ("migrate", ["aws_lb.migrate"], []),
    ],
)
def test_the_definition_of_a_task(name: str, addresses: list[str], found: list[int]) -> None:
    one = planned_changes.parse(plan(*(change(a, "create") for a in addresses)).encode())
    assert [d.address for d in definitions(one, name)] == [addresses[n] for n in found]


def test_the_definition_that_it_has_now_whatever_its_address() -> None:
    mine = change("aws_ecs_task_definition.database", "create", "delete")
    mine["change"]["before"] = {"arn": f"{ARN}:1"}
    before = {"migrate": {"taskDefinition": f"{ARN}:1"}}
    one = plan(mine, change("aws_ecs_task_definition.migrate", "create"), run_task=output(before=before))
    assert [d.address for d in definitions(planned_changes.parse(one.encode()), "migrate")] == [mine["address"]]


# -- after a deploy -----------------------------------------------------------------------------


@pytest.fixture
def after(example: Disk) -> StagedCloud:
    cloud = StagedCloud(example, 'after_deploy = ["migrate"]')
    cloud.outputs = {**cloud.outputs, "tenant": {"url": "u", "run_task": {"migrate": {"taskDefinition": f"{ARN}:1"}}}}
    cloud.perform("apply", "")
    cloud.deploy()
    return cloud


def test_after_a_deploy_it_runs_when_that_is_recorded(after: StagedCloud) -> None:
    assert (after.verbs, len(after.tasks)) == (["plan", "apply", "migrate"], 1)
    recorded: list[Any] = []
    after.meanwhile = lambda: recorded.append(after.record("acme")["builds"])
    again(after).deploy(*BUILD_2)
    assert recorded == [{"service1-build": "2"}]
    again(after).deploy("-var", "memory=9")
    assert after.tasks == [], "neither a build nor its definition is another"


def test_one_task_may_run_before_and_after(example: Disk) -> None:
    cloud = StagedCloud(example, 'before_deploy = ["migrate"]\nafter_deploy = ["migrate"]')
    cloud.outputs = {**cloud.outputs, "tenant": {"url": "u", "run_task": {"migrate": {"taskDefinition": f"{ARN}:2"}}}}
    cloud.perform("apply", "")
    cloud.deploy()
    assert [task.when for task in cloud.tasks] == ["before_deploy", "after_deploy"]


def test_a_failure_after_a_deploy_is_one_of_what_runs(after: StagedCloud) -> None:
    after.wrong = TaskFailed("migrate failed (web 1)")
    with pytest.raises(TaskFailed, match="migrate failed") as error:
        again(after).deploy(*BUILD_2)
    assert "rollback" in error.value.hint
    record = after.record("acme")
    assert (record["builds"], record["failed"]["check"]) == ({"service1-build": "2"}, "after_deploy")


def test_one_that_failed_after_a_deploy_runs_again_with_the_next_apply(after: StagedCloud) -> None:
    """Or the builds would count as good without it."""
    after.wrong = TaskFailed("migrate failed (web 1)")
    with pytest.raises(TaskFailed):
        again(after).deploy(*BUILD_2)
    after.wrong = None
    again(after).deploy(*BUILD_2)
    assert ([task.name for task in after.tasks], after.record("acme").get("failed")) == (["migrate"], None)
    again(after).deploy(*BUILD_2)
    assert after.tasks == []


@pytest.mark.parametrize("check", ["smoke test", "after_deploy"])
def test_after_an_apply_that_failed_it_runs_with_the_next(after: StagedCloud, check: str) -> None:
    """Of several applies the first may have failed at its smoke test, before the tasks after the last."""
    file = after.states / "ap-southeast-2/app-test/tenants/acme/orchestrate.json"
    failed = {"at": "2026-01-02T03:04:05Z", "by": "me", "error": "no", "check": check}
    file.write_text(json.dumps({**after.record("acme"), "failed": failed}))
    again(after).deploy()
    assert len(after.tasks) == 1


def test_a_task_after_a_deploy_that_is_not_there(after: StagedCloud) -> None:
    after.outputs = {**after.outputs, "tenant": {"url": "u"}}
    with pytest.raises(ConfigError, match="has no task 'migrate', which after_deploy names"):
        again(after).deploy(*BUILD_2)


def test_a_failed_apply_runs_none_after(after: StagedCloud) -> None:
    after.engine.behaviour = lambda run, step: FAILED if step.argv[1] == "apply" else after.behave(run, step)
    with pytest.raises(TerraformFailed):
        again(after).deploy(*BUILD_2)
    assert after.tasks == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('before_deploy = "migrate"', "before_deploy: give a list of names of tasks"),
        ("after_deploy = [1]", "after_deploy: give a list of names of tasks"),
        ('task_timeout = "soon"', "task_timeout"),
        ('task_timeout = "0"', "task_timeout"),
        ("task_timeout = 3", "task_timeout must be a string"),
    ],
)
def test_settings_that_are_none(example: Disk, line: str, message: str) -> None:
    example.append(f"{LIVE}/stack.hcl", f"{line}\n")
    cloud = StagedCloud(example)
    with pytest.raises(ConfigError, match=message) as error:
        cloud.deployer().project.stack("app-live", "ap-southeast-2")
    assert error.value.where == f"{LIVE}/stack.hcl:5"
