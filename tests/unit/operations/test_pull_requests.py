"""A comment on a pull request: which one, and what is asked of the platform."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wrapper.model.errors import NotFoundError, OrchestrateError, RefusedError, UnavailableError, UsageError
from wrapper.operations import pull_requests
from wrapper.operations.web_request import WebAnswer, WebRequest

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REF": "refs/pull/12/merge",
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_TOKEN": "ghs_secret",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_MERGE_REQUEST_IID": "12",
    "CI_API_V4_URL": "https://gitlab.example.com/api/v4",
    "CI_PROJECT_ID": "34",
    "GITLAB_TOKEN": "glpat-secret",
}
MARKER = "<!-- orchestrate: plan a/b -->"
ISSUES = "https://api.github.com/repos/acme/shop/issues"
NOTES = "https://gitlab.example.com/api/v4/projects/34/merge_requests/12/notes"


class Platform:
    """Answers with these comments; another status to a request that changes something."""

    def __init__(self, *comments: dict[str, Any], status: int = 201, body: bytes | None = None) -> None:
        self.comments, self.status, self.body = comments, status, body
        self.asked: list[WebRequest] = []

    def __call__(self, request: WebRequest) -> WebAnswer:
        self.asked.append(request)
        if request.method != "GET":
            return WebAnswer(self.status)
        page = int(request.url.rpartition("=")[2]) - 1
        return WebAnswer(200, self.body or json.dumps(self.comments[page * 100 : page * 100 + 100]).encode())

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(request.method, request.url) for request in self.asked]


def comment(number: int, body: str | None) -> dict[str, Any]:
    return {"id": number, "body": body}


@pytest.mark.parametrize(
    ("environ", "every", "one", "method"),
    [(GITHUB, f"{ISSUES}/12/comments", f"{ISSUES}/comments", "PATCH"), (GITLAB, NOTES, NOTES, "PUT")],
    ids=["github", "gitlab"],
)
def test_written_once_and_then_in_its_place(environ: dict[str, str], every: str, one: str, method: str) -> None:
    pull, other = pull_requests.of_job(environ), comment(1, "hello <!-- orchestrate: plan a/b -->")
    first = Platform(other, comment(2, None))
    assert pull_requests.put(pull, f"{MARKER}\n1", MARKER, first) == "written"
    assert first.told == [("GET", f"{every}?per_page=100&page=1"), ("POST", every)]
    assert json.loads(first.asked[-1].data or b"") == {"body": f"{MARKER}\n1"}
    again = Platform(*[other] * 100, comment(7, f"{MARKER}\n1"))
    assert pull_requests.put(pull, f"{MARKER}\n2", MARKER, again) == "written in the place of the earlier one"
    assert again.told[1:] == [("GET", f"{every}?per_page=100&page=2"), (method, f"{one}/7")]


def test_the_token_is_in_a_header_alone() -> None:
    for environ, header in (
        (GITHUB, ("Authorization", "Bearer ghs_secret")),
        (GITLAB, ("PRIVATE-TOKEN", "glpat-secret")),
    ):
        platform = Platform()
        pull_requests.put(pull_requests.of_job(environ), "x", MARKER, platform)
        assert all(header in request.headers.items() and "secret" not in request.url for request in platform.asked)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "no job of GitHub Actions or GitLab CI"),
        (GITHUB | {"GITHUB_REF": "refs/heads/main"}, "for no pull request"),
        (GITHUB | {"GITHUB_TOKEN": ""}, "GITHUB_TOKEN is not set"),
        (GITLAB | {"CI_MERGE_REQUEST_IID": ""}, "for no merge request"),
        ({k: v for k, v in GITLAB.items() if k != "GITLAB_TOKEN"}, "GITLAB_TOKEN is not set"),
    ],
)
def test_where_there_is_no_pull_request(environ: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        pull_requests.of_job(environ)
    assert error.value.hint


@pytest.mark.parametrize(
    ("status", "kind", "hint"),
    [
        (401, RefusedError, "needed: permissions: pull-requests: write"),
        (403, RefusedError, "needed: permissions: pull-requests: write"),
        (404, NotFoundError, "needed: permissions: pull-requests: write"),
        (302, UnavailableError, "try it again"),
        (500, UnavailableError, "try it again"),
        (0, UnavailableError, "try it again"),
    ],
)
def test_a_platform_that_takes_it_not(status: int, kind: type[OrchestrateError], hint: str) -> None:
    with pytest.raises(kind, match="the comment cannot be written") as error:
        pull_requests.put(pull_requests.of_job(GITHUB), "x", MARKER, Platform(status=status))
    assert hint in error.value.hint and "secret" not in f"{error.value}{error.value.hint}"


@pytest.mark.parametrize("body", [b"<html>", b'{"message": "x"}', b"[1]", b'[{"id": "x"}]', b"null"])
def test_a_list_that_is_none(body: bytes) -> None:
    with pytest.raises(UnavailableError, match="no such list"):
        pull_requests.put(pull_requests.of_job(GITHUB), "x", MARKER, Platform(body=body))
