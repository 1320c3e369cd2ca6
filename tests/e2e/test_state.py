"""States: one each, one lock each, the right value in each, and a bucket worth keeping them in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from engine_params import on_docker, on_host
from harness import BEGAN, REGION, Project, held, slow, wait_until

pytestmark = pytest.mark.sandbox
TENANTS = ("a", "b", "c", "d", "e", "f")
ROUNDS = 2  # all are new, then all are changed


@on_docker
def test_tenants_applied_at_the_same_time_each_have_their_own_value(project: Project) -> None:
    project.run("apply", "tiny")
    for turn in range(ROUNDS):
        lines = [("apply", "tiny", REGION, "-var", f"tenant={t}", "-var", f"value={t}-{turn}") for t in TENANTS]
        for tenant, done in zip(TENANTS, project.run_at_once(*lines), strict=True):
            assert done.last == f"http://{tenant}.example.com", str(done)
        values = {t: project.state(t)["outputs"]["value"]["value"] for t in TENANTS}
        assert values == {t: f"{t}-{turn}" for t in TENANTS}
    project.assert_nothing_left()


def test_a_second_apply_of_one_tenant_names_the_first_and_ends_with_75(project: Project) -> None:
    project.run("apply", "tiny")
    acme = ("apply", "tiny", REGION, "-var", "tenant=acme")
    first = project.start(*acme, "-var", f"command={slow()}", env={"BUILD_TAG": "jenkins-deploy-7"})
    first.wait_for(BEGAN)
    second = project.run(*acme, codes=(75,))
    assert "jenkins-deploy-7" in second.err and "-lock-timeout" in second.err
    # Another tenant does not mind.
    project.run("apply", "tiny", REGION, "-var", "tenant=globex")
    first.send(15).end()


def test_with_a_lock_timeout_the_second_waits_and_succeeds(project: Project) -> None:
    given = ("apply", "tiny", "-var", f"command={held()}")
    first = project.start(*given, "-var", "value=first").wait_for(BEGAN)
    second = project.start(*given, "-var", "value=second", "-lock-timeout=60s").wait_for("waiting for")
    project.go_on()
    assert (first.end().code, second.end().code) == (0, 0)
    assert project.state()["outputs"]["value"]["value"] == "second"
    project.assert_nothing_left()


def test_a_lock_held_on_another_machine_is_named_by_terraforms_own_lock(project: Project, tmp_path: Path) -> None:
    first = project.elsewhere(tmp_path).start(
        "apply", "tiny", "-var", f"command={slow()}", env={"BUILD_TAG": "jenkins-far-away-3"}
    )
    first.wait_for(BEGAN)
    lock = json.loads(
        project.aws.client("s3").get_object(Bucket=project.bucket, Key=project.key() + ".tflock")["Body"].read()
    )
    assert "is being changed by jenkins-far-away-3" in project.run("apply", "tiny", codes=(75,)).err
    second = project.run("refresh", "tiny", codes=(75,))
    assert lock["Who"].removeprefix("@") in second.err and lock["ID"] in second.err
    first.send(15)
    assert first.end().code == 143
    project.run("apply", "tiny")
    project.assert_nothing_left()


def test_a_lock_on_another_machine_is_waited_for(in_docker: Project, tmp_path: Path) -> None:
    there = in_docker.elsewhere(tmp_path)
    first = there.start("apply", "tiny", "-var", f"command={held()}").wait_for(BEGAN)
    second = in_docker.start("apply", "tiny", "-lock-timeout=60s", "-var", "value=second")
    second.wait_for("waiting for")
    there.go_on()
    assert (first.end().code, second.end().code) == (0, 0)
    assert in_docker.state()["outputs"]["value"]["value"] == "second"


@on_docker
def test_force_unlock_takes_away_what_a_dead_run_left(project: Project) -> None:
    project.run("apply", "tiny")
    s3 = project.aws.client("s3")
    lock = {"ID": "0b8a3e0e-5f4b-4b6b-9d1a-2f4f5b6c7d8e", "Operation": "OperationTypeApply", "Who": "dead@machine"}
    lock |= {
        "Info": "",
        "Version": "1.11.4",
        "Created": "2026-01-01T00:00:00Z",
        "Path": f"{project.bucket}/{project.key()}",
    }
    s3.put_object(Bucket=project.bucket, Key=project.key() + ".tflock", Body=json.dumps(lock))
    refused = project.run("apply", "tiny", "-var", "value=next", codes=(75,))
    assert "dead@machine" in refused.err and lock["ID"] in refused.err
    project.run("force-unlock", "tiny", REGION, "-force", lock["ID"])
    assert project.locks() == []
    project.run("apply", "tiny", "-var", "value=next")


def test_bootstrap_makes_a_bucket_worth_keeping_states_in(in_docker: Project) -> None:
    bucket = f"{in_docker.bucket}-new"
    in_docker.write(f"config/{REGION}/tiny/backend.tfvars", f'bucket = "{bucket}"\nregion = "{REGION}"\n')
    missing = in_docker.run("apply", "tiny", codes=(66,))
    assert f"./orchestrate bootstrap {REGION} tiny" in missing.err
    assert in_docker.containers() == []
    assert "created" in in_docker.run("bootstrap", REGION, "tiny").err
    assert "exists already" in in_docker.run("bootstrap", REGION, "tiny").err
    s3 = in_docker.aws.client("s3")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"][0]
    assert (policy["Effect"], policy["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == REGION
    in_docker.run("apply", "tiny")


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"<html>"])
def test_a_damaged_state_stops_everything_before_it_starts(in_docker: Project, damage: bytes) -> None:
    in_docker.run("apply", "tiny", "-var", "tenant=acme")
    in_docker.aws.client("s3").put_object(Bucket=in_docker.bucket, Key=in_docker.key("acme"), Body=damage)
    for verb in ("plan", "apply", "destroy"):
        done = in_docker.run(verb, "tiny", REGION, "-var", "tenant=acme", codes=(65,))
        assert in_docker.key("acme") in done.err and "+ terraform" not in done.err
    in_docker.aws.client("s3").put_object(Bucket=in_docker.bucket, Key=in_docker.key(), Body=damage)
    for verb in ("plan", "apply"):
        in_docker.run(verb, "tiny", REGION, codes=(65,))
    in_docker.assert_nothing_left()


@on_host
def test_destroy_of_a_tenant_leaves_no_object_of_it_and_all_of_its_neighbour(project: Project) -> None:
    for tenant in ("acme", "globex"):
        project.run("apply", "tiny", "-var", f"tenant={tenant}")
    shared, neighbour = project.state_bytes(), project.state_bytes("globex")
    project.run("destroy", "tiny", REGION, "-var", "tenant=acme")
    assert [key for key in project.objects() if "/acme/" in key] == []
    assert (project.state_bytes(), project.state_bytes("globex")) == (shared, neighbour)
    project.run("destroy", "tiny", REGION)
    assert wait_until(lambda: project.objects() == [], 60)
    project.assert_nothing_left()
