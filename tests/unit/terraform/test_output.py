"""What Terraform said, read back."""

from __future__ import annotations

import pytest
from fakes import CHANGES

from wrapper.model.errors import BusyError, OrchestrateError, StateAtRisk, TerraformFailed
from wrapper.model.nouns import Diagnostic
from wrapper.terraform import output
from wrapper.terraform.output import Lock


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("", None),
        ("No changes. Your infrastructure matches the configuration.", (0, 0, 0)),
        ("Error: x", None),
        ("Plan: 3 to add, 1 to change, 2 to destroy.", (3, 1, 2)),
        ("\x1b[1mPlan:\x1b[0m 1 to import, 3 to add, 1 to change, 2 to destroy.", (3, 1, 2)),
        (
            "Plan: 1 to add, 0 to change, 0 to destroy.\nApply complete! Resources: 1 added, 0 changed, 0 destroyed.",
            (1, 0, 0),
        ),
        ("Apply complete! Resources: 2 imported, 1 added, 3 changed, 4 destroyed.", (1, 3, 4)),
        ("Destroy complete! Resources: 7 destroyed.", (0, 0, 7)),
        ("Changes to Outputs:\n  + a = 1", (0, 0, 0)),
        ("You can apply this plan to save these new output\nvalues", (0, 0, 0)),
        ('{"type":"change_summary"}', (0, 0, 0)),
    ],
)
def test_change_summary(text: str, summary: tuple[int, int, int] | None) -> None:
    assert output.change_summary(text) == summary


LOCKED = """
╷
│ \x1b[31mError: \x1b[0mError acquiring the state lock
│
│ Error message: operation error S3: PutObject, StatusCode: 412
│ Lock Info:
│   ID:        0dfa-1
│   Path:      b/r/s/terraform.tfstate
│   Operation: OperationTypeApply
│   Who:       @me-laptop-7
│   Version:   1.11.4
│   Created:   2026-01-02 03:04:05 +0000 UTC
│   Info:
╵
"""


@pytest.mark.parametrize(
    ("text", "lock"),
    [
        (LOCKED, Lock("0dfa-1", "me-laptop-7", "Apply", "2026-01-02 03:04:05 +0000 UTC")),
        ("Error acquiring the state lock", Lock("unknown", "unknown", "unknown", "unknown")),
        ("Error: no such thing\nWho: me", None),
    ],
)
def test_a_held_lock(text: str, lock: Lock | None) -> None:
    assert output.held_lock(text) == lock


def test_a_hint_names_the_layer_as_it_is_typed() -> None:
    locked = output.failure("r/s/t", ["terraform", "plan"], 1, LOCKED, place="s r -var tenant=t")
    assert locked.hint.endswith("./orchestrate force-unlock s r -var tenant=t 0dfa-1")
    killed = output.failure("r/s/t", ["terraform", "apply", "x"], 137, "", place="s r -var tenant=t")
    assert (killed.message, killed.exit_code) == ("r/s/t: terraform apply was killed", 1)
    assert "./orchestrate plan s r -var tenant=t" in killed.hint


@pytest.mark.parametrize(
    ("text", "kind", "message", "hint"),
    [
        (
            LOCKED,
            BusyError,
            "r/s is locked by me-laptop-7 (Apply, since 2026-01-02 03:04:05 +0000 UTC)",
            "./orchestrate force-unlock STACK [REGION] 0dfa-1",
        ),
        (
            "Error: Saved plan is stale",
            BusyError,
            "r/s was changed by another run between this plan and its apply",
            "again",
        ),
        (
            "Error: Saved\n│ plan is   stale",
            BusyError,
            "r/s was changed by another run between this plan and its apply",
            "again",
        ),
        (
            "Error: Failed to persist state to backend",
            StateAtRisk,
            "r/s: Terraform could not save the state",
            "recover first",
        ),
        ("Failed to save state", StateAtRisk, "r/s: Terraform could not save the state", "recover first"),
        ("saved to errored.tfstate", StateAtRisk, "r/s: Terraform could not save the state", "recover first"),
        (
            "The Launch Configuration creation operation is not\n│ available in your account",
            TerraformFailed,
            "r/s: terraform plan failed",
            'set kind = "launch_template" in v.tfvars:3',
        ),
        (
            "No valid credential sources found",
            TerraformFailed,
            "r/s: terraform plan failed",
            "ORCHESTRATE_NETWORK=host",
        ),
        (
            "Error: something",
            TerraformFailed,
            "r/s: terraform plan failed (exit code 1)",
            "Terraform's message is above",
        ),
        ("", TerraformFailed, "r/s: terraform plan failed (exit code 1)", "Terraform's message is above"),
    ],
)
def test_a_failure_is_named(text: str, kind: type[OrchestrateError], message: str, hint: str) -> None:
    error = output.failure("r/s", ("terraform", "plan"), 1, text, {"capacity": "v.tfvars:3"})
    assert type(error) is kind
    assert error.message == message
    assert hint in error.hint


def test_a_failure_without_an_origin_still_says_where() -> None:
    error = output.failure("r/s", ("terraform", "apply"), 1, "Launch Configuration creation operation is not available")
    assert "the stack's variables.tfvars" in error.hint


def test_the_plan_that_a_fake_sees_is_a_change() -> None:
    assert output.change_summary(CHANGES.tail) == (1, 0, 0)


