"""The page as text: everything escaped, nothing from outside, the same trouble told once, and it is all there."""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports_of_many import layer_result, many, merged, report

import wrapper.reports
from wrapper.model.findings import BuildChange
from wrapper.model.nouns import Diagnostic, Drift
from wrapper.model.report import ErrorDetails, Report
from wrapper.reports import html as page

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}"


class Tags(HTMLParser):
    """Every element with its attributes, and the text between."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def everywhere(text: str) -> Report:
    """A report in which a text stands wherever a tenant, AWS or a caller could put one."""
    said = (Diagnostic("error", text, text, text, text), Diagnostic("warning", text))
    error, moved = ErrorDetails(text, text, text, text), (BuildChange(text, text, None, text),)
    bad = layer_result(text, "failed", exit_code=1, diagnostics=said, error=error, log=text, url=text, builds=moved)
    well = layer_result(
        "acme", reason=text, url=text, drifted=(Drift(text, (text,)),), diagnostics=said[1:], seconds=9.0, started=1.0
    )
    told = {"command": text, "by": text, "tool": text, "id": text, "verb": text, "missing": (text,)}
    return report(bad, well, layer_result("b", "stopped", reason=text), **told)


def test_what_tenants_and_aws_say_is_text_and_nothing_else() -> None:
    plain, evil = Tags(page.text_of(everywhere("a/word"))), Tags(page.text_of(everywhere(EVIL)))
    assert [(t, [n for n in a if n != "href"]) for t, a in evil.tags] == [
        (t, [n for n in a if n != "href"]) for t, a in plain.tags
    ], "not one element or attribute more"
    assert len(evil.all("script")) == 1
    assert evil.text.count(EVIL) > 15


@given(st.text(alphabet=st.characters(codec=None), max_size=30))
def test_any_text_makes_a_page(text: str) -> None:
    made = page.text_of(everywhere(text))
    assert len(Tags(made).all("script")) == 1
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", made)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", " https://a", "//a.example.com", "ftp://a", "JAVASCRIPT:x"]
)
def test_only_web_addresses_are_links(url: str) -> None:
    made = Tags(page.text_of(report(layer_result(url=url))))
    assert made.all("a") == []
    assert url in made.text


def test_a_web_address_is_a_link_that_tells_nothing_of_where_it_was_clicked() -> None:
    (link,) = Tags(page.text_of(report(layer_result(url="https://acme.example.com/?a=1&b=2")))).all("a")
    assert link == {"href": "https://acme.example.com/?a=1&b=2", "rel": "noopener noreferrer"}


def test_it_asks_for_nothing_and_allows_only_its_own_style_and_script() -> None:
    text = page.text_of(many(60))
    made = Tags(text)
    assert not [t for t, a in made.tags if t in ("link", "img", "iframe", "object", "base") or "src" in a]
    assert not [a for _, a in made.tags if "style" in a or any(name.startswith("on") for name in a)]
    (policy,) = [a["content"] or "" for a in made.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
        assert "url(" not in inside
        assert "@import" not in inside


def test_it_shows_every_layer_and_what_went_wrong_before_all_else() -> None:
    made = many(60)
    text = page.text_of(made)
    assert [a["id"] for a in Tags(text).all("tr")[1:]] == [f"t-{made.name(a)}" for a in page.in_order(made.results)]
    places = [text.index(f'id="{name}"') for name in ("failures", "drift", "timeline", "all")]
    assert places == sorted(places)
    assert text.index("is locked by me-laptop-7") < places[1]


def test_it_shows_the_builds_that_change() -> None:
    builds = (BuildChange("a-build", "90", "91", "-var a-build"), BuildChange("b-build", "7", "7", "f:1"))
    failed = Tags(page.text_of(report(layer_result("acme", "failed", exit_code=1, builds=builds))))
    assert "builds: a-build 90 -> 91 (-var a-build)" in failed.text and "b-build" not in failed.text
    assert (
        "a-build none -> 1"
        in Tags(page.text_of(report(layer_result(builds=(BuildChange("a-build", None, "1"),))))).text
    )
    for made, hidden in ((builds, False), (builds[1:], True)):
        (table,) = Tags(page.text_of(report(layer_result(builds=made)))).all("table")
        assert ("no-builds" in str(table["class"])) is hidden


def test_the_same_trouble_is_told_once() -> None:
    locked = [
        layer_result(
            f"t{n}", "failed", exit_code=75, error=ErrorDetails(f"ap-southeast-2/appcluster-test/t{n} is locked")
        )
        for n in range(9)
    ]
    made = page.text_of(report(*locked, layer_result("odd", "failed", exit_code=69, error=ErrorDetails("no engine"))))
    assert made.count('class="group') == 2
    assert "<h3>is locked" in made
    assert "4 more of the same" in made
    assert made.index("<h3>is locked") < made.index("no engine")


@pytest.mark.parametrize(
    ("made", "headline"),
    [
        (report(), "nothing to do"),
        (report(layer_result(), layer_result("b", "unchanged")), "all 2 well"),
        (report(layer_result(), layer_result("b", "failed"), layer_result("c", "stopped")), "1 failed, 1 stopped of 3"),
        (report(layer_result(drifted=(Drift("x"),))), "1 drifted of 1"),
        (report(layer_result(), missing=("2/8",)), "all 1 well; no report of 1 shard"),
        (report(layer_result(result="failed"), missing=("2/8", "3/8")), "1 failed of 1; no report of 2 shards"),
    ],
)
def test_the_headline(made: Report, headline: str) -> None:
    text = page.text_of(made)
    assert f"<title>apply ap-southeast-2/appcluster-test: {headline}</title>" in text
    assert headline in Tags(text).text


def test_what_is_missing_from_a_merged_report_is_said() -> None:
    text = Tags(page.text_of(merged(10))).text
    assert "2/2: how their tenants are is not known" in text
    assert "Made of" in text


def test_many_stacks_in_one() -> None:
    from dataclasses import replace

    text = page.text_of(replace(report(layer_result("acme"), layer_result("")), region="", stack=""))
    assert 'id="t-ap-southeast-2/appcluster-test/acme"' in text
    assert 'id="t-ap-southeast-2/appcluster-test"' in text
    assert "every stack" in text


def test_a_thousand_are_a_page_within_a_megabyte() -> None:
    made = many(1_000, jobs=32)
    assert len(page.text_of(made).encode()) < 1_000_000


def test_what_it_is_made_of_is_shipped() -> None:
    folder = Path(wrapper.reports.__file__).parent
    project = tomllib.loads((folder.parents[1] / "pyproject.toml").read_text())
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["wrapper"], "all files in it"
    assert {f.name for f in folder.glob("html/*")} == {"page.html.j2", "page.css", "page.js"}
