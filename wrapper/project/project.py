"""The only reader of config/ and src/: folders and files -> Stack, Layer, digests; ``values`` holds the values.

Knows where things are by convention. Knows no Terraform flag, engine or AWS.
"""

from __future__ import annotations

from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..model import naming
from ..model.errors import ConfigError, NotFoundError, UsageError
from ..model.naming import LOCK_FILE, is_source
from ..model.stack import Backend, Layer, Settings, Stack
from . import paths, promotion_order, sources
from .backend_file import load_backend
from .files import Files, Notice
from .sources import SourceDigests, SourceFile
from .stack_settings import load_settings

if TYPE_CHECKING:
    from .project_settings import ProjectSettings
    from .variable_files import VariableFiles

_STACK_FILES = ("backend.tfvars", "variables.tfvars", "stack.hcl")


def is_root(folder: Path) -> bool:
    """Whether a project lies here."""
    return (folder / "config").is_dir() and (folder / "src").is_dir()


def find_root(start: Path) -> Path | None:
    """The nearest folder, from ``start`` up, that holds config/ and src/; None where there is none."""
    return next((folder for folder in (start, *start.parents) if is_root(folder)), None)


def no_project(where: Path) -> NotFoundError:
    return NotFoundError(
        "no project here: a project has config/ and src/",
        where=str(where),
        hint="go into one, name it with --root DIR, or make one: ./orchestrate new DIR",
    )


