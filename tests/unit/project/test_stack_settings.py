"""stack.hcl, read and checked with file:line."""

from __future__ import annotations

from pathlib import Path

import pytest

from wrapper.model.errors import ConfigError
from wrapper.model.stack import Settings
from wrapper.project.files import Files
from wrapper.project.stack_settings import load_settings


@pytest.fixture
def files(tmp_path: Path) -> Files:
    (tmp_path / "p").mkdir()
    return Files(tmp_path / "p", tmp_path / "cache", print)


def test_settings_are_optional(files: Files) -> None:
    assert load_settings(files, files.root) == Settings()
    (files.root / "stack.hcl").write_text('protected = true\nsmoke = "/health"\nrollout_timeout = "0"\n')
    assert load_settings(files, files.root) == Settings(protected=True, smoke="/health", rollout_timeout="0")


@pytest.mark.parametrize("rule", ["deep", "replace"])
def test_the_rule_of_merging(files: Files, rule: str) -> None:
    (files.root / "stack.hcl").write_text(f'merge = "{rule}"\n')
    assert load_settings(files, files.root).merge == rule


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("protectd = true", "no setting 'protectd'", "did you mean protected?"),
        ('protected = "yes"', "protected must be a bool", ""),
        ("account = 1", "account must be a string", ""),
        ('source = "A b"', "'A b' is not the name of a source", "1 to 31"),
        ('rollout_timeout = "soon"', "rollout_timeout: 'soon' is not a duration", "90s"),
        ('merge = "shallow"', "merge: 'shallow' is no rule of merging", "write one of deep, replace"),
        ("merge = true", "merge must be a string", ""),
        ('builds = "files"', "builds: 'files' is no mode", "write one of both, config, pipeline"),
        ('smoke = "health"', "smoke: 'health' is neither a path nor a URL", "/health"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(files: Files, text: str, message: str, hint: str) -> None:
    (files.root / "stack.hcl").write_text(f"\n{text}\n")
    with pytest.raises(ConfigError) as error:
        load_settings(files, files.root)
    assert (error.value.message, error.value.where) == (message, "stack.hcl:2")
    assert hint in error.value.hint


def test_the_night_of_an_ephemeral_stack(files: Files) -> None:
    (files.root / "stack.hcl").write_text('ephemeral = true\nnight = "stop"\n')
    assert load_settings(files, files.root).night == "stop"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('night = "stop"\n', "night is for an ephemeral stack"),
        ('ephemeral = true\nnight = "sleep"\n', "'sleep' is no way to end the day"),
    ],
)
def test_a_night_that_is_none(files: Files, text: str, said: str) -> None:
    (files.root / "stack.hcl").write_text(text)
    with pytest.raises(ConfigError, match=said):
        load_settings(files, files.root)
