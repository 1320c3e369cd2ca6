"""An engine by its name."""

from __future__ import annotations

import pytest

from wrapper.engines.by_name import DEFAULT, NAMES, make
from wrapper.model.errors import UsageError


@pytest.mark.parametrize("name", NAMES)
def test_each_is_made_by_its_own_name(name: str) -> None:
    assert make(name, print, str).name == name


def test_the_first_is_the_usual_one() -> None:
    assert DEFAULT == "docker"


def test_no_other() -> None:
    with pytest.raises(UsageError) as error:
        make("podman", print, str)
    assert (error.value.message, error.value.hint) == ("no engine 'podman'", "there is: docker, host")
