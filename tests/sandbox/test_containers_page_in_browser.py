"""The page of the sandbox with containers in a real browser: no complaint, no request, nothing wider than the window, legible."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Browser

from wrapper.sandbox.containers_page import page

pytestmark = pytest.mark.browser
LONG = "x" * 200


def task(number: int, state: str) -> dict[str, Any]:
    named = {
        "id": f"{number:032d}",
        "definition": "web:1",
        "status": "RUNNING",
        "images": [f"registry.example/{LONG}:1"],
    }
    return {**named, "targets": [{"port": 8000 + number, "state": state}]}


def service(name: str, *states: str) -> dict[str, Any]:
    tasks = [task(number, state) for number, state in enumerate(states)]
    return {"cluster": "app", "name": name, "running": len(tasks), "desired": 2, "state": "IN_PROGRESS", "tasks": tasks}


SHOWN = {
    "services": [service("acme", "healthy", "initial", "unhealthy", "draining"), service(LONG)],
    "addresses": {f"http://{LONG}.example.com": f"http://{LONG}.example.com.localhost:8001"},
}


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    found = Browser(tmp_path / "browser")
    yield found
    found.close()


def test_it_is_whole_by_itself_and_fits_a_phone_too(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(page(SHOWN, 0.0, [(99.0, f"(service acme) {LONG}")], [LONG], 100.0))
    for width in (1280, 390):
        browser.open(file, width=width, script=False)
        assert browser.troubles == [] and {*browser.requests} <= {file.as_uri()}
        browser.open(file, width=width)
        assert browser.run("document.documentElement.scrollWidth") <= width
    assert browser.run("document.querySelectorAll('article').length") == 2
    colours = "new Set([...document.querySelectorAll('.task')].map((t) => getComputedStyle(t).borderLeftColor)).size"
    assert browser.run(colours) == 4, "each state has a colour of its own"
    assert browser.run("document.querySelector('a').href").endswith(".localhost:8001/")
    assert browser.run("document.body.innerText").count("(service acme)") == 1
