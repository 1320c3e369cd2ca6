"""Jenkins' configuration as code for agents on machines of their own: what the plugin ec2 takes. Pure.

The fields are those that the plugin publishes for `jenkins.clouds[].amazonEC2` in version 2059 (github.com/jenkinsci/ec2-plugin:
constructors and setters of EC2Cloud, SlaveTemplate, UnixData, SpotConfiguration), but for what it keeps for old configurations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..model.errors import ConfigError
from .casc_fields import FLAG, LIMIT, NUMBER, NUMERAL, TEXT, CascFields, OneObject, checked, mapping

PLUGIN = "ec2"
CLOUD: CascFields = {
    **dict.fromkeys(("name", "region", "credentialsId", "sshKeysCredentialsId", "roleArn", "roleSessionName"), TEXT),
    "instanceCapStr": NUMERAL,
    **dict.fromkeys(("useInstanceProfileForCredentials", "noDelayProvisioning", "cleanUpOrphanedNodes"), FLAG),
    "altEC2Endpoint": TEXT,
}
_UNIX = OneObject(
    rootCommandPrefix=TEXT, slaveCommandPrefix=TEXT, slaveCommandSuffix=TEXT, sshPort=NUMERAL, bootDelay=NUMERAL
)
_SPOT = OneObject(useBidPrice=FLAG, spotMaxBidPrice=TEXT, fallbackToOndemand=FLAG, spotBlockReservationDuration=NUMBER)
TEMPLATE: CascFields = {
    "description": TEXT,
    "ami": TEXT,
    "amiType": OneObject(unixData=_UNIX),
    **dict.fromkeys(("amiOwners", "amiUsers"), TEXT),
    "amiFilters": {"name": TEXT, "values": TEXT},
    "type": TEXT,
    "spotConfig": _SPOT,
    **dict.fromkeys(("zone", "subnetId", "securityGroups", "iamInstanceProfile"), TEXT),
    "labelString": TEXT,
    "mode": ("NORMAL", "EXCLUSIVE"),
    "numExecutors": NUMERAL,
    **dict.fromkeys(("idleTerminationMinutes", "instanceCapStr", "launchTimeoutStr"), NUMERAL),
    **dict.fromkeys(("minimumNumberOfInstances", "minimumNumberOfSpareInstances"), NUMBER),
    "maxTotalUses": LIMIT,
    **dict.fromkeys(("remoteFS", "remoteAdmin", "javaPath", "jvmopts", "tmpDir", "initScript", "userData"), TEXT),
    "customDeviceMapping": TEXT,
    "ebsEncryptRootVolume": ("DEFAULT", "ENCRYPTED", "UNENCRYPTED"),
    "connectionStrategy": ("PUBLIC_DNS", "PUBLIC_IP", "PRIVATE_DNS", "PRIVATE_IP"),
    "associateIPStrategy": ("SUBNET", "PUBLIC_IP", "PRIVATE_IP", "DEFAULT"),
    "hostKeyVerificationStrategy": ("CHECK_NEW_HARD", "CHECK_NEW_SOFT", "ACCEPT_NEW", "OFF"),
    "tenancy": ("Default", "Dedicated", "Host"),
    **dict.fromkeys(("metadataSupported", "metadataEndpointEnabled", "metadataTokensRequired"), FLAG),
    "metadataHopsLimit": NUMBER,
    **dict.fromkeys(("deleteRootOnTermination", "stopOnTerminate", "terminateIdleDuringShutdown"), FLAG),
    **dict.fromkeys(("ebsOptimized", "useEphemeralDevices", "monitoring", "t2Unlimited", "enclaveEnabled"), FLAG),
    **dict.fromkeys(("connectBySSHProcess", "avoidUsingOrphanedNodes", "nestedVirtualizationEnabled"), FLAG),
    "tags": {"name": TEXT, "value": TEXT},
}
KEY: CascFields = {"id": TEXT, "username": TEXT, "variable": TEXT}


def casc(output: Any, where: str) -> dict[str, Any]:
    """``{"cloud": ..., "credentials": ...}`` of ``{"cloud", "templates", "key"}``, each with the plugin's own field names.
    ``key``: the credential that holds the machines' private key, from an environment variable of the controller."""
    given = mapping(output, where)
    key = checked(given.get("key"), KEY, f"{where}.key", PLUGIN)
    cloud = checked(given.get("cloud"), CLOUD, f"{where}.cloud", PLUGIN)
    for wrong in _wrong_in_cloud(cloud, key):
        raise ConfigError(wrong, where=f"{where}.cloud")
    templates = [_template(*one, where) for one in sorted(mapping(given.get("templates"), where).items())]
    if not templates:
        raise ConfigError("the cloud has no template, so no agent", where=where, hint="give at least one in agents")
    return {"cloud": {**cloud, "templates": templates}, "credentials": _credentials(key)}


def _template(name: str, fields: Any, where: str) -> dict[str, Any]:
    at = f"{where}.templates.{name}"
    template = checked(fields, TEMPLATE, at, PLUGIN)
    for wrong in _wrong_in_template(template):
        raise ConfigError(wrong, where=at)
    return {"description": name, **template}


def _wrong_in_cloud(cloud: Mapping[str, Any], key: Mapping[str, Any]) -> Iterator[str]:
    for name in ("name", "region", "sshKeysCredentialsId"):
        if not cloud.get(name):
            yield f"the plugin needs {name}"
    if set(key) != set(KEY):
        yield f"its key needs {', '.join(KEY)}"
    if cloud.get("sshKeysCredentialsId") != key.get("id"):
        yield f"sshKeysCredentialsId is {cloud.get('sshKeysCredentialsId')!r}, and the key's id {key.get('id')!r}"


def _wrong_in_template(template: Mapping[str, Any]) -> Iterator[str]:
    if not template.get("labelString"):
        yield "a template without a label is never asked for: give labelString"
    if not template.get("ami") and not template.get("amiFilters"):
        yield "the plugin needs ami or amiFilters"
    for name in ("type", "remoteFS", "remoteAdmin", "subnetId", "securityGroups"):
        if not template.get(name):
            yield f"the plugin needs {name}"
    if template.get("numExecutors", "0") == "0":
        yield "numExecutors must be 1 or more"
    if template.get("useEphemeralDevices") and template.get("customDeviceMapping"):
        yield "useEphemeralDevices and customDeviceMapping: the plugin takes one"


def _credentials(key: Mapping[str, Any]) -> dict[str, Any]:
    """The private key comes from the controller's environment; only Jenkins' own system sees it, and no job."""
    source = {"directEntry": {"privateKey": f"${{{key['variable']}}}"}}
    one = {"scope": "SYSTEM", "id": key["id"], "username": key["username"], "privateKeySource": source}
    return {"system": {"domainCredentials": [{"credentials": [{"basicSSHUserPrivateKey": one}]}]}}
