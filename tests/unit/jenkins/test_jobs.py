"""The jobs that this project's configuration makes, in the stand-in: where their pipelines are, which groups may start them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from standin import ROOT, Jenkins, Wanted

pytestmark = pytest.mark.groovy
SHELL = {"PATH": os.environ["PATH"]}
TEAM, RELEASE = "developers", "release-managers"


@pytest.fixture(scope="module")
def script() -> str:
    argv = [sys.executable, "-m", "wrapper", "--root", str(ROOT), "jenkins", "casc", "--jobs", "--json"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    (jobs,) = json.loads(done.stdout)["jobs"]
    return str(jobs["script"])


def made(folder: Path, script: str) -> dict[str, dict[str, object]]:
    """What the stand-in keeps of every folder and job."""
    Jenkins(folder, SHELL, jobs=[script]).run(timeout=300)
    files = [*folder.glob("jobs/**/folder.json"), *folder.glob("jobs/**/job.json")]
    return {str(file.parent.relative_to(folder / "jobs")): json.loads(file.read_text()) for file in files}


def test_a_team_deploys_to_test_and_only_release_managers_to_what_is_protected(tmp_path: Path, script: str) -> None:
    there = made(tmp_path, script)
    may = {path: rights["rights"] for path, rights in there.items() if "rights" in rights}
    start = ["Job/Build", "Job/Cancel"]
    assert may["shop"] == {TEAM: ["Job/Read"], RELEASE: ["Job/Read"]}
    assert may["shop/appcluster-test"] == {TEAM: start, RELEASE: start}
    assert may["shop/appcluster-live"] == may["shop/appcluster-staging"] == {RELEASE: start}

    jobs = {path for path, job in there.items() if "scriptPath" in job}
    assert {path.removeprefix("shop/appcluster-live/") for path in jobs if "-live/" in path} == {
        "promote", "promote-older", "rollback", "drift", "fleet",
    }  # fmt: skip
    assert {
        *(f"shop/services/{name}" for name in ("service1", "service2", "api", "worker")),
        "shop/nightly-destroy",
        "shop/appcluster-test/deploy",
    } < jobs
    paths = {str(there[job]["scriptPath"]) for job in jobs} - {"Jenkinsfile"}
    assert paths == {f"jenkins/{file.name}" for file in (ROOT / "jenkins").glob("*.Jenkinsfile")} - {
        "jenkins/service-build.Jenkinsfile"
    }
    assert there["shop/appcluster-live/drift"]["triggers"] == [{"cron": "0 6 * * 1-5", "zone": "Australia/Sydney"}]
    assert there["shop/expired"]["triggers"] == [{"cron": "15 * * * *", "zone": "Australia/Sydney"}]
    assert there["shop/nightly-destroy"]["triggers"] == [{"cron": "0 20 * * *", "zone": "Australia/Sydney"}]


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ("lightweight()", "lihgtweight()", "lihgtweight does not stand in cpsScm"),
        ("'Job/Build'", "'Job/Bulid'", "no permission is called Job/Bulid"),
    ],
)
def test_the_stand_in_refuses_what_the_plugin_does(
    tmp_path: Path, script: str, before: str, after: str, word: str
) -> None:
    with pytest.raises(AssertionError, match=word.replace("*", r"\*")):
        made(tmp_path, script.replace(before, after))


def test_a_choice_that_is_not_the_jobs_own_is_refused(tmp_path: Path, script: str) -> None:
    """Rights by folder hold only if no build of a folder's job can deploy to another stack."""
    jenkins = Jenkins(tmp_path, SHELL, jobs=[script], repositories={"https://git.example.com/project.git": ROOT})
    (built,) = jenkins.run(
        Wanted("shop/appcluster-test/rollback", params={"STACK": "appcluster-live", "TENANT": "acme"})
    )
    assert built.result == "FAILURE" and "Illegal choice for parameter STACK: appcluster-live" in built.log, str(built)
