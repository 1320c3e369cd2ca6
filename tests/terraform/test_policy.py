"""Secrets and images in all text that Terraform reads; and each policy on what it finds and what it lets pass."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import terraform_policy as policy
from terraform_policy import POLICIES, Policy

ROOT = Path(__file__).resolve().parents[2]
READ = {".tf", ".tfvars", ".hcl", ".j2", ".tftpl", ".sh"}
OURS = [
    str(file.relative_to(ROOT))
    for top in ("src", "modules", "config")
    for file in sorted((ROOT / top).rglob("*"))
    if file.suffix in READ and "tests" not in file.parts and ".terraform" not in file.parts
]


def test_there_is_something_to_judge() -> None:
    assert "modules/ecs-cluster/user-data.sh.tftpl" in OURS and len(OURS) > 40


@pytest.mark.parametrize("rule", POLICIES, ids=lambda rule: rule.__name__)
def test_our_text(rule: Policy) -> None:
    judged = [name for name in OURS if name != "config/sandbox.hcl"]  # a sandbox's secret is none
    assert [f"{name}:{finding}" for name in judged for finding in rule((ROOT / name).read_text())] == []


DIGEST = "a@sha256:" + "0" * 64
PASSES = [
    (policy.secret_in_environment, 'environment = { LOG_LEVEL = "info", TOKEN_URL = "https://x", PASSWORD_MIN = "8" }'),
    (policy.secret_in_environment, 'environment = { A = 1 }\nsecrets = { DB_PASSWORD = "arn:aws:ssm:x" }'),
    (policy.secret_in_environment, 'environment = merge({ A = "PASSWORD = x" }, var.environment)'),
    (policy.secret_in_environment, "environment = { # PASSWORD = 1\n A = 1 }"),
    (policy.secret_in_environment, 'environment = [{ name = "MONKEY", value = "x" }]'),
    (policy.secret_in_values, 'registry_secret = "registry-login"\nsecret = "arn:aws:secretsmanager:x"'),
    (policy.secret_in_values, 'db_password = var.password\npassword = "${var.x}"\npassword = ""'),
    (policy.secret_in_values, '# password = "hunter2"'),
    (policy.secret_in_values, 'metadata_options = { http_tokens = "required" }'),
    (policy.secret_in_user_data, "aws ecr get-login-password | docker login --username AWS --password-stdin x"),
    (policy.secret_in_user_data, 'printf "ECS_ENGINE_AUTH_DATA=%s" "$login"'),
    (policy.secret_in_user_data, "curl https://example.com/a:b@c"),
    (policy.image_that_moves, 'image = "registry:5000/a/b:90"'),
    (policy.image_that_moves, f'image = "{DIGEST}"'),
    (policy.image_that_moves, 'image = "${var.images["a"]}:${var.service1-build}"\nimage = "${local.image}"'),
    (
        policy.image_that_moves,
        'image = "{{ vars.image }}:{{ build }}"\nimages = { a = "x/y" }\nimage = container.image',
    ),
    (policy.image_that_moves, '# image = "a:latest"\nservice1-build = "90"'),
]
FAILS = [
    (policy.secret_in_environment, 'environment = { DB_PASSWORD = "x" }', "1 DB_PASSWORD"),
    (policy.secret_in_environment, "environment = {\n  A = 1\n  API_KEY = var.key\n}", "3 API_KEY"),
    (policy.secret_in_environment, 'environment = merge({ "TOKEN" = "x" }, var.e)', "1 TOKEN"),
    (policy.secret_in_environment, 'environment = [{ name = "AWS_SECRET", value = "x" }]', "1 AWS_SECRET"),
    (policy.secret_in_environment, "environment = {\n  B = { C = 1 }\n  auth_data = 1 }", "3 auth_data"),
    (policy.secret_in_values, 'master_password = "hunter2"', "1 master_password"),
    (policy.secret_in_values, 'a = { "api_key" = "abc def" }', "1 api_key"),
    (policy.secret_in_values, '\naccess = "AKIAABCDEFGHIJKLMNOP"', "2 this is a key"),
    (policy.secret_in_values, "x = <<EOT\n-----BEGIN RSA PRIVATE KEY-----\nEOT", "2 this is a key"),
    (policy.secret_in_user_data, "docker login -u me -p hunter2", "1 a login in clear"),
    (policy.secret_in_user_data, "#!/bin/sh\ndocker login --password=x -u y", "2 a login in clear"),
    (policy.secret_in_user_data, "echo 'ECS_ENGINE_AUTH_DATA={\"https://x\":{}}'", "1 a login in clear"),
    (policy.secret_in_user_data, '{"auths": {"https://x": 1}}', "1 a login in clear"),
    (policy.secret_in_user_data, "curl https://me:hunter2@example.com/", "1 a login in clear"),
    (policy.image_that_moves, 'image = "a/b:latest"', "1 image a/b:latest"),
    (policy.image_that_moves, 'image = "registry:5000/a/b"', "1 image registry:5000/a/b"),
    (policy.image_that_moves, '\nimage = "${var.repository}:latest"', "2 image"),
    (policy.image_that_moves, 'image = "x/${var.name}"', "1 image"),
    (policy.image_that_moves, 'service1-build = "latest"', "1 a build is a number, never latest"),
    (policy.image_that_moves, 'api_build = ""', "1 a build is a number, never empty"),
]


@pytest.mark.parametrize(("rule", "text"), PASSES)
def test_what_passes(rule: Policy, text: str) -> None:
    assert list(rule(text)) == []


@pytest.mark.parametrize(("rule", "text", "said"), FAILS)
def test_what_does_not(rule: Policy, text: str, said: str) -> None:
    found = list(rule(text))
    assert len(found) == 1 and found[0].startswith(said), found


def test_every_policy_was_seen_to_fail() -> None:
    assert {case[0] for case in FAILS} == set(POLICIES)


SKIP = re.compile(r"checkov:skip=(\w+)(?::(.*))?")


def test_every_skip_says_why() -> None:
    for name in OURS:
        for check, reason in SKIP.findall((ROOT / name).read_text()):
            assert len(reason.split()) > 3, f"{name}: {check} is skipped without a reason"


def test_nothing_is_skipped_elsewhere() -> None:
    config = (ROOT / ".checkov.yaml").read_text()
    assert not re.search(r"^(skip-check|check|soft-fail|baseline)", config, re.MULTILINE)
