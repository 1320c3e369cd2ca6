"""States of Terraform, kept in memory by this process.

A state in a file is written whole after each resource, and compared with what the file had: half of the processor time of an
apply of a few hundred resources, and of their destroy. One in a backend is written every twenty seconds.
Source: developer.hashicorp.com/terraform/language/backend/http
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from terraform_in import Terraform
from web_server import Answer, Asked, serving

BACKEND = 'terraform {\n  backend "http" {}\n}\n'


@contextlib.contextmanager
def with_state_by_http(terraform: Terraform) -> Iterator[Terraform]:
    """The same root, which has no backend of its own; ``init`` comes after."""
    states: list[bytes] = []

    def answer(asked: Asked) -> Answer:
        if asked.method == "POST":
            states[:] = [asked.body]
        return Answer(body=states[0]) if states else Answer(404)

    (terraform.folder / "backend.tf").write_text(BACKEND)
    with serving(answer) as server:
        yield replace(terraform, env=terraform.env | {"TF_HTTP_ADDRESS": server.url})
