"""The page of what runs and what moved."""

from __future__ import annotations

from wrapper.sandbox.containers_page import RECENT, page

SHOWN = {
    "services": [
        {
            **{"cluster": "app", "name": "acme<b>", "running": 1, "desired": 2, "state": "IN_PROGRESS"},
            "tasks": [
                {
                    **{
                        "id": "0123456789abcdef",
                        "definition": "web:1",
                        "status": "RUNNING",
                        "images": ["example/web:7"],
                    },
                    "targets": [{"port": 8001, "state": "unhealthy"}],
                }
            ],
        }
    ],
    "addresses": {"http://acme.example.com": "http://acme.example.com.localhost:8001"},
}


def test_services_tasks_addresses_alarms_and_what_moved() -> None:
    now = 1_000_000.0
    html = page(SHOWN, 0.1, [(now - 5, "began"), (now - RECENT - 1, "long ago"), (now - 1, "moved")], ["cpu-high"], now)
    for words in (
        "acme&lt;b&gt;",
        "1 of 2 tasks run",
        "0123456789ab",
        "web:7",
        "unhealthy, 127.0.0.1:8001",
        "cpu-high",
    ):
        assert words in html
    assert 'href="http://acme.example.com.localhost:8001">http://acme.example.com<' in html
    assert 0 < html.index("moved</li>") < html.index("began</li>") and "long ago" not in html
    assert "<b>" in html and "acme<b>" not in html
    assert "http-equiv" in html and "<script" not in html and "src=" not in html


def test_a_data_plane_that_is_silent_is_said() -> None:
    assert "was heard 20 s ago" in page({}, 20.0, [], [], 0.0) and "No service." in page({}, 0.0, [], [], 0.0)
