"""The values of a layer, gathered from the project's files by convention and merged: the one place where all that asks for
values gets them. Knows in which order (ORIGINS, which docs/configuration.md has too); the rules of merging are
:mod:`wrapper.terraform.merging`'s."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from ..model import naming
from ..model.errors import ConfigError, OrchestrateError, UsageError
from ..model.fingerprint import digest
from ..model.nouns import ResolvedValue, Variable
from ..model.stack import Layer, Stack
from ..terraform import merging, variables
from ..terraform.build_variables import folded, takes
from ..terraform.merging import DEEP, REPLACE, MergeDifference
from ..terraform.variables import Forgive, Source
from .files import Files
from .readings import Below, Reading, Values, alike

ForgiveLayer = Callable[[Layer | None, OrchestrateError, str], None]
# Of a layer in a stack that says no rule, and whose maps the two rules read in two ways: the rule to take, or an error.
Decide = Callable[[Layer, Sequence[MergeDifference]], str]
Texts = Mapping[str, str | OrchestrateError]
_TEMPLATE = "tenant.tfvars.j2"
TAGS, TAKES_OVER = "tags", "takes_over"
_TAG = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
_ROOTS = ("src/*/", "src/*/tenant/", "config/*/", "config/*/*/")
# Where a value comes from; a later one wins.
ORIGINS = (
    "defaults of the Terraform root",
    "`terraform.tfvars` and `*.auto.tfvars` of the root, also with `.json`",
    "`config/common.tfvars`",
    "`config/<region>/common.tfvars`",
    "`variables.tfvars`",
    "outputs of the stack layer (tenants only)",
    "`region`, `stack` and `tenant`, from the tool",
    f"`{_TEMPLATE}` (tenants only)",
    "`tenants/<tenant>.tfvars` (tenants only)",
    "`--builds`",
    "`-var-file` and `-var`, in the order typed, then `--var-env`",
)


def _older(_layer: Layer, _differences: Sequence[MergeDifference]) -> str:
    return REPLACE


class VariableFiles:
    """Values of the layers of one project."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._declared: dict[Path, dict[str, Variable]] = {}

    def declared(self, source: Path) -> dict[str, Variable]:
        """Variables of a Terraform root by name: read once, a command asks for them a dozen times."""
        if source not in self._declared:
            self._declared[source] = variables.declarations(self._files.blocks(source))
        return self._declared[source]

    def sensitive_names(self, stack: Stack, names: Iterable[str]) -> set[str]:
        """Of these variables those whose values are shown nowhere: declared sensitive by one of the stack's roots, or
        declared by none; all of them where the roots cannot be read. Who the tenant is is no secret."""
        sources = [s for s in (stack.source, stack.config, stack.tenant_source) if s]
        try:
            roots = [self.declared(source) for source in sources]
        except (OrchestrateError, OSError):
            roots = []
        found = {n: [root[n].sensitive for root in roots if n in root] for n in names}
        return {n for n, sensitive in found.items() if n != "tenant" and (any(sensitive) or not sensitive)}

    def outputs(self, source: Path) -> set[str]:
        """Names of the outputs of a Terraform root."""
        return {b.labels[0] for _, b in self._files.blocks(source) if b.kind == "output" and b.labels}

    def of(self, layer: Layer, outputs: Mapping[str, Any] | None = None, decide: Decide = _older) -> Values:
        """Values of a layer by the project's files; ``outputs`` are those of the stack layer. What the command line gives, and
        whether all that is required is there, the caller knows."""
        found = next(iter(self.of_all([layer], outputs, decide=decide)))
        if isinstance(found, OrchestrateError):
            raise found
        return found

    def of_all(
        self,
        layers: Iterable[Layer],
        outputs: Mapping[str, Any] | None = None,
        forgive: ForgiveLayer | None = None,
        decide: Decide = _older,
    ) -> Iterator[Values | OrchestrateError]:
        """Values of many layers of one stack, each file read and parsed once; for a layer whose own
        files are wrong, what is wrong. Raises what is wrong for all of them. ``forgive`` hears instead of what is wrong with
        a value, with the template or with a tenant's file (None: for all), and all go on without it. ``decide``: where the
        stack says no rule of merging."""
        layers = list(layers)
        said = layers[0].stack.settings.merge if layers else ""
        rules = (said,) if said else (REPLACE, DEEP)
        for layer, found in zip(layers, self._readings(layers, outputs or {}, forgive, rules), strict=True):
            try:
                if isinstance(found, OrchestrateError):
                    raise found
                differences = found.differences if len(rules) > 1 else []
                rule = decide(layer, differences) if differences else rules[0]
                yield self._whole(found, rule, partial(forgive, layer) if forgive else None)
            except OrchestrateError as error:
                yield error

    def merge_differences(
        self, layers: Iterable[Layer], outputs: Mapping[str, Any] | None = None
    ) -> Iterator[list[MergeDifference] | OrchestrateError]:
        """Of each layer of one stack what the two rules of merging read in two ways, whichever it says."""
        for found in self._readings(list(layers), outputs or {}, None, (REPLACE, DEEP)):
            yield found if isinstance(found, OrchestrateError) else found.differences

    def _readings(
        self,
        layers: list[Layer],
        outputs: Mapping[str, Any],
        forgive: ForgiveLayer | None,
        rules: tuple[str, ...],
    ) -> Iterator[Reading | OrchestrateError]:
        all_layers = partial(forgive, None) if forgive else None
        kinds = {bool(layer.tenant) for layer in layers}
        below = {kind: self._below(layers[0].stack, kind, outputs, rules, all_layers) for kind in kinds}
        texts = self._texts([la for la in layers if la.tenant], below.get(True), all_layers)
        with self._files.parses.batch():
            for layer in layers:
                one = partial(forgive, layer) if forgive else None
                try:
                    yield self._reading(layer, below[bool(layer.tenant)], texts, one)
                except OrchestrateError as error:
                    yield error

    def _reading(self, layer: Layer, below: Below, texts: Mapping[str, Texts], forgive: Forgive | None) -> Reading:
        tool = self._from_tool(layer, below.declared)
        found: dict[str, Values] = {}
        parts: Mapping[str, list[merging.Part]] = {}
        for rule, lower in below.values.items():
            if not found or texts.get(rule) is not texts.get(REPLACE):
                sources = self._of_tenant(layer, texts.get(rule, {}), forgive)
                parts = self._gather(below, sources, layer.label, forgive)
            found[rule] = {**lower, **tool, **variables.settle(parts, lower, rule)}
        return Reading(below, found, {*parts})

    def _gather(
        self, below: Below, sources: Iterable[Source], label: str, forgive: Forgive | None
    ) -> dict[str, list[merging.Part]]:
        return variables.gather(below.declared, below.others, sources, label, forgive, partial=below.partial)

    def _whole(self, found: Reading, rule: str, forgive: Forgive | None) -> Values:
        """The values by one rule; raises where a merged map lacks something, or tells ``forgive``."""
        values, below = found.by_rule[rule], found.below
        names = sorted({*found.named, *below.unfinished}) if rule == DEEP else ()
        for name, error in variables.lacking(below.declared, values, names):
            if forgive is None:
                raise error
            forgive(error, name)
            values = {n: v for n, v in values.items() if n != name}
        return values

    def template_mentions(self, stack: Stack, names: Iterable[str]) -> bool:
        """Whether the template of a stack's tenants may need one of these values."""
        file = stack.config / _TEMPLATE
        text = self._files.read(file) if self._files.has(file) else ""
        return any(name in text for name in names)

    def _below(
        self, stack: Stack, tenant: bool, outputs: Mapping[str, Any], rules: tuple[str, ...], forgive: Forgive | None
    ) -> Below:
        root, other = (stack.tenant_source, stack.source) if tenant else (stack.source, stack.tenant_source)
        assert root is not None
        declared = self.declared(root) if tenant else self.declared(root) | self.declared(stack.config)
        others = self.declared(other) if other else {}
        sources = [*self._automatic(root), *self._shared(stack, declared | others)]
        if tenant and outputs:
            mine = {k: (v, 0) for k, v in outputs.items() if k in set(declared)}
            sources.append(Source(f"output of {stack.label}", mine, mine=True, whole=True))
        below = Below(declared, others, {}, partial=stack.settings.merge == DEEP)
        parts = self._gather(below, sources, stack.label, forgive)
        values: Mapping[str, Values] = {rule: variables.settle(parts, {}, rule) for rule in rules}
        if len(rules) > 1:
            values = alike(values[REPLACE], values[DEEP], declared)
        merged = values.get(DEEP, {})
        unfinished = [name for name, _ in variables.lacking(declared, merged, merged)]
        return replace(below, values=values, unfinished=unfinished)

    def _automatic(self, source: Path) -> Iterator[Source]:
        """Those that Terraform reads of itself, in its order."""
        named = [f for f in self._files.entries(source) if f.name.endswith((".auto.tfvars", ".auto.tfvars.json"))]
        for file in [source / "terraform.tfvars", source / "terraform.tfvars.json", *named]:
            if self._files.has(file):
                yield self._files.source(file, mine=True)

    def _shared(self, stack: Stack, known: Mapping[str, Variable]) -> Iterator[Source]:
        """Those of all stacks, of the region and of the stack. ``known``: what the stack's two roots declare."""
        config = self._files.root / "config"
        for file in dict.fromkeys([config / "common.tfvars", stack.config.parent / "common.tfvars"]):
            if self._files.values(file):
                yield self._for_these(self._files.source(file), known)
        if self._files.values(file := stack.config / "variables.tfvars"):
            yield self._files.source(file)

    def _for_these(self, source: Source, known: Mapping[str, Variable]) -> Source:
        """Without what is for roots of other stacks alone."""
        if source.values.keys() <= {*known}:
            return source
        values = {n: v for n, v in source.values.items() if takes(known, n) or n not in self._declared_somewhere}
        return replace(source, values=values, elsewhere=self._declared_somewhere)

    @cached_property
    def _declared_somewhere(self) -> set[str]:
        """Variables of every root of the project that can be read, in src/ or beside values: another stack's error is not this
        one's."""
        found: set[str] = set()
        for folder in (f for pattern in _ROOTS for f in self._files.root.glob(pattern)):
            with contextlib.suppress(OrchestrateError, OSError):
                found |= self.declared(folder).keys()
        return found

    def _of_tenant(self, layer: Layer, texts: Texts, forgive: Forgive | None) -> Iterator[Source]:
        for found in (self._templated(layer, texts), self._from_file(layer)) if layer.tenant else ():
            try:
                yield from found
            except OrchestrateError as error:
                if forgive is None:
                    raise
                forgive(error, "")

    def _templated(self, layer: Layer, texts: Texts) -> Iterator[Source]:
        if text := texts.get(layer.tenant):
            if isinstance(text, OrchestrateError):
                raise text
            where = self._files.short(layer.stack.config / _TEMPLATE)
            parsed = self._files.parses.values(text, f"{where} (rendered for {layer.tenant})")
            yield Source(where, parsed.values, mine=True, tenant=True, lines=parsed.lines)

    def _from_file(self, layer: Layer) -> Iterator[Source]:
        file = layer.stack.tenant_file(layer.tenant)
        if self._files.values(file):
            yield self._without_facts(self._files.source(file, mine=True, tenant=True), layer.stack)

    def _without_facts(self, source: Source, stack: Stack) -> Source:
        """What a tenant's file says of the tenant itself is no value, unless the root has a variable of that name."""
        said = [name for name in _FACTS if name in source.values and self._says(stack, name)]
        for name in said:
            _FACTS[name](source)
        return replace(source, values={n: v for n, v in source.values.items() if n not in said}) if said else source

    def _says(self, stack: Stack, name: str) -> bool:
        return stack.tenant_source is not None and name not in self.declared(stack.tenant_source)

    def tags(self, stack: Stack, tenant: str) -> tuple[str, ...]:
        """Those of a tenant's file; () without one, and where ``tags`` is a variable of the root."""
        source = self._saying(stack, tenant, TAGS)
        return _checked_tags(source) if source else ()

    def takes_over(self, stack: Stack, tenant: str) -> str:
        """The tenant that this one shall replace, as its file says; "" without a word."""
        source = self._saying(stack, tenant, TAKES_OVER)
        return _checked_name(source) if source else ""

    def _saying(self, stack: Stack, tenant: str, name: str) -> Source | None:
        file = stack.tenant_file(tenant)
        source = self._files.source(file) if self._says(stack, name) and self._files.has(file) else None
        return source if source and name in source.values else None

    def _from_tool(self, layer: Layer, declared: Mapping[str, Variable]) -> dict[str, ResolvedValue]:
        facts = {"region": layer.stack.region, "stack": layer.stack.name, "tenant": layer.tenant}
        return {k: ResolvedValue(v, "orchestrate") for k, v in facts.items() if v and k in declared}

    def _texts(self, layers: list[Layer], below: Below | None, forgive: Forgive | None) -> Mapping[str, Texts]:
        """By rule the rendered templates of tenants; the same where both rules read what is below them alike."""
        found: dict[str, Texts] = {}
        if below is None:
            return found
        for rule, values in below.values.items():
            first = next(iter(found), None)
            alike = first and all(values[n] is v for n, v in below.values[first].items())
            found[rule] = found[first] if first and alike else self._rendered(layers, values, below.declared, forgive)
        return found

    def _rendered(
        self, layers: list[Layer], values: Values, declared: Mapping[str, Variable], forgive: Forgive | None
    ) -> Texts:
        try:
            return self._render(layers, folded(values, declared))
        except OrchestrateError as error:
            if forgive is None:
                raise
            forgive(error, "")
            return {}

    def _render(self, layers: list[Layer], values: Values) -> dict[str, str | OrchestrateError]:
        """The template rendered for each tenant, or why not; cached by all that goes in."""
        from .template_process import render_all

        if not layers or not self._files.has(file := layers[0].stack.config / _TEMPLATE):
            return {}
        stack, below = layers[0].stack, {k: v.value for k, v in values.items()}
        template, common = self._files.read(file), digest(self._files.read(file), stack.name, stack.region, below)
        contexts = {
            la.tenant: {"tenant": la.tenant, "stack": stack.name, "region": stack.region, "vars": below}
            for la in layers
        }
        texts: dict[str, str | OrchestrateError | None] = {t: self._files.parses.text(common + t) for t in contexts}
        todo = {t: c for t, c in contexts.items() if texts[t] is None}
        if todo:
            for tenant, text in render_all(template, todo, self._files.short(file)).items():
                texts[tenant] = text
                if isinstance(text, str):
                    self._files.parses.keep_text(common + tenant, text)
        return {t: text for t, text in texts.items() if text is not None}


def _checked_tags(source: Source) -> tuple[str, ...]:
    value, line = source.values[TAGS]
    if isinstance(value, list | tuple) and all(isinstance(tag, str) and _TAG.fullmatch(tag) for tag in value):
        return tuple(value)
    hint = 'names of small letters, digits and dashes, for example: tags = ["gold", "eu"]'
    raise ConfigError("tags: give a list of names", where=f"{source.name}:{line}", hint=hint)


def _checked_name(source: Source) -> str:
    name, line = source.values[TAKES_OVER]
    with contextlib.suppress(UsageError):
        return naming.check_name("tenant", name if isinstance(name, str) else "")
    hint = 'the tenant that this one shall replace, for example: takes_over = "acme"'
    raise ConfigError(f"{TAKES_OVER}: give the name of a tenant", where=f"{source.name}:{line}", hint=hint)


# What a tenant's file may say of the tenant itself, and what checks it.
_FACTS: dict[str, Callable[[Source], object]] = {TAGS: _checked_tags, TAKES_OVER: _checked_name}
