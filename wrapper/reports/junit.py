"""A report as JUnit's XML, in the part of the format that Jenkins reads: a suite a run, a case a layer.

Terraform's own failure is a ``failure``; what kept it from being asked (locked, refused, stopped, bad configuration)
is an ``error``; a drifted layer is a ``failure`` of type drift; an excluded one is ``skipped``. The shape is that of
junit-10.xsd of Jenkins' xUnit plugin (github.com/jenkinsci/xunit-plugin).
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from ..model.errors import TerraformFailed
from ..model.nouns import Diagnostic
from .json import moment
from .model import OWN, Answer, Report
from .printable import clean

Element = ElementTree.Element


def text_of(report: Report) -> str:
    cases = [_case(report, answer) for answer in report.answers]
    count = {kind: str(sum(case.find(kind) is not None for case in cases)) for kind in ("failure", "error", "skipped")}
    sums = {
        "name": f"{report.verb} {report.label or 'every stack'}",
        "tests": str(len(cases)),
        "failures": count["failure"],
        "errors": count["error"],
        "time": f"{report.seconds:.3f}",
    }
    suite = _element("testsuite", "", **sums, skipped=count["skipped"], timestamp=moment(report.started)[:19])
    suite.append(_properties(report))
    suite.extend(cases)
    root = _element("testsuites", "", **sums)
    root.append(suite)
    ElementTree.indent(root)
    return "<?xml version='1.0' encoding='utf-8'?>\n" + ElementTree.tostring(root, encoding="unicode") + "\n"


def _properties(report: Report) -> Element:
    told = {"id": report.id, "shard": report.shard, "by": report.by, "tool": report.tool, "command": report.command}
    told["missing shards"] = ", ".join(report.missing)
    properties = Element("properties")
    properties.extend(_element("property", "", name=name, value=value) for name, value in told.items() if value)
    return properties


def _case(report: Report, answer: Answer) -> Element:
    """``classname``: Jenkins shows what stands before its last dot as a package, the rest as a class."""
    classname = ".".join(part for part in (answer.region, answer.stack, report.verb) if part)
    case = _element("testcase", "", name=answer.tenant or OWN, classname=classname, time=f"{answer.seconds:.3f}")
    case.extend(_verdict(answer))
    case.append(_element("system-out", _output(answer)))
    return case


def _verdict(answer: Answer) -> Sequence[Element]:
    if answer.result == "excluded":
        return [_element("skipped", "", message=answer.why)]
    if answer.ok and answer.drifted:
        return [_element("failure", _drift(answer), type="drift", message=f"{len(answer.drifted)} resources drifted")]
    if answer.ok:
        return []
    kind = "failure" if answer.exit_code == TerraformFailed.exit_code else "error"
    return [_element(kind, _told(answer), type=f"{answer.result}, exit code {answer.exit_code}", message=answer.why)]


def _told(answer: Answer) -> str:
    fault = answer.error
    lines = (
        [
            fault.message,
            f"where: {fault.where}" * bool(fault.where),
            f"to do: {fault.hint}" * bool(fault.hint),
            fault.said,
        ]
        if fault
        else []
    )
    return "\n".join(filter(None, [*lines, *(_complaint(d) for d in answer.diagnostics)]))


def _complaint(diagnostic: Diagnostic) -> str:
    places = [f"  {place}" for place in (diagnostic.address, diagnostic.where) if place]
    return "\n".join([f"{diagnostic.severity.title()}: {diagnostic.summary}", *places, diagnostic.detail])


def _drift(answer: Answer) -> str:
    return "\n".join(f"{d.address}: {', '.join(d.attributes)}" for d in answer.drifted)


def _output(answer: Answer) -> str:
    changes = answer.changes
    counts = f"+{changes.added} ~{changes.changed} -{changes.destroyed}" if changes else ""
    told = {"result": answer.result, "reason": answer.reason, "changes": counts, "url": answer.url, "log": answer.log}
    return "\n".join(f"{name}: {value}" for name, value in told.items() if value)


def _element(tag: str, text: str, **attributes: str) -> Element:
    element = Element(tag, {name: clean(value) for name, value in attributes.items()})
    element.text = clean(text) or None
    return element
