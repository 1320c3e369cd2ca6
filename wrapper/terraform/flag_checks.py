"""Which of Terraform's flags a verb does not take here: the tool gives it itself, a saved plan has settled it, or it would be
left out unseen. What is taken goes to Terraform, which refuses what it does not know itself. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ..model.errors import UsageError
from .commands import Token, Verb

# What `terraform apply PLANFILE` acts on; it takes others in silence.
_OF_A_SAVED_PLAN = ("parallelism", "lock-timeout", "lock", "json", "no-color", "compact-warnings")
_PLANS_ITSELF = {
    "out": "it plans to a file of its own; to keep a plan: plan ... -out=FILE, then apply ... FILE",
    "detailed-exitcode": "leave it out; plan takes it",
    "generate-config-out": "generate the configuration first: plan ... -generate-config-out=FILE",
}
_ONLY_ADDS = {
    "destroy": "it deploys builds; to remove what is there, use destroy",
    "refresh-only": "it deploys builds; to update a state, use refresh",
}
_DESTROYS = {"destroy": "leave it out, it is what destroy does", "refresh-only": "to update a state, use refresh"}
_COMPARES = {
    "destroy": "it compares with what was applied last; to see what a destroy would do: plan -destroy",
    "auto-approve": "leave it out: it changes nothing",
}
_WRITERS = {
    "mirror": "the tool gives Terraform its providers from a mirror; run terraform itself to make another one",
}


def check(command: str, verb: Verb, tokens: Sequence[Token], *, saved: str = "", picks_builds: bool = False) -> None:
    """UsageError for the first that the command does not act on. ``saved``: the plan file that is applied."""
    if saved and verb.recorded:
        return _check_saved(tokens)
    refused = _refused(verb, picks_builds)
    for token in tokens:
        if token.flag in refused:
            raise UsageError(f"{command} takes no -{token.flag}", hint=refused[token.flag])
    _check_first_word(command, verb, tokens)


def _refused(verb: Verb, picks_builds: bool) -> dict[str, str]:
    refused = dict(_PLANS_ITSELF) if verb.recorded or verb.as_applied else {}
    if verb.recorded and not verb.deletes:
        refused["force"] = "Terraform has no such argument; -auto-approve asks no question"
    if verb.deletes:
        refused |= _DESTROYS
    return refused | (_ONLY_ADDS if picks_builds else {}) | (_COMPARES if verb.as_applied else {})


def _check_saved(tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.flag and token.flag not in _OF_A_SAVED_PLAN:
            hint = f"leave it out, or make a new plan with -{token.flag}"
            if token.flag == "auto-approve":
                hint = "leave it out: no question is asked about a saved plan"
            raise UsageError(f"-{token.flag} does not go with a saved plan", hint=hint)


def _check_first_word(command: str, verb: Verb, tokens: Sequence[Token]) -> None:
    first = next((t.value or "" for t in tokens if not t.flag), "")
    if verb.writes_root and first in _WRITERS:
        raise UsageError(f"{command} {first} is not run here", hint=_WRITERS[first])
    if verb.writes_root and first == "-":
        raise UsageError(f"{command} - would read standard input, which no run has", hint="give the path of a file")
