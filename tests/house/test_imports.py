"""Planted faults stop the gate, each with the guilty line."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# file (made or lengthened) → what is planted; each must be told by file and by what it imports
FAULTS = {
    "upward import": ("audit/models.py", "import portal.voting.models", "{module} -> portal.voting.models"),
    "wing to wing": ("ideas/queries.py", "import portal.voting.queries", "{module} -> portal.voting.queries"),
    "base to feature": ("base/clock.py", "import portal.identity.models", "{module} -> portal.identity.models"),
    "model to view": ("identity/models.py", "import portal.identity.views", "{module}:{line} imports"),
    "rules to Flask": ("identity/rules.py", "import flask", "{module} -> flask (l.{line})"),
    "action to form": ("identity/actions.py", "import portal.identity.forms", "{module}:{line} imports"),
    "foreign views": ("budgeting/rules.py", "import portal.identity.views", "{module}:{line} imports"),
    "counting to base": ("voting/counting/one.py", "import portal.base.clock", "{module}:{line} imports"),
    "counting to SQLAlchemy": ("voting/counting/two.py", "import sqlalchemy", "{module}:{line} imports"),
    "sealing to base": ("voting/sealing.py", "import portal.base.clock", "{module}:{line} imports"),
    "recount to counting": ("voting/recount.py", "import portal.voting.counting", "{module}:{line} imports"),
    "provider to people": ("identity/demo_idp.py", "import portal.identity.models", "{module}:{line} imports"),
    "a room nobody declared": ("identity/helpers.py", "", "{module} is no declared room"),
}


def lint(folder: Path) -> tuple[int, str]:
    """Run the import law over a copy; the answer without line breaks."""
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The program and the law, to be spoiled."""
    shutil.copytree(ROOT / "portal", tmp_path / "portal", ignore=lambda folder, names: [
        name for name in names if name in {"node_modules", "static", "data", "__pycache__"}
    ])  # fmt: skip
    (tmp_path / "tests" / "house").mkdir(parents=True)
    for name in ("tests/__init__.py", "tests/house/__init__.py", "tests/house/import_contracts.py", "pyproject.toml"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.slow
def test_each_planted_fault_is_told_with_its_line(copy: Path) -> None:
    expected = {}
    for name, (file, planted, told) in FAULTS.items():
        path = copy / "portal" / file
        if not path.parent.is_dir():
            continue  # a feature that is not built yet
        before = path.read_text("utf-8") if path.exists() else ""
        path.write_text(f"{before}{planted}\n", "utf-8")
        module = "portal." + file.removesuffix(".py").replace("/", ".")
        expected[name] = told.format(module=module, line=before.count("\n") + 1)
    code, out = lint(copy)
    assert code != 0
    silent = {name: told for name, told in expected.items() if told not in out}
    assert not silent, out


@pytest.mark.slow
def test_a_folder_that_no_storey_names_stops_the_gate(copy: Path) -> None:
    (copy / "portal" / "utils").mkdir()
    (copy / "portal" / "utils" / "__init__.py").touch()
    code, out = lint(copy)
    assert code != 0 and "utils" in out
