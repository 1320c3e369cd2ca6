"""``orchestrate image``: the image that Terraform runs in."""

from __future__ import annotations

import click

from ..command import Command
from ..session import SELF


@click.command("image", cls=Command, help="Build the image that Terraform runs in, if its inputs changed.")
@click.option("--force", is_flag=True, help="Build the image even if its inputs did not change.")
@click.option("--prune", is_flag=True, help="Remove the images of earlier versions of this tool.")
@click.pass_context
def command(ctx: click.Context, /, force: bool, prune: bool) -> int:
    from ...engines.docker import connect
    from ...engines.image import build, inputs

    session = ctx.obj
    client = connect()
    if force:
        client.images.remove(inputs.tag(SELF), force=True)
    tag = session.make_image(client)
    if prune:
        build.remove_old(client, tag)
    session.console.print(tag)
    return 0
