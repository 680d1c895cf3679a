"""What the repository may hold, and what its one command promises before anything is installed."""

from __future__ import annotations

import ast
import hashlib
import importlib.machinery
import importlib.util
import json
import os
import re
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tracked() -> list[str]:
    """Every file that git knows."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("no git here")
    return [name for name in done.stdout.decode().split("\0") if name and (ROOT / name).exists()]


@pytest.fixture(scope="module")
def run() -> ModuleType:
    """`run` as a module."""
    loader = importlib.machinery.SourceFileLoader("folkmoot_run", str(ROOT / "run"))
    spec = importlib.util.spec_from_loader("folkmoot_run", loader)
    assert spec is not None
    made = importlib.util.module_from_spec(spec)
    loader.exec_module(made)
    return made


def test_nothing_made_is_committed() -> None:
    made = re.compile(
        r"(^|/)(\.venv|__pycache__|node_modules|_shipped|\.mypy_cache)(/|$)|\.(mo|pyc|db)$|^instance/(?!\.gitkeep)"
    )
    assert [name for name in tracked() if made.search(name)] == []


def test_no_path_of_one_machine_stands_in_a_file() -> None:
    found = []
    path = re.compile(rb"(?<![\w.:/$}>-])/(?:home|Users|work|mnt)/[\w.-]+")
    for name in tracked():
        if name.endswith((".lock", ".pb", "package-lock.json")):
            continue
        data = (ROOT / name).read_bytes()
        found += [f"{name}: {match.group().decode()}" for match in path.finditer(data)]
    assert found == []


def test_real_elections_are_looked_for_in_one_place() -> None:
    word = "shared/" + "pabulib"
    named = {name for name in tracked() if word in (ROOT / name).read_text("utf-8", errors="ignore")}
    assert named <= {"run", ".ci/run", "README.md", "tests/house/test_repo.py"}


def test_the_command_starts_under_any_python_3() -> None:
    ast.parse((ROOT / "run").read_text("utf-8"), feature_version=(3, 6))
    for name in ("run", ".ci/run"):
        assert os.access(ROOT / name, os.X_OK)


def _pins(lock: str) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9][\w.-]*)==(\S+)", (ROOT / lock).read_text("utf-8"), flags=re.M)
    return dict(found)


def test_each_lock_file_brings_along_what_it_says(run: ModuleType) -> None:
    for lock, brought in run.BRINGS.items():
        for other in brought:
            assert _pins(other).items() <= _pins(lock).items(), f"{lock} lacks something of {other}"


def test_every_locked_package_has_hashes(run: ModuleType) -> None:
    for lock in run.BRINGS:
        for block in re.split(r"^(?=[a-z0-9])", (ROOT / lock).read_text("utf-8"), flags=re.M)[1:]:
            assert "--hash=sha256:" in block, f"{lock}: {block.splitlines()[0]}"


def test_the_readme_never_asks_for_pip() -> None:
    # Debian's own Python answers "externally-managed-environment"
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert [line for line in lines if line.strip().lstrip("$ ").startswith("pip install")] == []


class Fake:
    """Stands for subprocess.run: notes what is installed, and makes what a real one would make."""

    def __init__(self, run: ModuleType, monkeypatch: pytest.MonkeyPatch, breaks_at: int = 0) -> None:
        self.installed: list[str] = []
        self.breaks_at = breaks_at
        monkeypatch.setattr(run.Environment, "create", lambda made, with_pip: self.create(made))
        monkeypatch.setattr(run.Environment, "install", lambda made, lock, uv: self.install(lock))
        monkeypatch.setattr(run, "version_of", lambda command: (3, 11) if os.path.exists(command) else None)

    def create(self, environment: Any) -> None:
        python = Path(environment.python)
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()

    def install(self, lock: str) -> None:
        if self.breaks_at and len(self.installed) + 1 == self.breaks_at:
            raise KeyboardInterrupt
        self.installed.append(lock)


@pytest.fixture
def checkout(run: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with lock files only."""
    for lock in run.BRINGS:
        (tmp_path / lock).write_text(f"{lock}==1 --hash=sha256:0\n")
    monkeypatch.setattr(run, "HERE", str(tmp_path))
    return tmp_path


def test_an_environment_is_built_once_and_again_when_a_lock_changes(
    run: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Fake(run, monkeypatch)
    environment = run.Environment(".venv")
    environment.require(run.CORE)
    environment.require(run.CORE)
    assert fake.installed == [run.CORE]
    environment.require(run.TEST)
    environment.require(run.CORE)
    environment.require(run.POSTGRES)  # the test group brought it along
    assert fake.installed == [run.CORE, run.TEST]
    (checkout / run.CORE).write_text("new==2 --hash=sha256:0\n")
    environment.require(run.CORE)
    assert fake.installed == [run.CORE, run.TEST, run.CORE]
    stamp = json.loads((checkout / ".venv" / ".stamp").read_text())
    assert stamp[run.CORE] == hashlib.sha256((checkout / run.CORE).read_bytes()).hexdigest()


def test_an_interrupted_installation_is_mended_by_the_next_start(
    run: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Fake(run, monkeypatch, breaks_at=1)
    environment = run.Environment(".venv")
    with pytest.raises(KeyboardInterrupt):
        environment.require(run.CORE)
    (checkout / ".venv" / "half").touch()
    fake.breaks_at = 0
    environment.require(run.CORE)
    assert fake.installed == [run.CORE]
    assert not (checkout / ".venv" / "half").exists()
    assert (checkout / ".venv" / ".stamp").exists()


def test_an_environment_that_is_a_link_is_never_built_into(
    run: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Fake(run, monkeypatch)
    (checkout / "elsewhere").mkdir()
    (checkout / ".venv").symlink_to(checkout / "elsewhere")
    run.Environment(".venv").require(run.CORE)
    assert fake.installed == []


def test_a_shim_that_lies_is_not_taken(run: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, script in {"python3.13": "exit 127", "python3.12": "echo 3 12"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(run.sys, "version_info", (3, 9, 2))
    assert run.find_python() == str(tmp_path / "python3.12")
    (tmp_path / "python3.12").unlink()
    assert run.find_python() is None
