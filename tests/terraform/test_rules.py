"""The Terraform code against the rules of tflint and the house; and each rule on what it finds and what it lets pass."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import terraform_habits as habits
import terraform_rules as rules
from terraform_habits import HABITS
from terraform_rules import RULES, Folder, Rule, read
from terraform_text import Text

ROOT = Path(__file__).resolve().parents[2]


def folders() -> dict[str, bool]:
    """Every folder with Terraform code that is ours to judge => whether it is a module."""
    found = {file.parent for top in ("src", "modules") for file in (ROOT / top).rglob("*.tf")}
    names = sorted(str(folder.relative_to(ROOT)) for folder in found)
    return {name: name.startswith("modules/") and "/examples/" not in name for name in names if "/tests" not in name}


def test_there_is_something_to_judge() -> None:
    assert {"src/appcluster", "src/appcluster/tenant", "modules/ecs-cluster", "modules/tenant-service"} <= set(
        folders()
    )


@pytest.mark.parametrize("rule", (*RULES, *HABITS), ids=lambda rule: rule.__name__)
def test_our_code(rule: Rule) -> None:
    assert [
        f"{name}/{finding}" for name, folder in parsed().items() if judged(name, rule) for finding in rule(folder)
    ] == []


def judged(folder: str, rule: Rule) -> bool:
    if folder.endswith("/examples/one-service") and rule is rules.typed_variables:
        return False  # it passes on what the modules' own variables check
    return "/examples/" not in folder or rule not in OF_A_CALLEE


@cache
def parsed() -> dict[str, Folder]:
    return {name: read(ROOT / name, module=module) for name, module in folders().items()}


TENANT = ("tenant-service", "tenant-load-balancer")
OF_A_CALLEE = (rules.standard_module_structure,)  # an example is read from top to bottom, in one file

VARIABLE = 'variable "a" {\n  description = "A."\n  type        = string\n}\n'
CASES: list[tuple[Rule, str, str, str]] = [
    # rule, what is fine, what is not, what is said
    (rules.comment_syntax, '# a\nx = "// no /* comment"', "x = 1 // b", "t.tf:1 a comment begins with #"),
    (rules.comment_syntax, "x = <<-EOT\n  // text\nEOT\n", "\n/* b\n*/", "t.tf:2 a comment begins with #"),
    (rules.deprecated_interpolation, 'x = "${a}b"\ny = "$${a}"\nz = "${a}${b}"', '\nx = "${a["k"]}"', "t.tf:2"),
    (rules.deprecated_interpolation, 'x = "%{ if a }b%{ endif }"', 'x = ["b", "${a}"]', "t.tf:1"),
    (rules.deprecated_index, 'x = a[0].b\ny = 1.5\nz = "a.0.b"', "x = a.b.0.c", "in brackets: a.b.0"),
    (rules.deprecated_index, "x = a.b1.c2", "x = a.*.0", "t.tf:1"),
    (rules.deprecated_lookup, "x = lookup(local.a, k, 1)", 'x = lookup(var.a, "k")', "without a default"),
    (rules.empty_list_equality, "x = length(a) == 0\ny = []", "x = a == []", "compare the length"),
    (rules.empty_list_equality, "x = [a] == b", "x = [] != a", "compare the length"),
    (rules.unused_declarations, VARIABLE + 'output "x" { value = var.a }', VARIABLE, "nothing uses var.a"),
    (
        rules.unused_declarations,
        VARIABLE + 'output "x" { value = "${var.a}-b" }',
        VARIABLE + 'output "x" { value = "var.a ${var.a-b} ${var.ab}" } # var.a',
        "nothing uses var.a",
    ),
    (
        rules.unused_declarations,
        'variable "a" {}\nvariable "b" {\n  validation {\n    condition = var.b != var.a\n  }\n}\nx = var.b',
        'variable "a" {\n  validation {\n    condition = var.a != ""\n  }\n}\n',
        "t.tf:1 nothing uses var.a",
    ),
    (rules.unused_declarations, "locals {\n  a = 1\n  b = local.a\n}\nx = local.b", "locals {\n  a = 1\n}", "local.a"),
    (rules.unused_declarations, 'data "x" "y" {}\nz = data.x.y.id', 'data "x" "y" {}\nz = x.y.id', "data.x.y"),
    (rules.documented_variables, VARIABLE, 'variable "a" {\n  description = " "\n}', "a has no description"),
    (rules.documented_outputs, 'output "a" { description = "A." }', 'output "a" { value = 1 }', "no description"),
    (rules.typed_variables, VARIABLE, 'variable "a" {}', "a has no type"),
    (
        rules.typed_variables,
        'variable "a" { type = object({ many = string }) }',
        'variable "a" { type = map(any) }',
        "any",
    ),
    (
        rules.module_pinned_source,
        'module "a" { source = "../b" }',
        'module "a" { source = "a/b/c" }',
        "comes from a/b/c",
    ),
    (
        rules.naming_convention,
        'resource "x" "a_b1" {}\nvariable "service1-build" {}\nlocals {\n  c = 1\n}',
        'resource "x" "a-b" {}',
        "resource a-b is not",
    ),
    (rules.naming_convention, 'output "ab" {}', 'output "aB" {}', "output aB is not"),
    (rules.naming_convention, 'data "x" "y" {}', 'variable "a-b" {}', "variable a-b is not"),
    (rules.naming_convention, "locals {\n  a = 1\n}", "locals {\n  _a = 1\n}", "local _a is not"),
    (rules.required_version, 'terraform {\n  required_version = ">= 1"\n}', "terraform {}", "no required_version"),
    (
        rules.required_providers,
        'terraform {\n  required_providers {\n    x = { source = "a/x", version = "1" }\n  }\n}\nresource "x_y" "z" {}',
        'resource "x_y" "z" {}',
        "provider x is used and not required",
    ),
    (
        rules.required_providers,
        'resource "terraform_data" "z" {}',
        'terraform {\n  required_providers {\n    x = { source = "a/x" }\n  }\n}\nprovider "x" {}',
        "needs a source and a version",
    ),
    (
        rules.unused_required_providers,
        'terraform {\n  required_providers {\n    x = {}\n  }\n}\ndata "x_y" "z" {}',
        "terraform {\n  required_providers {\n    x = {}\n  }\n}",
        "provider x is required and not used",
    ),
    (rules.workspace_remote, 'x = "terraform.workspace"', "x = terraform.workspace", "there are no workspaces"),
    (habits.configures_nothing, 'resource "x" "y" {}', 'provider "x" {}', "configures no provider"),
    (habits.configures_nothing, "terraform {}", 'terraform {\n  backend "s3" {}\n}', "the tool writes the backend"),
    (
        habits.few_variables,
        "".join(f'variable "a{n}" {{}}\n' for n in range(16)),
        "".join(f'variable "a{n}" {{}}\n' for n in range(17)),
        "17 variables; gather them",
    ),
    (
        habits.validated_variables,
        'variable "a" { type = bool }\nvariable "b" {\n  type = string\n  validation {\n    condition = true\n  }\n}',
        VARIABLE,
        "a has no validation",
    ),
    (habits.small_files, "#\n" * 249, "#\n" * 250, "t.tf:250 is too long"),
]


@pytest.mark.parametrize(("rule", "fine", "wrong", "said"), CASES, ids=lambda case: getattr(case, "__name__", ""))
def test_a_rule(rule: Rule, fine: str, wrong: str, said: str) -> None:
    assert list(rule(Folder({"t.tf": fine}))) == []
    found = list(rule(Folder({"t.tf": wrong})))
    assert len(found) == 1 and said in found[0], found


def test_files_are_where_one_looks() -> None:
    fine = {"versions.tf": "", "variables.tf": VARIABLE, "outputs.tf": 'output "x" {}', "variables-more.tf": VARIABLE}
    assert list(rules.standard_module_structure(Folder(fine))) == []
    assert list(rules.standard_module_structure(Folder({"main.tf": VARIABLE + 'output "x" {}'}))) == [
        "versions.tf:1 is missing",
        "variables.tf:1 is missing",
        "outputs.tf:1 is missing",
        "main.tf:1 variable a belongs to variables.tf",
        "main.tf:5 output x belongs to outputs.tf",
    ]


def test_variables_are_looked_up_and_not_read() -> None:
    assert list(habits.small_files(Folder({"variables.tf": "#\n" * 900, "a.tf": "#\n" * 249}))) == []


def test_json_is_for_machines() -> None:
    assert list(rules.json_syntax(Folder({"a.tf": ""}))) == []
    assert list(rules.json_syntax(Folder({"a.tf": "", "b.tf.json": "{}"}))) == ["b.tf.json:1 is written for machines"]


def test_what_only_a_module_may_not() -> None:
    text = 'provider "x" {}\n' + "".join(f'variable "a{n}" {{}}\n' for n in range(30))
    text += "terraform {\n  required_providers {\n    y = {}\n  }\n}\n"
    of_a_module = (habits.configures_nothing, habits.few_variables, habits.validated_variables)
    for rule in (*of_a_module, rules.unused_required_providers):
        assert list(rule(Folder({"t.tf": text}, module=False))) == []
        assert list(rule(Folder({"t.tf": text}, module=True))) != []


def test_every_rule_was_seen_to_fail() -> None:
    seen = {case[0] for case in CASES} | {rules.standard_module_structure, rules.json_syntax}
    assert [rule.__name__ for rule in (*RULES, *HABITS) if rule not in seen] == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('a = "b"', "a =    "),
        ('a = "b${c["d"]}e" # f', "a =   ${c[   ]}      "),
        ('a = "\\"b" + c', "a =       + c"),
        ('a = "$${b}"', "a =        "),
        ('"${{ a = "}" }}" b', " ${{ a =     }}  b"),
        ('a = <<-X\n  b ${c} "\n  X\nd', "a = <<-X\n    ${c}  \n  X\nd"),
        ("/* a\n */ b", "    \n    b"),
    ],
)
def test_code_is_told_from_text(text: str, code: str) -> None:
    found = Text(text).code
    assert found.replace('"', " ") == code.replace('"', " ") and len(found) == len(text)


def test_comments_are_taken_out() -> None:
    assert Text('a = "#b" # c\n# d\ne').without_comments == 'a = "#b" \n\ne'


def test_no_root_passes_on_what_a_module_drops() -> None:
    """A root repeats the types of a module's variables; a key that only the root knows would be dropped in silence."""
    checked = 0
    for name in ("src/appcluster", "src/appcluster/tenant"):
        root = read(ROOT / name, module=False)
        for _, call in root.of("module"):
            called = read((ROOT / name / call.body["source"][0]).resolve(), module=True)
            assert list(habits.dropped_keys(root, call, called)) == []
            checked += 1
    assert checked >= 3


