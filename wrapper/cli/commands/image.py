"""``orchestrate image``: the image that Terraform runs in; those, where a stack has a Terraform of its own."""

from __future__ import annotations

import click

from .. import installation
from ..command import Command
from ..session import CliSession


@click.command("image", cls=Command, help="Build the image that Terraform runs in, if its inputs changed.")
@click.option("--force", is_flag=True, help="Build the image even if its inputs did not change.")
@click.option("--prune", is_flag=True, help="Remove the images of earlier versions of this tool.")
@click.pass_context
def command(ctx: click.Context, /, force: bool, prune: bool) -> int:
    session: CliSession = ctx.obj
    client = session.docker()
    requests = session.image_requests()
    for asked in requests if force else ():
        installation.remove_image(client, asked)
    tags = [installation.build_image(client, session.console.info, session.environ, asked) for asked in requests]
    if prune:
        installation.remove_old_images(client, *requests)
    session.console.print("\n".join(tags))
    return 0
