"""A Terraform verb, performed: on a tenant, a stack, or a stack with all its tenants."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from .. import arguments, deploy, environment, fleet, terraform
from ..fleet import Result
from ..terraform import Token, Verb
from .options import Options

_SPEAKS_JSON = ("output", "show", "validate", "version")


def perform(options: Options, verb: Verb, name: str, region: str, tokens: Sequence[Token]) -> int:
    """Run the verb and return the exit code: 0, or 2 for a plan that saw changes and was asked for it."""
    environment.check(options.environ)
    terraform.check_flags(tokens)
    arguments.check_words(verb, tokens)
    tokens = arguments.take_old_flags(verb, tokens, options.console.say)
    tenant, tokens = arguments.split_tenant(tokens, options.tenant)
    stack = options.project.stack(name, region)
    deploy.layer_of(options.project, stack, verb, tenant)
    if options.json and verb.name in _SPEAKS_JSON:
        tokens = [Token("json", None, ("-json",)), *tokens]
    options.console.data_only = options.json and verb.name not in _SPEAKS_JSON
    with options.stopper().installed() as stopper:
        deployer = options.deployer(stack, stopper)
        if not tenant and stack.tenant_source and (options.all_tenants or verb.name == "destroy"):
            results = fleet.perform_all(deployer, verb, tokens, options.jobs)
            _summary(options, results)
        else:
            results = [_one(options, deployer, verb, tenant, tokens)]
        return _answer(options, deployer, verb, results)


def _one(options: Options, deployer: deploy.Deployer, verb: Verb, tenant: str, tokens: Sequence[Token]) -> Result:
    started = time.monotonic()
    outcome = deployer.perform(verb, tenant, tokens)
    layer = deploy.layer_of(options.project, deployer.stack, verb, tenant)
    return Result(layer, time.monotonic() - started, outcome)


def _answer(options: Options, deployer: deploy.Deployer, verb: Verb, results: list[Result]) -> int:
    """The last words: a tenant's URL, or everything as data; and the exit code."""
    urls = {r.layer.label: _url(options, deployer, verb, r) for r in results}
    if options.console.data_only:
        options.console.json({"verb": verb.name, "layers": [_as_data(r, urls[r.layer.label]) for r in results]})
    elif len(results) == 1 and urls[results[0].layer.label]:
        options.console.print(urls[results[0].layer.label])
    code = fleet.worst(results)
    return code if verb.name == "plan" or any(r.error for r in results) else 0


def _url(options: Options, deployer: deploy.Deployer, verb: Verb, result: Result) -> str:
    if verb.name != "apply" or not result.layer.tenant or result.error or options.dry_run:
        return ""
    url = deployer.url(result.layer)
    if not url:
        options.console.say(f'{result.layer.label}: its Terraform root has no output "url"')
    return url


def _as_data(result: Result, url: str) -> dict[str, Any]:
    changes = result.outcome.changes if result.outcome else None
    counts = dict(zip(("add", "change", "destroy"), changes, strict=True)) if changes else None
    return {
        "layer": result.layer.label,
        "exit_code": result.code,
        "changes": counts,
        "seconds": round(result.seconds, 1),
        "url": url or None,
        "error": str(result.error) if result.error else None,
    }


def _summary(options: Options, results: Sequence[Result]) -> None:
    for result in results:
        counts = result.outcome.changes if result.outcome else None
        changes = " ".join(f"{sign}{n}" for sign, n in zip("+~-", counts, strict=True)) if counts else ""
        ended = f"failed: {result.error}" if result.error else "done"
        options.console.say(f"{result.layer.label}: {ended} {changes} ({result.seconds:.0f} s)")
        if result.error and result.error.hint:
            options.console.say(f"  to do: {result.error.hint}")
