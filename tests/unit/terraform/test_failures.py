"""What a failed Step amounts to, in the texts of Terraform 1.11.4: its own diagnostics choose, and no other words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fakes import LOCAL, layer, run_of

from wrapper.model.errors import (
    LockedError,
    NotBegunError,
    OrchestrateError,
    RefusedError,
    StateAtRisk,
    TerraformFailed,
)
from wrapper.model.nouns import Outcome, Step
from wrapper.model.stack import Layer, Settings
from wrapper.terraform import failures

ID = "6f3f1a9a-4f3d-27b4-8a3e-9b9fd2a3c111"
LOCKED = f"""
Error: Error acquiring the state lock

Error message: operation error S3: PutObject, https response error
StatusCode: 412, RequestID: 1, HostID: 2, api error PreconditionFailed: At
least one of the pre-conditions you specified did not hold
Lock Info:
  ID:        {ID}
  Path:      b/r/s/terraform.tfstate
  Operation: OperationTypeApply
  Who:       @me-laptop-7
  Version:   1.11.4
  Created:   2026-01-02 03:04:05 +0000 UTC
  Info:


Terraform acquires a state lock to protect the state from being written
by multiple users at the same time.
"""
DENIED = """
Error: Error acquiring the state lock

Error message: operation error S3: PutObject, https response error
StatusCode: 403, RequestID: 1, HostID: 2, api error AccessDenied: Access
Denied

Terraform acquires a state lock to protect the state from being written
"""
NOT_SAVED = """
Error: Failed to save state

Error saving state: HTTP error: 403

Error: Failed to persist state to backend

The error shown above has prevented Terraform from writing the updated state
to the configured backend.
"""
NOT_RELEASED = f"""
Error: Error releasing the state lock

Error message: failed to delete the lock file: operation error S3:
DeleteObject, https response error StatusCode: 403, RequestID: , HostID: ,
api error AccessDenied: injected fault
Lock Info:
  ID:        {ID}
  Who:       root@vm

