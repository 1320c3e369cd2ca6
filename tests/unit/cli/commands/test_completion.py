"""Shell completion: the scripts, and what they offer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from project_on_disk import APP, REGION, Disk
from said import Said

Run = Callable[..., Said]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell(run_cli: Run, shell: str) -> None:
    said = run_cli("completion", shell)
    assert (said.code, said.err) == (0, "")
    assert f"_ORCHESTRATE_COMPLETE={shell}_complete" in said.out


def test_no_such_shell(run_cli: Run) -> None:
    said = run_cli("completion", "csh")
    assert (said.code, "bash" in said.err) == (64, True)


@pytest.fixture
def offered(
    run_cli: Run, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[[str], set[str]]:
    """What is offered for the last word of a line."""

    def complete(line: str) -> set[str]:
        monkeypatch.setenv("_ORCHESTRATE_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        with pytest.raises(SystemExit):
            run_cli()
        return {row.partition(",")[2] for row in capfd.readouterr().out.splitlines() if row}

    return complete


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("orchestrate pl", {"plan"}),
        ("orchestrate sta", {"state", "stacks", "start", "status"}),
        ("orchestrate plan ", {"app-live", "app-test", "global"}),
        ("orchestrate plan app-t", {"app-test"}),
        ("orchestrate plan app-live ", {REGION, "eu-west-1"}),
        ("orchestrate plan app-live e", {"eu-west-1"}),
        (f"orchestrate plan app-test {REGION} -var ", {"tenant=acme", "tenant=globex"}),
        (f"orchestrate plan app-test {REGION} -var tenant=g", {"tenant=globex"}),
        ("orchestrate vars app-test --mer", {"--merge-diff"}),
        ("orchestrate plan nowhere ", set()),
        ("orchestrate plan nowhere here -var ", set()),
    ],
)
def test_what_is_offered(offered: Callable[[str], set[str]], line: str, offers: set[str]) -> None:
    assert offered(line) == offers


TENANT = """\
services      = { service1 = {}, api = { one_off_tasks = { index = {} } } }
one_off_tasks = { migrate = { command = ["./migrate"] } }
"""


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("status ", {"app-live", "app-test", "global"}),
        ("logs app-test ", {REGION}),
        ("stop app-test ", {REGION}),
        (f"start app-test {REGION} -var tenant=a", {"tenant=acme"}),
        (f"exec app-test {REGION} -var ", {"tenant=acme", "tenant=globex"}),
        (f"status app-test {REGION} -var tenant=acme --service ", {"acme", "api"}),
        (f"restart app-test {REGION} --tenant acme --service a", {"acme", "api"}),
        (f"logs app-test {REGION} -var tenant=globex --service ", {"globex"}),
        (f"exec app-test {REGION} --service ", set()),
        ("run-task nowhere --tenant acme --service ", set()),
        ("run-task app-test --tenant acme --task ", {"index", "migrate", "nightly"}),
        ("run-task app-test --tenant acme --task m", {"migrate"}),
        ("run-task app-test --tenant acme --container ", {"api", "service1"}),
        ("exec app-test --tenant acme --container a", {"api"}),
        ("logs app-test --tenant acme --container ", {"api", "service1"}),
    ],
)
def test_names_that_a_tenants_files_say(
    offered: Callable[[str], set[str]], example: Disk, line: str, offers: set[str]
) -> None:
    example.write(f"{APP}/tenants/acme.tfvars", TENANT)
    example.write(f"{APP}/variables.tfvars", 'scheduled_tasks = { nightly = { schedule = "rate(1 day)" } }\n')
    assert offered(f"orchestrate {line}") == offers


def test_a_broken_project_offers_nothing_and_says_nothing(
    offered: Callable[[str], set[str]], example: Disk, capfd: pytest.CaptureFixture[str]
) -> None:
    example.write(f"{APP}/backend.tfvars", "bucket = [")
    assert offered(f"orchestrate plan app-test {REGION} -var ") == set()
    assert capfd.readouterr().err == ""
