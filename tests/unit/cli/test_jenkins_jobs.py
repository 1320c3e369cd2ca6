"""Which jobs a project has: by what each stack is, and with the builds that it takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wrapper.cli import jenkins_jobs
from wrapper.cli.jenkins_jobs import Stage
from wrapper.cli.job_dsl import JenkinsFolder, JenkinsJob
from wrapper.model.errors import ConfigError
from wrapper.project.jenkins_settings import JenkinsSettings, Repository

GIT = Repository("https://g")
SETTINGS = JenkinsSettings("shop", GIT, GIT, {"api": GIT, "web-site": GIT}, ("team",), ("lead", "team"), ("UTC", 20, 5))
TEST = Stage("app-test", "r1", protected=False, ephemeral=True, services=("api", "web-site"))
BETA = Stage("app-beta", "r1", protected=False, ephemeral=False, services=("api",), before=("app-test", "r1"))
LIVE = Stage("app-live", "r1", protected=True, ephemeral=False, services=("api", "x"), before=("app-beta", "r1"))


def made(*stages: Stage, settings: JenkinsSettings = SETTINGS) -> dict[str, JenkinsFolder | JenkinsJob]:
    return {item.path: item for item in jenkins_jobs.items(settings, stages)}


def parameters(item: JenkinsFolder | JenkinsJob) -> dict[str, tuple[str, ...]]:
    assert isinstance(item, JenkinsJob)
    return {one.name: one.values for one in item.parameters}


def test_a_stack_has_the_jobs_of_what_it_is() -> None:
    there = [path.removeprefix("shop/") for path in made(TEST, BETA, LIVE)]
    assert there == [
        *("shop", "services", "services/api", "services/web-site"),
        *("app-test", "app-test/deploy", "app-test/rollback", "app-test/fleet"),
        *(
            "app-beta",
            "app-beta/deploy",
            "app-beta/promote",
            "app-beta/promote-older",
            "app-beta/rollback",
            "app-beta/fleet",
        ),
        *("app-live", "app-live/promote", "app-live/promote-older", "app-live/rollback", "app-live/fleet"),
        "nightly-destroy",
    ]


def test_only_releasers_start_what_is_protected() -> None:
    there = made(TEST, LIVE)
    rights = {path: list(item.rights) for path, item in there.items() if isinstance(item, JenkinsFolder)}
    assert rights["shop/app-test"] == ["team", "lead"] and rights["shop/app-live"] == ["lead", "team"]
    assert list(made(TEST, settings=JenkinsSettings("shop", GIT, GIT, {}))["shop"].__dict__["rights"]) == []


def test_a_deploy_offers_the_builds_of_each_service_that_the_stack_takes() -> None:
    deploy = parameters(made(TEST)["shop/app-test/deploy"])
    assert deploy["SERVICES"] == ("API WEB_SITE",) and deploy["WEB_SITE"] == ("shop/services/web-site",)
    assert (deploy["STACK"], deploy["REGION"], deploy["TENANT"]) == (("app-test",), ("r1",), ())
    assert "CONFIRMED" not in deploy
    live = parameters(made(TEST, BETA, LIVE)["shop/app-live/fleet"])
    assert live["SERVICES"] == ("API",) and "CONFIRMED" in live


def test_an_older_deploy_is_one_of_the_stack_before() -> None:
    there = made(TEST, BETA, LIVE)
    assert parameters(there["shop/app-beta/promote"])["FROM"] == ("app-test",)
    assert parameters(there["shop/app-beta/promote-older"])["DEPLOY"] == ("shop/app-test/deploy",)
    older = parameters(there["shop/app-live/promote-older"])
    assert older["DEPLOY"] == ("shop/app-beta/promote",) and "UNPROMOTED" in older


def test_a_stack_of_two_regions_has_two_folders() -> None:
    other = Stage("app-test", "r2", protected=False, ephemeral=False, services=())
    assert {"shop/app-test-r1/deploy", "shop/app-test-r2/deploy"} < set(made(TEST, other))


def test_the_night_needs_a_time_and_what_it_destroys() -> None:
    night = made(TEST)["shop/nightly-destroy"]
    assert isinstance(night, JenkinsJob) and night.cron == ("TZ=UTC", "5 20 * * *")
    assert "shop/nightly-destroy" not in made(BETA)


def test_the_library_is_of_one_version_and_the_registry_is_an_environment_variable() -> None:
    settings = JenkinsSettings(
        "shop", GIT, Repository("https://l", "tag", "v1", "key"), {}, registry="123456789012.dkr.ecr.r1.amazonaws.com"
    )
    whole = jenkins_jobs.configuration(settings, [TEST])
    (library,) = whole["unclassified"]["globalLibraries"]["libraries"]  # type: ignore[index]
    assert (library["defaultVersion"], library["allowVersionOverride"]) == ("v1", False)
    assert library["retriever"]["modernSCM"]["scm"]["git"] == {"remote": "https://l", "credentialsId": "key"}
    assert whole["jenkins"] == {
        "globalNodeProperties": [{"envVars": {"env": [{"key": "REGISTRY", "value": settings.registry}]}}]
    }
    assert "jenkins" not in jenkins_jobs.configuration(SETTINGS, [TEST])


@pytest.mark.parametrize(("name", "hint"), [("apy", "did you mean api?"), ("unlike", "declares its -build variable")])
def test_a_service_whose_builds_no_stack_takes_is_refused(name: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        jenkins_jobs.configuration(JenkinsSettings("shop", GIT, GIT, {name: GIT}), [TEST])
    assert str(caught.value.hint).endswith(hint)


def test_drift_is_looked_for_in_each_stack_if_there_is_a_time() -> None:
    assert not any(path.endswith("/drift") for path in made(TEST, LIVE))
    there = made(TEST, LIVE, settings=replace(SETTINGS, drift=("UTC", 6, 30)))
    jobs = [item for path, item in there.items() if path.endswith("/drift")]
    assert [job.path for job in jobs] == ["shop/app-test/drift", "shop/app-live/drift"]
    assert {(job.script, job.cron) for job in jobs if isinstance(job, JenkinsJob)} == {
        ("jenkins/drift.Jenkinsfile", ("TZ=UTC", "30 6 * * 1-5"))
    }


def test_tenants_that_end_go_each_hour_if_there_is_a_time() -> None:
    assert "shop/expired" not in made(TEST)
    job = made(TEST, settings=replace(SETTINGS, expired=("UTC", 0, 15)))["shop/expired"]
    assert isinstance(job, JenkinsJob)
    assert (job.script, job.cron) == ("jenkins/expired.Jenkinsfile", ("TZ=UTC", "15 * * * *"))
