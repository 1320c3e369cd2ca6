"""A tenant's services, as its values and its root's default say them."""

from __future__ import annotations

from typing import Any

import pytest

from wrapper.model import service_map
from wrapper.model.nouns import ResolvedValue, Variable

SERVICE = ["object", {"port": ["optional", ["number"]], "path": ["optional", ["string"]]}]


def declared(kind: list[Any], default: Any = None) -> dict[str, Variable]:
    return {"services": Variable("services", kind, False, False, True, "v.tf:1", default)}


def test_a_value_stands_before_the_default() -> None:
    root = declared(["map", SERVICE], {"web": {"port": 80}})
    assert service_map.names(root, {}) == ("web",)
    assert service_map.names(root, {"services": ResolvedValue({"api": {}, "x": 1}, "f:1")}) == ("api",)


@pytest.mark.parametrize("kind", [["map", ["string"]], ["any"], ["map", ["object", {"path": ["string"]}]]])
def test_another_variable_of_that_name_has_no_service(kind: list[Any]) -> None:
    root = declared(kind, {"web": {"port": 80}})
    assert (service_map.is_declared(root), service_map.services(root, {})) == (False, {})
    assert service_map.services({}, {"services": ResolvedValue({"web": {}}, "f:1")}) == {}


def test_only_one_that_answers_for_some_paths_has_a_path() -> None:
    found = {
        **{"web": {"port": 80}, "all": {"port": 80, "path": "*"}, "worker": {}, "other": {"path": "/*"}},
        "api": {"port": 80, "path": "/api/*"},
    }
    values = {"services": ResolvedValue(found, "f:1")}
    assert service_map.with_path(declared(["map", SERVICE]), values) == {"api": "/api/*"}
    assert [service_map.path_of(one) for one in found.values()] == ["/*", "/*", "", "", "/api/*"]
