"""The environment of other people's tools: a Python of its own that only this folder's tests start."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def oracle(script: str, *arguments: str, hours: float = 0.25) -> Any:
    """Run a script of this folder in the oracles' environment; its output is JSON. Skips where there is none."""
    python = Path(os.environ.get("PORTAL_ORACLE_PYTHON") or ROOT / ".venv-oracle" / "bin" / "python")
    if not python.exists():
        if os.environ.get("PORTAL_TEST_ALL"):
            pytest.fail("the oracles' environment is missing; ./run test --all makes it")
        pytest.skip("the oracles' environment is missing; ./run test --all makes it")
    command = [str(python), "-I", str(Path(__file__).with_name(script)), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=hours * 3600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
