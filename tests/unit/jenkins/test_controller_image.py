"""The controller's image, read, and its start script, run: what is pinned and taken along, where its configuration is from."""

from __future__ import annotations

import http.server
import os
import re
import shlex
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "jenkins/controller"
TEXT = (FOLDER / "Dockerfile").read_text()
PLUGINS = [line for line in (FOLDER / "plugins.txt").read_text().splitlines() if line and not line.startswith("#")]
LOGIN = {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "k/e+y=", "Token": "to/ken+=="}


def instructions(name: str) -> list[str]:
    return [line.split(None, 1)[1] for line in TEXT.splitlines() if line.startswith(f"{name} ")]


def test_the_base_and_each_plugin_have_one_version() -> None:
    assert re.fullmatch(r"JENKINS=jenkins/jenkins:\d+\.\d+\.\d+-lts-jdk21", instructions("ARG")[0])
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*:\d[\w.-]*", plugin) for plugin in PLUGINS)
    names = [plugin.partition(":")[0] for plugin in PLUGINS]
    assert len(names) == len(set(names))
    assert "--latest false" in instructions("RUN")[0]


def test_what_it_copies_is_there_and_nothing_else_is() -> None:
    taken = [shlex.split(line)[-2] for line in instructions("COPY")]
    assert sorted(name.rstrip("/") for name in taken) == ["configuration", "plugins.txt", "start"]
    assert {file.name for file in FOLDER.iterdir()} == {"Dockerfile", "configuration", "plugins.txt", "start"}


def test_each_plugin_that_the_page_names_is_in_the_image() -> None:
    page = (ROOT / "docs/jenkins.md").read_text()
    table = page.split("**Plugins.**")[1].split("\n\n")[1]
    named = {name for row in table.splitlines()[2:] for name in re.findall(r"`([a-z][a-z0-9-]+)`", row.split("|")[1])}
    assert named and named <= {plugin.partition(":")[0] for plugin in PLUGINS}


def test_the_configuration_holds_no_login_and_runs_no_build_on_the_controller() -> None:
    given = yaml.safe_load((FOLDER / "configuration/jenkins.yaml").read_text())
    (user,) = given["jenkins"]["securityRealm"]["local"]["users"]
    assert user == {"id": "${JENKINS_ADMIN_USER}", "password": "${JENKINS_ADMIN_PASSWORD}"}
    assert given["jenkins"]["numExecutors"] == 0
    rights = {
        name["name"]: name["permissions"]
        for entry in given["jenkins"]["authorizationStrategy"]["projectMatrix"]["entries"]
        for name in entry.values()
    }
    assert rights == {"${JENKINS_ADMIN_USER}": ["Overall/Administer"], "authenticated": ["Overall/Read"]}


def test_each_variable_of_the_configuration_is_one_that_the_module_sets() -> None:
    text = (FOLDER / "configuration/jenkins.yaml").read_text()
    module = "".join((ROOT / f"modules/jenkins-controller/{name}.tf").read_text() for name in ("service", "roles"))
    names = set(re.findall(r"\$\{([A-Z_]+)", text)) - {"NAME"}
    assert names and all(re.search(rf"\b{name}\b +=", module) for name in names)
    script = (FOLDER / "start").read_text()
    assert all(
        name in script and re.search(rf"\b{name} +=", module) for name in ("CASC_BUCKET", "CASC_KEY", "AWS_REGION")
    )


@dataclass
class Aws:
    """ECS's credentials and one object in S3. Signatures are checked as AWS checks them."""

    objects: dict[str, bytes]
    url: str = ""
    refused: list[str] = field(default_factory=list)

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        if path == "/credentials":
            pairs = ",".join(f'"{name}":"{value}"' for name, value in LOGIN.items())
            return 200, f'{{"RoleArn":"arn:r",{pairs},"Expiration":"2030-01-01T00:00:00Z"}}\n'.encode()
        if self.signature(path, headers) not in headers["authorization"]:
            self.refused.append(path)
            return 403, b"<Code>SignatureDoesNotMatch</Code>"
        return (200, self.objects[path]) if path in self.objects else (404, b"<Code>NoSuchKey</Code>")

    def signature(self, path: str, headers: dict[str, str]) -> str:
        signed = headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
        assert {"host", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"} <= set(signed)
        request = AWSRequest("GET", self.url + path, headers={name: headers[name] for name in signed})
        request.context["timestamp"] = headers["x-amz-date"]
        key = Credentials(LOGIN["AccessKeyId"], LOGIN["SecretAccessKey"], LOGIN["Token"])
        auth = S3SigV4Auth(key, "s3", "ap-southeast-2")
        return str(auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request))


@pytest.fixture
def aws() -> Iterator[Aws]:
    here = Aws({"/config/a/jobs.yaml": b"jenkins: {}\n"})

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = here.answer(self.path, {name.lower(): value for name, value in self.headers.items()})
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here.url = f"http://127.0.0.1:{server.server_port}"
        yield here
        server.shutdown()


def start(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What the image starts, with a Jenkins that says which configuration it finds."""
    jenkins = folder / "jenkins.sh"
    jenkins.write_text('#!/bin/sh\necho "started $*"\nls "$CASC_JENKINS_CONFIG"\n')
    jenkins.chmod(0o755)
    (folder / "configuration").mkdir()
    (folder / "configuration/jenkins.yaml").touch()
    given = {
        "PATH": os.environ["PATH"],
        "CASC_JENKINS_CONFIG": str(folder / "configuration"),
        "JENKINS_START": str(jenkins),
    }
    argv = ["sh", str(FOLDER / "start"), "--httpPort=8080"]
    return subprocess.run(argv, env=given | environment, capture_output=True, text=True, timeout=300)


def from_s3(aws: Aws, key: str) -> dict[str, str]:
    return {
        "CASC_BUCKET": "config",
        "CASC_KEY": key,
        "AWS_REGION": "ap-southeast-2",
        "AWS_ENDPOINT_URL_S3": aws.url,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{aws.url}/credentials",
    }


def test_without_a_bucket_jenkins_starts_with_what_the_image_holds(tmp_path: Path) -> None:
    done = start(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "started --httpPort=8080\njenkins.yaml\n", "")


def test_an_object_joins_it(tmp_path: Path, aws: Aws) -> None:
    done = start(tmp_path, **from_s3(aws, "a/jobs.yaml"))
    assert done.returncode == 0 and aws.refused == [], done.stderr
    assert done.stdout.splitlines()[-3:] == ["started --httpPort=8080", "jenkins.yaml", "jobs.yaml"]
    assert (tmp_path / "configuration/jobs.yaml").read_text() == "jenkins: {}\n"


def test_an_object_that_is_not_there_yet_is_no_failure(tmp_path: Path, aws: Aws) -> None:
    done = start(tmp_path, **from_s3(aws, "a/later.yaml"))
    assert done.returncode == 0 and "does not exist yet" in done.stdout, done.stderr
    assert done.stdout.splitlines()[-1] == "jenkins.yaml"


def test_without_the_right_to_read_it_jenkins_does_not_start(tmp_path: Path, aws: Aws) -> None:
    wrong = from_s3(aws, "a/jobs.yaml") | {"AWS_REGION": "eu-west-1"}
    done = start(tmp_path, **wrong)
    assert done.returncode == 1 and "started" not in done.stdout
    assert "SignatureDoesNotMatch" in done.stderr and "S3 answers 403" in done.stderr
    assert urlsplit(aws.url).netloc not in done.stdout and LOGIN["SecretAccessKey"] not in done.stderr
