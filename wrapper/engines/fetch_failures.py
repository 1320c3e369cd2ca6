"""What Terraform, git and ssh say when a module cannot be fetched, in our words: what is wrong, where, and what to do. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..model.errors import ConfigError, OrchestrateError, RefusedError, UnavailableError
from ..terraform.module_sources import ModuleCall, host, shown

_ROOT_OF_OURS = re.compile(r".*? in module\.m\d+: \d+: \{.*?\}\}\} ")  # where Terraform's words begin with our own file
_UNREACHABLE = (
    r"Could not resolve host\S* \S+|Connection (?:refused|timed out|reset)|Network is unreachable|No route to host|"
    r"Failed to connect to \S+ port \d+|no such host|Operation too slow|connection refused|i/o timeout|Connection closed by \S+"
)
_TLS = (
    r"certificate (?:signed by unknown authority|verify failed)|SSL certificate problem|server certificate verification failed|"
    r"failed to verify certificate"
)
_DENIED = (
    r"Permission denied \([^)]*\)|Authentication failed|could not read (?:Username|Password)(?: for '[^']*')?|"
    r"HTTP Basic: Access denied|\b40[13] (?:Unauthorized|Forbidden)|The requested URL returned error: 40[13]|"
    r"bad response code: 40[13]"
)
_NO_REF = (
    r"pathspec '?[^' ]+'? did not match|couldn't find remote ref \S+|Remote branch \S+ not found|"
    r"reference is not a tree|unadvertised object|bad object"
)
_GONE = (
    r"does not appear to be a git repository|[Rr]epository (?:'[^']*' )?not found|does not exist|"
    r"The requested URL returned error: 404|bad response code: 404|not found"
)
_NO_VERSION = r"no available version(?: of module)?|no version .* match|Unresolvable module version constraint"


@dataclass(frozen=True)
class FetchFailure:
    """What a fetch of one module said, and how it ended."""

    call: ModuleCall
    said: str
    code: int

    def error(self) -> OrchestrateError:
        said = self.said
        for word, kind in (
            ("No space left on device", self._full),
            ("Host key verification failed", self._host_key),
            (_TLS, self._tls),
            (_DENIED, self._denied),
            (_UNREACHABLE, self._unreachable),
            (_NO_REF, self._no_ref),
            (_NO_VERSION, self._no_version),
            (r"subdir \"[^\"]*\" not found|Unreadable module|subdirectory", self._no_folder),
            (_GONE, self._gone),
        ):
            found = re.search(word, said)
            if found:
                return kind(found[0])
        if self.code == 124:
            return self._unreachable("no answer within 15 minutes")
        words = _ROOT_OF_OURS.sub("", said)[:300] or f"exit code {self.code}"
        return self._made(ConfigError, words, "try it with git, or curl, on this machine")

    def _made(self, kind: type[OrchestrateError], what: str, hint: str, where: str = "") -> OrchestrateError:
        call = self.call
        version = f" {call.version}" if call.version else ""
        text = f"cannot fetch module {call.key} ({shown(call.source)}{version}): {shown(what)}"
        return kind(text if not where else f"{text} ({call.where})", where=where or call.where, hint=hint)

    def _full(self, what: str) -> OrchestrateError:
        return self._made(UnavailableError, what, "free disk space, or set ORCHESTRATE_HOME to another folder")

    def _host_key(self, _: str) -> OrchestrateError:
        """ssh names the line of the key that differs; where it knows none, the host."""
        known = re.search(r"Offending \S+ key in (\S+):(\d+)", self.said)
        unknown = re.search(r"host key is known for (\S+)", self.said) or re.search(
            r"Host key for (\S+) has", self.said
        )
        name = unknown[1].strip(".,'") if unknown else "the server"
        if known:
            line = f"{known[1].replace('/tmp/.ssh', '~/.ssh')}:{known[2]}"
            hint = f"if the server has a new key, compare its fingerprint with what its owner says; then: ssh-keygen -R '{name}'"
            return self._made(ConfigError, f"{name} has another host key than this line says", hint, line)
        hint = (
            f"compare its fingerprint with what its owner says, and write it there: {_scan(name)} >>~/.ssh/known_hosts"
        )
        return self._made(ConfigError, f"the host key of {name} is not known", hint, "~/.ssh/known_hosts")

    def _tls(self, what: str) -> OrchestrateError:
        hint = (
            'name the authority in orchestrate.hcl: certificates = ["ca.pem"]; with the host engine, set SSL_CERT_FILE'
        )
        return self._made(UnavailableError, what, hint)

    def _denied(self, what: str) -> OrchestrateError:
        registry = host(self.call.source)
        if registry:
            return self._made(RefusedError, what, f"{_token_hint(registry)} to a token that may read it")
        if "publickey" in what:
            hint = "give the agent a key that may read the repository: ssh-add -l lists its keys, ssh-add FILE adds one"
            return self._made(RefusedError, what, hint)
        return self._made(
            RefusedError, what, "git needs a login: ~/.netrc, or a credential in ~/.gitconfig (url.insteadOf)"
        )

    def _unreachable(self, what: str) -> OrchestrateError:
        hint = "is the network there? What a ref that is a tag or a commit names is fetched once, and asked for no more"
        return self._made(UnavailableError, what, hint)

    def _no_ref(self, _: str) -> OrchestrateError:
        hint = "the commit, tag or branch after ?ref= is gone or misspelt: git ls-remote lists them"
        return self._made(ConfigError, "the repository has no such ref", hint)

    def _no_version(self, _: str) -> OrchestrateError:
        return self._made(ConfigError, "the registry has no version that this constraint allows", "change version")

    def _no_folder(self, what: str) -> OrchestrateError:
        return self._made(ConfigError, "no such folder in it", "correct what stands after // in source")

    def _gone(self, what: str) -> OrchestrateError:
        hint = "correct source. A server that wants to know nothing of you says the same: can you read it?"
        return self._made(ConfigError, what, hint)


def _token_hint(registry: str) -> str:
    name = "TF_TOKEN_" + registry.replace("-", "__").replace(".", "_")
    if ":" in name:  # no shell sets such a variable
        return f'set credentials "{registry}" {{ token = "..." }} in ~/.terraformrc'
    return f"set {name}"


def _scan(name: str) -> str:
    found = re.fullmatch(r"\[(.+)\]:(\d+)", name)
    return f"ssh-keyscan -p {found[2]} {found[1]}" if found else f"ssh-keyscan {name}"


def pinned_gone(call: ModuleCall) -> OrchestrateError:
    """A saved plan was made with another commit than there is now."""
    return ConfigError(
        f"the plan was made with another commit of module {call.key} ({shown(call.source)}) than this one",
        where=call.where,
        hint="make the plan again",
    )
