"""A comment on the pull request that a job of GitHub Actions, or the merge request that one of GitLab CI, runs for: written once,
and then in its place again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..model.errors import NotFoundError, OrchestrateError, RefusedError, UnavailableError, UsageError
from .web_request import Send, WebAnswer, WebRequest

_PAGE = 100  # comments; both platforms give no more at once
_PAGES = 50
_NO_PULL_REQUEST = "run it in a job of GitHub Actions for `pull_request`, or of GitLab CI for a merge request"


@dataclass(frozen=True)
class PullRequest:
    """``comments``: the address of all, ``comment``: what the number of one is appended to; ``method`` changes one. ``needs``: what
    the token must be allowed."""

    comments: str
    comment: str
    method: str
    headers: Mapping[str, str]
    needs: str


def of_job(environ: Mapping[str, str]) -> PullRequest:
    """UsageError outside a job for a pull request."""
    if environ.get("GITHUB_ACTIONS") == "true":
        return _github(environ)
    if environ.get("GITLAB_CI") == "true":
        return _gitlab(environ)
    raise UsageError("no job of GitHub Actions or GitLab CI runs this", hint=_NO_PULL_REQUEST)


def _github(environ: Mapping[str, str]) -> PullRequest:
    """docs.github.com/en/rest/issues/comments"""
    number = re.fullmatch(r"refs/pull/(\d+)/merge", environ.get("GITHUB_REF", ""))
    if not number:
        raise UsageError("this job runs for no pull request", hint=_NO_PULL_REQUEST)
    repository = f"{environ['GITHUB_API_URL']}/repos/{environ['GITHUB_REPOSITORY']}/issues"
    needs = "permissions: pull-requests: write"
    token = _token(environ, "GITHUB_TOKEN", "env: GITHUB_TOKEN: ${{ github.token }}")
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
    return PullRequest(f"{repository}/{number[1]}/comments", f"{repository}/comments/", "PATCH", headers, needs)


def _gitlab(environ: Mapping[str, str]) -> PullRequest:
    """docs.gitlab.com/api/notes. (A job's own token may not write notes.)"""
    number = environ.get("CI_MERGE_REQUEST_IID")
    if not number:
        raise UsageError("this job runs for no merge request", hint=_NO_PULL_REQUEST)
    needs = "a project access token with the scope api and the role Reporter"
    token = _token(environ, "GITLAB_TOKEN", f"give the project a masked variable: {needs}")
    notes = f"{environ['CI_API_V4_URL']}/projects/{environ['CI_PROJECT_ID']}/merge_requests/{number}/notes"
    return PullRequest(notes, f"{notes}/", "PUT", {"PRIVATE-TOKEN": token}, needs)


def _token(environ: Mapping[str, str], name: str, hint: str) -> str:
    if token := environ.get(name):
        return token
    raise UsageError(f"{name} is not set", hint=hint)


def put(pull: PullRequest, text: str, marker: str, send: Send) -> str:
    """Write the comment that begins with ``marker``: in the place of the one that is there, or as a new one. What was done."""
    earlier = next((one["id"] for one in _comments(pull, send) if str(one["body"]).startswith(marker)), None)
    method, url = ("POST", pull.comments) if earlier is None else (pull.method, f"{pull.comment}{earlier}")
    _asked(pull, send, method, url, {"body": text})
    return "written" if earlier is None else "written in the place of the earlier one"


def _comments(pull: PullRequest, send: Send) -> Iterator[dict[str, Any]]:
    for page in range(1, _PAGES + 1):
        answer = _asked(pull, send, "GET", f"{pull.comments}?per_page={_PAGE}&page={page}")
        found = _parsed(answer)
        yield from found
        if len(found) < _PAGE:
            return


def _parsed(answer: WebAnswer) -> list[dict[str, Any]]:
    try:
        found = json.loads(answer.body)
        return [{"id": int(one["id"]), "body": one.get("body") or ""} for one in found]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise UnavailableError("the platform's list of comments is no such list", hint="try it again") from None


def _asked(pull: PullRequest, send: Send, method: str, url: str, data: Any = None) -> WebAnswer:
    headers = {**pull.headers, "Content-Type": "application/json"}
    answer = send(WebRequest(method, url, headers, json.dumps(data).encode() if data else None))
    if answer.well:
        return answer
    kind, hint = _KINDS.get(answer.status, (UnavailableError, "the report is written; try it again"))
    raise kind(
        f"the comment cannot be written: {answer.words}", where=f"{method} {url}", hint=hint or f"needed: {pull.needs}"
    )


_KINDS: Mapping[int, tuple[type[OrchestrateError], str]] = {
    401: (RefusedError, ""),
    403: (RefusedError, ""),
    404: (NotFoundError, ""),
}
