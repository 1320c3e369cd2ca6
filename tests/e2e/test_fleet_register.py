"""A tenant is declared, deployed, changed and taken away again, and the register says so all along."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from fleets import Tenants
from harness import Project

pytestmark = [pytest.mark.sandbox, pytest.mark.docker]


def test_a_tenant_comes_and_goes(in_docker: Project) -> None:
    project, many = in_docker, Tenants(in_docker)
    git(project, "init", "-q", "-b", "main")
    project.run("tenant", "add", "acme", "tiny")
    file = many.file("acme")
    assert file.is_file()
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "one")
    many.run("apply")
    assert many.those("succeeded") == "- acme"
    (row,) = tenant_index(project)
    assert (row["status"], row["url"], row["changed"]) == (["deployed"], "http://acme.example.com", False)

    file.write_text('value = "y"\n')
    project.run("tenant", "add", "globex", "tiny", "--from", "acme")
    rows = {row["tenant"]: row for row in json.loads(project.run("affected", "tiny", "--since", "HEAD", "--json").out)}
    assert [i["input"] for i in rows["acme"]["inputs"]] == ["variable value"]
    assert rows["globex"]["why"] == "new since HEAD"
    assert [row["tenant"] for row in json.loads(project.run("affected", "tiny", "--json").out)] == ["acme", "globex"]
    assert [row["status"] for row in tenant_index(project)] == [["changed"], ["not deployed"]]

    lock = project.key("acme") + ".tflock"
    project.aws.client("s3").put_object(Bucket=project.bucket, Key=lock, Body=b'{"ID": "1-2", "Who": "somebody"}')  # type: ignore[union-attr]
    assert "somebody" in project.run("tenant", "remove", "acme", "tiny", codes=(75,)).err
    assert file.is_file(), "what could not be destroyed is still declared"
    project.aws.client("s3").delete_object(Bucket=project.bucket, Key=lock)  # type: ignore[union-attr]
    file.rename(project.root / "kept")
    assert tenant_index(project)[0]["orphaned"] is True
    (project.root / "kept").rename(file)
    project.run("tenant", "remove", "acme", "tiny")
    project.run("tenant", "remove", "globex", "tiny")
    assert not file.exists() and not many.file("globex").exists()
    assert tenant_index(project) == []
    assert [key for key in project.objects() if "/tenants/" in key] == []
    project.assert_nothing_left()


def tenant_index(project: Project) -> list[dict[str, Any]]:
    return list(json.loads(project.run("tenants", "tiny", "--json").out))


def git(project: Project, *words: str) -> None:
    me = ("-c", "user.name=me", "-c", "user.email=me@example.com")
    subprocess.run(("git", *me, *words), cwd=project.root, check=True, capture_output=True)
