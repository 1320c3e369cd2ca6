"""The pipelines as they are written, and the stand-in itself: what Jenkins would refuse is refused, and its steps do what
they say. Needs a Java machine and groovy, and nothing else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from standin import ROOT, Built, Jenkins, Wanted

pytestmark = pytest.mark.groovy
FOLDER = ROOT / "jenkins"
DOCS = (ROOT / "docs/jenkins.md").read_text()
SHELL = {"PATH": os.environ["PATH"]}


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., list[Built]]:
    """run(text, ..., params=..., ...): Jenkinsfiles, side by side."""
    (tmp_path / "scm").mkdir()

    def run(*texts: str, **more: object) -> list[Built]:
        wanted = []
        for n, text in enumerate(texts, 1):
            file = tmp_path / f"job{n}.Jenkinsfile"
            file.write_text(text)
            wanted.append(Wanted(f"job{n}", file, tmp_path / "scm", **more))
        return Jenkins(tmp_path / "jenkins", SHELL).run(*wanted, timeout=300)

    return run


def pipeline(steps: str, more: str = "") -> str:
    return f"pipeline {{\n agent {{ label 'deploy' }}\n {more}\n stages {{ stage('One') {{ steps {{\n{steps}\n }} }} }}\n}}\n"


REFUSED = {
    'sh "exec ./orchestrate apply ${params.STACK}"': "sh takes one constant text",
    "sh 'exec ./orchestrate apply ' + params.STACK": "sh takes one constant text",
    "sh './orchestrate stacks'": "exec ./orchestrate",
    "shell 'true'": "No such DSL method 'shell'",
    "sh script: 'true', returnStatsu: true": "no parameter returnStatsu",
    "def x = 1": "all else stands in script",
    "withCredentials([]) { sh 'true' }": "credentials are the agent's role",
    "script { currentBuild.rawBuild.delete() }": "rawBuild needs script approval",
    "script { new File('/etc/passwd').text }": "needs script approval",
    "env.toString()": "not allowed outside",
    "error 'on purpose'": "on purpose",
}
SECTIONS = {
    "opitons { timeout(time: 1) }": 'Undefined section "opitons"',
    "options { timeuot(time: 1) }": 'Invalid option type "timeuot"',
    "parameters { strnig(name: 'X') }": 'Invalid parameter type "strnig"',
    "triggers { cron('TZ=Australia/Sidney\\n0 20 * * *') }": "Unknown time-zone ID: Australia/Sidney",
    "triggers { cron('0 25 * * *') }": "cron: invalid input",
    "post { allways { echo 'x' } }": 'Undefined section "allways"',
    "environment { echo 'x' }": "environment holds NAME = value",
}


def test_what_jenkins_would_refuse_is_refused(run: Callable[..., list[Built]]) -> None:
    texts = [pipeline(steps) for steps in REFUSED] + [pipeline("echo 'x'", more) for more in SECTIONS]
    for built, why in zip(run(*texts), [*REFUSED.values(), *SECTIONS.values()], strict=True):
        assert built.result == "FAILURE" and why in built.log, f"{why}\n{built}"


STEPS = """
sh 'case "$WHAT" in *"(b)") ;; *) exit 1 ;; esac; echo "$JENKINS_NODE_COOKIE" > cookie'
script {
    assert sh(returnStdout: true, script: 'echo out; echo err >&2') == 'out\\n'
    assert sh(returnStatus: true, script: 'exit 7') == 7
    writeFile file: 'x/y.groovy', text: "env.NINE='9'\\nreturn [1, 2]"
    assert load('x/y.groovy') == [1, 2] && env.NINE == '9'
    stash name: 'it', includes: 'x/**'
    node('other') { unstash 'it'; assert fileExists('x/y.groovy') && !fileExists('cookie') }
    catchError(buildResult: 'UNSTABLE', stageResult: 'FAILURE') { sh 'false' }
    parallel a: { sh 'touch a; timeout 60 sh -c "until [ -e b ]; do sleep 0.1; done"' },
        b: { sh 'touch b; timeout 60 sh -c "until [ -e a ]; do sleep 0.1; done"' }
}
"""


def test_steps_do_what_they_say(run: Callable[..., list[Built]]) -> None:
    (built,) = run(
        pipeline(
            STEPS, "environment { WHAT = 'a $(b)' }\n post {\n unstable { echo 'so so' }\n success { echo 'no' }\n }"
        )
    )
    assert built.result == "UNSTABLE" and "so so" in built.log and "\nno\n" not in built.log, str(built)


# Held until another build waits for it. (The log has the command too, which the pattern does not match.)
LOCK = """lock('the one') {
    sh 'mkdir $HELD; timeout 60 sh -c "until grep -qs locked,[[:space:]]waiting $LOGS; do sleep 0.1; done"; rmdir $HELD'
}"""


def test_a_lock_excludes_and_a_time_limit_stops(run: Callable[..., list[Built]], tmp_path: Path) -> None:
    logs = str(tmp_path / "jenkins/jobs/*/builds/*/log")
    locked = pipeline(LOCK.replace("$HELD", str(tmp_path / "held")).replace("$LOGS", logs))
    limited = pipeline(
        "timeout(time: 4, unit: 'SECONDS') { sh 'exec sleep 60' }", "post { aborted { sh 'echo after all' } }"
    )
    while_it_lives = f"61.{os.getpid()}"  # of no other run of this test
    orphan = pipeline(f"sh 'nohup sleep {while_it_lives} > /dev/null 2>&1 &'")
    *first, stopped, left = run(locked, locked, locked, limited, orphan)
    assert [b.result for b in first] == ["SUCCESS"] * 3, "\n".join(map(str, first))
    assert any("is locked, waiting" in b.log for b in first)
    assert stopped.result == "ABORTED" and "after all" in stopped.log, str(stopped)
    assert "script returned exit code 143" in stopped.log
    assert left.result == "SUCCESS", "what a build leaves running ends with its node block"
    said = f"sleep\0{while_it_lives}".encode()
    assert not [p for p in Path("/proc").glob("[0-9]*/cmdline") if p.exists() and said in _bytes(p)]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_the_list_of_a_run_parameter(tmp_path: Path) -> None:
    """Those that succeeded and are kept, newest first, by display name; its job by the full name, wherever that is."""
    (tmp_path / "scm").mkdir()
    jenkins, file = Jenkins(tmp_path / "jenkins", SHELL), tmp_path / "service.Jenkinsfile"
    kept = "options { buildDiscarder(logRotator(numToKeepStr: '3')) }\n parameters { booleanParam(name: 'BAD') }"
    steps = "script { currentBuild.displayName = \"#${env.BUILD_NUMBER} One\"; if (params.BAD) { error 'no' } }"
    file.write_text(pipeline(steps, kept))
    five = (Wanted("shop/service", file, tmp_path / "scm", params={"BAD": n == 4}) for n in range(1, 6))
    assert [b.result for b in jenkins.run(*five)] == [*["SUCCESS"] * 3, "FAILURE", "SUCCESS"]
    listed = pipeline("echo env.S_NAME", "parameters { run(name: 'S', projectName: 'shop/service', filter: 'STABLE') }")
    relative = listed.replace("shop/service", "service")
    files = {name: tmp_path / f"{name}.Jenkinsfile" for name in ("listed", "relative")}
    files["listed"].write_text(listed)
    files["relative"].write_text(relative)
    good, bad = jenkins.run(*(Wanted(f"shop/{name}", file, tmp_path / "scm") for name, file in files.items()))
    assert good.choices == {"S": ["#5 One", "#3 One"]} and "\n#5 One\n" in good.log, str(good)
    assert bad.result == "FAILURE" and "no job is called service (its full name" in bad.log, str(bad)


def test_an_upstream_that_is_unknown_and_a_build_of_no_name(run: Callable[..., list[Built]]) -> None:
    unknown = pipeline("echo 'x'", "parameters { run(name: 'S', projectName: 'nowhere') }")
    library = "@Library('orchestrate') _\n"
    bad = [library + pipeline(f"recordBuild service: {name}") for name in ("'Service 1'", "'s', build: '9; rm'")]
    nobody = library + pipeline("copyBuilds(['SERVICE1'])")
    words = ("no job is called nowhere", "no name of a service", "cannot be an image's tag", "no build was chosen")
    for built, word in zip(run(unknown, *bad, nobody), words, strict=True):
        assert built.result == "FAILURE" and word in built.log, f"{word}\n{built}"


ORCHESTRATE = """\
#!/bin/sh
echo "asked: $*" >&2
case $1 in run-task) echo '{"exit_code": 1}'; exit 1 ;; esac
"""


def test_the_steps_for_what_runs(run: Callable[..., list[Built]], tmp_path: Path) -> None:
    """What they type, and that a task that failed fails the build and is archived."""
    tool = tmp_path / "scm/orchestrate"
    tool.write_text(ORCHESTRATE)
    tool.chmod(0o755)
    library, tenant = "@Library('orchestrate') _\n", "stack: 'shop', region: 'ap-southeast-2', tenant: 'acme'"
    task, status = run(
        library + pipeline(f"runTask {tenant}, task: 'migrate', confirmed: true"),
        library + pipeline(f"checkStatus {tenant}"),
    )
    confirm = "--confirm ap-southeast-2/shop/acme"
    typed = f"asked: run-task shop ap-southeast-2 -var tenant=acme --task migrate --timeout 50m {confirm} --json\n"
    assert (task.result, typed in task.log) == ("FAILURE", True), str(task)
    assert "asked: status shop ap-southeast-2 -var tenant=acme\n" in status.log and status.result == "SUCCESS", str(
        status
    )
    (archived,) = (tmp_path / "jenkins").rglob("archive/reports/task.json")
    assert json.loads(archived.read_text()) == {"exit_code": 1}


def test_the_docs_name_every_pipeline_and_every_word_of_the_library() -> None:
    for file in FOLDER.glob("*.Jenkinsfile"):
        assert f"`{file.name}`" in DOCS, file.name
    for file in (FOLDER / "vars").glob("*.groovy"):
        assert f"`{file.stem}`" in DOCS, file.stem


def test_the_page_shows_a_job_as_it_is_written() -> None:
    (block,) = (b for b in re.findall(r"```groovy\n(.*?)```", DOCS, re.DOTALL) if b.startswith("pipelineJob"))
    argv = [sys.executable, "-m", "wrapper", "--root", str(ROOT), "jenkins", "casc", "--jobs", "--json"]
    written = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    assert block in json.loads(written.stdout)["jobs"][0]["script"]


def test_a_teams_own_jenkinsfile_is_ten_lines() -> None:
    (block,) = (b for b in re.findall(r"```groovy\n(.*?)```", DOCS, re.DOTALL) if "deployTenant" in b)
    assert len([line for line in block.splitlines() if line.strip()]) <= 10, block
