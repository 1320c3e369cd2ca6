"""Jenkins' folders and jobs as text of the Job DSL plugin. Pure.

The words are those that the plugin and matrix-auth publish (github.com/jenkinsci/job-dsl-plugin: DslFactory, Folder, WorkflowJob,
BuildParametersContext, CpsScmContext; github.com/jenkinsci/matrix-auth-plugin: configuration-as-code-v3.yml).
No text holds a dollar sign: configuration as code would put a secret in the place of ``${NAME}``, and Groovy a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..model.errors import ConfigError
from ..project.jenkins_settings import Repository

_REFS = {"branch": "refs/heads/", "tag": "refs/tags/", "commit": ""}


@dataclass(frozen=True)
class JobParameter:
    """``values``: the choices of a "choice", the job whose builds a "run" lists; nothing for a "string" and a "boolean"."""

    kind: str
    name: str
    description: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class JenkinsFolder:
    """``rights``: a group => what it may do here and below."""

    path: str
    description: str
    rights: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class JenkinsJob:
    path: str
    description: str
    repository: Repository
    script: str
    kept: int
    parameters: tuple[JobParameter, ...] = ()
    cron: tuple[str, ...] = ()


def render(items: Iterable[JenkinsFolder | JenkinsJob]) -> str:
    """The script that makes them, folders before what is in them as given."""
    blocks = [_folder(item) if isinstance(item, JenkinsFolder) else _pipeline_job(item) for item in items]
    return "\n".join("\n".join(block) + "\n" for block in blocks)


def reference(repository: Repository) -> str:
    """The version as the git plugin wants it: without its prefix a tag would be looked for among branches."""
    return _REFS[repository.kind] + repository.version


def _folder(folder: JenkinsFolder) -> Iterator[str]:
    yield f"folder({_text(folder.path)}) {{"
    yield f"  description({_text(folder.description)})"
    if folder.rights:
        yield "  properties {"
        yield "    authorizationMatrix {"
        yield "      inheritanceStrategy { inheriting() }"
        yield "      entries {"
        for group, rights in folder.rights.items():
            yield f"        {_holder(group)}; permissions({_list(rights)}) }}"
        yield "      }"
        yield "    }"
        yield "  }"
    yield "}"


def _holder(name: str) -> str:
    """A group, or one user, who is written ``user:ana``: Jenkins' own user database has no groups."""
    kind, colon, rest = name.partition(":")
    return f"user {{ name({_text(rest)})" if (kind, colon) == ("user", ":") else f"group {{ name({_text(name)})"


def _pipeline_job(item: JenkinsJob) -> Iterator[str]:
    yield f"pipelineJob({_text(item.path)}) {{"
    yield f"  description({_text(item.description)})"
    yield f"  logRotator {{ numToKeep({item.kept}) }}"
    if item.parameters:
        yield "  parameters {"
        yield from (f"    {_parameter(one)}" for one in item.parameters)
        yield "  }"
    if item.cron:
        spec = "\\n".join(_escaped(line) for line in item.cron)
        yield f"  properties {{ pipelineTriggers {{ triggers {{ cron {{ spec('{spec}') }} }} }} }}"
    yield "  definition {"
    yield "    cpsScm {"
    yield f"      scm {{ git {{ remote {{ {_remote(item.repository)} }}; branch({_text(reference(item.repository))}) }} }}"
    yield f"      scriptPath({_text(item.script)})"
    yield "      lightweight()"
    yield "    }"
    yield "  }"
    yield "}"


def _remote(repository: Repository) -> str:
    credentials = f"; credentials({_text(repository.credentials)})" if repository.credentials else ""
    return f"url({_text(repository.url)}){credentials}"


def _parameter(one: JobParameter) -> str:
    name, description = _text(one.name), _text(one.description)
    return {
        "string": f"stringParam({name}, '', {description})",
        "boolean": f"booleanParam({name}, false, {description})",
        "choice": f"choiceParam({name}, {_list(one.values)}, {description})",
        "run": f"runParam({name}, {_list(one.values)[1:-1]}, {description}, 'STABLE')",
    }[one.kind]


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    return f"'{_escaped(text)}'"


def _escaped(text: str) -> str:
    if "$" in text:
        raise ConfigError(f"{text!r}: a dollar sign is not taken in a job", hint="name a credential of Jenkins instead")
    return text.replace("\\", "\\\\").replace("'", "\\'")
