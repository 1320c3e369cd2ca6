"""What modules/ecs-cluster refuses, message by message; and its examples, really applied in a simulated AWS."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import refusals
from applied import left
from reachability import Network, outside, resources
from states_by_http import with_state_by_http
from terraform_in import REGION, ROOT, Terraform, mocks_of

MODULE = "modules/ecs-cluster"
TESTS = ROOT / MODULE / "tests"

pytestmark = pytest.mark.terraform


def test_every_validation_says_what_to_do(tmp_path: Path) -> None:
    """The variables alone are a module too: without a provider sixty cases take a second."""
    shutil.copy(ROOT / MODULE / "variables.tf", tmp_path)
    cases = refusals.read(TESTS / "refused/variables.tftest.hcl")
    said = refusals.said(refusals.without_provider(cases), Terraform(tmp_path))
    assert {run: len(messages) for run, messages in said.items()} == dict.fromkeys(cases.says, 1), said
    assert [run for run, says in cases.says.items() if not said[run][0].startswith(says)] == []
    everything = {message for messages in said.values() for message in messages}
    assert set(refusals.messages_of(ROOT / MODULE / "variables.tf")) == everything


def test_what_aws_says_of_an_image_is_believed(code: Path, tmp_path: Path, mocked: dict[str, str]) -> None:
    shutil.copytree(code / MODULE, tmp_path / "module", ignore=shutil.ignore_patterns(".terraform*", "tests"))
    cases = refusals.read(TESTS / "machine-image.tftest.hcl")
    said = refusals.said(cases, Terraform(tmp_path / "module", mocked).init())
    assert [run for run, says in cases.says.items() if not any(each.startswith(says) for each in said[run])] == []


def test_the_shared_layer_passes_its_load_balancers_on(code: Path, tmp_path: Path, mocked: dict[str, str]) -> None:
    shutil.copytree(code, tmp_path / "code", ignore=shutil.ignore_patterns(".terraform*", "tests"))
    root = Terraform(tmp_path / "code/src/appcluster", mocked)
    (root.folder / "tests").mkdir()
    (root.folder / "tests/shared.tftest.hcl").write_text(mocks_of("ecs-cluster") + SHARED_LAYER)
    assert "Success! 4 passed" in root.init().run("test", "-no-color")


SHARED_LAYER = """
variables {
  region = "ap-southeast-2"
  stack  = "appcluster-test"
  zone   = "example.com"
  domain = "test.example.com"
}

run "none_unless_asked_for" {
  command = plan

  assert {
    condition     = length(output.shared_load_balancers) + length(output.cluster_role_policies) == 0
    error_message = "every tenant has its own"
  }
}

run "with_the_certificate_of_the_same_apply" {
  command = plan

  variables {
    load_balancers       = 2
    shared_load_balancer = { idle_seconds = 90 }
    certificate          = true
  }
  override_resource {
    target = aws_acm_certificate.tenants
    values = { domain_validation_options = [] }
  }
  override_resource {
    target = aws_route53_record.proof
    values = { fqdn = "proof.test.example.com" }
  }
  assert {
    condition     = join(" ", keys(output.shared_load_balancers)) == "1 2"
    error_message = "they reach the tenant layer by number"
  }
}

run "with_a_role_of_another_team" {
  command = plan

  variables {
    cluster_roles        = { nodes = { instance_profile_arn = "arn:aws:iam::123456789012:instance-profile/platform/nodes" } }
    load_balancers       = 1
    shared_load_balancer = { security_groups = { office = "sg-0f" } }
    node                 = { egress = { https = { to = "0.0.0.0/0", port = 443 } } }
  }
  override_data {
    target = module.cluster.data.aws_iam_instance_profile.nodes
    values = { role_arn = "arn:aws:iam::123456789012:role/platform/nodes", role_name = "nodes" }
  }
  assert {
    condition     = endswith(output.node_role_arn, ":role/platform/nodes") && keys(output.cluster_role_policies) == ["nodes"]
    error_message = "what that role must be allowed is said, and only then"
  }
}

