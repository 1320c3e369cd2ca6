"""``orchestrate image``: the image that Terraform runs in."""

from __future__ import annotations

import click

from .. import installation
from ..command import Command


@click.command("image", cls=Command, help="Build the image that Terraform runs in, if its inputs changed.")
@click.option("--force", is_flag=True, help="Build the image even if its inputs did not change.")
@click.option("--prune", is_flag=True, help="Remove the images of earlier versions of this tool.")
@click.pass_context
def command(ctx: click.Context, /, force: bool, prune: bool) -> int:
    session, client = ctx.obj, ctx.obj.docker()
    if force:
        installation.remove_image(client)
    tag = session.make_image(client)
    if prune:
        installation.remove_old_images(client)
    session.console.print(tag)
    return 0
