"""Which jobs a project has in Jenkins: a folder for each stack with tenants. Its rights say which groups start builds there. Pure.

A stack has a folder of its own, since Jenkins grants rights by folder: a team deploys to test, and only release managers to what is
protected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..model.errors import ConfigError
from ..model.naming import nearest
from ..project.jenkins_settings import JenkinsSettings
from . import job_dsl
from .job_dsl import JenkinsFolder, JenkinsJob, JobParameter

SEEN = ("Job/Read",)
STARTED = ("Job/Build", "Job/Cancel")
_SERVICE_BUILDS, _BUILDS, _NIGHTS = 200, 200, 60  # a list of a hundred that succeeded, if every second build did
_SMOKE = "Asked afterwards: a path below its address or a URL; none: nothing; empty: as stack.hcl says"
_TENANT = JobParameter("string", "TENANT", "Small letters, digits, dashes")
_CONFIRMED = JobParameter("boolean", "CONFIRMED", "I mean it: needed, since this environment is protected")
_UNPROMOTED = JobParameter("string", "UNPROMOTED", "Why, if the builds of that deploy do not run there any more")


@dataclass(frozen=True)
class Stage:
    """A stack with tenants, as its jobs see it. ``services``: those whose builds it takes; ``before``: name and region of the stack
    that it is promoted from."""

    name: str
    region: str
    protected: bool
    ephemeral: bool
    services: tuple[str, ...]
    before: tuple[str, str] = ("", "")


def configuration(settings: JenkinsSettings, stages: Sequence[Stage]) -> dict[str, object]:
    """Jenkins' configuration as code of the registry, the library and the jobs."""
    check(settings, stages)
    registry = {"env": [{"key": "REGISTRY", "value": settings.registry}]}
    return {
        **({"jenkins": {"globalNodeProperties": [{"envVars": registry}]}} if settings.registry else {}),
        "unclassified": {"globalLibraries": {"libraries": [_library(settings)]}},
        "jobs": [{"script": job_dsl.render(items(settings, stages))}],
    }


def check(settings: JenkinsSettings, stages: Sequence[Stage]) -> None:
    """ConfigError where no stack takes the builds of a service, or there is no stack."""
    taken = {service for stage in stages for service in stage.services}
    for service in settings.services:
        if service not in taken:
            close = nearest(service, taken)
            raise ConfigError(
                f"services: no stack takes builds of {service!r}",
                where=settings.where.get("services", ""),
                hint=f"did you mean {close}?" if close else "a root that takes them declares its -build variable",
            )


def items(settings: JenkinsSettings, stages: Sequence[Stage]) -> Iterator[JenkinsFolder | JenkinsJob]:
    top = settings.folder
    everybody = tuple(dict.fromkeys((*settings.deploy, *settings.release)))
    yield JenkinsFolder(top, "Written by orchestrate jenkins casc --jobs", dict.fromkeys(everybody, SEEN))
    yield JenkinsFolder(f"{top}/services", "Builds of the services", dict.fromkeys(everybody, STARTED))
    for name, repository in settings.services.items():
        path, kept = _service(top, name), _SERVICE_BUILDS
        yield JenkinsJob(path, f"Builds the image of {name}", repository, "Jenkinsfile", kept)
    for stage in stages:
        yield from _stage(settings, stage, stages)
    if settings.night and any(stage.ephemeral for stage in stages):
        yield _night(settings, settings.night)
    if settings.expired:
        yield _expired(settings, settings.expired)


