"""What a failed Step amounts to: locked, a state at risk, killed, refused, or just failed. Pure.

Only Terraform's own diagnostics choose (:func:`wrapper.terraform.output.own_errors`): messages of a configuration, and
what AWS repeats of a tenant's words, choose nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ..model.errors import LockedError, NotBegunError, OrchestrateError, RefusedError, StateAtRisk, TerraformFailed
from ..model.findings import Lock
from ..model.nouns import Diagnostic, Outcome, Run, Step
from ..model.stack import lock_key, state_key
from .commands import PLAN, VERBS
from .output import diagnostics, last_words, own_errors
from .suggested import suggest

SEE_ABOVE = "Terraform's message is above"
_KILLED = 137  # by SIGKILL, as a shell and a container say it
_NOT_SAVED = ("Failed to save state", "Failed to persist state to backend", "Failed to create local state file")
_NOT_RELEASED = "Error releasing the state lock"
_PLUGIN_GONE = ("Plugin did not respond", "Request cancelled")
_NO_PROVIDER = ("Failed to query available provider packages", "Failed to install provider")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# What AWS says (a pattern) -> what to do.
_KNOWN_FAILURES = (
    # docs.aws.amazon.com/autoscaling/ec2/userguide/launch-configurations.html
    (
        r"(?i)launch configuration creation operation is not available|launch configurations? .{0,40}not supported",
        'accounts made since mid-2024 cannot create launch configurations: set kind = "launch_template" in {capacity}',
    ),
    (
        r"No valid credential sources found|no EC2 IMDS role found",
        "the container reaches no credentials. By an instance's role: raise the metadata hop limit to 2, or set "
        "ORCHESTRATE_NETWORK=host; see docs/engines.md",
    ),
    (
        r'no (?:file|directory) exists at "?(?:(?:\./)?\.\./|/project/)|could not archive missing (?:file|directory): \.\./',
        "a run sees src/, modules/ and the folders that orchestrate.hcl names: if the file stands in another folder of the "
        'project, add it there, such as folders = ["templates"] (docs/configuration.md)',
    ),
    (
        r"Failed to download module|Error accessing remote module registry",
        "a run has no key and downloads no module: leave out -upgrade or -update; this fetches what is newer: ./orchestrate "
        "modules fetch --upgrade",
    ),
)
# Their details are words of the configuration (internal/terraform/eval_conditions.go).
_CUSTOM = re.compile(
    r"(Resource (pre|post)condition|Module output value precondition|Check block assertion|Test assertion) failed"
    r"|Invalid value for (input )?variable"
)


def lock_id(lock: Lock) -> str:
    """Its id, if it is one that Terraform makes: it stands in a command that a person types."""
    return lock.id if _UUID.fullmatch(lock.id) else ""


def held_lock(error: Diagnostic) -> Lock:
    """The lock in the details of "Error acquiring the state lock"."""

    def field(name: str) -> str:
        found = re.search(rf"^  {name}:[ \t]*(.*?)\s*$", error.detail, re.MULTILINE)
        return found.group(1) if found else ""

    return Lock(
        field("ID"), field("Who").removeprefix("@"), field("Operation").removeprefix("OperationType"), field("Created")
    )


def failure(run: Run, step: Step, outcome: Outcome) -> OrchestrateError:
    """The error that a failed Step amounts to."""
    errors = own_errors(outcome.stderr, outcome.tail if _is_machine_readable(step.argv) else "")
    error = next(filter(None, (kind(run, step, outcome, errors) for kind in _KINDS)))
    error.said = last_words(outcome.tail)
    return error


def _diagnosed(step: Step, outcome: Outcome) -> str:
    """The output that holds its diagnostics, and nothing else of a tenant's."""
    return outcome.tail if _is_machine_readable(step.argv) else outcome.stderr


def _is_machine_readable(argv: Sequence[str]) -> bool:
    verb = VERBS.get(argv[1]) if len(argv) > 1 else None
    return "-json" in argv and verb is not None and verb.streams_json


_Kind = Callable[[Run, Step, Outcome, Sequence[Diagnostic]], OrchestrateError | None]


