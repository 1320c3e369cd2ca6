"""Jenkins' configuration as code for a stack's agents: what the plugin amazon-ecs takes, and the YAML it is written in. Pure.

The fields are those that the amazon-ecs plugin publishes for `jenkins.clouds[].ecs` in version 1.49, and authRegion, which came
later (github.com/jenkinsci/amazon-ecs-plugin: the constructors and setters of ECSCloud and ECSTaskTemplate).
The only room that knows PyYAML; Jenkins and it read the same YAML 1.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from ..model.errors import ConfigError
from . import ec2_casc
from .casc_fields import FLAG, NUMBER, TEXT, CascFields, checked, mapping

PLUGIN = "amazon-ecs"

CLOUD: CascFields = {
    **dict.fromkeys(
        (
            "name",
            "credentialsId",
            "cluster",
            "regionName",
            "assumedRoleArn",
            "authRegion",
            "tunnel",
            "jenkinsUrl",
            "allowedOverrides",
        ),
        TEXT,
    ),
    **dict.fromkeys(("maxCpu", "maxMemory", "maxMemoryReservation", "maxAgents", "numExecutors"), NUMBER),
    **dict.fromkeys(("retentionTimeout", "slaveTimeoutInSeconds", "taskPollingIntervalInSeconds"), NUMBER),
    "retainAgents": FLAG,
}
_PAIR: CascFields = {"name": TEXT, "value": TEXT}
_MOUNT: CascFields = {"name": TEXT, "containerPath": TEXT, "readOnly": FLAG}
TEMPLATE: CascFields = {
    **dict.fromkeys(
        ("templateName", "label", "agentContainerName", "taskDefinitionOverride", "dynamicTaskDefinitionOverride"), TEXT
    ),
    **dict.fromkeys(("image", "repositoryCredentials", "launchType", "operatingSystemFamily", "cpuArchitecture"), TEXT),
    **dict.fromkeys(("networkMode", "remoteFSRoot", "platformVersion", "subnets", "securityGroups"), TEXT),
    **dict.fromkeys(("containerUser", "kernelCapabilities", "logDriver", "executionRole", "taskrole"), TEXT),
    **dict.fromkeys(("inheritFrom", "entrypoint", "jvmArgs", "dnsSearchDomains"), TEXT),
    **dict.fromkeys(("memory", "memoryReservation", "cpu", "ephemeralStorageSizeInGiB", "sharedMemorySize"), NUMBER),
    **dict.fromkeys(("defaultCapacityProvider", "uniqueRemoteFSRoot", "assignPublicIp", "privileged"), FLAG),
    "enableExecuteCommand": FLAG,
    "capacityProviderStrategies": {"provider": TEXT, "base": NUMBER, "weight": NUMBER},
    "logDriverOptions": _PAIR,
    "tags": _PAIR,
    "environments": _PAIR,
    "extraHosts": {"ipAddress": TEXT, "hostname": TEXT},
    "mountPoints": {**_MOUNT, "sourcePath": TEXT},
    "efsMountPoints": {
        **_MOUNT,
        **dict.fromkeys(("fileSystemId", "rootDirectory", "accessPointId"), TEXT),
        **dict.fromkeys(("transitEncryption", "iam"), FLAG),
    },
    "portMappings": {"containerPort": NUMBER, "hostPort": NUMBER, "protocol": TEXT},
    "ulimits": {"softLimit": NUMBER, "hardLimit": NUMBER, "ulimitName": TEXT},
    "placementStrategies": {"type": TEXT, "field": TEXT},
}

_NAME = re.compile(r"[A-Za-z0-9_-]{1,127}\Z")  # of a cloud and of a template, as the plugin's form has it


def casc(output: Any, where: str) -> dict[str, Any]:
    """Jenkins' configuration of a stack's clouds, in the order it is written.

    ``output`` is ``{"cloud": {...}, "templates": {name: {...}}}`` in the plugin's own field names; null is "not set".
    ``ec2`` holds those of the plugin ec2, and may stand alone.
    Raises ConfigError for a field that the plugin does not have (with the nearest), a value of the wrong kind, and
    what the plugin would take in silence and then start no agent with."""
    if not isinstance(output, Mapping) or (not {"cloud", "templates"} <= set(output) and not output.get("ec2")):
        raise ConfigError(
            "it does not hold a cloud and its templates",
            where=where,
            hint="give on what the module jenkins-agents gives out: value = module.agents.jenkins",
        )
    clouds = [{"ecs": _ecs(output, where)}] if "cloud" in output else []
    if not output.get("ec2"):
        return {"jenkins": {"clouds": clouds}}
    machines = ec2_casc.casc(output["ec2"], f"{where}: ec2")
    return {"jenkins": {"clouds": [*clouds, {"amazonEC2": machines["cloud"]}]}, "credentials": machines["credentials"]}


def _ecs(output: Mapping[str, Any], where: str) -> dict[str, Any]:
    cloud = checked(output["cloud"], CLOUD, f"{where}: cloud", PLUGIN)
    _check_cloud(cloud, f"{where}: cloud")
    templates = []
    for name, fields in sorted(mapping(output["templates"], f"{where}: templates").items()):
        at = f"{where}: templates.{name}"
        template = {"templateName": name, **checked(fields, TEMPLATE, at, PLUGIN)}
        _check_template(template, at)
        templates.append(template)
    if not templates:
        raise ConfigError("the cloud has no template, so no agent", where=where, hint="give at least one in agents")
    return {**cloud, "templates": templates}


def as_yaml(configuration: Mapping[str, Any], remark: str) -> str:
    """The configuration as YAML, below a comment of one line."""
    text = yaml.dump(configuration, Dumper=_Indented, sort_keys=False, allow_unicode=True, width=10**6)
    return f"# {remark}\n{text}"


def merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Two configurations as one; no value stands in both."""
    both = {key: {**first[key], **second[key]} for key in first if key in second}
    return {**first, **second, **both}


