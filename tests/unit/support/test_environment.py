"""What pip is told of its indexes reaches uv, and where uv fails pip installs. A wheel on disk; no network."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import environment
import pytest

LISTED = """\
:env:.cert='/etc/ca.pem'
:env:.no-index='true'
global.cert='/etc/other.pem'
global.extra-index-url='https://a.example/simple\\nhttps://b.example/simple'
global.index-url='https://pypi.example/simple'
install.index-url='https://mirror.example/simple'
global.timeout='60'
"""


def test_a_variable_wins_over_install_and_that_over_global() -> None:
    told = environment.settings(LISTED)
    assert (told["cert"], told["index-url"]) == ("/etc/ca.pem", "https://mirror.example/simple")
    assert environment.settings("") == {}


def test_each_setting_of_pips_has_its_option_or_variable() -> None:
    told = environment.settings(LISTED) | {
        "trusted-host": "a.example",
        "find-links": "/wheels",
        "proxy": "p.example:3128",
    }
    assert environment.options(told) == [
        *("--no-index", "--default-index", "https://mirror.example/simple"),
        *("--index", "https://a.example/simple", "--index", "https://b.example/simple"),
        *("--find-links", "/wheels", "--allow-insecure-host", "a.example"),
    ]
    proxies = {"HTTP_PROXY": "p.example:3128", "HTTPS_PROXY": "p.example:3128"}
    assert environment.variables(told) == {"SSL_CERT_FILE": "/etc/ca.pem"} | proxies
    assert environment.options({"no-index": "false"}) == [] == [*environment.variables({})]


def wheel(folder: Path) -> str:
    """The line of a lock for a package of one module."""
    info = "thing-1.0.dist-info"
    texts = {
        "thing.py": "",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in (*texts, f"{info}/RECORD"))
    file = folder / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as made:
        for name, text in (texts | {f"{info}/RECORD": record}).items():
            made.writestr(name, text)
    return f"thing==1.0 --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n"


def install(folder: Path, lock: str, **told: str) -> subprocess.CompletedProcess[str]:
    (folder / "lock.txt").write_text(lock)
    (folder / "pip.conf").write_text(f"[global]\nno-index = true\nfind-links = {folder}\n")
    venv.create(folder / "made")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    told |= {"PIP_CONFIG_FILE": str(folder / "pip.conf"), "UV_CACHE_DIR": str(folder / "cache")}
    argv = [sys.executable, "-I", environment.__file__, str(folder / "made"), str(folder / "lock.txt")]
    return subprocess.run(argv, env=bare | told, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("by", ["uv", "pip"])
def test_a_lock_is_installed_from_where_pip_is_told_to_look(tmp_path: Path, by: str) -> None:
    told = {} if by == "uv" else {"UV_CONFIG_FILE": str(tmp_path / "missing.toml")}
    done = install(tmp_path, wheel(tmp_path), **told)
    assert done.returncode == 0 and ("pip does" in done.stderr) == (by == "pip"), done.stderr
    (found,) = (tmp_path / "made").glob("lib/python*/site-packages/thing-1.0.dist-info/INSTALLER")
    assert found.read_text().strip() == by


def test_what_the_lock_does_not_know_is_refused_by_both(tmp_path: Path) -> None:
    wheel(tmp_path)
    done = install(tmp_path, f"thing==1.0 --hash=sha256:{'0' * 64}\n")
    assert done.returncode != 0 and "Hash mismatch" in done.stderr and "DO NOT MATCH THE HASHES" in done.stderr
    assert not [*(tmp_path / "made").rglob("thing*")]
