"""Tokens of registries, out of Terraform's CLI configuration."""

from __future__ import annotations

from wrapper.terraform import cli_credentials

CONFIGURATION = """
plugin_cache_dir = "/x"
credentials "app.terraform.io" {
  # of the CI
  token = "one"
}
host "example.com" {
  services = {}
}
credentials "modules.example-host.com" { token = "two" }
"""


def test_tokens_of_a_configuration_and_of_a_login() -> None:
    assert cli_credentials.of_configuration(CONFIGURATION) == {
        "app.terraform.io": "one",
        "modules.example-host.com": "two",
    }
    assert cli_credentials.of_login('{"credentials": {"app.terraform.io": {"token": "three"}}}') == {
        "app.terraform.io": "three"
    }
    assert [cli_credentials.of_login(text) for text in ("", "[]", '{"credentials": {"a": 1}}')] == [{}, {}, {}]


def test_a_host_as_the_name_of_a_variable() -> None:
    assert cli_credentials.as_variables({"my-host.example.com": "x"}) == {"TF_TOKEN_my__host_example_com": "x"}