run "in_another_partition_with_a_key_of_yours" {
  variables {
    network              = { nat = "none" }
    oncall               = { ops = "ops@example.com" }
    task_registry_secret = "tasks"
  }
  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-us-gov" }
  }
  override_data {
    target = data.aws_secretsmanager_secret.task_registry
    values = { arn = "arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:tasks-AbCdEf", kms_key_id = "alias/ours" }
  }
  override_data {
    target = data.aws_kms_key.task_registry
    values = { arn = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/1" }
  }
  override_resource {
    target = aws_sns_topic.oncall
    values = { arn = "arn:aws-us-gov:sns:us-gov-west-1:123456789012:oncall" }
  }
  assert {
    condition     = output.registry_login_key == "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/1"
    error_message = "tenants on Fargate are told the key of their login"
  }
  assert {
    condition = jsondecode(aws_sns_topic_policy.oncall[0].policy).Statement[1].Condition.ArnLike["aws:SourceArn"] == [
      for event in ["refresh-failed", "spot-interruptions"] :
      "arn:aws-us-gov:events:*:123456789012:rule/appcluster-test-${event}"
    ]
    error_message = "EventBridge may tell, in every partition"
  }
  assert {
    condition     = output.cluster.nat == false && contains(output.cluster.capacity_providers, "FARGATE_SPOT")
    error_message = "tenants are told what the network and the cluster have"
  }
}
"""


@pytest.mark.long(185)
@pytest.mark.sandbox
def test_the_examples_come_change_and_go(code: Path, tmp_path: Path, aws: dict[str, str]) -> None:
    """Both in one root, so that the provider's waits overlap: a launch configuration, and a template with shared
    load balancers. The change is another bid, other user data, one more load balancer, and a certificate that came
    later: its listener stays, and with it the tenants' rules."""
    shutil.copytree(code / "modules", tmp_path / "modules", ignore=shutil.ignore_patterns(".terraform*", "tests"))
    (tmp_path / "main.tf").write_text(EXAMPLES)
    with with_state_by_http(Terraform(tmp_path, aws)) as made:
        come_change_and_go(made, aws["AWS_ENDPOINT_URL"])


def come_change_and_go(made: Terraform, url: str) -> None:
    made.run("init", "-input=false", "-no-color")
    made.apply("-parallelism=30")
    first = shared_load_balancers(made)
    assert list(first) == ["1"]
    reached(Network(resources(json.loads(made.run("show", "-json"))["values"]["root_module"])))

    changes = made.changes(*CHANGE)  # what it does not list stands as it was made
    assert {address for address, does in changes.items() if does == ["create"]} == {
        'module.classic.module.cluster.aws_lb_listener.redirect["1"]',
        'module.classic.module.cluster.aws_vpc_security_group_ingress_rule.shared["everyone-https"]',
        'module.shared.module.cluster.aws_lb.shared["2"]',
        'module.shared.module.cluster.aws_lb_listener.redirect["2"]',
        'module.shared.module.cluster.aws_lb_listener.shared["2"]',
    }
    assert {address: does for address, does in changes.items() if does != ["create"]} == {
        "module.classic.module.cluster.aws_autoscaling_group.nodes": ["update"],
        "module.classic.module.cluster.aws_launch_configuration.nodes[0]": ["create", "delete"],
        'module.classic.module.cluster.aws_lb_listener.shared["1"]': ["update"],
        "module.shared.module.cluster.aws_autoscaling_group.nodes": ["update"],
        "module.shared.module.cluster.aws_launch_template.nodes[0]": ["update"],
    }
    made.apply_planned("-parallelism=30")
    assert made.changes(*CHANGE) == {}
    assert shared_load_balancers(made)["1"] == first["1"]

    made.destroy("-parallelism=30", "-refresh=false", *CHANGE)  # that plan has just looked
    assert left(url, "example-", "shared.example.com") == {}


def reached(network: Network) -> None:
    """The network of a cluster with shared load balancers, and with network ACLs."""
    balancer, nodes, world = (
        network.load_balancer("example-shared"),
        network.machines("example-shared"),
        outside("0.0.0.0/0"),
    )
    assert network.surely(world, balancer, 443) and network.surely(world, balancer, 80)
    assert network.surely(balancer, nodes, 32768) and network.surely(balancer, nodes, 65535)
    assert network.surely(nodes, world, 443)
    for source, target, port in (
        (world, balancer, 22), (world, nodes, 32768), (world, nodes, 22), (balancer, nodes, 22), (balancer, nodes, 8080),
        (nodes, world, 25), (nodes, world, 80),
    ):  # fmt: skip
        assert not network.may(source, target, port), (source, target, port)


CHANGE = (
    "-var=load_balancers=2",
    "-var=reserved_memory=256",
    "-var=spot_max_price=0.04",
    "-var=certificate=true",
)
EXAMPLES = f"""
provider "aws" {{
  region = "{REGION}"
  default_tags {{
    tags = {{ Stack = "examples", ManagedBy = "orchestrate" }}
  }}
}}

resource "aws_acm_certificate" "later" {{
  domain_name       = "*.classic.example.com"
  validation_method = "DNS"
}}

variable "certificate" {{ default = false }}
variable "load_balancers" {{ default = 1 }}
variable "reserved_memory" {{ default = 128 }}
variable "spot_max_price" {{ default = "0.03" }}

module "classic" {{
  source          = "./{MODULE}/examples/classic"
  spot_max_price  = var.spot_max_price
  certificate_arn = var.certificate ? aws_acm_certificate.later.arn : null
}}

module "shared" {{
  source          = "./{MODULE}/examples/shared"
  load_balancers  = var.load_balancers
  reserved_memory = var.reserved_memory
}}

output "shared_load_balancers" {{ value = module.shared.cluster.shared_load_balancers }}
"""


def shared_load_balancers(made: Terraform) -> dict[str, object]:
    found = made.outputs()["shared_load_balancers"]
    assert isinstance(found, dict)
    return found
