"""The page in a real browser: no complaint, no request, sorted and searched by hand and by keyboard, readable in light,
in dark, on paper and on a phone, and also without its style and script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from reports_of_many import layer_result, many, merged, report

from wrapper.model.nouns import Diagnostic, Drift
from wrapper.model.report import ErrorDetails, Report
from wrapper.reports import html as page

pytestmark = pytest.mark.browser

LONG = "x" * 300
AWKWARD = report(
    layer_result(
        "a" * 31,
        "failed",
        exit_code=1,
        log=f"/{LONG}/{LONG}",
        url=f"https://{LONG}.example.com/{LONG}",
        diagnostics=(
            Diagnostic("error", LONG, f"<script>document.title = 'owned'</script>\n{LONG}", LONG, f"{LONG}:1"),
        ),
        error=ErrorDetails(LONG, LONG, LONG, LONG),
        seconds=1e6,
        started=1.0,
    ),
    layer_result("b", reason=LONG, drifted=(Drift(LONG, (LONG,)),), diagnostics=(Diagnostic("warning", LONG, LONG),)),
    command=LONG,
    by=LONG,
    missing=(LONG,),
)
PAGES = {"3": many(3), "60": many(60), "1000": merged(1000), "awkward": AWKWARD}
NARROW = "document.documentElement.scrollWidth"
NAMES = "Array.from(document.querySelectorAll('tbody tr:not([hidden]) > th'), (cell) => cell.textContent)"

# Every text that shows, against what is painted behind it (w3.org/TR/WCAG21/#dfn-contrast-ratio). In a picture it is the
# bar whose name it is, else the page.
CONTRAST = """
(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const painted = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = parse(getComputedStyle(one).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return null;
  };
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.textContent.trim() || !element.checkVisibility() || ["SCRIPT", "STYLE", "title"].includes(element.tagName)) continue;
    const picture = element.closest("svg");
    const color = parse(picture ? getComputedStyle(element).fill : getComputedStyle(element).color);
    const bar = element.classList.contains("label") ? element.closest("a").querySelector("rect") : null;
    const behind = bar ? parse(getComputedStyle(bar).fill) : painted(element);
    const [a, b] = [light(color), light(behind)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    seen += 1;
    if (ratio < 4.5) bad.push([node.textContent.trim().slice(0, 40), ratio]);
  }
  return { seen, bad: bad.slice(0, 5) };
})()
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    opened = Browser(tmp_path_factory.mktemp("chromium"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    return {name: _file(folder / f"{name}.html", made) for name, made in PAGES.items()}


def _file(file: Path, made: Report) -> Path:
    file.write_text(page.text_of(made), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", PAGES)
def test_it_opens_without_a_complaint_and_asks_for_nothing(browser: Browser, files: dict[str, Path], name: str) -> None:
    browser.open(files[name])
    assert browser.troubles == []
    assert browser.requests == [files[name].as_uri()]
    assert browser.run("document.title").startswith("apply ap-southeast-2/appcluster-test: ")
    assert browser.run("document.querySelectorAll('tbody tr').length") == len(PAGES[name].results)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_screen(browser: Browser, files: dict[str, Path], name: str, width: int) -> None:
    browser.open(files[name], width=width)
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert browser.run(NARROW) == width


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["3", "60", "awkward"])
def test_every_word_stands_out(browser: Browser, files: dict[str, Path], name: str, dark: bool) -> None:
    browser.open(files[name], dark=dark)
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    found = browser.run(CONTRAST)
    assert found["bad"] == []
    assert found["seen"] > 30


def test_a_measure_of_contrast_that_can_fail(browser: Browser, files: dict[str, Path]) -> None:
    browser.open(files["3"])
    browser.run("document.querySelector('h1').style.color = '#aaaaaa'")
    assert browser.run(CONTRAST)["bad"][0][0] == "apply"


def test_dark_is_dark_and_paper_is_white(browser: Browser, files: dict[str, Path]) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    browser.open(files["60"])
    light, picture = browser.run(background), browser.picture()
    browser.show(dark=True)
    assert (light, browser.run(background)) == ("rgb(255, 255, 255)", "rgb(13, 17, 23)")
    assert browser.picture() != picture
    browser.show(dark=True, media="print")
    assert browser.run(background) == "rgb(255, 255, 255)"
    assert browser.run("getComputedStyle(document.querySelector('.tools')).display") == "none"
    browser.run("window.dispatchEvent(new Event('beforeprint'))")
    assert browser.run("document.querySelectorAll('details:not([open])').length") == 0


def test_a_heading_sorts_by_its_column_and_back(browser: Browser, files: dict[str, Path]) -> None:
    browser.open(files["60"])
    for column, numbers in enumerate([False, True, True, True, True, True, True, True, False, False, False]):
        values = _sorted(browser, column, numbers)
        again = _sorted(browser, column, numbers)
        assert len(set(map(str, values))) > 1, column
        assert again == values[::-1], column
        first, second = (values, again) if column < 2 or not numbers else (again, values)
        assert first == sorted(first) if numbers else first[0] <= first[-1]
        assert second[-1] == first[0]


def _sorted(browser: Browser, column: int, numbers: bool) -> list[float | str]:
    """The column's values, from above, after a click on its heading."""
    browser.run(f"document.querySelectorAll('thead th')[{column}].querySelector('button').click()")
    sorted_by = browser.run("Array.from(document.querySelectorAll('thead th'), (head) => head.ariaSort)")
    assert [n for n, order in enumerate(sorted_by) if order] == [column]
    value = "Number(cell.dataset.v ?? cell.textContent)" if numbers else "cell.textContent"
    cells = f"Array.from(document.querySelectorAll('tbody tr'), (row) => row.cells[{column}])"
    return list(browser.run(f"{cells}.map((cell) => {value})"))


def test_names_are_sorted_as_a_person_counts(browser: Browser, files: dict[str, Path]) -> None:
    browser.open(files["1000"])
    browser.run("document.querySelector('thead button').click()")
    names = browser.run(NAMES)
    assert names[:4] == ["(the stack)", "acme", "acme-1", "acme-2"]
    assert names.index("acme-9") < names.index("acme-10")


def test_it_is_searched(browser: Browser, files: dict[str, Path]) -> None:
    browser.open(files["1000"])
    browser.run("document.getElementById('find').focus()")
    for letter in "stark":
        browser.press(letter, ord(letter.upper()), letter)
    assert set(browser.run(f"{NAMES}.map((name) => name.split('-')[0])")) == {"stark"}
    assert browser.run("document.getElementById('shown').textContent") == "100 of 1001"
    browser.run("only.value = 'failed'; only.dispatchEvent(new Event('input'))")
    assert 0 < len(browser.run(NAMES)) < 10
    browser.run("location.hash = '#t-acme'")
    browser.run("new Promise((done) => setTimeout(done, 50))")
    assert len(browser.run(NAMES)) == 1001, "a bar of the timeline leads to its row, hidden or not"


def test_the_keyboard_reaches_all_that_can_be_done(browser: Browser, files: dict[str, Path]) -> None:
    browser.open(files["3"])
    reached = []
    for _ in range(40):
        browser.press("Tab", 9)
        reached.append(
            browser.run("document.activeElement.tagName + ' ' + document.activeElement.textContent.slice(0, 6)")
        )
    assert {"SUMMARY failed", "INPUT ", "SELECT allfai", "BUTTON Tenant", "BUTTON Took", "A acme.t"} <= set(reached)
    assert not any("svg" in where for where in reached)
    browser.run("Array.from(document.querySelectorAll('thead button')).find((b) => b.textContent === 'Took').focus()")
    browser.press("Enter", 13, "\r")
    assert browser.run("document.querySelectorAll('thead th')[5].ariaSort") == "descending"


def test_what_a_tenant_writes_is_never_run(browser: Browser, files: dict[str, Path]) -> None:
    browser.open(files["awkward"])
    assert browser.run("document.title") != "owned"
    assert "document.title = 'owned'" in browser.run("document.querySelector('.complaint pre').textContent")
    assert browser.troubles == []


def test_without_its_script_it_is_a_plain_table(browser: Browser, files: dict[str, Path]) -> None:
    browser.open(files["60"], script=False)
    assert browser.troubles == []
    assert browser.run("document.querySelectorAll('button').length") == 0
    assert browser.run("getComputedStyle(document.querySelector('.tools')).display") == "none"
    assert len(browser.run(NAMES)) == 61


def test_without_its_style_the_picture_still_tells(browser: Browser, files: dict[str, Path], tmp_path: Path) -> None:
    """As a Jenkins without a resource root URL shows it: neither style nor script."""
    bare = tmp_path / "bare.html"
    bare.write_text(re.sub(r"<(style|script)>.*?</\1>", "", files["60"].read_text(), flags=re.DOTALL))
    browser.open(bare)
    fills = "Array.from(document.querySelectorAll('.timeline rect'), (bar) => getComputedStyle(bar).fill)"
    assert len(set(browser.run(fills))) == 2, "who failed is seen"
    assert len(browser.run(NAMES)) == 61
