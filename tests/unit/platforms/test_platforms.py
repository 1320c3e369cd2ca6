"""The files for GitHub Actions and GitLab CI: their form, what they may do, and that the tool takes what they call."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from options_walk import TREE
from platforms import (
    GITHUB,
    GITLAB,
    Script,
    begins,
    command_lines,
    github,
    github_job,
    gitlab,
    gitlab_jobs,
    loaded,
    read,
)

from wrapper.model.duration import parse
from wrapper.project import example_text
from wrapper.reaper import time_zones

WEBHOOKS = ("ORCHESTRATE_SLACK_WEBHOOK", "ORCHESTRATE_TEAMS_WEBHOOK")
NAMES = [file.stem for file in GITHUB]
SCRIPTS = [
    *((f"github/{file.stem}", script) for file in GITHUB for script in github(file, {})),
    *((f"gitlab/{name}", script) for name in gitlab_jobs() for script in gitlab(name)),
]


CALLS = [(name, words) for name, script in SCRIPTS for words in command_lines(script)]


OF_GITHUB = ["pull-request", "pull-request-end"]  # GitLab starts no pipeline when a merge request is closed


def test_each_platform_has_the_same_jobs() -> None:
    assert (
        sorted({*NAMES} - {*OF_GITHUB})
        == sorted(gitlab_jobs())
        == ["apply", "drift", "expired", "nightly-destroy", "plan"]
    )
    assert {*OF_GITHUB} < {*NAMES}


def test_the_platforms_own_schemas_take_them() -> None:
    """Those that check-jsonschema has from schemastore.org and gitlab.com; it reaches no network for them."""
    for schema, files in (("github-workflows", GITHUB), ("gitlab-ci", [GITLAB])):
        argv = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *map(str, files)]
        done = subprocess.run(argv, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_schema_finds_a_fault(tmp_path: Path) -> None:
    (tmp_path / "plan.yml").write_text(GITHUB[0].read_text().replace("steps:", "stepz:"))
    argv = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
        tmp_path / "plan.yml",
    ]
    assert subprocess.run(argv, capture_output=True).returncode == 1


@pytest.mark.parametrize("file", GITHUB, ids=NAMES)
def test_what_they_use_is_pinned_by_its_commit(file: Path) -> None:
    used = re.findall(r"uses: (.*)", file.read_text())
    assert used and [one for one in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


@pytest.mark.parametrize("file", GITHUB, ids=NAMES)
def test_they_may_do_no_more_than_they_need(file: Path) -> None:
    whole = loaded(file)
    needed = {"contents": "read", "id-token": "write"}
    assert whole["permissions"] == needed | ({"pull-requests": "write"} if file.stem == "plan" else {})
    secrets = {*re.findall(r"secrets\.\w+", file.read_text())}
    assert "permissions" not in github_job(file)
    assert secrets == (
        {f"secrets.{v}" for v in WEBHOOKS} if file.stem in ("drift", "nightly-destroy", "expired") else set()
    )
    checkout = whole["jobs"][next(iter(whole["jobs"]))]["steps"][0]["with"]
    of_request = {"ref": "${{ github.event.pull_request.head.sha }}"} if file.stem in OF_GITHUB else {}
    assert checkout == {"persist-credentials": False, **of_request}


@pytest.mark.parametrize(("name", "script"), SCRIPTS)
def test_no_expression_is_written_into_a_script(name: str, script: Script) -> None:
    """The name of a branch would write into the command. Values come by the environment, quoted."""
    assert "${{" not in script.text
    bare = re.sub(r"\$\{\w*NOTIFY:\+[^}]*\}", "", re.sub(r'"[^"]*"', "", script.text))
    assert set(re.findall(r"\$\w+", bare)) <= {"$CI_JOB_NAME", "$ORCHESTRATE_PLAN_ROLE", "$ORCHESTRATE_APPLY_ROLE"}


@pytest.mark.parametrize(("name", "words"), CALLS)
def test_the_tool_takes_what_they_call(name: str, words: list[str]) -> None:
    command = next(TREE[key] for key in (tuple(words[:2]), tuple(words[:1])) if key in TREE)
    rest = words[2 if tuple(words[:2]) in TREE else 1 :]
    with click.Context(command, **command.context_settings) as context:
        parsed, unknown, _ = command.make_parser(context).parse_args(list(rest))
    assert [word for word in unknown if word.startswith("--")] == []
    if words[0] != "report":
        assert parse(parsed["timeout"]) == 50 * 60 and parsed["report"].startswith("reports/")
    of_request = name == "github/pull-request" and words[0] == "apply"
    assert ("confirm" in parsed) == (words[0] == "apply" and not of_request) and ("ttl" in parsed) == of_request
    assert ("yes" in parsed) == (words[0] == "reap")


def test_a_run_ends_before_the_platform_ends_it() -> None:
    assert {github_job(file)["timeout-minutes"] for file in GITHUB} == {60}
    assert {job["timeout"] for job in gitlab_jobs().values()} == {"1h"}


def test_an_apply_is_never_cut_off_by_the_next() -> None:
    for name in ("apply", "nightly-destroy", "expired"):
        (file,) = (file for file in GITHUB if file.stem == name)
        assert loaded(file)["concurrency"]["cancel-in-progress"] is False
        assert gitlab_jobs()[name]["interruptible"] is False and gitlab_jobs()[name]["resource_group"]


def test_when_they_begin() -> None:
    on = {file.stem: loaded(file)["on"] for file in GITHUB}
    assert [*on["plan"]] == ["pull_request"] and on["apply"] == {"push": {"branches": ["main"]}}
    assert on["pull-request"] == {"pull_request": {"types": ["opened", "synchronize", "reopened"]}}
    assert on["pull-request-end"] == {"pull_request": {"types": ["closed"]}}
    for name in ("drift", "nightly-destroy", "expired"):
        (schedule,) = on[name]["schedule"]
        assert time_zones.zone(schedule["timezone"]) and len(schedule["cron"].split()) == 5


def test_one_job_of_gitlab_begins() -> None:
    branch = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}
    schedule = {"CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}
    cases: dict[str, list[dict[str, str]]] = {
        "plan": [{"CI_PIPELINE_SOURCE": "merge_request_event"}],
        "apply": [branch],
        "drift": [schedule | {"ORCHESTRATE_SCHEDULE": "drift"}],
        "nightly-destroy": [schedule | {"ORCHESTRATE_SCHEDULE": "nightly-destroy"}],
        "expired": [schedule | {"ORCHESTRATE_SCHEDULE": "expired"}],
        "": [branch | {"CI_COMMIT_BRANCH": "feature"}, schedule],
    }
    for wanted, variables in ((name, one) for name, every in cases.items() for one in every):
        begun = [n for n, job in gitlab_jobs().items() if any(begins(rule["if"], variables) for rule in job["rules"])]
        assert begun == ([wanted] if wanted else []), variables


def test_the_role_of_gitlab(tmp_path: Path) -> None:
    """A plan gets the role that reads, an apply the one that writes; the token is for its owner alone, and goes."""
    environ = {
        "PATH": "/usr/bin:/bin",
        "CI_PROJECT_DIR": str(tmp_path / "p"),
        "CI_JOB_ID": "7",
        "ORCHESTRATE_PLAN_ROLE": "arn:plan",
        "ORCHESTRATE_APPLY_ROLE": "arn:apply",
        "ORCHESTRATE_AWS_TOKEN": "a token",
    }
    for name, role in (
        ("plan", "arn:plan"),
        ("drift", "arn:plan"),
        ("apply", "arn:apply"),
        ("nightly-destroy", "arn:apply"),
        ("expired", "arn:apply"),
    ):
        job: dict[str, Any] = gitlab_jobs()[name]
        show = 'env | grep ^AWS_ | sort; stat -c %a "$AWS_WEB_IDENTITY_TOKEN_FILE"; cat "$AWS_WEB_IDENTITY_TOKEN_FILE"'
        text = "\n".join([*job["before_script"], show])
        argv, env = ["bash", "-eo", "pipefail", "-c", text], environ | {"CI_JOB_NAME": name}
        done = subprocess.run(argv, env=env, capture_output=True, text=True)
        token = tmp_path / "p.tmp/aws-token"
        assert done.stdout.splitlines() == [
            f"AWS_ROLE_ARN={role}",
            "AWS_ROLE_SESSION_NAME=gitlab-7",
            f"AWS_WEB_IDENTITY_TOKEN_FILE={token}",
            "600",
            "a token",
        ], done.stderr
        subprocess.run(["bash", "-ec", "\n".join(job["after_script"])], env=environ, check=True)
        assert not token.exists()


@pytest.mark.parametrize("file", [*GITHUB, GITLAB], ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_in_a_new_project_they_name_its_stack_and_region(file: Path) -> None:
    text = example_text.renamed(file.read_text(), "shop", "eu-west-1")
    assert read(text) and "appcluster" not in text and "ap-southeast-2" not in text
    assert "[shop-test]" in text or file.stem in ("nightly-destroy", "expired")


def test_the_tenant_of_a_request_is_one_for_its_begin_and_its_end() -> None:
    """A run for a push and the end of the request never meet, and the request of a fork has no role."""
    begin, end = (next(file for file in GITHUB if file.stem == name) for name in OF_GITHUB)
    for part in ("env", "if", "strategy"):
        assert github_job(begin)[part] == github_job(end)[part]
    assert loaded(begin)["concurrency"] == loaded(end)["concurrency"]
    assert loaded(begin)["concurrency"]["cancel-in-progress"] is False
    assert github_job(begin)["env"]["TENANT"] == "pr-${{ github.event.number }}"
    assert github_job(begin)["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