def test_what_a_service_says_reaches_its_modules() -> None:
    """Of what the root makes for each service of the tenant's variables and of what the service says itself."""
    root = habits.types(read(ROOT / "src/appcluster/tenant", module=False))
    service, balancer = (habits.types(read(ROOT / "modules" / name, module=True)) for name in TENANT)
    said = {name: kind for name, (kind, *_) in root["services"][1][1].items()}
    target = {name: kind for name, (kind, *_) in balancer["targets"][1][1].items()}
    for each in (root, said):
        found = {n: kind for n, kind in each["discovery"][1].items() if n != "namespace"}
        given = {**each, "discovery": ["object", found]}  # namespace: the stack layer's, of which the root takes the id
        for name in ("scaling", "deployment", "task", "discovery"):
            assert list(habits.unknown(given[name], service[name], name)) == []
        assert list(habits.unknown(given["health_check"], target["health_check"], "health_check")) == []
    assert list(habits.unknown(said["alarms"], service["alarms"], "alarms")) == []
    assert list(habits.unknown(said["load_balancer"], ["object", balancer["targets"][1][1]], "load_balancer")) == []
    for name, kind in {"scheduled_tasks": "scheduled", "queue_tasks": "queued", "one_off_tasks": "one_off"}.items():
        for given in (root, said):
            assert list(habits.unknown(given[name], service["background"][1][kind][0], name)) == []


