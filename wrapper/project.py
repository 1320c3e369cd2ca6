"""The only reader of config/ and src/: folders and files -> Stack, values, declarations, digests.

Knows where things are by convention, and parses nothing twice (a content-keyed cache in the
project's private folder). Knows no Terraform flag, engine or AWS.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from . import hcl, layout, variables
from .errors import ConfigError, NotFoundError, UsageError
from .fingerprint import digest
from .model import Backend, Effective, Layer, Settings, Stack, Variable
from .parses import Parses
from .variables import Source

_STACK_FILES = ("backend.tfvars", "variables.tfvars", "stack.hcl")
_CREDENTIALS = ("access_key", "secret_key", "token", "sts_access_key")
_AUTOMATIC = ("terraform.tfvars",)
Notice = Callable[[str], None]


def find_root(start: Path, fallback: Path) -> Path:
    """The nearest folder, from ``start`` up, that holds config/ and src/; else ``fallback``."""
    for folder in (start, *start.parents):
        if (folder / "config").is_dir() and (folder / "src").is_dir():
            return folder
    return fallback


@dataclass
class Project:
    """One project on disk. ``home`` is its private folder; ``notice`` gets words for the user."""

    root: Path
    home: Path
    notice: Notice = lambda _: None

    def __post_init__(self) -> None:
        self.root = self.root.resolve()
        if not (self.root / "config").is_dir() or not (self.root / "src").is_dir():
            raise NotFoundError(
                "no project here: a project has config/ and src/",
                where=str(self.root),
                hint="go into one, or name it with --root DIR",
            )
        self.parses = Parses(self.home / "cache")
        self._noticed: set[str] = set()

    # -- what there is ------------------------------------------------------------------------

    @cached_property
    def places(self) -> dict[tuple[str, str], Path]:
        """Every (region, stack) and its folder; region "" for a stack without one."""
        found = {}
        for folder in _folders(self.root / "config"):
            if _is_stack(folder):
                found["", folder.name] = folder
                continue
            for inner in _folders(folder):
                found[folder.name, inner.name] = inner
        return found

    def locate(self, name: str, region: str = "") -> tuple[str, Path]:
        """(region, folder) of a stack. The region may be left out where there is one."""
        layout.check_name("stack", name)
        regions = sorted(r for r, s in self.places if s == name)
        if not regions:
            raise layout.unknown("stack", name, {s for _, s in self.places}, str(self.root / "config"))
        if region:
            layout.check_name("region", region)
        if region and region not in regions:
            raise layout.unknown("region", region, [r for r in regions if r], f"stack {name}")
        if not region and len(regions) > 1:
            raise UsageError(f"stack {name} lives in {len(regions)} regions", hint=f"name one: {', '.join(regions)}")
        chosen = region or regions[0]
        if chosen:
            self._check_name("region", chosen, self._short(self.places[chosen, name].parent))
        return chosen, self.places[chosen, name]

    def is_region(self, word: str) -> bool:
        return any(region == word for region, _ in self.places)

    def stack(self, name: str, region: str = "") -> Stack:
        """The Stack of that name, its settings, backend and roots checked."""
        region, folder = self.locate(name, region)
        self._inside(folder)
        settings = self._settings(folder)
        source = self._source(name, folder, settings)
        tenant = source / "tenant"
        return Stack(
            region,
            name,
            self.root,
            folder,
            source,
            tenant if _has_terraform(tenant) else None,
            settings,
            self._backend(folder, source),
        )

    def stacks(self) -> list[Stack]:
        return [self.stack(name, region) for region, name in sorted(self.places)]

    def layer(self, stack: Stack, tenant: str = "", *, must_be_declared: bool = True) -> Layer:
        """The stack's own layer, or a tenant's. A protected stack takes only tenants that have a file."""
        if not tenant:
            return Layer(stack)
        layout.check_name("tenant", tenant)
        if stack.tenant_source is None:
            raise NotFoundError(
                f"stack {stack.label} has no tenant layer",
                where=self._short(stack.source),
                hint=f"a tenant layer is a Terraform root in {self._short(stack.source)}/tenant/",
            )
        needs_file = stack.settings.protected if stack.settings.tenant_file is None else stack.settings.tenant_file
        if needs_file and must_be_declared and not _tenant_file(stack, tenant).is_file():
            raise layout.unknown("tenant", tenant, self.tenants(stack), f"{stack.label} (protected)")
        return Layer(stack, tenant)

    def tenants(self, stack: Stack) -> list[str]:
        """Tenants that have a file, by name."""
        folder = stack.config / "tenants"
        files = sorted(folder.glob("*.tfvars")) if folder.is_dir() else []
        for file in files:
            self._check_name("tenant", file.stem, self._short(file))
        return [file.stem for file in files]

    # -- values -------------------------------------------------------------------------------

    def declared(self, source: Path) -> dict[str, Variable]:
        """Variables of a Terraform root by name."""
        return variables.declarations([(self._short(f), b) for f, b in self._blocks(source)])

    def outputs(self, source: Path) -> set[str]:
        return {b.labels[0] for _, b in self._blocks(source) if b.kind == "output" and b.labels}

    def values(
        self, layer: Layer, outputs: Mapping[str, Any] | None = None, arguments: Iterable[Source] = ()
    ) -> dict[str, Effective]:
        """Effective values of a layer; ``outputs`` are those of the stack's own layer, ``arguments`` the
        -var-file sources. Required values and -var are checked by the caller, who has the arguments."""
        return next(iter(self.values_of([layer], outputs, arguments)))

    def values_of(
        self, layers: Iterable[Layer], outputs: Mapping[str, Any] | None = None, arguments: Iterable[Source] = ()
    ) -> Iterator[dict[str, Effective]]:
        """Effective values of many layers of one stack, each file read and parsed once."""
        layers = list(layers)
        kinds = {bool(layer.tenant) for layer in layers}
        lower = {kind: self._lower(layers[0].stack, kind, outputs or {}) for kind in kinds}
        texts = self._rendered([la for la in layers if la.tenant], lower.get(True))
        with self.parses.batch():
            for layer in layers:
                values, declared, others = lower[bool(layer.tenant)]
                sources = [*self._of_tenant(layer, texts), *arguments]
                own = variables.merge(declared, others, sources, layer.label)
                yield {**values, **self._given(layer, declared), **own}

    def _lower(
        self, stack: Stack, tenant: bool, outputs: Mapping[str, Any]
    ) -> tuple[dict[str, Effective], dict[str, Variable], set[str]]:
        own, other = (stack.tenant_source, stack.source) if tenant else (stack.source, stack.tenant_source)
        assert own is not None
        declared = self.declared(own) if tenant else self.declared(own) | self.declared(stack.config)
        others = set(self.declared(other)) if other else set()
        sources = [*self._automatic(own), *self._shared(stack)]
        if tenant and outputs:
            mine = {k: (v, 0) for k, v in outputs.items() if k in declared}
            sources.append(Source(f"output of {stack.label}", mine, mine=True))
        return variables.merge(declared, others, sources, stack.label), declared, others

    def _automatic(self, source: Path) -> Iterator[Source]:
        for file in [*(source / n for n in _AUTOMATIC), *sorted(source.glob("*.auto.tfvars"))]:
            if file.is_file():
                yield self.source(file, mine=True)

    def _shared(self, stack: Stack) -> Iterator[Source]:
        config = self.root / "config"
        files = [config / "common.tfvars", stack.config.parent / "common.tfvars", stack.config / "variables.tfvars"]
        for file in dict.fromkeys(files):
            if file.is_file():
                yield self.source(file)

    def _of_tenant(self, layer: Layer, texts: Mapping[str, str]) -> Iterator[Source]:
        if not layer.tenant:
            return
        config = layer.stack.config
        if layer.tenant in texts:
            where = self._short(config / "tenant.tfvars.j2")
            parsed = self.parses.values(texts[layer.tenant], f"{where} (rendered for {layer.tenant})")
            yield Source(where, parsed.values, mine=True, tenant=True)
        file = _tenant_file(layer.stack, layer.tenant)
        if file.is_file():
            yield self.source(file, mine=True, tenant=True)

    def _given(self, layer: Layer, declared: Mapping[str, Variable]) -> dict[str, Effective]:
        facts = {"region": layer.stack.region, "stack": layer.stack.name, "tenant": layer.tenant}
        return {k: Effective(v, "orchestrate") for k, v in facts.items() if v and k in declared}

    def _rendered(self, layers: list[Layer], lower: Any) -> dict[str, str]:
        """The template rendered for each tenant; cached by all that goes in."""
        from .rendering import render_all

        if not layers or not (file := layers[0].stack.config / "tenant.tfvars.j2").is_file():
            return {}
        stack, below = layers[0].stack, {k: v.value for k, v in lower[0].items()}
        template, common = self._read(file), digest(self._read(file), stack.name, stack.region, below)
        contexts = {
            la.tenant: {"tenant": la.tenant, "stack": stack.name, "region": stack.region, "vars": below}
            for la in layers
        }
        texts = {t: self.parses.text(common + t) for t in contexts}
        todo = {t: c for t, c in contexts.items() if texts[t] is None}
        if todo:
            for tenant, text in render_all(template, todo, self._short(file)).items():
                texts[tenant] = text
                self.parses.keep_text(common + tenant, text)
        return {t: text for t, text in texts.items() if text is not None}

    def template_mentions(self, stack: Stack, names: Iterable[str]) -> bool:
        """Whether the template of a stack's tenants may need one of these values."""
        file = stack.config / "tenant.tfvars.j2"
        text = self._read(file) if file.is_file() else ""
        return any(name in text for name in names)

    def source(self, file: Path, *, mine: bool = False, tenant: bool = False) -> Source:
        """A file of values as one layer."""
        where = self._short(file)
        parsed = self.parses.values(self._read(file), where)
        if parsed.quoted:
            self._say(f"{where}:{parsed.quoted[0]}: a quoted key; Terraform 0.12 and later write it without quotes")
        return Source(where, parsed.values, mine, tenant)

    def caller_source(self, file: Path) -> Source:
        """A -var-file: the caller's own, wherever it stands; JSON where its name says so, as Terraform has it."""
        where, text = self._short(file), self._text(file)
        if file.name.endswith(".json"):
            return Source(where, _from_json(text, where), mine=True)
        return Source(where, self.parses.values(text, where).values, mine=True)

    def sandbox_settings(self) -> dict[str, Any]:
        """config/sandbox.hcl: ``zones`` (list of names) and ``secrets`` (map of name to value), both optional."""
        file = self.root / "config" / "sandbox.hcl"
        found: dict[str, Any] = {"zones": [], "secrets": {}}
        if file.is_file():
            for name, (value, line) in self.parses.values(self._read(file), self._short(file)).values.items():
                if name not in found or not isinstance(value, type(found[name])):
                    raise ConfigError(
                        f"no setting {name!r} of that type",
                        where=f"{self._short(file)}:{line}",
                        hint='zones = ["example.com"] and secrets = { name = "value" }',
                    )
                found[name] = value
        return found

    # -- sources ------------------------------------------------------------------------------

    def modules(self) -> Path | None:
        """The folder of reusable modules: modules/, or src/modules in older projects."""
        for folder in (self.root / "modules", self.root / "src" / "modules"):
            if folder.is_dir():
                return folder
        return None

    def digest_sources(self, layer: Layer) -> str:
        """One digest of the layer's Terraform root and of all modules: paths and contents."""
        hashed = hashlib.sha256()
        modules = self.modules()
        for file in [*self.work_files(layer).values(), *(self.files(modules, layer) if modules else ())]:
            hashed.update(f"{file.relative_to(self.root)}\0".encode())
            hashed.update(hashlib.sha256(self._bytes(file)).digest())
        return hashed.hexdigest()[:16]

    def work_files(self, layer: Layer) -> dict[str, Path]:
        """What stands in the layer's work directory: its root's files and, for a stack's own layer,
        the Terraform files beside its values."""
        files = {str(f.relative_to(layer.source)): f for f in self.files(layer.source, layer)}
        if not layer.tenant:
            files |= {f.name: f for f in sorted(layer.stack.config.glob("*.tf"))}
        return files

    def files(self, folder: Path, layer: Layer) -> list[Path]:
        """Files below a root or module folder that a run needs; none may lead out of the project."""
        tenant = layer.stack.tenant_source if folder == layer.stack.source else None
        found = []
        for directory, names, files in os.walk(folder):
            here = Path(directory)
            names[:] = sorted(n for n in names if not n.startswith(".") and here / n != tenant)
            found += [here / f for f in sorted(files) if _wanted(f)]
            for entry in (*(here / n for n in names), *found[-len(files) :]):
                if entry.is_symlink():
                    self._inside(entry)
        return found

    # -- reading ------------------------------------------------------------------------------

    def _settings(self, folder: Path) -> Settings:
        file = folder / "stack.hcl"
        if not file.is_file():
            return Settings()
        where = self._short(file)
        values = self.parses.values(self._read(file), where).values
        kinds = {n: f.type for n, f in Settings.__dataclass_fields__.items()}
        for name, (value, line) in values.items():
            if name not in kinds:
                close = layout.nearest(name, kinds)
                raise ConfigError(
                    f"no setting {name!r}",
                    where=f"{where}:{line}",
                    hint=f"did you mean {close}?" if close else f"settings: {', '.join(kinds)}",
                )
            wanted = bool if "bool" in str(kinds[name]) else str
            if not isinstance(value, wanted):
                raise ConfigError(f"{name} must be a {'bool' if wanted is bool else 'string'}", where=f"{where}:{line}")
        for name in ("source", "promotes_from"):
            if name in values:
                self._check_name(name, str(values[name][0]), f"{where}:{values[name][1]}")
        return Settings(**{name: value for name, (value, _) in values.items()})

    def _source(self, name: str, folder: Path, settings: Settings) -> Path:
        own = self.root / "src" / name
        source = own if _has_terraform(own) or own.is_dir() else self.root / "src" / (settings.source or name)
        if not source.is_dir():
            known = [f.name for f in _folders(self.root / "src") if _has_terraform(f)]
            close = layout.nearest(source.name, known)
            raise NotFoundError(
                f"no Terraform code {self._short(source)}/ for stack {name}",
                where=self._short(folder / "stack.hcl"),
                hint=f'make that folder, or write source = "{close or "..."}" in stack.hcl',
            )
        self._inside(source)
        return source

    def _backend(self, folder: Path, source: Path) -> Backend:
        file = folder / "backend.tfvars"
        if file.is_file():
            values = self.parses.values(self._read(file), self._short(file)).values
            return self._checked_backend(values, self._short(file), _kind(values), "")
        for where, block in (*self._blocks(folder), *self._blocks(source)):
            for backend in (b for b in block.blocks if block.kind == "terraform" and b.kind == "backend"):
                if backend.body:
                    key = str(backend.body.get("key", ("", 0))[0])
                    return self._checked_backend(backend.body, self._short(where), backend.labels[0], key)
        raise ConfigError(
            "the stack names no backend",
            where=self._short(folder),
            hint='write backend.tfvars with bucket = "..." and region = "..."',
        )

    def _checked_backend(self, values: Mapping[str, tuple[Any, int]], where: str, kind: str, key: str) -> Backend:
        for name, (value, line) in values.items():
            at = f"{where}:{line}"
            if name in _CREDENTIALS:
                raise ConfigError(
                    f"credentials ({name}) do not belong in a backend file",
                    where=at,
                    hint="remove the line, revoke that key, and use the environment, a profile or a role",
                )
            if isinstance(value, hcl.Expression):
                raise ConfigError(f"{name} must be a literal value", where=at)
            if name == "key" and where.endswith("backend.tfvars"):
                raise ConfigError(
                    "the state's key is derived and never written by hand", where=at, hint="remove the line"
                )
            if name == "workspace_key_prefix":
                raise ConfigError("workspaces are not used: one state per stack and tenant", where=at)
        if kind not in ("s3", "local"):
            raise ConfigError(f"backend {kind!r} is not supported", where=where, hint='use "s3" or "local"')
        config = {k: v for k, (v, _) in values.items() if k not in ("key", "backend", "use_lockfile")}
        self._check_backend_names(kind, config, where)
        return Backend(kind, config, where, key)

    def _check_backend_names(self, kind: str, config: dict[str, Any], where: str) -> None:
        if kind == "s3":
            for name in ("bucket", "region"):
                if not isinstance(config.get(name), str) or not config[name]:
                    raise ConfigError(f"backend has no {name}", where=where, hint=f'write {name} = "..."')
            return
        path = Path(str(config.get("path", ".orchestrate/states")))
        config["path"] = str(path if path.is_absolute() else self.root / path)

    def _blocks(self, folder: Path) -> list[tuple[Path, hcl.Block]]:
        if not folder.is_dir():
            return []
        files = sorted(f for f in folder.iterdir() if f.suffix == ".tf" and not f.name.startswith("."))
        return [(f, b) for f in files for b in self.parses.blocks(self._read(f), self._short(f))]

    def _read(self, file: Path) -> str:
        self._inside(file)
        return self._text(file)

    def _text(self, file: Path) -> str:
        try:
            return self._bytes(file).decode("utf-8")
        except UnicodeDecodeError as error:
            raise ConfigError(f"not UTF-8 text (byte {error.start})", where=self._short(file)) from None

    def _bytes(self, file: Path) -> bytes:
        try:
            return file.read_bytes()
        except OSError as error:
            raise NotFoundError(f"cannot read it: {error.strerror}", where=self._short(file)) from None

    def _inside(self, path: Path) -> None:
        try:
            real = path.resolve()
        except (OSError, RuntimeError):  # a loop is a RuntimeError before Python 3.13
            raise ConfigError("a symbolic link that leads to itself", where=self._short(path)) from None
        if not layout.below(self.root, real):
            raise ConfigError(
                f"leads out of the project, to {real}",
                where=self._short(path),
                hint="put the file itself into the project",
            )

    def _check_name(self, kind: str, name: str, where: str) -> None:
        """A name that a file or folder holds, not the command line."""
        try:
            layout.check_name(kind, name)
        except UsageError as error:
            raise ConfigError(error.message, where=where, hint=error.hint) from None

    def _short(self, path: Path) -> str:
        return str(path.relative_to(self.root)) if layout.below(self.root, path) else str(path)

    def _say(self, text: str) -> None:
        if text not in self._noticed:
            self._noticed.add(text)
            self.notice(text)


def _tenant_file(stack: Stack, tenant: str) -> Path:
    return stack.config / "tenants" / f"{tenant}.tfvars"


def _from_json(text: str, where: str) -> hcl.Located:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise ConfigError(f"this is not JSON: {error}", where=where) from None
    if not isinstance(values, dict):
        raise ConfigError("this is not a JSON object", where=where, hint='write { "name": value }')
    return {name: (value, 0) for name, value in values.items()}


def _kind(values: Mapping[str, tuple[Any, int]]) -> str:
    return str(values["backend"][0]) if "backend" in values else ("local" if "path" in values else "s3")


def _folders(folder: Path) -> list[Path]:
    return sorted(f for f in folder.iterdir() if f.is_dir() and not f.name.startswith("."))


def _is_stack(folder: Path) -> bool:
    return any((folder / name).is_file() for name in _STACK_FILES) or _has_terraform(folder)


def _has_terraform(folder: Path) -> bool:
    return folder.is_dir() and any(f.suffix == ".tf" for f in folder.iterdir())


def _wanted(name: str) -> bool:
    if name == ".terraform.lock.hcl":
        return True
    return not name.startswith(".") and not name.endswith((".tfstate", ".tfstate.backup", ".tfvars", ".tfplan"))
