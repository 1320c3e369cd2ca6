"""Every name that a hash makes is pinned: another formula replaces each service, load balancer or role that has it."""

from __future__ import annotations

import re

from terraform_in import ROOT

HASHED = re.compile(r"^ *(\w+) += [^\n]*sha256\(", re.MULTILINE)

# Module and local => the run of the module's own tests that has its value.
PINNED = {
    ("ecs-cluster", "role_name"): "cluster.tftest.hcl shared_by_http_and_every_name_that_a_hash_makes",
    ("ecs-cluster", "shared_name"): "cluster.tftest.hcl shared_by_http_and_every_name_that_a_hash_makes",
    ("jenkins-agents", "role_name"): "agents.tftest.hcl every_name_that_a_hash_makes",
    ("jenkins-controller", "unique"): "controller.tftest.hcl one_task_at_most",
    ("jenkins-controller", "role_name"): "controller.tftest.hcl fargate_and_the_agents_own_protocol",
    ("jenkins-machines", "role_name"): "machines.tftest.hcl every_name_that_a_hash_makes",
    ("nightly-destroy", "role_name"): "night.tftest.hcl every_name_that_a_hash_makes",
    ("tenant-load-balancer", "name"): "pinned.tftest.hcl own",
    ("tenant-load-balancer", "load_balancer_name"): "pinned.tftest.hcl own",
    ("tenant-load-balancer", "group_names"): "pinned.tftest.hcl a_service_with_a_path",
    ("tenant-load-balancer", "digests"): "pinned.tftest.hcl a_service_with_a_path",
    ("tenant-load-balancer", "attached_slots"): "pinned.tftest.hcl a_service_with_a_path",
    ("tenant-service", "name"): "pinned.tftest.hcl own",
    ("tenant-service", "service_name"): "pinned.tftest.hcl own",
    ("tenant-service", "other_queues"): "pinned.tftest.hcl another_service",
    ("tenant-service", "service_fact"): "pinned.tftest.hcl an_address_that_a_hash_makes",
    ("tenant-service", "role_name"): "pinned.tftest.hcl roles_in_a_path_of_their_own",
}


def test_each_hash_is_pinned() -> None:
    found = {
        (file.parent.name, local)
        for file in sorted((ROOT / "modules").glob("*/*.tf"))
        for local in HASHED.findall(file.read_text())
    }
    assert found == set(PINNED)


def test_no_hash_hides_from_that() -> None:
    files = sorted((ROOT / "modules").glob("*/*.tf"))
    assert sum(len(re.findall(r"\b(?:sha\w+|md5|uuid\w*)\(", file.read_text())) for file in files) == len(PINNED)


def test_each_run_has_a_value_of_eight_digits() -> None:
    for (module, _), place in PINNED.items():
        file, run = place.split()
        text = (ROOT / "modules" / module / "tests" / file).read_text()
        (body,) = re.findall(rf'^run "{run}" \{{\n(.*?)^\}}', text, re.MULTILINE | re.DOTALL)
        assert re.search(r"[-_][0-9a-f]{8}\b", body), place
