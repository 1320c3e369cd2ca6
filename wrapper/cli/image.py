"""``orchestrate image``: the image that Terraform runs in."""

from __future__ import annotations

from typing import Any

import click

from .options import ours


@click.command("image", help="Build the image that Terraform runs in, if its inputs changed.")
@click.option("--force", is_flag=True, help="Build it anew.")
@click.option("--prune", is_flag=True, help="Remove the images of earlier versions of this tool.")
@ours
@click.pass_context
def command(ctx: click.Context, /, force: bool, prune: bool, **given: Any) -> int:
    from .. import image, image_inputs
    from ..engines.docker import connect
    from .options import SELF

    options = ctx.obj.merged(given)
    client = connect()
    if force:
        client.images.remove(image_inputs.tag(SELF), force=True)
    tag = options.make_image(client)
    if prune:
        image.remove_old(client, tag)
    options.console.print(tag)
    return 0
