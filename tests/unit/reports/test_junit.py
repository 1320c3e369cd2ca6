"""JUnit's XML: the elements and attributes that Jenkins' reader knows, in their places, whatever a tenant says."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports_of_many import layer_result, many, merged, report

from wrapper.model.findings import BuildChange
from wrapper.model.nouns import Diagnostic, Drift
from wrapper.model.report import Changes, ErrorDetails, Report
from wrapper.reports import junit

# junit-10.xsd of Jenkins' xUnit plugin, in the part that is used here: element -> (attributes it must have, those it
# may have, elements it may hold).
SHAPE = {
    "testsuites": (set(), {"name", "tests", "failures", "errors", "time"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"skipped", "timestamp", "time", "hostname", "id", "package"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": ({"name"}, {"time", "classname"}, {"failure", "error", "skipped", "system-out"}),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "skipped": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}


def parsed(made: Report) -> ElementTree.Element:
    return ElementTree.fromstring(junit.text_of(made).encode())


def case(made: Report) -> ElementTree.Element:
    found = parsed(made).find("testsuite/testcase")
    assert found is not None
    return found


@pytest.mark.parametrize("made", [many(200), merged(30), report()])
def test_its_shape_is_what_jenkins_reads(made: Report) -> None:
    root = parsed(made)
    assert root.tag == "testsuites"
    for element in root.iter():
        must, may, holds = SHAPE[element.tag]
        assert must <= set(element.attrib) <= must | may
        assert {child.tag for child in element} <= holds
        assert not (len(element) and (element.text or "").strip()), "text and elements are not mixed"
    for timed in root.iter("testcase"):
        assert float(timed.attrib["time"]) >= 0


def test_counts_are_those_of_the_cases() -> None:
    suite = parsed(many(300)).find("testsuite")
    assert suite is not None
    for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.attrib[attribute]) == len(list(suite.iter(tag))) > 0
    assert suite.attrib["timestamp"] == "2026-01-02T03:04:05"


@pytest.mark.parametrize(
    ("fields", "tag", "kind", "message"),
    [
        ({"result": "failed", "exit_code": 1, "error": ErrorDetails("bad")}, "failure", "failed, exit code 1", "bad"),
        ({"result": "failed", "exit_code": 75, "error": ErrorDetails("locked")}, "error", "failed, exit code 75", "locked"),
        ({"result": "stopped", "exit_code": 143, "reason": "stopped"}, "error", "stopped, exit code 143", "stopped"),
        ({"result": "excluded", "reason": "by !acme"}, "skipped", None, "by !acme"),
        ({"exit_code": 2, "drifted": (Drift("aws_x.y", ("tags",)),)}, "failure", "drift", "1 resources drifted"),
    ],
)  # fmt: skip
def test_verdicts(fields: dict[str, object], tag: str, kind: str | None, message: str) -> None:
    verdict, output = case(report(layer_result(**fields)))
    assert (verdict.tag, verdict.get("type"), verdict.get("message"), output.tag) == (tag, kind, message, "system-out")


@pytest.mark.parametrize("result", ["succeeded", "unchanged"])
def test_who_is_well_has_no_verdict(result: str) -> None:
    (output,) = case(report(layer_result("acme", result, log="l/acme.log", url="https://a", changes=Changes(1, 2, 3))))  # type: ignore[arg-type]
    assert output.text == f"result: {result}\nchanges: +1 ~2 -3\nurl: https://a\nlog: l/acme.log"


def test_names_that_jenkins_groups_by() -> None:
    made = case(report(layer_result("acme", seconds=1.5)))
    assert made.attrib == {"name": "acme", "classname": "ap-southeast-2.appcluster-test.apply", "time": "1.500"}
    assert case(report(layer_result(""))).get("name") == "(the stack)"


def test_a_failure_in_terraforms_own_words() -> None:
    said = Diagnostic("error", "AccessDenied", "not authorized", "aws_x.y", "main.tf:7")
    fault = ErrorDetails("it failed", "f:1", "do", "its last words")
    verdict = case(report(layer_result(result="failed", exit_code=1, diagnostics=(said,), error=fault)))[0]
    assert verdict.get("message") == "AccessDenied"
    assert (
        verdict.text
        == "it failed\nwhere: f:1\nto do: do\nits last words\nError: AccessDenied\n  aws_x.y\n  main.tf:7\nnot authorized"
    )


def test_it_names_the_builds_that_change() -> None:
    moved = (BuildChange("a-build", "90", "91", "-var a-build"), BuildChange("b-build", "7", "7", "f:1"))
    told = case(report(layer_result(builds=moved, url="u"))).findtext("system-out")
    assert told == "result: succeeded\nbuilds: a-build 90 -> 91 (-var a-build)\nurl: u"


@given(st.text(alphabet=st.characters(codec=None), max_size=40))
def test_any_text_is_xml(text: str) -> None:
    said = Diagnostic("error", text, text, text, text)
    moved = (BuildChange(text, text, None, text),)
    one = layer_result(text, "failed", reason=text, exit_code=1, diagnostics=(said,), log=text, builds=moved)
    made = report(one, command=text)
    assert case(made).get("name") is not None