class _Indented(yaml.SafeDumper):  # type: ignore[misc]
    """Lists stand further in than their key, as Jenkins' own examples have them; no anchors."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_str(self, data: str) -> Any:
        """A text of several lines stands as it is, below its key."""
        return self.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)


_Indented.add_representer(str, _Indented.represent_str)


def _check_cloud(cloud: Mapping[str, Any], where: str) -> None:
    for wrong in _wrong_in_cloud(cloud):
        raise ConfigError(wrong, where=where)


def _wrong_in_cloud(cloud: Mapping[str, Any]) -> Iterator[str]:
    for name in ("name", "cluster", "regionName"):
        if not cloud.get(name):
            yield f"the plugin needs {name}"
    if not _NAME.match(str(cloud.get("name"))):
        yield f"name {cloud['name']!r}: the plugin takes letters, digits, dashes and underscores, 127 at most"
    if cloud.get("numExecutors", 0) < 1:
        # github.com/jenkinsci/amazon-ecs-plugin issues 291 and 298
        yield "numExecutors must be 1 or more: without it the plugin starts no agent and says nothing"
    if cloud.get("retentionTimeout", 1) < 1:
        yield "retentionTimeout must be 1 minute or more"


def _check_template(template: Mapping[str, Any], where: str) -> None:
    for wrong in _wrong_in_template(template):
        raise ConfigError(wrong, where=where)


def _wrong_in_template(template: Mapping[str, Any]) -> Iterator[str]:
    if not _NAME.match(template["templateName"]):
        yield "templateName: the plugin takes letters, digits, dashes and underscores, 127 at most"
    if not template.get("label"):
        yield "a template without a label is never asked for: give label"
    if template.get("taskDefinitionOverride") or template.get("inheritFrom"):
        return
    if not template.get("image"):
        yield "the plugin needs image"
    if not template.get("memory") and not template.get("memoryReservation"):
        yield "ECS needs memory, memoryReservation or both above 0"
    if template.get("networkMode") == "awsvpc" and not template.get("subnets"):
        yield "networkMode awsvpc needs subnets"
