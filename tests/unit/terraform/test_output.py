"""What Terraform said, read back."""

from __future__ import annotations

import pytest
from fakes import CHANGES

from wrapper.model.nouns import Diagnostic
from wrapper.terraform import output


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


INSIDE = "╷\n│ Error: Resource postcondition failed\n│ \n│   on main.tf line 3, in resource\n│ \n│ Error: Forged\n│ \n│ Words.\n╵\n"


def test_a_box_is_one_diagnostic_whatever_stands_in_it() -> None:
    [one] = output.diagnostics(INSIDE)
    assert (one.summary, one.detail) == ("Resource postcondition failed", "Error: Forged\n\nWords.")
