"""Each command that a message suggests is typed as printed, on the stack that the message is about. A command that is new in
the source has no row here, and fails."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import suggestions
from aws_typed import check_aws
from cloud import Cloud
from options_walk import TREE
from project_on_disk import REGION, Disk
from shop import (
    ID,
    LOCKED,
    NOT_RELEASED,
    Shop,
    agents,
    changed_stack,
    damaged_state,
    jobs_alone,
    load_balancer_of_a_changed_stack,
    lost_engine,
    missing_state,
    newer_journal,
    no_load_balancer,
    no_state_waits,
    not_good,
    printed_state,
    promotion,
    rolled_back,
    two_rules_of_merging,
    unpromoted,
    unreadable_hold,
    unsaved_elsewhere,
    unset,
    waiting_state,
    with_a_lock,
)

from wrapper.aws import quota_headroom, task_definitions
from wrapper.aws.quota_headroom import Headroom
from wrapper.aws.quotas import QUOTAS
from wrapper.cli.invocation import form_of, parse
from wrapper.cli.main import _EXAMPLES
from wrapper.cli.options import Options
from wrapper.cli.session import CliSession
from wrapper.deploy.leftovers import _way
from wrapper.model.nouns import Outcome
from wrapper.terraform.commands import VERBS

ROOT = Path(__file__).resolve().parents[3]
STACKS = ["app-test", "app-live"]  # the second is protected


def of_aws(hint: str) -> Callable[[Shop], str]:
    def row(shop: Shop) -> str:
        for command in re.findall(r"aws (?:(?! shows |[;)]).)+", hint):
            check_aws(command.strip())
        return ""

    return row


MORE = quota_headroom.request(Headroom(next(q for q in QUOTAS if q.code), 5, 3, 4, 1), REGION)
REVISIONS = task_definitions._left(ValueError("denied"), REGION, ["web"]).hint
ARN = f"arn:aws:sqs:{REGION}:123456789012:jobs"

# Where a text is in the source -> how its message comes up. Commands of the tool in it are typed; others it has run itself.
RUN: dict[str, Callable[[Shop], str]] = {
    "aws/identity.py:_ask: aws sts get-caller-identity shows your identity": of_aws("aws sts get-caller-identity"),
    "aws/identity.py:_credentials: aws sts get-caller-identity shows the same": of_aws("aws sts get-caller-identity"),
    "aws/quota_headroom.py:request: aws service-quotas request-service-quota-increase --region {} --service-code {} "
    "--quota-code {} --desired-value {}": of_aws(MORE),
    "aws/remaining_resources.py:left: aws sts get-caller-identity": of_aws("aws sts get-caller-identity"),
    "aws/task_definitions.py:_left: list them: aws ecs list-task-definitions --region {} --family-prefix {} ; for each: aws ecs "
    "deregister-task-definition --region {} --task-definition FAMILY:REVISION": of_aws(REVISIONS),
    "cli/command.py:help_of: see: ./orchestrate {} --help": lambda shop: shop.say("plan", "--qqqqqqqqqqqq").err,
    "cli/commands/builds.py:command: suggest: tenants": lambda shop: shop.say("builds", tenant="acme").err,
    "cli/commands/jenkins.py:_output_value: suggest: apply": lambda shop: (
        shop.type(f"x jenkins casc {shop.name} {REGION}").err
    ),
    "cli/commands/jenkins.py:casc: suggest: jenkins casc {}": agents,
    "cli/commands/jenkins.py:casc: ./orchestrate jenkins casc --jobs": jobs_alone,
    "cli/commands/keep.py:_keep: to see what reap would destroy: ./orchestrate reap": lambda shop: (
        shop.type("x keep global --until 2999-01-01").err
    ),
    "cli/commands/keep.py:command: see: ./orchestrate keep --help": lambda shop: (
        shop.type(f"x keep {shop.name} {REGION} --off --reason x").err
    ),
    "cli/commands/promote.py:take: suggest: apply": lambda shop: promotion(shop, "next"),
    "cli/commands/reap.py:_check_words: to narrow it: ./orchestrate reap {}": lambda shop: (
        shop.type(f"x reap {shop.name} {REGION}").err
    ),
    "cli/commands/tenant.py:add: suggest: apply": lambda shop: (
        shop.type(f"x tenant add newone {shop.name} {REGION} --from acme").out
    ),
    "cli/commands/tenant.py:show: suggest: vars": lambda shop: (
        shop.apply(tenant="acme") or shop.type(f"x tenant show acme {shop.name} {REGION}").out
    ),
    "cli/invocation.py:_place: ./orchestrate {} STACK [REGION] ; see ./orchestrate stacks": lambda shop: (
        shop.type("x plan").err
    ),
    "deploy/build_guard.py:_not_there: suggest: promote {}": unpromoted,
    "deploy/build_words.py:_not_good: suggest: rollback": not_good,
    "deploy/deployer.py:ensure_stack: suggest: apply": changed_stack,
    "deploy/leftovers.py:_way: suggest: import {} {}": lambda shop: (
        shop.apply(tenant="acme") or _way(shop.layer("acme"), ARN, ["module.a.aws_sqs_queue.jobs"])
    ),
    "deploy/merge_choice.py:_choose: suggest: vars --merge-diff": two_rules_of_merging,
    "deploy/recorder.py:rollback_command: suggest: rollback": rolled_back,
    "deploy/recovery.py:_elsewhere: suggest: state push {}": unsaved_elsewhere,
    "deploy/recovery.py:_lost: suggest: {} --state-lost why it is lost": missing_state,
    "deploy/slot_allocator.py:_no_room: suggest: apply": no_load_balancer,
    "deploy/slot_allocator.py:_only_growth: suggest: apply": load_balancer_of_a_changed_stack,
    "deploy/stack_outputs.py:of: suggest: apply": lambda shop: shop.say("plan", tenant="acme").err,
    "engines/docker.py:_unknown: suggest: plan": lost_engine,
    "fleet/journal.py:_lines: rm {}": newer_journal,
    "reaper/rules.py:_ending: ./orchestrate keep": unreadable_hold,
    "run/unsaved.py:_aside: suggest: plan": damaged_state,
    "run/unsaved.py:_none: suggest: state push {}": no_state_waits,
    "run/unsaved.py:_printed: suggest: state push FILE": printed_state,
    "run/unsaved.py:_waits: suggest: state push {}": waiting_state,
    "run/unsaved.py:_way_out: suggest: force-unlock -force {}": with_a_lock,
    "run/unsaved.py:_way_out: suggest: state push {}": with_a_lock,
    "terraform/commands.py:parse_verb: see: ./orchestrate --help": lambda shop: shop.type("x nothing-like-it").err,
    "terraform/environment.py:check: unset {}: it would change what Terraform does behind the command line": unset(
        "TF_WORKSPACE"
    ),
    "terraform/environment.py:check: values come from files and -var: unset {} and give -var {}=...": unset(
        "TF_VAR_memory"
    ),
    "terraform/failures.py:_killed: suggest: plan": lambda shop: shop.fails("plan", code=137),
    "terraform/failures.py:_locked: suggest: force-unlock -force {}": lambda shop: shop.fails("plan", stderr=LOCKED),
    "terraform/failures.py:_not_released: suggest: force-unlock -force {}": lambda shop: shop.fails(
        "apply", stderr=f"{NOT_RELEASED}Lock Info:\n  ID:        {ID}\n"
    ),
    "terraform/failures.py:_not_released: suggest: plan": lambda shop: shop.fails("apply", stderr=NOT_RELEASED),
    "terraform/failures.py:_provider_killed: suggest: plan": lambda shop: shop.fails("apply", out_of_memory=True),
}
# Run by another test, which needs more than an engine of ours.
ELSEWHERE = {
    "engines/docker.py:_unknown: the container may go on until Terraform has saved its state; this shows it: docker ps -a "
    "--filter name={} ; when it has ended: {}": (
        "tests/e2e/test_recovery.py::test_an_engine_that_goes_away_says_nothing_of_the_outcome"
    ),
    "engines/docker.py:_wait_for_name: wait for it with -lock-timeout=10m, or look: docker top {}": (
        "tests/e2e/test_recovery.py::test_an_engine_that_goes_away_says_nothing_of_the_outcome"
    ),
    "cli/commands/exec.py:command: suggest: apply": (
        "tests/unit/cli/commands/test_exec.py::test_a_task_that_was_started_without_it"
    ),
    "deploy/stopping.py:present: suggest: apply": "tests/unit/deploy/test_stopping.py::test_a_service_that_is_gone",
    "deploy/ending.py:of_apply: suggest: start": (
        "tests/unit/deploy/test_stopped_apply.py::test_it_deploys_without_a_task_and_says_so"
    ),
    "deploy/ending.py:keeping: suggest: keep --until {}": (
        "tests/unit/cli/commands/test_expired_tenants.py::test_the_command_that_an_apply_prints_keeps_it"
    ),
    "cli/commands/keep.py:_move: suggest: apply --ttl 3d": (
        "tests/unit/cli/commands/test_keep.py::test_a_tenant_that_has_no_end_is_told_how_it_gets_one"
    ),
    "cli/commands/stop.py:_stopped: suggest: start {}": (
        "tests/unit/cli/commands/test_stop.py::test_it_is_stopped_and_started"
    ),
    "operations/status.py:load: suggest: apply": (
        "tests/unit/operations/test_status.py::test_a_layer_that_was_never_applied"
    ),
    "operations/status.py:load_tenants: suggest: apply": (
        "tests/unit/operations/test_status.py::test_a_stack_that_was_never_applied"
    ),
    "aws/task_run.py:_started: look: aws ecs list-tasks --region {} --cluster {} --started-by {}": (
        "tests/unit/aws/test_task_run.py::test_whether_it_started_is_not_known"
    ),
    "aws/task_run.py:stop:   stop it: aws ecs stop-task --region {} --cluster {} --task {}": (
        "tests/unit/aws/test_task_run.py::test_a_task_that_cannot_be_stopped_has_the_command_that_does"
    ),
    "project/git.py:_trusted: to trust it: git config --global --add safe.directory {}": (
        "tests/unit/project/test_git.py::test_a_repository_of_another_user_is_called_so"
    ),
    "cli/commands/adopt.py:command: suggest: plan": (
        "tests/unit/cli/commands/test_adopt.py::test_the_command_that_it_prints_is_typed"
    ),
    "cli/root_checks.py:_check_provider: lock a version that it takes: ./orchestrate providers lock --upgrade {} ; or change the "
    "constraint": "tests/e2e/test_versions.py::test_two_versions_from_one_image",
    "cli/commands/new.py:_tell: ./orchestrate --root {} --sandbox apply {} -var tenant=acme": (
        "tests/unit/cli/commands/test_new.py::test_the_command_that_it_prints_works_as_printed"
    ),
    "cli/commands/upgrade.py:_tell: : merge it, then ./orchestrate upgrade --merged {}": (
        "tests/unit/cli/commands/test_upgrade.py::test_what_was_edited_is_left_until_it_is_merged"
    ),
    "state/s3.py:restoring: aws s3api copy-object {} --copy-source {}": (
        "tests/sandbox/state/test_s3.py::test_the_version_before_is_named_and_its_command_puts_it_back"
    ),
    "state/store.py:restoring: cp {} {}": (
        "tests/unit/state/test_store.py::test_the_state_before_is_put_back_by_the_command_that_is_named"
    ),
}
# What locks providers, starts a sandbox, builds an image or makes a bucket is only looked up: its help is there, for exactly these
# words.
LOOKED_UP = {
    "cli/prerequisites.py:built: you need to do nothing: the first run builds it (or run ./orchestrate image)",
    "cli/image_settings.py:_locked: {} has no lock file, so the image also holds this tool's providers for it; to lock what it has "
    "now: ./orchestrate providers lock",
    "cli/image_settings.py:relock: ./orchestrate providers lock {}",
    "cli/remote_modules.py:_tell: module {} ({}) is {}, as fetched on {}; for a newer one: ./orchestrate modules fetch --upgrade",
    "cli/session.py:store: start it: ./orchestrate sandbox start",
    "cli/commands/exec.py:_in_sandbox: start it with containers: ./orchestrate sandbox reset --containers",
    "engines/image/package_checks.py:_relock: ./orchestrate providers lock {}",
    "terraform/failures.py:_not_in_the_image: the image holds what the roots lock: ./orchestrate providers lock ; or change the "
    "root's constraint; or say another Terraform in orchestrate.hcl (docs/image.md). The host engine has the terraform on PATH, "
    "and the providers of its mirror, if it has one. `terraform init -upgrade` does not help",
    "terraform/failures.py:: a run has no key and downloads no module: leave out -upgrade or -update; this fetches what is newer: "
    "./orchestrate modules fetch --upgrade",
    "engines/docker.py:_ended: build the image again: ./orchestrate image --force",
    "engines/docker.py:_translated: build it: ./orchestrate image",
    "cli/commands/sandbox.py:_with_containers: start one: ./orchestrate sandbox start --containers",
    "cli/session.py:run: {}: {}: {} does not run: in a sandbox without containers no task ends (start it with containers: "
    "./orchestrate sandbox reset --containers)",
    "cli/sandbox_drills.py:chosen: see what runs: ./orchestrate sandbox status",
    "containers/lifecycle.py:_other_speed: empty it first: ./orchestrate sandbox reset --containers --speed N",
    "containers/lifecycle.py:_start: read the log, then: ./orchestrate sandbox reset",
    "sandbox/lifecycle.py:_other_mode: ./orchestrate sandbox reset",
    "sandbox/lifecycle.py:_unavailable: read the log, then: ./orchestrate sandbox reset",
    "sandbox/lifecycle.py:usable: stop it first, which empties it: ./orchestrate sandbox stop",
    "state/s3.py:_translated: create it: ./orchestrate bootstrap {}",
}
# They change the machine, or ask a person.
OF_THE_MACHINE = {
    "aws/calls.py:: log in again (aws sso login), then run the command again",
    "aws/calls.py:refusal: is the Region enabled in this account (aws account list-regions)? else {}",
    "state/s3.py:_translated: log in again (aws sso login), then run the command again",
    'cli/image_settings.py:_digests_of: write terraform_digests = { "{}" = { zip_amd64 = "...", zip_arm64 = "..." } } in '
    "orchestrate.hcl; the digests: curl -fsS {}",
    "aws/identity.py:_credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID, log in (aws sso login), use an instance or task role, or "
    "try it without an account: --sandbox",
    "cli/launcher.py:lacking: install the tool with its packages: pipx install FILE.whl; without a network, from a folder with "
    "their wheels: pip install --no-index --find-links DIR FILE.whl",
    "containers/engine.py:connect: start it (systemctl start docker), or start the sandbox without --containers",
    "containers/haproxy.py:program: install it (apt-get install haproxy), or start the sandbox without --containers",
    "engines/docker.py:_how_to_start: start it (systemctl start docker), install it (make engine), or use --engine host",
    "engines/docker.py:_how_to_start: your user may not use it: join the group docker (newgrp docker), or run as root",
    "engines/docker.py:_no_engine: start it again (systemctl restart docker), or use --engine host",
    "engines/image/debian_base.py:no_debootstrap: debootstrap is not installed (as root: apt-get install debootstrap)",
    "deploy/adoption.py:_in_file: `terraform state pull > FILE` in the old root writes one",
    "sandbox/lifecycle.py:_stuck: read the log; to end it, which empties it: kill -9 {}",
}
USAGE = {  # forms with names in capitals, and examples of a help text
    "cli/commands/adopt.py:command: For example: ./orchestrate adopt shop-test -var tenant=acme --from "
    "s3://old-states/acme/terraform.tfstate",
    "cli/commands/bootstrap.py:command: ./orchestrate bootstrap REGION STACK",
    "cli/commands/completion.py:command: Print shell completion. Bash: source <(./orchestrate completion bash)",
    "cli/commands/keep.py:command: For example: ./orchestrate keep appcluster-test ap-southeast-2 -var tenant=pr-7 --until "
    "2099-12-01",
    "cli/commands/stop.py:command: For example: ./orchestrate stop appcluster-test ap-southeast-2 -var tenant=acme --reason "
    "'until the audit'",
    "cli/commands/start.py:command: For example: ./orchestrate start appcluster-test ap-southeast-2 -var tenant=acme",
    "cli/commands/exec.py:command: For example: ./orchestrate exec appcluster-test ap-southeast-2 -var tenant=acme --container "
    "service1 -- ls -l /",
    "cli/commands/logs.py:command: For example: ./orchestrate logs appcluster-test ap-southeast-2 -var tenant=acme --since 15m "
    "--follow",
    "cli/commands/restart.py:command: For example: ./orchestrate restart appcluster-test ap-southeast-2 -var tenant=acme --service "
    "acme",
    "cli/commands/run_task.py:command: For example: ./orchestrate run-task appcluster-test ap-southeast-2 -var tenant=acme "
    "--service acme -- ./migrate up",
    "cli/commands/status.py:command: For example: ./orchestrate status appcluster-test ap-southeast-2 -var tenant=acme --watch",
    "cli/commands/new.py:command: For example: ./orchestrate new shop --services web,api --region eu-west-1",
    "cli/commands/report.py:comment_on: For example: ./orchestrate report comment plan.json --post",
    "cli/commands/upgrade.py:command: For example: ./orchestrate upgrade --check",
    "project/project.py:no_project: go into one, name it with --root DIR, or make one: ./orchestrate new DIR",
    "cli/commands/promote.py:command: ./orchestrate promote FROM TO [REGION] -var tenant=NAME",
}
MODULES_OF_NO_MESSAGE = (
    "cli/main.py",
    "cli/typed_options.py",
)  # the examples of --help, which test_help types; a pattern
# What the tool runs itself or shows in a dry run, and parts of a text that is in another row.
NO_MESSAGE = {
    "cli/commands/sandbox.py:drill: kill sick fill",
    "cli/commands/promote.py:_many: promote {} {} {}",
    "deploy/build_guard.py:_not_there: promote {}",
    "engines/container.py:describe: docker run --rm --interactive --pull=never --name={} --hostname={} --user={} --read-only "
    "--cap-drop=ALL --security-opt=no-new-privileges --pids-limit={} --memory={} --tmpfs=/tmp:{} --stop-timeout={} "
    "--log-driver={} {} --network={} --workdir={}",
    "engines/docker.py:as_typed: docker exec {} ",
    "engines/image/debian_base.py:apt_mirrors: apt-get indextargets --format {} Created-By: Packages",
    'engines/provider_lock.py:_script: terraform get -no-color >/dev/null && exec "$@"',
    "engines/provider_lock.py:_script: terraform providers lock -no-color {} {}",
    "engines/module_fetch.py:: ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=20",
    "engines/module_fetch.py:fetch: terraform get -no-color",
    "model/naming.py:container_name: orchestrate {} {} {} {}",
    "project/git.py:_ask: git -C {} {}",
    "run/unsaved.py:_aside: put it aside: mv {} {} ; what that run created or changed is then in no state: `import` takes in what "
    "exists, and this shows what is missing: {}",
}
# They begin like a command, and are none.
SENTENCES = {
    "cli/prerequisites.py:terraform: the host engine needs Terraform {}; docker does not",
    "cli/prerequisites.py:terraform: {} does not answer to `terraform version`",
    "deploy/turn.py:_check_planned: nothing was changed; make a new plan",
    "engines/docker.py:_ended: its folders must belong to you: chown them",
    "engines/docker.py:_translated: docker info and the daemon's log say more",
    "engines/fetch_failures.py:_denied: git needs a login: ~/.netrc, or a credential in ~/.gitconfig (url.insteadOf)",
    "engines/fetch_failures.py:_no_ref: the commit, tag or branch after ?ref= is gone or misspelt: git ls-remote lists them",
    "engines/fetch_failures.py:pinned_gone: make the plan again",
    "engines/provider_lock.py:lock: terraform providers lock failed: {}",
    "engines/short_container.py:run: docker info and the daemon's log say more",
    "project/project.py:folders: make it, or take its name out of folders",
    "fleet/confirmation.py:to_destroy: destroy {}: first its tenants ({}){}",
    "project/copied_parts.py:check_older: orchestrate {} copied the modules of this project; this is {}",
    "project/git.py:commit: no commit is recorded: git refuses this repository: {}; {}",
    "project/git.py:laid_out: git log names them; a shallow clone has few",
    "project/git.py:laid_out: git refuses this repository: {}",
    "project/paths.py:_check_links: make what it leads to, or remove the link",
    'project/project.py:_source: make that folder, or write source = "{}" in stack.hcl',
    "run/plan_file.py:_whole: make a new plan of {} with -out=FILE",
    "run/plan_file.py:check: make a new plan of {} with -out=FILE",
    "run/plan_file.py:check: make it with this tool: plan ... -out=FILE",
    "run/plan_file.py:check: make one with plan ... -out=FILE",
    "run/retry.py:_of_a_dead_run: its Terraform may go on in a container (docker ps); if none does: {}",
    "sandbox/lifecycle.py:usable: orchestrate {} started the sandbox that runs; this is {}",
    "terraform/caller_values.py:from_environment: export it first, or write {} {}=NAME with the name of another",
    "terraform/failures.py:_overtaken: nothing was changed; make a new plan",
    "terraform/tainted.py:untainted: {}: terraform untaint comes before the plan, so that it is updated in place",
}


# Where options of AWS's, Docker's and git's programs are.
OF_OTHER_PROGRAMS = (
    "aws/quota_headroom.py",
    "cli/launcher.py",
    "aws/task_definitions.py",
    "containers/",
    "engines/container.py",
    "engines/docker.py",
    "engines/image/",
    "engines/module_fetch.py",
    "aws/task_run.py",
    "project/git.py",
    "sandbox/",
    "state/s3.py",
)


@pytest.fixture(params=STACKS)
def shop(
    example: Disk, request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shop:
    monkeypatch.chdir(example.root)
    example.write(f"config/{REGION}/app-live/stack.hcl", 'source = "app"\nprotected = true\n')  # deployed to by apply
    cloud = Cloud(example, request.param, REGION)
    return Shop(cloud, request.param, capfd, {"USER": "me", "PATH": os.defpath})


def commands_in(text: str) -> list[str]:
    found = re.findall(r"\./orchestrate (?:(?! && |[;)`\n]).)*", text)
    return [one.strip() for one in found if not re.search(r"\b(?!FILE)[A-Z]{2,}\b", one)]


def test_every_suggestion_of_the_source_has_a_row() -> None:
    found = {t for t in suggestions.collected() if not t.startswith(MODULES_OF_NO_MESSAGE)}
    assert found == {*RUN, *ELSEWHERE, *LOOKED_UP, *OF_THE_MACHINE, *USAGE, *NO_MESSAGE, *SENTENCES}


@pytest.mark.parametrize("text", RUN)
def test_what_is_printed_is_typed(shop: Shop, text: str) -> None:
    message = RUN[text](shop)
    printed = commands_in(message)
    assert printed or "./orchestrate" not in message, message
    assert ("suggest: " in text or suggestions.TOOL in text) == bool(printed), message
    for variable in ("TF_WORKSPACE", "TF_VAR_memory"):
        shop.environ.pop(variable, None)
    for line in printed:
        said = shop.type(line)
        assert said.code in (0, 2), f"{line}\n{said.err}"  # 2: the plan of these tests sees changes


@pytest.mark.parametrize("test", sorted({*ELSEWHERE.values()}))
def test_what_another_test_runs_is_run_there(test: str) -> None:
    file, _, name = test.partition("::")
    assert f"\ndef {name}(" in (ROOT / file).read_text()


@pytest.mark.parametrize("text", sorted(LOOKED_UP))
def test_what_is_only_looked_up_is_there(shop: Shop, text: str) -> None:
    (command,) = commands_in(text.replace("{}", f"{REGION} {shop.name}"))
    said = shop.type(f"{command} --help")
    assert said.code == 0, said.err


def test_a_new_command_of_a_message_is_found() -> None:
    texts = {
        "f\"wait: {suggest('plan', layer)}\"": "suggest: plan",
        '"do it: ./orchestrate plan x"': "do it: ./orchestrate plan x",
        'f"first: mv {a} {b}; rm {c}"': "first: mv {} {}; rm {}",
        'shlex.join(["cp", a, b])': "cp {} {}",
        'f"then: promote {a} {b}"': "then: promote {} {}",
        '"(git gc)"': "(git gc)",
    }
    for call, text in texts.items():
        source = f'class A:\n    def b(self):\n        """./orchestrate x"""\n        say({call})\n'
        assert [*suggestions.in_source(source)] == [("b", text)]
    assert not [*suggestions.in_source('say("an apply makes it; keep the plan")')]


def test_the_examples_of_the_help_are_command_lines_of_this_project() -> None:
    lines = re.findall(r"(?m)^  (\./orchestrate .*?)(?:   |$)", _EXAMPLES.replace("\\\n", " "))
    assert len(lines) == 7
    for line in lines:
        (verb,) = (word for word in line.split() if word in VERBS)
        context = TREE[(verb,)].make_context(verb, [w for w in shlex.split(line)[1:] if w not in (verb, "--sandbox")])
        found = parse(CliSession(Options().merged({"root": str(ROOT)})), form_of(VERBS[verb]), context.params["words"])
        assert found.stack.name.startswith("appcluster-"), line


def test_an_option_that_a_text_names_is_one_of_the_tool() -> None:
    known = {option for command in TREE.values() for parameter in command.params for option in parameter.opts}
    for file in suggestions.WRAPPER.rglob("*.py"):
        name = str(file.relative_to(suggestions.WRAPPER))
        if not name.startswith(OF_OTHER_PROGRAMS):
            assert suggestions.options(file.read_text("utf-8")) <= known | {"--help", "--version"}, name


def test_it_is_for_the_place_where_the_command_was_typed(shop: Shop) -> None:
    """--root, --engine and --sandbox, each where the suggested command takes it."""
    shop.apply(tenant="acme")
    shop.cloud.fails[shop.layer("acme").label, "plan"] = Outcome(1, ok=False, stderr=LOCKED)
    root = str(shop.cloud.disk.root)
    said = shop.type(f"x plan --engine host --root={root} {shop.name} {REGION} -var tenant=acme")
    (line,) = commands_in(said.err)
    assert line.startswith(f"./orchestrate --root={root} --engine host force-unlock {shop.name}")
    shop.cloud.fails.clear()
    assert shop.type(line).code == 0
    narrowed = shop.type(f"x --sandbox reap {shop.name}").err
    assert f"./orchestrate --sandbox reap --stack {shop.name}\n" in narrowed
    assert "./orchestrate stacks\n" in shop.type("x --sandbox plan").err
