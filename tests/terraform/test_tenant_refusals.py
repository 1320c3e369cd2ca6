"""What the example's tenant root refuses before the module sees it: names that no certificate covers, containers that it
does not run."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import refusals
from service_values import assignments
from tenant_values import ROOT, VALUES
from terraform_in import ROOT as PROJECT
from terraform_in import Terraform

pytestmark = pytest.mark.terraform
CERTIFICATE = "arn:aws:acm:ap-southeast-2:123456789012:certificate/1"
HTTPS = {"certificate_arn": CERTIFICATE}
OWN = {"load_balancer": {"mode": "own", "make_certificate": True}}


def given(*names: str) -> dict[str, Any]:
    return {"load_balancer": {"mode": "own", "certificates": dict.fromkeys(names, CERTIFICATE)}}


# What is wrong with it => the values, and how the message begins; an empty beginning: it is right.
NAMESPACE = {
    "id": "ns-1",
    "name": "test.internal",
    "callers_security_group_id": "sg-1",
    "nodes_security_group_id": "sg-2",
}
QUEUES = {"queue_tasks": {"mail": {}}}


def sending(queue: str, **readers: Any) -> dict[str, Any]:
    """job sends to that queue."""
    job = {"image": "service1", "queues": [queue]}
    return {"services": {"service1": {}, "job": job, **{name: {"image": "service1"} | QUEUES for name in readers}}}


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "two_labels": (HTTPS | {"hostname": "a.b.example.com"}, "hostname: the environment's certificate covers one label"),
    "two_labels_by_http": ({"hostname": "a.b.example.com"}, ""),
    "two_labels_with_a_certificate": (HTTPS | OWN | {"hostname": "a.b.example.com"}, ""),
    "two_labels_with_a_given_one": (HTTPS | given("*.b.example.com") | {"hostname": "a.b.example.com"}, ""),
    "two_labels_without_a_load_balancer": (
        HTTPS | {"load_balancer": {"mode": "none"}, "hostname": "a.b.example.com"},
        "",
    ),
    "alias_elsewhere": (HTTPS | {"aliases": ["shop.acme.org"]}, "aliases: the environment's certificate covers"),
    "alias_below": (HTTPS | {"aliases": ["www.acme.example.com"]}, "aliases: the environment's certificate covers"),
    "alias_of_one_label": (HTTPS | {"aliases": ["www.example.com"]}, ""),
    "alias_with_its_certificate": (HTTPS | given("shop.acme.org") | {"aliases": ["shop.acme.org"]}, ""),
    "alias_by_http": ({"aliases": ["shop.acme.org"]}, ""),
    "settings_of_another_container": (
        {"containers": {"service3": {"port": 80}}},
        "containers: the tenant has no service of that name",
    ),
    "settings_of_a_worker_that_is_not_there": ({"containers": {"service2": {"port": 80}}}, "containers: settings of"),
    "no_service": ({"services": {}}, "services: name one, such as"),
    "service_in_capitals": (
        {"services": {"service1": {}, "Api": {"image": "service1"}}},
        "services: a name is 1 to 31",
    ),
    "service_without_an_image": (
        {"services": {"service1": {}, "api": {}}},
        "services: a service or a container names an image that images does not have: api.",
    ),
    "container_without_an_image": (
        {"services": {"service1": {"containers": {"cache": {}}}}},
        "services: a service or a container names an image that images does not have: cache.",
    ),
    "service_without_a_build": (
        {"services": {"service1": {}, "api": {}}, "images": {"service1": "a", "api": "b"}},
        "services: no build is known of api.",
    ),
    "service_with_the_image_of_another": ({"services": {"service1": {}, "job": {"image": "service1"}}}, ""),
    "service_with_a_build": (
        {"services": {"service1": {}, "api": {}}, "images": {"service1": "a", "api": "b"}, "builds": {"api": "2"}},
        "",
    ),
    "no_build_of_service1": ({"service1-build": None}, "services: no build is known of service1."),
    "no_service1": (
        {"services": {"web": {"port": 80}}, "images": {"web": "a"}, "builds": {"web": "2"}, "service1-build": None},
        "",
    ),
    "build_latest": ({"builds": {"api": "latest"}}, "builds: give the number of a build"),
    "path_without_a_port": (
        {"services": {"service1": {"path": "/x"}, "job": {"image": "service1", "path": "/job"}}},
        "services: one has a path and no port",
    ),
    "path_with_a_port_elsewhere": (
        {
            "services": {"job": {"image": "service1", "path": "/job"}, "web": {"image": "service1", "path": "/web"}},
            "containers": {"job": {"port": 80}, "web": {"port": 81}},
        },
        "",
    ),
    "service_like_a_task": (
        {"services": {"service1": {}, "job": {"image": "service1"}}, "one_off_tasks": {"job": {}}},
        "services: a service and a task in the background have one name",
    ),
    "service_like_a_task_of_service1": (
        {"services": {"service1": QUEUES, "mail": {"image": "service1"}}},
        "services: a service and a task in the background have one name",
    ),
    "tasks_of_no_service": (
        {"services": {"web": {"image": "service1", "port": 80}}, "one_off_tasks": {"job": {}}},
        "services: scheduled_tasks, queue_tasks and one_off_tasks of the tenant",
    ),
    "settings_of_a_further_service": (
        {"services": {"service1": {}, "job": {"image": "service1"}}, "containers": {"job": {"user": "1"}}},
        "",
    ),
    "queue_of_no_service": (
        sending("mail"),
        "services: queues names what is no queue task of another service, or of two. Known are ;",
    ),
    "queue_of_two_services": (
        QUEUES | sending("mail", web=1),
        "services: queues names what is no queue task of another service",
    ),
    "queue_of_one_of_two": (QUEUES | sending("web/mail", web=1), ""),
    "queue_of_service1": (QUEUES | sending("mail"), ""),
    "namespace_and_id": (
        {"discovery": {"namespace": "test.internal", "namespace_id": "ns-1"}, "namespace": NAMESPACE},
        "discovery: give namespace",
    ),
    "neither_namespace_nor_id": ({"discovery": {"ttl": 5}}, "discovery: give namespace"),
    "namespace_that_is_not_there": (
        {"discovery": {"namespace": "test.internal"}},
        "discovery.namespace: the stack layer",
    ),
    "namespace_of_another_name": (
        {"discovery": {"namespace": "live.internal"}, "namespace": NAMESPACE},
        "discovery.namespace: the stack layer has not made the zone live.internal.",
    ),
    "namespace": ({"discovery": {"namespace": "test.internal"}, "namespace": NAMESPACE}, ""),
    "service_found_nowhere": (
        {"services": {"service1": {"discovery": {"name": "web"}}}},
        "services: discovery of a service says no namespace_id",
    ),
    "no_settings_of_a_worker": ({"containers": {"service2": None}}, ""),
    "settings_of_a_worker": (
        {"containers": {"service2": {"port": 80}}, "service2-build": "1", "images": {"service1": "a", "service2": "b"}},
        "",
    ),
}


def test_each_is_refused_or_right(tmp_path: Path) -> None:
    """The variables alone are a module too: without a provider all cases take a second."""
    for name in ("variables.tf", "builds.tf", "certificates.tf"):
        shutil.copy(PROJECT / ROOT / name, tmp_path)
    place = {"allotment": {"load_balancer": 1, "priority": 1}}
    bodies = {
        case: f"  command = plan\n  variables {{\n{assignments(VALUES | place | values)}  }}\n"
        for case, (values, _) in CASES.items()
    }
    said = refusals.said(refusals.Refusals("", dict.fromkeys(CASES, ""), bodies), Terraform(tmp_path))
    wrong = {
        case: said[case]
        for case, (_, says) in CASES.items()
        if (said[case] == []) == bool(says) or not all(message.startswith(says) for message in said[case])
    }
    assert wrong == {}
