"""Job DSL: the text of a folder and of a job; nothing that Groovy or configuration as code would take for a value."""

from __future__ import annotations

import pytest

from wrapper.cli import job_dsl
from wrapper.cli.job_dsl import JenkinsFolder, JenkinsJob, JobParameter
from wrapper.model.errors import ConfigError
from wrapper.project.jenkins_settings import Repository


def job(repository: Repository | None = None, *parameters: JobParameter, cron: tuple[str, ...] = ()) -> str:
    made = JenkinsJob("a/b", "what", repository or Repository("https://g"), "Jenkinsfile", 7, parameters, cron)
    return job_dsl.render([made])


def test_a_folder_has_its_rights() -> None:
    text = job_dsl.render([JenkinsFolder("a", "it's", {"team": ("Job/Read", "Job/Build")})])
    assert "  description('it\\'s')\n" in text
    assert "        group { name('team'); permissions(['Job/Read', 'Job/Build']) }\n" in text
    one = job_dsl.render([JenkinsFolder("a", "b", {"user:ana": ("Job/Read",)})])
    assert "        user { name('ana'); permissions(['Job/Read']) }\n" in one
    assert "properties" not in job_dsl.render([JenkinsFolder("a", "b")])


@pytest.mark.parametrize(
    ("kind", "version", "reference"),
    [("branch", "main", "refs/heads/main"), ("tag", "v1", "refs/tags/v1"), ("commit", "0a1b", "0a1b")],
)
def test_a_version_is_written_as_the_git_plugin_finds_it(kind: str, version: str, reference: str) -> None:
    text = job(Repository("https://g", kind, version, "key"))
    assert f"remote {{ url('https://g'); credentials('key') }}; branch('{reference}')" in text
    assert "logRotator { numToKeep(7) }" in text and "parameters" not in text and "properties" not in text


def test_each_kind_of_parameter() -> None:
    kinds = (
        JobParameter("string", "S", "s"),
        JobParameter("boolean", "B", "b"),
        JobParameter("choice", "C", "c", ("x", "y")),
        JobParameter("run", "R", "r", ("a/service",)),
    )
    assert [line.strip() for line in job(None, *kinds).split("parameters {\n")[1].split("  }")[0].splitlines()] == [
        "stringParam('S', '', 's')",
        "booleanParam('B', false, 'b')",
        "choiceParam('C', ['x', 'y'], 'c')",
        "runParam('R', 'a/service', 'r', 'STABLE')",
    ]


def test_a_schedule_keeps_its_two_lines() -> None:
    assert r"cron { spec('TZ=Europe/Paris\n5 6 * * *') }" in job(cron=("TZ=Europe/Paris", "5 6 * * *"))


def test_a_dollar_sign_is_refused() -> None:
    with pytest.raises(ConfigError, match="a dollar sign"):
        job(Repository("https://${TOKEN}@git"))