class Project:
    """One project on disk. ``home`` is its private folder; ``notice`` gets words for the user."""

    def __init__(self, root: Path, home: Path, notice: Notice = lambda _: None) -> None:
        self.root, self.home = root.resolve(), home
        if not is_root(self.root):
            raise no_project(self.root)
        self.files = Files(self.root, home / "cache", notice)
        # Read once: the order of promotion asks for those of each stack on the way to each.
        self._settings_of = cache(partial(load_settings, self.files))
        self._promotes_from = cache(self._find_promotes_from)

    @cached_property
    def values(self) -> VariableFiles:
        """The values of its layers."""
        from .variable_files import VariableFiles

        return VariableFiles(self.files)

    # -- what there is ------------------------------------------------------------------------

    @cached_property
    def places(self) -> dict[tuple[str, str], Path]:
        """Every (region, stack) and its folder; region "" for a stack without one."""
        found = {}
        for folder in self._folders(self.root / "config"):
            if self._is_stack(folder):
                found["", folder.name] = folder
                continue
            for inner in self._folders(folder):
                found[folder.name, inner.name] = inner
        return found

    def locate(self, name: str, region: str = "") -> tuple[str, Path]:
        """(region, folder) of a stack. The region may be left out where there is one."""
        naming.check_name("stack", name)
        regions = sorted(r for r, s in self.places if s == name)
        if not regions:
            raise naming.unknown("stack", name, {s for _, s in self.places}, str(self.root / "config"))
        if region:
            naming.check_name("region", region)
        if region and region not in regions:
            raise naming.unknown("region", region, [r for r in regions if r], f"stack {name}")
        if not region and len(regions) > 1:
            raise UsageError(f"stack {name} lives in {len(regions)} regions", hint=f"name one: {', '.join(regions)}")
        chosen = region or regions[0]
        if chosen:
            self.files.check_name("region", chosen, self.files.short(self.places[chosen, name].parent))
        return chosen, self.places[chosen, name]

    def is_region(self, word: str) -> bool:
        return any(region == word for region, _ in self.places)

    def stack(self, name: str, region: str = "") -> Stack:
        """The Stack of that name, its settings, backend and roots checked."""
        region, folder = self.locate(name, region)
        self.files.inside(folder)
        settings = self._settings_of(folder)
        source = self._source(name, folder, settings)
        backend = load_backend(self.files, folder, source)
        if backend.key:
            self._check_alone(folder, backend)
        tenant = source / "tenant"
        tenant_source = tenant if self._has_terraform(tenant) else None
        return Stack(region, name, self.root, folder, source, tenant_source, settings, backend)

    def _check_alone(self, folder: Path, backend: Backend) -> None:
        """A key written by hand in code that several stacks share would give them one state."""
        for (_, name), other in self.places.items():
            if other == folder:
                continue
            settings = self._settings_of(other)
            theirs = load_backend(self.files, other, self._source(name, other, settings))
            if (theirs.key, theirs.config) == (backend.key, backend.config):
                raise ConfigError(
                    f"the state {backend.key} is also that of {self.files.short(other)}",
                    where=backend.where,
                    hint="give each its backend.tfvars (bucket and region), and the key is derived",
                )

    def stacks(self) -> list[Stack]:
        return [self.stack(name, region) for region, name in sorted(self.places)]

    def layer(self, stack: Stack, tenant: str = "", *, must_be_declared: bool = True) -> Layer:
        """The stack layer, or a tenant's. A protected stack takes only tenants that have a file."""
        if not tenant:
            return Layer(stack)
        naming.check_name("tenant", tenant)
        if stack.tenant_source is None:
            raise NotFoundError(
                f"stack {stack.label} has no tenant layer",
                where=self.files.short(stack.source),
                hint=f"a tenant layer is a Terraform root in {self.files.short(stack.source)}/tenant/",
            )
        needs_file = stack.settings.protected if stack.settings.tenant_file is None else stack.settings.tenant_file
        if needs_file and must_be_declared and not self.files.has(stack.tenant_file(tenant)):
            raise naming.unknown("tenant", tenant, self.tenants(stack), f"{stack.label} (protected)")
        return Layer(stack, tenant)

    def tenants(self, stack: Stack) -> list[str]:
        """Tenants that have a file, by name."""
        files = [f for f in self.files.entries(stack.config / "tenants") if f.name.endswith(".tfvars")]
        for file in files:
            self.files.check_name("tenant", file.stem, self.files.short(file))
        return [file.stem for file in files]

    def tenant_file(self, stack: Stack, tenant: str) -> Path:
        """Where a tenant's own values stand, whether they do or not."""
        naming.check_name("tenant", tenant)
        return stack.tenant_file(tenant)

    def unknown_tenant(self, stack: Stack, tenant: str) -> NotFoundError:
        return naming.unknown("tenant", tenant, self.tenants(stack), stack.label)

    def add_tenant(self, stack: Stack, tenant: str, other: str = "") -> str:
        """Write the file that declares a tenant, with the text of another's where one is named. The only thing that
        ever writes into config/. Returns its path as the user knows it; RefusedError when it is there."""
        self.layer(stack, tenant, must_be_declared=False)
        file, model = self.tenant_file(stack, tenant), self.tenant_file(stack, other) if other else None
        if model and not self.files.has(model):
            raise self.unknown_tenant(stack, other)
        text = self.files.read(model) if model else f"# Values of {tenant} only, beyond those of every tenant.\n"
        self.files.create(file, text)
        return self.files.short(file)

    @cached_property
    def settings(self) -> ProjectSettings:
        """orchestrate.hcl: what the project says of itself."""
        from .project_settings import FILE, ProjectSettings, load

        return load(self.files) if self.files.has(self.root / FILE) else ProjectSettings()

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """What a run sees, to read, beside src/ and modules/."""
        found = tuple(self.root / name for name in self.settings.folders)
        for folder in found:
            if not self.files.has_folder(folder):
                hint = "make it, or take its name out of folders"
                raise ConfigError(f"no folder {folder.name}/", where=self.settings.where["folders"], hint=hint)
            self.files.inside(folder)
        return found

    @cached_property
    def lock_files(self) -> dict[Path, str]:
        """The text of each lock file of a Terraform root, those of tenants too, by its path."""
        found = (f for name in ("*", "*/tenant") for f in (self.root / "src").glob(f"{name}/{LOCK_FILE}"))
        return {file: self.files.read(file) for file in sorted(found)}

    @property
    def unlocked(self) -> list[Path]:
        """Terraform roots without a lock file."""
        found = {file.parent for name in ("*", "*/tenant") for file in (self.root / "src").glob(f"{name}/*.tf")}
        return sorted(root for root in found - {self.modules()} if root / LOCK_FILE not in self.lock_files)

    def requirements(self, root: Path) -> list[sources.Requirement]:
        """The versions of Terraform and of providers that a root requires."""
        return sources.requirements(self.files, root)

    def sandbox_settings(self) -> dict[str, Any]:
        """config/sandbox.hcl: ``zones`` (list of names) and ``secrets`` (map of name to value), both optional."""
        file = self.root / "config" / "sandbox.hcl"
        found: dict[str, Any] = {"zones": [], "secrets": {}}
        if self.files.has(file):
            for name, (value, line) in self.files.literals(file).items():
                items = value.values() if isinstance(value, dict) else value
                if name not in found or type(value) is not type(found[name]) or not all(map(_is_text, items)):
                    raise ConfigError(
                        f"no setting {name!r} of that type",
                        where=f"{self.files.short(file)}:{line}",
                        hint='zones = ["example.com"] and secrets = { name = "value" }',
                    )
                found[name] = value
        return found

    # -- promotion ----------------------------------------------------------------------------

    def way(self, stack: Stack) -> tuple[str, ...]:
        """The stacks that a build goes through to get to this one, which is the last, as ``promotes_from`` in each
        stack.hcl says. A stack takes over from one of its own region, or from the only one of that name."""
        names = [name for _, name in self.places]
        seen = {n: folder for (r, n), folder in self.places.items() if r == stack.region or names.count(n) == 1}
        return promotion_order.way(stack.name, seen, lambda name: self._promotes_from(seen[name]))

    def upstream(self, stack: Stack, name: str) -> Stack:
        """The stack that ``name`` stands for as seen from another: that of the same region, where there is one."""
        return self.stack(name, stack.region if (stack.region, name) in self.places else "")

    def _find_promotes_from(self, folder: Path) -> tuple[str, str]:
        name, file = self._settings_of(folder).promotes_from, folder / "stack.hcl"
        return name, f"{self.files.short(file)}:{self.files.literals(file)['promotes_from'][1]}" if name else ""

    # -- sources ------------------------------------------------------------------------------

    def modules(self) -> Path | None:
        """The folder of reusable modules: modules/, or src/modules in older projects."""
        for folder in (self.root / "modules", self.root / "src" / "modules"):
            if self.files.has_folder(folder):
                self.files.inside(folder)
                return folder
        return None

    def digests(self, layer: Layer) -> SourceDigests:
        """Digests of the layer's Terraform root, of all reusable modules ("" where there is none), and of what 0.1 did not count
        of both: dot files, and what stands behind links to folders; and of further folders."""
        work, modules = [*self._work_files(layer).values()], self._module_files(layer)
        further = (f.path for folder in self.folders for f in sources.below(self.files, folder))
        return SourceDigests(
            sources.digest(self.files, (f.path for f in work if not f.more)),
            "" if modules is None else sources.digest(self.files, (f.path for f in modules if not f.more)),
            sources.digest(self.files, (*(f.path for f in (*work, *(modules or ())) if f.more), *further)),
        )

    @cached_property
    def may_call_elsewhere(self) -> bool:
        """Whether a root or a module of the project may call a module that Terraform downloads."""
        return sources.may_call_elsewhere((*(self.root / name for name in ("src", "modules", "config")), *self.folders))

    def work_files(self, layer: Layer) -> dict[str, Path]:
        """What stands in the layer's work directory: its root's files and, for a stack layer,
        the Terraform files beside its values."""
        return {name: found.path for name, found in self._work_files(layer).items()}

    def _work_files(self, layer: Layer) -> dict[str, SourceFile]:
        found = sources.below(self.files, layer.source, layer.stack.tenant_source)
        files = {str(f.path.relative_to(layer.source)): f for f in found}
        if not layer.tenant:
            beside = (f for f in self.files.entries(layer.stack.config) if is_source(f.name))
            files |= {f.name: SourceFile(f, more=False) for f in beside}
        return files

    def _module_files(self, layer: Layer) -> list[SourceFile] | None:
        modules = self.modules()
        return sources.below(self.files, modules, layer.stack.tenant_source) if modules else None

    def _source(self, name: str, folder: Path, settings: Settings) -> Path:
        root_of_its_name = self.root / "src" / name
        source = (
            root_of_its_name
            if self.files.has_folder(root_of_its_name)
            else self.root / "src" / (settings.source or name)
        )
        if not self.files.has_folder(source):
            known = [f.name for f in self._folders(self.root / "src") if self._has_terraform(f)]
            close = naming.nearest(source.name, known)
            raise NotFoundError(
                f"no Terraform code {self.files.short(source)}/ for stack {name}",
                where=self.files.short(folder / "stack.hcl"),
                hint=f'make that folder, or write source = "{close or "..."}" in stack.hcl',
            )
        self.files.inside(source)
        return source

    def _folders(self, folder: Path) -> list[Path]:
        """The folders in a folder. Plain files may stand beside them, nothing else."""
        found = [f for f in self.files.entries(folder) if not f.name.startswith(".")]
        return [f for f in found if self.files.kind(f) != paths.FILE and self.files.has_folder(f)]

    def _is_stack(self, folder: Path) -> bool:
        """Whether any of a stack's files is there; reading it says whether it is one."""
        return any(f.name in _STACK_FILES or is_source(f.name) for f in self.files.entries(folder))

    def _has_terraform(self, folder: Path) -> bool:
        return any(is_source(f.name) for f in self.files.entries(folder))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""