# As Terraform 1.11.4 says them: in a box with colours, without colours (no box), a line of JSON, a page of JSON.
BOX = """
\x1b[31m╷\x1b[0m\x1b[0m
\x1b[31m│\x1b[0m \x1b[0m\x1b[1m\x1b[31mError: \x1b[0m\x1b[0m\x1b[1mInvalid value for variable\x1b[0m
\x1b[31m│\x1b[0m \x1b[0m
\x1b[31m│\x1b[0m \x1b[0m\x1b[0m  on main.tf line 1:
\x1b[31m│\x1b[0m \x1b[0m   1: \x1b[4mvariable "x"\x1b[0m {\x1b[0m
\x1b[31m│\x1b[0m \x1b[0m    \x1b[90m├────────────────\x1b[0m
\x1b[31m│\x1b[0m \x1b[0m\x1b[0m    \x1b[90m│\x1b[0m \x1b[1mvar.x\x1b[0m is "a"
\x1b[31m│\x1b[0m \x1b[0m\x1b[0m
\x1b[31m│\x1b[0m \x1b[0mThe name must be longer than three letters, and this is a rather long
\x1b[31m│\x1b[0m \x1b[0mmessage.
\x1b[31m│\x1b[0m \x1b[0m
\x1b[31m│\x1b[0m \x1b[0mThis was checked by the validation rule at main.tf:3,3-13.
\x1b[31m╵\x1b[0m\x1b[0m
"""
INVALID = Diagnostic(
    "error",
    "Invalid value for variable",
    "The name must be longer than three letters, and this is a rather long\nmessage.\n\n"
    "This was checked by the validation rule at main.tf:3,3-13.",
    "",
    "main.tf:1",
)
PLAIN = """
Plan: 1 to add, 0 to change, 0 to destroy.

Warning: Check block assertion failed

  on main.tf line 10, in check "c":
  10:     condition = var.x == "zzz"
    ├────────────────
    │ var.x is "abcd"

not zzz

Error: creating ECS Service (acme-web): operation error

  with module.web["a"].aws_ecs_service.this[0],
  on ../../modules/service.tf line 12, in resource "aws_ecs_service" "this":
  12: resource "aws_ecs_service" "this" {

"""
CHECKED = Diagnostic("warning", "Check block assertion failed", "not zzz", "", "main.tf:10")
CREATING = Diagnostic(
    "error",
    "creating ECS Service (acme-web): operation error",
    "",
    'module.web["a"].aws_ecs_service.this[0]',
    "../../modules/service.tf:12",
)
LINES = """
{"@level":"info","@message":"Terraform 1.11.4","type":"version","ui":"1.2"}
{"@level":"error","@message":"Error: x","diagnostic":{"severity":"error","summary":"Postcondition failed","detail":"must \
be qqqq","address":"terraform_data.a","range":{"filename":"main.tf","start":{"line":19,"column":19}}},"type":"diagnostic"}
{"@level":"warn","@message":"Warning: y","diagnostic":{"severity":"warning","summary":"Old","detail":""},"type":"diagnostic"}
{"@level":"error","@message":"cut in the middle","diagnostic":{"seve"""
PAGE = """+ terraform validate -json
{
  "format_version": "1.0",
  "valid": false,
  "diagnostics": [
    {"severity": "error", "summary": "Unsupported argument", "detail": "No.", "range": {"filename": "bad.tf", "start": {"line": 2}}}
  ]
}
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("Apply complete! Resources: 1 added, 0 changed, 0 destroyed.", ()),
        ("  Error: indented, as a program's own words are", ()),
        (BOX, (INVALID,)),
        (BOX.replace("\n", "\r\n"), (INVALID,)),
        (BOX + BOX, (INVALID,)),
        (
            BOX.replace("\x1b[31m│\x1b[0m \x1b[0m\n", "\x1b[31m│\x1b[0m \x1b[0m\naws_x.y: Still creating...\n", 1),
            (INVALID,),
        ),
        (PLAIN, (CREATING, CHECKED)),
        (
            '╷\n│ Error: Very long, and so\n│ continued\n│ \n│   with provider["a/b"],\n│ \n│ Why.\n╵\nReleasing lock',
            (Diagnostic("error", "Very long, and so continued", "Why.", 'provider["a/b"]'),),
        ),
        ("│ the end of a box that was cut\n╵\n╷\n│ Error: Whole\n╵", (Diagnostic("error", "Whole"),)),
        ("╷\n│ Error: Without its end", (Diagnostic("error", "Without its end"),)),
        (
            LINES,
            (
                Diagnostic("error", "Postcondition failed", "must be qqqq", "terraform_data.a", "main.tf:19"),
                Diagnostic("warning", "Old"),
            ),
        ),
        (PAGE, (Diagnostic("error", "Unsupported argument", "No.", "", "bad.tf:2"),)),
        ('{"diagnostic": 7}\n[]\n{"diagnostic": {"range": {"filename": "f"}}}', (Diagnostic("error", ""),)),
    ],
)
def test_terraforms_own_diagnostics(text: str, found: tuple[Diagnostic, ...]) -> None:
    assert output.diagnostics(text) == found


def test_diagnostics_have_a_measure() -> None:
    text = "".join(f"╷\n│ Warning: w{n}\n╵\n" for n in range(60)) + f"╷\n│ Error: e\n│ \n│ {'x' * 5000}\n╵\n"
    found = output.diagnostics(text)
    assert [found[0].summary, found[1].summary, len(found)] == ["e", "w0", output.MAXIMUM_DIAGNOSTICS]
    assert len(found[0].detail) < 4100
    assert found[0].detail.endswith("its log has all of it)")