@pytest.mark.parametrize(
    ("given", "taken", "expression", "said"),
    [
        ("object({ x = string })", "object({ x = string, y = optional(string) })", "var.a", ""),
        ("object({ x = string })", "object({ y = string })", "var.a", "a.x is dropped by module m"),
        ("object({ x = string })", "object({ y = string })", "merge(var.a, { y = 1 })", "a.x is dropped by module m"),
        (
            "map(object({ o = optional(object({ x = string })) }))",
            "map(object({ o = optional(object({ z = string })) }))",
            "var.a",
            "a[].o.x is dropped by module m",
        ),
        ("object({ x = string })", "object({ y = string })", "var.a.x", ""),
        (
            "map(object({ x = string }))",
            "object({ o = map(object({ y = string })) })",
            "{ o = var.a }",
            "a[].x is dropped by module m",
        ),
        ("map(object({ x = string }))", "object({ o = map(object({ x = string })) })", "{ o = var.a }", ""),
        ("map(string)", "map(string)", "var.a", ""),
    ],
)
def test_dropped_keys(given: str, taken: str, expression: str, said: str) -> None:
    root = Folder({"t.tf": f'variable "a" {{ type = {given} }}\nmodule "m" {{\n  b = {expression}\n}}'})
    module = Folder({"t.tf": f'variable "b" {{ type = {taken} }}'})
    (_, call), *_ = root.of("module")
    assert list(habits.dropped_keys(root, call, module)) == ([f"t.tf:2 {said}"] if said else [])
