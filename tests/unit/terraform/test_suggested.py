"""A command that a message suggests works as it is printed."""

from __future__ import annotations

import pytest
from fakes import layer, stack

from wrapper.model.stack import Layer, Settings
from wrapper.terraform.suggested import place, suggest

LIVE = Settings(protected=True)


@pytest.mark.parametrize(
    ("region", "tenant", "named"),
    [
        ("ap-southeast-2", "acme", "app ap-southeast-2 -var tenant=acme"),
        ("ap-southeast-2", "", "app ap-southeast-2"),
        ("", "acme", "app -var tenant=acme"),
        ("", "", "app"),
    ],
)
def test_how_a_command_line_names_a_layer(region: str, tenant: str, named: str) -> None:
    assert place(Layer(stack(region), tenant)) == named


def test_it_carries_what_it_needs() -> None:
    assert suggest("plan", layer("acme", settings=LIVE)) == "./orchestrate plan app ap-southeast-2 -var tenant=acme"
    assert (
        suggest("apply", layer(settings=LIVE)) == "./orchestrate apply app ap-southeast-2 --confirm ap-southeast-2/app"
    )
    assert suggest("state", layer(), "rm", "a[0]") == "./orchestrate state app ap-southeast-2 rm 'a[0]'"
