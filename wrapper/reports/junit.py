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
from ..model.report import STACK_LAYER, LayerResult, Report
from .json import moment
from .printable import clean

Element = ElementTree.Element


def text_of(report: Report) -> str:
    cases = [_case(report, result) for result in report.results]
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


def _case(report: Report, result: LayerResult) -> Element:
    """``classname``: Jenkins shows what stands before its last dot as a package, the rest as a class."""
    classname = ".".join(part for part in (result.region, result.stack, report.verb) if part)
    case = _element(
        "testcase", "", name=result.tenant or STACK_LAYER, classname=classname, time=f"{result.seconds:.3f}"
    )
    case.extend(_verdict(result))
    case.append(_element("system-out", _output(result)))
    return case


def _verdict(result: LayerResult) -> Sequence[Element]:
    if result.result == "excluded":
        return [_element("skipped", "", message=result.summary)]
    if result.ok and result.drifted:
        return [_element("failure", _drift(result), type="drift", message=f"{len(result.drifted)} resources drifted")]
    if result.ok:
        return []
    kind = "failure" if result.exit_code == TerraformFailed.exit_code else "error"
    return [
        _element(kind, _told(result), type=f"{result.result}, exit code {result.exit_code}", message=result.summary)
    ]


def _told(result: LayerResult) -> str:
    fault = result.error
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
    return "\n".join(filter(None, [*lines, *(_complaint(d) for d in result.diagnostics)]))


def _complaint(diagnostic: Diagnostic) -> str:
    places = [f"  {place}" for place in (diagnostic.address, diagnostic.where) if place]
    return "\n".join([f"{diagnostic.severity.title()}: {diagnostic.summary}", *places, diagnostic.detail])


def _drift(result: LayerResult) -> str:
    return "\n".join(f"{d.address}: {', '.join(d.attributes)}" for d in result.drifted)


def _output(result: LayerResult) -> str:
    changes = result.changes
    counts = f"+{changes.added} ~{changes.changed} -{changes.destroyed}" if changes else ""
    told = {"result": result.result, "reason": result.reason, "changes": counts}
    told |= {"builds": ", ".join(map(str, result.moved)), "url": result.url, "log": result.log}
    return "\n".join(f"{name}: {value}" for name, value in told.items() if value)


def _element(tag: str, text: str, **attributes: str) -> Element:
    element = Element(tag, {name: clean(value) for name, value in attributes.items()})
    element.text = clean(text) or None
    return element
