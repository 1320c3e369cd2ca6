"""From a tenant's file to its containers, without a change of Terraform: what the example's tenant root makes of `containers`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from service_values import FARGATE, assignments
from tenant_values import ROOT, VALUES
from terraform_in import Terraform, mocks_of

pytestmark = pytest.mark.terraform
PLACE = {"allotment": {"load_balancer": 1, "priority": 101}}
LOGIN = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:login-AbCdEf"
PARAMETER = "arn:aws:ssm:ap-southeast-2:123456789012:parameter/"
TWO = {"images": {"service1": "web", "service2": "worker"}, "service2-build": "7"}
BOTH = {"environment": {"LOG_LEVEL": "info"}, "secrets": {"KEY": f"{PARAMETER}key"}}
WITHOUT_A_WORD = {
    "service1": {
        "image": "web:1",
        "port": 8080,
        "cpu": 128,
        "memory_reservation": 256,
        "environment": {"TENANT": "acme", "PORT": "8080", "LOG_LEVEL": "info"},
        "secrets": {"KEY": f"{PARAMETER}key"},
        "registry_login": None,
    },
    "service2": {
        "image": "worker:7",
        "essential": False,
        "environment": {"LOG_LEVEL": "info"},
        "secrets": {"KEY": f"{PARAMETER}key"},
        "registry_login": None,
    },
}
IN_FULL: dict[str, Any] = {
    "service1": {
        "size": {"cpu": 256, "memory": 512},
        "port": 9090,
        "more_ports": {"metrics": {"container": 9100}},
        "entry_point": ["/entry"],
        "command": ["serve"],
        "user": "1000",
        "environment": {"MODE": "web", "LOG_LEVEL": "debug"},
        "secrets": {"TOKEN": f"{PARAMETER}token"},
        "mounts": {"/data": {"volume": "data"}},
        "ulimits": {"nofile": {"soft": 1024, "hard": 4096}},
        "health_check": {"command": ["CMD", "/healthy"]},
        "log": {"driver": "syslog", "options": {"tag": "web"}},
        "links": ["service2"],
        "labels": {"team": "web"},
        "restart": {"after_seconds": 60},
        "environment_files": ["arn:aws:s3:::settings/acme.env"],
    },
    "service2": {"size": {"memory": 1024}, "port": 7000, "essential": True, "stop_timeout": 60},
}
BESIDE = {
    "task": {"volumes": {"data": {"efs": {"file_system_id": "fs-1"}}}, "execute_command": True},
    "discovery": {"namespace_id": "ns-1", "name": "acme-web"},
    "encryption": {"logs": "arn:aws:kms:ap-southeast-2:123456789012:key/1"},
    "roles": {"path": "/team/", "task": {"arn": "arn:aws:iam::123456789012:role/acme"}},
}

THREE = {
    "images": {"service1": "web", "my-api": "api"},
    "builds": {"my-api": "3"},
    "services": {
        "service1": {"port": 8080},
        "my-api": {
            "port": 9090,
            "path": "/api/*",
            "size": {"memory": 512},
            "environment": {"MODE": "api"},
            "scaling": {"max": 9},
            "containers": {"cache": {"image": "service1", "port": 6379}, "my-api": {"user": "1000"}},
        },
        "worker": {"image": "my-api", "command": ["./work"]},
    },
    "scaling": {"min": 2, "track": {"requests": {"target": 600}, "cpu": {"target": 60}}},
    "allotment": {"load_balancer": 1, "priority": 10101, "rules": {"my-api": {"priority": 101}}},
}

# The zone of the stack layer, and services of every network mode that find each other in it and by their queues.
INSIDE: dict[str, Any] = {
    "images": {"service1": "web"},
    "discovery": {"namespace": "test.internal"},
    "namespace": {
        "id": "ns-1",
        "name": "test.internal",
        "callers_security_group_id": "sg-0c",
        "nodes_security_group_id": "sg-0d",
    },
    "allotment": {
        "load_balancer": 1,
        "priority": 10101,
        "rules": {"my-api": {"priority": 101}, "cache": {"priority": 102}},
    },
    "queue_tasks": {"mail": {"command": ["mail"]}},
    "services": {
        "service1": {"port": 8080, "queues": ["resize", "cache/mail"]},
        "my-api": {"image": "service1", "port": 9090, "path": "/api/*", "task": {"network_mode": "awsvpc"}},
        "cache": {
            "image": "service1",
            "port": 6379,
            "path": "/cache/?.json",
            "task": FARGATE,
            "queue_tasks": {"resize": {"command": ["resize"]}, "mail": {"command": ["mail"]}},
        },
        "worker": {"image": "service1", "command": ["./work"], "queues": ["service1/mail"]},
    },
}
OF_SERVICE1 = {
    "TENANT": "acme",
    "CACHE_URL": "http://cache.acme.test.internal:6379/cache",
    "MY_API_URL": "http://my-api.acme.test.internal:9090/api",
    "PORT": "8080",
}
OF_WORKER = {
    "TENANT": "acme",
    "CACHE_URL": "http://cache.acme.test.internal:6379/cache",
    "MY_API_URL": "http://my-api.acme.test.internal:9090/api",
    "SERVICE1_SRV": "_service1._tcp.acme.test.internal",
    "SERVICE1_URL": "https://acme.example.com",
}

# What the tenant's files say => what is true of it then.
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "without_a_word": (
        TWO | BOTH | {"size": {"memory_reservation": 256}},
        f"jsonencode(local.containers.service1) == jsonencode({json.dumps(WITHOUT_A_WORD)})",
    ),
    "three_services": (
        BOTH | THREE,
        " && ".join(
            [
                'output.images == { service1 = "web:1", "my-api/my-api" = "api:3", "my-api/cache" = "web:1", '
                '"worker/worker" = "api:3" }',
                'join(" ", keys(output.services)) == "acme acme/my-api acme/worker"',
                'jsonencode(local.containers.worker.worker.environment) == jsonencode({ TENANT = "acme", LOG_LEVEL = "info", '
                'MY_API_URL = "https://acme.example.com/api", SERVICE1_URL = "https://acme.example.com" })',
                'jsonencode(local.containers.my-api.my-api.environment) == jsonencode({ TENANT = "acme", PORT = "9090", '
                'LOG_LEVEL = "info", MODE = "api", SERVICE1_URL = "https://acme.example.com" })',
                'local.containers.my-api.my-api.memory == 512 && local.containers.my-api.my-api.user == "1000"',
                "local.containers.my-api.cache.essential == false && local.containers.my-api.cache.port == 6379",
                "local.scalings.my-api.max == 9 && local.scalings.my-api.min == 2",
                'keys(local.scalings.my-api.track) == ["cpu", "requests"] && keys(local.scalings.worker.track) == ["cpu"]',
                'local.paths.my-api == "/api/*" && local.slots.my-api.priority == 101',
            ]
        ),
    ),
    "inside": (
        INSIDE,
        " && ".join(
            [
                f"jsonencode(local.containers.service1.service1.environment) == jsonencode({json.dumps(OF_SERVICE1)})",
                f"jsonencode(local.containers.worker.worker.environment) == jsonencode({json.dumps(OF_WORKER)})",
                "jsonencode({ for name, found in local.discovered : name => try(found.name, null) }) == "
                'jsonencode({ cache = "cache.acme", my-api = "my-api.acme", service1 = "_service1._tcp.acme", worker = null })',
                'alltrue([for found in local.discovered : found == null || try(found.namespace_id == "ns-1", false)])',
                'join(" ", keys(local.callers.my-api)) == "nodes services"',
                "length(local.callers.service1) + length(local.callers.worker) == 0",
                'join(" ", keys(local.groups.cache)) == "callers services" && length(local.groups.service1) == 0',
                'jsonencode(local.sends_to.service1) == jsonencode({ "cache-mail" = { service = "cache", queue = "mail" }, '
                'resize = { service = "cache", queue = "resize" } })',
                'jsonencode(local.sends_to.worker) == jsonencode({ "service1-mail" = { service = null, queue = "mail" } })',
            ]
        ),
    ),
    "inside_without_machines": (
        INSIDE | {"task": FARGATE, "queue_tasks": {}, "services": {"service1": {}, "job": {"image": "service1"}}},
        'join(" ", keys(local.callers.service1)) == "services" && join(" ", keys(local.groups.job)) == "services" && '
        'jsonencode(local.urls.job) == jsonencode({ SERVICE1_URL = "http://service1.acme.test.internal:8080" })',
    ),
    "inside_without_a_load_balancer": (
        INSIDE | {"load_balancer": {"mode": "none"}, "allotment": None},
        'jsonencode(local.urls.my-api) == jsonencode({ CACHE_URL = "http://cache.acme.test.internal:6379/cache", '
        'SERVICE1_SRV = "_service1._tcp.acme.test.internal" })',
    ),
    "in_a_namespace_of_ones_own": (
        INSIDE
        | {
            "discovery": {"namespace_id": "ns-2"},
            "services": {n: s for n, s in INSIDE["services"].items() if n != "worker"},
        },
        'jsonencode(local.discovered.my-api) == jsonencode({ namespace_id = "ns-2", ttl = null, name = "acme-my-api" }) && '
        'local.discovered.service1.name == "acme" && local.urls.service1.MY_API_URL == "https://acme.example.com/api" && '
        "length(local.callers.my-api) + length(local.groups.my-api) == 0 && !local.together",
    ),
    "on_fargate_a_null_takes_nothing_away": (
        TWO
        | {
            "task": FARGATE,
            "registry_login": LOGIN,
            "containers": {"service1": {"port": None, "size": None}, "service2": None},
        },
        f'alltrue([for container in local.containers.service1 : container.registry_login == "{LOGIN}"]) && '
        'local.containers.service1.service1.port == 8080 && keys(local.containers.service1) == ["service1", "service2"]',
    ),
    "in_full": (
        TWO | BOTH | BESIDE | {"containers": IN_FULL},
        " && ".join(
            [
                "local.containers.service1.service1.cpu == 256 && local.containers.service1.service1.memory == 512",
                "local.containers.service1.service1.memory_reservation == 128",
                "jsonencode(local.containers.service1.service1.environment) == "
                'jsonencode({ TENANT = "acme", PORT = "9090", LOG_LEVEL = "debug", MODE = "web" })',
                'join(" ", keys(local.containers.service1.service1.secrets)) == "KEY TOKEN"',
                'jsonencode(local.containers.service1.service2.environment) == jsonencode({ LOG_LEVEL = "info", PORT = "7000" })',
                "local.containers.service1.service2.memory == 1024 && local.containers.service1.service2.essential",
                *(
                    f"jsonencode(local.containers.service1.service1.{name}) == jsonencode(var.containers.service1.{name})"
                    for name in sorted(set(IN_FULL["service1"]) - {"size", "environment", "secrets"})
                ),
                'output.role_policies.task.policy != null && output.url == "https://acme.example.com"',
            ]
        ),
    ),
}
RUN = """
variables {
%s}
run "planned" {
  command = plan
%s}
"""
ASSERT = """  assert {
    condition     = %s
    error_message = %s
  }
"""


def test_what_a_file_says_reaches_the_containers(code: Path, tmp_path: Path, mocked: dict[str, str]) -> None:
    shutil.copytree(code, tmp_path / "code", ignore=shutil.ignore_patterns(".terraform*"))
    folder = tmp_path / "code" / ROOT
    (folder / "tests").mkdir(exist_ok=True)
    for name, (values, expected) in CASES.items():
        asserted = "".join(ASSERT % (each, json.dumps(each.split("==")[0])) for each in expected.split(" && "))
        text = mocks_of("tenant-service") + RUN % (assignments(VALUES | PLACE | values), asserted)
        (folder / f"tests/{name}.tftest.hcl").write_text(text)
    events = map(json.loads, Terraform(folder, mocked).init().run("test", "-json", codes=(0, 1)).splitlines())
    said = [(Path(event["@testfile"]).name, event["diagnostic"]) for event in events if event["type"] == "diagnostic"]
    assert [(name, diagnostic["summary"], diagnostic["detail"]) for name, diagnostic in said] == []
