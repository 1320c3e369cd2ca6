"""Jenkins itself, really applied: it comes, changes and goes, in a simulated AWS; and who may reach whom in its network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from applied import layer, left
from reachability import Network, Place, outside, resources
from terraform_in import Terraform

from wrapper.cli import jenkins_casc

pytestmark = [pytest.mark.terraform, pytest.mark.sandbox, pytest.mark.long(230)]

LATER = """
controller-build    = "2"
capacity            = { kind = "machines", cpu = 1024, memory = 3072 }
protocol            = { protocol = "tcp", port = 50000 }
deletion_protection = false
machine_agents = {
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH+4EU1gqpo5pMofPahF/MxRO7xSKD3uqwKUlZuhF4zK jenkins"
  key_secret = "jenkins-machines-key"
  agents     = { docker = { image_id = "ami-03a374a00ead4eadd", label = "build docker", spot = {} } }
}
alarm_topics        = { oncall = "arn:aws:sns:ap-southeast-2:123456789012:oncall" }
"""
OFFICE, STRANGER = outside("203.0.113.0/24"), outside("198.51.100.0/24")


def seen(stack: Terraform) -> Network:
    return Network(resources(json.loads(stack.run("show", "-json"))["values"]["root_module"]))


def test_jenkins_comes_changes_and_goes(code: Path, tmp_path: Path, aws: dict[str, str]) -> None:
    with layer(code, tmp_path / "jenkins", aws, "jenkins", "src/jenkins") as stack:
        comes_changes_and_goes(stack)
    assert left(aws["AWS_ENDPOINT_URL"], "jenkins", "jenkins.example.com") == {}


def comes_changes_and_goes(stack: Terraform) -> None:
    stack.apply()
    assert stack.changes() == {}
    reached(seen(stack), agents_port=False)

    (stack.folder / "later.tfvars").write_text(LATER)
    later = "-var-file=later.tfvars"
    stack.apply("-refresh=false", later)  # the plan above has just looked
    assert stack.changes(later) == {}
    given = stack.outputs()["jenkins"]
    assert given["cloud"]["tunnel"] == "controller.jenkins.internal:50000"
    written = jenkins_casc.casc(given, "jenkins")["jenkins"]["clouds"]
    assert [list(cloud) for cloud in written] == [["ecs"], ["amazonEC2"]]
    assert written[1]["amazonEC2"]["templates"][0]["numExecutors"] == "2", "as many as an m6i.large has processors"
    network = seen(stack)
    reached(network, agents_port=True)
    machines_reached(network)

    stack.destroy("-refresh=false", later)  # and so has this one


def machines_reached(network: Network) -> None:
    """Agents on machines: by SSH from the controller, and by nothing else."""
    jenkins = network.service("jenkins")
    machines, tasks = (network.group(f"jenkins-{name}-agents-", jenkins.subnets) for name in ("machines", "agents"))
    world = outside("0.0.0.0/0")
    assert network.surely(jenkins, machines, 22) and network.surely(machines, world, 443)
    for source, target, port in (
        (tasks, machines, 22), (world, machines, 22), (OFFICE, machines, 22), (machines, jenkins, 22), (machines, tasks, 22),
        (machines, jenkins, 8080), (machines, network.file_system(), 2049), (jenkins, machines, 443), (machines, machines, 22),
    ):  # fmt: skip
        assert not network.may(source, target, port), (source, target, port)


def reached(network: Network, *, agents_port: bool) -> None:
    balancer, jenkins, home = network.load_balancer("jenkins"), network.service("jenkins"), network.file_system()
    agents = network.group("jenkins-agents-agents-", jenkins.subnets)
    world = outside("0.0.0.0/0")

    assert network.surely(OFFICE, balancer, 443) and network.surely(OFFICE, balancer, 80)
    assert not network.may(STRANGER, balancer, 443) and not network.may(OFFICE, balancer, 8080)
    assert network.surely(balancer, jenkins, 8080) and network.surely(jenkins, home, 2049)
    assert network.surely(jenkins, world, 443) and network.surely(agents, world, 443)
    assert network.may(agents, jenkins, 50000) == agents_port == network.surely(agents, jenkins, 50000)

    for source, target, port in (
        (agents, jenkins, 8080), (agents, home, 2049), (balancer, home, 2049), (balancer, agents, 8080),
        (jenkins, agents, 22), (world, jenkins, 8080), (OFFICE, jenkins, 8080), (world, agents, 443), (world, home, 2049),
        (jenkins, world, 80), (jenkins, world, 22), (Place(jenkins.subnets), jenkins, 8080),
    ):  # fmt: skip
        assert not network.may(source, target, port), (source, target, port)
