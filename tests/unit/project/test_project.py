"""Folders and files -> stacks, values, declarations, digests; and every way a project can be wrong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from project_on_disk import APP, LIVE, REGION, Disk, on_disk

from wrapper.model.errors import ConfigError, NotFoundError, OrchestrateError, UsageError
from wrapper.model.nouns import ResolvedValue
from wrapper.model.stack import Settings
from wrapper.project.project import Project, find_root
from wrapper.project.sources import SourceDigests


def project(disk: Disk, said: list[str] | None = None) -> Project:
    return Project(disk.root, disk.root / ".orchestrate", (said if said is not None else []).append)


def failure(
    disk: Disk, do: Any = lambda p: p.values.of(p.layer(p.stack("app-test"), "acme"), {"cluster": "c"})
) -> OrchestrateError:
    with pytest.raises(OrchestrateError) as error:
        do(project(disk))
    return error.value


# -- what there is ------------------------------------------------------------------------------


def test_the_nearest_folder_upward_is_the_root(example: Disk, tmp_path: Path) -> None:
    assert find_root(example.root / APP) == example.root
    assert find_root(tmp_path) is None


def test_no_project(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no project here"):
        Project(tmp_path, tmp_path)


def test_stacks_by_convention(example: Disk) -> None:
    example.write("config/.hidden/x/stack.hcl", "")
    found = {(s.region, s.name): (s.source.name, s.tenant_source is not None) for s in project(example).stacks()}
    assert found == {
        ("", "global"): ("global", False),
        (REGION, "app-live"): ("app", True),
        (REGION, "app-test"): ("app", True),
        ("eu-west-1", "app-live"): ("app", True),
    }


def test_settings(example: Disk) -> None:
    assert project(example).stack("app-test").settings == Settings(source="app", ephemeral=True, merge="deep")
    assert project(example).stack("global").settings == Settings()


def test_a_command_reads_the_settings_of_a_stack_once(example: Disk) -> None:
    made = project(example)
    first = made.stack("app-test")
    example.write(f"{APP}/stack.hcl", "no = setting")
    assert (made.stack("app-test").settings, made.way(first)) == (first.settings, ("app-test",))


def test_a_folder_of_its_own_wins_over_a_shared_source(example: Disk) -> None:
    example.write("src/app-test/main.tf", "")
    assert project(example).stack("app-test").source.name == "app-test"


@pytest.mark.parametrize(
    ("name", "region", "place"),
    [
        ("app-test", "", (REGION, "app-test")),
        ("app-live", "eu-west-1", ("eu-west-1", "app-live")),
        ("global", "", ("", "global")),
    ],
)
def test_locate(example: Disk, name: str, region: str, place: tuple[str, str]) -> None:
    found, folder = project(example).locate(name, region)
    assert (found, folder.name) == place


@pytest.mark.parametrize(
    ("name", "region", "kind", "message", "hint"),
    [
        ("app-tset", "", NotFoundError, "no stack 'app-tset'", "did you mean app-test?"),
        ("zzz", "", NotFoundError, "no stack 'zzz'", "there is: app-live, app-test, global"),
        ("app-test", "ap-southeast-1", NotFoundError, "no region 'ap-southeast-1'", f"did you mean {REGION}?"),
        ("global", "qqqq", NotFoundError, "no region 'qqqq'", "there is: none yet"),
        ("app-live", "", UsageError, "stack app-live lives in 2 regions", f"name one: {REGION}, eu-west-1"),
        ("../x", "", UsageError, "'../x' is not the name of a stack", "a name is"),
        ("app-test", "a\n", UsageError, "'a\\n' is not the name of a region", "a name is"),
    ],
)
def test_nowhere(example: Disk, name: str, region: str, kind: type[OrchestrateError], message: str, hint: str) -> None:
    error = failure(example, lambda p: p.locate(name, region))
    assert (type(error), error.message) == (kind, message)
    assert hint in error.hint


def test_tenants_are_files(example: Disk) -> None:
    here = project(example)
    assert here.tenants(here.stack("app-test")) == ["acme", "globex"]
    assert here.tenants(here.stack("global")) == []


@pytest.mark.parametrize(
    ("stack", "tenant", "declared", "wrong"),
    [
        ("app-test", "", True, ""),
        ("app-test", "acme", True, ""),
        ("app-test", "newcomer", True, ""),
        ("app-live", "acme", True, ""),
        ("app-live", "newcomer", False, ""),
        ("app-live", "acne", True, "no tenant 'acne'"),
        ("global", "acme", True, "stack global has no tenant layer"),
        ("app-test", "Acme", True, "'Acme' is not the name of a tenant"),
    ],
)
def test_which_tenant_a_stack_takes(example: Disk, stack: str, tenant: str, declared: bool, wrong: str) -> None:
    here = project(example)
    found = here.stack(stack, REGION if stack != "global" else "")
    if wrong:
        with pytest.raises(OrchestrateError) as error:
            here.layer(found, tenant, must_be_declared=declared)
        assert error.value.message == wrong
    else:
        assert here.layer(found, tenant, must_be_declared=declared).tenant == tenant


@pytest.mark.parametrize(("stack", "setting", "refused"), [("app-test", "true", True), ("app-live", "false", False)])
def test_a_stack_may_say_itself_whether_tenants_need_a_file(
    example: Disk, stack: str, setting: str, refused: bool
) -> None:
    example.append(f"config/{REGION}/{stack}/stack.hcl", f"tenant_file = {setting}\n")
    here = project(example)
    try:
        here.layer(here.stack(stack, REGION), "newcomer")
        assert not refused
    except NotFoundError:
        assert refused


# -- values -------------------------------------------------------------------------------------


def test_layers_of_values_of_a_tenant(example: Disk) -> None:
    here = project(example)
    outputs = {"cluster": "c-1", "unwanted": 1}
    values = here.values.of(here.layer(here.stack("app-test"), "acme"), outputs)
    assert values == {
        "tenant": ResolvedValue("acme", "orchestrate"),
        "domain": ResolvedValue("test.example.com", f"{APP}/variables.tfvars:2"),
        "cluster": ResolvedValue("c-1", f"output of {REGION}/app-test"),
        "hostname": ResolvedValue("acme.test.example.com", f"{APP}/tenant.tfvars.j2:1"),
        "memory": ResolvedValue(256, f"{APP}/tenants/acme.tfvars:2"),
    }


def test_values_of_a_stack(example: Disk) -> None:
    here = project(example)
    values = here.values.of(here.layer(here.stack("app-test")))
    assert values == {
        "region": ResolvedValue(REGION, "orchestrate"),
        "zone": ResolvedValue("example.com", "config/common.tfvars:1"),
        "size": ResolvedValue(2, f"{APP}/variables.tfvars:1"),
    }


# From the weakest: each line is stronger than all before it.
LAYERS = [
    ("src/app/tenant/terraform.tfvars", "text"),
    ("src/app/tenant/terraform.tfvars.json", "text"),
    ("src/app/tenant/a.auto.tfvars", "text"),
    ("src/app/tenant/b.auto.tfvars", "text"),
    ("src/app/tenant/c.auto.tfvars.json", "text"),
    ("config/common.tfvars", "text"),
    (f"config/{REGION}/common.tfvars", "text"),
    (f"{APP}/variables.tfvars", "text"),
    ("output", "text"),
    (f"{APP}/tenant.tfvars.j2", "text"),
    (f"{APP}/tenants/acme.tfvars", "text"),
]


@pytest.mark.parametrize("count", range(1, len(LAYERS) + 1))
def test_later_wins(example: Disk, count: int) -> None:
    outputs = {"cluster": "c"}
    for number, (path, name) in enumerate(LAYERS[:count]):
        if path == "output":
            outputs[name] = f"value {number}"
        elif path.endswith(".json"):
            example.write(path, f'{{"{name}": "value {number}"}}')
        elif (example.root / path).exists():
            example.append(path, f'{name} = "value {number}"\n')
        else:
            example.write(path, f'{name} = "value {number}"\n')
    here = project(example)
    effective = here.values.of(here.layer(here.stack("app-test"), "acme"), outputs)["text"]
    assert effective.value == f"value {count - 1}"
    assert LAYERS[count - 1][0] in effective.origin


def test_values_of_many_are_those_of_each(example: Disk) -> None:
    example.append(f"{APP}/tenants/globex.tfvars", 'hostname = "globex.example.com"\n')
    here = project(example)
    stack = here.stack("app-test")
    layers = [here.layer(stack, t) for t in ("acme", "globex", "newcomer", "")]
    together = list(here.values.of_all(layers, {"cluster": "c"}))
    assert together == [project(example).values.of(layer, {"cluster": "c"}) for layer in layers]
    assert [v["hostname"].value for v in together[:3]] == [
        "acme.test.example.com",
        "globex.example.com",
        "newcomer.test.example.com",
    ]


def test_what_is_parsed_and_rendered_once_is_remembered_until_it_changes(example: Disk) -> None:
    def hostname() -> str:
        here = project(example)
        return str(here.values.of(here.layer(here.stack("app-test"), "acme"), {"cluster": "c"})["hostname"].value)

    assert [hostname(), hostname()] == ["acme.test.example.com"] * 2
    example.write(f"{APP}/tenant.tfvars.j2", 'hostname = "{{ tenant }}-2.{{ vars.domain }}"\n')
    assert hostname() == "acme-2.test.example.com"
    example.write(f"{APP}/variables.tfvars", 'domain = "d"\n')
    assert hostname() == "acme-2.d"


def test_declared_and_outputs(example: Disk) -> None:
    here = project(example)
    declared = here.values.declared(example.root / "src/app/tenant")
    assert {n: (v.required, v.sensitive) for n, v in declared.items() if n in ("tenant", "memory", "api_key")} == {
        "tenant": (True, False),
        "memory": (False, False),
        "api_key": (False, True),
    }
    assert declared["memory"].where == "src/app/tenant/variables.tf:5"
    assert here.values.outputs(example.root / "src/app") == {"cluster", "secret"}
    assert here.values.declared(example.root / "nowhere") == {}


def test_a_root_may_be_written_in_json(example: Disk) -> None:
    """Variables, outputs, the backend and a folder that is a root or a stack: each is found in a .tf.json too."""
    example.write("src/app/tenant/more.tf.json", '{"variable": {"colour": {"type": "string"}}}')
    example.write("src/app/more.tf.json", '{"output": {"colour": {"value": "red"}}}')
    example.write("config/json/backend.tf.json", '{"terraform": {"backend": {"s3": {"bucket": "abc", "region": "r"}}}}')
    example.write("src/json/main.tf.json", '{"variable": {"stack": {}, "zone": {}}}')
    example.write("src/json/tenant/main.tf.json", "{}")
    here = project(example)
    assert here.values.declared(example.root / "src/app/tenant")["colour"].where == "src/app/tenant/more.tf.json:1"
    assert "colour" in here.values.outputs(example.root / "src/app")
    stack = here.stack("json")
    assert (stack.backend.kind, stack.backend.bucket, stack.tenant_source is not None) == ("s3", "abc", True)
    assert set(here.work_files(here.layer(stack))) == {"main.tf.json", "backend.tf.json"}
    assert here.values.of(here.layer(stack))["stack"].value == "json"


def test_an_override_file_is_laid_over_the_others(example: Disk) -> None:
    """developer.hashicorp.com/terraform/language/files/override: what it leaves out stays."""
    example.write("src/app/tenant/override.tf", 'variable "memory" {\n  default = 512\n}\n')
    example.write("src/app/tenant/b_override.tf.json", '{"variable": {"api_key": {"default": "x"}}}')
    declared = project(example).values.declared(example.root / "src/app/tenant")
    assert (declared["memory"].type, declared["memory"].default) == (["number"], 512)
    assert (declared["api_key"].sensitive, declared["api_key"].default) == (True, "x")


def test_the_backend_of_an_override_file_wins(example: Disk) -> None:
    example.remove("config/global/backend.tfvars")
    for name, bucket in (("main", "abc"), ("z_override", "def")):
        text = f'terraform {{\n  backend "s3" {{\n    bucket = "{bucket}"\n    region = "r"\n  }}\n}}\n'
        example.append("src/global/main.tf", text) if name == "main" else example.write(f"src/global/{name}.tf", text)
    assert project(example).stack("global").backend.bucket == "def"


def test_a_var_file_is_the_callers_wherever_it_stands(example: Disk, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere.tfvars"
    outside.write_text('\ntext = "x"\n')
    assert project(example).files.caller_source("elsewhere.tfvars", tmp_path).values == {"text": ("x", 2)}
    json = tmp_path / "elsewhere.tfvars.json"
    json.write_text('{"text": "${x}"}')
    assert project(example).files.caller_source(str(json), Path()).values == {"text": ("${x}", 0)}


@pytest.mark.parametrize(
    ("name", "text", "kind", "message"),
    [
        ("a.json", "{", ConfigError, "this is not JSON"),
        ("a.json", "[]", ConfigError, "this is not a JSON object"),
        ("a.tfvars", "a = [", ConfigError, "this is not HCL"),
        ("a.tfvars", None, NotFoundError, "cannot read it: No such file or directory"),
    ],
)
def test_a_var_file_that_cannot_be_read(
    example: Disk, tmp_path: Path, name: str, text: str | None, kind: type[OrchestrateError], message: str
) -> None:
    file = tmp_path / name
    if text is not None:
        file.write_text(text)
    error = failure(example, lambda p: p.files.caller_source(name, tmp_path))
    assert type(error) is kind
    assert error.message.startswith(message)
    assert error.where.startswith(str(file))


def test_quoted_keys_are_read_with_one_word(example: Disk) -> None:
    example.write(f"{APP}/variables.tfvars", '"size" = 3\n"domain" = "d"\n')
    said: list[str] = []
    here = project(example, said)
    for _ in range(2):
        assert here.values.of(here.layer(here.stack("app-test")))["size"].value == 3
    assert said == [f"{APP}/variables.tfvars:1: a quoted key; Terraform 0.12 and later write it without quotes"]


def test_values_in_json_that_nothing_reads_are_named(example: Disk) -> None:
    names = [f"{APP}/backend.tfvars", f"{APP}/variables.tfvars", f"{APP}/tenants/acme.tfvars", "config/common.tfvars"]
    for name in names:
        example.write(f"{name}.json", "{}")
    said: list[str] = []
    here = project(example, said)
    here.values.of(here.layer(here.stack("app-test"), "acme"), {"cluster": "c"})
    assert sorted(said) == sorted(f"{n}.json is not read: write its values to {Path(n).name}" for n in names)


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        (None, {"zones": [], "secrets": {}}),
        ("", {"zones": [], "secrets": {}}),
        ('zones = ["a"]\nsecrets = { n = "v" }\n', {"zones": ["a"], "secrets": {"n": "v"}}),
    ],
)
def test_what_the_sandbox_holds(example: Disk, text: str | None, settings: dict[str, Any]) -> None:
    if text is not None:
        example.write("config/sandbox.hcl", text)
    assert project(example).sandbox_settings() == settings


# -- sources ------------------------------------------------------------------------------------


def test_the_work_directory_holds_the_root_and_what_stands_beside_the_values(example: Disk) -> None:
    example.write(f"{APP}/extra.tf", "")
    for unwanted in ("x.tfstate", "x.tfstate.backup", "x.tfvars", "my.tfplan", ".main.tf.swp", ".terraform/x.tf"):
        example.write(f"src/app/{unwanted}", "")
    example.link("src/app/.#main.tf", "somebody@some-machine.1234")
    example.write("src/app/.config", "")
    example.write("src/app/.policies/a.json", "{}")
    example.write("src/app/.terraform.lock.hcl", "")
    example.write("src/app/files/a.json", "{}")
    here = project(example)
    stack = here.stack("app-test")
    assert set(here.work_files(here.layer(stack))) == {
        "variables.tf",
        "outputs.tf",
        "extra.tf",
        ".terraform.lock.hcl",
        "files/a.json",
        ".config",
        ".policies/a.json",
    }
    assert set(here.work_files(here.layer(stack, "acme"))) == {"variables.tf", "main.tf"}


@pytest.mark.parametrize(
    ("path", "stack_differs", "tenant_differs"),
    [
        ("src/app/outputs.tf", True, False),
        ("src/app/tenant/main.tf", False, True),
        ("modules/service/main.tf", True, True),
        (f"{APP}/variables.tfvars", False, False),
        ("src/app/new.json", True, False),
        ("src/app/.new", True, False),
        ("src/app/tenant/.new/x", False, True),
        ("modules/service/.new", True, True),
        ("src/common/a.json", False, True),
        ("lib/main.tf", True, True),
        ("src/app/.main.tf.swp", False, False),
    ],
)
def test_the_digests_know_paths_and_contents(
    example: Disk, path: str, stack_differs: bool, tenant_differs: bool
) -> None:
    example.write("src/common/a.json", "{}")
    example.link("src/app/tenant/common", "../../common")
    example.link("src/app/tenant/common/again", ".")
    example.write("lib/main.tf", "")
    example.link("modules/lib", "../lib")

    def digests() -> tuple[SourceDigests, SourceDigests]:
        here = project(example)
        stack = here.stack("app-test")
        return here.digests(here.layer(stack)), here.digests(here.layer(stack, "acme"))

    before = digests()
    assert digests() == before
    example.write(path, "# changed\n")
    after = digests()
    assert (after[0] != before[0], after[1] != before[1]) == (stack_differs, tenant_differs)


def test_what_0_1_did_not_count_leaves_its_digests_as_they_were(example: Disk) -> None:
    def digests() -> SourceDigests:
        here = project(example)
        return here.digests(here.layer(here.stack("app-test"), "acme"))

    before = digests()
    example.write("src/app/tenant/.new", "")
    example.write("modules/service/.new/x.tf", "")
    example.write("lib/main.tf", "")
    example.link("modules/lib", "../lib")
    after = digests()
    assert after[:2] == before[:2] and after[2] != before[2]


@pytest.mark.parametrize(("folder", "found"), [("modules", "modules"), ("src/modules", "src/modules"), ("", None)])
def test_modules(tmp_path: Path, folder: str, found: str | None) -> None:
    disk = on_disk(tmp_path / "p", {f"{folder}/m/main.tf": ""} if folder else {})
    assert project(disk).modules() == (disk.root / found if found else None)


# -- what is wrong with a project ---------------------------------------------------------------

S3 = 'bucket = "abc"\nregion = "r"\n'


@pytest.mark.parametrize(
    ("path", "text", "kind", "where", "words"),
    [
        (f"{APP}/stack.hcl", 'sorce = "app"\n', ConfigError, f"{APP}/stack.hcl:1", "no setting 'sorce'"),
        (f"{APP}/stack.hcl", "zzzzz = 1\n", ConfigError, f"{APP}/stack.hcl:1", "no setting 'zzzzz'"),
        (
            f"{APP}/stack.hcl",
            "rate_limit = true\npace = true\n",
            ConfigError,
            f"{APP}/stack.hcl:2",
            "two names of one setting",
        ),
        (f"{APP}/stack.hcl", '\nephemeral = "yes"\n', ConfigError, f"{APP}/stack.hcl:2", "ephemeral must be a bool"),
        (f"{APP}/stack.hcl", "source = 1\n", ConfigError, f"{APP}/stack.hcl:1", "source must be a string"),
        (
            f"{APP}/stack.hcl",
            'source = "../../etc"\n',
            ConfigError,
            f"{APP}/stack.hcl:1",
            "'../../etc' is not the name of a source",
        ),
        (
            f"{APP}/stack.hcl",
            'promotes_from = "A"\n',
            ConfigError,
            f"{APP}/stack.hcl:1",
            "'A' is not the name of a promotes_from",
        ),
        (f"{APP}/stack.hcl", "source = [\n", ConfigError, f"{APP}/stack.hcl:", "this is not HCL"),
        (
            f"{APP}/stack.hcl",
            'source = "apq"\n',
            NotFoundError,
            f"{APP}/stack.hcl",
            "no Terraform code src/apq/ for stack app-test",
        ),
        (
            f"{APP}/backend.tfvars",
            S3 + 'access_key = "AKIA"\n',
            ConfigError,
            f"{APP}/backend.tfvars:3",
            "credentials (access_key)",
        ),
        (
            f"{APP}/backend.tfvars",
            S3 + 'secret_key = "x"\n',
            ConfigError,
            f"{APP}/backend.tfvars:3",
            "credentials (secret_key)",
        ),
        (f"{APP}/backend.tfvars", S3 + 'token = "x"\n', ConfigError, f"{APP}/backend.tfvars:3", "credentials (token)"),
        (f"{APP}/backend.tfvars", S3 + 'key = "x"\n', ConfigError, f"{APP}/backend.tfvars:3", "key is derived"),
        (
            f"{APP}/backend.tfvars",
            S3 + 'workspace_key_prefix = "x"\n',
            ConfigError,
            f"{APP}/backend.tfvars:3",
            "workspaces",
        ),
        (f"{APP}/backend.tfvars", 'region = "r"\n', ConfigError, f"{APP}/backend.tfvars", "backend has no bucket"),
        (
            f"{APP}/backend.tfvars",
            'bucket = ""\nregion = "r"\n',
            ConfigError,
            f"{APP}/backend.tfvars",
            "backend has no bucket",
        ),
        (f"{APP}/backend.tfvars", 'bucket = "abc"\n', ConfigError, f"{APP}/backend.tfvars", "backend has no region"),
        (
            f"{APP}/backend.tfvars",
            'backend = "gcs"\n',
            ConfigError,
            f"{APP}/backend.tfvars",
            "backend 'gcs' is not supported",
        ),
        (
            f"{APP}/backend.tfvars",
            "bucket = var.x\n",
            ConfigError,
            f"{APP}/backend.tfvars:1",
            "a literal value is needed",
        ),
        (
            f"{APP}/tenants/Bad Name.tfvars",
            "",
            ConfigError,
            f"{APP}/tenants/Bad Name.tfvars",
            "is not the name of a tenant",
        ),
        (
            f"{APP}/variables.tfvars",
            "a = \xff".encode("latin-1"),
            ConfigError,
            f"{APP}/variables.tfvars",
            "not UTF-8 text (byte 4)",
        ),
        (
            "src/app/variables.tf",
            'variable "x" {\n  type = \n}\n',
            ConfigError,
            "src/app/variables.tf:2",
            "this is not HCL",
        ),
        ("config/common.tfvars", "zone = \n", ConfigError, "config/common.tfvars:1", "this is not HCL"),
        (
            "config/common.tfvars",
            "zone = []\n",
            ConfigError,
            "config/common.tfvars:1",
            "zone must be a string, not a list",
        ),
    ],
)
def test_a_broken_file_is_named_with_its_line(
    example: Disk, path: str, text: str | bytes, kind: type[OrchestrateError], where: str, words: str
) -> None:
    example.write(path, text)

    def everything(here: Project) -> None:
        stack = here.stack("app-test")
        here.tenants(stack)
        here.values.of(here.layer(stack))

    error = failure(example, everything)
    assert type(error) is kind
    assert error.where.startswith(where)
    assert words in error.message


def test_a_stack_without_a_backend(example: Disk) -> None:
    example.remove(f"{APP}/backend.tfvars")
    error = failure(example)
    assert (error.message, error.where) == ("the stack names no backend", APP)


def test_a_folder_that_is_no_region_is_named(example: Disk) -> None:
    example.write("config/Not_A_Region/odd/stack.hcl", 'source = "app"\n')
    error = failure(example, lambda p: p.stack("odd"))
    assert (error.exit_code, error.where) == (65, "config/Not_A_Region")


@pytest.mark.parametrize(
    "text",
    [
        "colour = 1\n",
        'zones = "a"\n',
        "secrets = []\n",
        "zones = [1]\n",
        "zones = [[]]\n",
        "secrets = { a = 1 }\n",
        'zones = [""]\n',
    ],
)
def test_wrong_settings_of_the_sandbox(example: Disk, text: str) -> None:
    example.write("config/sandbox.hcl", text)
    assert failure(example, lambda p: p.sandbox_settings()).where == "config/sandbox.hcl:1"


@pytest.mark.parametrize(
    ("link", "target"),
    [
        (f"{APP}/tenants/acme.tfvars", "outside/secret.tfvars"),
        (f"{APP}/variables.tfvars", "outside/secret.tfvars"),
        (f"{APP}/tenant.tfvars.j2", "outside/secret.tfvars"),
        (f"{APP}/backend.tfvars", "outside/secret.tfvars"),
        ("src/app/tenant/main.tf", "outside/main.tf"),
        ("src/app/tenant/data.json", "outside/main.tf"),
        ("src/app/tenant/folder", "outside"),
        ("modules/service/main.tf", "outside/main.tf"),
        ("modules/other", "outside"),
        ("modules", "outside"),
        ("src/app/tenant/etc", "/etc"),
    ],
)
def test_no_link_leads_out_of_the_project(example: Disk, tmp_path: Path, link: str, target: str) -> None:
    outside = on_disk(tmp_path / "outside", {"secret.tfvars": "", "main.tf": ""})
    if (example.root / link).is_dir():
        (example.root / link).rename(tmp_path / "moved")
    example.link(link, target if target.startswith("/") else tmp_path / target)

    def everything(here: Project) -> None:
        layer = here.layer(here.stack("app-test"), "acme")
        here.values.of(layer, {"cluster": "c"})
        here.digests(layer)

    error = failure(example, everything)
    assert error.exit_code == 65
    assert error.message.startswith("leads out of the project, to ")
    assert error.where == link
    assert outside.root.exists()


@pytest.mark.parametrize("link", [APP, "src/app"])
def test_no_folder_of_a_stack_leads_out(example: Disk, tmp_path: Path, link: str) -> None:
    (example.root / link).rename(tmp_path / "moved")
    example.link(link, tmp_path / "moved")
    assert failure(example).message == f"leads out of the project, to {(tmp_path / 'moved').resolve()}"


def test_a_link_inside_the_project_is_a_file_like_any_other(example: Disk) -> None:
    example.link("src/app/shared.tf", example.root / "modules/service/main.tf")
    here = project(example)
    assert "shared.tf" in here.work_files(here.layer(here.stack("app-test")))


@pytest.mark.parametrize(
    ("link", "target", "message"),
    [
        ("src/app/tenant/loop.tf", "loop.tf", "a symbolic link that leads to itself"),
        ("src/app/tenant/loop.json", "loop.json", "a symbolic link that leads to itself"),
        (
            "src/app/tenant/gone.json",
            "nothing.json",
            "gone.json is a symbolic link to nothing.json, which is not there",
        ),
        ("src/app/tenant/gone.tf", "nothing.tf", "gone.tf is a symbolic link to nothing.tf, which is not there"),
    ],
)
def test_a_link_to_nothing_is_named(example: Disk, link: str, target: str, message: str) -> None:
    example.link(link, target)

    def everything(here: Project) -> None:
        layer = here.layer(here.stack("app-test"), "acme")
        here.values.declared(layer.source)
        here.digests(layer)

    error = failure(example, everything)
    assert (error.message, error.where) == (message, link)


def test_nothing_is_written_outside_the_private_folder(example: Disk) -> None:
    example.unread()
    before = {f: f.read_bytes() for f in example.root.rglob("*") if f.is_file()}
    here = project(example)
    for stack in here.stacks():
        here.values.of(here.layer(stack))
    here.values.of(here.layer(here.stack("app-test"), "acme"), {"cluster": "c"})
    after = {f: f.read_bytes() for f in example.root.rglob("*") if f.is_file() and ".orchestrate" not in f.parts}
    assert after == before
    assert oct((example.root / ".orchestrate/cache/parses.sqlite").stat().st_mode & 0o777) == "0o600"
    assert example.left_behind() == set()
    assert os.listdir(example.root / ".orchestrate") == ["cache"]


def test_the_live_stack_is_as_the_example_says(example: Disk) -> None:
    settings = project(example).stack("app-live", REGION).settings
    assert (settings.protected, settings.promotes_from) == (True, "app-test")
    assert (example.root / LIVE).is_dir()
