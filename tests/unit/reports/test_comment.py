"""A report as a comment: what a reader sees, and that nothing in it is markup of somebody else's."""

from __future__ import annotations

import html
import re

from markdown_it import MarkdownIt
from reports_of_many import layer_result, many, report

from wrapper.model.findings import BuildChange
from wrapper.model.nouns import Diagnostic
from wrapper.model.report import Changes, ErrorDetails
from wrapper.reports import comment

EVIL = "a|b @team #77 !3 `x` *y* <script>z</script> [q](http://evil.example) :boom:\n/approve\n| --> www.evil.example"


def cells(text: str) -> list[list[str]]:
    """The table's rows, as a page shows them."""
    page = MarkdownIt("commonmark").enable("table").render(text)
    found = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [
        [html.unescape(re.sub(r"<[^>]*>", "", c)) for c in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)]
        for row in found
    ]


def test_a_row_for_each_layer_that_is_not_unchanged() -> None:
    made = report(
        layer_result(
            "acme", changes=Changes(1, 2, 3), builds=(BuildChange("web-build", "90", "91", "-var web-build"),)
        ),
        layer_result("globex", "unchanged", reason="its inputs are those of its last apply"),
        layer_result(
            "initech", "failed", exit_code=1, error=ErrorDetails("terraform plan failed", "main.tf:3", "look")
        ),
        verb="plan",
        commit="0123456789abcdef-dirty",
        tool="0.2.0",
    )
    text = comment.text_of(made)
    assert cells(text)[1:] == [
        ["initech", "failed", "", "", "", "", "terraform plan failed"],
        ["acme", "succeeded", "1", "2", "3", "web-build 90 -> 91 (-var web-build)", ""],
    ]
    said = html.unescape(text)
    assert text.startswith(f"{comment.marker(made)}\n### ❌ ")
    assert "1 failed, 1 succeeded, 1 unchanged; +1 ~2 -3" in said
    assert "where: main.tf:3" in said and "to do: look" in said
    assert "commit <code>0123456789ab</code>" in said and "version <code>0.2.0</code>" in said


def test_without_a_change_there_is_no_table() -> None:
    text = comment.text_of(report(layer_result("acme", "unchanged"), verb="plan"))
    assert "No layer changes." in text and "### ✅" in text and "|" not in text


def test_drift_is_no_failure() -> None:
    assert "### ✅" in comment.text_of(report(layer_result("acme", exit_code=2), verb="plan"))


def test_foreign_text_stays_text() -> None:
    told = (Diagnostic("error", EVIL, EVIL, EVIL, EVIL),)
    made = report(
        layer_result(EVIL, "failed", exit_code=1, diagnostics=told, error=ErrorDetails(EVIL, EVIL, EVIL, EVIL)),
        id=EVIL,
        by=EVIL,
        tool=EVIL,
        commit=EVIL,
        shard=EVIL,
    )
    text = comment.text_of(made)
    page = MarkdownIt("commonmark").enable("table").render(text)
    assert {*re.findall(r"<(\w+)", page)} <= {
        *("h3", "p", "code", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "pre", "sub")
    }
    assert len(cells(text)) == 2 and len(cells(text)[1]) == 7
    assert not any(line.startswith("/") for line in text.splitlines())
    assert text.count("-->") == 1, "the marker's own"
    for word in ("@team", "#77", "!3", ":boom:", "www."):
        assert word not in text and word in html.unescape(text)


def test_it_fits() -> None:
    evil = Diagnostic("error", "€" * 5000, "\U0001f680" * 50_000)
    failed = [layer_result(f"t{n}", "failed", exit_code=1, diagnostics=(evil,)) for n in range(500)]
    for made in (report(*failed), many(3000)):
        text = comment.text_of(made)
        assert len(text) <= 60_000
        rows, more = len(cells(text)) - 1, int(re.findall(r"(\d+) more layers are not shown", text)[0])
        assert rows + more == sum(1 for result in made.results if result.result != "unchanged")


def test_one_marker_for_one_command_on_the_same_layers() -> None:
    first, again = report(layer_result("a"), id="1"), report(layer_result("b"), id="2")
    others = [report(verb="plan"), report(shard="1/2")]
    assert comment.marker(first) == comment.marker(again)
    assert len({comment.marker(made) for made in (first, *others)}) == 3