def _locked(run: Run, step: Step, outcome: Outcome, errors: Sequence[Diagnostic]) -> OrchestrateError | None:
    """It is the first thing that Terraform does, so nothing else was said."""
    found = [e for e in errors[:1] if e.summary == "Error acquiring the state lock"]
    if not found:
        return None
    label, lock, object_ = run.layer.label, held_lock(found[0]), lock_object(run)
    denied = re.search(r"AccessDenied|StatusCode: 403|permission denied", found[0].detail)
    if denied and not lock_id(lock):
        return RefusedError(
            f"{label}: its lock cannot be written: {_reason(found[0].detail)}",
            where=object_,
            hint="the role needs s3:GetObject, PutObject and DeleteObject on it",
        )
    who = f"by {lock.who} ({lock.operation or 'a run'}, since {lock.created or 'some time'})" if lock.who else ""
    if lock_id(lock):
        unlock = suggest("force-unlock", run.layer, "-force", lock_id(lock))
        hint = f"wait with -lock-timeout=5m; if that run is dead: {unlock}"
        locked = LockedError(f"{label} is locked {who or 'by a run that its lock does not name'}", hint=hint)
        locked.who, locked.unlock = lock.who, unlock
        return locked
    return NotBegunError(
        f"{label} is locked {who}".rstrip() + ", and the lock has no id",
        where=object_,
        hint="if no run of this layer is active, remove that object: force-unlock cannot, because it needs the id",
    )


def lock_object(run: Run) -> str:
    """Where the lock of a run's layer is: an object beside its state."""
    stack = run.layer.stack
    key = lock_key(stack, state_key(run.layer))
    return (
        f"s3://{stack.backend.bucket}/{key}" if stack.backend.kind == "s3" else f"{stack.backend.config['path']}/{key}"
    )


def _reason(detail: str) -> str:
    """AWS's sentence, out of lines that are broken to a width."""
    said = " ".join(detail.partition("\n\n")[0].removeprefix("Error message: ").split())
    found = re.search(r"api error (.+?)(?: unable to retrieve| Lock Info:|$)", said)
    return found[1] if found else said


def _overtaken(run: Run, step: Step, outcome: Outcome, errors: Sequence[Diagnostic]) -> OrchestrateError | None:
    if not errors or errors[0].summary != "Saved plan is stale":
        return None
    planned_here = any(one.argv[1:2] == (PLAN.name,) for one in run.steps)
    return NotBegunError(
        f"{run.layer.label} was changed by another run between this plan and its apply",
        hint="run it again" if planned_here else "nothing was changed; make a new plan",
    )


def _not_saved(run: Run, step: Step, outcome: Outcome, errors: Sequence[Diagnostic]) -> OrchestrateError | None:
    if not any(error.summary in _NOT_SAVED for error in errors):
        return None
    return StateAtRisk(
        f"{run.layer.label}: Terraform could not save the state",
        hint="recover first: see docs/state.md, 'errored.tfstate'",
    )


def _killed(run: Run, step: Step, outcome: Outcome, errors: Sequence[Diagnostic]) -> OrchestrateError | None:
    if outcome.code != _KILLED:
        return None
    cause = "the machine may lack memory, or a user ended it"
    if outcome.out_of_memory:
        cause = "it used more memory than its container has"
    return TerraformFailed(
        f"{run.layer.label}: terraform {step.argv[1]} was killed",
        hint=f"{cause}. Its lock may remain, and its last changes may be missing in the state. "
        f"To see both: {suggest('plan', run.layer)}",
    )


def _provider_killed(run: Run, step: Step, outcome: Outcome, errors: Sequence[Diagnostic]) -> OrchestrateError | None:
    gone = any(d.summary in _PLUGIN_GONE for d in _not_custom(_diagnosed(step, outcome)))
    if not (gone or outcome.out_of_memory):
        return None
    label = f"{run.layer.label}: terraform {step.argv[1]}"
    hint = f"What it was changing may be missing in the state. To see it: {suggest('plan', run.layer)}"
    if outcome.out_of_memory:
        return TerraformFailed(
            f"{label}: a provider was killed, because the container has no more memory",
            hint=f"fewer changes at once need less: -parallelism=2. {hint}",
        )
    return TerraformFailed(
        f"{label}: a provider ended in the middle of its work",
        hint=f"the machine may lack memory (dmesg says so), or the provider crashed. {hint}",
    )


