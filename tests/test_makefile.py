"""What ``make`` does when a step fails, with stand-ins for the programs of ``.venv``."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_an_embedder_that_cannot_be_exported_is_a_warning_and_install_goes_on(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, code in (("pip", 0), ("python", 1)):
        (programs / name).write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    done = subprocess.run(
        ["make", "install", f"VENV={tmp_path}"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "warning: the embedder was not exported" in done.stderr
    assert (tmp_path / ".installed").exists()