def _stage(settings: JenkinsSettings, stage: Stage, stages: Sequence[Stage]) -> Iterator[JenkinsFolder | JenkinsJob]:
    folder = _folder(settings, stage, stages)
    groups = settings.release if stage.protected else tuple(dict.fromkeys((*settings.deploy, *settings.release)))
    yield JenkinsFolder(folder, f"Deploys to {stage.region}/{stage.name}", dict.fromkeys(groups, STARTED))
    fixed = (_choice("STACK", stage.name), _choice("REGION", stage.region))
    confirmed = (_CONFIRMED,) if stage.protected else ()
    after = (JobParameter("string", "SMOKE", _SMOKE), *confirmed)
    builds = _runs(settings, stage)

    def made(name: str, description: str, *parameters: JobParameter) -> JenkinsJob:
        script = f"jenkins/{name}.Jenkinsfile"
        return JenkinsJob(f"{folder}/{name}", description, settings.project, script, _BUILDS, (*fixed, *parameters))

    if not stage.protected:
        yield made("deploy", "Deploys builds of services to a tenant", _TENANT, *builds, *after)
    before = next((s for s in stages if (s.name, s.region) == stage.before), None)
    if before:
        source = (_choice("FROM", before.name),)
        yield made("promote", f"Deploys what runs in {before.name}", *source, _TENANT, *after)
        older = (_deploys(settings, before, stages), *((_UNPROMOTED,) if stage.protected else ()))
        yield made("promote-older", f"Deploys what an older deploy of {before.name} ran", _TENANT, *older, *after)
    back = JobParameter("string", "BACK_TO", "A number of its history, or service1-build=89; empty: the builds before")
    yield made("rollback", "Puts the builds back that ran before", _TENANT, back, *after)
    if settings.drift:
        yield replace(made("drift", "Looks for drift on workdays"), kept=_NIGHTS, cron=_cron(settings.drift, "1-5"))
    parts = JobParameter("choice", "PARTS", "On how many agents", ("4", "1", "2", "3", "6", "8"))
    yield made("fleet", "Deploys builds of services to every tenant", parts, *builds, *confirmed)


def _runs(settings: JenkinsSettings, stage: Stage) -> tuple[JobParameter, ...]:
    """The builds of each service that the stack takes, and the names of these parameters for the pipeline."""
    names = [name for name in settings.services if name in stage.services]
    runs = [JobParameter("run", _capital(n), f"The build of {n}", (_service(settings.folder, n),)) for n in names]
    return (_choice("SERVICES", " ".join(map(_capital, names))), *runs)


def _deploys(settings: JenkinsSettings, before: Stage, stages: Sequence[Stage]) -> JobParameter:
    name = "promote" if before.before[0] else "deploy"
    return JobParameter("run", "DEPLOY", f"A deploy of {before.name}", (f"{_folder(settings, before, stages)}/{name}",))


def _night(settings: JenkinsSettings, at: tuple[str, int, int]) -> JenkinsJob:
    cron = _cron(at, "*")
    region = JobParameter("string", "REGION", "Only this region; empty for all")
    path, description = f"{settings.folder}/nightly-destroy", "Destroys every evening what stack.hcl marks as ephemeral"
    script = "jenkins/nightly-destroy.Jenkinsfile"
    return JenkinsJob(path, description, settings.project, script, _NIGHTS, (region,), cron)


def _expired(settings: JenkinsSettings, at: tuple[str, int, int]) -> JenkinsJob:
    zone, _, minute = at
    region = JobParameter("string", "REGION", "Only this region; empty for all")
    path, description = f"{settings.folder}/expired", "Destroys each hour the tenants whose time has passed"
    cron = f"TZ={zone}", f"{minute} * * * *"
    return JenkinsJob(path, description, settings.project, "jenkins/expired.Jenkinsfile", _NIGHTS, (region,), cron)


def _cron(at: tuple[str, int, int], days: str) -> tuple[str, str]:
    zone, hour, minute = at
    return f"TZ={zone}", f"{minute} {hour} * * {days}"


def _folder(settings: JenkinsSettings, stage: Stage, stages: Sequence[Stage]) -> str:
    alone = Counter(s.name for s in stages)[stage.name] == 1
    return f"{settings.folder}/{stage.name}" + ("" if alone else f"-{stage.region}")


def _service(top: str, name: str) -> str:
    return f"{top}/services/{name}"


def _choice(name: str, value: str) -> JobParameter:
    """One value, which is shown and cannot be changed."""
    return JobParameter("choice", name, "Of this job", (value,))


def _capital(service: str) -> str:
    return service.upper().replace("-", "_")


def _library(settings: JenkinsSettings) -> dict[str, object]:
    library = settings.library
    git = {"remote": library.url} | ({"credentialsId": library.credentials} if library.credentials else {})
    return {
        "name": "orchestrate",
        "defaultVersion": library.version,
        "allowVersionOverride": False,
        "retriever": {"modernSCM": {"libraryPath": "jenkins", "scm": {"git": git}}},
    }
