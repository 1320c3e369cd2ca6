"""With a simulated AWS its unsaved states go; those of another one, and of an account, stay."""

from __future__ import annotations

from pathlib import Path

from fakes import run_of

from wrapper.engines.simulated_states import forget, mark


def unsaved(home: Path, address: str, layer: str) -> Path:
    folder = home / "runs" / layer
    file = folder / "tree/src/app/errored.tfstate"
    file.parent.mkdir(parents=True)
    file.write_text("{}")
    mark(run_of(home=folder, environment={"AWS_ENDPOINT_URL": address} if address else {}))
    return file


def test_only_those_of_the_simulated_aws_go(tmp_path: Path) -> None:
    mine, kept = "http://127.0.0.1:1", []
    gone = [unsaved(tmp_path, mine, "eu-west-1/app/_stack"), unsaved(tmp_path, mine, "_/app/acme")]
    kept = [
        unsaved(tmp_path, "", "eu-west-1/live/acme"),
        unsaved(tmp_path, "http://127.0.0.1:2", "eu-west-1/app/other"),
    ]
    linked = tmp_path / "elsewhere"
    linked.write_text("{}")
    gone[0].unlink()
    gone[0].symlink_to(linked)
    assert forget(tmp_path, mine) == ["app/acme", "eu-west-1/app"]
    assert not any(f.exists() for f in (*gone, linked)) and all(f.exists() for f in kept)
    assert forget(tmp_path, mine) == [] == forget(tmp_path, "")
