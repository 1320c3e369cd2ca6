"""What tenant-service refuses of what an account asks for: roles, keys, security groups; and of what containers share."""

from __future__ import annotations

from typing import Any

from service_values import JOB, WEB, task, web

ROLE = {"arn": "arn:aws:iam::123456789012:role/acme"}
AWSVPC = {"network_mode": "awsvpc"}


def reaching(**rule: Any) -> dict[str, Any]:
    return task(**AWSVPC, egress={"there": {"to": "10.0.0.0/8"} | rule})


# What is wrong with it => the values, and how the message begins.
CASES_OF_THE_ACCOUNT: dict[str, tuple[dict[str, Any], str]] = {
    "path without slashes": ({"roles": {"path": "team"}}, "roles.path: begin and end"),
    "boundary by name": ({"roles": {"permissions_boundary": "b"}}, "roles.permissions_boundary: give the ARN"),
    "role by name": ({"roles": {"execution": {"arn": "acme"}}}, "roles: a role of yours is given"),
    "policy for a role of yours": (
        task(policy='{"Statement": []}') | {"roles": {"task": ROLE}},
        "roles.task: the module changes no role",
    ),
    "key by its alias": ({"encryption": {"logs": "alias/logs"}}, "encryption: give the ARN of a key"),
    "groups without an address": (task(security_groups={"x": "sg-1"}), "task.security_groups, task.egress: only"),
    "egress without an address": (
        task(egress={"x": {"to": "10.0.0.0/8"}}),
        "task.security_groups, task.egress: only",
    ),
    "five groups more": (
        task(**AWSVPC, security_groups={f"x{n}": f"sg-{n}" for n in range(5)}),
        "task.security_groups: every value",
    ),
    "a place in prose": (reaching(to="everywhere"), "task.egress: to is a block"),
    "a protocol of nobody": (reaching(protocol="sctp"), "task.egress: protocol is"),
    "all protocols at one port": (reaching(protocol="all", port=1), "task.egress: protocol is"),
    "last port before the first": (reaching(port=2, last_port=1), "task.egress: protocol is"),
    "no place at all": (task(**AWSVPC, egress={}), "task.egress: name 1 to 60"),
    "settings in another file": (
        web(environment_files=["arn:aws:s3:::settings/acme.json"]),
        "containers: environment_files are",
    ),
    "links in awsvpc": (
        {"containers": {"web": WEB | {"links": ["job"]}, "job": JOB}} | task(**AWSVPC),
        "task.network_mode: links are for",
    ),
    "link to nobody": (web(links=["db"]), "containers: links names other"),
    "link to itself": (web(links=["web"]), "containers: links names other"),
    "restarts at once": (web(restart={"after_seconds": 1}), "containers: restart.after_seconds"),
    "an exit code that is none": (web(restart={"ignored_exit_codes": [256]}), "containers: restart.after_seconds"),
}