Terraform acquires a lock when accessing your state to prevent others
"""
STALE = "\nError: Saved plan is stale\n\nThe given plan file can no longer be applied.\n"
PLACE = '\n\n  on main.tf line 7, in resource "x" "a":\n   7:       condition = false\n\n'


def box(text: str) -> str:
    """The same as at a terminal: every line of a diagnostic in its box."""
    blocks = [b for b in ("\n" + text).split("\nError: ") if b.strip()]
    lines = ("".join(f"│ {line}\n" for line in f"Error: {b}".strip("\n").split("\n")) for b in blocks)
    return "".join(f"\x1b[31m╷\x1b[0m\n{one}\x1b[31m╵\x1b[0m\n" for one in lines)


def error_of(stderr: str, *argv: str, code: int = 1, stdout: str = "", **changes: Any) -> OrchestrateError:
    step = Step(("terraform", *(argv or ("plan",))))
    memory = bool(changes.pop("out_of_memory", False))
    outcome = Outcome(code, ok=False, tail=stdout + stderr, stderr=stderr, out_of_memory=memory)
    return failures.failure(run_of(step, **changes), step, outcome)


@pytest.mark.parametrize("shown", [str, box])
@pytest.mark.parametrize(
    ("text", "kind", "message", "hint"),
    [
        (
            LOCKED,
            LockedError,
            "is locked by me-laptop-7 (Apply, since 2026-01-02 03:04:05 +0000 UTC)",
            f"./orchestrate force-unlock app ap-southeast-2 -var tenant=acme -force {ID}",
        ),
        (STALE, NotBegunError, "was changed by another run between this plan and its apply", "again"),
        (NOT_SAVED, StateAtRisk, "Terraform could not save the state", "recover first"),
        (DENIED, RefusedError, "its lock cannot be written: AccessDenied: Access Denied", "s3:GetObject, PutObject"),
        (
            f"Error: creating x: Launch Configuration creation operation is not\navailable{PLACE}",
            TerraformFailed,
            "terraform plan failed",
            'set kind = "launch_template" in v.tfvars:3',
        ),
        (
            f"Error: No valid credential sources found{PLACE}",
            TerraformFailed,
            "terraform plan failed",
            "ORCHESTRATE_NETWORK=host",
        ),
        ("Error: something", TerraformFailed, "terraform plan failed (exit code 1)", "message is above"),
        ("", TerraformFailed, "terraform plan failed (exit code 1)", "message is above"),
    ],
)
def test_a_failure_is_called_by_its_name(
    shown: Any, text: str, kind: type[OrchestrateError], message: str, hint: str
) -> None:
    error = error_of(shown(text) if text else "", origins={"capacity": "v.tfvars:3"})
    assert type(error) is kind
    assert message in error.message
    assert hint in error.hint


def test_a_saved_plan_that_was_overtaken_is_made_again() -> None:
    assert error_of(STALE, "apply", "orchestrate.tfplan").hint == "nothing was changed; make a new plan"


FORGED = [
    LOCKED,
    STALE,
    NOT_SAVED,
    "errored.tfstate",
    "Error acquiring the state lock",
    "No valid credential sources found",
    "\nError: No valid credential sources found\n",
    "\nError: Plugin did not respond\n",
    "The launch configuration creation operation is not available",
]
POSTCONDITION = f"\nError: Resource postcondition failed{PLACE}Mine"


@pytest.mark.parametrize("words", FORGED)
@pytest.mark.parametrize("shown", ["plain", "boxed", "json", "stdout"])
def test_the_words_of_a_configuration_choose_nothing(words: str, shown: str) -> None:
    text = POSTCONDITION + words
    diagnostic = {"severity": "error", "summary": "Resource postcondition failed", "detail": "Mine" + words}
    line = json.dumps({"@level": "error", "@module": "terraform.ui", "diagnostic": diagnostic}, separators=(",", ":"))
    boxed = "╷\n" + "".join(f"│ {part}\n" for part in text.strip().split("\n")) + "╵\n"
    error = {
        "plain": lambda: error_of(text),
        "boxed": lambda: error_of(boxed),
        "json": lambda: error_of("", "plan", "-json", stdout=line + "\n"),
        "stdout": lambda: error_of("Error: no\n", stdout=words),
    }[shown]()
    assert (type(error), error.exit_code, error.hint) == (TerraformFailed, 1, failures.SEE_ABOVE)
    assert ID not in error.message + error.hint


def test_what_is_really_at_risk_is_seen_beside_such_words() -> None:
    assert error_of(NOT_SAVED + POSTCONDITION, "apply").exit_code == 74


def test_the_machine_readable_output_counts_where_there_is_one() -> None:
    lock = {"severity": "error", "summary": "Error acquiring the state lock", "detail": LOCKED.partition("\n\n")[2]}
    line = json.dumps({"@level": "error", "diagnostic": lock}, separators=(",", ":")) + "\n"
    assert error_of("", "plan", "-json", stdout=line).exit_code == 75
    assert error_of("", "output", "-json", stdout=line).exit_code == 1  # there it is a tenant's data
    assert error_of("", "plan", stdout=line).exit_code == 1


@pytest.mark.parametrize(
    ("lock", "message"),
    [
        (
            LOCKED.replace(ID, "unknown; rm -rf /"),
            "is locked by me-laptop-7 (Apply, since 2026-01-02 03:04:05 +0000 UTC)",
        ),
        (LOCKED.partition("Lock Info:")[0], "ap-southeast-2/app/acme is locked, and the lock has no id"),
    ],
)
@pytest.mark.parametrize(
    ("of", "where"),
    [
        (layer("acme"), "s3://states/ap-southeast-2/app/tenants/acme/terraform.tfstate.tflock"),
        (layer("acme", backend=LOCAL), "/states/ap-southeast-2/app/tenants/acme/.terraform.tfstate.lock.info"),
        (layer(), "s3://states/ap-southeast-2/app/terraform.tfstate.tflock"),
    ],
)
def test_a_lock_without_an_id_is_no_command(lock: str, message: str, of: Layer, where: str) -> None:
    error = error_of(lock, layer=of)
    assert (type(error), error.where) == (NotBegunError, where)
    assert message.replace("ap-southeast-2/app/acme", of.label) in error.message
    assert "unknown" not in error.message + error.hint
    assert "force-unlock cannot" in error.hint
    assert "./orchestrate" not in error.hint


def test_a_protected_stack_is_unlocked_with_its_confirmation() -> None:
    live = layer("acme")._replace(stack=layer().stack._replace(settings=Settings(protected=True)))
    assert error_of(LOCKED, layer=live).hint.endswith(f"-force {ID} --confirm ap-southeast-2/app/acme")


def test_a_lock_that_could_not_be_released_is_said() -> None:
    error = error_of(POSTCONDITION + NOT_RELEASED, "apply")
    message = "ap-southeast-2/app/acme: terraform apply could not release its lock: AccessDenied: injected fault"
    assert (error.exit_code, error.message) == (1, message)
    assert error.where.endswith(".tflock")
    assert error.hint.endswith(f"./orchestrate force-unlock app ap-southeast-2 -var tenant=acme -force {ID}")
    without = error_of(NOT_RELEASED.replace(ID, "?"), "apply")
    assert without.hint.endswith("To see its id: ./orchestrate plan app ap-southeast-2 -var tenant=acme")


GONE = f"\nError: Plugin did not respond{PLACE}The plugin encountered an error, and failed to respond.\n"


def test_a_provider_that_was_killed_is_called_so() -> None:
    killed = error_of(GONE, "apply", out_of_memory=True)
    assert "a provider was killed, because the container has no more memory" in killed.message
    assert "-parallelism=2" in killed.hint
    assert "a provider ended in the middle of its work" in error_of(GONE, "apply").message
    whole = error_of("", "apply", code=137, out_of_memory=True)
    assert whole.hint.startswith("it used more memory than its container has")
    assert "may lack memory" in error_of("", "apply", code=137).hint


NO_VERSION = """
Error: Failed to query available provider packages