def _not_released(run: Run, step: Step, outcome: Outcome, errors: Sequence[Diagnostic]) -> OrchestrateError | None:
    """It is the last thing that Terraform does."""
    found = next((d for d in reversed(diagnostics(_diagnosed(step, outcome))) if d.summary == _NOT_RELEASED), None)
    if found is None:
        return None
    id_ = lock_id(held_lock(found))
    how = suggest("force-unlock", run.layer, "-force", id_) if id_ else ""
    return TerraformFailed(
        f"{run.layer.label}: terraform {step.argv[1]} could not release its lock: {_reason(found.detail)}",
        where=lock_object(run),
        hint="the role needs s3:DeleteObject on it. "
        + (f"Then release the lock: {how}" if how else f"To see its id: {suggest('plan', run.layer)}"),
    )


def unreleased_lock(outcome: Outcome) -> str:
    """The id of the lock that Terraform could not release at its end, or ""."""
    said = [d for d in diagnostics(outcome.stderr) if d.summary == _NOT_RELEASED]
    return held_lock(said[-1]).id if said else ""


def _not_in_the_image(run: Run, step: Step, outcome: Outcome, errors: Sequence[Diagnostic]) -> OrchestrateError | None:
    missing = [_provider_in(d.detail) for d in errors if d.summary in _NO_PROVIDER]
    old = [d for d in diagnostics(_diagnosed(step, outcome)) if d.summary == "Unsupported Terraform Core version"]
    if step.argv[1] != "init" or not (missing or old):
        return None
    if missing:
        what = f"no provider {', '.join(dict.fromkeys(filter(None, missing))) or 'that this root requires'} is here"
    else:
        what = "this root requires another version of Terraform"
    where = old[0].where if old and not missing else ""
    return TerraformFailed(
        f"{run.layer.label}: {what}",
        where=f"{run.work}/{where}" if where else "",
        hint="the image holds what the roots lock: ./orchestrate providers lock ; or change the root's constraint; or say "
        "another Terraform in orchestrate.hcl (docs/image.md). The host engine has the terraform on PATH, and the providers of "
        "its mirror, if it has one. `terraform init -upgrade` does not help",
    )


def _provider_in(detail: str) -> str:
    """``hashicorp/aws ~> 6.0``, out of "Could not retrieve the list of available versions for provider hashicorp/aws: ..."."""
    said = " ".join(detail.split())
    name = re.search(r"provider (\S+?):? ", said)
    wanted = re.search(r"constraints? ([^;]+?)(?:;| To see|$)", said)
    return " ".join(m[1] for m in (name, wanted) if m)


def _known(run: Run, step: Step, outcome: Outcome, errors: Sequence[Diagnostic]) -> OrchestrateError | None:
    said = [f"{d.summary} {' '.join(d.detail.split())}" for d in _not_custom(_diagnosed(step, outcome))]
    for pattern, hint in _KNOWN_FAILURES:
        if any(re.search(pattern, text) for text in said):
            capacity = run.origins.get("capacity", "the stack's variables.tfvars")
            return TerraformFailed(
                f"{run.layer.label}: terraform {step.argv[1]} failed", hint=hint.format(capacity=capacity)
            )
    return None


def _not_custom(text: str) -> list[Diagnostic]:
    """The errors up to the first that repeats words of the configuration: what follows may be of these words too."""
    errors = [d for d in diagnostics(text) if d.severity == "error"]
    first = next((n for n, d in enumerate(errors) if _CUSTOM.match(d.summary)), len(errors))
    return errors[:first]


def _plainly(run: Run, step: Step, outcome: Outcome, errors: Sequence[Diagnostic]) -> OrchestrateError | None:
    return TerraformFailed(
        f"{run.layer.label}: terraform {step.argv[1]} failed (exit code {outcome.code})", hint=SEE_ABOVE
    )


_KINDS: tuple[_Kind, ...] = (
    _locked,
    _overtaken,
    _not_saved,
    _killed,
    _provider_killed,
    _not_released,
    _not_in_the_image,
    _known,
    _plainly,
)
