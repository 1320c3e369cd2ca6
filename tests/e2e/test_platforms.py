"""The jobs of GitHub Actions and GitLab CI, run: each step's text out of its file, in bash, with the platform's variables, the real
tool and Terraform, and a simulated AWS. The platform's list of comments is a server on loopback. ./orchestrate of a job is a fork
(forked.py)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import forked
import platforms
import pytest
from harness import REGION, SHARED, TENANT, Aws, Project, make
from platforms import Ran
from web_server import Answer, Asked, WebServer, serving

pytestmark = [pytest.mark.sandbox, pytest.mark.skipif(shutil.which("terraform") is None, reason="no terraform on PATH")]

STACK = "appcluster-test"
WEBHOOK = "/services/T0/B0/a-secret-of-the-webhook"
GITHUB = {
    "CI": "true",
    "GITHUB_ACTIONS": "true",
    "GITHUB_REF": "refs/pull/12/merge",
    "GITHUB_REPOSITORY": "acme/shop",
}
GITLAB = {
    "CI": "true",
    "GITLAB_CI": "true",
    "CI_JOB_ID": "7",
    "CI_MERGE_REQUEST_IID": "12",
    "CI_PROJECT_ID": "34",
    "GITLAB_TOKEN": "a token",
}


@dataclass
class Comments:
    """As either platform keeps them: numbered, written by POST, changed by PATCH or PUT."""

    every: dict[int, str] = field(default_factory=dict)
    messages: list[dict[str, object]] = field(default_factory=list)  # to the webhook

    def __call__(self, asked: Asked) -> Answer:
        if asked.path == WEBHOOK:
            self.messages.append(json.loads(asked.body))
            return Answer(200, b"ok")
        path, _, query = asked.path.partition("?")
        assert "a token" in (asked.headers.get("Authorization", "") + asked.headers.get("Private-Token", ""))
        if asked.method == "GET":
            first = query.endswith("page=1")
            return Answer(body=json.dumps([{"id": n, "body": b} for n, b in self.every.items() if first]).encode())
        known = path.rpartition("/")[2]
        number = int(known) if known.isdigit() else len(self.every) + 1
        self.every[number] = json.loads(asked.body)["body"]
        return Answer(200 if known.isdigit() else 201)


@dataclass
class Platform:
    """``job`` runs one of the four; ``paths``: where comments are listed, and where one is changed."""

    job: Callable[[str], Ran]
    comments: Comments
    server: WebServer
    project: Project
    paths: tuple[str, str]
    method: str


@pytest.fixture(params=["github", "gitlab"])
def platform(
    request: pytest.FixtureRequest, tmp_path: Path, aws: Aws, made: Callable[..., Project]
) -> Iterator[Platform]:
    project, comments = made(_project(tmp_path, aws)), Comments()
    with serving(comments) as server:
        kind = _github if request.param == "github" else _gitlab
        project.environment["ORCHESTRATE_SLACK_WEBHOOK"] = server.url + WEBHOOK
        yield kind(project, comments, server, tmp_path)


def _project(folder: Path, aws: Aws) -> Project:
    project = make(folder, aws, {"ORCHESTRATE_ENGINE": "host"})
    project.bucket = f"states-{folder.name.replace('_', '-')}"[:60].rstrip("-").lower()
    aws.client("s3").create_bucket(Bucket=project.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    here = f"config/{REGION}/{STACK}"
    project.write(f"{here}/backend.tfvars", f'bucket = "{project.bucket}"\nregion = "{REGION}"\n')
    project.write(f"{here}/variables.tfvars", "")
    project.write(f"{here}/stack.hcl", 'source = "appcluster"\nephemeral = true\n')
    project.write(f"{here}/tenants/acme.tfvars", "")
    project.write("src/appcluster/main.tf", SHARED)
    project.write("src/appcluster/tenant/main.tf", TENANT)
    forked.server().stand_for(project.root / "orchestrate")
    return project


def _github(project: Project, comments: Comments, server: WebServer, folder: Path) -> Platform:
    files = {file.stem: file for file in platforms.GITHUB}
    environ = (
        project.environment | GITHUB | {"GITHUB_API_URL": server.url, "GITHUB_STEP_SUMMARY": str(folder / "summary")}
    )

    contexts = {
        "github.token": "a token",
        "github.event.number": "12",
        "vars.ORCHESTRATE_NOTIFY": "slack",
        "secrets.ORCHESTRATE_SLACK_WEBHOOK": server.url + WEBHOOK,
    }

    def job(name: str) -> Ran:
        return platforms.run(platforms.github(files[name], contexts), project.root, environ)

    issues = "/repos/acme/shop/issues"
    return Platform(job, comments, server, project, (f"{issues}/12/comments", f"{issues}/comments/1"), "PATCH")


def _gitlab(project: Project, comments: Comments, server: WebServer, folder: Path) -> Platform:
    environ = (
        project.environment
        | GITLAB
        | {"CI_API_V4_URL": server.url, "CI_PROJECT_DIR": str(project.root), "ORCHESTRATE_NOTIFY": "slack"}
    )

    def job(name: str) -> Ran:
        return platforms.run(platforms.gitlab(name), project.root, environ)

    notes = "/projects/34/merge_requests/12/notes"
    return Platform(job, comments, server, project, (notes, f"{notes}/1"), "PUT")


def asked(platform: Platform) -> list[tuple[str, str]]:
    return [(one.method, one.path.partition("?")[0]) for one in platform.server.asked]


def report(platform: Platform, name: str) -> Mapping[str, object]:
    return dict(json.loads((platform.project.root / f"reports/{name}.json").read_text()))


def comment(platform: Platform, name: str) -> str:
    return platform.project.run("report", "comment", f"reports/{name}.json").out


def test_from_a_merge_to_the_end(platform: Platform, tmp_path: Path) -> None:
    every, one = platform.paths
    refused = platform.job("plan")
    assert refused.code == 66 and "apply it first" in refused.said and asked(platform) == [], "there is no report of it"
    applied = platform.job("apply")
    assert applied.code == 0, applied.said
    assert sum(key.endswith(".tfstate") for key in platform.project.objects()) == 2
    if (tmp_path / "summary").exists():
        assert (tmp_path / "summary").read_text() == comment(platform, "apply")
    assert asked(platform) == [], "an apply comments on no request"

    file = platform.project.write(f"config/{REGION}/{STACK}/tenants/acme.tfvars", 'value = "new"\n')
    planned = platform.job("plan")
    assert planned.code == 0, planned.said
    assert asked(platform) == [("GET", every), ("POST", every)]
    assert platform.comments.every == {1: comment(platform, "plan")}
    assert "| <code>acme</code> | succeeded | 0 | 1 | 0 |" in platform.comments.every[1]

    # The next push fails, and the same comment says so.
    file.write_text('vaule = "new"\n')
    failed = platform.job("plan")
    assert failed.code == 65, failed.said
    assert asked(platform)[2:] == [("GET", every), (platform.method, one)]
    assert platform.comments.every == {1: comment(platform, "plan")} and "did you mean value" in _text(platform)

    file.write_text("")
    looked = platform.job("drift")
    assert looked.code == 0 and report(platform, "drift")["exit_code"] == 0, looked.said
    assert platform.comments.messages == []
    ended = platform.job("nightly-destroy")
    assert ended.code == 0, ended.said
    assert [key for key in platform.project.objects() if key.endswith(".tfstate")] == []
    (message,) = platform.comments.messages
    assert str(message["text"]).startswith("reap every stack: 2 succeeded; ")
    assert _files_with(platform, "a-secret-of-the-webhook") == []
    assert "a-secret-of-the-webhook" not in looked.said + ended.said


def test_a_pull_request_has_a_tenant_until_its_end(tmp_path: Path, aws: Aws, made: Callable[..., Project]) -> None:
    """Each push moves its end; the job that runs each hour leaves it until then; the end of the request destroys it."""
    project = made(_project(tmp_path, aws))
    with serving(Comments()) as server:
        project.environment["ORCHESTRATE_SLACK_WEBHOOK"] = server.url + WEBHOOK
        platform = _github(project, Comments(), server, tmp_path)
        for verb in ("pull-request", "pull-request", "expired"):
            ran = platform.job(verb)
            assert ran.code == 0, ran.said
        key = f"{REGION}/{STACK}/tenants/pr-12/"
        there = {one.removeprefix(key) for one in project.objects() if one.startswith(key)}
        assert {"terraform.tfstate", "orchestrate-lifetime.json"} <= there, there
        ended = platform.job("pull-request-end")
        assert ended.code == 0, ended.said
    left = {one.removeprefix(key) for one in project.objects() if one.startswith(key)}
    assert left <= {"orchestrate-history.json"}, left


def _files_with(platform: Platform, secret: str) -> list[str]:
    """Files of the project and of its home, reports and logs among them, and objects of its bucket."""
    project = platform.project
    files = [f for root in (project.root, project.home) for f in root.rglob("*") if f.is_file() and not f.is_symlink()]
    assert project.aws and len(files) > 20
    s3 = project.aws.client("s3")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=project.bucket).get("Contents", ())]
    found = [key for key in keys if secret.encode() in s3.get_object(Bucket=project.bucket, Key=key)["Body"].read()]
    return found + [str(file) for file in files if secret.encode() in file.read_bytes()]


def _text(platform: Platform) -> str:
    import html

    return html.unescape(platform.comments.every[1])