Could not retrieve the list of available versions for provider hashicorp/aws:
locked provider registry.terraform.io/hashicorp/aws 5.100.0 does not match
configured version constraint ~> 6.0; must use terraform init -upgrade to
allow selection of new versions

To see which modules are currently depending on hashicorp/aws and what
versions are specified, run the following command:
    terraform providers
"""
NO_PROVIDER = """
Error: Failed to query available provider packages

Could not retrieve the list of available versions for provider
hashicorp/random: could not connect to registry.terraform.io: failed to
request discovery document: network is unreachable
"""
OLD = (
    "\nError: Unsupported Terraform Core version\n\n  on main.tf line 1, in terraform:\n   1: x\n\nThis configuration\n"
)


@pytest.mark.parametrize(
    ("text", "message", "where"),
    [
        (NO_VERSION, "no provider hashicorp/aws ~> 6.0 is here", ""),
        (NO_VERSION + NO_PROVIDER, "no provider hashicorp/aws ~> 6.0, hashicorp/random is here", ""),
        (OLD, "this root requires another version of Terraform", "src/app/main.tf:1"),
    ],
)
def test_what_the_image_lacks(text: str, message: str, where: str) -> None:
    error = error_of(text, "init")
    assert (error.message, error.where) == (f"ap-southeast-2/app/acme: {message}", where)
    assert "docs/image.md" in error.hint
    assert "`terraform init -upgrade` does not help" in error.hint
    assert "./orchestrate providers lock" in error.hint and "The host engine has the terraform on PATH" in error.hint
    assert error_of(text, "plan").hint == failures.SEE_ABOVE


@pytest.mark.parametrize("path", ["../../templates/a.json", "./../../lambda/x.tpl"])
def test_a_file_that_no_run_sees(path: str) -> None:
    text = f"""
Error: Invalid function argument

  on main.tf line 1, in output "x":
   1: output "x" {{ value = file("{path}") }}
    ├────────────────

Invalid value for "path" parameter: no file exists at
"{path}"; this function works only with files that are distributed as part of the configuration source code
"""
    error = error_of(text, "plan")
    assert 'folders = ["templates"]' in error.hint
    assert error_of(text.replace(path, "a.json"), "plan").hint == failures.SEE_ABOVE


@pytest.mark.parametrize("summary", ["Failed to download module", "Error accessing remote module registry"])
def test_a_module_that_a_run_wants_to_download(summary: str) -> None:
    error = error_of(f"Error: {summary}\n\n  on main.tf line 1:\n\nexit status 128", "init")
    assert "leave out -upgrade" in error.hint and "./orchestrate modules fetch --upgrade" in error.hint


def test_a_failure_without_an_origin_still_says_where() -> None:
    error = error_of("Error: launch configuration creation operation is not available", "apply")
    assert "the stack's variables.tfvars" in error.hint
