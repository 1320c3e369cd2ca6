"""A Terraform verb, performed: on a tenant, a stack, or a stack with all its tenants."""

from __future__ import annotations

from collections.abc import Sequence

from .. import deploy, environment, terraform
from ..model import Layer
from ..terraform import Token, Verb
from .options import Options


def perform(options: Options, verb: Verb, name: str, region: str, tokens: Sequence[Token]) -> int:
    """Run the verb and return the exit code: 0, or 2 for a plan that saw changes and was asked for it."""
    environment.check(options.environ)
    terraform.check_flags(tokens)
    deploy.check_words(verb, tokens)
    tokens = deploy.take_old_flags(verb, tokens, options.console)
    tenant, tokens = deploy.split_tenant(tokens, options.tenant)
    stack = options.project.stack(name, region)
    deploy.layer_of(options.project, stack, verb, tenant)
    with options.stopper().installed() as stopper:
        deployer = options.deployer(stack, stopper)
        if not tenant and (options.all_tenants or verb.name == "destroy") and stack.tenant_source:
            from ..fleet import perform_all

            return perform_all(deployer, verb, tokens, options.jobs, every=options.all_tenants)
        outcome = deployer.perform(verb, tenant, tokens)
        if verb.name == "apply" and tenant and not options.dry_run:
            _say_url(options, deployer, deploy.layer_of(options.project, stack, verb, tenant))
    return outcome.code if verb.name == "plan" else 0


def _say_url(options: Options, deployer: deploy.Deployer, layer: Layer) -> None:
    url = deployer.url(layer)
    if url:
        options.console.print(url)
    else:
        options.console.say(f'{layer.label}: its Terraform root has no output "url"')
